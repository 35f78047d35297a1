"""Which badges all users have earned, as columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from mainstay.columnar.keys import Longs, Mask
from mainstay.columnar.states import each_chunk, plain_ids, same_type, whole_numbers
from mainstay.columnar.tables import ResultTable, Source, check_user
from mainstay.recognition._amounts import MOST_POINTS
from mainstay.recognition.badges import STANDARD_BADGES, Badge, catalogue_of

__all__ = ["badges_table"]

_POINTS = "points"


def badges_table(
    metrics: Source, *, user: str = "user_id", badges: Iterable[Badge] = STANDARD_BADGES
) -> ResultTable:
    """Return which badges every user has earned by their metrics.

    It is :func:`mainstay.recognition.awards` for each row, of users who have no badge yet: a badge
    is earned if metric ≥ threshold and all badges that it requires are earned. Bonuses count at
    once among the points, until nothing new is due. Rows are independent of one another.

    Args:
        metrics: One row a user: the user's id, and a column for each metric that a badge asks for,
            called as the metric (with the standard badges ``wins``, ``top_arguments``,
            ``participations``, ``votes``, ``kind:beta_joined`` and ``kind:wallet_connected``).
            They hold whole numbers, also below 0; null is 0. ``points``, if a badge asks for it,
            are those without the badges' bonuses; ``score`` is the points of either score.
            What a table may be is said at :func:`score_table`.
        user: The column of user ids, strings or integers; not called as a badge's key.
        badges: What there is to achieve, if not the standard badges.

    Returns:
        The users in the same order: the user's id, and for each badge, in the order of their
        numbers, a column that is called as its key and says whether the user has earned it.

    Raises:
        BadRecordError: A row lacks a user, or a metric is not a whole number or beyond 2⁵³ - 1
            either way. The first row is named, counted from 0.
        InvalidTypeError: A column is of another type, or ``metrics`` is not a table.
        InvalidValueError: A column is missing, ``user`` is a badge's key, or the badges don't go
            together.

    Examples:
        >>> import pyarrow as pa
        >>> from mainstay.recognition import STANDARD_BADGES
        >>> users = pa.table({"user_id": ["ada", "bob"], "wins": [5, None]})
        >>> found = pa.table(badges_table(users, badges=STANDARD_BADGES[:2]))
        >>> found.to_pylist()[0]
        {'user_id': 'ada', 'first_win': True, 'five_wins': True}
        >>> sum(found["first_win"].to_pylist())
        1
    """
    catalogue = catalogue_of(badges)
    check_user(user, [badge.key for badge in catalogue])
    asked = [*dict.fromkeys(badge.metric for badge in catalogue)]

    def awarded(batch: Any) -> Any:
        ids = plain_ids(batch[user], user)
        measured = {metric: _measured(batch[metric], metric) for metric in asked}
        earned = _earned(catalogue, measured, len(ids))
        return pa.record_batch({user: ids, **{key: pa.array(has) for key, has in earned.items()}})

    parts = [*each_chunk(metrics, [user, *asked], awarded)]
    same_type(user, (part[user].type for part in parts))
    table: ResultTable = pa.Table.from_batches(parts)
    return table


def _measured(column: Any, metric: str) -> Longs:
    return whole_numbers(column, metric, low=-MOST_POINTS, most=MOST_POINTS, optional=True)


def _earned(badges: Sequence[Badge], metrics: Mapping[str, Longs], users: int) -> dict[str, Mask]:
    """Return who earns each badge, by its key, once nothing new is due to anybody.

    Nothing earned is ever lost, so it does not matter which badge is looked at first.
    """
    earned = {badge.key: np.zeros(users, bool) for badge in badges}
    measured = dict(metrics)
    while sum(_award(badge, earned, measured) for badge in badges):
        continue
    return earned


def _award(badge: Badge, earned: dict[str, Mask], measured: dict[str, Longs]) -> bool:
    """Award a badge to those to whom it is due, and say whether there were any."""
    new = (measured[badge.metric] >= badge.threshold) & ~earned[badge.key]
    for required in badge.requires:
        new &= earned[required]
    earned[badge.key] |= new
    if _POINTS in measured:  # as many as any threshold are enough, and far from the most there are
        measured[_POINTS] = np.minimum(measured[_POINTS] + badge.bonus * new, MOST_POINTS)
    return bool(new.any())

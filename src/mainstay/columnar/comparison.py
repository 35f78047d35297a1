"""What another policy would change: whose points, by how much, and in which part."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from mainstay.columnar.folding import Folded, fold
from mainstay.columnar.reading import Columns
from mainstay.columnar.scores import check_policy, scored
from mainstay.columnar.sums import Floats
from mainstay.columnar.tables import ResultTable, Source, check_user
from mainstay.daystarts import DayStart
from mainstay.localdays import MIDNIGHT, Zone
from mainstay.scores.by_policy import Policy, days_needed
from mainstay.scores.consistency.breakdown import ScoreBreakdown
from mainstay.scores.year.breakdown import YearBreakdown
from mainstay.scores.year.policy import YearPolicy

__all__ = ["compare_policies"]

_COLUMNS = ("points_a", "points_b", "change", "rank_a", "rank_b", "because")


def compare_policies(
    table: Source,
    a: Policy,
    b: Policy,
    *,
    as_of: datetime,
    user: str = "user_id",
    instant: str = "started_at",
    timezone: str | None = None,
    user_zone: Zone | None = None,
    naive_zone: Zone | None = None,
    day_start: DayStart = MIDNIGHT,
    member_since: str | None = None,
) -> ResultTable:
    """Return what every user's score would be by another policy, and why.

    The events are read once, and scored twice. The policies may be of different scores, which have
    no part in common: then points and ranks are compared.

    Args:
        table: The events, as in :func:`score_table`.
        a: The policy to compare with, such as the one in use.
        b: The other one.
        as_of: The instant to score at.
        user: As in :func:`score_table`.
        instant: As in :func:`score_table`.
        timezone: As in :func:`score_table`.
        user_zone: As in :func:`score_table`.
        naive_zone: As in :func:`score_table`.
        day_start: As in :func:`score_table`.
        member_since: As in :func:`score_table`.

    Returns:
        One row a user, the largest change first, else in the order of their first events: the
        user's id, ``points_a`` and ``points_b``, ``change`` (the exact total by ``b`` less that by
        ``a``), what each part changes by (``base``, ``distribution``, ``streak``, ``recency``, or
        the year's ``days``, ``freshness``, ``weeks``, in points), ``rank_a`` and ``rank_b`` by
        total (1, 2, 2, 4), and ``because``: the part that changes most in the direction of
        ``change``, of equals the first; null without a change. Between different scores there are
        neither parts nor ``because``.

    Raises:
        MainstayError: What :func:`score_table` raises.

    Examples:
        >>> from datetime import UTC, datetime, timedelta
        >>> import pyarrow as pa
        >>> now = datetime(2024, 5, 28, 21, tzinfo=UTC)
        >>> ages = {"ada": range(0, 28, 7), "bob": range(4)}
        >>> rows = [(user, now - timedelta(days=age)) for user in ages for age in ages[user]]
        >>> users, instants = zip(*rows)
        >>> events = pa.table({"user_id": users, "started_at": instants})
        >>> from mainstay import ConsistencyPolicy, YearPolicy
        >>> even = ConsistencyPolicy(base_points=50, distribution_points=35)
        >>> for row in compare_policies(events, ConsistencyPolicy(), even, as_of=now).to_pylist():
        ...     print(row["user_id"], row["points_a"], row["points_b"], row["because"])
        ada 41 49 distribution
        bob 47 55 distribution
        >>> switched = compare_policies(events, ConsistencyPolicy(), YearPolicy(), as_of=now)
        >>> [(row["user_id"], row["rank_a"], row["rank_b"]) for row in switched.to_pylist()]
        [('bob', 1, 2), ('ada', 2, 1)]
    """
    for policy in (a, b):
        check_policy(policy)
    parts = _parts(a, b)
    check_user(user, (*_COLUMNS, *parts))
    columns = Columns(
        user=user,
        instant=instant,
        timezone=timezone,
        user_zone=user_zone,
        naive_zone=naive_zone,
        member_since=member_since,
    )
    longer = max(a, b, key=days_needed)
    folded = fold(table, columns, as_of=as_of, day_start=day_start, policy=longer)
    before, after = (_scored(user, folded, policy) for policy in (a, b))
    change = after["total"] - before["total"]
    changes = {part: after[part] - before[part] for part in parts}
    rows = {
        user: folded.users,
        "points_a": before["points"],
        "points_b": after["points"],
        "change": change,
        **changes,
        "rank_a": _ranks(before["total"]),
        "rank_b": _ranks(after["total"]),
    }
    if changes:
        rows["because"] = _because(changes, change)
    result: ResultTable = pa.table(rows).take(pa.array(np.argsort(-abs(change), kind="stable")))
    return result


def _parts(a: Policy, b: Policy) -> tuple[str, ...]:
    """Return the parts that scores by both policies have."""
    one, other = (
        attrs.fields_dict(YearBreakdown if isinstance(policy, YearPolicy) else ScoreBreakdown)
        for policy in (a, b)
    )
    return tuple(part for part in one if part in other)


def _scored(user: str, folded: Folded, policy: Policy) -> dict[str, Any]:
    """Return the columns of the scores by a policy."""
    scores = scored(user, folded.users, folded.windows(policy), policy)
    return {name: scores[name].to_numpy() for name in ("points", "total", *_parts(policy, policy))}


def _ranks(totals: Floats) -> Any:
    """Return each one's rank: one more than there are greater ones."""
    return pa.array(1 + len(totals) - np.searchsorted(np.sort(totals), totals, side="right"))


def _because(parts: dict[str, Floats], change: Floats) -> Any:
    """Return the part that changes most in the direction of the whole."""
    largest = np.argmax(np.sign(change) * np.stack([*parts.values()]), axis=0)
    return pa.array([*parts]).take(pa.array(largest, mask=change == 0))

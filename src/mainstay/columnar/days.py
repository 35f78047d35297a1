"""Daily engagement of all users: tables of states and counts in, tables of outcomes out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from mainstay import _checks as checks
from mainstay.columnar.columns import NO_DAY, first
from mainstay.columnar.day_scores import criteria_met, day_scores
from mainstay.columnar.keys import Hashes, Longs, Mask, keys_of
from mainstay.columnar.parts import headlines
from mainstay.columnar.states import (
    as_date,
    at_row,
    best_rows,
    calendar_days,
    check_once,
    each_chunk,
    numbers,
    ordinal,
    plain_ids,
    same_type,
    whole_numbers,
)
from mainstay.columnar.tables import ResultTable, Source, check_user
from mainstay.errors import InvalidTypeError
from mainstay.scores.engagement.day import DayActivity
from mainstay.scores.engagement.evaluate import Engagement, evaluate_day
from mainstay.scores.engagement.historical import MOST, check_rated
from mainstay.scores.engagement.policy import DEFAULT_POLICY, EngagementPolicy

__all__ = ["DayTables", "evaluate_day_table"]

_RESULT = (
    *("streak", "last_day", "day", "streak_before", "streak_after", "met", "points"),
    *("total", "points_streak", "points_posts", "points_quality", "posts", "average_quality"),
)
_ONCE = "Pass each user's state once, with all of the day's counts."


@attrs.frozen
class DayTables:
    """What a day came to, for all users.

    Attributes:
        states: What to keep until the next day, one row a user: the user's id, ``streak`` and
            ``last_day``.
        outcomes: The same users' outcomes: the user's id, ``day``, ``streak_before``,
            ``streak_after``, ``met``; the score's ``points``, a whole number, and ``total``, the
            exact one (both 0 if the criteria were met); its exact parts ``points_streak``,
            ``points_posts`` and ``points_quality`` (null if they were met), and what these stand
            for: ``posts``, ``average_quality``.
        candidates: Who deserves recognition although they missed the day: the outcomes of a few,
            the best first.

    Examples:
        >>> from mainstay import DailyCriteria
        >>> yesterday = date(2024, 5, 1)
        >>> users = pa.table({
        ...     "user_id": ["ada", "bob"], "streak": [14, 3], "last_day": [yesterday, yesterday],
        ...     "commit": [0, 2], "posts": [50, 7], "average_quality": [10.0, 4.5],
        ... })
        >>> policy = EngagementPolicy(criteria=DailyCriteria({"commit": 1}))
        >>> found = evaluate_day_table(users, day=date(2024, 5, 2), policy=policy)
        >>> found.states.select(["user_id", "streak"]).to_pylist()
        [{'user_id': 'ada', 'streak': 0}, {'user_id': 'bob', 'streak': 4}]
        >>> found.candidates.select(["user_id", "points"]).to_pylist()
        [{'user_id': 'ada', 'points': 65}]
    """

    states: ResultTable
    outcomes: ResultTable
    candidates: ResultTable


def evaluate_day_table(
    table: Source,
    *,
    day: date,
    user: str = "user_id",
    counts: Mapping[str, str] | None = None,
    policy: EngagementPolicy = DEFAULT_POLICY,
) -> DayTables:
    """Return what a day came to for every user in a table of states and counts.

    It is :func:`mainstay.evaluate_day` for each row and :func:`mainstay.pick_candidates` for all,
    computed on columns, and the same to the last bit. Who met the criteria has a streak of one day
    more and no score. Who did not has the historical score with the streak before, then none:

        100 · (0.4 · s / (s + 14) + 0.3 · p / (p + 50) + 0.3 · average quality / 10)

    Candidates are those with a score above 0, the highest first, then the longer streak before the
    day, then the user id (strings by code point, integers as numbers).

    Args:
        table: One row a user who is to be evaluated, the idle ones too: the user's id, ``streak``
            (days in a row that met the criteria, as of ``last_day``), ``last_day`` (the last day
            evaluated; null before the first), a column of counts for each kind of activity that
            the criteria name (null is 0), ``posts`` (lifetime posts through the day) and
            ``average_quality`` (0 to 10; null if none was rated, as without posts). What it may be
            is said at :func:`score_table`.
        day: The day, for all of them; the one after each user's last.
        user: The column of user ids, strings or integers.
        counts: The columns that hold the counts, by kind, where they are not called as the kind.
        policy: The criteria and numbers, if not the standard ones.

    Raises:
        BadRecordError: A row lacks a user or a number, a number is out of its range, the row's last
            day is not the one before, or the user has a row already. The first row is named,
            counted from 0; users are compared last.
        InvalidTypeError: A column is of another type, or ``table`` is not a table.
        InvalidValueError: A column is missing.

    Examples:
        >>> from datetime import date
        >>> import pyarrow as pa
        >>> yesterday = date(2024, 5, 1)
        >>> users = pa.table({
        ...     "user_id": ["ada", "bob", "cy"],
        ...     "streak": [14, 3, 0],
        ...     "last_day": [yesterday, yesterday, None],
        ...     "post": [0, 2, None],
        ...     "like": [9, 5, None],
        ...     "comment": [5, 6, None],
        ...     "posts": [50, 7, 0],
        ...     "average_quality": [10.0, 4.5, None],
        ... })
        >>> found = evaluate_day_table(users, day=date(2024, 5, 2))
        >>> pa.table(found.states)["streak"].to_pylist()
        [0, 4, 0]
        >>> pa.table(found.candidates).select(["user_id", "points", "total"]).to_pylist()
        [{'user_id': 'ada', 'points': 65, 'total': 65.0}]
    """
    check_user(user, _RESULT)
    evaluated = _Evaluation(checks.day("day", day), user, counts, policy)
    parts = [*each_chunk(table, evaluated.columns, evaluated)]
    same_type(user, (part.outcomes[user].type for part in parts))
    outcomes = pa.Table.from_batches([part.outcomes for part in parts])
    check_once(user, outcomes[user], [part.hashes for part in parts], _ONCE)
    states = outcomes.select([user, "streak_after", "day"])
    best = pa.Table.from_batches([part.candidates for part in parts]).combine_chunks()
    return DayTables(
        states.rename_columns([user, "streak", "last_day"]), outcomes, evaluated.best(best)
    )


def _columns_by_kind(counts: object) -> Mapping[str, str]:
    if not isinstance(counts, Mapping):
        raise InvalidTypeError(
            "must map kinds of activity to columns",
            field="counts",
            value=counts,
            remedy="Such as {'post': 'posts_today'}.",
        )
    return counts


@attrs.frozen
class _Part:
    """Outcomes of some users, the ids' hashes, and the best outcomes of these."""

    outcomes: Any
    hashes: Hashes
    candidates: Any


class _Evaluation:
    """Evaluates a day for some users at a time."""

    def __init__(
        self, day: date, user: str, counts: Mapping[str, str] | None, policy: EngagementPolicy
    ) -> None:
        self._policy = checks.instance("policy", policy, EngagementPolicy)
        named = {} if counts is None else _columns_by_kind(counts)
        self._day = day
        self._user = user
        self._counts = {kind: named.get(kind, kind) for kind in policy.criteria.minimums}

    @property
    def columns(self) -> list[str]:
        """Those that must be there."""
        state = [self._user, "streak", "last_day", "posts", "average_quality"]
        return [*state, *self._counts.values()]

    def __call__(self, batch: Any) -> _Part:
        """Evaluate some rows."""
        ids = plain_ids(batch[self._user], self._user)
        before = whole_numbers(batch["streak"], "streak", most=MOST)
        met = self._met(batch)
        after = (before + 1) * met
        self._check(before, calendar_days(batch["last_day"], "last_day"), met)
        columns = {
            self._user: ids,
            "day": pa.array(np.full(len(met), ordinal(self._day), np.int32)).cast(pa.date32()),
            "streak_before": pa.array(before),
            "streak_after": pa.array(after),
            "met": pa.array(met),
        }
        outcomes = pa.record_batch(columns | self._scores(batch, before, met))
        return _Part(outcomes, keys_of(ids).hashes(), self.best(outcomes))

    def best(self, outcomes: Any) -> Any:
        """Return the candidates among some outcomes, the best first."""
        totals = outcomes["total"].to_numpy()
        most = min(self._policy.top_inactive_users, len(totals))
        least = np.partition(totals, -most)[-most] if most else np.inf
        some = outcomes.filter(pa.array((totals >= least) & (totals > 0)))
        order = (
            ("total", "descending"),
            ("streak_before", "descending"),
            (self._user, "ascending"),
        )
        return best_rows(some, min(most, len(some)), order)

    def _met(self, batch: Any) -> Mask:
        counts = {
            kind: whole_numbers(batch[column], column, optional=True)
            for kind, column in self._counts.items()
        }
        return criteria_met(counts, self._policy)

    def _check(self, streak: Longs, last: Longs, met: Mask) -> None:
        """Refuse the first state that has no such day, in the core's words."""
        new = last == NO_DAY
        wrong = np.where(new, streak > 0, last != ordinal(self._day) - 1)
        row = first(wrong | (met & (streak == MOST)))
        if row is not None:
            counts = self._policy.criteria.minimums if met[row] else {}
            with at_row(row):
                last_day = None if new[row] else as_date(last[row])
                state = Engagement("user", int(streak[row]), last_day)
                evaluate_day(state, DayActivity(self._day, counts), policy=self._policy)

    def _scores(self, batch: Any, streak: Longs, met: Mask) -> dict[str, Any]:
        """Return the historical scores with their parts and what these stand for."""
        posts = whole_numbers(batch["posts"], "posts", most=MOST)
        average, quality = numbers(batch["average_quality"], "average_quality", 0, 10)
        row = first((posts == 0) & quality.is_valid().to_numpy(zero_copy_only=False))
        if row is not None:
            with at_row(row):
                check_rated(0, float(average[row]))
        total, *points = day_scores(streak, posts, average, self._policy)
        total = np.where(met, 0.0, total)
        parts = zip(("streak", "posts", "quality"), points, strict=True)
        return {
            "points": pa.array(headlines(total)),
            "total": pa.array(total),
            **{f"points_{name}": pa.array(part, mask=met) for name, part in parts},
            "posts": pa.array(posts),
            "average_quality": quality,
        }

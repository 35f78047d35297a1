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
from mainstay.columnar.day_columns import columns_by_kind, durations_by_kind, microseconds
from mainstay.columnar.day_picks import Picking
from mainstay.columnar.day_scores import Done, criteria_met, day_scores, leaves, with_prior
from mainstay.columnar.keys import Hashes, Longs, Mask, keys_of
from mainstay.columnar.parts import headlines
from mainstay.columnar.states import (
    as_date,
    at_row,
    calendar_days,
    check_once,
    each_chunk,
    numbers,
    ordinal,
    plain_ids,
    same_type,
    whole_numbers,
)
from mainstay.columnar.sums import Floats
from mainstay.columnar.tables import ResultTable, Source, check_user
from mainstay.scores.engagement.criteria import DailyCriteria, DailyMinutes
from mainstay.scores.engagement.day import DayActivity
from mainstay.scores.engagement.evaluate import Engagement, evaluate_day
from mainstay.scores.engagement.historical import MOST, check_rated
from mainstay.scores.engagement.policy import DEFAULT_POLICY, EngagementPolicy

__all__ = ["DayTables", "evaluate_day_table"]

_RESULT = (
    *("streak", "last_day", "day", "streak_before", "streak_after", "met", "points"),
    *("total", "points_streak", "points_posts", "points_quality", "posts", "average_quality"),
    *("rest", "rated", "recent_posts", "last_picked", "last_active"),
)
_ONCE = "Pass each user's state once, with all of the day's counts."


@attrs.frozen
class DayTables:
    """What a day came to, for all users.

    Attributes:
        states: What to keep until the next day, one row a user: the user's id, ``streak`` and
            ``last_day``.
        outcomes: The same users' outcomes: the user's id, ``day``, ``streak_before``,
            ``streak_after``, ``met``, ``rest`` (whether it was a rest day); the score's
            ``points``, a whole number, and ``total``, the exact one (both 0 without a score); its
            exact parts ``points_streak``, ``points_posts`` and ``points_quality`` (null without a
            score), and what these stand for: ``posts``, ``average_quality``, and ``rated`` and
            ``recent_posts`` where they matter.
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
    durations: Mapping[str, str] | None = None,
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
            ``average_quality`` (0 to 10; null if none was rated, as without posts). Columns that
            some policies need: ``rated`` (how many posts were rated) with a prior,
            ``recent_posts`` (what the posts count as on the day, :attr:`RecentPosts.total
            <mainstay.RecentPosts.total>`) with a half-life, ``last_picked`` (null for never) with
            a cooldown, ``last_active`` (null for never) with ``active_within``. What it may be is
            said at :func:`score_table`.
        day: The day, for all of them; the one after each user's last.
        user: The column of user ids, strings or integers.
        counts: The columns that hold the counts, by kind, where they are not called as the kind;
            also those of kinds that excuse a day.
        durations: The columns that hold how long each kind was done, as durations, by kind; where
            the policy asks for minutes of all kinds, these are all.
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
    evaluated = _Evaluation(checks.day("day", day), user, counts, durations, policy)
    parts = [*each_chunk(table, evaluated.columns, evaluated)]
    same_type(user, (part.outcomes[user].type for part in parts))
    outcomes = pa.Table.from_batches([part.outcomes for part in parts])
    check_once(user, outcomes[user], [part.hashes for part in parts], _ONCE)
    states = outcomes.select([user, "streak_after", "day"])
    best = pa.Table.from_batches([part.candidates for part in parts]).combine_chunks()
    candidates = evaluated.picking.final(best)
    return DayTables(states.rename_columns([user, "streak", "last_day"]), outcomes, candidates)


@attrs.frozen
class _Part:
    """Outcomes of some users, the ids' hashes, and the best outcomes of these."""

    outcomes: Any
    hashes: Hashes
    candidates: Any


class _Evaluation:
    """Evaluates a day for some users at a time."""

    def __init__(
        self,
        day: date,
        user: str,
        counts: Mapping[str, str] | None,
        durations: Mapping[str, str] | None,
        policy: EngagementPolicy,
    ) -> None:
        self._policy = checks.instance("policy", policy, EngagementPolicy)
        self._day = day
        self._user = user
        self.picking: Picking = Picking(day, user, policy)
        needed = leaves(policy.criteria, day)
        kinds = [
            kind for each in needed if isinstance(each, DailyCriteria) for kind in each.minimums
        ]
        named = columns_by_kind("counts", counts)
        self._counts = {kind: named.get(kind, kind) for kind in (*kinds, *policy.excused_kinds)}
        asked = [each for each in needed if isinstance(each, DailyMinutes)]
        self._durations = durations_by_kind(asked, columns_by_kind("durations", durations))

    @property
    def columns(self) -> list[str]:
        """Those that must be there."""
        state = [self._user, "streak", "last_day", "posts", "average_quality"]
        rated = ["rated"] if self._policy.prior_ratings else []
        recent = [] if self._policy.half_life is None else ["recent_posts"]
        done = [*self._counts.values(), *self._durations.values()]
        return [*state, *done, *rated, *recent, *self.picking.columns]

    def __call__(self, batch: Any) -> _Part:
        """Evaluate some rows."""
        ids = plain_ids(batch[self._user], self._user)
        before = whole_numbers(batch["streak"], "streak", most=MOST)
        rest, met = self._judged(batch, len(before))
        after = np.where(rest, before, (before + 1) * met)
        last = calendar_days(batch["last_day"], "last_day")
        self._check(before, last, met)
        columns = {
            self._user: ids,
            "day": pa.array(np.full(len(met), ordinal(self._day), np.int32)).cast(pa.date32()),
            "streak_before": pa.array(before),
            "streak_after": pa.array(after),
            "met": pa.array(met),
            "rest": pa.array(rest),
        }
        outcomes = pa.record_batch(columns | self._scores(batch, before, met | rest))
        return _Part(outcomes, keys_of(ids).hashes(), self.picking.of(outcomes, batch))

    def _judged(self, batch: Any, users: int) -> tuple[Mask, Mask]:
        """Return whose day is a rest day, and who met the criteria on one that is not."""
        counts = {
            kind: whole_numbers(batch[column], column, optional=True)
            for kind, column in self._counts.items()
        }
        durations = {kind: microseconds(batch, name) for kind, name in self._durations.items()}
        done = Done(self._day, counts, durations, np.zeros(users, np.int64))
        rest = np.full(users, self._policy.rests_on(self._day))
        for kind in self._policy.excused_kinds:
            rest |= counts[kind] > 0
        return rest, criteria_met(self._policy.criteria, done) & ~rest

    def _check(self, streak: Longs, last: Longs, met: Mask) -> None:
        """Refuse the first state that has no such day, in the core's words."""
        new = last == NO_DAY
        wrong = np.where(new, streak > 0, last != ordinal(self._day) - 1)
        row = first(wrong | (met & (streak == MOST)))
        if row is not None:
            with at_row(row):
                last_day = None if new[row] else as_date(last[row])
                state = Engagement("user", int(streak[row]), last_day)
                after = int(streak[row]) + bool(met[row])
                Engagement("user", after, evaluate_day(state, DayActivity(self._day))[1].day)

    def _scores(self, batch: Any, streak: Longs, without: Mask) -> dict[str, Any]:
        """Return the historical scores with their parts and what these stand for."""
        posts = whole_numbers(batch["posts"], "posts", most=MOST)
        average, quality = numbers(batch["average_quality"], "average_quality", 0, 10)
        there = quality.is_valid().to_numpy(zero_copy_only=False)
        row = first((posts == 0) & there)
        if row is not None:
            with at_row(row):
                check_rated(0, float(average[row]))
        judged, more = self._judged_quality(batch, average, there)
        counted, others = self._counted(batch, posts)
        total, *points = day_scores(streak, counted, judged, self._policy)
        total = np.where(without, 0.0, total)
        parts = zip(("streak", "posts", "quality"), points, strict=True)
        return {
            "points": pa.array(headlines(total)),
            "total": pa.array(total),
            **{f"points_{name}": pa.array(part, mask=without) for name, part in parts},
            "posts": pa.array(posts),
            "average_quality": quality,
            **more,
            **others,
        }

    def _judged_quality(
        self, batch: Any, average: Floats, there: Mask
    ) -> tuple[Floats, dict[str, Any]]:
        """Return the qualities with the prior, if there is one, and how many were rated."""
        if not self._policy.prior_ratings:
            return average, {}
        rated = whole_numbers(batch["rated"], "rated", most=MOST, optional=True)
        row = first(there & (rated == 0))
        if row is not None:
            with at_row(row):
                checks.integer("rated", int(rated[row]), 1)
        return with_prior(average, rated * there, self._policy), {"rated": pa.array(rated)}

    def _counted(self, batch: Any, posts: Longs) -> tuple[Longs | Floats, dict[str, Any]]:
        """Return what posts count as."""
        if self._policy.half_life is None:
            return posts, {}
        counted, recent = numbers(batch["recent_posts"], "recent_posts", 0, MOST)
        return counted, {"recent_posts": recent}

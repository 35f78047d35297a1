"""The columns of one day of many users, and what they come to.

They say what :class:`PunctualDay` says of one user, to the last bit, and are that if anybody looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import repeat
from typing import Any, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from mainstay import _checks as checks
from mainstay.adapters.sql.engagements._punctual import OneOfMany, PunctualDay
from mainstay.columnar.day_scores import Done, Longs, Mask, criteria_met, day_scores
from mainstay.columnar.sums import Floats
from mainstay.ports import DueDays, EvaluatedDays, PostsByDay
from mainstay.scores.engagement.criteria import DailyCriteria
from mainstay.scores.engagement.day import DayActivity, DayOutcome
from mainstay.scores.engagement.evaluate import Engagement
from mainstay.scores.engagement.historical import MOST
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import PolicyHistory

__all__ = ["ColumnDay", "ColumnOutcome", "DayArrays", "JudgedArrays"]

_Row: TypeAlias = Sequence[Any]

#: Whole numbers below are floats as well, so that they are divided as Python divides them.
_EXACT = 2**53
_MILLION = 1_000_000
_MICROSECOND = timedelta(microseconds=1)


class ColumnOutcome(OneOfMany):
    """What a user's day came to.

    Attributes:
        days: Everybody's day.
        judged: What it came to for all.
        row: Where the user is.
    """

    __slots__ = ("days", "judged", "row")
    __setattr__ = object.__setattr__  # fast, and only here: all else of it is frozen

    def __init__(self, days: DayArrays, judged: JudgedArrays, row: int) -> None:
        self.days: DayArrays = days
        self.judged: JudgedArrays = judged
        self.row: int = row

    def __getattr__(self, name: str) -> object:
        plain = self.days.plain(self.row).evaluate(policies=self.judged.policies)
        self.state: Engagement = plain.state
        self.outcomes: Sequence[DayOutcome] = plain.outcomes
        return object.__getattribute__(self, name)


class ColumnDay(DueDays):
    """A user's day.

    Attributes:
        days: Everybody's.
        row: Where the user is.
    """

    __slots__ = ("days", "row")
    __setattr__ = object.__setattr__  # fast, and only here: all else of it is frozen

    def __init__(self, days: DayArrays, row: int) -> None:
        self.days: DayArrays = days
        self.row: int = row

    @property
    def key(self) -> str:
        """The user's id."""
        return self.days.users[self.row]

    def __getattr__(self, name: str) -> object:
        plain = self.days.plain(self.row)
        self.state: Engagement = plain.state
        self.activities: Sequence[DayActivity] = plain.activities
        self.through: date = plain.through
        self.posts_by_day: PostsByDay | None = plain.posts_by_day
        return object.__getattribute__(self, name)

    def evaluate(self, *, policies: PolicyHistory[EngagementPolicy]) -> EvaluatedDays:
        """Return what the day comes to, by the policy that holds on it."""
        days = self.days
        if not policies.on(days.day).is_simple:
            return days.plain(self.row).evaluate(policies=policies)
        judged = days.judged
        if judged is None or judged.policies is not policies:
            judged = days.judge(policies)
        return ColumnOutcome(days, judged, self.row)


class DayArrays(Sequence[DueDays]):
    """One day of many users, which are made one by one as somebody looks at them.

    Attributes:
        day: The day, which has one before.
        users: Who, in order.
        rows: Where each is.
        last: The last day that was kept of each.
        idle: The points of idle days before, as the states have them.
        streak: As it stood the day before.
        totals: Lifetime posts through the day, how many were rated, the ratings' sum in millionths.
        judged: What it came to, as asked for last.
        history: Reads their posts by day.
    """

    def __init__(
        self,
        day: date,
        rows: Sequence[_Row],
        counted: Sequence[_Row],
        posts: frozenset[str],
        history: PostsByDay,
    ) -> None:
        """Take the rows of states, and the columns of what these users and others did by kind."""
        users, _, last, streak, *totals, _, idle = zip(*rows, strict=True)
        self.day: date = day
        self.users: Sequence[str] = users
        self.last: Sequence[str | None] = last
        self.idle: Sequence[Any] = idle
        self.streak: Longs = _longs(streak)
        self.totals: list[Longs] = [_longs(total) for total in totals]
        self.judged: JudgedArrays | None = None
        self.history: PostsByDay = history
        self.rows: dict[str, int] = {user: row for row, user in enumerate(users)}
        odd = {user for user in self.rows if type(user) is not str or not user}
        self._good = self._in_range() & ([user not in odd for user in users] if odd else True)
        self._happened(counted, posts)

    def _happened(self, counted: Sequence[_Row], posts: frozenset[str]) -> None:
        """Take in what was done on the day."""
        who, kinds, *numbers = counted
        rows = _longs([*map(self.rows.get, who, repeat(-1))])
        ours = rows >= 0
        known = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
        numbered = _longs([*map(known.__getitem__, kinds)])
        self._kinds: dict[Any, int] = known
        self._who, self._kind = rows[ours], numbered[ours]
        self._times, *ratings, self._long = (_longs(each)[ours] for each in numbers)
        odd = [number for kind, number in known.items() if type(kind) is not str or not kind]
        self._good[self._who[np.isin(self._kind, odd) | (abs(ratings[1]) >= _EXACT)]] = False
        post = np.isin(self._kind, [known[kind] for kind in posts if kind in known])
        for total, new in zip(self.totals, (self._times, *ratings), strict=True):
            np.add.at(total, self._who[post], new[post])

    def _in_range(self) -> Mask:
        posts, rated, ratings = self.totals
        # A streak of one day more is to be so as well.
        there: Mask = (self.streak < MOST) & (posts <= MOST) & (rated < _EXACT)
        there &= abs(ratings) < _EXACT
        return there

    @property
    def good(self) -> Mask:
        """Who has only numbers in their range; what is wrong with others is for the core to say."""
        average, (posts, rated, _) = self._average(), self.totals
        fits = (average >= 0) & (average <= 10) & (posts > 0)
        good: Mask = self._good & self._in_range() & (fits | (rated == 0))
        return good

    def _average(self) -> Floats:
        _, rated, ratings = self.totals
        nothing = np.zeros(len(rated))
        return np.divide(ratings, rated, out=nothing, where=rated > 0) / _MILLION

    def __len__(self) -> int:
        """Return how many they are."""
        return len(self.users)

    @overload
    def __getitem__(self, row: int) -> ColumnDay: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[ColumnDay]: ...
    def __getitem__(self, row: int | slice) -> ColumnDay | Sequence[ColumnDay]:
        """Return the day of one of them, or of some."""
        rows = range(len(self.users))[row]
        if isinstance(rows, int):
            return ColumnDay(self, rows)
        return [ColumnDay(self, each) for each in rows]

    def __iter__(self) -> Iterator[ColumnDay]:
        """Yield all of them, in order."""
        return map(partial(ColumnDay, self), range(len(self.users)))

    def plain(self, row: int) -> PunctualDay:
        """Return one user's day."""
        posts, rated, ratings = (int(total[row]) for total in self.totals)
        names = [*self._kinds]
        did = np.flatnonzero(self._who == row)
        counts = {names[self._kind[at]]: int(self._times[at]) for at in did}
        long = {names[self._kind[at]]: int(self._long[at]) * _MICROSECOND for at in did}
        durations = {kind: duration for kind, duration in long.items() if duration}
        return PunctualDay(
            self.users[row],
            self.day,
            self.last[row],
            int(self.streak[row]),
            (posts, rated, ratings),
            counts,
            durations=durations,
            history=self.history,
        )

    def judge(self, policies: PolicyHistory[EngagementPolicy]) -> JudgedArrays:
        """Return what the day comes to, by the policy that holds on it."""
        policy, (posts, _, _) = policies.on(self.day), self.totals
        criteria = checks.instance("criteria", policy.criteria, DailyCriteria)
        counts = {kind: self._count(kind) for kind in criteria.minimums}
        met = criteria_met(criteria, Done(self.day, counts, {}, np.zeros_like(self.streak)))
        score = day_scores(self.streak, posts, self._average(), policy)
        self.judged = JudgedArrays(policies, policy, met, (self.streak + 1) * met, score)
        return self.judged

    def _count(self, kind: str) -> Longs:
        """Return how often each user did a kind of thing."""
        times = np.zeros(len(self.users), np.int64)
        did = self._kind == self._kinds.get(kind, -1)
        times[self._who[did]] = self._times[did]
        return times


class JudgedArrays:
    """What a day of many users came to.

    Attributes:
        policies: By which it was judged.
        policy: The one that holds on the day.
        met: Who met the criteria.
    """

    def __init__(
        self,
        policies: PolicyHistory[EngagementPolicy],
        policy: EngagementPolicy,
        met: Mask,
        after: Longs,
        score: Sequence[Floats],
    ) -> None:
        """Take the streaks after the day, and the score and its parts."""
        self.policies: PolicyHistory[EngagementPolicy] = policies
        self.policy: EngagementPolicy = policy
        self.met: Mask = met
        self._after = after
        _, _, posts, quality = score
        self._score = *score, posts + quality

    def rows(
        self, days: DayArrays, at: list[int], maxima: int | None, nothing: float | None
    ) -> tuple[Iterable[_Row], Iterable[_Row]]:
        """Return the rows of some users' outcomes, and of their states.

        Args:
            days: Their day.
            at: Where they are, in order.
            maxima: The number of the score's maxima.
            nothing: What stands for no value.
        """
        some, today, are_all = np.array(at), repeat(str(days.day)), [*range(len(days))] == at
        users, last, were = (
            column if are_all else [column[row] for row in at]
            for column in (days.users, days.last, days.idle)
        )
        before, after, *totals = (
            column[some].tolist() for column in (days.streak, self._after, *days.totals)
        )
        met, number = self.met[some], np.full(len(at), maxima or 0)
        *score, idle, numbers = (
            _without(met, values, nothing)
            for values in (*(part[some] for part in self._score), number)
        )
        changed = [nothing if new == old else new for new, old in zip(idle, were, strict=True)]
        known = users, today, last, before, after, *totals
        outcomes = zip(*known, *score, idle, numbers, repeat(None), repeat(None), strict=False)
        return outcomes, zip(users, today, after, *totals, today, changed, after, strict=False)


def _longs(values: Sequence[int]) -> Longs:
    return np.array(values, np.int64)


def _without(some: Mask, values: NDArray[Any], nothing: float | None) -> list[Any]:
    """Return values, and nothing instead of some."""
    found = values.astype(object if nothing is None else float)
    found[some] = nothing
    return [*found.tolist()]

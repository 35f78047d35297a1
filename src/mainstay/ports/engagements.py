"""Everybody's days."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta
from functools import cache, partial
from itertools import pairwise
from typing import Protocol, TypeAlias

import attrs

from mainstay import _checks as checks
from mainstay.activity.counts import Counts
from mainstay.daystarts import DayStart
from mainstay.ports.pages import Unreadable
from mainstay.ports.policies import JudgedPage, JudgedPages
from mainstay.scores.engagement.day import DayActivity, DayOutcome
from mainstay.scores.engagement.evaluate import Engagement, evaluate_day
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import PolicyHistory

__all__ = [
    "LONGEST",
    "DueDays",
    "EngagementPage",
    "EngagementStore",
    "EvaluatedDays",
    "PostsByDay",
    "rescored",
]

#: What a user's posts are by day; those after the days that are due may be among them.
PostsByDay: TypeAlias = Callable[[str], Sequence[tuple[date, int]]]
#: What one event adds to the minutes of a day at most, so that no database's sum overflows.
LONGEST = timedelta(minutes=1_000_000)
_ONE_DAY = timedelta(days=1)
_NOTHING = Counts({})


@attrs.frozen
class EvaluatedDays:
    """What evaluating a user's due days came to.

    Attributes:
        state: The state afterwards.
        outcomes: What each day came to, oldest first; never empty.

    Examples:
        >>> due = DueDays(
        ...     Engagement("ada"),
        ...     [DayActivity(date(2024, 5, 1), Counts({"post": 2, "like": 5, "comment": 5}), 2)],
        ...     through=date(2024, 5, 1),
        ... )
        >>> evaluated = due.evaluate(policies=PolicyHistory(EngagementPolicy()))
        >>> evaluated.state.streak, [outcome.streak_after for outcome in evaluated.outcomes]
        (1, [1])
    """

    state: Engagement
    outcomes: Sequence[DayOutcome]


@attrs.frozen
class DueDays:
    """A user with days that must be evaluated.

    Idle days need not be, as long as there is no streak: the outcome of the day before stands,
    unless it was a rest day.

    Attributes:
        state: Their state, as of the last day that was kept, with or without its last outcome.
        activities: The days that must be evaluated, oldest first; never empty. The first is the
            first on which anything is new, the others are those with events, and those from which
            on idle days score otherwise (:func:`rescored`).
        through: The last day to evaluate. Those after one without a score, up to this one, must
            be evaluated as well: a streak may end on them, and nobody knows them before.
        posts_by_day: Reads the user's posts by day, if a policy has a half-life.

    Examples:
        >>> active = DayActivity(date(2024, 5, 1), Counts({"post": 2, "like": 5, "comment": 5}), 2)
        >>> due = DueDays(Engagement("ada"), [active], through=date(2024, 5, 9))
        >>> evaluated = due.evaluate(policies=PolicyHistory(EngagementPolicy()))
        >>> [(each.day.day, each.streak_after) for each in evaluated.outcomes]  # the streak ends
        [(1, 1), (2, 0)]
    """

    state: Engagement
    activities: Sequence[DayActivity]
    through: date
    posts_by_day: PostsByDay | None = attrs.field(default=None, eq=False, repr=False)

    @property
    def key(self) -> str:
        """The user's id."""
        return self.state.user_id

    def evaluate(self, *, policies: PolicyHistory[EngagementPolicy]) -> EvaluatedDays:
        """Return what the days come to, each judged by the policy that holds on it.

        Raises:
            InvalidTypeError: ``policies`` is not a history of them.
            OutOfOrderError: The days don't follow one another, or not the state.
        """
        checks.instance("policies", policies, PolicyHistory)
        state, outcomes = self.state, list[DayOutcome]()
        rest, read = deque(self.activities), self.posts_by_day
        posts = None if read is None else cache(partial(self._posts, read))
        while rest:
            activity = rest.popleft()
            if state.last_day is not None:
                state = state.idle_through(activity.day - _ONE_DAY)
            policy = policies.on(activity.day)
            if policy.half_life is not None and posts is not None:
                activity = attrs.evolve(activity, posts_by_day=posts())
            state, outcome = evaluate_day(state, activity, policy=policy)
            outcomes.append(outcome)
            if not outcome.stands and activity.day < self.through:
                tomorrow = activity.day + _ONE_DAY
                if not rest or rest[0].day > tomorrow:
                    rest.appendleft(
                        attrs.evolve(activity, day=tomorrow, counts=_NOTHING, durations=())
                    )
        return EvaluatedDays(state, outcomes)

    def _posts(self, read: PostsByDay) -> Sequence[tuple[date, int]] | None:
        """Return the posts by day, read and checked once for all days."""
        return attrs.evolve(self.activities[0], posts_by_day=read(self.key)).posts_by_day

    def is_answered_by(self, evaluated: EvaluatedDays) -> bool:
        """Return whether it has one outcome for each day that must be evaluated, in order.

        These are the days of the activities, and the day after each outcome without a score.
        """
        state, outcomes = evaluated.state, evaluated.outcomes
        known = {activity.day for activity in self.activities}
        open_days = {each.day for each in outcomes if not each.stands and each.day < self.through}
        days = sorted(known | {day + _ONE_DAY for day in open_days})
        return (
            [(each.user_id, each.day) for each in outcomes] == [(self.key, day) for day in days]
            and (state.user_id, state.last_day) == (self.key, days[-1])
            and state.streak == outcomes[-1].streak_after
        )


def rescored(*, policies: PolicyHistory[EngagementPolicy] | None) -> Sequence[date]:
    """Return the days from which on an idle day scores otherwise than the day before.

    The first such day must be evaluated for everybody.

    Args:
        policies: Those that are kept; ``None`` if none is.

    Examples:
        >>> once, twice = EngagementPolicy(), EngagementPolicy(posts_half=100)
        >>> changes = [(date(2024, 5, 6), once), (date(2024, 6, 3), twice)]
        >>> rescored(policies=PolicyHistory(once, changes))
        [datetime.date(2024, 6, 3)]
    """
    if policies is None:
        return []
    changes = [(date.min, policies.first), *policies.changes]
    return [
        since
        for (_, before), (since, policy) in pairwise(changes)
        if not policy.same_when_idle(before)
    ]


class EngagementPage(JudgedPage[date, DueDays, EvaluatedDays, EngagementPolicy], Protocol):
    """One transaction on everybody's days.

    A user's last outcome *stands*: until the next one is kept, it is that of every later day
    through which the user has been evaluated, without a streak; of a rest day it has no score. So
    a day must be evaluated if, and only if, it is the user's first, has an event, follows a day
    without a score (the criteria were met, or it was a rest day), or is the first
    after posts have arrived late or were corrected, after idle days have come to score otherwise,
    or after the target of a run that was behind others.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import Session
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, policies = MemoryStore(), PolicyHistory(EngagementPolicy())
        >>> _ = store.sessions.add([Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), id="1")])
        >>> with store.engagements.page() as page:
        ...     due = page.due(date(2024, 5, 1), limit=10)
        ...     page.keep([each.evaluate(policies=policies) for each in due])
        ...     page.due(date(2024, 5, 1), limit=10)
        []
    """

    def due(
        self, day: date, /, *, after: str | None = None, limit: int
    ) -> Sequence[DueDays | Unreadable]:
        """Return users with days through ``day`` that must be evaluated, by user id.

        Those whose first activity is after ``day`` are not due. Posts and qualities are lifetime
        totals through each day, those included that arrived after a day had been evaluated.

        Args:
            day: The last day to evaluate.
            after: Only users after this one.
            limit: How many activities at most, of all users together, an unreadable one's counting
                as one; the first user's in any case.
        """
        ...

    def reopen(
        self,
        user_ids: Sequence[str] | None,
        /,
        *,
        since: date | None,
        after: str | None = None,
        limit: int,
    ) -> Sequence[DueDays | Unreadable]:
        """Take back what days came to, and return them as due, by user id, to be evaluated again.

        Of each user who has been evaluated, outcomes are taken back from ``since`` on, or from the
        first day with an event, if that is before their first outcome; from the floor at the
        earliest. The days are due as if they had never been evaluated, through the day through
        which the user was; where an outcome stands before them, the first of them is. One whose
        days were taken back when accounts were merged has them through the day through which
        everybody has been idle. ``keep`` takes what they come to, in the same transaction.
        Totals are those of the events that are there, and of those before the floor. A user of whom
        neither an event nor an outcome is left is no longer known, and not returned. Days that are
        closed keep their candidates.

        Args:
            user_ids: Whose; ``None`` for everybody.
            since: The first day. ``None`` stands for each user's first late day: those without
                one are left out.
            after: Only users after this one.
            limit: How many activities at most, as for :meth:`due`; fewer may come. Users after
                the last one returned stay as they are.
        """
        ...

    def idle(self, day: date, /) -> None:
        """Say that everybody who is not due through ``day`` has been idle through it.

        So they are evaluated through ``day``; those who are due are so through the day before the
        first that is. A day before the latest one changes nothing. Events that are added at the
        same time are there before, so that they are due; or after, and then they are late.

        It waits for those who are adding events, and they for it. So it is said in a transaction
        of its own, when all pages are done.
        """
        ...

    def open_days(self, through: date, *, after: date | None = None, limit: int) -> Sequence[date]:
        """Return days that were not closed, oldest first, at most ``limit``.

        They begin with the first day on which any user was active, or of which an outcome is kept;
        with the floor at the earliest; or after the day ``after``.
        """
        ...

    def best_missed(
        self, days: Collection[date], *, limit: int
    ) -> Mapping[date, Sequence[DayOutcome]]:
        """Return each day's outcomes with a total above 0: the highest first, at most ``limit``.

        Outcomes that stand on a day are among them, with the points they have on it: by the
        policies that are kept, else by the standard one. Ties go to the longer streak before the
        day, then to the lower user id.
        """
        ...

    def picked_between(self, first: date, last: date, /) -> Mapping[date, Collection[str]]:
        """Return the users picked on each closed day from one to another, both included."""
        ...

    def last_active(self, user_ids: Collection[str], first: date, last: date) -> Mapping[str, date]:
        """Return the last day from one to another on which each user has an event, if any."""
        ...

    def close(self, candidates: Mapping[date, Sequence[DayOutcome]], /) -> None:
        """Fix the candidates of days, in their order; a day that is closed stays as it is.

        Each is kept with its whole outcome, whatever becomes of the outcomes of the day.
        """
        ...


class EngagementStore(JudgedPages[date, DueDays, EvaluatedDays, EngagementPolicy], Protocol):
    """Everybody's days: where they stand, and what each day came to.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import Session
        >>> from mainstay.jobs import evaluate_consistency
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, day = MemoryStore(), date(2024, 5, 1)
        >>> post = Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), kind="post", id="1")
        >>> _ = store.sessions.add([post])
        >>> _ = evaluate_consistency(store.engagements).run(JobContext(target=day))
        >>> store.engagements.outcome("ada", day).met  # one post is not enough
        False
        >>> [outcome.user_id for outcome in store.engagements.candidates(day)]
        ['ada']
    """

    @property
    def local_days(self) -> bool:
        """Whether an activity counts on the date where the user was, and not on UTC's."""
        ...

    @property
    def day_start(self) -> DayStart:
        """The time at which a day begins: on the user's wall clock with local days, else in UTC.

        Or a :class:`mainstay.DayEnd`.
        """
        ...

    def page(self) -> AbstractContextManager[EngagementPage]:
        """Begin a transaction, as :meth:`Pages.page` does."""
        ...

    def outcome(self, user_id: str, day: date) -> DayOutcome | None:
        """Return what a day came to for a user; ``None`` if it has not been evaluated.

        Raises:
            NoLongerKeptError: It has been evaluated, and what it came to is no longer kept.
        """
        ...

    def candidates(self, day: date) -> Sequence[DayOutcome] | None:
        """Return a day's candidates, the best first; ``None`` while the day is not closed.

        Raises:
            NoLongerKeptError: The day was closed, and its candidates are no longer kept.
        """
        ...

"""Everybody's days: where they stand, and what each day came to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, time, timedelta
from threading import RLock

import attrs

from mainstay import _checks as checks
from mainstay.ports import DueDays, EngagementPage, EvaluatedDays, Unreadable, rescored
from mainstay.scores.engagement.day import DayActivity, DayOutcome
from mainstay.scores.engagement.evaluate import Engagement
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import PolicyHistory
from mainstay.testing.memory._activity import Activity, Unreadables, UserDays, count_kinds
from mainstay.testing.memory._transaction import Transaction
from mainstay.testing.memory.policies import Policies

__all__ = ["MemoryEngagements"]

_ONE_DAY = timedelta(days=1)


@attrs.frozen
class _User:
    """What is kept of a user who has been evaluated.

    Attributes:
        state: As of the last day that was kept.
        outcomes: What is kept, oldest first; the last one stands.
        through: The day through which the user is evaluated.
    """

    state: Engagement
    outcomes: tuple[DayOutcome, ...]
    through: date

    def outcome(self, day: date) -> DayOutcome | None:
        before = [outcome for outcome in self.outcomes if outcome.day <= day]
        return before[-1].idle_on(day) if before and day <= self.through else None


@attrs.define
class _Kept:
    """What is kept; a transaction works on a copy.

    Attributes:
        idle_through: The latest day through which everybody who was not due has been idle.
    """

    users: dict[str, _User] = attrs.field(factory=dict)
    idle_through: date = date.min
    closed: dict[date, Sequence[DayOutcome]] = attrs.field(factory=dict)
    policies: Policies[EngagementPolicy] = attrs.field(factory=lambda: Policies(EngagementPolicy))

    def copy(self) -> _Kept:
        return _Kept(dict(self.users), self.idle_through, dict(self.closed), self.policies.copy())


class MemoryEngagements:
    """A :class:`mainstay.ports.EngagementStore`."""

    def __init__(self, lock: RLock, activity: Activity, unreadable: Unreadables) -> None:
        self._lock = lock
        self._activity = activity
        self._unreadable = unreadable
        self._kept = _Kept()

    @property
    def local_days(self) -> bool:
        """Whether an activity counts on the date where the user was, and not on UTC's."""
        return self._activity.local_days

    @property
    def day_start(self) -> time:
        """The time at which a day begins, where the user was or in UTC."""
        return self._activity.sessions.day_start

    def policies(self) -> PolicyHistory[EngagementPolicy] | None:
        """Return the policies that are kept; ``None`` while none is kept from the beginning."""
        return self._kept.policies.history()

    @contextmanager
    def page(self) -> Iterator[EngagementPage]:
        """Begin a transaction: kept if the block ends well, undone if it raises."""
        with self._lock:
            page = _Page(self._kept.copy(), self._activity, self._unreadable)
            yield page
            if not page.transaction.rejected:
                self._kept = page.kept

    def count_due(self, day: date) -> int:
        """Return how many users are due."""
        page = _Page(self._kept, self._activity, self._unreadable)
        return sum(1 for _ in page.all_due(day, after=None))

    def outcome(self, user_id: str, day: date) -> DayOutcome | None:
        """Return what a day came to for a user; ``None`` if it has not been evaluated."""
        user = self._kept.users.get(checks.text("user_id", user_id))
        checks.day("day", day)
        return None if user is None else user.outcome(day)

    def candidates(self, day: date) -> Sequence[DayOutcome] | None:
        """Return a day's candidates, the best first; ``None`` while the day is not closed."""
        return self._kept.closed.get(checks.day("day", day))


@attrs.define
class _Page:
    """A :class:`mainstay.ports.EngagementPage`.

    Attributes:
        kept: What is kept if the transaction ends well.
        activity: What happened.
        unreadable: The users of whom nothing can be read.
        transaction: What has been read in it.
    """

    kept: _Kept
    activity: Activity
    unreadable: Unreadables
    transaction: Transaction[DueDays] = attrs.field(factory=Transaction[DueDays])

    def due(
        self, day: date, *, after: str | None = None, limit: int
    ) -> Sequence[DueDays | Unreadable]:
        """Return users with days through one that must be evaluated."""
        checks.integer("limit", limit, 1)
        found: list[DueDays | Unreadable] = []
        days = 0
        for due in self.all_due(day, after=after):
            days += len(due.activities) if isinstance(due, DueDays) else 1
            if days > limit and found:
                break
            found.append(due)
            if isinstance(due, DueDays):
                self.transaction.read[due.key] = due
        return found

    def all_due(self, day: date, *, after: str | None) -> Iterator[DueDays | Unreadable]:
        """Yield everybody who is due, in order."""
        checks.day("day", day)
        for user_id, days in self.activity.by_user().items():
            due = [each for each in self._must(user_id, days) if each <= day]
            if not due or (after is not None and user_id <= after):
                continue
            if user_id in self.unreadable:
                yield Unreadable(user_id, self.unreadable.error(user_id))
            else:
                user = self.kept.users.get(user_id)
                state = Engagement(user_id) if user is None else user.state
                yield DueDays(state, [self._activity_of(days, each) for each in due], day)

    def _must(self, user_id: str, days: UserDays) -> Sequence[date]:
        """Return the days that must be evaluated: the first, and those after it that are known."""
        user = self.kept.users.get(user_id)
        known = {*days, *rescored(policies=self.kept.policies.history())}
        since = min(days) if user is None else user.through + _ONE_DAY
        if user is not None and self._goes_on(user, days):
            known.add(since)
        return sorted(day for day in known if day >= since)

    def _goes_on(self, user: _User, days: UserDays) -> bool:
        """Return whether the day after those evaluated must be, whatever happens on it."""
        return (
            user.state.streak > 0
            or user.through < self.kept.idle_through
            or self._activity_of(days, user.through).posts > _posts(user.outcomes[-1])
        )

    def _activity_of(self, days: UserDays, day: date) -> DayActivity:
        return DayActivity(day, count_kinds(days.get(day, ())), *self.activity.totals(days, day))

    def keep(self, evaluated: Sequence[EvaluatedDays]) -> None:
        """Keep states and outcomes of users that were due in this transaction."""
        for done in evaluated:
            user_id = done.state.user_id
            due = self.transaction.due(user_id)
            user = self.kept.users.get(user_id)
            before = () if user is None else user.outcomes
            first = due.activities[0].day
            if not due.is_answered_by(done) or (before and before[-1].day >= first):
                raise self.transaction.reject(
                    "must have one outcome for each day that was due, and once",
                    field="outcomes",
                    value=done.outcomes,
                    remedy="Evaluate the days that due returns, in order.",
                )
            through = max(done.outcomes[-1].day, min(due.through, self.kept.idle_through))
            self.kept.users[user_id] = _User(done.state, (*before, *done.outcomes), through)

    def idle(self, day: date) -> None:
        """Say that everybody who is not due through a day has been idle through it."""
        checks.day("day", day)
        by_user = self.activity.by_user()
        for user_id, user in self.kept.users.items():
            must = self._must(user_id, by_user[user_id])
            through = min(day, must[0] - _ONE_DAY) if must else day
            self.kept.users[user_id] = attrs.evolve(user, through=max(user.through, through))
        self.kept.idle_through = max(self.kept.idle_through, day)

    def open_days(self, through: date, *, after: date | None = None, limit: int) -> Sequence[date]:
        """Return days that were not closed, oldest first, at most ``limit``."""
        checks.day("through", through)
        first = min((min(days) for days in self.activity.by_user().values()), default=None)
        days = [] if first is None else _days(first, through)
        opened = [
            day for day in days if day not in self.kept.closed and (after is None or day > after)
        ]
        return opened[: checks.integer("limit", limit, 1)]

    def best_missed(
        self, days: Collection[date], *, limit: int
    ) -> Mapping[date, Sequence[DayOutcome]]:
        """Return each day's outcomes with a total above 0: the highest first."""
        checks.integer("limit", limit, 0)
        return {checks.day("days", day): self._missed(day)[:limit] for day in days}

    def _missed(self, day: date) -> Sequence[DayOutcome]:
        outcomes = (user.outcome(day) for user in self.kept.users.values())
        missed = [outcome for outcome in outcomes if outcome is not None and outcome.total > 0]
        return sorted(missed, key=lambda each: (-each.total, -each.streak_before, each.user_id))

    def close(self, candidates: Mapping[date, Sequence[DayOutcome]]) -> None:
        """Fix the candidates of days, in their order; a day that is closed stays as it is."""
        for day, picked in candidates.items():
            self.kept.closed.setdefault(checks.day("candidates", day), tuple(picked))

    def policies(self) -> PolicyHistory[EngagementPolicy] | None:
        """Return the policies that are kept; ``None`` while none is kept from the beginning."""
        return self.kept.policies.history()

    def keep_policy(
        self, policy: EngagementPolicy, *, since: date | None = None
    ) -> EngagementPolicy:
        """Keep a policy, and return the one that is kept since then afterwards."""
        return self.kept.policies.keep(policy, since, self.last_day())

    def last_day(self) -> date | None:
        """Return the last day evaluated for anybody; ``None`` if nothing has been."""
        days = [user.through for user in self.kept.users.values()]
        return max(*days, self.kept.idle_through) if days else None

    def kinds(self) -> Collection[str]:
        """Return the kinds of activity that there are."""
        return self.activity.sessions.kinds()


def _posts(outcome: DayOutcome) -> int:
    return 0 if outcome.score is None else outcome.score.posts


def _days(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)

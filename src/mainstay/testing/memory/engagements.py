"""Everybody's days: where they stand, and what each day came to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from threading import RLock

import attrs

from mainstay import _checks as checks
from mainstay.ports import DueDays, EngagementPage, EvaluatedDays, Unreadable
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
class _Kept:
    """What is kept; a transaction works on a copy."""

    states: dict[str, Engagement] = attrs.field(factory=dict)
    outcomes: dict[tuple[str, date], DayOutcome] = attrs.field(factory=dict)
    closed: dict[date, Sequence[DayOutcome]] = attrs.field(factory=dict)
    policies: Policies[EngagementPolicy] = attrs.field(factory=lambda: Policies(EngagementPolicy))

    def copy(self) -> _Kept:
        return _Kept(
            dict(self.states), dict(self.outcomes), dict(self.closed), self.policies.copy()
        )


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
        return self._kept.outcomes.get((checks.text("user_id", user_id), checks.day("day", day)))

    def candidates(self, day: date) -> Sequence[DayOutcome] | None:
        """Return a day's candidates, the best first; ``None`` while the day is not closed."""
        return self._kept.closed.get(checks.day("day", day))


@attrs.frozen
class _Page:
    """One transaction on everybody's days."""

    kept: _Kept
    activity: Activity
    unreadable: Unreadables
    transaction: Transaction[DueDays] = attrs.field(factory=Transaction[DueDays])

    def due(
        self, day: date, *, after: str | None = None, limit: int
    ) -> Sequence[DueDays | Unreadable]:
        """Return users whose days through one have not all been evaluated, by user id."""
        left = checks.integer("limit", limit, 1)
        found: list[DueDays | Unreadable] = []
        for due in self.all_due(day, after):
            left -= len(due.activities) if isinstance(due, DueDays) else 1
            if found and left < 0:
                break
            found.append(due)
        self.transaction.read.update({due.key: due for due in found if isinstance(due, DueDays)})
        return found

    def all_due(self, day: date, after: str | None) -> Iterator[DueDays | Unreadable]:
        """Find everybody who is due, after a user."""
        checks.day("day", day)
        for user_id, days in self.activity.by_user().items():
            state = self.kept.states.get(user_id, Engagement(user_id))
            first = min(days) if state.last_day is None else state.last_day + _ONE_DAY
            if first > day or (after is not None and user_id <= after):
                continue
            if user_id in self.unreadable:
                yield Unreadable(user_id, self.unreadable.error(user_id))
            else:
                due = [self._activity_of(days, each) for each in _days(first, day)]
                yield DueDays(state, due)

    def _activity_of(self, days: UserDays, day: date) -> DayActivity:
        return DayActivity(day, count_kinds(days.get(day, ())), *self.activity.totals(days, day))

    def keep(self, evaluated: Sequence[EvaluatedDays]) -> None:
        """Keep states and outcomes of users that were due in this transaction."""
        for done in evaluated:
            user_id = done.state.user_id
            due = self.transaction.due(user_id)
            days = [(user_id, activity.day) for activity in due.activities]
            keys = [(outcome.user_id, outcome.day) for outcome in done.outcomes]
            if keys != days or keys[-1] in self.kept.outcomes:
                raise self.transaction.reject(
                    "must have one outcome for each day that was due, and once",
                    field="outcomes",
                    value=done.outcomes,
                    remedy="Evaluate each day that due returns, in order.",
                )
            self.kept.outcomes.update(zip(keys, done.outcomes, strict=True))
            self.kept.states[user_id] = done.state

    def open_days(self, through: date, *, limit: int) -> Sequence[date]:
        """Return days that were not closed, oldest first, at most ``limit``."""
        checks.day("through", through)
        first = min((min(days) for days in self.activity.by_user().values()), default=None)
        days = [] if first is None else _days(first, through)
        opened = [day for day in days if day not in self.kept.closed]
        return opened[: checks.integer("limit", limit, 1)]

    def best_missed(self, day: date, *, limit: int) -> Sequence[DayOutcome]:
        """Return a day's outcomes with a total above 0: the highest first, at most ``limit``."""
        checks.day("day", day)
        missed = [
            outcome
            for outcome in self.kept.outcomes.values()
            if outcome.day == day and outcome.total > 0
        ]
        missed.sort(key=lambda missed: (-missed.total, -missed.streak_before, missed.user_id))
        return missed[: checks.integer("limit", limit, 0)]

    def close(self, day: date, candidates: Sequence[DayOutcome]) -> None:
        """Fix a day's candidates, in their order; a day that is closed stays as it is."""
        self.kept.closed.setdefault(checks.day("day", day), tuple(candidates))

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
        days = (state.last_day for state in self.kept.states.values())
        return max((day for day in days if day is not None), default=None)

    def kinds(self) -> Collection[str]:
        """Return the kinds of activity that there are."""
        return self.activity.sessions.kinds()


def _days(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)

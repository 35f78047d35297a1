"""One transaction on everybody's days."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta

import attrs

from mainstay import _checks as checks
from mainstay.ports import DueDays, EvaluatedDays, Unreadable, rescored
from mainstay.scores.engagement.day import DayActivity, DayOutcome
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import PolicyHistory
from mainstay.testing.memory._activity import (
    Activity,
    Unreadables,
    UserDays,
    average,
    count_kinds,
    durations_of,
)
from mainstay.testing.memory._judged_days import Judged, KeptDays
from mainstay.testing.memory._transaction import Transaction

__all__ = ["EngagementsPage"]

_ONE_DAY = timedelta(days=1)


@attrs.define
class EngagementsPage:
    """A :class:`mainstay.ports.EngagementPage`.

    Attributes:
        kept: What is kept if the transaction ends well.
        activity: What happened.
        unreadable: The users of whom nothing can be read.
        transaction: What has been read in it.
    """

    kept: KeptDays
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
            days += _size(due)
            if days > limit and found:
                break
            found.append(due)
        return self._read(found)

    def _read(self, found: Sequence[DueDays | Unreadable]) -> Sequence[DueDays | Unreadable]:
        self.transaction.read.update({due.key: due for due in found if isinstance(due, DueDays)})
        return found

    def all_due(self, day: date, *, after: str | None) -> Iterator[DueDays | Unreadable]:
        """Yield everybody who is due, in order."""
        checks.day("day", day)
        for user_id, days in self._everybody(after=after).items():
            due = self._due(user_id, days, day)
            if due is not None:
                yield due

    def _everybody(self, *, after: str | None) -> Mapping[str, UserDays]:
        """Return the days of those who have done something, or have been evaluated, in order."""
        active = self.activity.by_user()
        users = sorted(active.keys() | self.kept.users.keys() | self.kept.late.keys())
        return {user: active.get(user, {}) for user in users if after is None or user > after}

    def _due(self, user_id: str, days: UserDays, through: date) -> DueDays | Unreadable | None:
        due = [day for day in self._must(user_id, days) if day <= through]
        if not due:
            return None
        if user_id in self.unreadable:
            return Unreadable(user_id, self.unreadable.error(user_id))
        activities = [self._activity_of(user_id, days, day) for day in due]
        posts = self.activity.posts_by_day
        return DueDays(self.kept.state(user_id), activities, through, posts)

    def _must(self, user_id: str, days: UserDays) -> Sequence[date]:
        """Return the days that must be evaluated: the first, and those after it that are known."""
        user = self.kept.users.get(user_id)
        known = {*days, *rescored(policies=self.kept.policies.history())}
        if user is None:
            since = min(days, default=date.max)
        elif user.must is not None:
            since = user.must
            known.add(since)
        else:
            since = user.through + _ONE_DAY
            if self._goes_on(user):
                known.add(since)
        return sorted(day for day in known if day >= since)

    def _goes_on(self, user: Judged) -> bool:
        """Return whether the day after those evaluated must be, whatever happens on it."""
        return (
            not user.outcomes[-1].stands or user.through < self.kept.idle_through or user.corrected
        )

    def _activity_of(self, user_id: str, days: UserDays, day: date) -> DayActivity:
        totals = self.activity.totals(user_id, days, day)
        done, (posts, rated, _) = days.get(day, ()), totals
        return DayActivity(
            day, count_kinds(done), posts, average(totals), durations_of(done), rated
        )

    def keep(self, evaluated: Sequence[EvaluatedDays]) -> None:
        """Keep states and outcomes of users that were due in this transaction."""
        for done in evaluated:
            user_id = done.state.user_id
            due = self.transaction.due(user_id)
            user = self.kept.users.get(user_id)
            before = () if user is None else user.outcomes
            first, last = due.activities[0].day, done.outcomes[-1].day
            if not due.is_answered_by(done) or (before and before[-1].day >= first):
                raise self.transaction.reject(
                    "must have one outcome for each day that was due, and once",
                    field="outcomes",
                    value=done.outcomes,
                    remedy="Evaluate the days that due returns, in order.",
                )
            through = max(last, min(due.through, self.kept.idle_through))
            self.kept.users[user_id] = Judged((*before, *done.outcomes), through)

    def reopen(
        self,
        user_ids: Sequence[str] | None,
        *,
        since: date | None,
        after: str | None = None,
        limit: int,
    ) -> Sequence[DueDays | Unreadable]:
        """Take back what days came to, and return them as due, by user id."""
        asked = None if user_ids is None else {checks.text("user_ids", each) for each in user_ids}
        first = None if since is None else checks.day("since", since)
        most = checks.integer("limit", limit, 1)
        found: list[DueDays | Unreadable] = []
        for user_id, days in self._everybody(after=after).items():
            if asked is None or user_id in asked:
                before = self.kept.copy()
                due = self._reopened(user_id, days, first)
                most -= 0 if due is None else _size(due)
                if due is not None and found and most < 0:
                    self.kept = before
                    break
                found += [] if due is None else [due]
        return self._read(found)

    def _reopened(
        self, user_id: str, days: UserDays, since: date | None
    ) -> DueDays | Unreadable | None:
        """Take back a user's days, and return them as due; ``None`` if none is."""
        through = self.kept.evaluated_through(user_id)
        start = self._start(user_id, days, since)
        if through is None or start is None or start > through:
            return None
        if user_id in self.unreadable:
            return Unreadable(user_id, self.unreadable.error(user_id))
        self.kept.take_back(user_id, start)
        self.kept.not_late(user_id, start)
        return self._due(user_id, days, through)

    def _start(self, user_id: str, days: UserDays, since: date | None) -> date | None:
        """Return the first day to take back; ``None`` if none is."""
        user = self.kept.users.get(user_id)
        late = self.kept.late.get(user_id, ())
        start = min(late, default=None) if since is None else since
        if start is None:
            return None
        floored = user_id in self.kept.floors
        first = None if floored else self.kept.first_day(user_id, days)
        evaluated = [outcome.day for outcome in (user.outcomes if user else ())]
        if first is not None and first < min(evaluated, default=date.max):
            start = min(start, first)
        return max(start, self.kept.first_kept(user_id) if floored else self.activity.floor)

    def idle(self, day: date) -> None:
        """Say that everybody who is not due through a day has been idle through it."""
        checks.day("day", day)
        by_user = self.activity.by_user()
        for user_id, user in self.kept.users.items():
            must = self._must(user_id, by_user.get(user_id, {}))
            through = min(day, must[0] - _ONE_DAY) if must else day
            self.kept.users[user_id] = attrs.evolve(user, through=max(user.through, through))
        self.kept.idle_through = max(self.kept.idle_through, day)

    def open_days(self, through: date, *, after: date | None = None, limit: int) -> Sequence[date]:
        """Return days that were not closed, oldest first, at most ``limit``."""
        checks.day("through", through)
        firsts = [self.kept.first_day(*each) for each in self._everybody(after=None).items()]
        first = min((day for day in firsts if day is not None), default=None)
        days = [] if first is None else _days(max(first, self.activity.floor), through)
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
        policies = self.kept.history()
        if policies.on(day).rests_on(day):
            return []
        outcomes = (user.outcome(day, policies) for user in self.kept.users.values())
        missed = [outcome for outcome in outcomes if outcome is not None and outcome.total > 0]
        return sorted(missed, key=lambda each: (-each.total, -each.streak_before, each.user_id))

    def picked_between(self, first: date, last: date) -> Mapping[date, Collection[str]]:
        """Return the users picked on each closed day from one to another."""
        closed = self.kept.closed.items()
        return {
            day: {each.user_id for each in some} for day, some in closed if first <= day <= last
        }

    def last_active(self, user_ids: Collection[str], first: date, last: date) -> Mapping[str, date]:
        """Return the last day from one to another on which each user has an event."""
        by_user = self.activity.by_user()
        active = {user: [*by_user.get(user, ())] for user in user_ids}
        within = {
            user: [day for day in days if first <= day <= last] for user, days in active.items()
        }
        return {user: max(days) for user, days in within.items() if days}

    def close(self, candidates: Mapping[date, Sequence[DayOutcome]]) -> None:
        """Fix the candidates of days, in their order; a day that is closed stays as it is."""
        for day, picked in candidates.items():
            self.kept.closed.setdefault(checks.day("candidates", day), tuple(picked))

    def policies(self) -> PolicyHistory[EngagementPolicy] | None:
        """Return the policies that are kept; ``None`` while none is kept from the beginning."""
        return self.kept.policies.history()

    def keep_policy(
        self, policy: EngagementPolicy, *, since: date | None = None, anyway: bool = False
    ) -> EngagementPolicy:
        """Keep a policy, and return the one that is kept since then afterwards."""
        evaluated = None if anyway else self.last_day()
        return self.kept.policies.keep(policy, since, evaluated)

    def last_day(self) -> date | None:
        """Return the last day evaluated for anybody; ``None`` if nothing has been."""
        days = [user.through for user in self.kept.users.values() if user.outcomes]
        return max(*days, self.kept.idle_through) if days else None

    def kinds(self) -> Collection[str]:
        """Return the kinds of activity that there are."""
        return self.activity.sessions.kinds()


def _size(due: DueDays | Unreadable) -> int:
    """Return how much of a page's limit it takes."""
    return len(due.activities) if isinstance(due, DueDays) else 1


def _days(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)

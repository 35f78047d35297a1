"""Everybody's weeks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, time, timedelta
from itertools import islice
from threading import RLock

import attrs

from mainstay import _checks as checks
from mainstay.activity.counts import Counts
from mainstay.activity.session import Session
from mainstay.localdays import IsoWeek
from mainstay.ports import DueWeeks, ReputationPage, Unreadable
from mainstay.reputation.multiplier import Reputation
from mainstay.scores.policies import PolicyHistory
from mainstay.streaks.weekly import WeeklyStreak, WeeklyStreakPolicy
from mainstay.testing.memory._activity import Activity, Unreadables, UserDays, count_kinds
from mainstay.testing.memory._marks import Marks
from mainstay.testing.memory._transaction import Transaction
from mainstay.testing.memory.policies import Policies

__all__ = ["MemoryReputations"]

_SUNDAY = timedelta(days=6)


class MemoryReputations:
    """A :class:`mainstay.ports.ReputationStore`."""

    def __init__(
        self, lock: RLock, activity: Activity, unreadable: Unreadables, marks: Marks
    ) -> None:
        self._lock = lock
        self._marks = marks
        self._activity = activity
        self._unreadable = unreadable
        self._kept: dict[str, Reputation] = {}
        self._policies = Policies(WeeklyStreakPolicy)

    @property
    def local_days(self) -> bool:
        """Whether an activity counts on the date where the user was, and not on UTC's."""
        return self._activity.local_days

    @property
    def day_start(self) -> time:
        """The time at which a day begins, where the user was or in UTC."""
        return self._activity.sessions.day_start

    def policies(self) -> PolicyHistory[WeeklyStreakPolicy] | None:
        """Return the policies that are kept; ``None`` while none is kept from the beginning."""
        return self._policies.history()

    @contextmanager
    def page(self) -> Iterator[ReputationPage]:
        """Begin a transaction: kept if the block ends well, undone if it raises."""
        with self._lock:
            page = self._page(dict(self._kept))
            yield page
            if not page.transaction.rejected:
                self._kept, self._policies = page.kept, page.kept_policies
                self._marks.at_once(page.recorded)

    def _page(self, kept: dict[str, Reputation]) -> _Page:
        return _Page(kept, self._policies.copy(), self._activity, self._unreadable)

    def count_due(self, week: IsoWeek) -> int:
        """Return how many users are due."""
        page = self._page(self._kept)
        return sum(1 for _ in page.all_due(week, after=None))

    def reputations(self, user_ids: Iterable[str]) -> Mapping[str, Reputation]:
        """Return what is kept of some users, by user id; those who are unknown are left out."""
        known = self._activity.by_user()
        found = {}
        for user_id in checks.iterable("user_ids", user_ids):
            if user_id in self._unreadable:
                raise self._unreadable.error(user_id)
            if user_id in known:
                found[user_id] = self._kept.get(user_id, Reputation(user_id))
        return found


@attrs.frozen
class _Page:
    """One transaction on everybody's weeks."""

    kept: dict[str, Reputation]
    kept_policies: Policies[WeeklyStreakPolicy]
    activity: Activity
    unreadable: Unreadables
    transaction: Transaction[DueWeeks] = attrs.field(factory=Transaction[DueWeeks])
    recorded: set[str] = attrs.field(factory=set)

    def due(
        self, week: IsoWeek, *, after: str | None = None, limit: int
    ) -> Sequence[DueWeeks | Unreadable]:
        """Return users whose weeks through one may have something to record, by user id."""
        found = list(islice(self.all_due(week, after), checks.integer("limit", limit, 1)))
        self.transaction.read.update({due.key: due for due in found if isinstance(due, DueWeeks)})
        return found

    def all_due(self, week: IsoWeek, after: str | None) -> Iterator[DueWeeks | Unreadable]:
        """Find everybody who is due, after a user."""
        checks.instance("week", week, IsoWeek)
        for user_id, days in self.activity.by_user().items():
            reputation = self.kept.get(user_id, Reputation(user_id))
            if (after is not None and user_id <= after) or not _is_due(
                reputation.streak, days, week
            ):
                continue
            if user_id in self.unreadable:
                yield Unreadable(user_id, self.unreadable.error(user_id))
            else:
                yield DueWeeks(reputation, _weeks(days, reputation.streak, week))

    def keep(self, reputations: Sequence[Reputation]) -> None:
        """Keep reputations of users that were due in this transaction."""
        for reputation in reputations:
            self.transaction.due(reputation.user_id)
            self.kept[reputation.user_id] = reputation
            self.recorded.add(reputation.user_id)

    def policies(self) -> PolicyHistory[WeeklyStreakPolicy] | None:
        """Return the policies that are kept; ``None`` while none is kept from the beginning."""
        return self.kept_policies.history()

    def keep_policy(
        self, policy: WeeklyStreakPolicy, *, since: date | None = None
    ) -> WeeklyStreakPolicy:
        """Keep a policy, and return the one that is kept since then afterwards."""
        return self.kept_policies.keep(policy, since, self.last_day())

    def last_day(self) -> date | None:
        """Return the Sunday of the last week recorded for anybody; ``None`` if none was."""
        weeks = (reputation.streak.last_recorded for reputation in self.kept.values())
        last = max((week for week in weeks if week is not None), default=None)
        return None if last is None else last.monday + _SUNDAY

    def kinds(self) -> Collection[str]:
        """Return the kinds of activity that there are."""
        return self.activity.sessions.kinds()


def _is_due(streak: WeeklyStreak, days: UserDays, week: IsoWeek) -> bool:
    return IsoWeek.of(min(days)) <= week and _is_open(streak, week)


def _is_open(streak: WeeklyStreak, week: IsoWeek) -> bool:
    """Return whether a week has not been recorded, or last and as an inactive one."""
    last = streak.last_recorded
    return last is None or last < week or last == week != streak.last_active


def _weeks(days: UserDays, streak: WeeklyStreak, through: IsoWeek) -> Mapping[IsoWeek, Counts]:
    """Return what happened in each week through one that is open."""
    weeks: dict[IsoWeek, list[Session]] = {}
    for day, sessions in days.items():
        week = IsoWeek.of(day)
        if week <= through and _is_open(streak, week):
            weeks.setdefault(week, []).extend(sessions)
    return {week: count_kinds(sessions) for week, sessions in weeks.items()}

"""Everybody's weeks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import islice
from threading import RLock

import attrs

from mainstay import _checks as checks
from mainstay.activity.counts import Counts
from mainstay.activity.session import Session
from mainstay.daystarts import DayStart
from mainstay.localdays import IsoWeek, check_week
from mainstay.ports import DueWeeks, ReputationPage, Unreadable
from mainstay.reputation.multiplier import Reputation
from mainstay.scores.policies import PolicyHistory
from mainstay.streaks.weekly import WeeklyStreak, WeeklyStreakPolicy
from mainstay.testing.memory._activity import Activity, Unreadables, UserDays
from mainstay.testing.memory._kept_weeks import KeptWeeks, farther, weeks_of
from mainstay.testing.memory._marks import Marks
from mainstay.testing.memory._transaction import Transaction
from mainstay.testing.memory._undoing import Replaced

__all__ = ["MemoryReputations"]

_SUNDAY = timedelta(days=6)
_IDLE = Counts({})


class MemoryReputations(Replaced):
    """A :class:`mainstay.ports.ReputationStore`.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import Session
        >>> from mainstay.jobs import update_multipliers
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, at = MemoryStore(), datetime(2024, 5, 1, 8, tzinfo=UTC)
        >>> _ = store.sessions.add([Session("ada", at, id="1"), Session("ada", at, id="2")])
        >>> _ = update_multipliers(store.reputations).run(JobContext(target=IsoWeek(2024, 18)))
        >>> store.reputations.reputations(["ada"])["ada"].streak.weeks
        1
    """

    def __init__(
        self, lock: RLock, activity: Activity, unreadable: Unreadables, marks: Marks
    ) -> None:
        self._lock = lock
        self._marks = marks
        self._activity = activity
        self._unreadable = unreadable
        self._kept = KeptWeeks()

    @property
    def local_days(self) -> bool:
        """Whether an activity counts on the date where the user was, and not on UTC's."""
        return self._activity.local_days

    @property
    def day_start(self) -> DayStart:
        """When a day begins, or ends, where the user was or in UTC."""
        return self._activity.sessions.day_start

    def policies(self) -> PolicyHistory[WeeklyStreakPolicy] | None:
        """Return the policies that are kept; ``None`` while none is kept from the beginning."""
        return self._kept.policies.history()

    @contextmanager
    def page(self) -> Iterator[ReputationPage]:
        """Begin a transaction: kept if the block ends well, undone if it raises."""
        with self._lock:
            page = self._page()
            yield page
            if not page.transaction.rejected:
                self._kept = page.kept
                self._marks.at_once(page.recorded)

    def _page(self) -> _Page:
        return _Page(self._kept.copy(), self._activity, self._unreadable)

    def count_due(self, week: IsoWeek) -> int:
        """Return how many users are due."""
        return sum(1 for _ in self._page().all_due(week, after=None))

    def reputations(self, user_ids: Iterable[str]) -> Mapping[str, Reputation]:
        """Return what is kept of some users, by user id; those who are unknown are left out."""
        known = self._known()
        found = {}
        for user_id in checks.iterable("user_ids", user_ids):
            if user_id in self._unreadable:
                raise self._unreadable.error(user_id)
            if user_id in known:
                found[user_id] = self._kept.of(user_id)
        return found

    def _known(self) -> Collection[str]:
        """Return those who have done something, or of whom something is recorded."""
        return {*self._activity.sessions.users(limit=2**63), *self._kept.streaks}

    def late(self) -> Collection[str]:
        """Return those in whose recorded weeks something has changed since."""
        return self._kept.late

    def changed(self, sessions: Collection[Session]) -> None:
        """Know that sessions are new, or were changed or removed."""
        self._kept = kept = self._kept.copy()
        for session in sessions:
            kept.now_late(session.user_id, IsoWeek.of(self._activity.sessions.day(session)))

    def forget(self, user_id: str) -> Mapping[str, int]:
        """Erase a user's weeks."""
        self._kept = kept = self._kept.copy()
        changes = {"others": int(user_id in kept.streaks)}
        kept.forget(user_id)
        return changes

    def rename(self, user_id: str, to: str) -> Mapping[str, int]:
        """Give a user's weeks to another one, before their sessions are."""
        self._kept = kept = self._kept.copy()
        changes = {"others": int(user_id in kept.streaks)}
        kept.rename(user_id, to, both={user_id, to} <= {*self._known()})
        return changes

    def first(self, user_id: str) -> WeeklyStreak:
        """Return a user's streak before all weeks that are kept."""
        return self._kept.floors.get(user_id, WeeklyStreak())

    def prune(self, user_id: str, streak: WeeklyStreak) -> None:
        """Keep a user's streak before the first week of which all is kept."""
        self._kept = kept = self._kept.copy()
        kept.floors[user_id] = streak
        kept.streaks[user_id] = farther([kept.of(user_id).streak, streak])


@attrs.frozen
class _Page:
    """One transaction on everybody's weeks."""

    kept: KeptWeeks
    activity: Activity
    unreadable: Unreadables
    transaction: Transaction[DueWeeks] = attrs.field(factory=Transaction[DueWeeks])
    recorded: set[str] = attrs.field(factory=set)

    def due(
        self, week: IsoWeek, *, after: str | None = None, limit: int
    ) -> Sequence[DueWeeks | Unreadable]:
        """Return users whose weeks through one may have something to record, by user id."""
        return self._read(islice(self.all_due(week, after), checks.integer("limit", limit, 1)))

    def _read(self, due: Iterable[DueWeeks | Unreadable]) -> Sequence[DueWeeks | Unreadable]:
        found = list(due)
        self.transaction.read.update({due.key: due for due in found if isinstance(due, DueWeeks)})
        return found

    def all_due(self, week: IsoWeek, after: str | None) -> Iterator[DueWeeks | Unreadable]:
        """Find everybody who is due, after a user."""
        check_week("week", week)
        active = self.activity.by_user()
        for user_id in sorted(active.keys() | self.kept.streaks.keys()):
            reputation, days = self.kept.of(user_id), active.get(user_id, {})
            if (after is not None and user_id <= after) or not _is_due(
                reputation.streak, days, week
            ):
                continue
            if user_id in self.unreadable:
                yield Unreadable(user_id, self.unreadable.error(user_id))
            else:
                yield DueWeeks(reputation, _open_weeks(days, reputation.streak, week))

    def keep(self, reputations: Sequence[Reputation]) -> None:
        """Keep reputations of users that were due in this transaction."""
        for reputation in reputations:
            self.transaction.due(reputation.user_id)
            self.kept.streaks[reputation.user_id] = reputation.streak
            self.recorded.add(reputation.user_id)

    def reopen(
        self,
        user_ids: Sequence[str] | None,
        *,
        late: bool,
        after: str | None = None,
        limit: int,
    ) -> Sequence[DueWeeks | Unreadable]:
        """Take back all weeks that were recorded, and return them as due."""
        asked = {*self.kept.streaks}
        if user_ids is not None:
            asked &= {checks.text("user_ids", user) for user in user_ids}
        if checks.instance("late", late, bool):
            asked &= self.kept.late
        users = sorted(user for user in asked if after is None or user > after)
        reopened = (due for due in map(self._reopened, users) if due is not None)
        return self._read(islice(reopened, checks.integer("limit", limit, 1)))

    def _reopened(self, user_id: str) -> DueWeeks | Unreadable | None:
        """Take back a user's weeks, and return them as due; ``None`` if none is."""
        if user_id in self.unreadable:
            return Unreadable(user_id, self.unreadable.error(user_id))
        first, last = self.kept.floors.get(user_id), self.kept.streaks[user_id].last_recorded
        days = self.activity.by_user().get(user_id, {})
        weeks = _open_weeks(days, first or WeeklyStreak(), last) if last else {}
        self.kept.forget(user_id)
        if first is not None:
            self.kept.floors[user_id] = self.kept.streaks[user_id] = first
        goes_on = first and last and (first.last_recorded or last) < last
        if last is None or not (weeks or goes_on):
            return None
        return DueWeeks(self.kept.of(user_id), {last: _IDLE, **weeks})

    def policies(self) -> PolicyHistory[WeeklyStreakPolicy] | None:
        """Return the policies that are kept; ``None`` while none is kept from the beginning."""
        return self.kept.policies.history()

    def keep_policy(
        self, policy: WeeklyStreakPolicy, *, since: date | None = None, anyway: bool = False
    ) -> WeeklyStreakPolicy:
        """Keep a policy, and return the one that is kept since then afterwards."""
        evaluated = None if anyway else self.last_day()
        return self.kept.policies.keep(policy, since, evaluated)

    def last_day(self) -> date | None:
        """Return the Sunday of the last week recorded for anybody; ``None`` if none was."""
        weeks = (streak.last_recorded for streak in self.kept.streaks.values())
        last = max((week for week in weeks if week is not None), default=None)
        return None if last is None else last.monday + _SUNDAY

    def kinds(self) -> Collection[str]:
        """Return the kinds of activity that there are."""
        return self.activity.sessions.kinds()


def _is_due(streak: WeeklyStreak, days: UserDays, week: IsoWeek) -> bool:
    begun = any(IsoWeek.of(day) <= week for day in days)
    return (begun or streak.last_recorded is not None) and _is_open(streak, week)


def _is_open(streak: WeeklyStreak, week: IsoWeek) -> bool:
    """Return whether a week has not been recorded, or last and as an inactive one."""
    last = streak.last_recorded
    return last is None or last < week or last == week != streak.last_active


def _open_weeks(days: UserDays, streak: WeeklyStreak, through: IsoWeek) -> Mapping[IsoWeek, Counts]:
    """Return what happened in each week through one that is open."""
    return {
        week: counts
        for week, counts in weeks_of(days).items()
        if week <= through and _is_open(streak, week)
    }

"""Everybody's days: where they stand, and what each day came to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from threading import RLock

import attrs

from mainstay import _checks as checks
from mainstay.activity.session import Session
from mainstay.daystarts import DayStart
from mainstay.ports import EngagementPage
from mainstay.ports.corrections import before_floor
from mainstay.scores.engagement.day import DayOutcome
from mainstay.scores.engagement.evaluate import Engagement
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import PolicyHistory
from mainstay.testing.memory._activity import Activity, Unreadables
from mainstay.testing.memory._engagement_page import EngagementsPage
from mainstay.testing.memory._judged_days import KeptDays
from mainstay.testing.memory._undoing import Replaced

__all__ = ["MemoryEngagements"]

_ONE_DAY = timedelta(days=1)


class MemoryEngagements(Replaced):
    """A :class:`mainstay.ports.EngagementStore`.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import Session
        >>> from mainstay.jobs import evaluate_consistency
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, at = MemoryStore(), datetime(2024, 5, 1, 8, tzinfo=UTC)
        >>> kinds = ["post"] * 2 + ["like"] * 5 + ["comment"] * 5  # the standard criteria
        >>> did = [Session("ada", at, kind=kind, id=f"{n}") for n, kind in enumerate(kinds)]
        >>> _ = store.sessions.add(did)
        >>> _ = evaluate_consistency(store.engagements).run(JobContext(target=at.date()))
        >>> store.engagements.outcome("ada", at.date()).streak_after
        1
    """

    def __init__(self, lock: RLock, activity: Activity, unreadable: Unreadables) -> None:
        self._lock = lock
        self._activity = activity
        self._unreadable = unreadable
        self._kept = KeptDays()

    @property
    def local_days(self) -> bool:
        """Whether an activity counts on the date where the user was, and not on UTC's."""
        return self._activity.local_days

    @property
    def day_start(self) -> DayStart:
        """When a day begins, or ends, where the user was or in UTC."""
        return self._activity.sessions.day_start

    def policies(self) -> PolicyHistory[EngagementPolicy] | None:
        """Return the policies that are kept; ``None`` while none is kept from the beginning."""
        return self._kept.policies.history()

    @contextmanager
    def page(self) -> Iterator[EngagementPage]:
        """Begin a transaction: kept if the block ends well, undone if it raises."""
        with self._lock:
            page = self._page()
            yield page
            if not page.transaction.rejected:
                self._kept = page.kept

    def _page(self) -> EngagementsPage:
        return EngagementsPage(self._kept.copy(), self._activity, self._unreadable)

    def count_due(self, day: date) -> int:
        """Return how many users are due."""
        return sum(1 for _ in self._page().all_due(day, after=None))

    def outcome(self, user_id: str, day: date) -> DayOutcome | None:
        """Return what a day came to for a user; ``None`` if it has not been evaluated."""
        user = self._kept.users.get(checks.text("user_id", user_id))
        self._require_kept("outcome", checks.day("day", day))
        return None if user is None else user.outcome(day, self._kept.history())

    def candidates(self, day: date) -> Sequence[DayOutcome] | None:
        """Return a day's candidates, the best first; ``None`` while the day is not closed."""
        self._require_kept("candidates", checks.day("day", day))
        return self._kept.closed.get(day)

    def _require_kept(self, what: str, day: date) -> None:
        if day < self._activity.floor:
            raise before_floor(what, day.isoformat(), self._activity.floor)

    def late(self) -> Mapping[str, Collection[date]]:
        """Return each user's days that have been evaluated, and have changed since."""
        return self._kept.late

    def changed(self, sessions: Collection[Session]) -> None:
        """Know that sessions are new, or were changed or removed."""
        kept = self._kept.copy()
        for session in sessions:
            is_post = session.kind in self._activity.posts
            day = self._activity.sessions.day(session)
            kept.now_late(session.user_id, day, is_post=is_post)
        if taken_back := kept.late.keys() - kept.users.keys():
            for user_id in taken_back - self._activity.by_user().keys():
                kept.not_late(user_id, date.min)  # nothing is left of them
        self._kept = kept

    def forget(self, user_id: str) -> Mapping[str, int]:
        """Erase a user's days; others keep their places among candidates."""
        self._kept = kept = self._kept.copy()
        return kept.forget(user_id)

    def rename(self, user_id: str, to: str) -> Mapping[str, int]:
        """Give a user's days to another one, before their sessions are."""
        self._kept = kept = self._kept.copy()
        return kept.rename(user_id, to, self._activity.by_user())

    def through(self, user_id: str) -> date:
        """Return the day through which a user has been evaluated; the first of all if none was."""
        user = self._kept.users.get(user_id)
        return date.min if user is None else user.through

    def has_before(self, user_id: str, floor: date) -> bool:
        """Return whether an outcome of a user from before a day is kept."""
        user = self._kept.users.get(user_id)
        return user is not None and any(each.day < floor for each in user.outcomes)

    def users(self) -> Collection[str]:
        """Return those who have been evaluated."""
        return self._kept.users.keys()

    def prune(self, user_id: str, floor: date) -> int:
        """Delete a user's outcomes before a day, to which the one that stands over it moves."""
        self._kept = kept = self._kept.copy()
        user, yesterday = kept.users[user_id], floor - _ONE_DAY
        streak, stands = user.streak_after(yesterday), user.standing(floor)
        later = [outcome for outcome in user.outcomes if outcome.day > floor]
        left = later if stands is None else [stands, *later]
        kept.users[user_id] = attrs.evolve(user, outcomes=tuple(left))
        kept.floors[user_id] = Engagement(user_id, streak, yesterday)
        kept.late[user_id] = frozenset(day for day in kept.late.pop(user_id, ()) if day >= floor)
        kept.late = {who: days for who, days in kept.late.items() if days}
        return sum(outcome.day < floor for outcome in user.outcomes)

    def prune_days(self, floor: date, limit: int) -> Mapping[str, int]:
        """Delete the candidates of days before one, of so many days at most."""
        self._kept = kept = self._kept.copy()
        old = sorted(day for day in kept.closed if day < floor)[:limit]
        candidates = sum(len(kept.closed.pop(day)) for day in old)
        return {"candidates": candidates, "others": len(old)}

"""Badges: who has which, and whom to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import RLock

import attrs

from mainstay import _checks as checks
from mainstay.activity.session import Session
from mainstay.errors import RejectedError
from mainstay.ports import (
    BadgeCheck,
    BadgePage,
    BadgeStanding,
    BadgeTarget,
    OutboxEntry,
    Unreadable,
)
from mainstay.ports.outbox import new_entry
from mainstay.ports.points import new_credits
from mainstay.recognition import Badge, BadgePolicy, Credit
from mainstay.recognition.badges import AWARD
from mainstay.testing.memory._activity import Activity, Unreadables
from mainstay.testing.memory._marks import Marks
from mainstay.testing.memory._transaction import Transaction
from mainstay.testing.memory._undoing import Replaced
from mainstay.testing.memory.metrics import MemoryMetrics
from mainstay.testing.memory.outbox import MemoryOutbox
from mainstay.testing.memory.points import MemoryPoints, with_credits
from mainstay.testing.memory.reputations import MemoryReputations

__all__ = ["MemoryBadges", "Sources"]


@attrs.frozen
class Sources:
    """What users are awarded badges for."""

    activity: Activity
    points: MemoryPoints
    metrics: MemoryMetrics
    reputations: MemoryReputations
    unreadable: Unreadables

    def users(self) -> set[str]:
        """Return everybody."""
        return {credit.user_id for credit in self.points.all()} | self.metrics.all().keys()

    def standing(
        self, user_id: str, target: BadgeTarget, credits: Iterable[Credit]
    ) -> BadgeStanding:
        """Return what is known of a user, with everybody's credits as they are just now."""
        if user_id in self.unreadable:
            raise self.unreadable.error(user_id)
        theirs = [credit for credit in credits if credit.user_id == user_id]
        measured = {**self._metrics(user_id), "points": sum(credit.amount for credit in theirs)}
        wanted = {name: measured[name] for name in target.metrics & measured.keys()}
        return BadgeStanding(
            user_id,
            {name: value for name, value in wanted.items() if value},
            [credit for credit in theirs if credit.reason.startswith(AWARD)],
            self._sessions(user_id, target),
            self.activity.sessions.day_start,
        )

    def _metrics(self, user_id: str) -> Mapping[str, int]:
        days = self.activity.by_user().get(user_id, {})
        weeks = self.reputations.reputations([user_id]).get(user_id)
        return {
            **self.metrics.all().get(user_id, {}),
            "streak_days": self.activity.gone(user_id).longest_run(days),
            "streak_weeks": weeks.streak.weeks if weeks else 0,
        }

    def _sessions(self, user_id: str, target: BadgeTarget) -> Sequence[Session]:
        since = target.sessions_since
        return [
            session
            for session in self.activity.sessions.all()
            if since is not None and session.user_id == user_id and since <= session.started_at
        ]


@attrs.frozen
class _Kept:
    """Who is to be looked at, and for what everybody was last."""

    marks: Marks
    policy: BadgePolicy | None
    known: Mapping[str, Badge]

    def looked_for(self, policy: BadgePolicy, everybody: set[str]) -> _Kept:
        """Return what is kept once another policy is looked for: everybody is due."""
        if policy == self.policy:
            return self
        marks = Marks(self.marks)
        marks.at_once(everybody)
        return _Kept(marks, policy, {**self.known, **{badge.key: badge for badge in policy.badges}})


class MemoryBadges(Replaced):
    """A :class:`mainstay.ports.BadgeStore`.

    Args:
        lock: Held while anything changes.
        sources: What users are awarded badges for.
        marks: Who is to be looked at again; other ports mark users.
        outbox: What is to be done outside, such as telling users of their badges.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.jobs import check_badges
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> store.badges.known()  # nobody has been looked at yet
        []
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> _ = check_badges(store.badges).run(JobContext(clock=lambda: noon))
        >>> [badge.key for badge in store.badges.known()][:2]
        ['active_participant', 'dedicated_voter']
    """

    def __init__(self, lock: RLock, sources: Sources, marks: Marks, outbox: MemoryOutbox) -> None:
        self._lock = lock
        self._outbox = outbox
        self._sources = sources
        self._marks = marks
        self._policy: BadgePolicy | None = None
        self._known: Mapping[str, Badge] = {}

    @contextmanager
    def page(self) -> Iterator[BadgePage]:
        """Begin a transaction: kept if the block ends well, undone if it raises."""
        with self._lock:
            page = self._page()
            yield page
            if not page.transaction.rejected:
                self._outbox.put(page.entries)
                self._policy, self._known = page.kept.policy, page.kept.known
                self._sources.points.kept = page.credits
                self._marks.clear()
                self._marks.update(page.kept.marks)

    def _page(self) -> _Page:
        kept = _Kept(Marks(self._marks), self._policy, self._known)
        return _Page(self._sources, kept, self._sources.points.kept)

    def count_due(self, target: BadgeTarget) -> int:
        """Return how many users are due."""
        return len(self._page().all_due(target))

    def policy(self) -> BadgePolicy | None:
        """Return what users were last looked at for; ``None`` if nobody was."""
        return self._policy

    def standing(self, user_id: str, target: BadgeTarget) -> BadgeStanding:
        """Return what is known of a user, whether they are due or not."""
        with self._lock:
            everybodys = self._sources.points.all()
            return self._sources.standing(checks.text("user_id", user_id), target, everybodys)

    def known(self) -> Sequence[Badge]:
        """Return all badges that users have been looked at for, as last known, by key."""
        return [self._known[key] for key in sorted(self._known)]


@attrs.define
class _Page:
    """One transaction on users that are to be looked at."""

    sources: Sources
    kept: _Kept
    credits: Mapping[tuple[str, str], Credit]
    entries: list[OutboxEntry] = attrs.field(factory=list)
    transaction: Transaction[BadgeTarget] = attrs.field(factory=Transaction[BadgeTarget])

    def due(
        self, target: BadgeTarget, *, after: str | None = None, limit: int
    ) -> Sequence[BadgeStanding | Unreadable]:
        """Return users for whom something was added since they were last looked at."""
        due = [user for user in self.all_due(target) if after is None or user > after]
        found = [self._standing(user, target) for user in due[: checks.integer("limit", limit, 1)]]
        readable = [each.key for each in found if isinstance(each, BadgeStanding)]
        self.transaction.read.update(dict.fromkeys(readable, target))
        return found

    def all_due(self, target: BadgeTarget) -> list[str]:
        """Return everybody who is due."""
        checks.instance("target", target, BadgeTarget)
        self.kept = self.kept.looked_for(target.policy, self.sources.users())
        return self.kept.marks.due(target.now)

    def _standing(self, user_id: str, target: BadgeTarget) -> BadgeStanding | Unreadable:
        if user_id in self.sources.unreadable:
            return Unreadable(user_id, self.sources.unreadable.error(user_id))
        return self.sources.standing(user_id, target, self.credits.values())

    def keep(self, done: Sequence[BadgeCheck]) -> None:
        """Credit awards, and note that users have been looked at."""
        for check in done:
            target = self.transaction.due(check.user_id)
            try:
                new = new_credits(check.awards, now=target.now)
                self.credits = with_credits(self.credits, new)
                self.entries += map(new_entry, check.entries)
            except RejectedError:
                self.transaction.rejected = True
                raise
            if any(user != check.user_id for user, _ in new):
                raise self.transaction.reject(
                    "must be credits of the user who was looked at",
                    field="awards",
                    value=check,
                    remedy="Give each user's awards in a check of their own.",
                )
            self.kept.marks.pop(check.user_id, None)
            if check.look_again_at is not None:
                self.kept.marks[check.user_id] = check.look_again_at

"""Outlooks: who is told what for which day, and what they did about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from threading import RLock

import attrs

from mainstay import _checks as checks
from mainstay.activity.session import Session
from mainstay.activity.windowing import WindowBuilder
from mainstay.errors import RejectedError
from mainstay.outlook import ContentCounts, Mark, Metric, Outlook, Sums, TemplateFigures
from mainstay.outlook.content import checked_rating
from mainstay.ports import (
    OutboxEntry,
    OutlookMade,
    OutlookPage,
    OutlookStanding,
    OutlookTarget,
    Unreadable,
)
from mainstay.ports.outbox import new_entry
from mainstay.ports.outlooks import outlooks_by_key, storable_outlook, unknown_outlook
from mainstay.scores.by_policy import Policy, days_needed
from mainstay.scores.consistency.policy import DEFAULT_POLICY
from mainstay.testing.memory._activity import Unreadables
from mainstay.testing.memory._outlook import Outlooks, Place, Told
from mainstay.testing.memory._outlook_figures import counts_of, figures_of, sums_of
from mainstay.testing.memory._transaction import Transaction
from mainstay.testing.memory.sessions import MemorySessions

__all__ = ["MemoryOutlooks"]


class MemoryOutlooks:
    """A :class:`mainstay.ports.OutlookStore`.

    Args:
        lock: Held while anything changes.
        sessions: What users did.
        told: What they are told, and what is planned with it.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.outlook import Content
        >>> from mainstay.testing.memory import MemoryStore
        >>> outlooks, noon = MemoryStore().outlooks, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> walk = Content("tip", "plain", "Walk", "Twenty minutes will do.", content_type="tip")
        >>> known = {"known_through": noon.date(), "generated_at": noon}
        >>> outlooks.add(Outlook(user_id="ada", day=date(2024, 5, 2), content=walk, **known))
        True
        >>> _ = outlooks.mark("ada", date(2024, 5, 2), Mark.RATED, at=noon, rating=4)
        >>> outlooks.content_types(date(2024, 5, 1), date(2024, 5, 8))["tip"].average_rating
        4.0
    """

    def __init__(self, lock: RLock, sessions: MemorySessions, told: Told) -> None:
        self._lock = lock
        self._users = Users(sessions, told.unreadable)
        self._told = told

    @contextmanager
    def page(self) -> Iterator[OutlookPage]:
        """Begin a transaction: kept if the block ends well, undone if it raises."""
        with self._lock:
            page = _Page(self._users, self._told, self._told.outlooks)
            yield page
            if not page.transaction.rejected:
                self._told.outbox.put(page.entries)
                self._told.outlooks = page.outlooks

    def count_due(self, target: OutlookTarget) -> int:
        """Return how many users are due."""
        with self._lock:
            return len(_Page(self._users, self._told, self._told.outlooks).all_due(target))

    def count_users(self, target: OutlookTarget) -> int:
        """Return how many users have an event within the 30 days."""
        return len(self._users.within_a_month(target))

    def standings(
        self, user_ids: Iterable[str], *, now: datetime, policy: Policy = DEFAULT_POLICY
    ) -> Sequence[OutlookStanding | Unreadable]:
        """Return what is known of users who have an event until ``now``, by user id."""
        asked = {checks.text("user_ids", user) for user in checks.iterable("user_ids", user_ids)}
        at = checks.instant("now", now)
        with self._lock:
            return [
                self._users.standing(user, at, policy)
                for user, sessions in self._users.sessions_of_all().items()
                if user in asked and any(session.started_at <= at for session in sessions)
            ]

    def add(self, outlook: Outlook, *, force: bool = False) -> bool:
        """Keep an outlook unless its user has one for the day, and return whether it was kept."""
        new = storable_outlook(outlook)
        checks.instance("force", force, bool)
        with self._lock:
            if self._told.stays(self._told.outlooks.get(_place(new)), force=force):
                return False
            self._told.outbox.put(self._told.put_with([new]))
            self._put(new)
            return True

    def outlook(self, user_id: str, day: date) -> Outlook | None:
        """Return a user's outlook for a day; ``None`` if there is none."""
        return self._told.outlooks.get((checks.text("user_id", user_id), checks.day("day", day)))

    def told(self, keys: Iterable[Place]) -> Mapping[Place, Outlook]:
        """Return outlooks by user and day; those that are not there are left out."""
        asked = {
            (checks.text("keys", user), checks.day("keys", day))
            for user, day in checks.iterable("keys", keys)
        }
        return {place: each for place, each in self._told.outlooks.items() if place in asked}

    def outlooks(
        self, user_id: str, *, before: date | None = None, limit: int = 100
    ) -> Sequence[Outlook]:
        """Return a user's outlooks, the latest day first."""
        checks.text("user_id", user_id)
        end = None if before is None else checks.day("before", before)
        found = [
            each
            for (user, day), each in self._told.outlooks.items()
            if user == user_id and (end is None or day < end)
        ]
        found.sort(key=lambda each: each.day, reverse=True)
        return found[: checks.integer("limit", limit, 1)]

    def mark(
        self, user_id: str, day: date, mark: Mark, *, at: datetime, rating: int | None = None
    ) -> Outlook:
        """Keep what a user did about an outlook, and return it; of each the first one stays."""
        checked_rating(checks.member("mark", mark, Mark), rating)
        with self._lock:
            there = self.outlook(user_id, day)
            if there is None:
                raise unknown_outlook(user_id, day)
            marked = there.marked(mark, at=at, rating=rating)
            self._put(marked)
            return marked

    def figures(self, since: date, until: date, metric: Metric) -> Sequence[TemplateFigures]:
        """Return what became of the outlooks of some days, by template, in their order."""
        return figures_of(self._within(since, until), checks.member("metric", metric, Metric))

    def content_types(self, since: date, until: date) -> Mapping[str, ContentCounts]:
        """Return what became of the outlooks of some days, by type of content, in their order."""
        types = defaultdict[str, list[Outlook]](list)
        for each in self._within(since, until):
            types[each.content.content_type].append(each)
        return {kind: counts_of(some) for kind, some in sorted(types.items())}

    def variants(
        self, template: str, since: date, until: date, metric: Metric
    ) -> Mapping[str, Sums]:
        """Return what became of a template's outlooks of some days, by variant."""
        name, by = checks.text("template", template), checks.member("metric", metric, Metric)
        variants = defaultdict[str, list[Outlook]](list)
        for each in self._within(since, until):
            if each.content.template == name:
                variants[each.content.variant].append(each)
        return {variant: sums_of(some, by) for variant, some in sorted(variants.items())}

    def _within(self, since: date, until: date) -> list[Outlook]:
        first, end = checks.day("since", since), checks.day("until", until)
        return [each for each in self._told.outlooks.values() if first <= each.day < end]

    def _put(self, outlook: Outlook) -> None:
        self._told.outlooks = {**self._told.outlooks, _place(outlook): outlook}


def _place(outlook: Outlook) -> Place:
    return outlook.user_id, outlook.day


@attrs.frozen
class Users:
    """Those who did something, and what is known of them."""

    sessions: MemorySessions
    unreadable: Unreadables

    def sessions_of_all(self) -> Mapping[str, Sequence[Session]]:
        """Return everybody's sessions, by user id."""
        found = defaultdict[str, list[Session]](list)
        for session in self.sessions.all():
            found[session.user_id].append(session)
        return dict(sorted(found.items()))

    def within_a_month(self, target: OutlookTarget) -> list[str]:
        """Return those with an event within the 30 days, by user id."""
        checks.instance("target", target, OutlookTarget)
        return [
            user
            for user, sessions in self.sessions_of_all().items()
            if any(target.since <= session.started_at < target.now for session in sessions)
        ]

    def standing(self, user_id: str, now: datetime, policy: Policy) -> OutlookStanding | Unreadable:
        """Return what is known of a user."""
        if user_id in self.unreadable:
            return Unreadable(user_id, self.unreadable.error(user_id))
        builder = WindowBuilder(
            as_of=now,
            user_id=user_id,
            day_start=self.sessions.day_start,
            length=days_needed(policy),
        )
        builder.add(self.sessions_of_all()[user_id])
        return OutlookStanding(user_id, builder.window())


@attrs.define
class _Page:
    """One transaction on users who are to be told something."""

    users: Users
    told: Told
    outlooks: Outlooks
    entries: list[OutboxEntry] = attrs.field(factory=list)
    transaction: Transaction[OutlookTarget] = attrs.field(factory=Transaction[OutlookTarget])

    def due(
        self, target: OutlookTarget, *, after: str | None = None, limit: int
    ) -> Sequence[OutlookStanding | Unreadable]:
        """Return users with an event within the 30 days, and without an outlook, by user id."""
        due = [user for user in self.all_due(target) if after is None or user > after]
        some = due[: checks.integer("limit", limit, 1)]
        found = [self.users.standing(user, target.now, target.policy) for user in some]
        readable = [each.key for each in found if isinstance(each, OutlookStanding)]
        self.transaction.read.update(dict.fromkeys(readable, target))
        return found

    def all_due(self, target: OutlookTarget) -> list[str]:
        """Return everybody who is due."""
        return [
            user
            for user in self.users.within_a_month(target)
            if not self.told.stays(self.outlooks.get((user, target.day)), force=target.force)
        ]

    def keep(self, done: Sequence[OutlookMade]) -> None:
        """Keep outlooks, and put what is to be done outside."""
        for made in done:
            target = self.transaction.due(made.user_id)
            try:
                new = outlooks_by_key([made], target).values()
                self.entries += map(new_entry, made.entries)
            except RejectedError:
                self.transaction.rejected = True
                raise
            self.entries += self.told.put_with(new)
            self.outlooks = {**self.outlooks, **{_place(each): each for each in new}}

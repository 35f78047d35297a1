"""What users are told and when they want to be, as outlooks and notifications both need it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import attrs

from mainstay.outlook import Outlook, Preferences
from mainstay.ports import NotificationPlan, OutboxEntry, OutboxState
from mainstay.ports.notification_entries import notification_key, planned_at_once
from mainstay.testing.memory._activity import Unreadables
from mainstay.testing.memory._undoing import Replaced
from mainstay.testing.memory.outbox import MemoryOutbox

__all__ = ["Outlooks", "Place", "Told"]

#: Whose outlook, and for which day.
Place = tuple[str, date]
Outlooks = Mapping[Place, Outlook]


@attrs.define(slots=False)
class Told(Replaced):
    """Everybody's outlooks and preferences, and how far notifications have been planned.

    Attributes:
        outbox: Where the notifications are.
        unreadable: The users of whom nothing can be read.
        outlooks: What users are told.
        preferences: When they want to be, if they have said so.
        plan: How far notifications have been planned.
    """

    outbox: MemoryOutbox
    unreadable: Unreadables
    outlooks: Outlooks = attrs.field(factory=dict)
    preferences: Mapping[str, Preferences] = attrs.field(factory=dict)
    plan: NotificationPlan | None = None

    def notification(self, place: Place) -> OutboxEntry | None:
        """Return the notification of an outlook, if there is one."""
        return self.outbox.entry(notification_key(*place))

    def forget(self, user_id: str) -> Mapping[str, int]:
        """Erase a user's outlooks and preferences."""
        outlooks = {place: each for place, each in self.outlooks.items() if place[0] != user_id}
        preferences = {user: each for user, each in self.preferences.items() if user != user_id}
        changes = {
            "outlooks": len(self.outlooks) - len(outlooks),
            "preferences": len(self.preferences) - len(preferences),
        }
        self.outlooks, self.preferences = outlooks, preferences
        return changes

    def rename(self, user_id: str, to: str) -> Mapping[str, int]:
        """Give a user's outlooks and preferences to another one, whose own stay."""
        before = {place: each for place, each in self.outlooks.items() if place[0] == user_id}
        renamed = {(to, day): attrs.evolve(each, user_id=to) for (_, day), each in before.items()}
        preferences = dict(self.preferences)
        changes = {"outlooks": len(before), "preferences": int(user_id in preferences)}
        if user_id in preferences:
            preferences.setdefault(to, preferences.pop(user_id))
        left = {place: each for place, each in self.outlooks.items() if place not in before}
        self.outlooks, self.preferences = {**renamed, **left}, preferences
        return changes

    def prune(self, floor: date, limit: int) -> Mapping[str, int]:
        """Delete outlooks of days before one."""
        old = {*sorted(place for place in self.outlooks if place[1] < floor)[:limit]}
        self.outlooks = {place: each for place, each in self.outlooks.items() if place not in old}
        return {"outlooks": len(old)}

    def stays(self, outlook: Outlook | None, *, force: bool) -> bool:
        """Return whether an outlook is there that no other may replace."""
        if outlook is None or not force:
            return outlook is not None
        entry = self.notification((outlook.user_id, outlook.day))
        delivered = entry is not None and (entry.state is OutboxState.DONE or entry.attempts > 0)
        return outlook.viewed_at is not None or delivered

    def put_with(self, outlooks: Iterable[Outlook]) -> list[OutboxEntry]:
        """Return the notifications that are put with outlooks.

        Those of whose preferences nothing can be read are left to the run that plans next, which
        reports them.
        """
        planned = (
            planned_at_once(outlook, self.preferences.get(outlook.user_id), self.plan)
            for outlook in outlooks
            if outlook.user_id not in self.unreadable
        )
        return [entry for entry in planned if entry is not None]

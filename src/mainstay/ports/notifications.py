"""Notifications: when each user is told of an outlook, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from typing import Protocol

import attrs

from mainstay import _checks as checks
from mainstay.errors import RejectedError
from mainstay.outlook import (
    AHEAD,
    LATE,
    NotificationPolicy,
    Outlook,
    Preferences,
    dates_due,
    wanted_instant,
)
from mainstay.ports._texts import require_storable
from mainstay.ports.outbox import OutboxEntry, OutboxState, new_entry
from mainstay.ports.pages import Page, Pages, Unreadable
from mainstay.scheduling import PlainData

__all__ = [
    "OUTLOOK",
    "DueNotification",
    "NotificationPage",
    "NotificationPlan",
    "NotificationStore",
    "NotificationTarget",
    "Notified",
    "first_replanned",
    "notification_entry",
    "notification_key",
    "planned_at_once",
    "replanned",
    "storable_notification",
    "storable_preferences",
]

#: The kind of the entries.
OUTLOOK = "outlook"
#: How far back a run looks for what nobody has planned.
_LOOKED_BACK = timedelta(days=30)
_DAY = timedelta(days=1)


@attrs.frozen
class NotificationTarget:
    """Which notifications are to be planned.

    Attributes:
        now: What time it is. Without a day, planned is what is due before 24 hours from now.
        policy: When users are told who have not said when.
        day: Only this day, however far away its instants are.
    """

    now: datetime = attrs.field(validator=checks.each(checks.instant))
    policy: NotificationPolicy = attrs.field(
        default=NotificationPolicy(),
        kw_only=True,
        validator=checks.each(partial(checks.instance, kind=NotificationPolicy)),
    )
    day: date | None = attrs.field(
        default=None, kw_only=True, validator=checks.optional(checks.day)
    )

    @property
    def until(self) -> datetime:
        """The instant before which what is due is planned."""
        return self.now + AHEAD

    def days(self, plan: NotificationPlan | None) -> tuple[date, date]:
        """Return the first and the last day that may have something to plan.

        Args:
            plan: What was planned before: a run that comes late looks as far back.
        """
        if self.day is not None:
            return self.day, self.day
        return dates_due(self.since(plan), self.until)

    def since(self, plan: NotificationPlan | None) -> datetime:
        """Return the instant from which on what nobody has planned is looked for.

        It is two hours ago, for that is how late a notification may be sent. A run that comes
        later than that after what was planned begins there: so it finds what was lost. One that
        goes on, or begins again since the last one was killed, looks as far back. It is at most
        30 days ago.

        Args:
            plan: What was planned before.
        """
        late = self.now - LATE
        if plan is None or plan.until is None:
            return late
        begun = plan.until - LATE if plan.since is None else plan.since
        return max(min(late, begun), self.now - _LOOKED_BACK)


@attrs.frozen
class NotificationPlan:
    """How far notifications have been planned.

    Attributes:
        until: All instants before this one are planned; an outlook that comes later is planned
            when it is kept. ``None`` if only single days were planned.
        since: From when on a run looks that has not come to its end; ``None`` if the last one has.
        policy: By what.
    """

    until: datetime | None = attrs.field(default=None, validator=checks.optional(checks.instant))
    since: datetime | None = attrs.field(default=None, validator=checks.optional(checks.instant))
    policy: NotificationPolicy = attrs.field(
        kw_only=True, validator=checks.each(partial(checks.instance, kind=NotificationPolicy))
    )

    def after(self, target: NotificationTarget, *, ended: bool) -> NotificationPlan:
        """Return how far they are planned once a run for a target has begun, or has ended.

        A run for a single day changes nothing but the policy.

        Args:
            target: What is planned.
            ended: Whether nothing was due any more.
        """
        if target.day is not None:
            return attrs.evolve(self, policy=target.policy)
        until = target.until if self.until is None else max(self.until, target.until)
        return NotificationPlan(until, None if ended else target.since(self), policy=target.policy)


@attrs.frozen
class DueNotification:
    """An outlook of which its user is to be told.

    Attributes:
        user_id: Who.
        day: For which day it is.
        preferences: When they want to be told, if they have said so.
    """

    user_id: str
    day: date
    preferences: Preferences | None = None

    @property
    def key(self) -> str:
        """The day and the user: ``2024-05-01:ada``."""
        return f"{self.day.isoformat()}:{self.user_id}"


@attrs.frozen
class Notified:
    """A notification, and what came of it.

    Attributes:
        entry: It, as the outbox has it.
        preferences: When its user wants to be told, if they have said so.
        viewed_at: When they first saw the outlook, if they did.
    """

    entry: OutboxEntry
    preferences: Preferences | None = None
    viewed_at: datetime | None = None


class NotificationPage(Page[NotificationTarget, DueNotification, OutboxEntry], Protocol):
    """One transaction on outlooks of which users are to be told."""

    def due(
        self, target: NotificationTarget, /, *, after: str | None = None, limit: int
    ) -> Sequence[DueNotification | Unreadable]:
        """Return outlooks without a notification, of all days that may be due, by day and user.

        The target counts as planned from now on: see :meth:`NotificationPlan.after`. Its run has
        ended once nothing is due.

        Args:
            target: What is to be planned.
            after: Only those with a later key than this one.
            limit: How many at most.
        """
        ...

    def keep(self, done: Sequence[OutboxEntry], /) -> None:
        """Put notifications.

        Raises:
            RejectedError: One was not due in this transaction, or can't be kept.
        """
        ...


class NotificationStore(Pages[NotificationTarget, DueNotification, OutboxEntry], Protocol):
    """When users are told of outlooks, over the outbox that delivers them."""

    def page(self) -> AbstractContextManager[NotificationPage]:
        """Begin a transaction, as :meth:`Pages.page` does.

        It happens before or after a page of :meth:`OutlookStore.page`, and :meth:`prefer`.
        """
        ...

    def plan(self) -> NotificationPlan | None:
        """Return how far notifications have been planned; ``None`` if none ever were."""
        ...

    def prefer(self, user_id: str, preferences: Preferences, /, *, now: datetime) -> None:
        """Keep when a user wants to be told, and plan what waits by it: see :func:`replanned`.

        What somebody is just delivering stays as it is: they ask for preferences once more.

        Args:
            user_id: Who.
            preferences: When.
            now: What time it is.

        Raises:
            RejectedError: A text can't be stored.
        """
        ...

    def preferences(self, user_ids: Iterable[str], /) -> Mapping[str, Preferences]:
        """Return when some users want to be told, by user id; those who have not said are left out.

        Raises:
            MainstayError: The row of one can't be read.
        """
        ...

    def of_user(
        self, user_id: str, /, *, before: date | None = None, limit: int = 100
    ) -> Sequence[Notified]:
        """Return a user's notifications, the latest day first.

        Args:
            user_id: Whose.
            before: Only those for days before this one.
            limit: How many at most.

        Raises:
            MainstayError: The row of one can't be read.
        """
        ...

    def of_day(
        self, day: date, /, *, after: str | None = None, limit: int = 1000
    ) -> Sequence[Notified]:
        """Return the notifications of a day, by user id.

        Args:
            day: Which.
            after: Only those of users after this one.
            limit: How many at most.

        Raises:
            MainstayError: The row of one can't be read.
        """
        ...


def notification_key(user_id: str, day: date) -> str:
    """Return what tells a notification from every other: there is one a user and day.

    Examples:
        >>> notification_key("ada", date(2024, 5, 1))
        'outlook:2024-05-01:ada'
    """
    return f"{OUTLOOK}:{day.isoformat()}:{user_id}"


def notification_entry(user_id: str, day: date, at: datetime) -> OutboxEntry:
    """Return the notification of a user's outlook for a day; it expires two hours after ``at``."""
    return OutboxEntry(
        key=notification_key(user_id, day),
        kind=OUTLOOK,
        user_id=user_id,
        payload=_payload(day),
        due_at=at,
        expires_at=at + LATE,
    )


@lru_cache(maxsize=64)
def _payload(day: date) -> PlainData:
    """Return what the notifications of a day share: it is made once, since there are many."""
    return PlainData({"day": day.isoformat()})


def planned_at_once(
    outlook: Outlook, preferences: Preferences | None, plan: NotificationPlan | None
) -> OutboxEntry | None:
    """Return the notification that is put with an outlook which comes after its time was planned.

    ``None`` if its time is yet to be planned, or if its user is not to be told.
    """
    if plan is None or plan.until is None:
        return None
    wanted = wanted_instant(preferences, outlook.day, policy=plan.policy)
    if wanted is None or wanted >= plan.until:
        return None
    return notification_entry(outlook.user_id, outlook.day, wanted)


def first_replanned(now: datetime) -> date:
    """Return the first day whose notification may still be sent once preferences have changed.

    No earlier one can be due within the two hours before ``now``: see
    :func:`mainstay.outlook.dates_due`.
    """
    return now.astimezone(UTC).date() - 2 * _DAY


def replanned(
    there: OutboxEntry | None,
    outlook: tuple[str, date],
    wanted: datetime | None,
    *,
    now: datetime,
    plan: NotificationPlan | None,
) -> OutboxEntry | None:
    """Return what a notification becomes when its user wants to be told at another time.

    One that waits, or was cancelled, is due at the new instant; at once if that is at most two
    hours ago. If it is longer ago, or if the user wants not to be told, it is cancelled. What is
    done, failed or expired stays.

    Args:
        there: The notification, if there is one.
        outlook: The user and the day.
        wanted: When they want to be told; ``None`` for not at all.
        now: What time it is.
        plan: How far notifications have been planned. Before that, one that is not there is added.

    Returns:
        What is to be kept; ``None`` if nothing changes.

    Examples:
        >>> from datetime import UTC
        >>> at = [datetime(2024, 5, 1, hour, tzinfo=UTC) for hour in range(24)]
        >>> waits = notification_entry("ada", at[0].date(), at[7])
        >>> for wanted in (at[8], at[5], at[4], None):
        ...     found = replanned(waits, ("ada", at[0].date()), wanted, now=at[6], plan=None)
        ...     print(found.state.value, found.due_at.hour)
        waiting 8
        waiting 5
        cancelled 7
        cancelled 7
    """
    late = wanted is None or wanted + LATE <= now
    if there is None:
        until = None if plan is None else plan.until
        if wanted is None or late or until is None or wanted >= until:
            return None
        return notification_entry(*outlook, wanted)
    if there.state not in {OutboxState.WAITING, OutboxState.CANCELLED}:
        return None
    if wanted is None or late:
        return attrs.evolve(there, state=OutboxState.CANCELLED)
    return attrs.evolve(there, state=OutboxState.WAITING, due_at=wanted, expires_at=wanted + LATE)


def storable_notification(entry: OutboxEntry, due: DueNotification) -> OutboxEntry:
    """Return the notification of an outlook, if any outbox can put it.

    Raises:
        RejectedError: It is another's, or was claimed before, or expires before it is due.
    """
    checks.instance("done", entry, OutboxEntry)
    key, payload = notification_key(due.user_id, due.day), _payload(due.day)
    same = entry.payload is payload or entry.payload == payload
    if not same or (entry.key, entry.kind, entry.user_id) != (key, OUTLOOK, due.user_id):
        raise RejectedError(
            f"must be the notification of {due.key!r}",
            field="done",
            value=entry,
            remedy="Make it with notification_entry.",
        )
    return new_entry(entry)


def storable_preferences(user_id: str, preferences: Preferences) -> Preferences:
    """Return preferences that any store can keep.

    Raises:
        RejectedError: A text holds a NUL character or a lone surrogate, which no database takes.
    """
    checks.instance("preferences", preferences, Preferences)
    require_storable("user_id", checks.text("user_id", user_id))
    require_storable("channel", preferences.channel or "")
    return preferences

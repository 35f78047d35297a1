"""Notifications: when each user is told of an outlook, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from functools import partial
from typing import Protocol

import attrs

from mainstay import _checks as checks
from mainstay.outlook import (
    AHEAD,
    LATE,
    NotificationPolicy,
    Preferences,
    dates_due,
)
from mainstay.ports.outbox import OutboxEntry
from mainstay.ports.pages import Page, Pages, Unreadable

__all__ = [
    "DueNotification",
    "NotificationPage",
    "NotificationPlan",
    "NotificationStore",
    "NotificationTarget",
    "Notified",
]

#: How far back a run looks for what nobody has planned.
_LOOKED_BACK = timedelta(days=30)


@attrs.frozen
class NotificationTarget:
    """Which notifications are to be planned.

    Attributes:
        now: What time it is. Without a day, planned is what is due before 24 hours from now.
        policy: When users are told who have not said when.
        day: Only this day, however far away its instants are.

    Examples:
        >>> from datetime import UTC
        >>> target = NotificationTarget(datetime(2024, 5, 1, 12, tzinfo=UTC))
        >>> first, last = target.days(None)  # where days have not ended yet, and where they begin
        >>> first.isoformat(), last.isoformat()
        ('2024-04-30', '2024-05-03')
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

    Examples:
        >>> from datetime import UTC
        >>> first, second = (
        ...     NotificationTarget(datetime(2024, 5, day, 12, tzinfo=UTC)) for day in (1, 2)
        ... )
        >>> plan = NotificationPlan(policy=first.policy)
        >>> for target in (second, first):  # an earlier run does not move the end back
        ...     plan = plan.after(target, ended=True)
        >>> plan.until.isoformat()
        '2024-05-03T12:00:00+00:00'
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

    Examples:
        >>> DueNotification("ada", date(2024, 5, 1)).key
        '2024-05-01:ada'
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

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.jobs import send_notifications
        >>> from mainstay.outlook import Content, Outlook
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon, day = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC), date(2024, 5, 2)
        >>> walk = Content("tip", "plain", "Walk", "Twenty minutes will do.")
        >>> known = {"known_through": noon.date(), "generated_at": noon}
        >>> _ = store.outlooks.add(Outlook(user_id="ada", day=day, content=walk, **known))
        >>> _ = send_notifications(store.notifications).run(JobContext(clock=lambda: noon))
        >>> [notified] = store.notifications.of_user("ada")
        >>> notified.entry.state.value, notified.entry.due_at.isoformat(), notified.viewed_at
        ('waiting', '2024-05-02T06:45:00+00:00', None)
    """

    entry: OutboxEntry
    preferences: Preferences | None = None
    viewed_at: datetime | None = None


class NotificationPage(Page[NotificationTarget, DueNotification, OutboxEntry], Protocol):
    """One transaction on outlooks of which users are to be told.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.jobs import plan_notification
        >>> from mainstay.outlook import Content, Outlook
        >>> from mainstay.ports import NotificationTarget
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon, day = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC), date(2024, 5, 2)
        >>> walk = Content("tip", "plain", "Walk", "Twenty minutes will do.")
        >>> known = {"known_through": noon.date(), "generated_at": noon}
        >>> _ = store.outlooks.add(Outlook(user_id="ada", day=day, content=walk, **known))
        >>> target = NotificationTarget(noon)
        >>> with store.notifications.page() as page:
        ...     page.keep([plan_notification(due, target) for due in page.due(target, limit=10)])
        ...     page.due(target, limit=10)
        []
        >>> store.outbox.next_due().isoformat()
        '2024-05-02T06:45:00+00:00'
    """

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
    """When users are told of outlooks, over the outbox that delivers them.

    Examples:
        >>> from datetime import UTC, time
        >>> from mainstay.jobs import send_notifications
        >>> from mainstay.outlook import Content, Outlook
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon, day = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC), date(2024, 5, 2)
        >>> walk = Content("tip", "plain", "Walk", "Twenty minutes will do.")
        >>> known = {"known_through": noon.date(), "generated_at": noon}
        >>> _ = store.outlooks.add(Outlook(user_id="ada", day=day, content=walk, **known))
        >>> _ = send_notifications(store.notifications).run(JobContext(clock=lambda: noon))
        >>> store.notifications.prefer("ada", Preferences(weekday=time(9)), now=noon)
        >>> store.notifications.of_user("ada")[0].entry.due_at.isoformat()  # it was 06:45
        '2024-05-02T09:00:00+00:00'
    """

    def page(self) -> AbstractContextManager[NotificationPage]:
        """Begin a transaction, as :meth:`Pages.page` does.

        It happens before or after a page of :meth:`OutlookStore.page`, and :meth:`prefer`.
        """
        ...

    def count_users(self, target: NotificationTarget, /) -> int:
        """Return how many users the outlooks that are due have: one user may have several."""
        ...

    def plan(self) -> NotificationPlan | None:
        """Return how far notifications have been planned; ``None`` if none ever were."""
        ...

    def prefer(self, user_id: str, preferences: Preferences, /, *, now: datetime) -> None:
        """Keep when a user wants to be told, and plan what waits by it.

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

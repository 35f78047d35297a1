"""Outlooks in tests of jobs: made, planned and delivered, by hosts that do what they are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from mainstay.jobs import deliver_due, generate_outlooks, send_notifications
from mainstay.outlook import (
    Content,
    NotificationPolicy,
    Outlook,
    OutlookContext,
    Preferences,
    Template,
)
from mainstay.ports import Notification, OutboxEntry
from mainstay.ports.notification_entries import notification_key
from mainstay.scheduling import JobContext, JobReport, PlainData
from mainstay.testing.memory import MemoryStore
from tests.recording import counted, did, may

#: A Tuesday on which outlooks for Wednesday the 29th are made.
DUE = datetime(2024, 5, 28, 5, tzinfo=UTC)
MICROSECOND, SECOND, MINUTE, HOUR = (
    timedelta(microseconds=1),
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
)
TOMORROW = may(29)
#: When users without preferences are told on the 29th.
MORNING = datetime(2024, 5, 29, 6, 45, tzinfo=UTC)
EVE = MORNING - 24 * HOUR + SECOND
ADA = "outlook:2024-05-29:ada"

MINE = Template("mine", ["plain", "warm"])


class BoomError(Exception):
    """An error of a library, which is of no class that Python has."""


class SoftTimeLimitExceeded(Exception):  # noqa: N818  (Celery's name)
    """Named as Celery's, which is an ordinary exception of a library that may not be there."""


class Host:
    """A generator that does what a test wants, and remembers what it was asked.

    Args:
        said: What it returns in turn, calls or raises; afterwards a text of its own.
        data: What it knows of users, or what it raises or calls when it is asked.
    """

    templates: Sequence[Template] = (MINE,)

    def __init__(self, *said: object, data: Any = None) -> None:
        self.said = list(said)
        self.known = {} if data is None else data
        self.contexts: list[OutlookContext] = []
        self.asked: list[list[str]] = []

    @property
    def users(self) -> list[str]:
        """Whose text it was asked for."""
        return [context.user_id for context in self.contexts]

    def data(self, user_ids: Sequence[str], _: date) -> Mapping[str, Mapping[str, object]]:
        self.asked.append(sorted(user_ids))
        known: Any = self.known(user_ids) if callable(self.known) else self.known
        if isinstance(known, BaseException):
            raise known.with_traceback(None)
        result: Mapping[str, Mapping[str, object]] = known
        return result

    def generate(self, context: OutlookContext) -> Content:
        self.contexts.append(context)
        said = self.said.pop(0) if self.said else text_for(context)
        if isinstance(said, BaseException):
            raise said.with_traceback(None)
        result: Content = said(context) if callable(said) else said  # type: ignore[assignment]  # or nonsense
        return result


def text_for(context: OutlookContext) -> Content:
    return Content("mine", context.variant("mine"), "Hi", f"Go on, {context.user_id}!")


class Notifier:
    """Tells nobody, and remembers whom it was to tell.

    Args:
        said: What it returns in turn, or raises; afterwards nothing.
    """

    def __init__(self, *said: object) -> None:
        self.said = list(said)
        self.told: list[Notification] = []

    @property
    def keys(self) -> list[str]:
        return [each.key for each in self.told]

    def notify(self, notification: Notification) -> Any:
        said = self.said.pop(0) if self.said else None
        if isinstance(said, BaseException):
            raise said.with_traceback(None)
        self.told.append(notification)
        return said


def active(*users: str) -> MemoryStore:
    """Return a store in which some users were active on the 27th."""
    store = MemoryStore()
    for user in users:
        did(store, user, may(27))
    return store


def generate(
    store: MemoryStore,
    generator: Any = None,
    *,
    at: datetime = DUE,
    due: datetime | None = None,
    target: date | None = None,
    task: str = "t",
    **options: Any,
) -> JobReport:
    """Run the generation of outlooks at an instant."""
    job = generate_outlooks(store, generator=generator)
    context = JobContext(
        task_id=task, clock=lambda: at, due=due or at, target=target, options=options
    )
    return job.run(context)


def plan(
    store: MemoryStore,
    at: datetime,
    *,
    target: date | None = None,
    policy: NotificationPolicy | None = None,
    **options: Any,
) -> JobReport:
    """Run the planning of notifications at an instant."""
    job = send_notifications(store.notifications, policy=policy)
    return job.run(JobContext(task_id="t", clock=lambda: at, target=target, options=options))


def deliver(
    store: MemoryStore,
    notifier: Any,
    at: datetime,
    *,
    policy: NotificationPolicy | None = None,
    clock: Callable[[], datetime] | None = None,
) -> JobReport:
    """Deliver what is due at an instant."""
    context = JobContext(task_id="t", clock=clock or (lambda: at))
    return deliver_due(store, notifier, context=context, policy=policy)


def made(store: MemoryStore, user: str, day: date = TOMORROW) -> Outlook:
    """Return an outlook that is there."""
    outlook = store.outlooks.outlook(user, day)
    assert outlook is not None
    return outlook


def there(store: MemoryStore, day: date = TOMORROW) -> list[str]:
    """Return who has an outlook for a day."""
    users = sorted({session.user_id for session in store.sessions.all()})
    return [user for user in users if store.outlooks.outlook(user, day) is not None]


def planned(store: MemoryStore, user: str, day: date = TOMORROW) -> OutboxEntry:
    """Return a notification that is there."""
    entry = store.outbox.entry(notification_key(user, day))
    assert entry is not None
    return entry


def told_of(store: MemoryStore, *users: str, day: date = TOMORROW, **data: object) -> MemoryStore:
    """Keep outlooks of users for a day."""
    for user in users:
        content = Content("mine", "plain", "Hi", f"Go on, {user}!", PlainData(data))
        store.outlooks.add(
            Outlook(user_id=user, day=day, content=content, known_through=may(28), generated_at=DUE)
        )
    return store


def waiting(*users: str, **wanted: Any) -> MemoryStore:
    """Return a store in which users' notifications for the 29th are planned."""
    store = told_of(MemoryStore(), *users)
    for user in users if wanted else ():
        store.notifications.prefer(user, Preferences(**wanted), now=EVE)
    plan(store, EVE)
    return store


def states(store: MemoryStore, *users: str) -> list[str]:
    """Return what has become of users' notifications for the 29th."""
    return [planned(store, user).state.value for user in users]


def by(store: MemoryStore) -> list[str]:
    """Return of whom the outlooks are: the host's, or ours as a fallback."""
    found = [made(store, user) for user in there(store)]
    assert all(each.fallback == (each.content.template != "mine") for each in found)
    return ["ours" if each.fallback else "theirs" for each in found]


def came_to(report: JobReport) -> tuple[object, ...]:
    """Return what a run came to: made, skipped, failed, with our text, given up."""
    assert report.result["total_users"] == report.processed
    return (*counted(report), report.result["fallback_count"], report.result["circuit_open"])

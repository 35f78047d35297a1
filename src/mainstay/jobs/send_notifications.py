"""The daily job that plans when each user is told of their outlook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

from mainstay import _checks as checks
from mainstay._walltimes import time_of_day
from mainstay.errors import InvalidValueError
from mainstay.jobs._tally import Tally
from mainstay.jobs.pages import run_pages
from mainstay.jobs.row import CatalogueRow, PolicyTable
from mainstay.jobs.shapes import notification_result
from mainstay.jobs.tables import made_of
from mainstay.outlook import NotificationPolicy, wanted_instant
from mainstay.ports import (
    DueNotification,
    NotificationStore,
    NotificationTarget,
    OutboxEntry,
)
from mainstay.ports.notification_entries import notification_entry
from mainstay.scheduling import (
    Daily,
    JobContext,
    JobReport,
    JobSpec,
    Option,
    RetryPolicy,
    TargetKind,
)

__all__ = ["SEND_NOTIFICATIONS", "plan_notification", "send_notifications"]

SEND_NOTIFICATIONS = "send-notifications"

PAGE_SIZE = Option("page_size", 10_000, "how many outlooks are in one transaction", low=1)
_DUE = Daily(time(6, 45))
_RETRY = RetryPolicy(2, timedelta(seconds=60))
_TIMES = ("weekday", "weekend")


def plan_notification(due: DueNotification, target: NotificationTarget) -> OutboxEntry | None:
    """Return the notification of an outlook; nothing is read or written.

    ``None`` if its user is not to be told, or if its time is left to a later run.

    Args:
        due: The outlook.
        target: What is to be planned.

    Examples:
        >>> from datetime import UTC, date, datetime
        >>> target = NotificationTarget(datetime(2024, 5, 1, 6, 45, tzinfo=UTC))
        >>> plan_notification(DueNotification("ada", date(2024, 5, 1)), target).due_at.isoformat()
        '2024-05-01T06:45:00+00:00'
        >>> plan_notification(DueNotification("ada", date(2024, 5, 2)), target) is None
        True
    """
    wanted = wanted_instant(due.preferences, due.day, policy=target.policy)
    if wanted is None or (target.day is None and wanted >= target.until):
        return None
    return notification_entry(due.user_id, due.day, wanted)


def send_notifications(
    store: NotificationStore, *, policy: NotificationPolicy | None = None
) -> JobSpec:
    """Return the job that plans when each user is told of their outlook.

    It puts a notification into the outbox for each outlook whose time comes before 24 hours from
    now: once a user and date, by its key, whatever runs again or at once. With a target, it plans
    that date. An outlook that is made later is planned when it is kept. What is delivered, and
    when, see :func:`mainstay.jobs.deliver_due`.

    It is due at 06:45 UTC, with two retries from one minute on. A run that begins up to two hours
    late loses nobody. ``page_size`` is how many outlooks are in one transaction. ``result`` has
    ``total_users``, whose outlooks were looked at, and ``lost_count``: of how many outlooks the
    time was more than two hours ago. These expire.

    Args:
        store: Where preferences and outlooks are.
        policy: When users are told who have not said when, and whether anybody is; by default the
            policy of the last run, else the standard one.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> send_notifications(MemoryStore().notifications).run(JobContext()).succeeded
        0
    """
    if policy is not None:
        checks.instance("policy", policy, NotificationPolicy)
    return ROW.job(schedule=_DUE, run=partial(_run, store, policy), retry=_RETRY)


def _policy(values: Mapping[str, Any]) -> NotificationPolicy:
    """Return what the table says; a time may be a text such as ``"06:45"``."""
    given = dict(values)
    for key in {*_TIMES} & given.keys():
        given[key] = _time(key, given[key])
    return made_of(NotificationPolicy, given)


def _time(field: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return time_of_day(value)
    except ValueError as error:
        raise InvalidValueError(
            "is not a time of day", field=field, value=value, remedy='Such as "06:45".'
        ) from error


ROW = CatalogueRow(
    name=SEND_NOTIFICATIONS,
    summary="plans when each user is told of their outlook",
    make=lambda store, policy: send_notifications(store.notifications, policy=policy),
    target=TargetKind.DAY,
    options=(PAGE_SIZE,),
    policy=PolicyTable(
        "notifications",
        NotificationPolicy,
        reader=_policy,
        keys='enabled, zone, weekday and weekend (times such as 06:45:00 or "06:45")',
    ),
    shape=notification_result,
)


def _run(
    store: NotificationStore, policy: NotificationPolicy | None, context: JobContext
) -> JobReport:
    day = None if context.target is None else checks.day("target", context.target)
    rules = _kept(store) if policy is None else policy
    target = NotificationTarget(context.now(), policy=rules, day=day)
    shown = day or context.due.astimezone(UTC).date()
    tally = Tally.begin(SEND_NOTIFICATIONS, context, str(shown))
    users, lost = store.count_users(target), 0

    def count(done: Sequence[OutboxEntry]) -> None:
        nonlocal lost
        lost += sum(_is_lost(entry, target.now) for entry in done)

    plan = partial(plan_notification, target=target)
    size = PAGE_SIZE.of(context.options)
    run_pages(store, target, plan, tally, size=size, expected=users, kept=count)
    tally.result.update(total_users=users, lost_count=lost)
    return tally.report()


def _kept(store: NotificationStore) -> NotificationPolicy:
    plan = store.plan()
    return NotificationPolicy() if plan is None else plan.policy


def _is_lost(entry: OutboxEntry, now: datetime) -> bool:
    return entry.expires_at is not None and entry.expires_at <= now

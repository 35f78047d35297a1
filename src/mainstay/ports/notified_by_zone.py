"""What became of a day's notifications, zone by zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from mainstay import _checks as checks
from mainstay._plain import PlainData
from mainstay.outlook import NotificationPolicy, Preferences
from mainstay.ports.notifications import NotificationStore, Notified
from mainstay.ports.notified_counts import NotifiedCounts, Part, counts_of
from mainstay.ports.outbox import OutboxState

__all__ = ["counts_by_zone", "delivered_at_of", "notified_counts"]

_PAGE = 1_000
_STANDARD = NotificationPolicy()
_FIELDS = {
    OutboxState.WAITING: "waiting",
    OutboxState.DONE: "delivered",
    OutboxState.FAILED: "failed",
    OutboxState.EXPIRED: "expired",
    OutboxState.CANCELLED: "cancelled",
}


def counts_by_zone(
    notified: Iterable[Notified], *, policy: NotificationPolicy = _STANDARD
) -> dict[str, NotifiedCounts]:
    """Return what became of notifications, by zone, in the order of the zones' names.

    They are read one by one, and none of them is kept. A notification is of the zone in which it
    was delivered, else of its user's, else of the policy's.

    Args:
        notified: Notifications, each once, in any order.
        policy: Where users are who have not said so.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.ports.notification_entries import notification_entry
        >>> waits = notification_entry("ada", date(2024, 5, 1), datetime(2024, 5, 1, 7, tzinfo=UTC))
        >>> counts_by_zone([Notified(waits)])
        {'UTC': NotifiedCounts(waiting=1)}
    """
    checks.instance("policy", policy, NotificationPolicy)
    tallies: dict[str, Counter[Part]] = {}
    for each in checks.iterable("notified", notified):
        zone = _zone(each, policy)
        tallies.setdefault(zone, Counter()).update(_parts(each))
    return {zone: counts_of(tallies[zone]) for zone in sorted(tallies)}


def notified_counts(store: NotificationStore, day: date) -> dict[str, NotifiedCounts]:
    """Return what became of the notifications of a day, by zone: see :func:`counts_by_zone`.

    They are read page by page, while others may change them.

    Args:
        store: Where they are.
        day: Which.

    Raises:
        MainstayError: The row of one can't be read.

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
        >>> store.notifications.prefer("ada", Preferences("Asia/Tokyo"), now=noon)
        >>> _ = send_notifications(store.notifications).run(JobContext(clock=lambda: noon))
        >>> notified_counts(store.notifications, day)
        {'Asia/Tokyo': NotifiedCounts(waiting=1, own=1)}
    """
    plan = store.plan()
    policy = _STANDARD if plan is None else plan.policy
    return counts_by_zone(_all_of(store, checks.day("day", day)), policy=policy)


def _all_of(store: NotificationStore, day: date) -> Iterator[Notified]:
    after: str | None = None
    while page := store.of_day(day, after=after, limit=_PAGE):
        yield from page
        after = page[-1].entry.user_id


def _zone(notified: Notified, policy: NotificationPolicy) -> str:
    said = None if notified.entry.result is None else notified.entry.result.get("zone")
    if isinstance(said, str):
        return said
    return policy.preferences(notified.preferences).zone or policy.zone


def _parts(notified: Notified) -> Iterator[Part]:
    """Yield what a notification counts for."""
    entry = notified.entry
    yield _FIELDS[entry.state], ""
    if entry.error is not None:
        yield "errors", (entry.error.split() or [entry.error])[0]
    if entry.state is OutboxState.DONE and entry.result is not None:
        yield from _parts_of_delivery(entry.result, notified.viewed_at)
    if notified.preferences is not None:
        yield from _parts_of_preferences(notified.preferences)


def _parts_of_delivery(result: PlainData, viewed_at: datetime | None) -> Iterator[Part]:
    late, delivered_at = result.get("late_s"), delivered_at_of(result)
    if isinstance(late, int | float):
        yield "lateness", int(max(late, 0))
    if delivered_at is not None and viewed_at is not None and viewed_at >= delivered_at:
        yield "viewed", ""


def _parts_of_preferences(preferences: Preferences) -> Iterator[Part]:
    yield "own", ""
    if not preferences.enabled:
        yield "off", ""
    if preferences.quiet_weekdays:
        yield "quiet", ""
    if preferences.channel is not None:
        yield "channels", preferences.channel


def delivered_at_of(result: PlainData | None) -> datetime | None:
    """Return when a notification was delivered, by its entry's result; ``None`` if it was not."""
    said = None if result is None else result.get("delivered_at")
    return None if not isinstance(said, str) else datetime.fromisoformat(said)

"""What became of a day's notifications, zone by zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, TypeAlias

import attrs

from mainstay import _checks as checks
from mainstay._plain import PlainData
from mainstay._reprs import of_policy
from mainstay._typing import TypedDict
from mainstay.errors import InvalidValueError
from mainstay.outlook import NotificationPolicy, Preferences
from mainstay.ports.notifications import (
    NotificationStore,
    Notified,
)
from mainstay.ports.outbox import OutboxState

__all__ = [
    "NotifiedCounts",
    "NotifiedCountsDict",
    "counts_by_zone",
    "delivered_at_of",
    "notified_counts",
]

_PAGE = 1_000
_HALF, _NEARLY_ALL = 50, 95
_PERCENT = 100
_STANDARD = NotificationPolicy()

_count = checks.each(checks.count)


class NotifiedCountsDict(TypedDict):
    """Counts as :meth:`NotifiedCounts.to_dict` gives them."""

    planned: int
    waiting: int
    delivered: int
    failed: int
    expired: int
    cancelled: int
    lateness_median_s: int | None
    lateness_p95_s: int | None
    viewed: int
    errors: dict[str, object]
    preferences: dict[str, object]


def _lateness(values: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return how many were so late, by seconds, each once and in order."""
    found = Counter[int]()
    for seconds, count in checks.iterable("lateness", values):
        found[checks.count("lateness", seconds)] += checks.count("lateness", count)
    return tuple(sorted(found.items()))


def _counter(field: str, value: object) -> PlainData:
    data = PlainData.at(field, value)
    for name, count in data.items():
        checks.count(f"{field}[{name!r}]", count)
    return data


_counters = checks.each(_counter)


@attrs.frozen(kw_only=True)
class NotifiedCounts:
    """What became of some notifications, such as those of a day and zone.

    Two of different notifications are added to that of both, in any order.

    Attributes:
        waiting: How many wait to be delivered, or to be tried again.
        delivered: How many were delivered.
        failed: How many were given up.
        expired: How many were not delivered within two hours.
        cancelled: How many were not wanted any more.
        lateness: How late those were that were delivered: whole seconds, rounded down, and how
            many were so late.
        viewed: How many outlooks were first seen after their notification was delivered.
        errors: How many have an error, by its kind, which is its first word.
        own: How many are of users with preferences of their own.
        off: How many of those have notifications off.
        quiet: How many of those have quiet weekdays.
        channels: How many of those want to be told by a channel, by its name.

    Raises:
        InvalidValueError: A count is negative, or larger than what it is a part of.

    Examples:
        >>> counts = NotifiedCounts(waiting=1, delivered=4, lateness=[(0, 2), (3, 1), (60, 1)])
        >>> counts.planned, counts.lateness_median_s, counts.lateness_p95_s
        (5, 0, 60)
    """

    waiting: int = attrs.field(default=0, validator=_count)
    delivered: int = attrs.field(default=0, validator=_count)
    failed: int = attrs.field(default=0, validator=_count)
    expired: int = attrs.field(default=0, validator=_count)
    cancelled: int = attrs.field(default=0, validator=_count)
    lateness: tuple[tuple[int, int], ...] = attrs.field(default=(), converter=_lateness)
    viewed: int = attrs.field(default=0, validator=_count)
    errors: PlainData = attrs.field(default=PlainData(), validator=_counters)
    own: int = attrs.field(default=0, validator=_count)
    off: int = attrs.field(default=0, validator=_count)
    quiet: int = attrs.field(default=0, validator=_count)
    channels: PlainData = attrs.field(default=PlainData(), validator=_counters)

    def __attrs_post_init__(self) -> None:
        late = sum(count for _, count in self.lateness)
        for field, part, whole_field, whole in (
            ("the sum of lateness", late, "delivered", self.delivered),
            ("viewed", self.viewed, "delivered", self.delivered),
            ("own", self.own, "planned", self.planned),
            ("off", self.off, "own", self.own),
            ("quiet", self.quiet, "own", self.own),
        ):
            if part > whole:
                raise InvalidValueError(
                    f"must not be above {whole_field}, {whole}",
                    field=field,
                    value=part,
                    remedy=f"It is a part of {whole_field}.",
                )

    def __repr__(self) -> str:
        return of_policy(self)

    @property
    def planned(self) -> int:
        """How many there are, whatever became of them."""
        return self.waiting + self.delivered + self.failed + self.expired + self.cancelled

    @property
    def lateness_median_s(self) -> int | None:
        """The lateness that half of those delivered did not exceed, in whole seconds.

        It is the one of rank ⌈n / 2⌉ of n, the least late first (nearest rank): one that occurred,
        the lower one of the two in the middle. ``None`` if nothing was delivered.
        """
        return self._late(_HALF)

    @property
    def lateness_p95_s(self) -> int | None:
        """The lateness that 95 % of those delivered did not exceed, in whole seconds.

        It is the one of rank ⌈0.95 · n⌉ of n, the least late first (nearest rank). ``None`` if
        nothing was delivered.
        """
        return self._late(_NEARLY_ALL)

    def _late(self, percent: int) -> int | None:
        rank = -(-percent * sum(count for _, count in self.lateness) // _PERCENT)
        for seconds, count in self.lateness:
            rank -= count
            if rank <= 0:
                return seconds
        return None

    def __add__(self, other: NotifiedCounts) -> NotifiedCounts:
        """Return the counts of both."""
        if not isinstance(other, NotifiedCounts):
            return NotImplemented
        return _counts(Counter(self._tally()) + Counter(other._tally()))

    def _tally(self) -> dict[_Part, int]:
        alone: dict[_Part, int] = {(name, ""): getattr(self, name) for name in _NUMBERS}
        late: dict[_Part, int] = {("lateness", seconds): count for seconds, count in self.lateness}
        named: dict[_Part, int] = {
            (field, name): checks.count(field, count)
            for field, counts in (("errors", self.errors), ("channels", self.channels))
            for name, count in counts.items()
        }
        return alone | late | named

    def to_dict(self) -> NotifiedCountsDict:
        """Return them as plain data."""
        return {
            "planned": self.planned,
            "waiting": self.waiting,
            "delivered": self.delivered,
            "failed": self.failed,
            "expired": self.expired,
            "cancelled": self.cancelled,
            "lateness_median_s": self.lateness_median_s,
            "lateness_p95_s": self.lateness_p95_s,
            "viewed": self.viewed,
            "errors": self.errors.to_dict(),
            "preferences": {
                "own": self.own,
                "off": self.off,
                "quiet": self.quiet,
                "channels": self.channels.to_dict(),
            },
        }


#: A count's field, and for which of its names or seconds.
_Part: TypeAlias = tuple[str, str | int]

_NUMBERS = (
    *("waiting", "delivered", "failed", "expired", "cancelled"),
    *("viewed", "own", "off", "quiet"),
)
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
    tallies: dict[str, Counter[_Part]] = {}
    for each in checks.iterable("notified", notified):
        zone = _zone(each, policy)
        tallies.setdefault(zone, Counter()).update(_parts(each))
    return {zone: _counts(tallies[zone]) for zone in sorted(tallies)}


def notified_counts(store: NotificationStore, day: date) -> dict[str, NotifiedCounts]:
    """Return what became of the notifications of a day, by zone: see :func:`counts_by_zone`.

    They are read page by page, while others may change them.

    Args:
        store: Where they are.
        day: Which.

    Raises:
        MainstayError: The row of one can't be read.
    """
    plan = store.plan()
    policy = _STANDARD if plan is None else plan.policy
    return counts_by_zone(_all_of(store, checks.day("day", day)), policy=policy)


def _all_of(store: NotificationStore, day: date) -> Iterator[Notified]:
    after: str | None = None
    while page := store.of_day(day, after=after, limit=_PAGE):
        yield from page
        after = page[-1].entry.user_id


def _counts(tally: Mapping[_Part, int]) -> NotifiedCounts:
    groups: dict[str, dict[Any, int]] = {}
    for (field, key), count in tally.items():
        groups.setdefault(field, {})[key] = count
    numbers = {name: groups[name][""] for name in _NUMBERS if name in groups}
    return NotifiedCounts(
        **numbers,
        lateness=groups.get("lateness", {}).items(),
        errors=PlainData(groups.get("errors", {})),
        channels=PlainData(groups.get("channels", {})),
    )


def _zone(notified: Notified, policy: NotificationPolicy) -> str:
    said = None if notified.entry.result is None else notified.entry.result.get("zone")
    if isinstance(said, str):
        return said
    return policy.preferences(notified.preferences).zone or policy.zone


def _parts(notified: Notified) -> Iterator[_Part]:
    """Yield what a notification counts for."""
    entry = notified.entry
    yield _FIELDS[entry.state], ""
    if entry.error is not None:
        yield "errors", (entry.error.split() or [entry.error])[0]
    if entry.state is OutboxState.DONE and entry.result is not None:
        yield from _parts_of_delivery(entry.result, notified.viewed_at)
    if notified.preferences is not None:
        yield from _parts_of_preferences(notified.preferences)


def _parts_of_delivery(result: PlainData, viewed_at: datetime | None) -> Iterator[_Part]:
    late, delivered_at = result.get("late_s"), delivered_at_of(result)
    if isinstance(late, int | float):
        yield "lateness", int(max(late, 0))
    if delivered_at is not None and viewed_at is not None and viewed_at >= delivered_at:
        yield "viewed", ""


def _parts_of_preferences(preferences: Preferences) -> Iterator[_Part]:
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

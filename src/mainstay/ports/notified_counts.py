"""What became of some notifications: counts that add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import attrs

from mainstay import _checks as checks
from mainstay._plain import PlainData
from mainstay._reprs import of_policy
from mainstay._typing import TypedDict
from mainstay.errors import InvalidValueError

__all__ = [
    "NotifiedCounts",
    "NotifiedCountsDict",
    "Part",
    "counts_of",
]

_HALF, _NEARLY_ALL = 50, 95
_PERCENT = 100

_count = checks.each(checks.count)


class NotifiedCountsDict(TypedDict):
    """Counts as :meth:`NotifiedCounts.to_dict` gives them.

    Examples:
        >>> counts = NotifiedCounts(delivered=4, lateness=[(0, 3), (60, 1)], own=2, quiet=1)
        >>> found = counts.to_dict()
        >>> found["planned"], found["lateness_p95_s"], found["preferences"]
        (4, 60, {'own': 2, 'off': 0, 'quiet': 1, 'channels': {}})
    """

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
        return counts_of(Counter(self._tally()) + Counter(other._tally()))

    def _tally(self) -> dict[Part, int]:
        alone: dict[Part, int] = {(name, ""): getattr(self, name) for name in _NUMBERS}
        late: dict[Part, int] = {("lateness", seconds): count for seconds, count in self.lateness}
        named: dict[Part, int] = {
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
Part: TypeAlias = tuple[str, str | int]

_NUMBERS = (
    *("waiting", "delivered", "failed", "expired", "cancelled"),
    *("viewed", "own", "off", "quiet"),
)


def counts_of(tally: Mapping[Part, int]) -> NotifiedCounts:
    """Return the counts of what was tallied."""
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

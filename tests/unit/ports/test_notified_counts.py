"""What became of a day's notifications: by zone, how late, seen or not, and of which users."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from mainstay import InvalidTypeError, InvalidValueError
from mainstay.outlook import NotificationPolicy, Preferences
from mainstay.ports import (
    Notified,
    NotifiedCounts,
    OutboxEntry,
    OutboxState,
    counts_by_zone,
    notified_counts,
)
from mainstay.ports.notification_entries import notification_entry
from mainstay.ports.notified_by_zone import delivered_at_of
from mainstay.scheduling import PlainData
from mainstay.testing.memory import MemoryStore

DAY, DUE = date(2024, 5, 16), datetime(2024, 5, 16, 6, 45, tzinfo=UTC)
WAITS = notification_entry("ada", DAY, DUE)
SECOND = timedelta(seconds=1)
any_state: Any = OutboxState


def delivered(late_s: float = 0, zone: str | None = None) -> OutboxEntry:
    at = (DUE + late_s * SECOND).isoformat()
    result = PlainData({"delivered_at": at, "late_s": late_s, "zone": zone, "answer": {}})
    return attrs.evolve(WAITS, state=OutboxState.DONE, result=result)


def of(*entries: OutboxEntry) -> NotifiedCounts:
    """The counts of notifications in one zone."""
    (counts,) = counts_by_zone(map(Notified, entries)).values()
    return counts


@pytest.mark.parametrize(
    ("state", "field"),
    [
        (OutboxState.WAITING, "waiting"),
        (OutboxState.DONE, "delivered"),
        (OutboxState.FAILED, "failed"),
        (OutboxState.EXPIRED, "expired"),
        (OutboxState.CANCELLED, "cancelled"),
    ],
)
def test_each_state_is_counted_on_its_own(state: OutboxState, field: str) -> None:
    """Whatever became of a notification, it was planned."""
    counts = of(attrs.evolve(WAITS, state=state))
    one: dict[str, Any] = {field: 1}
    assert counts == NotifiedCounts(**one)
    assert counts.planned == 1


@pytest.mark.parametrize(
    ("late", "median", "nearly_all"),
    [
        ([7], 7, 7),
        ([1, 2], 1, 2),
        ([3, 1, 2], 2, 3),
        (range(1, 21), 10, 19),
        (range(1, 22), 11, 20),
        ([5] * 19 + [3600], 5, 5),
        ([5] * 18 + [3600] * 2, 5, 3600),
        ([0.9, 1.0, 1.999], 1, 1),
        ([-3.5], 0, 0),
    ],
)
def test_lateness_is_that_of_the_nearest_rank(late: Any, median: int, nearly_all: int) -> None:
    """By hand: the ranks ⌈n / 2⌉ and ⌈0.95 · n⌉, in whole seconds; a clock put back counts as 0."""
    counts = of(*map(delivered, late))
    assert (counts.lateness_median_s, counts.lateness_p95_s) == (median, nearly_all)


def test_without_a_delivery_no_lateness_is_known() -> None:
    """And none of what somebody else has delivered, without saying how late."""
    assert of(WAITS).lateness_median_s is None
    assert of(WAITS).lateness_p95_s is None
    other = attrs.evolve(WAITS, state=OutboxState.DONE, result=PlainData({"answer": "ok"}))
    assert of(other) == NotifiedCounts(delivered=1)


@pytest.mark.parametrize(
    ("seen_after", "viewed"), [(None, 0), (-SECOND, 0), (0 * SECOND, 1), (SECOND, 1)]
)
def test_only_what_is_seen_after_its_delivery_counts_as_viewed(
    seen_after: timedelta | None, viewed: int
) -> None:
    """Who has seen the outlook before was not led to it by the notification."""
    seen_at = None if seen_after is None else DUE + 60 * SECOND + seen_after
    (counts,) = counts_by_zone([Notified(delivered(60), viewed_at=seen_at)]).values()
    assert counts.viewed == viewed
    waits = Notified(WAITS, viewed_at=DUE)
    assert counts_by_zone([waits])["UTC"].viewed == 0


def test_a_notification_is_of_the_zone_where_it_was_delivered_else_of_its_users() -> None:
    """Else of the policy's; and zones are in the order of their names."""
    tokyo, berlin = Preferences("Asia/Tokyo"), NotificationPolicy(zone="Europe/Berlin")
    several = [
        Notified(delivered(zone="Pacific/Apia"), tokyo),
        Notified(WAITS, tokyo),
        Notified(WAITS, Preferences()),
        Notified(WAITS),
    ]
    found = counts_by_zone(several, policy=berlin)
    planned = {zone: counts.planned for zone, counts in found.items()}
    assert planned == {"Asia/Tokyo": 1, "Europe/Berlin": 2, "Pacific/Apia": 1}
    assert [*found] == sorted(found)


def test_errors_are_counted_by_their_first_word_whatever_became_of_them() -> None:
    """The first word is the kind of the error that the notifier has raised."""
    failed = attrs.evolve(WAITS, state=OutboxState.FAILED, error="TimeoutError has stopped it: 5 s")
    again = attrs.evolve(WAITS, error="TimeoutError has stopped it: 6 s.")
    odd = attrs.evolve(WAITS, error=" ")
    assert of(failed, again, odd).errors == {"TimeoutError": 2, " ": 1}


def test_preferences_of_their_own_are_counted_by_what_they_say() -> None:
    """By hand: five users, of whom four have said something."""
    several = [
        None,
        Preferences(channel="email"),
        Preferences(channel="email", quiet_weekdays=[5, 6]),
        Preferences(channel="push", enabled=False),
        Preferences(),
    ]
    (counts,) = counts_by_zone(Notified(WAITS, each) for each in several).values()
    assert (counts.waiting, counts.own, counts.off, counts.quiet) == (5, 4, 1, 1)
    assert counts.channels == {"email": 2, "push": 1}


def test_counts_as_plain_data_have_all_that_is_asked_for() -> None:
    """By hand, of two that were delivered and one that failed."""
    failed = attrs.evolve(WAITS, state=OutboxState.FAILED, error="KeyError has stopped it.")
    assert of(delivered(2), delivered(4), failed).to_dict() == {
        "planned": 3,
        "waiting": 0,
        "delivered": 2,
        "failed": 1,
        "expired": 0,
        "cancelled": 0,
        "lateness_median_s": 2,
        "lateness_p95_s": 4,
        "viewed": 0,
        "errors": {"KeyError": 1},
        "preferences": {"own": 0, "off": 0, "quiet": 0, "channels": {}},
    }


def test_counts_are_added_to_counts_alone() -> None:
    """Of all else Python says itself that it can't be added."""
    assert of(delivered(2)) + of(delivered(2), WAITS) == of(delivered(2), delivered(2), WAITS)
    with pytest.raises(TypeError, match="unsupported operand"):
        NotifiedCounts() + 1  # type: ignore[operator]  # on purpose


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"waiting": -1}, "waiting must be at least 0"),
        ({"lateness": [(1, 1)]}, "the sum of lateness must not be above delivered, 0, got 1"),
        ({"delivered": 1, "lateness": [(-1, 1)]}, "lateness must be at least 0"),
        ({"lateness": 3}, "lateness must be"),
        ({"delivered": 1, "viewed": 2}, "viewed must not be above delivered, 1, got 2"),
        ({"waiting": 1, "own": 2}, "own must not be above planned, 1, got 2"),
        ({"waiting": 2, "own": 1, "off": 2}, "off must not be above own, 1, got 2"),
        ({"waiting": 2, "own": 1, "quiet": 2}, "quiet must not be above own, 1, got 2"),
        ({"errors": {"KeyError": -1}}, r"errors\['KeyError'\] must be at least 0"),
        ({"channels": {"email": "1"}}, r"channels\['email'\] must be an integer"),
    ],
)
def test_counts_that_can_not_be_are_refused(fields: dict[str, Any], message: str) -> None:
    """Each with its field, and what it is a part of."""
    with pytest.raises(InvalidValueError, match=message):
        NotifiedCounts(**fields)


def test_equal_latenesses_are_one_whatever_their_order() -> None:
    """So that equal counts are equal, however they were made."""
    made = NotifiedCounts(delivered=3, lateness=[(9, 1), (2, 1), (9, 1)])
    assert made.lateness == ((2, 1), (9, 2))
    assert repr(made) == "NotifiedCounts(delivered=3, lateness=((2, 1), (9, 2)))"


def test_what_is_not_notifications_is_refused() -> None:
    """Our own error, of the argument."""
    with pytest.raises(InvalidTypeError, match="notified must be"):
        counts_by_zone(3)  # type: ignore[arg-type]  # on purpose
    with pytest.raises(InvalidTypeError, match="policy must be"):
        counts_by_zone([], policy="UTC")  # type: ignore[arg-type]  # on purpose
    with pytest.raises(InvalidTypeError, match="day must be"):
        notified_counts(MemoryStore().notifications, DUE)


def test_what_is_not_delivered_has_no_instant() -> None:
    """Nor has what somebody has delivered without saying when."""
    assert delivered_at_of(None) is None
    assert delivered_at_of(PlainData({"why": "off"})) is None
    assert delivered_at_of(delivered(3).result) == DUE + 3 * SECOND


@attrs.define
class Paged:
    """A store that hands out a day's notifications page by page."""

    all: list[Notified]
    asked: list[tuple[str | None, int]] = attrs.field(factory=list)

    def plan(self) -> None:
        """Nothing was planned by a policy of its own."""

    def of_day(self, day: date, /, *, after: str | None = None, limit: int) -> list[Notified]:
        assert day == DAY
        self.asked.append((after, limit))
        left = [each for each in self.all if after is None or str(each.entry.user_id) > after]
        return left[:limit]


def test_a_day_is_read_page_by_page() -> None:
    """A thousand at once, each page after the user with whom the last one ended."""
    users = [f"u{number:04}" for number in range(2001)]
    store: Any = Paged([Notified(notification_entry(user, DAY, DUE)) for user in users])
    assert notified_counts(store, DAY) == {"UTC": NotifiedCounts(waiting=2001)}
    assert [after for after, _ in store.asked] == [None, "u0999", "u1999", "u2000"]
    assert {limit for _, limit in store.asked} == {1000}


def test_a_day_without_notifications_has_no_zones() -> None:
    """Of nobody nothing is said."""
    assert notified_counts(MemoryStore().notifications, DAY) == {}

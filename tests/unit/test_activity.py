"""Sessions and windows: what they hold, and what they refuse."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import attrs
import pytest

from mainstay import (
    ActivityWindow,
    InvalidTypeError,
    InvalidValueError,
    NaiveDatetimeError,
    OutOfOrderError,
    Session,
    UnknownZoneError,
)
from mainstay.activity import WindowBuilder

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
MAY = [date(2024, 5, day) for day in range(1, 32)]


def test_a_session_is_immutable_and_equal_by_value() -> None:
    session = Session("ada", NOON)
    assert session == Session("ada", NOON)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        session.kind = "run"  # type: ignore[misc]  # the point of the test


def test_a_session_keeps_its_instant_at_the_offset_it_was_given() -> None:
    berlin = datetime(2024, 5, 1, 14, tzinfo=ZoneInfo("Europe/Berlin"))
    started = Session("ada", berlin).started_at
    assert started == berlin
    assert started.tzinfo == timezone(timedelta(hours=2))


def test_sessions_in_both_passes_of_a_repeated_hour_differ() -> None:
    first = datetime(2025, 11, 2, 1, 30, tzinfo=ZoneInfo("America/New_York"))
    second = first.replace(fold=1)
    assert first == second  # to Python, which compares their wall clocks
    assert Session("ada", first) != Session("ada", second)


class Timestamp(datetime):
    """A subclass of datetime, as pandas has one."""


def test_a_subclass_of_datetime_becomes_a_plain_one() -> None:
    started = Session("ada", Timestamp(2024, 5, 1, 12, 0, 0, 7, tzinfo=UTC)).started_at
    assert type(started) is datetime
    assert started == NOON.replace(microsecond=7)


class NotATime(datetime):
    """Differs from itself, as pandas' NaT does."""

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True

    __hash__ = datetime.__hash__


def test_a_missing_instant_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="started_at is missing"):
        Session("ada", NotATime(2024, 5, 1))


def test_a_naive_start_is_refused_with_a_remedy() -> None:
    with pytest.raises(NaiveDatetimeError, match="ZoneInfo") as caught:
        Session("ada", datetime(2024, 5, 1))  # noqa: DTZ001
    assert caught.value.field == "started_at"
    assert caught.value.value == datetime(2024, 5, 1)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("user_id", ""),
        ("duration", timedelta(seconds=-1)),
        ("timezone", "Mars/Olympus"),
        ("kind", ""),
        ("quality", 10.1),
        ("quality", -1),
        ("quality", float("nan")),
        ("id", ""),
    ],
)
def test_a_session_refuses_values_out_of_range_by_field(field: str, value: object) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Session(**({"user_id": "ada", "started_at": NOON} | {field: value}))  # type: ignore[arg-type]  # refused
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("user_id", 7),
        ("started_at", "2024-05-01"),
        ("duration", 60),
        ("timezone", UTC),
        ("kind", None),
        ("quality", "5"),
        ("quality", True),
        ("id", 7),
    ],
)
def test_a_session_refuses_wrong_types_by_field(field: str, value: object) -> None:
    with pytest.raises(InvalidTypeError) as caught:
        Session(**({"user_id": "ada", "started_at": NOON} | {field: value}))  # type: ignore[arg-type]  # refused
    assert caught.value.field == field


def test_a_session_takes_zero_as_a_value_and_not_as_nothing() -> None:
    session = Session("ada", NOON, duration=timedelta(0), quality=0)
    assert (session.duration, session.quality) == (timedelta(0), 0)


def test_unknown_recording_zones_are_refused() -> None:
    with pytest.raises(UnknownZoneError, match="timezone is no known zone"):
        Session("ada", NOON, timezone="CEST")


def test_bit_zero_is_the_last_day() -> None:
    window = ActivityWindow.from_days([MAY[0], MAY[27]], last_day=MAY[27])
    assert window.bits == 1 << 27 | 1
    assert window.days() == (MAY[0], MAY[27])


def test_days_outside_the_window_are_ignored() -> None:
    window = ActivityWindow.from_days([MAY[0], MAY[1], MAY[29]], last_day=MAY[28])
    assert window.days() == (MAY[1],)


@pytest.mark.parametrize(
    ("active", "streak", "since", "gaps"),
    [
        ([], 0, None, ()),
        ([28], 1, 0, ()),
        ([27], 1, 1, ()),
        ([26], 0, 2, ()),
        ([26, 27, 28], 3, 0, (1, 1)),
        ([25, 26, 27], 3, 1, (1, 1)),
        ([1, 14, 28], 1, 0, (13, 14)),
        (list(range(1, 29)), 28, 0, (1,) * 27),
    ],
)
def test_a_window_knows_its_streak_and_gaps(
    active: list[int], streak: int, since: int | None, gaps: tuple[int, ...]
) -> None:
    window = ActivityWindow.from_days([MAY[n - 1] for n in active], last_day=MAY[27])
    assert window.active_days == len(active)
    assert (window.current_streak, window.days_since_active, window.gaps) == (streak, since, gaps)


def test_recording_a_later_day_moves_the_window_on() -> None:
    window = ActivityWindow.from_days([MAY[0], MAY[1]], last_day=MAY[1]).record(MAY[28])
    assert (window.last_day, window.days()) == (MAY[28], (MAY[1], MAY[28]))


def test_recording_a_day_before_the_window_changes_nothing() -> None:
    window = ActivityWindow.from_days([MAY[27]], last_day=MAY[28])
    assert window.record(MAY[0]) == window


def test_moving_back_is_refused() -> None:
    with pytest.raises(OutOfOrderError, match="must not be before 2024-05-02"):
        ActivityWindow(MAY[1], 1).advance(MAY[0])


def test_windows_of_different_lengths_do_not_merge() -> None:
    with pytest.raises(InvalidValueError, match="28 days long"):
        ActivityWindow(MAY[0], 1).merge(ActivityWindow(MAY[0], 1, length=7))


@pytest.mark.parametrize(
    ("last_day", "bits", "length"),
    [(MAY[0], 1 << 28, 28), (MAY[0], -1, 28), (date(1, 1, 3), 0b1000, 28), (MAY[0], 0, 0)],
)
def test_a_window_refuses_bits_that_stand_for_no_day(
    last_day: date, bits: int, length: int
) -> None:
    with pytest.raises(InvalidValueError):
        ActivityWindow(last_day, bits, length)


def test_the_first_days_of_the_calendar_fit_a_window() -> None:
    window = ActivityWindow.from_days([date(1, 1, 1)], last_day=date(1, 1, 3))
    assert window.days() == (date(1, 1, 1),)


@pytest.mark.parametrize("day", [NOON, "2024-05-01", None])
def test_windows_take_dates_only(day: object) -> None:
    window = ActivityWindow(MAY[0], 1)
    with pytest.raises(InvalidTypeError, match="local_day"):
        ActivityWindow(day, 1)  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidTypeError, match="local_day"):
        window.record(day)  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidTypeError, match="local_day"):
        window.advance(day)  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidTypeError, match="local_day"):
        ActivityWindow.from_days([day], last_day=MAY[0])  # type: ignore[list-item]  # refused


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def today(*sessions: Session, as_of: str, zone: str | None = None) -> date:
    return ActivityWindow.from_sessions(sessions, as_of=at(as_of), zone=zone).last_day


def test_today_is_where_the_user_is_if_the_zone_is_given() -> None:
    session = Session("ada", at("2024-05-01T23:00:00+00:00"), timezone="-10:00")
    assert today(session, as_of="2024-05-01T23:30:00Z", zone="Asia/Tokyo") == date(2024, 5, 2)


def test_today_is_else_where_the_latest_session_was_recorded() -> None:
    old = Session("ada", at("2024-05-01T08:00:00Z"), timezone="Asia/Tokyo")
    new = Session("ada", at("2024-05-01T09:00:00Z"), timezone="America/New_York")
    assert today(old, new, as_of="2024-05-02T02:00:00Z") == date(2024, 5, 1)
    assert today(old, as_of="2024-05-02T02:00:00Z") == date(2024, 5, 2)


def test_today_is_else_at_the_offset_of_the_latest_session() -> None:
    session = Session("ada", at("2024-05-01T09:00:00-10:00"))
    assert today(session, as_of="2024-05-02T05:00:00Z") == date(2024, 5, 1)


def test_today_is_else_the_date_that_as_of_is_written_with() -> None:
    assert today(as_of="2024-05-02T00:30:00+02:00") == date(2024, 5, 2)
    later = Session("ada", at("2024-05-03T00:00:00Z"))
    assert today(later, as_of="2024-05-02T00:30:00+02:00") == date(2024, 5, 2)


def test_of_two_latest_sessions_the_one_with_the_later_date_counts() -> None:
    west = Session("ada", at("2024-05-01T20:00:00Z"), timezone="America/New_York")
    east = Session("ada", at("2024-05-01T20:00:00Z"), timezone="Asia/Tokyo")
    assert today(west, east, as_of="2024-05-02T15:30:00Z") == date(2024, 5, 3)
    assert today(east, west, as_of="2024-05-02T15:30:00Z") == date(2024, 5, 3)


def test_a_session_that_carries_a_later_date_makes_that_date_today() -> None:
    session = Session("ada", at("2024-05-01T16:00:00Z"), timezone="Asia/Tokyo")
    assert today(session, as_of="2024-05-01T17:00:00Z", zone="Europe/Berlin") == date(2024, 5, 2)


def test_today_does_not_run_backwards_with_the_clock() -> None:
    """SPEC §1: with days from 01:30, New York's 2nd of November comes before its 1st."""
    window = ActivityWindow.from_sessions(
        [Session("ada", at("2025-11-02T05:40:00Z"))],
        as_of=at("2025-11-02T06:10:00Z"),
        zone="America/New_York",
        day_start=time(1, 30),
    )
    assert (window.last_day, window.bits) == (date(2025, 11, 2), 1)


def test_sessions_after_as_of_are_not_known_yet() -> None:
    sessions = [Session("ada", NOON), Session("ada", NOON + timedelta(microseconds=1))]
    window = ActivityWindow.from_sessions(sessions[1:], as_of=NOON)
    assert window.active_days == 0
    assert ActivityWindow.from_sessions(sessions, as_of=NOON).active_days == 1


@pytest.mark.parametrize(
    ("option", "value", "error"),
    [
        ("as_of", datetime(2024, 5, 1), NaiveDatetimeError),  # noqa: DTZ001
        ("zone", "Mars/Olympus", UnknownZoneError),
        ("zone", "", InvalidValueError),
        ("zone", 5, InvalidTypeError),
        ("day_start", "04:00", InvalidTypeError),
        ("length", 0, InvalidValueError),
    ],
)
def test_a_builder_refuses_bad_options_by_name(
    option: str, value: object, error: type[InvalidValueError]
) -> None:
    with pytest.raises(error) as caught:
        WindowBuilder(**({"as_of": NOON} | {option: value}))  # type: ignore[arg-type]  # refused
    assert caught.value.field == option

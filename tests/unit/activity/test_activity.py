"""Sessions and windows: what they hold, and what they refuse."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
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

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
MAY = [date(2024, 5, day) for day in range(1, 32)]


class OwnDate(date):
    """As other libraries have them."""


def test_a_date_of_another_class_is_a_date() -> None:
    own = OwnDate(2024, 5, 1)
    assert ActivityWindow.from_days([own], last_day=own).active_days == 1


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
    assert Session("ada", second).started_at.fold == 0  # at a fixed offset no hour is repeated


class Timestamp(datetime):
    """A subclass of datetime, as pandas has one."""


def test_a_subclass_of_datetime_becomes_a_plain_one() -> None:
    started = Session("ada", Timestamp(2024, 5, 1, 12, 0, 0, 7, tzinfo=UTC)).started_at
    assert type(started) is datetime
    assert started == NOON.replace(microsecond=7)


def test_a_subclass_of_datetime_keeps_its_place_in_a_repeated_hour() -> None:
    new_york = ZoneInfo("America/New_York")
    second = Timestamp(2025, 11, 2, 1, 30, tzinfo=new_york, fold=1)
    assert Session("ada", second).started_at == datetime(2025, 11, 2, 6, 30, tzinfo=UTC)


class NotATime(datetime):
    """Differs from itself, as pandas' NaT does."""

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True

    __hash__ = datetime.__hash__


def test_a_missing_instant_is_refused() -> None:
    with pytest.raises(
        InvalidValueError, match=r"started_at is missing.*Leave out rows without a time"
    ):
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
    with pytest.raises(UnknownZoneError, match="timezone is not a known zone"):
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


def test_merged_windows_know_the_days_of_both_as_of_the_later_last_day() -> None:
    earlier = ActivityWindow.from_days([date(2024, 4, 4), MAY[0]], last_day=MAY[0])
    later = ActivityWindow.from_days([MAY[1]], last_day=MAY[1])
    both = ActivityWindow.from_days(MAY, last_day=MAY[1])  # 4 April is 28 days before 2 May
    assert earlier.merge(later) == later.merge(earlier) == both


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


@pytest.mark.parametrize(
    ("day", "remedy"),
    [(NOON, "local_day"), ("2024-05-01", r"Such as date\(2024, 5, 1\)"), (None, "local_day")],
)
def test_windows_take_dates_only(day: object, remedy: str) -> None:
    window = ActivityWindow(MAY[0], 1)
    with pytest.raises(InvalidTypeError, match=remedy):
        ActivityWindow(day, 1)  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidTypeError, match=remedy):
        window.record(day)  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidTypeError, match=remedy):
        window.advance(day)  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidTypeError, match=remedy):
        ActivityWindow.from_days([day], last_day=MAY[0])  # type: ignore[list-item]  # refused

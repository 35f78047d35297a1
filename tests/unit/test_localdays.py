"""Local days and ISO weeks, against published clock changes and calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz

from mainstay import (
    InvalidTypeError,
    InvalidValueError,
    IsoWeek,
    NaiveDatetimeError,
    UnknownZoneError,
    local_day,
)
from mainstay.daystarts import DayStart
from mainstay.localdays import (
    DayTable,
    check_dated,
    clock_changes,
    find_zone,
    last_instant,
    moment_of,
    noon_of,
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]  # as many as needed


@pytest.mark.parametrize(
    ("at", "zone", "day_start", "expected"),
    [
        (utc(2024, 5, 1, 21, 59), "Europe/Berlin", time(0), date(2024, 5, 1)),
        (utc(2024, 5, 1, 22, 0), "Europe/Berlin", time(0), date(2024, 5, 2)),
        (utc(2024, 5, 1, 18, 14), "+05:45", time(0), date(2024, 5, 1)),
        (utc(2024, 5, 1, 18, 15), "+05:45", time(0), date(2024, 5, 2)),
        (utc(2024, 5, 1, 3, 29), "-03:30", time(0), date(2024, 4, 30)),
        (utc(2024, 5, 7, 1, 30), "UTC", time(4), date(2024, 5, 6)),
        (utc(2024, 5, 7, 4, 0), "UTC", time(4), date(2024, 5, 7)),
        # SPEC §1: New York falls back at 06:00Z, from 01:59:59 to 01:00:00.
        (utc(2025, 11, 2, 5, 40), "America/New_York", time(1, 30), date(2025, 11, 2)),
        (utc(2025, 11, 2, 6, 10), "America/New_York", time(1, 30), date(2025, 11, 1)),
        (utc(2025, 11, 2, 6, 30), "America/New_York", time(1, 30), date(2025, 11, 2)),
        # St John's put its clock back from 00:01 on Sunday, 2010-11-07, to 23:01 on Saturday.
        (utc(2010, 11, 7, 2, 30, 30), "America/St_Johns", time(0), date(2010, 11, 7)),
        (utc(2010, 11, 7, 2, 31), "America/St_Johns", time(0), date(2010, 11, 6)),
        (utc(2010, 11, 7, 3, 30), "America/St_Johns", time(0), date(2010, 11, 7)),
        # Casey put its clock back by three hours on 2010-03-05 at 02:00, to 23:00 on the 4th.
        (utc(2010, 3, 4, 14, 59), "Antarctica/Casey", time(0), date(2010, 3, 5)),
        (utc(2010, 3, 4, 15, 0), "Antarctica/Casey", time(0), date(2010, 3, 4)),
        (utc(2010, 3, 4, 16, 0), "Antarctica/Casey", time(0), date(2010, 3, 5)),
        # Samoa had no 2011-12-30.
        (utc(2011, 12, 30, 9, 59), "Pacific/Apia", time(0), date(2011, 12, 29)),
        (utc(2011, 12, 30, 10, 0), "Pacific/Apia", time(0), date(2011, 12, 31)),
    ],
)
def test_the_date_is_what_the_wall_clock_said(
    at: datetime, zone: str, day_start: DayStart, expected: date
) -> None:
    assert local_day(at, zone=zone, day_start=day_start) == expected


def test_without_a_zone_the_offset_of_the_instant_decides() -> None:
    at = datetime(2024, 5, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    assert local_day(at) == date(2024, 5, 1)
    assert local_day(at, zone="UTC") == date(2024, 4, 30)


def test_both_passes_of_a_repeated_hour_are_instants_of_their_own() -> None:
    new_york = ZoneInfo("America/New_York")
    first = datetime(2025, 11, 2, 1, 40, tzinfo=new_york)
    assert local_day(first, zone="UTC", day_start=time(6)) == date(2025, 11, 1)
    assert local_day(first.replace(fold=1), zone="UTC", day_start=time(6)) == date(2025, 11, 2)


def test_a_naive_datetime_is_refused_with_its_field() -> None:
    with pytest.raises(NaiveDatetimeError, match="has no UTC offset") as caught:
        local_day(datetime(2024, 5, 1))  # noqa: DTZ001
    assert caught.value.field == "instant"


@pytest.mark.parametrize("value", [date(2024, 5, 1), "2024-05-01T00:00:00Z", 0, None])
def test_what_is_no_datetime_is_refused(value: object) -> None:
    with pytest.raises(InvalidTypeError, match="instant must be an aware datetime"):
        local_day(value)  # type: ignore[arg-type]  # the point of the test


@pytest.mark.parametrize("year", [1, 9999])
def test_instants_at_the_ends_of_the_calendar_are_refused(year: int) -> None:
    with pytest.raises(InvalidValueError, match="years 2 to 9998"):
        local_day(datetime(year, 1, 1, tzinfo=UTC), zone="+14:00")


@pytest.mark.parametrize("year", [2, 9998])
def test_instants_just_within_the_calendar_are_taken_in_any_zone(year: int) -> None:
    for zone in ("-23:59", "+23:59", "Europe/Berlin", "America/New_York"):
        at = datetime(year, 1, 1, tzinfo=UTC)
        assert abs((local_day(at, zone=zone, day_start=time(23, 59)) - at.date()).days) <= 2


@pytest.mark.parametrize(
    "name",
    ["", "Europe/Nowhere", "Europe", "../UTC", "/etc/passwd", "x\0y", "\udcff", "a" * 300]
    + ["+24:00", "+1:00", "+01:60", "+0100", "Z", "+01:00:00", "+٠١:٠٠"]
    + ["right/UTC", "posix/UTC", "localtime", "posixrules", "zone.tab"],
)
def test_an_unknown_zone_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnknownZoneError, match="zone is not a known zone") as caught:
        local_day(utc(2024, 5, 1), zone=name)
    assert caught.value.value == name


def test_a_zone_may_be_its_name_or_the_object() -> None:
    at = utc(2024, 5, 1, 22)
    for zone in (
        "Europe/Berlin",
        ZoneInfo("Europe/Berlin"),
        "+02:00",
        timezone(timedelta(hours=2)),
    ):
        assert local_day(at, zone=zone) == date(2024, 5, 2)
    assert local_day(at, zone=UTC) == date(2024, 5, 1)


@pytest.mark.parametrize("zone", [tz.gettz("Europe/Berlin"), 2, b"UTC"])
def test_what_is_neither_a_zone_nor_its_name_is_refused(zone: object) -> None:
    with pytest.raises(InvalidTypeError, match="zone must be a zone or its name"):
        local_day(utc(2024, 5, 1), zone=zone)  # type: ignore[arg-type]  # refused


@pytest.mark.parametrize("day_start", [time(1, tzinfo=UTC), "04:00", 4])
def test_a_day_starts_at_a_time_on_the_wall(day_start: object) -> None:
    with pytest.raises(InvalidTypeError, match="time of day without a zone"):
        local_day(utc(2024, 5, 1), day_start=day_start)  # type: ignore[arg-type]  # refused


@pytest.mark.parametrize(
    ("day", "zone", "day_start", "next_instant"),
    [
        (date(2024, 5, 28), "+00:00", time(0), utc(2024, 5, 29)),
        (date(2024, 5, 28), "Asia/Tokyo", time(0), utc(2024, 5, 28, 15)),
        (date(2024, 5, 28), "America/Lima", time(4), utc(2024, 5, 29, 9)),
        (date(2024, 5, 28), "-23:59", time(23, 59), utc(2024, 5, 30, 23, 58)),
        (date(2024, 5, 28), "+23:59", time(0), utc(2024, 5, 28, 0, 1)),
        # Days of 23 and of 25 hours.
        (date(2024, 3, 31), "Europe/Berlin", time(0), utc(2024, 3, 31, 22)),
        (date(2024, 10, 27), "Europe/Berlin", time(0), utc(2024, 10, 27, 23)),
        # St John's put its clock back from 00:01 on Sunday, 2010-11-07, to 23:01 on Saturday: so
        # Saturday's last instant is 59 minutes after that, and Sunday's first are before it.
        (date(2010, 11, 6), "America/St_Johns", time(0), utc(2010, 11, 7, 3, 30)),
        # Samoa had no 2011-12-30: the 29th ended at 10:00Z, and with it all that is not the 31st.
        (date(2011, 12, 29), "Pacific/Apia", time(0), utc(2011, 12, 30, 10)),
        (date(2011, 12, 30), "Pacific/Apia", time(0), utc(2011, 12, 30, 10)),
    ],
)
def test_a_day_ends_a_microsecond_before_the_next(
    day: date, zone: str, day_start: DayStart, next_instant: datetime
) -> None:
    assert last_instant(day, zone=zone, day_start=day_start) == next_instant - timedelta(
        microseconds=1
    )


def test_days_at_the_limits_of_the_calendar_have_no_last_instant() -> None:
    for day in (date.min, date.max, date(9999, 1, 1)):
        with pytest.raises(InvalidValueError, match="day must lie in the years 2 to 9998"):
            last_instant(day)
    with pytest.raises(UnknownZoneError, match="zone"):
        last_instant(date(2024, 5, 28), zone="Mars")


@pytest.mark.parametrize(
    ("as_of", "zone", "day_start", "counts"),
    [
        # The 28th begins at midnight UTC where no zone is given, in Tokyo 9 hours before that.
        (utc(2024, 5, 27, 23, 59, 59), None, time(0), False),
        (utc(2024, 5, 28), None, time(0), True),
        (utc(2024, 5, 28, 11, 59, 30), None, time(0), True),
        (utc(2024, 5, 28, 3, 59), None, time(4), False),
        (utc(2024, 5, 28, 4, 0, 30), None, time(4), True),
        (utc(2024, 5, 27, 14, 59), "Asia/Tokyo", time(0), False),
        (utc(2024, 5, 27, 15, 0), "Asia/Tokyo", time(0), True),
        (utc(2024, 5, 27, 10, 0), "Pacific/Kiritimati", time(0), True),
        (utc(2024, 5, 27, 22, 0), "Pacific/Kiritimati", time(12), True),
        (utc(2024, 5, 28, 4, 59), "America/Lima", time(0), False),
        (utc(2024, 5, 28, 5, 0), "America/Lima", time(0), True),
    ],
)
def test_a_bare_date_counts_as_soon_as_it_has_begun_where_the_user_is(
    as_of: datetime, zone: str | None, day_start: DayStart, *, counts: bool
) -> None:
    day = date(2024, 5, 28)
    at, where = moment_of(day, as_of=as_of, zone=zone, day_start=day_start)
    assert (at == as_of) is counts
    assert local_day(at, zone=where, day_start=day_start) == day
    if not counts:
        assert (at, where) == (utc(2024, 5, 28, 12), "+00:00")


def test_a_bare_date_of_the_past_is_at_its_noon() -> None:
    for as_of in (utc(2024, 5, 28, 12), utc(2024, 6, 30)):
        assert moment_of(date(2024, 5, 28), as_of=as_of) == (noon_of(date(2024, 5, 28)), "+00:00")


def test_noon_is_the_latest_that_a_day_may_start_at_for_bare_dates() -> None:
    check_dated("started_at", "2024-05-28", time(12))
    with pytest.raises(InvalidValueError, match="started_at is a date without a time") as caught:
        check_dated("started_at", "2024-05-28", time(12, 0, 1))
    assert caught.value.remedy.startswith("Let days start at 12:00 or before")


def test_a_table_of_days_stays_small() -> None:
    table = DayTable(find_zone("Europe/Berlin"), time(0))
    for ordinal in range(700_000, 705_000):
        assert table[ordinal][1][0] == ordinal
    assert len(table) <= 1024


@pytest.mark.parametrize(
    ("day", "year", "week"),
    [
        # ISO 8601's own examples of weeks around New Year.
        (date(2005, 1, 1), 2004, 53),
        (date(2005, 12, 31), 2005, 52),
        (date(2007, 1, 1), 2007, 1),
        (date(2008, 12, 29), 2009, 1),
        (date(2010, 1, 3), 2009, 53),
        (date(2021, 1, 3), 2020, 53),
    ],
)
def test_a_week_belongs_to_the_year_of_its_thursday(day: date, year: int, week: int) -> None:
    assert IsoWeek.of(day) == IsoWeek(year, week)


@pytest.mark.parametrize(
    ("later", "earlier", "weeks"),
    [
        (IsoWeek(2025, 1), IsoWeek(2024, 52), 1),
        (IsoWeek(2021, 1), IsoWeek(2020, 53), 1),
        (IsoWeek(2021, 1), IsoWeek(2020, 52), 2),
        (IsoWeek(2024, 10), IsoWeek(2024, 10), 0),
    ],
)
def test_subtraction_counts_real_weeks(later: IsoWeek, earlier: IsoWeek, weeks: int) -> None:
    assert later - earlier == weeks
    assert earlier + weeks == later
    assert later - weeks == earlier


def test_weeks_are_ordered_and_print_as_iso_8601_writes_them() -> None:
    assert IsoWeek(2020, 53) < IsoWeek(2021, 1) < IsoWeek(2021, 2)
    assert str(IsoWeek(2021, 1)) == "2021-W01"
    assert IsoWeek(2021, 1).monday == date(2021, 1, 4)


@pytest.mark.parametrize(
    ("year", "week", "field"), [(2021, 53, "week"), (2021, 0, "week"), (0, 1, "year")]
)
def test_a_year_has_only_its_own_weeks(year: int, week: int, field: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        IsoWeek(year, week)
    assert caught.value.field == field


def test_weeks_past_the_end_of_the_calendar_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="beyond the years"):
        assert IsoWeek(9999, 52) + 1 is None
    with pytest.raises(InvalidValueError, match="beyond the years"):
        assert IsoWeek(2024, 1) - 10**9 is None


def test_an_instant_has_no_week_of_its_own() -> None:
    with pytest.raises(InvalidTypeError, match="local_day"):
        IsoWeek.of(utc(2024, 5, 1))


def test_only_weeks_and_integers_are_added_and_subtracted() -> None:
    with pytest.raises(TypeError):
        assert IsoWeek(2024, 1) + "1" is None  # type: ignore[operator]  # the point of the test
    with pytest.raises(TypeError):
        assert IsoWeek(2024, 1) - 1.5 is None  # type: ignore[operator]  # the point of the test


@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("Europe/Berlin", [utc(2024, 3, 31, 1), utc(2024, 10, 27, 1)]),
        ("America/New_York", [utc(2024, 3, 10, 7), utc(2024, 11, 3, 6)]),
        ("Australia/Lord_Howe", [utc(2024, 4, 6, 15), utc(2024, 10, 5, 15, 30)]),
        ("Asia/Tokyo", []),
        ("+05:45", []),
    ],
)
def test_the_clock_changes_of_2024_are_the_published_ones(
    zone: str, changes: list[datetime]
) -> None:
    found = clock_changes(find_zone(zone), date(2024, 1, 1), date(2024, 12, 31))
    assert list(found) == changes


def test_clock_changes_include_those_of_the_first_and_the_last_date() -> None:
    berlin = find_zone("Europe/Berlin")
    assert len(clock_changes(berlin, date(2024, 3, 31), date(2024, 10, 27))) == 2
    assert len(clock_changes(berlin, date(2024, 4, 1), date(2024, 10, 26))) == 0

"""Days that are named by their end, worked out by hand on the wall clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from mainstay import DayEnd, InvalidTypeError, InvalidValueError, Session, local_day, score_sessions
from mainstay.columnar.query import EventsTable, StateQuery
from mainstay.daystarts import day_start_words, since_midnight
from mainstay.localdays import check_dated, last_instant, moment_of

ONE = DayEnd(time(13))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]  # as many as needed


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        # A sleep from 23:00 on Monday to 07:00 on Tuesday, in Berlin.
        (utc(2024, 5, 6, 21), "Europe/Berlin", date(2024, 5, 7)),
        (utc(2024, 5, 7, 5), "Europe/Berlin", date(2024, 5, 7)),
        (utc(2024, 5, 7, 10, 59, 59), "Europe/Berlin", date(2024, 5, 7)),
        (utc(2024, 5, 7, 11), "Europe/Berlin", date(2024, 5, 8)),
        # Saturday's night has 23 hours in spring and 25 in autumn: 13:00 is when the clock says so.
        (utc(2024, 3, 31, 10, 59), "Europe/Berlin", date(2024, 3, 31)),
        (utc(2024, 3, 31, 11), "Europe/Berlin", date(2024, 4, 1)),
        (utc(2024, 10, 27, 11, 59), "Europe/Berlin", date(2024, 10, 27)),
        (utc(2024, 10, 27, 12), "Europe/Berlin", date(2024, 10, 28)),
        # St John's put its clock back across midnight; both were the night to the 7th.
        (utc(2010, 11, 7, 2, 30, 30), "America/St_Johns", date(2010, 11, 7)),
        (utc(2010, 11, 7, 2, 31), "America/St_Johns", date(2010, 11, 7)),
        # Samoa went from the 29th to the 31st at 10:00Z; the evening of the 29th is the 30th's,
        # a date that its calendar lacks: the wall clock moved on says so.
        (utc(2011, 12, 30, 9, 59), "Pacific/Apia", date(2011, 12, 30)),
        (utc(2011, 12, 30, 10), "Pacific/Apia", date(2011, 12, 31)),
    ],
)
def test_the_date_is_that_of_the_wall_clock_moved_on(
    at: datetime, zone: str, expected: date
) -> None:
    assert local_day(at, zone=zone, day_start=ONE) == expected


def test_new_york_runs_backwards_where_a_day_ends_within_the_hour_that_comes_twice() -> None:
    """It falls back at 06:00Z, from 01:59:59 to 01:00:00: the day that ends at 01:30 ends twice."""
    half_past_one = DayEnd(time(1, 30))
    minutes = [(5, 20), (5, 40), (6, 10), (6, 30)]
    days = [
        local_day(utc(2025, 11, 2, *at), zone="America/New_York", day_start=half_past_one).day
        for at in minutes
    ]
    assert days == [2, 3, 2, 3]


def test_a_day_ends_a_microsecond_before_its_time() -> None:
    for zone, end in (("+00:00", utc(2024, 5, 28, 13)), ("+23:59", utc(2024, 5, 27, 13, 1))):
        assert last_instant(date(2024, 5, 28), zone=zone, day_start=ONE) == end - timedelta(
            microseconds=1
        )
    early = DayEnd(time(0, 0, 1))
    assert local_day(utc(2024, 5, 27, 0, 0, 1), day_start=early) == date(2024, 5, 28)
    assert last_instant(date(2024, 5, 28), zone="+23:59", day_start=early) == utc(
        2024, 5, 27, 0, 1, 1
    ) - timedelta(microseconds=1)


@pytest.mark.parametrize("at", [time(0), time(0, fold=1)])
def test_a_day_that_ends_at_midnight_is_the_calendars(at: time) -> None:
    with pytest.raises(InvalidValueError, match="at must not be midnight") as caught:
        DayEnd(at)
    assert caught.value.remedy == (
        "A day that ends at midnight is the calendar's: leave its end out."
    )


@pytest.mark.parametrize("at", [time(13, tzinfo=UTC), "13:00", 13, DayEnd(time(13))])
def test_a_day_ends_at_a_time_on_the_wall(at: object) -> None:
    with pytest.raises(InvalidTypeError, match="at must be a time of day without a zone"):
        DayEnd(at)  # type: ignore[arg-type]  # refused


def test_a_bare_date_needs_days_that_end_after_noon() -> None:
    check_dated("started_at", "2024-05-28", DayEnd(time(12, 0, 0, 1)))
    for end, words in ((time(12), "12:00"), (time(9, 30), "09:30")):
        with pytest.raises(InvalidValueError, match=f"from the day after .* end at {words}") as no:
            check_dated("started_at", "2024-05-28", DayEnd(end))
        assert no.value.remedy == "Let days end after 12:00, or write times with their offsets."


@pytest.mark.parametrize(
    ("as_of", "zone", "counts"),
    [
        # The 28th begins at 13:00 of the 27th: in UTC without a zone, in Tokyo nine hours earlier.
        (utc(2024, 5, 27, 12, 59, 59), None, False),
        (utc(2024, 5, 27, 13, 0, 30), None, True),
        (utc(2024, 5, 28, 11, 59, 30), None, True),
        (utc(2024, 5, 27, 3, 59), "Asia/Tokyo", False),
        (utc(2024, 5, 27, 4), "Asia/Tokyo", True),
    ],
)
def test_a_bare_date_counts_as_soon_as_it_has_begun(
    as_of: datetime, zone: str | None, *, counts: bool
) -> None:
    day = date(2024, 5, 28)
    at, where = moment_of(day, as_of=as_of, zone=zone, day_start=ONE)
    assert (at == as_of) is counts
    assert local_day(at, zone=where, day_start=ONE) == day


def test_today_is_tomorrow_by_the_calendar_once_a_day_has_ended() -> None:
    slept = [Session("ada", utc(2024, 5, 6, 23))]
    score = score_sessions(slept, as_of=utc(2024, 5, 7, 14), day_start=ONE)
    assert (score.last_active_day, score.window.last_day) == (date(2024, 5, 7), date(2024, 5, 8))


def test_a_day_begins_before_midnight_of_its_date() -> None:
    assert since_midnight(DayEnd(time(13, 30))) == timedelta(hours=-10, minutes=-30)
    assert day_start_words(DayEnd(time(13, 0, 5))) == "until 13:00:05"


def test_a_query_refuses_what_is_no_day_start() -> None:
    with pytest.raises(InvalidTypeError, match="day_start must be a time of day"):
        StateQuery(events=EventsTable(), as_of=utc(2024, 5, 7), day_start="13:00")  # type: ignore[arg-type]  # refused

"""Timestamps in files: what is understood, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mainstay import InvalidValueError, NaiveDatetimeError
from mainstay.reading import parse_moment
from mainstay.reading.timestamps import Stamps

EIGHT = datetime(2024, 5, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2024-05-01T08:00:00Z", EIGHT),
        ("2024-05-01T08:00:00z", EIGHT),
        ("2024-05-01 08:00:00+00:00", EIGHT),
        ("2024-05-01T10:00+02:00", EIGHT),
        ("2024-05-01T10:00+0200", EIGHT),
        ("2024-05-01T10+02", EIGHT),
        ("20240501T080000Z", EIGHT),
        ("2024-W18-3T08:00:00Z", EIGHT),
        ("2024-05-01T08:00:00.5Z", EIGHT + timedelta(milliseconds=500)),
        ("2024-05-01T08:00:00,5Z", EIGHT + timedelta(milliseconds=500)),
        ("2024-04-30T24:00:00Z", EIGHT - timedelta(hours=8)),
        ("2024-05-01 10:00:00 +02:00", EIGHT),
        ("2024-122T08:00:00Z", EIGHT),
        ("2024W183T08:00Z", EIGHT),
        ("1714550400", EIGHT),
        ("0", datetime(1970, 1, 1, tzinfo=UTC)),
        (1714550400, EIGHT),
        (-1, datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        # As long as calendar dates, but none: no such month, day, year.
        ("20241301", datetime(1970, 8, 23, 6, 35, 1, tzinfo=UTC)),
        (20240230, datetime(1970, 8, 23, 6, 17, 10, tzinfo=UTC)),
        ("18991231", datetime(1970, 8, 8, 19, 20, 31, tzinfo=UTC)),
        ("21000101", datetime(1970, 9, 1, 1, 21, 41, tzinfo=UTC)),
        (-2024050, datetime(1969, 12, 8, 13, 45, 50, tzinfo=UTC)),
    ],
)
def test_a_timestamp_is_iso_8601_or_unix_seconds(text: object, at: datetime) -> None:
    assert parse_moment(text) == at


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2024-05", "2024-W18", "2024-13-01T00:00:00Z", "12:00", "-5"]
    + ["2024-05-01T08:00:00+25:00", "1714550400.5", "1714550400000", "9" * 5000, "١٢٣"]
    + [
        "2024-05-01T08:00:00 CEST",
        "999999999999",
        10**30,
        None,
        1.5,
        True,
        [],
        "9999-12-31T24:00Z",
        # Python alone would read a date with an offset as a date with a time.
        "2024-05-01+02:00",
        "2024-05-01-05:00",
        "2024-05-01Z",
        "2024-05-01 ",
        "20240501+0200",
        # Python alone would read the first day of a week, and dateutil blanks as zeros.
        "2024-W18 12:00",
        "2024 5 4",
        "2024-05-01T 8:00",
        "20240501 8 8",
        "2024-05-01x08:00:00 +02:00",
    ],
)
def test_what_is_no_timestamp_is_refused(text: object) -> None:
    with pytest.raises(InvalidValueError) as caught:
        parse_moment(text, naive_zone=UTC)
    assert caught.value.field == "started_at"
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        ("1714550400000", "Divide milliseconds by 1,000."),
        (1714550400000000, "Divide microseconds by 1,000,000."),
        ("1714550400000000000", "Divide nanoseconds by 1,000,000,000."),
        # As long as a date with a time, but none.
        ("20241301080000", "Divide milliseconds by 1,000."),
        ("20240528080060", "Divide milliseconds by 1,000."),
        ("20240528250000", "Divide milliseconds by 1,000."),
    ],
)
def test_finer_units_than_seconds_are_recognised(number: object, remedy: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        parse_moment(number)
    assert caught.value.remedy == remedy


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (
            20240528,
            "Write 2024-05-28; if it is Unix seconds, 1970-08-23T06:22:08Z.",
        ),
        ("19000101", "Write 1900-01-01; if it is Unix seconds, 1970-08-08T21:48:21Z."),
        ("20991231", "Write 2099-12-31; if it is Unix seconds, 1970-08-31T22:53:51Z."),
        ("20240528080000", "Write 2024-05-28T08:00:00, with its offset or Z behind it."),
        (20240528235959, "Write 2024-05-28T23:59:59, with its offset or Z behind it."),
    ],
)
def test_a_whole_number_that_is_a_calendar_date_is_refused(number: object, remedy: str) -> None:
    """As seconds it would lie in August 1970, and with a time in the year 643,000."""
    with pytest.raises(InvalidValueError, match="is a calendar date, not Unix seconds") as caught:
        parse_moment(number, field="member_since")
    assert (caught.value.field, caught.value.remedy) == ("member_since", remedy)


@pytest.mark.parametrize("text", ["2024-05-01", "2024-W18-3"])
def test_a_bare_date_is_that_date_wherever_it_is_read(text: str) -> None:
    for zone in (None, ZoneInfo("Asia/Tokyo"), ZoneInfo("America/Lima")):
        day = parse_moment(text, naive_zone=zone)
        assert type(day) is date
        assert day == date(2024, 5, 1)


def test_what_else_to_do_without_an_offset_is_up_to_the_caller() -> None:
    with pytest.raises(NaiveDatetimeError) as caught:
        parse_moment("2024-05-01T08:00", or_else=", or hope")
    assert caught.value.remedy == "Write its offset or Z behind it, or hope."


@pytest.mark.parametrize(
    ("text", "at", "zone"),
    [
        ("Wed, 1 May 2024 10:00:00 +0200", EIGHT, None),
        ("1 May 2024 08:00 GMT", EIGHT, None),
        ("2024-05-01T10:00:00+02:00[Europe/Berlin]", EIGHT, "Europe/Berlin"),
        ("2024-05-01T08:00:00Z[Europe/Berlin]", EIGHT, "Europe/Berlin"),
        ("2024-05-01T10:00[!Europe/Berlin][u-ca=gregory]", EIGHT, "Europe/Berlin"),
        ("2024-05-01T10:00:00+02:00[+02:00]", EIGHT, "+02:00"),
    ],
)
def test_mails_and_zones_in_brackets_are_read(text: str, at: datetime, zone: str | None) -> None:
    stamp = Stamps().read(text)
    assert (stamp.at, stamp.zone) == (at, zone)


@pytest.mark.parametrize(
    "text",
    [
        "Thu, 1 May 2024 10:00:00 +0200",  # it was a Wednesday
        "Wed, 31 Jun 2024 10:00:00 +0200",
        "2024-05-01T10:00:00+03:00[Europe/Berlin]",
        "2024-05-01T10:00:00+02:00[Mars/Olympus]",
        "2024-05-01T10:00:00+02:00[Europe/Berlin][!u-ca=hebrew]",
        "[Europe/Berlin]",
        "soon[Europe/Berlin]",
        "2024-05-01T10:00:00+02:00[u-ca=gregory]",
    ],
)
def test_what_contradicts_itself_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        parse_moment(text)
    assert (caught.value.field, caught.value.value) in (
        ("started_at", text),
        ("started_at", "Mars/Olympus"),
    )
    assert caught.value.remedy


def test_a_number_of_a_named_unit_may_have_a_fraction_and_a_sign() -> None:
    quarter = timedelta(milliseconds=250)
    assert parse_moment("1714550400.25", unit="s") == EIGHT + quarter
    assert parse_moment("-0.25", unit="s") == datetime(1970, 1, 1, tzinfo=UTC) - quarter
    assert parse_moment(1714550400250, unit="ms") == EIGHT + quarter
    assert parse_moment("1714550400250000999", unit="ns") == EIGHT + quarter

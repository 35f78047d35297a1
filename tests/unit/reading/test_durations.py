"""Durations in files: numbers of a unit, the clock's notation and ISO 8601."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from mainstay import InvalidValueError
from mainstay.reading.durations import DURATION_UNITS, read_duration

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("0:01:00", 1),
        ("1:30:00", 90),
        ("01:30:00", 90),
        (" 100:00:00 ", 6000),
        ("0:00:30.5", Decimal("0.508333333")),
        ("0:00:30,5", Decimal("0.508333333")),
        ("PT90M", 90),
        ("PT1H30M", 90),
        ("pt1h30m", 90),
        ("PT1.5H", 90),
        ("PT1,5H", 90),
        ("PT5400S", 90),
        ("P1D", 1440),
        ("P1W", 10080),
        ("P1W1DT1M", 11521),
        ("P0D", 0),
        ("PT0S", 0),
    ],
)
def test_a_duration_is_what_iso_8601_or_a_clock_says(text: str, minutes: Decimal) -> None:
    for unit in DURATION_UNITS:  # which only numbers have
        found = read_duration(text, unit=unit)
        assert abs(found / MINUTE - float(minutes)) < 1e-6


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1:30", "may be hours and minutes, or minutes and seconds"),
        ("45:12.5", "may be hours and minutes, or minutes and seconds"),
        ("1:60:00", "must be a number"),
        ("1:00:60", "must be a number"),
        ("-1:00:00", "must be a number"),
        ("P", "must be a number"),
        ("PT", "must be a number"),
        ("P1Y", "must be a number"),
        ("P1M", "must be a number"),
        ("P1DT", "must be a number"),
        ("PT1M1H", "must be a number"),
        ("-PT1M", "must be a number"),
        ("1h 30m", "must be a number"),
        ("", "must be a number"),
        ("1,5", "must be a number"),
        ("-1", "must be at least 0 and at most 999999999 days"),
        ("P1000000000D", "must be at least 0 and at most 999999999 days"),
        ("9" * 400, "must be at least 0 and at most 999999999 days"),
        ("nan", "must be a number"),
    ],
)
def test_what_is_no_duration_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        read_duration(text)
    assert (caught.value.field, caught.value.value, caught.value.problem) == (
        "duration",
        text,
        problem,
    )
    assert caught.value.remedy


def test_a_number_is_of_the_unit_that_is_named() -> None:
    expected = {"us": 1, "ms": 10**3, "s": 10**6, "min": 60 * 10**6, "h": 3600 * 10**6}
    for unit, microseconds in expected.items():
        for one in (1, 1.0, "1", Decimal(1)):
            assert read_duration(one, unit=unit) == timedelta(microseconds=microseconds)

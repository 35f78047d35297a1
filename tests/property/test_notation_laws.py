"""Cells of files: durations, conditions and joined columns, by plain arithmetic and comparison."""

from __future__ import annotations

import json
import operator
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from mainstay.reading import Condition, Event, EventFormat, read_events
from mainstay.reading.durations import read_duration

MICROSECOND = timedelta(microseconds=1)
PER_UNIT = {"us": 1, "ms": 10**3, "s": 10**6, "min": 60 * 10**6, "h": 3600 * 10**6}
lengths = st.timedeltas(timedelta(0), timedelta(days=9_999))


@given(lengths, st.sampled_from(".,"))
def test_a_clock_and_iso_8601_say_what_timedelta_says(length: timedelta, point: str) -> None:
    minutes, seconds = divmod(length // MICROSECOND, 60 * 10**6)
    hours, minutes = divmod(minutes, 60)
    days, rest = divmod(hours, 24)
    fraction = f"{seconds // 10**6:02}{point}{seconds % 10**6:06}"
    assert read_duration(f"{hours}:{minutes:02}:{fraction}") == length
    assert read_duration(f"PT{hours}H{minutes}M{fraction}S") == length
    assert read_duration(f"P{days // 7}W{days % 7}DT{rest}H{minutes}M{fraction}S") == length
    whole = length // timedelta(seconds=1)
    assert read_duration(f"PT{whole}{point}{seconds % 10**6:06}S") == length


@given(st.decimals(0, 10**6, places=7), st.sampled_from([*PER_UNIT]))
def test_a_number_is_so_many_of_its_unit_to_the_nearest_microsecond(
    number: Decimal, unit: str
) -> None:
    exact = Fraction(number) * PER_UNIT[unit]
    for value in (number, str(number)):
        found = read_duration(value, unit=unit) // MICROSECOND
        assert abs(found - exact) <= Fraction(1, 2)


texts = st.text(max_size=6) | st.sampled_from(["YES", "no", "1", "1.0", "", " "])
cells = texts | st.integers() | st.booleans() | st.none()


@given(texts, cells)
def test_equal_and_not_equal_are_opposites(value: str, cell: object) -> None:
    equal, unequal = Condition("x", "=", value), Condition("x", "!=", value)
    assert equal.holds(cell) is not unequal.holds(cell)
    assert Condition("x", "=", value.replace("|", "")).holds(value.replace("|", ""))


numbers = st.decimals(-(10**9), 10**9, places=3) | st.integers(-(10**20), 10**20).map(Decimal)
ORDERS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}


@given(numbers, numbers, st.sampled_from([*ORDERS]))
def test_numbers_are_in_the_order_of_decimals(value: Decimal, cell: Decimal, order: str) -> None:
    condition = Condition("x", order, str(value))
    expected = ORDERS[order](cell, value)
    assert condition.holds(str(cell)) is expected
    assert condition.holds(f" {cell} ") is expected
    assert condition.holds(json.loads(str(cell), parse_float=Decimal)) is expected


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), st.booleans())  # noqa: DTZ001
def test_a_date_and_a_time_that_are_joined_are_that_instant(at: datetime, in_json: bool) -> None:
    """Joined by a space, as they are where they stand in one column."""
    day, clock = f"{at:%d.%m.%Y}", f"{at:%H:%M:%S}"
    form = EventFormat(
        columns={"started_at": ("Day", "Time")},
        time_formats=["%d.%m.%Y %H:%M:%S", "%d.%m.%Y"],
        naive_zone="Asia/Tokyo",
    )
    record = {"user_id": "ada", "Day": day, "Time": clock}
    lines = [json.dumps(record)] if in_json else [",".join(record), ",".join(record.values())]
    (joined,) = read_events(lines, format=form)
    single = EventFormat(time_formats=["%Y-%m-%dT%H:%M:%S"], naive_zone="Asia/Tokyo")
    (alone,) = read_events(["user_id,started_at", f"ada,{at:%Y-%m-%dT%H:%M:%S}"], format=single)
    assert isinstance(joined, Event)
    assert isinstance(alone, Event)
    assert joined.session == alone.session


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.sampled_from(['""', "null", '"  "']))
def test_an_empty_part_adds_nothing(day: date, nothing: str) -> None:
    form = EventFormat(columns={"started_at": ("Day", "Time")})
    line = f'{{"user_id": "ada", "Day": "{day}", "Time": {nothing}}}'
    (event,) = read_events([line], format=form)
    assert isinstance(event, Event)
    assert event.day == day

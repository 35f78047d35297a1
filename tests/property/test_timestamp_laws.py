"""Timestamps: they mean what other readers say, and what can mean several things is refused."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from email.utils import format_datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mainstay import InvalidValueError
from mainstay.reading import parse_moment
from mainstay.reading.timestamps import Stamps
from mainstay.testing import strategies
from mainstay.testing.strategies.calendar import around, turning_points

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND, MINUTE = timedelta(microseconds=1), timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")
MARKS = st.sampled_from([".", "/", "-", " "])
ORDERS = {"dmy": "%d{0}%m{0}%Y", "mdy": "%m{0}%d{0}%Y", "ymd": "%Y{0}%m{0}%d"}
WORDS = [
    "{d.day} {d:%B} {d.year}",
    "{d:%b} {d.day}, {d.year}",
    "{d:%A}, {d.day} {d:%b} {d.year}",
    "{d.year} {d:%b} {d.day}",
    "{d.day}-{d:%b}-{d.year}",
]
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
moments = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31))  # noqa: DTZ001  (walls)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def written(day: date, order: str, mark: str, *, padded: bool) -> str:
    text = day.strftime(ORDERS[order].format(mark))
    return text if padded else re.sub(r"\b0(?=\d)", "", text)


def refused(text: str, *formats: str) -> str:
    with pytest.raises(InvalidValueError) as caught:
        parse_moment(text, formats=formats, naive_zone=UTC)
    return caught.value.problem


@given(days, st.sampled_from([*ORDERS]), MARKS, st.booleans())
def test_an_order_that_is_named_is_read_as_strptime_reads_it(
    day: date, order: str, mark: str, padded: bool
) -> None:
    text = written(day, order, mark, padded=padded)
    oracle = datetime.strptime(text, ORDERS[order].format(mark)).date()  # noqa: DTZ007
    assert parse_moment(text, formats=[order]) == oracle == day


@given(days, st.sampled_from(["dmy", "mdy"]), MARKS, st.booleans())
@example(date(2024, 4, 5), "dmy", "/", False)
@example(date(2024, 4, 4), "mdy", ".", True)
def test_auto_gives_the_date_that_both_orders_give_and_refuses_where_they_differ(
    day: date, order: str, mark: str, padded: bool
) -> None:
    text = written(day, order, mark, padded=padded)
    meant = set()
    for form in ("dmy", "mdy"):
        try:
            meant.add(datetime.strptime(text, ORDERS[form].format(mark)).date())  # noqa: DTZ007
        except ValueError:  # no such month
            continue
    if len(meant) == 1:
        assert {parse_moment(text, formats=["auto"])} == meant
    else:
        said = " or ".join(str(each) for each in sorted(meant))
        assert refused(text, "auto") == f"can mean {said}"


@given(days, MARKS.filter(lambda mark: mark != " "), st.booleans())
def test_a_year_of_four_digits_that_is_first_leaves_nothing_open(
    day: date, mark: str, padded: bool
) -> None:
    text = written(day, "ymd", mark, padded=padded)
    for form in ("auto", "dmy", "mdy", "ymd"):
        assert parse_moment(text, formats=[form]) == day


@given(st.integers(1, 31), st.integers(1, 12), st.integers(0, 99))
def test_of_three_short_numbers_auto_gives_no_date_that_one_order_alone_gives(
    first: int, second: int, third: int
) -> None:
    text = f"{first:02}.{second:02}.{third:02}"
    meant = set()
    for order in itertools.permutations("dmy"):
        values = dict(zip(order, (first, second, third), strict=True))
        year = values["y"] + (2000 if values["y"] < 69 else 1900)
        try:
            meant.add(date(year, values["m"], values["d"]))
        except ValueError:
            continue
    try:
        found = parse_moment(text, formats=["auto"])
    except InvalidValueError:
        return
    assert found.timetuple()[1:3] in {day.timetuple()[1:3] for day in meant}
    assert len({day.timetuple()[1:3] for day in meant if day.year % 100 == found.year % 100}) == 1


@given(moments, st.sampled_from(WORDS), st.sampled_from(["", " {d:%H:%M}", " {d:%I:%M:%S %p}"]))
def test_a_month_in_letters_leaves_nothing_open(at: datetime, form: str, clock: str) -> None:
    text = (form + clock).format(d=at)
    wall = at.replace(microsecond=0, second=at.second if "%S" in clock else 0)
    said = parse_moment(text, formats=["auto"], naive_zone=UTC)
    assert said == (wall.replace(tzinfo=UTC) if clock else at.date())


@given(moments, st.sampled_from(["%d.%m.%Y, %H:%M:%S", "%m/%d/%y %I:%M:%S %p", "%Y%m%d%H%M%S.%f"]))
def test_a_format_is_what_strptime_takes(at: datetime, form: str) -> None:
    text = at.strftime(form)
    oracle = datetime.strptime(text, form)  # noqa: DTZ007  (the zone follows)
    assert parse_moment(text, formats=[form], naive_zone=UTC) == oracle.replace(tzinfo=UTC)
    assert refused(f"{text}x", form).startswith("is not a timestamp as in ")


@given(moments, offsets)
def test_mails_say_when_they_were_sent(at: datetime, offset: timezone) -> None:
    sent = at.replace(tzinfo=offset, microsecond=0)
    text = format_datetime(sent)
    found = parse_moment(text)
    assert isinstance(found, datetime)
    assert (found, found.utcoffset()) == (sent, sent.utcoffset())
    assert parse_moment(text.partition(", ")[2]) == sent
    other = "Mon" if text[:3] != "Mon" else "Tue"
    assert refused(other + text[3:]) == "is not a timestamp", "of another day of the week"


@st.composite
def instants_in_zones(draw: st.DrawFn) -> tuple[datetime, str]:
    """Instants about a turn of the clocks, and so on either side of it."""
    name = draw(strategies.zones().filter(lambda name: name[0] not in "+-"))
    at = draw(around(draw(turning_points(name)), name)).astimezone(ZoneInfo(name))
    assume(at.utcoffset() is not None and (at.utcoffset() or MINUTE) % MINUTE == timedelta(0))
    return at, name


@given(instants_in_zones())
@example((datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN), "Europe/Berlin"))
@example((datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN, fold=1), "Europe/Berlin"))
def test_a_zone_in_brackets_keeps_the_instant_and_the_zone(some: tuple[datetime, str]) -> None:
    """Either time that a clock shows twice: the offset tells them apart."""
    at, name = some
    for text in (at.isoformat(), f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"):
        stamp = Stamps().read(f"{text}[{name}]")
        assert isinstance(stamp.at, datetime)
        assert (stamp.at.astimezone(UTC), stamp.zone) == (at.astimezone(UTC), name)
        assert stamp.at.utcoffset() == at.utcoffset()
    wall = Stamps().read(f"{at.replace(tzinfo=None).isoformat()}[{name}]").at
    first = at.replace(fold=0).astimezone(UTC)
    assert isinstance(wall, datetime)
    assert wall.astimezone(UTC) == first, "without an offset it is the first"


@given(instants_in_zones(), st.sampled_from([-60, -30, 1, 90]))
def test_an_offset_that_the_zone_in_brackets_does_not_have_is_refused(
    some: tuple[datetime, str], minutes: int
) -> None:
    at, name = some
    other = timezone((at.utcoffset() or timedelta(0)) + timedelta(minutes=minutes))
    text = at.replace(tzinfo=other)
    assume(text.astimezone(ZoneInfo(name)).utcoffset() != text.utcoffset())
    assert refused(f"{text.isoformat()}[{name}]").startswith(f"contradicts itself: {name} is ")


@pytest.mark.parametrize(
    "text",
    ["2024-05-27T08:00Z[Mars]", "2024-05-27T08:00Z[Europe/Berlin", "2024-05-27[Europe/Berlin]"]
    + ["2024-05-27T08:00Z[]", "2024-05-27T08:00Z[Europe/Berlin][!u-ca=hebrew]", "[Europe/Berlin]"]
    + ["2024-05-27T08:00Z[u-ca=hebrew]", "2024-05-27T08:00Z]"],
)
def test_brackets_that_say_something_else_are_refused(text: str) -> None:
    assert refused(text)


@given(
    st.integers(-62_000_000_000, 253_000_000_000),
    st.integers(0, 999_999_999),
    st.sampled_from([("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9)]),
    st.booleans(),
)
def test_unix_time_is_exact_in_each_unit(
    seconds: int, nanoseconds: int, unit: tuple[str, int], as_text: bool
) -> None:
    """What is finer than a microsecond is cut off."""
    name, per_second = unit
    count = (seconds * 10**9 + nanoseconds) * per_second // 10**9
    microseconds = Fraction(count, per_second) * 10**6
    expected = EPOCH + (microseconds.numerator // microseconds.denominator) * MICROSECOND
    assert parse_moment(str(count) if as_text else count, unit=name) == expected
    if name == "s" and as_text:
        assert parse_moment(str(count), unit=None) == expected if count >= 0 else True


@given(st.integers(-(10**9), 10**10), st.integers(0, 999_999), st.sampled_from("s ms us".split()))
def test_unix_time_may_have_a_fraction(whole: int, millionths: int, unit: str) -> None:
    text = f"{whole}.{millionths:06}"
    per_second = {"s": 1, "ms": 10**3, "us": 10**6}[unit]
    exact = Fraction(text) / per_second * 10**6
    expected = EPOCH + int(exact) * MICROSECOND
    found = parse_moment(text, unit=unit)
    assert isinstance(found, datetime)
    assert abs(found - expected) <= MICROSECOND
    assert parse_moment(Decimal(text), unit=unit) == found


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.none() | st.times())
def test_numbers_that_are_calendar_dates_are_refused_unless_something_is_named(
    day: date, clock: object
) -> None:
    digits = f"{day:%Y%m%d}" + (f"{clock:%H%M%S}" if clock else "")
    for value in (digits, int(digits)):
        assert refused_value(value) == "is a calendar date, not Unix seconds"
    assert parse_moment(digits, unit="ms") == EPOCH + timedelta(milliseconds=int(digits))
    assert parse_moment(digits[:8], formats=["%Y%m%d"]) == day


def refused_value(value: object) -> str:
    with pytest.raises(InvalidValueError) as caught:
        parse_moment(value)
    return caught.value.problem

"""What is exactly a number, a date or a text of another type becomes Python's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mainstay import (
    ActivityWindow,
    Counts,
    DayActivity,
    InvalidTypeError,
    InvalidValueError,
    NaiveDatetimeError,
    Session,
    Vouch,
)
from mainstay.scheduling import JobContext, JobReport, JobRun

DAY = date(2024, 5, 28)
NOON = datetime(2024, 5, 28, 12, tzinfo=UTC)


class Two:
    """An integer of another library."""

    def __index__(self) -> int:
        return 2


class Several:
    """What has the method of an integer and is not one, as an array."""

    def __index__(self) -> int:
        raise TypeError


class Number(IntEnum):
    """An integer of the host's own."""

    TWO = 2
    FIVE = 5


class Name(StrEnum):
    """A text of the host's own."""

    ADA = "ada"


class Day(date):
    """A date of another library."""


class Span(timedelta):
    """A duration of another library."""


class Share(Decimal):
    """A decimal of another library."""


class datetime64:  # noqa: N801  (numpy's name)
    """An instant of numpy."""


def plain(value: object, expected: object) -> None:
    assert (value, type(value)) == (expected, type(expected))


@pytest.mark.parametrize("number", [Two(), Number.TWO])
def test_an_integer_of_another_type_becomes_an_int(number: Any) -> None:
    plain(ActivityWindow(DAY, number).bits, 2)
    plain(DayActivity(DAY, posts=number).posts, 2)
    plain(Counts({Name.ADA: number}), Counts({"ada": 2}))
    plain(Counts({Name.ADA: number})["ada"], 2)


@pytest.mark.parametrize("number", [Several(), True, "2", None])
def test_what_is_not_an_integer_is_refused(number: Any) -> None:
    with pytest.raises(InvalidTypeError, match="bits must be an integer"):
        ActivityWindow(DAY, number)


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(2.0, True), (Decimal(2), True), (2.5, False), (float("inf"), False)],
)
def test_a_whole_float_says_how_to_convert_it(number: Any, remedy: bool) -> None:
    with pytest.raises(InvalidTypeError, match="bits must be an integer") as caught:
        ActivityWindow(DAY, number)
    assert str(caught.value).endswith("Pass int(value).") is remedy


@pytest.mark.parametrize(
    ("number", "expected"),
    [(Decimal("7.25"), 7.25), (Decimal("7.3"), 7.3), (Fraction(1, 2), 0.5), (Number.TWO, 2)],
)
def test_a_number_of_another_type_becomes_the_nearest_float(number: Any, expected: float) -> None:
    plain(DayActivity(DAY, posts=1, average_quality=number).average_quality, expected)
    plain(Session("ada", NOON, quality=number).quality, expected)


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("sNaN"), 10**400, Fraction(10**400)])
def test_what_is_not_finite_is_refused(number: Any) -> None:
    with pytest.raises(InvalidValueError, match="quality must be finite"):
        Session("ada", NOON, quality=number)


def test_weights_are_plain_decimals() -> None:
    some: list[Any] = [Share(5), Fraction(5), Number.FIVE, 5.0]
    for number in some:
        plain(Vouch("ada", "bob", number).weight, Decimal(5))
    with pytest.raises(InvalidTypeError, match=r"weight must be a number.*Pass a Decimal"):
        Vouch("ada", "bob", Fraction(1, 3))  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidTypeError, match="weight must be a number"):
        Vouch("ada", "bob", True)


def test_dates_durations_and_texts_become_plain() -> None:
    plain(ActivityWindow(Day(2024, 5, 28), 1).last_day, DAY)
    plain(Session("ada", NOON, duration=Span(seconds=90.5)).duration, timedelta(seconds=90.5))
    plain(Session(Name.ADA, NOON).user_id, "ada")


def job_report(**instants: Any) -> JobReport:
    given: dict[str, Any] = {"started_at": NOON, "finished_at": NOON} | instants
    return JobReport(job="tidy", task_id="1", **given)


def job_run(**instants: Any) -> JobRun:
    given: dict[str, Any] = {"started_at": NOON, "finished_at": NOON} | instants
    return JobRun(job="tidy", task_id="1", error="is broken", **given)


def job_context(**instants: Any) -> JobContext:
    return JobContext(clock=lambda: NOON, **instants)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda started_at: Session("ada", started_at), "started_at"),
        (lambda created_at: Vouch("ada", "bob", created_at=created_at), "created_at"),
        *((job_report, field) for field in ("started_at", "finished_at")),
        *((job_run, field) for field in ("started_at", "due", "finished_at")),
        *((job_context, field) for field in ("due", "deadline")),
    ],
)
def test_every_instant_is_kept_at_the_offset_it_has_and_named_if_it_has_none(
    make: Callable[..., object], field: str
) -> None:
    zoned = datetime(2024, 5, 28, 14, tzinfo=ZoneInfo("Europe/Berlin"))
    kept = getattr(make(**{field: zoned}), field)
    assert (kept, kept.tzinfo) == (zoned, timezone(timedelta(hours=2)))
    with pytest.raises(NaiveDatetimeError, match=f"^{field} has no UTC offset"):
        make(**{field: zoned.replace(tzinfo=None)})


def test_a_date_of_numpy_says_how_to_convert_it() -> None:
    day: Any = datetime64()
    with pytest.raises(InvalidTypeError, match=r"value.astype\('datetime64\[D\]'\).item\(\)"):
        ActivityWindow(day, 1)

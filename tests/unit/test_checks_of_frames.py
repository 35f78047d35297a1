"""What is exactly a number, a date or a text of numpy or pandas becomes Python's own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import Any

import pytest

pytest.importorskip("pandas", reason="numbers of another library need one")

import attrs
import numpy as np
import pandas as pd

from mainstay import (
    ActivityWindow,
    ConsistencyPolicy,
    Counts,
    DayActivity,
    Engagement,
    InvalidTypeError,
    InvalidValueError,
    IsoWeek,
    Session,
    StreakPolicy,
    Vouch,
    WeeklyStreak,
    historical_score,
)
from mainstay.codec import from_json, to_json

DAY = date(2024, 5, 28)


class Kind(IntEnum):
    """An integer of the host's own."""

    TWO = 2


def taken(value: Any, name: str, expected: object) -> None:
    kept = getattr(value, name)
    assert kept == expected
    assert type(kept) is type(expected)
    if type(value) is not IsoWeek:
        assert from_json(to_json(value), type(value)) == value
    assert hash(value) == hash(attrs.evolve(value, **{name: expected}))


@pytest.mark.parametrize("number", [np.uint32(2), np.int64(2), np.array(2), Kind.TWO])
def test_an_integer_of_another_library_becomes_an_int(number: Any) -> None:
    taken(ActivityWindow(DAY, number), "bits", 2)
    taken(ActivityWindow(DAY, 1, number), "length", 2)
    taken(Engagement("ada", number, DAY), "streak", 2)
    taken(DayActivity(DAY, posts=number), "posts", 2)
    taken(WeeklyStreak(number, IsoWeek(2024, 2)), "weeks", 2)
    taken(IsoWeek(2024, number), "week", 2)
    taken(StreakPolicy(freezes=number), "freezes", 2)
    assert dict(DayActivity(DAY, {"post": number}).counts) == {"post": 2}
    assert type(Counts({"post": number})["post"]) is int
    assert ConsistencyPolicy(recency_steps=((number, 5),)).recency_steps == ((2, 5),)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (np.float64(7.25), 7.25),
        (np.float32(7.25), 7.25),
        (np.int64(7), 7),
        (Decimal("7.25"), 7.25),
        (Decimal("7.3"), 7.3),
        (Fraction(1, 2), 0.5),
    ],
)
def test_a_number_of_another_library_becomes_the_nearest_float(
    number: Any, expected: float
) -> None:
    taken(DayActivity(DAY, posts=1, average_quality=number), "average_quality", expected)
    taken(Session("ada", datetime(2024, 5, 1, tzinfo=UTC), quality=number), "quality", expected)
    score = historical_score(streak=1, posts=1, average_quality=number)
    assert score == historical_score(streak=1, posts=1, average_quality=expected)


@pytest.mark.parametrize(
    "number",
    [np.float64("nan"), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Fraction(10**400)],
)
def test_what_is_not_finite_is_refused_whatever_its_type(number: Any) -> None:
    with pytest.raises(InvalidValueError, match="average_quality must be finite"):
        DayActivity(DAY, posts=1, average_quality=number)


@pytest.mark.parametrize("number", [np.bool_(True), np.array([1, 2]), 1j, "1", None, pd.NA, True])
def test_what_is_not_a_number_is_refused(number: Any) -> None:
    with pytest.raises(InvalidTypeError, match="bits must be an integer"):
        ActivityWindow(DAY, number)
    with pytest.raises(InvalidTypeError, match="weight must be a number"):
        Vouch("ada", "bob", number)
    with pytest.raises(InvalidTypeError, match="streak_points must be a number"):
        ConsistencyPolicy(streak_points=number)


def test_a_whole_float_says_how_to_convert_it() -> None:
    for whole in (np.float64(2), Decimal(2)):
        with pytest.raises(
            InvalidTypeError, match=r"must be an integer, got .*2.*Pass int\(value\)"
        ):
            ActivityWindow(DAY, whole)  # type: ignore[arg-type]  # refused


def test_weights_are_decimals_of_the_same_value() -> None:
    for number in (np.int64(5), np.uint8(5), np.float64(5), np.float32(5), Fraction(5)):
        weight: Any = number
        taken(Vouch("ada", "bob", weight), "weight", Decimal(5))
    assert Vouch("ada", "bob", np.float64(0.1)).weight == Decimal("0.1")
    with pytest.raises(InvalidTypeError, match="Pass a Decimal"):
        Vouch("ada", "bob", Fraction(1, 3))  # type: ignore[arg-type]  # refused


def test_a_row_of_pandas_is_a_window() -> None:
    bits = np.array([10], np.uint32)
    row = pd.DataFrame({"today": [DAY], "bits": bits}).iloc[0]
    taken(ActivityWindow(row["today"], row["bits"]), "bits", 10)


def test_dates_durations_and_texts_become_plain() -> None:
    class Day(date):
        pass

    taken(ActivityWindow(Day(2024, 5, 28), 1), "last_day", DAY)
    at = datetime(2024, 5, 1, tzinfo=UTC)
    ninety: Any = pd.Timedelta("90s")
    taken(Session("ada", at, duration=ninety), "duration", timedelta(seconds=90))
    taken(Session(np.str_("ada"), at), "user_id", "ada")


def test_a_date_of_numpy_says_how_to_convert_it() -> None:
    day: Any = np.datetime64("2024-05-28T12:00:00", "ns")
    with pytest.raises(InvalidTypeError) as caught:
        ActivityWindow(day, 1)
    assert str(caught.value).endswith("value.astype('datetime64[D]').item() gives it.")
    assert ActivityWindow(day.astype("datetime64[D]").item(), 1).last_day == DAY

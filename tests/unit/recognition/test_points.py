"""Credits, and levels over their total, against SPEC §6 and sums done by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from mainstay import InvalidTypeError, InvalidValueError, NaiveDatetimeError
from mainstay.recognition import MOST_POINTS, Credit, Levels, points_of

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
WELCOME = Credit("ada", "welcome", 50, NOON)
AWARD = Credit("ada", "badge:first_win", 70, datetime(2024, 5, 2, 1, tzinfo=timezone.min))
LEVELS = Levels([0, 100, 500], ["Newcomer", "Regular", "Expert"])
credit: Any = Credit
points: Any = points_of


def test_points_have_the_shape_of_the_contract() -> None:
    """Instants are in UTC and end in Z: 01:00 at -23:59 is 00:59 the day after."""
    assert points_of("ada", 120, [AWARD, WELCOME], levels=LEVELS) == {
        "user_id": "ada",
        "total": 120,
        "level": {"number": 2, "name": "Regular", "next": 500, "missing": 380},
        "credits": [
            {"reason": "badge:first_win", "amount": 70, "at": "2024-05-03T00:59:00Z"},
            {"reason": "welcome", "amount": 50, "at": "2024-05-01T12:00:00Z"},
        ],
    }


def test_without_levels_or_below_the_first_there_is_no_level() -> None:
    assert points_of("ada", 120, [])["level"] is None
    assert points_of("ada", -1, [], levels=LEVELS)["level"] is None


def test_a_credit_may_take_points_back_or_give_none() -> None:
    amounts = [-MOST_POINTS, -50, 0, MOST_POINTS]
    assert [Credit("ada", "x", amount, NOON).amount for amount in amounts] == amounts
    assert MOST_POINTS == 9_007_199_254_740_991  # JavaScript's MAX_SAFE_INTEGER


def test_a_credit_is_of_an_instant_in_whatever_zone() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=9)))
    assert Credit("ada", "welcome", 50, there) == WELCOME


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: credit("", "welcome", 50, NOON),
            InvalidValueError,
            "user_id must not be empty, got ''.",
        ),
        (
            lambda: credit("ada", "", 50, NOON),
            InvalidValueError,
            "reason must not be empty, got ''.",
        ),
        (
            lambda: credit("ada", 7, 50, NOON),
            InvalidTypeError,
            "reason must be a string, got 7.",
        ),
        (
            lambda: credit("ada", "welcome", 50.0, NOON),
            InvalidTypeError,
            "amount must be an integer, got 50.0. Pass int(value).",
        ),
        (
            lambda: credit("ada", "welcome", 2**53, NOON),
            InvalidValueError,
            "amount must be between -9007199254740991 and 9007199254740991, got 9007199254740992. "
            "Count in larger units: beyond that, JSON is not exact.",
        ),
        (
            lambda: credit("ada", "welcome", 50, datetime(2024, 5, 1)),  # noqa: DTZ001
            NaiveDatetimeError,
            "at has no UTC offset, got datetime.datetime(2024, 5, 1, 0, 0). "
            "Say where it was read: value.replace(tzinfo=ZoneInfo('Europe/Berlin')).",
        ),
        (lambda: points("", 50, []), InvalidValueError, "user_id must not be empty, got ''."),
        (
            lambda: points("ada", "50", []),
            InvalidTypeError,
            "total must be an integer, got '50'.",
        ),
        (
            lambda: points("ada", 50, None),
            InvalidTypeError,
            "credits must be several, such as a list of them, got None. "
            "Put a single one in a list.",
        ),
        (
            lambda: points("ada", 50, ["welcome"]),
            InvalidTypeError,
            "credits must be of type Credit, got 'welcome'.",
        ),
        (
            lambda: points("ada", 50, [], levels=[0, 100]),
            InvalidTypeError,
            "levels must be of type Levels, got [0, 100].",
        ),
    ],
)
def test_a_refusal_says_what_was_wrong(
    call: Callable[[], object], error: type[InvalidValueError], message: str
) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message
    assert type(caught.value) is error

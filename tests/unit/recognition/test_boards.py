"""What boards count, in the shapes of SPEC §6."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mainstay import InvalidTypeError, InvalidValueError, NaiveDatetimeError
from mainstay.recognition import (
    Board,
    LeaderboardPolicy,
    Period,
    PointsRank,
    Ranked,
    Span,
    UserRank,
)
from mainstay.recognition.boards import LONGEST, checked_period

NOON = datetime(2024, 5, 8, 12, tzinfo=UTC)
MAY = Span(datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC))
#: A billion seconds are 11,574 days and 6,400 seconds.
BILLION = timedelta(days=11_574, seconds=6_400)
OVER = BILLION + timedelta.resolution
NAIVE = datetime(2024, 5, 1)  # noqa: DTZ001
NO_OFFSET = (
    "has no UTC offset, got datetime.datetime(2024, 5, 1, 0, 0). "
    "Say where it was read: value.replace(tzinfo=ZoneInfo('Europe/Berlin'))."
)
span: Any = Span
policy: Any = LeaderboardPolicy
period: Any = checked_period


@pytest.mark.parametrize(
    ("period", "since"),
    [
        (Period.ALL, None),
        (Period.WEEKLY, datetime(2024, 5, 1, 12, tzinfo=UTC)),
        (Period.DAILY, datetime(2024, 5, 7, 12, tzinfo=UTC)),
    ],
)
def test_a_period_ends_at_the_present(period: Period, since: datetime | None) -> None:
    assert period.span(NOON) == Span(since, NOON)


def test_a_day_lasts_24_hours_also_when_clocks_are_put_forward() -> None:
    berlin = datetime(2024, 3, 31, 12, tzinfo=ZoneInfo("Europe/Berlin"))  # 10:00 UTC
    assert Period.DAILY.span(berlin).since == datetime(2024, 3, 30, 10, tzinfo=UTC)


def test_a_span_has_its_first_instant_and_not_its_last() -> None:
    assert datetime(2024, 5, 1, tzinfo=UTC) in MAY
    assert datetime(2024, 6, 1, tzinfo=UTC) - timedelta.resolution in MAY
    assert datetime(2024, 6, 1, tzinfo=UTC) not in MAY
    assert datetime(2024, 5, 1, tzinfo=UTC) - timedelta.resolution not in MAY


def test_all_time_has_no_beginning() -> None:
    assert datetime(2, 1, 1, tzinfo=UTC) in Span(None, NOON)
    assert NOON not in Span(None, NOON)
    assert str(Span(None, NOON)) == "../2024-05-08T12:00:00Z"


@pytest.mark.parametrize("given", ["weekly", Period.WEEKLY])
def test_a_period_may_be_given_by_its_word(given: str) -> None:
    assert checked_period(given) is Period.WEEKLY
    assert checked_period(MAY) is MAY


def test_a_board_has_the_shape_of_the_contract() -> None:
    board = Board(Period.WEEKLY, NOON, live=False, listed=7, entries=(Ranked(1, "ada", 300),))
    assert board.to_dict() == {
        "period": "weekly",
        "as_of": "2024-05-08T12:00:00Z",
        "live": False,
        "listed": 7,
        "entries": [{"rank": 1, "user_id": "ada", "points": 300}],
    }


def test_a_rank_has_the_shape_of_the_contract() -> None:
    unlisted = UserRank("zoe", MAY, None, 0, listed=7, as_of=NOON, live=True)
    assert unlisted.to_dict() == {
        "user_id": "zoe",
        "period": "2024-05-01T00:00:00Z/2024-06-01T00:00:00Z",
        "rank": None,
        "points": 0,
        "listed": 7,
        "as_of": "2024-05-08T12:00:00Z",
        "live": True,
    }


def test_a_rank_of_points_has_the_shape_of_a_user_s_without_the_user() -> None:
    found = PointsRank(200, Period.DAILY, 5, listed=7, as_of=NOON, live=False)
    assert found.to_dict() == {
        "points": 200,
        "period": "daily",
        "rank": 5,
        "listed": 7,
        "as_of": "2024-05-08T12:00:00Z",
        "live": False,
    }
    assert [*found.to_dict()] == ["points", "period", "rank", "listed", "as_of", "live"]


def test_the_standard_policy_is_that_of_the_contract() -> None:
    standard = LeaderboardPolicy()
    assert (standard.excluded, standard.top) == (frozenset(), 100)
    assert (standard.fresh, standard.kept) == (timedelta(minutes=15), timedelta(hours=1))


def test_a_snapshot_may_be_removed_as_soon_as_it_is_old() -> None:
    assert LeaderboardPolicy(fresh=timedelta(hours=1)).kept == timedelta(hours=1)


def test_a_snapshot_may_answer_and_be_kept_for_a_billion_seconds() -> None:
    longest = LeaderboardPolicy(fresh=BILLION, kept=BILLION)
    assert (longest.fresh, longest.kept) == (BILLION, BILLION)
    assert longest.kept == LONGEST == timedelta(seconds=10**9)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: period("monthly"),
            InvalidValueError,
            "period must be one of 'all', 'weekly', 'daily', got 'monthly'. "
            "Of any other time, give a Span.",
        ),
        (
            lambda: period([]),
            InvalidValueError,
            "period must be one of 'all', 'weekly', 'daily', got []. "
            "Of any other time, give a Span.",
        ),
        (lambda: Period.DAILY.span(NAIVE), NaiveDatetimeError, f"now {NO_OFFSET}"),
        (
            lambda: span(NOON, NOON),
            InvalidValueError,
            "until must be after since, 2024-05-08T12:00:00Z, "
            "got datetime.datetime(2024, 5, 8, 12, 0, tzinfo=datetime.timezone.utc). "
            "A span begins before it ends: swap the two, or make it longer.",
        ),
        (
            lambda: span(MAY.until, MAY.since),
            InvalidValueError,
            "until must be after since, 2024-06-01T00:00:00Z, "
            "got datetime.datetime(2024, 5, 1, 0, 0, tzinfo=datetime.timezone.utc). "
            "A span begins before it ends: swap the two, or make it longer.",
        ),
        (lambda: span(NAIVE, NOON), NaiveDatetimeError, f"since {NO_OFFSET}"),
        (lambda: span(None, NAIVE), NaiveDatetimeError, f"until {NO_OFFSET}"),
        (lambda: NAIVE in MAY, NaiveDatetimeError, f"an instant in a span {NO_OFFSET}"),
        (
            lambda: policy(kept=timedelta(minutes=14)),
            InvalidValueError,
            "kept must not be shorter than fresh, 0:15:00, got datetime.timedelta(seconds=840). "
            "Make it longer, or fresh shorter.",
        ),
        (
            lambda: policy(fresh=timedelta(0)),
            InvalidValueError,
            "fresh must be longer than 0, and at most 1000000000 seconds, "
            "got datetime.timedelta(0). Such as timedelta(minutes=15).",
        ),
        (
            lambda: policy(fresh=OVER, kept=OVER),
            InvalidValueError,
            "fresh must be longer than 0, and at most 1000000000 seconds, "
            "got datetime.timedelta(days=11574, seconds=6400, microseconds=1). "
            "Such as timedelta(minutes=15).",
        ),
        (
            lambda: policy(kept=timedelta.max),
            InvalidValueError,
            "kept must be longer than 0, and at most 1000000000 seconds, "
            "got datetime.timedelta(days=999999999, seconds=86399, microseconds=999999). "
            "Such as timedelta(minutes=15).",
        ),
        (
            lambda: policy(kept=3600),
            InvalidTypeError,
            "kept must be of type timedelta, got 3600.",
        ),
        (
            lambda: policy(top=0),
            InvalidValueError,
            "top must be at least 1, got 0. Give 1 for the first place alone.",
        ),
        (
            lambda: policy(excluded="staff"),
            InvalidTypeError,
            "excluded must be several, such as a list of them, got 'staff'. "
            "Put a single one in a list.",
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

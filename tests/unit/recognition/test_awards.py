"""Who has which badge, who is due one, and the shapes of SPEC §6."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from mainstay import InvalidTypeError, InvalidValueError, NaiveDatetimeError
from mainstay.recognition import (
    STANDARD_BADGES,
    Badge,
    Credit,
    awards,
    earned,
    newly_earned,
    progress,
)

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
FIRST_WIN = Credit("ada", "badge:first_win", 50, NOON)
OF_BOB = Credit("bob", "badge:five_wins", 200, NOON)
WON = Badge(3, "won", "Winner", "Win a case.", "🏆", "wins", "wins", 1, 50)
RICH = Badge(1, "rich", "Rich", "Have 60 points.", "💰", "points", "points", 60, 100)
BOTH = Badge(2, "both", "Both", "Be both.", "✌️", "wins", "wins", 1, requires=["rich", "won"])
any_awards: Any = awards
any_earned: Any = earned
any_progress: Any = progress


def keys(credits: tuple[Credit, ...]) -> list[str]:
    return [credit.reason.removeprefix("badge:") for credit in credits]


def test_what_is_due_is_what_was_reached_and_is_not_theirs_yet() -> None:
    assert awards("ada", {"wins": 5, "votes": 49}, [FIRST_WIN, OF_BOB], at=LATER) == (
        Credit("ada", "badge:five_wins", 200, LATER),
    )


def test_a_threshold_is_reached_at_just_its_number() -> None:
    assert keys(awards("ada", {"votes": 49}, [], at=NOON)) == []
    assert keys(awards("ada", {"votes": 50}, [], at=NOON)) == ["dedicated_voter"]


def test_all_nine_can_be_earned_at_once() -> None:
    most = dict.fromkeys([badge.metric for badge in STANDARD_BADGES], 50)
    assert keys(awards("ada", most, [], at=NOON)) == [badge.key for badge in STANDARD_BADGES]


def test_a_badge_that_gives_no_points_is_awarded_with_0() -> None:
    first = attrs.evolve(WON, bonus=0)
    assert awards("ada", {"wins": 1}, [], at=NOON, badges=[first]) == (
        Credit("ada", "badge:won", 0, NOON),
    )


def test_bonuses_count_at_once() -> None:
    """10 points and 50 of the bonus are the 60 that Rich needs."""
    enough, too_few = {"wins": 1, "points": 10}, {"wins": 1, "points": 9}
    assert keys(awards("ada", enough, [], at=NOON, badges=[RICH, WON])) == ["won", "rich"]
    assert keys(awards("ada", too_few, [], at=NOON, badges=[RICH, WON])) == ["won"]


def test_a_bonus_credited_before_is_among_the_points_already() -> None:
    award = Credit("ada", "badge:won", 50, NOON)
    assert awards("ada", {"wins": 1, "points": 59}, [award], at=NOON, badges=[RICH, WON]) == ()


def test_a_badge_waits_for_those_that_it_requires() -> None:
    catalogue = [RICH, BOTH, WON]
    won, rich = {"wins": 1}, {"wins": 1, "points": 60}
    assert keys(awards("ada", won, [], at=NOON, badges=catalogue)) == ["won"]
    assert keys(awards("ada", rich, [], at=NOON, badges=catalogue)) == ["rich", "won", "both"]
    has = [Credit("ada", "badge:rich", 100, NOON), Credit("ada", "badge:won", 50, NOON)]
    assert keys(awards("ada", won, has, at=NOON, badges=catalogue)) == ["both"]


def test_nothing_is_awarded_twice() -> None:
    first = awards("ada", {"wins": 10}, [], at=NOON)
    assert keys(first) == ["first_win", "five_wins", "ten_wins"]
    assert awards("ada", {"wins": 11}, first, at=LATER) == ()


def test_earned_badges_have_the_shape_of_the_contract() -> None:
    """By the time they were earned, then by number; the bonus is the one that was credited."""
    credits = [
        Credit("ada", "badge:five_wins", 200, NOON),
        Credit("ada", "badge:top_argument", 70, NOON - timedelta(hours=1)),
        FIRST_WIN,
        Credit("ada", "welcome", 10, NOON),
        OF_BOB,
    ]
    found = earned("ada", credits)
    assert found["user_id"] == "ada"
    assert found["total_badges"] == 3
    assert [badge["id"] for badge in found["badges"]] == [4, 1, 2]
    assert found["badges"][0] == {
        "id": 4,
        "name": "Master Debater",
        "description": "Write a top-3 argument.",
        "icon": "💬",
        "earned_at": "2024-05-01T11:00:00Z",
        "bonus_points": 70,
    }


def test_who_has_nothing_has_an_empty_list() -> None:
    assert earned("ada", [OF_BOB]) == {"user_id": "ada", "total_badges": 0, "badges": []}


def test_an_award_of_an_unknown_badge_is_left_out() -> None:
    assert earned("ada", [FIRST_WIN], badges=[WON])["badges"] == []


def test_of_two_awards_of_one_badge_the_earlier_counts() -> None:
    second = Credit("ada", "badge:first_win", 60, LATER)
    for credits in ([FIRST_WIN, second], [second, FIRST_WIN]):
        assert earned("ada", credits)["badges"][0]["bonus_points"] == 50


def test_what_is_newly_earned_has_the_shape_of_what_was_earned() -> None:
    assert newly_earned("ada", {"wins": 5}, [FIRST_WIN], at=LATER) == {
        "user_id": "ada",
        "total_badges": 1,
        "badges": [
            {
                "id": 2,
                "name": "Winning Streak",
                "description": "Win 5 cases, in a row or not.",
                "icon": "🔥",
                "earned_at": "2024-05-02T12:00:00Z",
                "bonus_points": 200,
            }
        ],
    }


def test_a_catalogue_can_be_one_to_loop_over_once() -> None:
    assert newly_earned("ada", {"wins": 1}, [], at=NOON, badges=iter([WON]))["total_badges"] == 1


def test_progress_has_the_shape_of_the_contract() -> None:
    found = progress("ada", {"wins": 2}, [FIRST_WIN, OF_BOB])
    assert (found["user_id"], found["progress"]["earned"]) == ("ada", 1)
    assert found["progress"]["total"] == 9
    assert found["progress"]["progress_details"][:2] == [
        {
            "badge_name": "first_win",
            "name": "First Victory",
            "description": "Win a case.",
            "icon": "🏆",
            "earned": True,
            "progress": "1/1 wins",
            "bonus_points": 50,
        },
        {
            "badge_name": "five_wins",
            "name": "Winning Streak",
            "description": "Win 5 cases, in a row or not.",
            "icon": "🔥",
            "earned": False,
            "progress": "2/5 wins",
            "bonus_points": 200,
        },
    ]


def test_progress_has_the_units_of_the_contract() -> None:
    """A badge that was reached but not awarded yet shows no more than its threshold."""
    found = progress("ada", {"wins": 7, "votes": 49}, [])["progress"]
    assert [detail["progress"] for detail in found["progress_details"]] == [
        "1/1 wins",
        "5/5 wins",
        "7/10 wins",
        "0/1 top-3 arguments",
        "0/3 top-3 arguments",
        "0/20 participations",
        "49/50 votes",
        "0/1 beta user",
        "0/1 connected wallet",
    ]
    assert found["earned"] == 0


def test_a_badge_stays_complete_below_its_threshold_with_the_bonus_that_was_credited() -> None:
    award = Credit("ada", "badge:five_wins", 120, NOON)
    detail = progress("ada", {"wins": 0}, [award])["progress"]["progress_details"][1]
    assert (detail["earned"], detail["progress"]) == (True, "5/5 wins")
    assert detail["bonus_points"] == 120
    assert earned("ada", [award])["total_badges"] == 1


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: any_awards("", {}, [], at=NOON),
            InvalidValueError,
            "user_id must not be empty, got ''.",
        ),
        (
            lambda: any_awards("ada", [("wins", 5)], [], at=NOON),
            InvalidTypeError,
            "metrics must map metrics to whole numbers, got [('wins', 5)]. Such as {'wins': 5}.",
        ),
        (
            lambda: any_awards("ada", {"wins": 4.5}, [], at=NOON),
            InvalidTypeError,
            "metrics['wins'] must be an integer, got 4.5.",
        ),
        (
            lambda: any_progress("ada", {"wins": True}, []),
            InvalidTypeError,
            "metrics['wins'] must be an integer, got True.",
        ),
        (
            lambda: any_progress("ada", {"": 1}, []),
            InvalidValueError,
            "a metric in metrics must not be empty, got ''.",
        ),
        (
            lambda: any_awards("ada", {}, [], at=NOON.replace(tzinfo=None)),
            NaiveDatetimeError,
            "at has no UTC offset, got datetime.datetime(2024, 5, 1, 12, 0). "
            "Say where it was read: value.replace(tzinfo=ZoneInfo('Europe/Berlin')).",
        ),
        (
            lambda: any_awards("ada", {}, [], at=NOON, badges=[WON, WON]),
            InvalidValueError,
            "badges['won'].key must differ from that of 'Winner', got 'won'. "
            "Give each badge a key of its own.",
        ),
        (
            lambda: any_earned(7, []),
            InvalidTypeError,
            "user_id must be a string, got 7.",
        ),
        (
            lambda: any_earned("ada", ["badge:won"]),
            InvalidTypeError,
            "credits must be of type Credit, got 'badge:won'.",
        ),
        (
            lambda: any_earned("ada", None),
            InvalidTypeError,
            "credits must be several, such as a list of them, got None. "
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

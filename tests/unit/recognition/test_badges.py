"""What there is to achieve, against the table of SPEC §6."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from mainstay import (
    ConsistencyPolicy,
    InvalidTypeError,
    InvalidValueError,
    StreakPolicy,
    YearPolicy,
)
from mainstay.recognition import STANDARD_BADGES, Badge, BadgePolicy
from mainstay.recognition.badges import check_badges

#: SPEC §6: number, key, name, threshold, unit, bonus, icon, and the metric that is counted.
TABLE = """
1 | first_win          | First Victory     | 1  | wins             | 50  | 🏆 | wins
2 | five_wins          | Winning Streak    | 5  | wins             | 200 | 🔥 | wins
3 | ten_wins           | Champion          | 10 | wins             | 500 | 👑 | wins
4 | top_argument       | Master Debater    | 1  | top-3 arguments  | 100 | 💬 | top_arguments
5 | top_argument_3x    | Persuasion Expert | 3  | top-3 arguments  | 300 | 🎯 | top_arguments
6 | active_participant | Active Member     | 20 | participations   | 150 | ⭐ | participations
7 | dedicated_voter    | Dedicated Voter   | 50 | votes            | 250 | 🗳️ | votes
8 | early_adopter      | Early Adopter     | 1  | beta user        | 100 | 🚀 | kind:beta_joined
9 | wallet_connected   | Blockchain Ready  | 1 | connected wallet | 50  | 🔗 | kind:wallet_connected
"""
ROWS = [[cell.strip() for cell in row.split("|")] for row in TABLE.strip().splitlines()]
OWL = Badge(10, "owl", "Owl", "Write 5 posts.", "🦉", "kind:post", "posts", 5)
BAT = Badge(3, "bat", "Bat", "Write 9 posts.", "🦇", "kind:post", "posts", 9, requires=["owl"])
any_badge: Any = Badge
any_badges: Any = check_badges


@pytest.mark.parametrize(("badge", "row"), list(zip(STANDARD_BADGES, ROWS, strict=True)))
def test_the_standard_badges_are_those_of_the_contract(badge: Badge, row: list[str]) -> None:
    number, key, name, threshold, unit, bonus, icon, metric = row
    assert (badge.number, badge.key, badge.name) == (int(number), key, name)
    assert (badge.threshold, badge.unit, badge.bonus) == (int(threshold), unit, int(bonus))
    assert (badge.icon, badge.metric, badge.requires) == (icon, metric, ())
    assert badge.reason == f"badge:{key}"


def test_a_winning_streak_says_that_it_need_not_be_in_a_row() -> None:
    assert STANDARD_BADGES[1].description == "Win 5 cases, in a row or not."


@pytest.mark.parametrize("badge", STANDARD_BADGES, ids=lambda badge: badge.key)
def test_each_description_says_how_many_are_required(badge: Badge) -> None:
    assert badge.description.endswith(".")
    assert badge.threshold == 1 or str(badge.threshold) in badge.description


def test_the_standard_badges_go_together() -> None:
    assert check_badges(STANDARD_BADGES) == STANDARD_BADGES == BadgePolicy().badges
    assert BadgePolicy().score == ConsistencyPolicy()


def test_the_score_is_either_one() -> None:
    assert BadgePolicy(score=YearPolicy()).score == YearPolicy()
    neither: Any = StreakPolicy()
    with pytest.raises(InvalidTypeError, match="score must be of type ConsistencyPolicy or Year"):
        BadgePolicy(score=neither)


def test_a_catalogue_is_in_the_order_of_its_numbers() -> None:
    assert check_badges([OWL, BAT]) == check_badges([BAT, OWL]) == (BAT, OWL)
    assert BadgePolicy(badges=[OWL, BAT]).badges == (BAT, OWL)
    assert check_badges([]) == ()


def test_badges_may_require_the_same_one() -> None:
    """That is no circle: the cat requires the owl twice, once by way of the bat."""
    cat = attrs.evolve(BAT, number=4, key="cat", requires=["owl", "bat"])
    assert check_badges([cat, BAT, OWL]) == (BAT, cat, OWL)


def test_badges_may_require_each_other_in_a_long_row() -> None:
    row = [attrs.evolve(OWL, number=n + 1, key=f"k{n}", requires=[]) for n in range(2000)]
    row = [row[0], *(attrs.evolve(row[n], requires=[f"k{n - 1}"]) for n in range(1, 2000))]
    assert check_badges(row) == tuple(row)


def badge(**fields: object) -> Callable[[], object]:
    return lambda: attrs.evolve(any_badge(*attrs.astuple(OWL)), **fields)


def badges(*several: object) -> Callable[[], object]:
    return lambda: any_badges(several)


KNOWN = "Known: bat, owl."


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            badge(number=0),
            InvalidValueError,
            "number must be between 1 and 2147483647, got 0. Number badges 1, 2, 3 and so on.",
        ),
        (
            badge(number=2**31),
            InvalidValueError,
            "number must be between 1 and 2147483647, got 2147483648. "
            "Number badges 1, 2, 3 and so on.",
        ),
        (badge(key=""), InvalidValueError, "key must not be empty, got ''."),
        (badge(icon=None), InvalidTypeError, "icon must be a string, got None."),
        (
            badge(threshold=0),
            InvalidValueError,
            "threshold must be between 1 and 9007199254740991, got 0. "
            "Give 1 at least. Count large amounts in larger units.",
        ),
        (
            badge(bonus=-1),
            InvalidValueError,
            "bonus must be between 0 and 9007199254740991, got -1. "
            "Give 0 for no bonus. Count large ones in larger units.",
        ),
        (
            badge(requires="bat"),
            InvalidTypeError,
            "requires must be several, such as a list of them, got 'bat'. "
            "Put a single one in a list.",
        ),
        (badge(requires=["bat", ""]), InvalidValueError, "requires[1] must not be empty, got ''."),
        (
            badges(OWL, attrs.evolve(OWL, number=11, name="Other")),
            InvalidValueError,
            "badges['owl'].key must differ from that of 'Owl', got 'owl'. "
            "Give each badge a key of its own.",
        ),
        (
            badges(OWL, attrs.evolve(OWL, key="other", name="Other")),
            InvalidValueError,
            "badges['other'].number must differ from that of 'Owl', got 10. "
            "Give each badge a number of its own.",
        ),
        (
            badges(OWL, OWL),
            InvalidValueError,
            "badges['owl'].key must differ from that of 'Owl', got 'owl'. "
            "Give each badge a key of its own.",
        ),
        (
            badges(OWL, attrs.evolve(BAT, requires=["owl", "eagle"])),
            InvalidValueError,
            f"badges['bat'].requires is not the key of a badge, got 'eagle'. {KNOWN}",
        ),
        (
            badges(attrs.evolve(OWL, requires=["owl"])),
            InvalidValueError,
            "badges['owl'].requires must not lead back to the badge itself, got 'owl'. "
            "Leave out one of those that require each other.",
        ),
        (
            badges(OWL, "bat"),
            InvalidTypeError,
            "badges[1] must be of type Badge, got 'bat'.",
        ),
        (
            lambda: any_badges(7),
            InvalidTypeError,
            "badges must be several, such as a list of them, got 7. Put a single one in a list.",
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


def test_badges_that_require_each_other_are_refused_by_one_of_them() -> None:
    cat = attrs.evolve(OWL, number=4, key="cat", requires=["bat"])
    with pytest.raises(InvalidValueError) as caught:
        check_badges([attrs.evolve(OWL, requires=["cat"]), BAT, cat])
    requires = {"owl": "cat", "bat": "owl", "cat": "bat"}
    assert str(caught.value) in {
        f"badges[{key!r}].requires must not lead back to the badge itself, got {required!r}. "
        "Leave out one of those that require each other."
        for key, required in requires.items()
    }

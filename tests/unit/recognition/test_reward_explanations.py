"""Each part of a reward is explained, and what can't be split is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from mainstay import InvalidTypeError, InvalidValueError, NaiveDatetimeError
from mainstay.recognition import (
    Argument,
    EnglishRewardPhrases,
    RewardPolicy,
    RewardSplit,
    split_pool,
)

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
#: SPEC §6's third vector, with a creator who is paid.
SPLIT = split_pool(
    1001,
    votes={"ada": "no", "bob": "no", "cyd": "yes", "dan": "no", "eve": "yes", "fay": "no"},
    verdict="no",
    arguments=[Argument("a-1", "gil", NOON, 5), Argument("a-2", "cyd", NOON, 5)],
    creator="ada",
    policy=RewardPolicy(creator_from=7),
)
evolve: Any = attrs.evolve
any_pool: Any = split_pool
any_split: Any = SPLIT
any_policy: Any = RewardPolicy


def told(split: RewardSplit, user_id: str) -> list[tuple[str, float, str]]:
    return [(part.component, part.points, part.text) for part in split.explain_award(user_id)]


def test_each_group_is_explained_with_its_part() -> None:
    """Of 1001: 40 %, then 80 % of 30 %, 20 % and 10 %."""
    assert [(part.component, part.text) for part in SPLIT.explanations] == [
        ("winners", "40 % for voting on the verdict's side: 4 people equally."),
        ("arguments", "30 % for the best arguments: 2 places taken."),
        ("participants", "20 % for taking part: 7 people equally."),
        ("creator", "10 % for the creator."),
        ("undistributed", "60 not distributed."),
    ]
    parts = [part.points for part in SPLIT.explanations]
    assert parts == pytest.approx([400.4, 240.24, 200.2, 100.1, 60], abs=1e-12)
    assert all(part.maximum is None for part in SPLIT.explanations)


def test_a_group_without_anybody_says_so() -> None:
    nobody = split_pool(1000, votes={}, verdict="no", arguments=[])
    assert [(part.points, part.text) for part in nobody.explanations] == [
        (0, "Nobody voted on the verdict's side, so 40 % has no taker."),
        (0, "No argument had a vote, so 30 % has no taker."),
        (0, "Nobody took part, so 20 % has no taker."),
        (
            0,
            "10 % has no taker: the creator must be known, and at least 100 people must take part.",
        ),
        (1000, "1,000 not distributed."),
    ]


def test_one_place_and_one_participant_are_not_several() -> None:
    alone = split_pool(
        10,
        votes={},
        verdict="no",
        arguments=[Argument("a-1", "gil", NOON, 1)],
        policy=RewardPolicy(creator_from=1),
    )
    texts = [part.text for part in alone.explanations]
    assert texts[1] == "30 % for the best arguments: 1 place taken."
    assert texts[2:4] == [
        "20 % for taking part: one person.",
        "10 % has no taker: the creator must be known, and at least 1 person must take part.",
    ]


@pytest.mark.parametrize(
    ("least", "text"),
    [
        (0, "10 % has no taker: the creator must be known."),
        (
            2000,
            "10 % has no taker: the creator must be known, and at least 2,000 people must take "
            "part.",
        ),
    ],
)
def test_why_nobody_gets_the_creator_s_part_is_said(least: int, text: str) -> None:
    alone = split_pool(
        10, votes={"ada": "no"}, verdict="no", arguments=[], policy=RewardPolicy(creator_from=least)
    )
    assert alone.explanations[3].text == text


def test_an_award_is_explained_role_by_role() -> None:
    """1001 · 0.4 / 4 = 100.1, 1001 · 0.2 / 7 = 28.6, 1001 · 0.1 = 100.1: 228.8 in all."""
    assert SPLIT.awards["ada"] == 229
    components, points, texts = zip(*told(SPLIT, "ada"), strict=True)
    assert components == ("winners", "participants", "creator", "rounding")
    assert points == pytest.approx((100.1, 28.6, 100.1, 0.2), abs=1e-12)
    assert texts == (
        "You voted on the verdict's side: one of 4 equal parts of 40 %.",
        "You took part: one of 7 equal parts of 20 %.",
        "You created the case: 10 %.",
        "Rounded up to whole units.",
    )


def test_an_author_s_place_is_explained() -> None:
    """1001 · 0.3 · 0.3 = 90.09, and 28.6: 118.69 in all."""
    assert SPLIT.awards["cyd"] == 118
    components, points, texts = zip(*told(SPLIT, "cyd"), strict=True)
    assert components == ("arguments", "participants", "rounding")
    assert points == pytest.approx((90.09, 28.6, -0.69), abs=1e-12)
    assert texts[0] == "Your argument took place 2: 30 % of 30 %."
    assert texts[-1] == "Rounded down to whole units."


def test_each_of_an_author_s_places_is_explained() -> None:
    several = [Argument("a-1", "gil", NOON, 2), Argument("a-2", "gil", NOON, 1)]
    split = split_pool(100, votes={}, verdict="no", arguments=several)
    assert told(split, "gil") == [
        ("arguments", 15, "Your argument took place 1: 50 % of 30 %."),
        ("arguments", 9, "Your argument took place 2: 30 % of 30 %."),
        ("participants", 20, "You took part: all of 20 %."),
    ]


def test_a_creator_who_took_no_part_is_paid_for_the_case_alone() -> None:
    split = split_pool(
        100,
        votes={"ada": "no"},
        verdict="no",
        arguments=[],
        creator="zoe",
        policy=RewardPolicy(creator_from=1),
    )
    assert told(split, "zoe") == [("creator", 10, "You created the case: 10 %.")]


def test_parts_that_make_a_whole_number_are_not_rounded() -> None:
    """100 · 0.4 / 3 + 100 · 0.2 / 3 is 20, though neither part is a whole number."""
    votes = dict.fromkeys(["ada", "bob", "cyd"], "no")
    split = split_pool(100, votes=votes, verdict="no", arguments=[])
    assert dict(split.awards) == {"ada": 20, "bob": 20, "cyd": 20}
    assert [name for name, _, _ in told(split, "ada")] == ["winners", "participants"]


def test_a_split_speaks_in_the_words_it_is_given() -> None:
    class German(EnglishRewardPhrases):
        def creator_of(self, per_cent: int) -> str:
            return f"Es ist dein Fall: {per_cent} %."

        def undistributed(self, amount: int) -> str:
            return f"{amount} bleiben übrig."

    assert SPLIT.explain(German())[-1].text == "60 bleiben übrig."
    assert SPLIT.explain_award("ada", German())[2].text == "Es ist dein Fall: 10 %."


NOT_OFFSET = (
    "at has no UTC offset, got datetime.datetime(2024, 5, 1, 12, 0). "
    "Say where it was read: value.replace(tzinfo=ZoneInfo('Europe/Berlin'))."
)


def pool(amount: object = 1, **options: object) -> Callable[[], object]:
    given = {"votes": {}, "verdict": "no", "arguments": [], **options}
    return lambda: any_pool(amount, **given)


def split(**fields: object) -> Callable[[], object]:
    return lambda: evolve(SPLIT, **fields)


def policy(**shares: object) -> Callable[[], object]:
    return lambda: any_policy(**shares)


TWICE = [Argument("a-1", "ada", NOON), Argument("a-1", "bob", NOON)]
GROUPS = "winners + arguments + participants + creator"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            pool(-1),
            InvalidValueError,
            "pool must be between 0 and 9007199254740991, got -1. "
            "Give 0 if there is nothing to split. Count a larger pool in larger units.",
        ),
        (pool(1.0), InvalidTypeError, "pool must be an integer, got 1.0. Pass int(value)."),
        (pool(verdict=""), InvalidValueError, "verdict must not be empty, got ''."),
        (
            pool(votes=[("ada", "no")]),
            InvalidTypeError,
            "votes must map user ids to sides, got [('ada', 'no')]. Such as {'ada': 'no'}.",
        ),
        (
            pool(votes={"ada": True}),
            InvalidTypeError,
            "votes['ada'] must be a string, got True.",
        ),
        (pool(votes={"ada": ""}), InvalidValueError, "votes['ada'] must not be empty, got ''."),
        (pool(votes={7: "no"}), InvalidTypeError, "a user in votes must be a string, got 7."),
        (
            pool(arguments=["a-1"]),
            InvalidTypeError,
            "arguments must be of type Argument, got 'a-1'.",
        ),
        (
            pool(arguments=None),
            InvalidTypeError,
            "arguments must be several, such as a list of them, got None. "
            "Put a single one in a list.",
        ),
        (
            pool(arguments=TWICE),
            InvalidValueError,
            "id of an argument must differ from that of every other argument, got 'a-1'. "
            "Give each argument once, with an id of its own.",
        ),
        (pool(creator=""), InvalidValueError, "creator must not be empty, got ''."),
        (pool(policy=None), InvalidTypeError, "policy must be of type RewardPolicy, got None."),
        (
            policy(winners=50),
            InvalidValueError,
            f"{GROUPS} must add up to 100, not to 110, got (50, 30, 20, 10). "
            "Change another share along with the one you changed.",
        ),
        (
            policy(places=[50, 30]),
            InvalidValueError,
            "places must add up to 100, not to 80, got (50, 30). "
            "Change another share along with the one you changed.",
        ),
        (
            policy(places=[]),
            InvalidValueError,
            "places must add up to 100, not to 0, got (). "
            "Change another share along with the one you changed.",
        ),
        (
            policy(places=[150, -50]),
            InvalidValueError,
            "places[0] must be between 0 and 100, got 150. Give 40 for 40 %.",
        ),
        (
            policy(creator=-1),
            InvalidValueError,
            "creator must be between 0 and 100, got -1. Give 40 for 40 %.",
        ),
        (policy(winners=40.5), InvalidTypeError, "winners must be an integer, got 40.5."),
        (
            policy(creator_from=-1),
            InvalidValueError,
            "creator_from must be at least 0, got -1. Give 0 to pay a known creator always.",
        ),
        (
            split(winners=frozenset({"zoe"})),
            InvalidValueError,
            "winners must be among the participants, got 'zoe'. "
            "Voters and authors are all participants: add who is missing.",
        ),
        (
            split(top=("zoe",)),
            InvalidValueError,
            "top must be among the participants, got 'zoe'. "
            "Voters and authors are all participants: add who is missing.",
        ),
        (
            split(top=("ada", "bob", "cyd", "dan")),
            InvalidValueError,
            "top must be at most 3, got ('ada', 'bob', 'cyd', 'dan'). "
            "The policy has no more places: leave out the authors after them.",
        ),
        (split(top=("",)), InvalidValueError, "top[0] must not be empty, got ''."),
        (
            split(winners={"ada"}),
            InvalidTypeError,
            "winners must be of type frozenset, got {'ada'}.",
        ),
        (
            split(participants=frozenset({7})),
            InvalidTypeError,
            "participants must be a string, got 7.",
        ),
        (
            lambda: SPLIT.explain_award("zoe"),
            InvalidValueError,
            "user_id has no part in this pool, got 'zoe'. Ask for somebody who is in awards.",
        ),
        (
            lambda: any_split.explain_award(["ada"]),
            InvalidTypeError,
            "user_id must be a string, got ['ada'].",
        ),
        (
            lambda: SPLIT.explain_award(""),
            InvalidValueError,
            "user_id must not be empty, got ''.",
        ),
        (
            lambda: Argument("a-1", "ada", NOON.replace(tzinfo=None)),
            NaiveDatetimeError,
            NOT_OFFSET,
        ),
        (
            lambda: Argument("a-1", "ada", NOON, votes=-1),
            InvalidValueError,
            "votes must be at least 0, got -1. Give 0 if nobody voted for it.",
        ),
        (lambda: Argument("", "ada", NOON), InvalidValueError, "id must not be empty, got ''."),
    ],
)
def test_a_refusal_says_what_was_wrong(
    call: Callable[[], object], error: type[InvalidValueError], message: str
) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message
    assert type(caught.value) is error

"""Rankings, against the vectors of SPEC §6 and boards ranked by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from typing import Any

import pytest

from mainstay import InvalidTypeError, InvalidValueError, NaiveDatetimeError
from mainstay.recognition import Ranked, Rung, ladder, neighbours, rank, rank_for
from mainstay.recognition.leaderboards import Ties, places_after, rank_under

#: SPEC §6, whose users are in no order.
TOTALS = {"gil": -20, "bob": 250, "ada": 300, "dan": 250, "fay": 0, "cyd": 250, "eve": 100}
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
any_rank: Any = rank
any_rank_for: Any = rank_for
any_ladder: Any = ladder
any_neighbours: Any = neighbours


class Unsigned(int):
    """An integer of 32 bits without a sign, as numpy's ``uint32``: -1 is 4294967295."""

    def __neg__(self) -> Unsigned:
        return Unsigned(int.__neg__(self) % 2**32)


@pytest.mark.parametrize(
    ("ties", "ranks"),
    [
        ("competition", [1, 2, 2, 2, 5, 6, 7]),
        ("dense", [1, 2, 2, 2, 3, 4, 5]),
        ("ordinal", [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_the_vectors_of_the_contract(ties: Ties, ranks: list[int]) -> None:
    ranking = rank(TOTALS, ties=ties)
    assert [place.rank for place in ranking] == ranks
    assert [place.user_id for place in ranking] == "ada bob cyd dan eve fay gil".split()
    assert [place.total for place in ranking] == [300, 250, 250, 250, 100, 0, -20]


def test_without_one_of_the_250s_the_others_close_the_ranks() -> None:
    ranking = rank(TOTALS, exclude=["cyd"])
    assert [place.rank for place in ranking] == [1, 2, 2, 4, 5, 6]
    assert [place.user_id for place in ranking] == "ada bob dan eve fay gil".split()


def test_the_earliest_of_a_tie_comes_first_and_then_the_smaller_id() -> None:
    reached = dict.fromkeys(TOTALS, NOON) | {"dan": NOON - timedelta(seconds=1)}
    ranking = rank(TOTALS, ties="earliest", reached=reached)
    assert [place.rank for place in ranking] == [1, 2, 3, 4, 5, 6, 7]
    assert [place.user_id for place in ranking] == "ada dan bob cyd eve fay gil".split()


def test_when_others_reached_theirs_does_not_matter_to_the_earliest() -> None:
    ranking = rank({"ada": 1, "bob": 2}, ties="earliest", reached={"ada": NOON}, among=["ada"])
    assert ranking == (Ranked(1, "ada", 1),)


def test_friends_are_ranked_among_themselves_and_strangers_stay_unlisted() -> None:
    ranking = rank(TOTALS, among=["gil", "dan", "bob", "zoe"])
    assert ranking == (Ranked(1, "bob", 250), Ranked(1, "dan", 250), Ranked(3, "gil", -20))
    assert rank(TOTALS, among=[]) == ()


def test_the_order_inside_a_tie_is_that_of_code_points() -> None:
    ranking = rank(dict.fromkeys(["é", "b", "Z", "a"], 1), ties="ordinal")
    assert [place.user_id for place in ranking] == ["Z", "a", "b", "é"]


def test_totals_of_different_types_tie_if_they_are_equal() -> None:
    assert [place.rank for place in rank({"ada": 1, "bob": 1.0, "cyd": 0.5})] == [1, 1, 3]
    assert [place.rank for place in rank({"ada": 0.0, "bob": -0.0})] == [1, 1]


#: The highest last, and none of them told from the others by a sign that unsigned integers lack,
#: or by the two digits of a small context.
UNSIGNED = [Unsigned(0), Unsigned(7), Unsigned(7), Unsigned(300)]
LONG = [Decimal("100.1"), Decimal("100.2"), Decimal("100.2"), Decimal("100.3")]


@pytest.mark.parametrize(
    ("ties", "order"),
    [
        ("competition", "dan bob cyd ada"),
        ("dense", "dan bob cyd ada"),
        ("ordinal", "dan bob cyd ada"),
        ("earliest", "dan cyd bob ada"),
    ],
)
@pytest.mark.parametrize("totals", [UNSIGNED, LONG], ids=["unsigned", "long"])
def test_totals_are_compared_as_they_are(
    ties: Ties, order: str, totals: list[Unsigned] | list[Decimal]
) -> None:
    reached = {user: NOON + timedelta(hours=-ord(user[0])) for user in ("ada", "bob", "cyd", "dan")}
    with localcontext(prec=2):
        ranking = any_rank(dict(zip(reached, totals, strict=True)), ties=ties, reached=reached)
    assert [place.user_id for place in ranking] == order.split()


@pytest.mark.parametrize("totals", [UNSIGNED, LONG], ids=["unsigned", "long"])
def test_a_page_goes_on_by_totals_as_they_are(totals: list[Unsigned] | list[Decimal]) -> None:
    """After the first of the two who share a total: the other, and who has least."""
    with localcontext(prec=2):
        ranking = any_rank(dict(zip(["ada", "bob", "cyd", "dan"], totals, strict=True)))
        rest = places_after(ranking, ranking[1], "competition")
    assert [place.user_id for place in rest] == ["cyd", "ada"]


@pytest.mark.parametrize(
    ("user", "count", "around"),
    [
        ("cyd", 1, "bob cyd dan"),
        ("cyd", 0, "cyd"),
        ("ada", 2, "ada bob cyd"),
        ("gil", 2, "eve fay gil"),
        ("dan", 99, "ada bob cyd dan eve fay gil"),
        ("zoe", 2, ""),
    ],
)
def test_neighbours_are_those_before_and_after(user: str, count: int, around: str) -> None:
    found = neighbours(rank(TOTALS), user, count=count)
    assert [place.user_id for place in found] == around.split()


def test_two_neighbours_on_either_side_unless_said_otherwise() -> None:
    found = neighbours(rank(TOTALS), "dan")
    assert [place.user_id for place in found] == "bob cyd dan eve fay".split()


@pytest.mark.parametrize(
    ("total", "competition", "dense"),
    [(301, 1, 1), (300, 1, 1), (250, 2, 2), (101, 5, 3), (100, 5, 3), (-20, 7, 5), (-21, 8, 6)],
)
def test_a_total_has_a_rank_whether_somebody_has_it_or_not(
    total: int, competition: int, dense: int
) -> None:
    assert rank_for(total, TOTALS) == competition
    assert rank_for(total, TOTALS, ties="dense") == dense


def test_the_rank_of_a_total_is_among_those_who_count() -> None:
    assert rank_for(100, TOTALS, exclude=["cyd"]) == 4
    assert rank_for(100, TOTALS, among=["cyd", "dan", "fay"]) == 3
    assert rank_for(100, TOTALS, among=["cyd", "dan", "fay"], ties="dense") == 2


def test_a_ladder_has_a_rung_for_each_total() -> None:
    assert ladder(TOTALS.values()) == (
        Rung(total=300, users=1, above=0, totals_above=0),
        Rung(total=250, users=3, above=1, totals_above=1),
        Rung(total=100, users=1, above=4, totals_above=2),
        Rung(total=0, users=1, above=5, totals_above=3),
        Rung(total=-20, users=1, above=6, totals_above=4),
    )
    assert ladder([]) == ()


def test_under_a_rung_the_rank_counts_all_who_stand_on_it_and_above() -> None:
    rung = Rung(total=250, users=3, above=1, totals_above=1)
    assert rank_under(rung, "competition") == 5
    assert rank_under(rung, "dense") == 3
    assert rank_under(None, "competition") == rank_under(None, "dense") == 1


FOUR = "'competition', 'dense', 'ordinal', 'earliest'"
SEVERAL = "must be several, such as a list of them"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: any_rank({}, ties="random"),
            InvalidValueError,
            f"ties must be one of {FOUR}, got 'random'. "
            "The usual one is 'competition': 1, 2, 2, 4.",
        ),
        (
            lambda: any_rank({}, ties=[]),
            InvalidValueError,
            f"ties must be one of {FOUR}, got []. The usual one is 'competition': 1, 2, 2, 4.",
        ),
        (
            lambda: any_rank([("ada", 250)]),
            InvalidTypeError,
            "totals must map user ids to totals, got [('ada', 250)]. Such as {'ada': 250}.",
        ),
        (
            lambda: any_rank({7: 250}),
            InvalidTypeError,
            "a user in totals must be a string, got 7.",
        ),
        (
            lambda: any_rank({"ada": math.nan}),
            InvalidValueError,
            "totals['ada'] must be finite, got nan. Leave out users without a total.",
        ),
        (
            lambda: any_rank({"ada": -math.inf}),
            InvalidValueError,
            "totals['ada'] must be finite, got -inf. Leave out users without a total.",
        ),
        (
            lambda: any_rank({"ada": True}),
            InvalidTypeError,
            "totals['ada'] must be a number, got True.",
        ),
        (
            lambda: any_rank({}, exclude="ada"),
            InvalidTypeError,
            f"exclude {SEVERAL}, got 'ada'. Put a single one in a list.",
        ),
        (
            lambda: any_rank({}, among=[7]),
            InvalidTypeError,
            "among must be a string, got 7.",
        ),
        (
            lambda: any_rank({"ada": 1}, ties="earliest"),
            InvalidValueError,
            "reached must say when 'ada' reached their total, got None. "
            "Ranking by who was earliest needs it of everybody listed.",
        ),
        (
            lambda: any_rank({"ada": 1}, ties="earliest", reached={}),
            InvalidValueError,
            "reached must say when 'ada' reached their total, got {}. "
            "Ranking by who was earliest needs it of everybody listed.",
        ),
        (
            lambda: any_rank({"ada": 1}, ties="earliest", reached=[NOON]),
            InvalidTypeError,
            "reached must map user ids to instants, "
            "got [datetime.datetime(2024, 5, 1, 12, 0, tzinfo=datetime.timezone.utc)]. "
            "Such as {'ada': datetime(2024, 5, 1, 12, tzinfo=UTC)}.",
        ),
        (
            lambda: any_rank({"a": 1}, ties="earliest", reached={"a": NOON.replace(tzinfo=None)}),
            NaiveDatetimeError,
            "reached['a'] has no UTC offset, got datetime.datetime(2024, 5, 1, 12, 0). "
            "Say where it was read: value.replace(tzinfo=ZoneInfo('Europe/Berlin')).",
        ),
        (
            lambda: any_rank_for(1, {}, ties="earliest"),
            InvalidValueError,
            "ties must be 'competition' or 'dense', got 'earliest'. "
            "Other ranks depend on more than the total.",
        ),
        (
            lambda: any_rank_for(1, {}, ties="random"),
            InvalidValueError,
            f"ties must be one of {FOUR}, got 'random'. "
            "The usual one is 'competition': 1, 2, 2, 4.",
        ),
        (
            lambda: any_rank_for(math.inf, {}),
            InvalidValueError,
            "total must be finite, got inf. Ask for a total that somebody can have.",
        ),
        (
            lambda: neighbours((), "ada", count=-1),
            InvalidValueError,
            "count must be at least 0, got -1. Give 0 for their own place alone.",
        ),
        (lambda: neighbours((), ""), InvalidValueError, "user_id must not be empty, got ''."),
        (
            lambda: any_neighbours(5, "ada"),
            InvalidTypeError,
            f"ranking {SEVERAL}, got 5. Put a single one in a list.",
        ),
        (
            lambda: any_neighbours({"ada": 250}, "ada"),
            InvalidTypeError,
            "ranking must be of type Ranked, got 'ada'.",
        ),
        (lambda: any_ladder([0.5]), InvalidTypeError, "totals must be an integer, got 0.5."),
        (
            lambda: any_ladder(5),
            InvalidTypeError,
            f"totals {SEVERAL}, got 5. Put a single one in a list.",
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


def test_any_mapping_can_be_ranked() -> None:
    totals: Mapping[str, float] = {"ada": 44.5, "bob": 88}
    assert rank(totals) == (Ranked(1, "bob", 88), Ranked(2, "ada", 44.5))


@pytest.mark.parametrize(
    ("ties", "after", "rest"),
    [
        # Cyd had 250 on the page before, and has by now 250, another total, or is not listed.
        ("competition", Ranked(2, "cyd", 250), "dan eve fay gil"),
        ("competition", Ranked(2, "cyd", 251), "bob cyd dan eve fay gil"),
        ("ordinal", Ranked(3, "cat", 250), "cyd dan eve fay gil"),
        ("earliest", Ranked(3, "cyd", 250), "bob eve fay gil"),
        ("earliest", Ranked(3, "cyd", 260), "dan cyd bob eve fay gil"),
        ("earliest", Ranked(3, "cat", 250), "dan cyd bob eve fay gil"),
    ],
)
def test_a_page_goes_on_wherever_its_last_user_is_by_now(
    ties: Ties, after: Ranked[int], rest: str
) -> None:
    reached = {user: NOON + timedelta(hours=-ord(user[0])) for user in TOTALS}
    ranking = rank(TOTALS, ties=ties, reached=reached)
    assert [place.user_id for place in places_after(ranking, after, ties)] == rest.split()

"""A pool, split to the last unit: the vectors of SPEC §6, and contests counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mainstay.recognition import MOST_POINTS, Argument, RewardPolicy, RewardSplit, split_pool

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
STANDARD = RewardPolicy()
HUNDRED = [f"u{n:03}" for n in range(100)]


def argument(author: str, votes: int = 0, hours: int = 0, named: str | None = None) -> Argument:
    return Argument(named or f"a-{author}", author, NOON + timedelta(hours=hours), votes)


def split(
    pool: int,
    right: str = "",
    wrong: str = "",
    arguments: tuple[Argument, ...] = (),
    creator: str | None = None,
    policy: RewardPolicy = STANDARD,
) -> RewardSplit:
    votes = dict.fromkeys(right.split(), "no") | dict.fromkeys(wrong.split(), "yes")
    return split_pool(
        pool, votes=votes, verdict="no", arguments=arguments, creator=creator, policy=policy
    )


def shared(split: RewardSplit) -> tuple[dict[str, int], int]:
    return dict(split.awards), split.undistributed


VECTOR = split(
    1001,
    "ada bob dan fay",
    "cyd eve",
    (argument("gil", 5), argument("cyd", 5, hours=1), argument("ada", 0)),
)


def test_the_first_vector_of_the_contract() -> None:
    found = split(1, "ada", "bob")
    assert shared(found) == ({"ada": 1, "bob": 0}, 0)


def test_the_second_vector_of_the_contract() -> None:
    found = split(100, "", "ada bob cyd")
    assert shared(found) == ({"ada": 7, "bob": 7, "cyd": 6}, 80)


def test_the_third_vector_of_the_contract() -> None:
    right = dict.fromkeys(["ada", "bob", "dan", "fay"], 129)
    assert VECTOR.awards == {**right, "cyd": 118, "eve": 28, "gil": 179}
    assert VECTOR.undistributed == 160
    assert VECTOR.top == ("gil", "cyd")  # gil was first, and nobody voted for ada's


def test_the_fourth_vector_of_the_contract() -> None:
    best = tuple(argument(user, votes) for user, votes in zip(HUNDRED, (9, 8, 7), strict=False))
    wrong = [user for n, user in enumerate(HUNDRED) if n % 3]
    found = split(999, " ".join(HUNDRED[::3]), " ".join(wrong), best, creator="u000")
    expected = dict.fromkeys(HUNDRED, 2)
    expected |= dict.fromkeys(HUNDRED[3:76:3], 14) | dict.fromkeys(HUNDRED[78::3], 13)
    expected |= {"u000": 263, "u001": 92, "u002": 62}
    assert shared(found) == (expected, 0)


def test_awards_are_in_the_order_of_the_user_ids() -> None:
    assert list(VECTOR.awards) == ["ada", "bob", "cyd", "dan", "eve", "fay", "gil"]


def test_a_pool_of_0_gives_everybody_0() -> None:
    found = split(0, "ada", "bob", (argument("cyd", 1),))
    assert shared(found) == ({"ada": 0, "bob": 0, "cyd": 0}, 0)


def test_without_anybody_nothing_is_distributed() -> None:
    found = split(100)
    assert shared(found) == ({}, 100)


def test_without_voters_authors_get_their_parts() -> None:
    """15 for the first place and 20 for taking part; 40, 15 and 10 have no taker."""
    found = split(100, arguments=(argument("gil", 1),))
    assert shared(found) == ({"gil": 35}, 65)


def test_an_argument_without_a_vote_takes_no_place_but_its_author_took_part() -> None:
    found = split(100, arguments=(argument("gil"), argument("hal", 1)))
    assert found.top == ("hal",)
    assert shared(found) == ({"gil": 10, "hal": 25}, 65)


def test_who_does_everything_gets_everything() -> None:
    mine = tuple(argument("ada", votes, named=f"a-{votes}") for votes in (1, 2, 3))
    found = split(1001, "ada", arguments=mine, creator="ada", policy=RewardPolicy(creator_from=1))
    assert shared(found) == ({"ada": 1001}, 0)


def test_an_author_may_take_two_places() -> None:
    """1000: 150 + 90 for gil's places, 60 for hal's, 100 for each who took part."""
    several = (argument("gil", 5, named="a-1"), argument("gil", 4, named="a-2"), argument("hal", 3))
    found = split(1000, arguments=several)
    assert shared(found) == ({"gil": 340, "hal": 160}, 500)


def test_a_fourth_argument_takes_no_place() -> None:
    four = tuple(argument(user, votes) for user, votes in zip("abcd", (5, 4, 3, 2), strict=True))
    assert split(1000, arguments=four).top == ("a", "b", "c")


@pytest.mark.parametrize(
    ("several", "first"),
    [
        ((argument("gil", 1), argument("hal", 2)), "hal"),
        ((argument("gil", 2, hours=1), argument("hal", 2)), "hal"),
        ((argument("gil", 2, named="a-2"), argument("hal", 2, named="a-1")), "hal"),
        ((argument("hal", 2, named="a-1"), argument("gil", 2, named="a-2")), "hal"),
    ],
)
def test_places_follow_from_votes_then_time_then_id(
    several: tuple[Argument, ...], first: str
) -> None:
    assert split(100, arguments=several).top[0] == first


def test_the_creator_is_paid_from_100_participants_on() -> None:
    """Each of the 100 gets 2 of 200; 40 % and 30 % have no taker."""
    found = split(1000, "", " ".join(HUNDRED), creator="zoe")
    assert found.creator_paid
    assert shared(found) == ({**dict.fromkeys(HUNDRED, 2), "zoe": 100}, 700)


def test_the_creator_is_not_paid_by_99_participants() -> None:
    """200 / 99 is 2 and a bit: the two units left over go to the smallest ids."""
    most = HUNDRED[:99]
    found = split(1000, "", " ".join(most), creator="zoe")
    assert not found.creator_paid
    expected = {**dict.fromkeys(most, 2), "u000": 3, "u001": 3}
    assert shared(found) == (expected, 800)


def test_an_unknown_creator_is_not_paid() -> None:
    found = split(1000, "", " ".join(HUNDRED))
    assert not found.creator_paid
    assert shared(found) == (dict.fromkeys(HUNDRED, 2), 800)


def test_in_a_tie_of_remainders_what_has_no_taker_is_last() -> None:
    """Half a unit for ada, and half that no argument takes."""
    halves = RewardPolicy(winners=50, arguments=50, participants=0, creator=0)
    found = split(1, "ada", policy=halves)
    assert shared(found) == ({"ada": 1}, 0)


def test_the_largest_remainder_may_be_of_what_has_no_taker() -> None:
    """0.2 for ada, and 0.8 for nobody."""
    found = split(1, "", "ada")
    assert shared(found) == ({"ada": 0}, 1)


def test_who_voted_on_the_other_side_gets_something_for_taking_part() -> None:
    """Half of 140 for ada and bob each, and a quarter of 60 for each of the four."""
    shares = RewardPolicy(winners=70, arguments=0, participants=30, creator=0)
    found = split(200, "ada bob", "cyd dan", policy=shares)
    assert found.awards == {"ada": 85, "bob": 85, "cyd": 15, "dan": 15}


def test_the_largest_pool_is_split_to_the_unit() -> None:
    """Beyond whole units, ada has 0.5, bob 0.1, and nobody 0.4: ada gets the one left over."""
    found = split(MOST_POINTS, "ada", "bob")
    tenth = 900_719_925_474_099  # and 0.1 more
    assert 10 * tenth + 1 == MOST_POINTS
    assert found.awards == {"ada": 5 * tenth + 1, "bob": tenth}
    assert found.undistributed == 4 * tenth


def test_places_may_be_any_number() -> None:
    policy = RewardPolicy(places=(100,), arguments=60, winners=0, participants=40, creator=0)
    several = [argument("gil", 2), argument("hal", 1)]
    found = split_pool(10, votes={}, verdict="no", arguments=several, policy=policy)
    assert found.awards == {"gil": 8, "hal": 2}


def test_the_standard_policy_is_that_of_the_contract() -> None:
    assert RewardPolicy() == RewardPolicy(
        winners=40, arguments=30, places=(50, 30, 20), participants=20, creator=10, creator_from=100
    )


def test_a_split_as_plain_data_says_everything() -> None:
    assert split(1, "ada", "bob").to_dict() == {
        "pool": 1,
        "awards": {"ada": 1, "bob": 0},
        "undistributed": 0,
        "explanations": [
            "40 % for voting on the verdict's side: one person.",
            "No argument had a vote, so 30 % has no taker.",
            "20 % for taking part: 2 people equally.",
            "10 % has no taker: the creator must be known, and at least 100 people must take part.",
            "In whole units, nothing is left over.",
        ],
    }

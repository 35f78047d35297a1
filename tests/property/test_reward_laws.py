"""The laws of splitting a pool, against a second implementation in fractions."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from mainstay.recognition import MOST_POINTS, Argument, RewardPolicy, RewardSplit, split_pool
from mainstay.testing import strategies
from tests import effort

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
users = strategies.user_ids()


class Contest(NamedTuple):
    pool: int
    votes: dict[str, str]
    arguments: list[Argument]
    creator: str | None
    policy: RewardPolicy

    def split(self) -> RewardSplit:
        return split_pool(
            self.pool,
            votes=self.votes,
            verdict="no",
            arguments=self.arguments,
            creator=self.creator,
            policy=self.policy,
        )


def contests(most: int = MOST_POINTS) -> st.SearchStrategy[Contest]:
    return st.builds(
        Contest,
        st.integers(0, min(most, 1000)) | st.integers(0, most),
        st.dictionaries(users, st.sampled_from(["yes", "no"]), max_size=12),
        st.lists(strategies.arguments(), max_size=6, unique_by=lambda argument: argument.id),
        st.none() | users,
        strategies.reward_policies(),
    )


def exact_shares(contest: Contest) -> dict[str, Fraction]:
    """What each would get if units could be cut, by SPEC §6."""
    policy = contest.policy
    participants = {*contest.votes, *(argument.author for argument in contest.arguments)}
    winners = [user for user, side in contest.votes.items() if side == "no"]
    voted_for = [argument for argument in contest.arguments if argument.votes > 0]
    voted_for.sort(key=lambda argument: argument.id)
    voted_for.sort(key=lambda argument: argument.at)
    voted_for.sort(key=lambda argument: argument.votes, reverse=True)
    shares = dict.fromkeys(participants, Fraction(0))
    for user in winners:
        shares[user] += Fraction(contest.pool * policy.winners, 100 * len(winners))
    for argument, place in zip(voted_for, policy.places, strict=False):
        shares[argument.author] += Fraction(contest.pool * policy.arguments * place, 10_000)
    for user in participants:
        shares[user] += Fraction(contest.pool * policy.participants, 100 * len(participants))
    if contest.creator is not None and len(participants) >= policy.creator_from:
        shares.setdefault(contest.creator, Fraction(0))
        shares[contest.creator] += Fraction(contest.pool * policy.creator, 100)
    return shares


def split_by_hand(contest: Contest) -> tuple[dict[str, int], int]:
    """Round all down, then up one by one: the largest remainder first, and nobody's last."""
    shares: dict[tuple[bool, str], Fraction] = {
        (False, user): share for user, share in exact_shares(contest).items()
    }
    shares[True, ""] = contest.pool - sum(shares.values(), Fraction(0))
    units = {taker: math.floor(share) for taker, share in shares.items()}
    remainders = sorted(shares, key=lambda taker: (units[taker] - shares[taker], taker))
    for taker in remainders[: contest.pool - sum(units.values())]:
        units[taker] += 1
    undistributed = units.pop((True, ""))
    return {user: share for (_, user), share in units.items()}, undistributed


@given(contests())
def test_a_split_is_that_of_the_contract_done_in_fractions(contest: Contest) -> None:
    split = contest.split()
    assert (dict(split.awards), split.undistributed) == split_by_hand(contest)


@given(contests())
def test_nothing_is_lost_and_nobody_owes(contest: Contest) -> None:
    split = contest.split()
    assert sum(split.awards.values()) + split.undistributed == contest.pool
    assert min([*split.awards.values(), split.undistributed]) >= 0


@given(contests())
def test_each_award_is_within_one_unit_of_the_exact_share(contest: Contest) -> None:
    """So is what has no taker; and who has the larger share never has the smaller award."""
    split, shares = contest.split(), exact_shares(contest)
    assert split.awards.keys() == shares.keys()
    assert all(abs(split.awards[user] - share) < 1 for user, share in shares.items())
    nobody = contest.pool - sum(shares.values(), Fraction(0))
    assert abs(split.undistributed - nobody) < 1
    by_share = sorted(shares, key=lambda user: (shares[user], user))
    for less, more in pairwise(by_share):
        if shares[less] < shares[more]:
            assert split.awards[less] <= split.awards[more]
        else:  # the smaller id comes first
            assert split.awards[less] - split.awards[more] in {0, 1}


@given(contests(), st.data())
def test_the_order_of_votes_and_arguments_does_not_matter(
    contest: Contest, data: st.DataObject
) -> None:
    votes = dict(data.draw(st.permutations(list(contest.votes.items()))))
    arguments = data.draw(st.permutations(contest.arguments))
    shuffled = contest._replace(votes=votes, arguments=arguments).split()
    assert shuffled == contest.split()
    assert list(shuffled.awards) == sorted(shuffled.awards)


@given(contests())
def test_the_parts_of_an_award_add_up_to_it_exactly(contest: Contest) -> None:
    split = contest.split()
    for user, award in split.awards.items():
        assert math.fsum(part.points for part in split.explain_award(user)) == award


@given(contests())
def test_rounding_goes_where_it_says_and_only_where_units_are_cut(contest: Contest) -> None:
    split = contest.split()
    for user, share in exact_shares(contest).items():
        parts = split.explain_award(user)
        rounded = [part for part in parts if part.component == "rounding"]
        assert not rounded or share != split.awards[user]
        for part in rounded:
            up = split.awards[user] > share
            assert (part.points > 0) is up
            assert part.text == f"Rounded {'up' if up else 'down'} to whole units."
        assert all(part.points >= 0 for part in parts if part not in rounded)


@given(contests(10**6))
def test_what_each_is_told_makes_what_the_groups_are_told(contest: Contest) -> None:
    """Each group's part is that of all its people, and says how many they are."""
    split = contest.split()
    told: Counter[str] = Counter()
    points: dict[str, list[float]] = {}
    for user in split.awards:
        for part in split.explain_award(user):
            told[part.component] += 1
            points.setdefault(part.component, []).append(part.points)
    groups = {part.component: part for part in split.explanations}
    for name in ("winners", "arguments", "participants", "creator"):
        assert abs(groups[name].points - math.fsum(points.get(name, []))) < 1e-6
        taken = name == "creator" or "has no taker" not in groups[name].text
        assert taken or not told[name]
    assert told["creator"] == split.creator_paid
    assert ("for the creator." in groups["creator"].text) is split.creator_paid
    assert told["winners"] == len(split.winners)
    assert told["participants"] == len(split.participants)
    assert told["arguments"] == len(split.top)
    rounded = math.fsum(part.points for part in split.explanations)
    assert abs(rounded - contest.pool) < len(split.awards) + 1


@given(contests())
def test_equals_are_told_the_same(contest: Contest) -> None:
    """Whether they were rounded up or down can differ, and nothing else."""
    split = contest.split()
    told: dict[tuple[Any, ...], set[tuple[str, ...]]] = {}
    for user in split.awards:
        roles = (
            user in split.winners,
            user in split.participants,
            user == split.creator,
            *(place for place, author in enumerate(split.top) if author == user),
        )
        texts = tuple(
            part.text for part in split.explain_award(user) if part.component != "rounding"
        )
        told.setdefault(roles, set()).add(texts)
    assert all(len(texts) == 1 for texts in told.values())


def random_contest(chance: random.Random) -> Contest:
    """A contest of up to 250 people, in which many argue and many vote for one another."""
    people = [f"u{n:03}" for n in range(chance.randrange(250))]
    voters = [user for user in people if chance.random() < 0.8]
    arguing = [user for user in people if chance.random() < 0.1]
    return Contest(
        chance.choice([chance.randrange(1000), chance.randrange(MOST_POINTS)]),
        {user: chance.choice(["yes", "no"]) for user in voters},
        [
            Argument(f"a-{n}", user, NOON + timedelta(hours=chance.randrange(3)), n % 4)
            for n, user in enumerate(arguing)
        ],
        chance.choice([None, "u000", "zoe"]),
        RewardPolicy(),
    )


def test_in_a_great_many_contests_no_unit_is_lost() -> None:
    """10,000 in the thorough profile."""
    chance = random.Random(6)
    for _ in range(effort.scaled(400)):
        contest = random_contest(chance)
        split = contest.split()
        assert sum(split.awards.values()) + split.undistributed == contest.pool
        assert min([*split.awards.values(), split.undistributed]) >= 0

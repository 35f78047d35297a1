"""The strategies of contests aim where they say, and take what they are given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from mainstay.contest import (
    CaseStatus,
    ClosedCase,
    ContestPolicy,
    LedgerEntry,
    Reward,
    RewardState,
    Secret,
    Seen,
    verify_chain,
)
from mainstay.testing import strategies

T = TypeVar("T")
ONE_IS_ENOUGH = settings(max_examples=3000, database=None, phases=[Phase.generate])
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def assert_found(strategy: st.SearchStrategy[T], wanted: Callable[[T], bool]) -> None:
    assert wanted(find(strategy, wanted, settings=ONE_IS_ENOUGH))


@pytest.mark.parametrize("status", CaseStatus)
def test_cases_have_come_as_far_as_they_can(status: CaseStatus) -> None:
    assert_found(strategies.cases(), lambda case: case.status is status)


def test_cases_have_two_sides_and_more_a_creator_and_none() -> None:
    assert_found(strategies.cases(), lambda case: case.sides == ("yes", "no"))
    assert_found(strategies.cases(), lambda case: len(case.sides) > 2)
    assert_found(strategies.cases(), lambda case: case.creator is None)
    assert_found(strategies.cases(), lambda case: case.creator is not None)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda closed: not closed.voters,
        lambda closed: closed.winners and len(closed.winners) < len(closed.voters),
        lambda closed: closed.voters and not closed.winners,
        lambda closed: closed.top,
        lambda closed: closed.split.undistributed == 0 < closed.split.pool,
    ],
)
def test_closed_cases_have_winners_and_places_and_none(
    wanted: Callable[[ClosedCase], bool],
) -> None:
    assert_found(strategies.closed_cases(), lambda closed: bool(wanted(closed)))


@pytest.mark.parametrize("state", RewardState)
def test_rewards_have_every_state(state: RewardState) -> None:
    assert_found(strategies.rewards(), lambda reward: reward.state is state)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda reward: reward.state is RewardState.PROCESSING and reward.round > 0,
        lambda reward: reward.state is RewardState.COMPLETED and reward.round > 0,
        lambda reward: reward.state is RewardState.PROCESSING and len(reward.misses) == 2,
        lambda reward: reward.state is RewardState.FAILED and len(reward.misses) == 2,
    ],
)
def test_rewards_were_taken_back_paid_again_missed_and_lost(
    wanted: Callable[[Reward], bool],
) -> None:
    assert_found(strategies.rewards(), wanted)


@given(strategies.rewards(submitted=True))
def test_submitted_rewards_are_not_queued(reward: Reward) -> None:
    assert reward.state is not RewardState.QUEUED


@pytest.mark.parametrize("seen", Seen)
def test_sightings_are_of_every_kind(seen: Seen) -> None:
    assert_found(strategies.sightings(), lambda sighting: sighting.seen is seen)


def test_sightings_are_shallow_and_final_and_say_what_is_there_or_not() -> None:
    assert_found(strategies.sightings(), lambda sighting: sighting.confirmations == 1)
    assert_found(strategies.sightings(), lambda sighting: sighting.confirmations == 12)
    assert_found(strategies.sightings(), lambda sighting: sighting.payload is not None)


@pytest.mark.parametrize("count", [0, 1, -1])
def test_settlements_credit_take_back_and_do_neither(count: int) -> None:
    assert_found(
        strategies.settlements(),
        lambda settled: sum((c.amount > 0) - (c.amount < 0) for c in settled.credits) == count,
    )


@given(strategies.chains())
def test_chains_are_whole(chain: tuple[LedgerEntry, ...]) -> None:
    assert verify_chain(chain) == chain[-1].head


@pytest.mark.parametrize("length", [0, 1, 5])
def test_heads_are_of_chains_with_and_without_entries(length: int) -> None:
    assert_found(strategies.chain_heads(), lambda head: head.length == length)


def test_policies_are_the_standard_one_and_others() -> None:
    assert_found(strategies.contest_policies(), lambda policy: policy == ContestPolicy())
    assert_found(strategies.contest_policies(), lambda policy: policy.pool == 0)
    assert_found(strategies.contest_policies(), lambda policy: policy.final > policy.confirmations)


@given(st.data())
def test_what_they_are_given_they_keep_to(data: st.DataObject) -> None:
    at = st.just(NOON)
    assert data.draw(strategies.cases(st.just(CaseStatus.OPEN))).status is CaseStatus.OPEN
    vote = data.draw(strategies.case_votes(st.just("perhaps"), at))
    assert (vote.side, vote.at) == ("perhaps", NOON)
    assert data.draw(strategies.case_arguments(at)).at == NOON
    argument_vote = data.draw(strategies.argument_votes(st.just("a-1"), at))
    assert (argument_vote.argument_id, argument_vote.at) == ("a-1", NOON)
    assert data.draw(strategies.secrets(st.just("no"))).verdict == "no"


def test_drafts_have_ids_of_their_own_and_none() -> None:
    assert_found(strategies.case_drafts(), lambda draft: draft.id is None)
    assert_found(strategies.case_drafts(), lambda draft: draft.id is not None)


def test_a_failing_test_does_not_print_the_secret_that_was_drawn() -> None:
    @settings(max_examples=1, database=None, phases=[Phase.generate])
    @given(strategies.secrets(st.just("the hidden side")), st.data())
    def fails(secret: Secret, data: st.DataObject) -> None:
        assert data.draw(st.just([secret])) == [secret]
        raise ValueError("so that it is printed")

    with pytest.raises(ValueError, match="printed") as caught:
        fails()
    printed = "".join(caught.value.__notes__)
    assert "Secret(...)" in printed
    assert "hidden" not in printed

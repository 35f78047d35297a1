"""The laws of contests: what a commitment is to, and closing against a second implementation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mainstay import CommitmentError, IllegalMoveError
from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseStatus,
    CaseVote,
    ClosedCase,
    Commitment,
    ContestPolicy,
    Secret,
    Verification,
    close_case,
    commit,
    preimage,
    reveal,
)
from mainstay.recognition import Argument, split_pool
from mainstay.testing import strategies

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
BEGIN, END = NOON, NOON + DAY
NONCE = bytes(range(32))
DRAFT = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
COMMITMENT, SECRET = commit(DRAFT, "no", NONCE)
OPEN = DRAFT.opened(NOON, lasting=DAY)
evolve: Any = attrs.evolve


@st.composite
def committed(draw: st.DrawFn) -> tuple[Case, Commitment, Secret]:
    case = draw(strategies.cases())
    nonce = draw(st.binary(min_size=32, max_size=32))
    return case, *commit(case, draw(st.sampled_from(case.sides)), nonce)


@given(committed())
def test_a_secret_opens_its_own_commitment(made: tuple[Case, Commitment, Secret]) -> None:
    case, commitment, secret = made
    assert reveal(commitment, secret) == secret.verdict
    assert Commitment.of(case, commitment.digest) == commitment


@given(committed(), committed())
def test_no_other_secret_opens_it_and_it_opens_no_other(
    made: tuple[Case, Commitment, Secret], other: tuple[Case, Commitment, Secret]
) -> None:
    (_, commitment, secret), (_, others, theirs) = made, other
    assume(preimage(commitment, secret) != preimage(others, theirs))
    with pytest.raises(CommitmentError):
        reveal(attrs.evolve(others, digest=commitment.digest), theirs)
    with pytest.raises(CommitmentError):
        reveal(attrs.evolve(commitment, digest=others.digest), secret)


@st.composite
def changed_texts(draw: st.DrawFn, text: str) -> str:
    """A text of which one character was changed, put in or left out."""
    place = draw(st.integers(0, len(text)))
    put = draw(st.text(max_size=1))
    changed = text[:place] + put + text[place + draw(st.integers(0, 1)) :]
    assume(changed not in {text, ""})
    return changed


@given(st.data(), st.sampled_from(["case_id", "question", "digest"]))
def test_any_change_of_the_case_breaks_it(data: st.DataObject, field: str) -> None:
    text: str = getattr(COMMITMENT, field)
    if field == "digest":
        place = data.draw(st.integers(0, 63))
        digit = data.draw(st.sampled_from([d for d in "0123456789abcdef" if d != text[place]]))
        changed = text[:place] + digit + text[place + 1 :]
    else:
        changed = data.draw(changed_texts(text))
    with pytest.raises(CommitmentError):
        reveal(evolve(COMMITMENT, **{field: changed}), SECRET)


@given(st.data())
def test_any_change_of_the_sides_breaks_it(data: st.DataObject) -> None:
    """One more, one less, another order, or another text."""
    sides = ["yes", "no", "it depends"]
    commitment, secret = commit(attrs.evolve(DRAFT, sides=sides), "no", NONCE)
    texts = st.sampled_from([*sides, "never"]) | changed_texts(data.draw(st.sampled_from(sides)))
    other = data.draw(st.lists(texts, min_size=2, max_size=4, unique=True))
    assume(other != sides)
    with pytest.raises(CommitmentError):
        reveal(attrs.evolve(commitment, sides=other), secret)


@given(st.data())
def test_any_changed_byte_of_the_nonce_or_the_verdict_breaks_it(data: st.DataObject) -> None:
    place, byte = data.draw(st.integers(0, 31)), data.draw(st.integers(0, 255))
    nonce = NONCE[:place] + bytes([byte]) + NONCE[place + 1 :]
    verdict = data.draw(st.just("no") | changed_texts("no"))
    assume((nonce, verdict) != (NONCE, "no"))
    with pytest.raises(CommitmentError):
        reveal(COMMITMENT, Secret(verdict, nonce))


class Contest(NamedTuple):
    """All that closing a case takes."""

    case: Case
    votes: Sequence[CaseVote]
    arguments: Sequence[Argument]
    argument_votes: Sequence[ArgumentVote]
    policy: ContestPolicy

    def closed(self, **changed: Any) -> ClosedCase:
        given: dict[str, Any] = {"commitment": COMMITMENT, "secret": SECRET}
        given |= {"status": "verified", "now": END, "policy": self.policy, **changed}
        return close_case(self.case, self.votes, self.arguments, self.argument_votes, **given)


people = st.sampled_from(["ada", "bob", "cyd", "dan", "eve"])
moments = st.sampled_from(
    [BEGIN - MICROSECOND, BEGIN, BEGIN + MICROSECOND, NOON + DAY / 2, END - MICROSECOND, END]
) | st.timedeltas(timedelta(hours=-30), timedelta(hours=30)).map(NOON.__add__)
ids = st.sampled_from(["1", "2", "9", "10", "a", "B"])
votes = st.builds(CaseVote, ids, people, st.sampled_from(["yes", "no", "perhaps"]), moments)
arguments = st.builds(Argument, ids, people, moments, st.integers(0, 9))
argument_votes = st.builds(ArgumentVote, ids, people, moments)
contests = st.builds(
    Contest,
    st.sampled_from([OPEN, attrs.evolve(OPEN, creator="zoe"), attrs.evolve(OPEN, creator="ada")]),
    st.lists(votes, max_size=6, unique_by=lambda vote: vote.id),
    st.lists(arguments, max_size=6, unique_by=lambda argument: argument.id),
    st.lists(argument_votes, max_size=20),
    strategies.contest_policies(),
)


def by_hand(contest: Contest) -> tuple[dict[str, str], list[Argument]]:
    """What counts, by SPEC §7: each user's side, and the arguments with their votes."""

    def counts(at: datetime) -> bool:
        return at >= BEGIN and not at >= END

    sides: dict[str, str] = {}
    for vote in sorted(contest.votes, key=lambda vote: vote.id):
        valid = [
            other
            for other in contest.votes
            if other.user_id == vote.user_id and other.side != "perhaps" and counts(other.at)
        ]
        if valid:
            earliest = min(other.at for other in valid)
            first = min(other.id for other in valid if other.at == earliest)
            sides[vote.user_id] = next(other.side for other in valid if other.id == first)
    counted: list[Argument] = []
    for argument in contest.arguments:
        if counts(argument.at):
            voters: set[str] = set()
            for upvote in contest.argument_votes:
                if upvote.argument_id == argument.id and counts(upvote.at):
                    voters.add(upvote.user_id)
            voters.discard(argument.author)
            counted.append(Argument(argument.id, argument.author, argument.at, len(voters)))
    return sides, counted


@given(contests)
def test_closing_counts_as_the_contract_says(contest: Contest) -> None:
    closed = contest.closed()
    sides, counted = by_hand(contest)
    assert closed.case == attrs.evolve(contest.case, status=CaseStatus.CLOSED)
    assert closed.verdict == "no"
    assert closed.voters == tuple(sorted(sides))
    assert closed.winners == tuple(sorted(user for user in sides if sides[user] == "no"))
    best = sorted(counted, key=lambda argument: argument.id)
    best.sort(key=lambda argument: argument.at)
    best.sort(key=lambda argument: argument.votes, reverse=True)
    voted_for = [argument for argument in best if argument.votes > 0]
    assert list(closed.top) == voted_for[: len(contest.policy.rewards.places)]
    assert closed.split == split_pool(
        contest.policy.pool,
        votes=sides,
        verdict="no",
        arguments=counted,
        creator=contest.case.creator,
        policy=contest.policy.rewards,
    )
    assert closed.split.participants == {*sides, *(argument.author for argument in counted)}


@given(contests)
def test_no_unit_of_the_pool_is_lost(contest: Contest) -> None:
    split = contest.closed().split
    assert sum(split.awards.values()) + split.undistributed == contest.policy.pool


@given(contests, st.data())
def test_the_order_in_which_things_come_does_not_matter(
    contest: Contest, data: st.DataObject
) -> None:
    shuffled = contest._replace(
        votes=data.draw(st.permutations(contest.votes)),
        arguments=data.draw(st.permutations(contest.arguments)),
        argument_votes=data.draw(st.permutations(contest.argument_votes)),
    )
    assert shuffled.closed() == contest.closed()


@given(contests)
def test_what_comes_twice_counts_once(contest: Contest) -> None:
    twice = contest._replace(
        votes=[*contest.votes, *contest.votes],
        arguments=[*contest.arguments, *contest.arguments],
        argument_votes=[*contest.argument_votes, *contest.argument_votes],
    )
    assert twice.closed() == contest.closed()


outside = st.one_of(
    st.timedeltas(MICROSECOND, 9 * DAY).map(lambda early: BEGIN - early),
    st.timedeltas(timedelta(0), 9 * DAY).map(lambda late: END + late),
)


@given(contests, st.data())
def test_what_comes_early_or_late_changes_nothing(contest: Contest, data: st.DataObject) -> None:
    more_votes = st.builds(CaseVote, st.just("more"), people, st.just("no"), outside)
    more_arguments = st.builds(Argument, st.just("more"), people, outside)
    more_upvotes = st.builds(ArgumentVote, st.just("more") | ids, people, outside)
    more = contest._replace(
        votes=[data.draw(more_votes), *contest.votes],
        arguments=[data.draw(more_arguments), *contest.arguments],
        argument_votes=[*data.draw(st.lists(more_upvotes)), *contest.argument_votes],
    )
    assert more.closed() == contest.closed()


@given(contests, people, st.sampled_from(["yes", "no"]), st.timedeltas(MICROSECOND, DAY))
def test_who_has_voted_cannot_change_their_side(
    contest: Contest, user: str, side: str, later: timedelta
) -> None:
    first = CaseVote("first", user, "no", BEGIN)
    others = [vote for vote in contest.votes if vote.user_id != user]
    more = [CaseVote("0", user, side, BEGIN + later), *others, first]
    once = contest._replace(votes=[*others, first]).closed()
    assert contest._replace(votes=more).closed() == once
    assert user in once.winners


@given(contests, st.timedeltas(timedelta(0), 400 * DAY))
def test_when_it_is_closed_does_not_matter(contest: Contest, late: timedelta) -> None:
    assert contest.closed(now=END + late) == contest.closed()


@given(contests, st.timedeltas(MICROSECOND, 400 * DAY))
def test_before_its_end_it_is_not_closed(contest: Contest, early: timedelta) -> None:
    with pytest.raises(IllegalMoveError):
        contest.closed(now=END - early)


REFUSALS: list[Callable[[Contest], object]] = [
    lambda contest: contest._replace(case=DRAFT).closed(),
    lambda contest: contest._replace(case=OPEN.closed(END)).closed(),
    *[
        lambda contest, status=status: contest.closed(status=status)
        for status in Verification
        if status is not Verification.VERIFIED
    ],
    lambda contest: contest.closed(secret=Secret("yes", NONCE)),
    lambda contest: contest.closed(secret=Secret("no", NONCE[::-1])),
    lambda contest: contest.closed(commitment=evolve(COMMITMENT, case_id="case-0002")),
]


@pytest.mark.parametrize("refused", REFUSALS)
@given(contests)
def test_whatever_was_voted_what_must_not_close_does_not(
    refused: Callable[[Contest], object], contest: Contest
) -> None:
    with pytest.raises((IllegalMoveError, CommitmentError)):
        refused(contest)

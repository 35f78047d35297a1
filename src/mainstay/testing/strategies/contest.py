"""Contests: cases, what people do about them, rewards on their way, and chains of entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.contest.cases import ArgumentVote, Case, CaseArgument, CaseStatus, CaseVote
from mainstay.contest.chain import ChainHead, LedgerEntry
from mainstay.contest.commitment import Commitment, Secret, commit
from mainstay.contest.drafts import CaseDraft
from mainstay.contest.policy import ContestPolicy
from mainstay.contest.settlement import Reward, Settlement, Sighting, settle
from mainstay.recognition.points import MOST_POINTS
from mainstay.recognition.reward_policy import RewardPolicy
from mainstay.testing.strategies.activity import user_ids
from mainstay.testing.strategies.calendar import instants, later
from mainstay.testing.strategies.making import made
from mainstay.testing.strategies.recognition import reward_policies

__all__ = [
    "argument_votes",
    "case_arguments",
    "case_drafts",
    "case_votes",
    "cases",
    "chain_heads",
    "chains",
    "commitments",
    "contest_policies",
    "ledger_entries",
    "rewards",
    "secrets",
    "settlements",
    "sightings",
]


# What is drawn again and again is made once: Hypothesis checks and labels each new strategy.
_IDS = st.integers(1, 9999).map("{:04}".format) | user_ids()
_SIDES = st.sampled_from([("yes", "no"), ("yes", "no", "it depends")]) | st.lists(
    user_ids(), min_size=2, max_size=4, unique=True
).map(tuple)
NONCES: SearchStrategy[bytes] = st.binary(min_size=32, max_size=32)
_DAY, _MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
_SPANS = st.just(_DAY) | st.timedeltas(_MICROSECOND, 400 * _DAY)
_AMOUNTS = st.integers(1, 1000) | st.integers(1, MOST_POINTS)
_CONFIRMATIONS = st.sampled_from([1, 11, 12]) | st.integers(1, 10**6)
_WAITS = st.sampled_from([timedelta(0), timedelta(seconds=30), timedelta(hours=1), _DAY]) | (
    st.timedeltas(timedelta(0), 2 * _DAY)
)
_DIGESTS = st.binary(min_size=32, max_size=32).map(bytes.hex)
_SIGHTINGS = st.one_of(
    st.sampled_from([Sighting("pending"), Sighting("not_found"), Sighting("failed")]),
    made(Sighting, st.just("confirmed"), _CONFIRMATIONS, st.none() | _DIGESTS),
    made(Sighting, st.just("pending"), payload=_DIGESTS),
)
_LOOKS = st.lists(st.tuples(_WAITS, _SIGHTINGS), max_size=5)
_ADDED = st.lists(st.tuples(_WAITS, _IDS, user_ids()), min_size=1, max_size=5)


@st.composite
def cases(draw: DrawFn, status: SearchStrategy[CaseStatus] | None = None) -> Case:
    """Cases, of two sides or more, as they come into being.

    Args:
        status: How far they have come; anywhere by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(cases(st.just(CaseStatus.OPEN)))
        ... def test_a_vote_at_the_end_is_late(case):
        ...     begin, end = case.span()
        ...     assert case.takes_at(begin) and not case.takes_at(end)
        >>> test_a_vote_at_the_end_is_late()
    """
    draft = Case(draw(_IDS), draw(user_ids()), draw(_SIDES), draw(st.none() | user_ids()))
    reached = draw(st.sampled_from(CaseStatus) if status is None else status)
    if reached is CaseStatus.DRAFT:
        return draft
    opened = draft.opened(draw(instants()), lasting=draw(_SPANS))
    return opened if reached is CaseStatus.OPEN else opened.closed(opened.span()[1])


@st.composite
def case_drafts(draw: DrawFn) -> CaseDraft:
    """Cases that are still to be committed to; their verdicts are not printed.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(case_drafts())
        ... def test_a_verdict_is_one_of_the_sides(draft):
        ...     assert draft.verdict in draft.sides
        >>> test_a_verdict_is_one_of_the_sides()
    """
    sides = draw(_SIDES)
    verdict, creator = draw(st.sampled_from(sides)), draw(st.none() | user_ids())
    return CaseDraft(draw(user_ids()), sides, verdict, creator, draw(st.none() | _IDS))


def secrets(verdict: SearchStrategy[str] | None = None) -> SearchStrategy[Secret]:
    """Secrets that are drawn, and so are not secret; they are not printed all the same.

    Args:
        verdict: Their verdicts; any text by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(secrets(verdict=st.just("the hidden side")))
        ... def test_a_failing_test_prints_no_secret(secret):
        ...     assert secret.verdict not in repr(secret)
        >>> test_a_failing_test_prints_no_secret()
    """
    return made(Secret, user_ids() if verdict is None else verdict, NONCES)


@st.composite
def commitments(draw: DrawFn) -> Commitment:
    """Commitments to one of the sides of a case.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(commitments())
        ... def test_a_digest_is_a_sha_256(commitment):
        ...     assert len(bytes.fromhex(commitment.digest)) == 32
        >>> test_a_digest_is_a_sha_256()
    """
    case = draw(cases())
    return commit(case, draw(st.sampled_from(case.sides)), draw(NONCES))[0]


def case_votes(
    side: SearchStrategy[str] | None = None, at: SearchStrategy[datetime] | None = None
) -> SearchStrategy[CaseVote]:
    """Votes for sides of a case.

    Args:
        side: For which; for yes or no by default.
        at: When; at any instant by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(st.lists(case_votes(side=st.just("no"))))
        ... def test_they_all_win(votes):
        ...     assert {vote.side for vote in votes} <= {"no"}
        >>> test_they_all_win()
    """
    return st.builds(
        CaseVote,
        _IDS,
        user_ids(),
        st.sampled_from(["yes", "no"]) if side is None else side,
        instants() if at is None else at,
    )


def case_arguments(at: SearchStrategy[datetime] | None = None) -> SearchStrategy[CaseArgument]:
    """Arguments as they were written.

    Args:
        at: When; at any instant by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(case_arguments())
        ... def test_what_counts_has_its_author(argument):
        ...     assert argument.argument.author == argument.author
        >>> test_what_counts_has_its_author()
    """
    return st.builds(CaseArgument, _IDS, user_ids(), user_ids(), instants() if at is None else at)


def argument_votes(
    argument_id: SearchStrategy[str] | None = None, at: SearchStrategy[datetime] | None = None
) -> SearchStrategy[ArgumentVote]:
    """Votes for arguments.

    Args:
        argument_id: For which; for any by default.
        at: When; at any instant by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(argument_votes(st.just("argument-7")))
        ... def test_it_is_for_the_argument(vote):
        ...     assert vote.argument_id == "argument-7"
        >>> test_it_is_for_the_argument()
    """
    return st.builds(
        ArgumentVote,
        _IDS if argument_id is None else argument_id,
        user_ids(),
        instants() if at is None else at,
    )


def contest_policies() -> SearchStrategy[ContestPolicy]:
    """How contests go: the standard way, or any other.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(contest_policies())
        ... def test_what_is_final_was_confirmed_before(policy):
        ...     assert 1 <= policy.confirmations <= policy.final
        >>> test_what_is_final_was_confirmed_before()
    """
    return st.just(ContestPolicy()) | made(
        _contest_policy,
        st.integers(0, 1000) | st.integers(0, MOST_POINTS),
        reward_policies(),
        st.lists(_CONFIRMATIONS, min_size=2, max_size=2),
        st.lists(_SPANS, min_size=3, max_size=3),
        st.integers(1, 1000),
    )


def _contest_policy(
    pool: int,
    rewards: RewardPolicy,
    depths: list[int],
    spans: list[timedelta],
    most: int,
) -> ContestPolicy:
    (confirmations, final), (lasting, lost_after, misses_apart) = sorted(depths), spans
    return ContestPolicy(
        pool=pool,
        lasting=lasting,
        rewards=rewards,
        confirmations=confirmations,
        final=final,
        lost_after=lost_after,
        misses_apart=misses_apart,
        most=most,
    )


def sightings() -> SearchStrategy[Sighting]:
    """How transactions look on a ledger, of which some say what is under their key.

    Examples:
        >>> from hypothesis import find
        >>> find(sightings(), lambda sighting: sighting.seen == "not_found").confirmations
        0
    """
    return _SIGHTINGS


@st.composite
def rewards(draw: DrawFn, *, submitted: bool = False) -> Reward:
    """Rewards: queued, and after a few looks at a ledger that is slow, forgets and recalls.

    Args:
        submitted: Leave out those that are queued.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(rewards(submitted=True))
        ... def test_it_was_submitted(reward):
        ...     assert reward.submitted_at is not None and reward.state != "queued"
        >>> test_it_was_submitted()
    """
    reward = Reward(draw(_DIGESTS), draw(user_ids()), draw(_IDS), draw(_AMOUNTS))
    if not submitted and draw(st.booleans()):
        return reward
    now = draw(instants())
    reward = reward.submitted(now)
    for wait, sighting in draw(_LOOKS):
        now = later(now, wait)
        reward = settle(reward, sighting, now=now).reward
    return reward


def settlements() -> SearchStrategy[Settlement]:
    """What looks at rewards came to.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(settlements())
        ... def test_credits_are_of_the_whole_amount(settlement):
        ...     amount = settlement.reward.amount
        ...     assert {abs(credit.amount) for credit in settlement.credits} <= {amount}
        >>> test_credits_are_of_the_whole_amount()
    """
    return made(settle, rewards(submitted=True), _SIGHTINGS, now=instants())


def chains() -> SearchStrategy[tuple[LedgerEntry, ...]]:
    """Whole chains of one to five entries.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay.contest import verify_chain
        >>> @settings(max_examples=1)
        ... @given(chains())
        ... def test_a_whole_chain_verifies(chain):
        ...     assert verify_chain(chain) == chain[-1].head
        >>> test_a_whole_chain_verifies()
    """
    return made(_chain, instants(), _ADDED)


def _chain(at: datetime, added: list[tuple[timedelta, str, str]]) -> tuple[LedgerEntry, ...]:
    head, entries = ChainHead(), list[LedgerEntry]()
    for wait, key, payload in added:
        at += wait
        place = head.length + 1
        entry = LedgerEntry(
            sequence=place, at=at, key=f"{place}:{key}", payload=payload, previous=head.digest
        )
        entries.append(entry)
        head = entry.head
    return tuple(entries)


def _heads(chain: Sequence[LedgerEntry]) -> list[ChainHead]:
    return [ChainHead(), *(entry.head for entry in chain)]


def ledger_entries() -> SearchStrategy[LedgerEntry]:
    """Entries of whole chains.

    Examples:
        >>> import attrs
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(ledger_entries())
        ... def test_a_changed_entry_is_not_intact(entry):
        ...     changed = attrs.evolve(entry, payload=f"not {entry.payload}")
        ...     assert entry.is_intact and not changed.is_intact
        >>> test_a_changed_entry_is_not_intact()
    """
    return chains().flatmap(st.sampled_from)


def chain_heads() -> SearchStrategy[ChainHead]:
    """Heads of whole chains, also of one without entries.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(chain_heads())
        ... def test_a_noted_head_can_be_read(head):
        ...     assert ChainHead.parse(str(head)) == head
        >>> test_a_noted_head_can_be_read()
    """
    return chains().map(_heads).flatmap(st.sampled_from)

"""Contests as stores, files and configurations have them."""

from __future__ import annotations

from datetime import timedelta

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseArgument,
    CaseStatus,
    CaseVote,
    ClosedCase,
    Commitment,
    ContestPolicy,
    Reward,
    RewardState,
    Verification,
    commit,
)
from mainstay.jobs import ContestTable, plan_closing
from mainstay.ports import (
    ArgumentStanding,
    CaseClosing,
    CaseOutcome,
    DueCase,
    KeptCase,
    VerifiedContests,
    WholeCaseDict,
    case_dict,
)
from mainstay.ports.case_dicts import argument_dict, reward_dict
from mainstay.reading import Contribution
from mainstay.testing.strategies.contest import (
    NONCES,
    argument_votes,
    case_arguments,
    case_votes,
    cases,
    chain_heads,
    commitments,
    contest_policies,
    rewards,
)
from mainstay.testing.strategies.making import made

__all__ = [
    "argument_standings",
    "case_closings",
    "case_outcomes",
    "closed_cases",
    "contest_tables",
    "contributions",
    "due_cases",
    "kept_cases",
    "verified_contests",
    "whole_cases",
]

_MICROSECOND = timedelta(microseconds=1)
_COUNTS = st.integers(0, 1000)
_NOT_CLOSED = st.sampled_from([CaseStatus.DRAFT, CaseStatus.OPEN])


def closed_cases() -> SearchStrategy[ClosedCase]:
    """Cases that were closed, with a few votes and arguments, also without any.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(closed_cases())
        ... def test_winners_are_among_the_voters(closed):
        ...     assert {*closed.winners} <= {*closed.voters} <= {*closed.split.participants}
        >>> test_winners_are_among_the_voters()
    """
    return case_closings().map(lambda closing: closing.closed)


@st.composite
def due_cases(draw: DrawFn) -> DueCase:
    """Cases that are over and verified, with all that belongs to them.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay.jobs import plan_closing
        >>> @settings(max_examples=1)
        ... @given(due_cases())
        ... def test_it_can_be_closed_when_it_is_over(due):
        ...     closing = plan_closing(due, now=due.kept.case.closes_at)
        ...     assert closing.closed.verdict == due.secret.verdict
        >>> test_it_can_be_closed_when_it_is_over()
    """
    case = draw(cases(st.just(CaseStatus.OPEN)))
    begin, end = case.span()
    commitment, secret = commit(case, draw(st.sampled_from(case.sides)), draw(NONCES))
    around = st.sampled_from([begin - _MICROSECOND, begin, end - _MICROSECOND, end])
    votes = case_votes(st.sampled_from(case.sides), around)
    written = draw(st.lists(case_arguments(around), max_size=4, unique_by=lambda one: one.id))
    ids = st.sampled_from([argument.id for argument in written] or ["none"])
    return DueCase(
        KeptCase(case, commitment.digest, Verification.VERIFIED),
        secret,
        draw(st.lists(votes, max_size=6, unique_by=lambda vote: vote.id)),
        [argument.argument for argument in written],
        draw(st.lists(argument_votes(ids, around), max_size=6)),
    )


def case_closings() -> SearchStrategy[CaseClosing]:
    """What closing cases comes to, with and without notices.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(case_closings())
        ... def test_only_those_who_took_part_are_told(closing):
        ...     told = {entry.user_id for entry in closing.told()}
        ...     assert told <= {*closing.closed.split.participants}
        >>> test_only_those_who_took_part_are_told()
    """
    return made(_closing, due_cases(), contest_policies(), st.booleans())


def _closing(due: DueCase, policy: ContestPolicy, notices: bool) -> CaseClosing:
    _, end = due.kept.case.span()
    return plan_closing(due, now=end, policy=policy, notices=notices)


def kept_cases() -> SearchStrategy[KeptCase]:
    """Cases as stores have them, drafts, open and closed; their secrets are not printed.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(kept_cases())
        ... def test_only_a_closed_case_has_an_outcome(kept):
        ...     assert (kept.outcome is not None) == (kept.case.status is CaseStatus.CLOSED)
        >>> test_only_a_closed_case_has_an_outcome()
    """
    before = made(_kept, commitments(), cases(_NOT_CLOSED), st.sampled_from(Verification))
    return before | made(_closed, due_cases(), contest_policies())


def _kept(commitment: Commitment, case: Case, status: Verification) -> KeptCase:
    return KeptCase(case, commitment.digest, status)


def _closed(due: DueCase, policy: ContestPolicy) -> KeptCase:
    closing = _closing(due, policy, notices=False)
    return attrs.evolve(due.kept, case=closing.closed.case, outcome=closing.outcome(due.secret))


def case_outcomes() -> SearchStrategy[CaseOutcome]:
    """What is kept of closed cases; their secrets are not printed.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(case_outcomes())
        ... def test_the_pool_is_not_exceeded(outcome):
        ...     assert outcome.winners <= outcome.voters and outcome.undistributed <= outcome.pool
        >>> test_the_pool_is_not_exceeded()
    """
    return made(
        lambda due, policy: _closing(due, policy, notices=False).outcome(due.secret),
        due_cases(),
        contest_policies(),
    )


def argument_standings() -> SearchStrategy[ArgumentStanding]:
    """Arguments, and how they stand.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(argument_standings())
        ... def test_it_took_one_of_three_places_or_none(standing):
        ...     assert standing.place in {None, 1, 2, 3}
        >>> test_it_took_one_of_three_places_or_none()
    """
    return made(ArgumentStanding, case_arguments(), _COUNTS, st.none() | st.integers(1, 3))


def whole_cases() -> SearchStrategy[WholeCaseDict]:
    """Cases with what people did about them, as plain data.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(whole_cases())
        ... def test_each_reward_has_a_state(case):
        ...     assert sum(case["reward_states"].values()) == len(case["rewards"])
        >>> test_each_reward_has_a_state()
    """
    some = st.lists(argument_standings(), max_size=3), st.lists(rewards(), max_size=3)
    return made(_whole, kept_cases(), _COUNTS, *some)


def _whole(
    kept: KeptCase, votes: int, arguments: list[ArgumentStanding], paid: list[Reward]
) -> WholeCaseDict:
    states = [reward.state.value for reward in paid]
    return {
        **case_dict(kept),
        "votes": votes,
        "arguments": [*map(argument_dict, arguments)],
        "rewards": [*map(reward_dict, paid)],
        "reward_states": {state.value: states.count(state.value) for state in RewardState},
    }


def verified_contests() -> SearchStrategy[VerifiedContests]:
    """What was verified of contests.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay.contest import ChainHead
        >>> @settings(max_examples=1)
        ... @given(verified_contests())
        ... def test_its_head_can_be_noted(found):
        ...     assert ChainHead.parse(str(found.head)) == found.head
        >>> test_its_head_can_be_noted()
    """
    return made(VerifiedContests, _COUNTS, _COUNTS, _COUNTS, chain_heads())


def contributions() -> SearchStrategy[Contribution]:
    """Lines of files: votes, arguments, and votes for arguments.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(contributions())
        ... def test_lines_are_counted_from_one(contribution):
        ...     assert contribution.line >= 1
        >>> test_lines_are_counted_from_one()
    """
    what = case_votes() | case_arguments() | argument_votes()
    return made(_line, st.integers(1, 10**6), what, cases())


def _line(line: int, what: CaseVote | CaseArgument | ArgumentVote, case: Case) -> Contribution:
    about = what.argument_id if isinstance(what, ArgumentVote) else case.id
    return Contribution(line, about, what)


def contest_tables() -> SearchStrategy[ContestTable]:
    """What configurations say of contests.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(contest_tables())
        ... def test_cases_come_from_a_file_or_from_elsewhere(table):
        ...     assert table.cases in {None, "cases.jsonl"}
        >>> test_cases_come_from_a_file_or_from_elsewhere()
    """
    files = st.sampled_from([None, "cases.jsonl"])
    return made(ContestTable, policy=contest_policies(), cases=files)

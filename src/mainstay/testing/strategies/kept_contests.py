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
    """Cases that were closed, with a few votes and arguments, also without any."""
    return case_closings().map(lambda closing: closing.closed)


@st.composite
def due_cases(draw: DrawFn) -> DueCase:
    """Cases that are over and verified, with all that belongs to them."""
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
    """What closing cases comes to, with and without notices."""
    return made(_closing, due_cases(), contest_policies(), st.booleans())


def _closing(due: DueCase, policy: ContestPolicy, notices: bool) -> CaseClosing:
    _, end = due.kept.case.span()
    return plan_closing(due, now=end, policy=policy, notices=notices)


def kept_cases() -> SearchStrategy[KeptCase]:
    """Cases as stores have them, drafts, open and closed; their secrets are not printed."""
    before = made(_kept, commitments(), cases(_NOT_CLOSED), st.sampled_from(Verification))
    return before | made(_closed, due_cases(), contest_policies())


def _kept(commitment: Commitment, case: Case, status: Verification) -> KeptCase:
    return KeptCase(case, commitment.digest, status)


def _closed(due: DueCase, policy: ContestPolicy) -> KeptCase:
    closing = _closing(due, policy, notices=False)
    return attrs.evolve(due.kept, case=closing.closed.case, outcome=closing.outcome(due.secret))


def case_outcomes() -> SearchStrategy[CaseOutcome]:
    """What is kept of closed cases; their secrets are not printed."""
    return made(
        lambda due, policy: _closing(due, policy, notices=False).outcome(due.secret),
        due_cases(),
        contest_policies(),
    )


def argument_standings() -> SearchStrategy[ArgumentStanding]:
    """Arguments, and how they stand."""
    return made(ArgumentStanding, case_arguments(), _COUNTS, st.none() | st.integers(1, 3))


def whole_cases() -> SearchStrategy[WholeCaseDict]:
    """Cases with what people did about them, as plain data."""
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
    """What was verified of contests."""
    return made(VerifiedContests, _COUNTS, _COUNTS, _COUNTS, chain_heads())


def contributions() -> SearchStrategy[Contribution]:
    """Lines of files: votes, arguments, and votes for arguments."""
    what = case_votes() | case_arguments() | argument_votes()
    return made(_line, st.integers(1, 10**6), what, cases())


def _line(line: int, what: CaseVote | CaseArgument | ArgumentVote, case: Case) -> Contribution:
    about = what.argument_id if isinstance(what, ArgumentVote) else case.id
    return Contribution(line, about, what)


def contest_tables() -> SearchStrategy[ContestTable]:
    """What configurations say of contests."""
    files = st.sampled_from([None, "cases.jsonl"])
    return made(ContestTable, policy=contest_policies(), cases=files)

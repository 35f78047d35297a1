"""Contests as stores have them: cases that are over, that close, and that have closed."""

from __future__ import annotations

from datetime import timedelta

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.contest import (
    Case,
    CaseStatus,
    ClosedCase,
    Commitment,
    ContestPolicy,
    Verification,
    commit,
)
from mainstay.jobs import plan_closing
from mainstay.ports import CaseClosing, CaseOutcome, DueCase, KeptCase
from mainstay.testing.strategies.contest import (
    NONCES,
    argument_votes,
    case_arguments,
    case_votes,
    cases,
    commitments,
    contest_policies,
)
from mainstay.testing.strategies.making import made

__all__ = ["case_closings", "case_outcomes", "closed_cases", "due_cases", "kept_cases"]

_MICROSECOND = timedelta(microseconds=1)
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

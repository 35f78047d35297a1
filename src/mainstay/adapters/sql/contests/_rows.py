"""Rows of contests to values, and back."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy.engine import Row

from mainstay.adapters.sql.contests.tables import secrets
from mainstay.adapters.sql.reading import converted
from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseArgument,
    CaseVote,
    Secret,
    Verification,
)
from mainstay.errors import CorruptRowError
from mainstay.ports import CaseOutcome, KeptCase
from mainstay.recognition import Argument

__all__ = [
    "argument_of",
    "argument_row",
    "argument_vote_of",
    "argument_vote_row",
    "case_argument_of",
    "case_row",
    "kept_case",
    "outcome_row",
    "secret_of",
    "vote_of",
    "vote_row",
]


def case_row(kept: KeptCase) -> dict[str, object]:
    """Return the columns of a case, without what it came to."""
    case = kept.case
    return {
        "id": case.id,
        "question": case.question,
        "sides": json.dumps(case.sides),
        "creator": case.creator,
        "status": case.status.value,
        "opens_at": case.opens_at,
        "closes_at": case.closes_at,
        "slot": kept.slot,
        "digest": kept.digest,
        "verification": kept.verification.value,
    }


def outcome_row(outcome: CaseOutcome) -> dict[str, object]:
    """Return the columns of what a case came to."""
    return {
        "verdict": outcome.secret.verdict,
        "nonce": outcome.secret.nonce.hex(),
        "closed_at": outcome.closed_at,
        "voters": outcome.voters,
        "winners": outcome.winners,
        "participants": outcome.participants,
        "pool": outcome.pool,
        "undistributed": outcome.undistributed,
    }


def kept_case(row: Row[Any]) -> KeptCase:
    """Return the case in a row."""
    case = Case(
        row.id,
        row.question,
        converted("sides", row.sides, json.loads),
        row.creator,
        row.status,
        row.opens_at,
        row.closes_at,
    )
    verification = converted("verification", row.verification, Verification)
    return KeptCase(case, row.digest, verification, row.slot, _outcome(row))


def _outcome(row: Row[Any]) -> CaseOutcome | None:
    if row.closed_at is None:
        return None
    return CaseOutcome(
        Secret(row.verdict, converted("nonce", row.nonce, bytes.fromhex)),
        row.closed_at,
        row.voters,
        row.winners,
        row.participants,
        row.pool,
        row.undistributed,
    )


def secret_of(case_id: str, row: Row[Any] | None) -> Secret:
    """Return the secret in a row.

    Raises:
        CorruptRowError: There is none, or it can't be read. What it holds is not in the error.
    """
    if row is None:
        raise _corrupt_secret(case_id, "is missing")
    try:
        return Secret(row.verdict, bytes.fromhex(row.nonce))
    except (TypeError, ValueError) as error:
        raise _corrupt_secret(case_id, "can't be read") from error


def _corrupt_secret(case_id: str, problem: str) -> CorruptRowError:
    return CorruptRowError(
        problem,
        field=f"the secret of case {case_id!r} in {secrets.name}",
        remedy="Restore it from a backup. Without it the case can't be closed.",
    )


def vote_row(case_id: str, vote: CaseVote) -> dict[str, object]:
    """Return the columns of a vote."""
    return {
        "case_id": case_id,
        "id": vote.id,
        "user_id": vote.user_id,
        "side": vote.side,
        "at": vote.at,
    }


def vote_of(row: Row[Any]) -> CaseVote:
    """Return the vote in a row."""
    return CaseVote(row.id, row.user_id, row.side, row.at)


def argument_row(case_id: str, argument: CaseArgument) -> dict[str, object]:
    """Return the columns of an argument."""
    return {
        "id": argument.id,
        "case_id": case_id,
        "author": argument.author,
        "text": argument.text,
        "at": argument.at,
    }


def case_argument_of(row: Row[Any]) -> CaseArgument:
    """Return the argument in a row, with what it says."""
    return CaseArgument(row.id, row.author, row.text, row.at)


def argument_of(row: Row[Any]) -> Argument:
    """Return what is counted of the argument in a row."""
    return Argument(row.id, row.author, row.at)


def argument_vote_row(vote: ArgumentVote) -> dict[str, object]:
    """Return the columns of a vote for an argument."""
    return {"argument_id": vote.argument_id, "user_id": vote.user_id, "at": vote.at}


def argument_vote_of(row: Row[Any]) -> ArgumentVote:
    """Return the vote for an argument in a row."""
    return ArgumentVote(row.argument_id, row.user_id, row.at)

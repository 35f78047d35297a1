"""What a case takes: votes, arguments, and votes for arguments, while it is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar

import attrs

from mainstay import _checks as checks
from mainstay._reprs import in_utc
from mainstay.contest import ArgumentVote, Case, CaseArgument, CaseStatus, CaseVote
from mainstay.errors import RejectedError
from mainstay.ports._texts import require_storable

__all__ = [
    "by_id",
    "by_voter",
    "other_contents",
    "require_arguments",
    "require_new",
    "require_upvotes",
    "require_votes",
    "unknown",
]

T = TypeVar("T", CaseVote, CaseArgument)


def by_id(field: str, values: Iterable[T], kind: type[T]) -> dict[str, T]:
    """Return votes or arguments that any store can keep, by id.

    Raises:
        RejectedError: Two of one id differ, or a text can't be stored.
    """
    found: dict[str, T] = {}
    for value in checks.iterable(field, values):
        one = checks.instance(field, value, kind)
        for name in attrs.fields_dict(kind):
            if name != "at":
                require_storable(name, getattr(one, name))
        if found.setdefault(one.id, one) != one:
            raise other_contents("id", one.id)
    return found


def require_new(given: Mapping[str, T], there: Mapping[str, T]) -> dict[str, T]:
    """Return those votes or arguments that are not there yet, by id.

    Raises:
        RejectedError: One that is there says something else.
    """
    for key, value in given.items():
        if there.get(key, value) != value:
            raise other_contents("id", key)
    return {key: value for key, value in given.items() if key not in there}


def require_votes(case: Case, votes: Iterable[CaseVote]) -> None:
    """Refuse new votes that a case does not take.

    Raises:
        RejectedError: The case is not open, or a vote is not in its time, or for no side of it.
    """
    for vote in votes:
        _require_in_time(case, vote.at)
        if vote.side not in case.sides:
            raise RejectedError(
                f"must be one of {', '.join(map(repr, case.sides))}",
                field="side",
                value=vote.side,
                remedy=f"These are the sides of {case.id}.",
            )


def require_arguments(case: Case, arguments: Iterable[CaseArgument]) -> None:
    """Refuse new arguments that a case does not take.

    Raises:
        RejectedError: The case is not open, or an argument is not in its time.
    """
    for argument in arguments:
        _require_in_time(case, argument.at)


def by_voter(votes: Iterable[ArgumentVote]) -> dict[tuple[str, str], ArgumentVote]:
    """Return votes for arguments that any store can keep, the first of each argument and user.

    Raises:
        RejectedError: A text can't be stored.
    """
    found: dict[tuple[str, str], ArgumentVote] = {}
    for vote in checks.iterable("votes", votes):
        checks.instance("votes", vote, ArgumentVote)
        require_storable("argument_id", vote.argument_id)
        require_storable("user_id", vote.user_id)
        found.setdefault((vote.argument_id, vote.user_id), vote)
    return found


def require_upvotes(
    votes: Iterable[ArgumentVote], arguments: Mapping[str, tuple[Case, str]]
) -> None:
    """Refuse new votes for arguments that can't be.

    Args:
        votes: The votes.
        arguments: The case and the author of each argument that is there.

    Raises:
        RejectedError: An argument is not there, its case is not open, a vote is not in its time,
            or is its author's own.
    """
    for vote in votes:
        if vote.argument_id not in arguments:
            raise unknown("argument_id", vote.argument_id, "an argument")
        case, author = arguments[vote.argument_id]
        _require_in_time(case, vote.at)
        if vote.user_id == author:
            raise RejectedError(
                "must not be the author of the argument",
                field="user_id",
                value=vote.user_id,
                remedy="Others vote for an argument.",
            )


def _require_in_time(case: Case, at: datetime) -> None:
    if case.status is not CaseStatus.OPEN:
        raise RejectedError(
            f"is {case.status.value}, and takes neither votes nor arguments",
            field="case",
            value=case.id,
            remedy="Only one that is open does.",
        )
    if not case.takes_at(at):
        begin, end = case.span()
        raise RejectedError(
            f"must be from {in_utc(begin)} to before {in_utc(end)}",
            field="at",
            value=in_utc(at),
            remedy=f"That is when {case.id} is open.",
        )


def other_contents(field: str, key: str) -> RejectedError:
    """Return the error of what is there already, and says something else."""
    return RejectedError(
        "is there already, with other contents",
        field=field,
        value=key,
        remedy="Give each an id of its own; what was kept does not change.",
    )


def unknown(field: str, key: str, what: str) -> RejectedError:
    """Return the error of what is not there."""
    return RejectedError(
        f"is not {what} that is there",
        field=field,
        value=key,
        remedy="See which there are: mainstay case list, and mainstay case show.",
    )

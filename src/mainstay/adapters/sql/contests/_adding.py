"""Votes and arguments: what is new is kept, and what is there already must say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Table, select

from mainstay.adapters.sql.bulk import any_of, insert_into
from mainstay.adapters.sql.contests._rows import (
    argument_row,
    argument_vote_row,
    case_argument_of,
    kept_case,
    vote_of,
    vote_row,
)
from mainstay.adapters.sql.contests.tables import argument_votes, arguments, case_votes, cases
from mainstay.adapters.sql.locks import lock
from mainstay.adapters.sql.reading import value_of
from mainstay.contest import ArgumentVote, Case, CaseArgument, CaseVote
from mainstay.ports.taking import (
    other_contents,
    require_arguments,
    require_upvotes,
    require_votes,
    unknown,
)

__all__ = ["add_arguments", "add_upvotes", "add_votes", "case_lock", "required_case"]

_AT_ONCE = 1000

K = TypeVar("K")
V = TypeVar("V")


def case_lock(connection: Connection, case_id: str, *, shared: bool) -> None:
    """Let a case be opened and closed by one at a time, while nobody adds to it.

    Args:
        connection: In a transaction that writes.
        case_id: Which case.
        shared: Whether it is only added to.
    """
    lock(connection, f"case {case_id}", shared=shared)


def required_case(connection: Connection, case_id: str) -> Case:
    """Return a case to which something is added, and lock it until the transaction ends.

    Raises:
        RejectedError: There is no such case.
    """
    case_lock(connection, case_id, shared=True)
    row = connection.execute(select(cases).where(cases.c.id == case_id)).one_or_none()
    if row is None:
        raise unknown("case_id", case_id, "a case")
    return value_of(cases, row, kept_case).case


def add_votes(connection: Connection, case: Case, votes: Mapping[str, CaseVote]) -> int:
    """Keep votes, and return how many are new."""
    new = _add(connection, case_votes, ["id"], votes, lambda vote: vote_row(case.id, vote))
    require_votes(case, new.values())
    known = [vote for vote in votes if vote not in new]
    ours = select(case_votes).where(case_votes.c.case_id == case.id)
    for row in _there(connection, ours, case_votes.c.id, known):
        if value_of(case_votes, row, vote_of) != votes[row.id]:
            raise other_contents("id", row.id)
    return len(new)


def add_arguments(connection: Connection, case: Case, given: Mapping[str, CaseArgument]) -> int:
    """Keep arguments, and return how many are new."""
    new = _add(connection, arguments, ["id"], given, lambda one: argument_row(case.id, one))
    require_arguments(case, new.values())
    known = [one for one in given if one not in new]
    for row in _there(connection, select(arguments), arguments.c.id, known):
        kept = row.case_id, value_of(arguments, row, case_argument_of)
        if kept != (case.id, given[row.id]):
            raise other_contents("id", row.id)
    return len(new)


def add_upvotes(connection: Connection, votes: Mapping[tuple[str, str], ArgumentVote]) -> int:
    """Keep votes for arguments, and return how many are new."""
    ids = sorted({argument for argument, _ in votes})
    authors = _authors(connection, ids)
    new = _add(connection, argument_votes, ["argument_id", "user_id"], votes, argument_vote_row)
    require_upvotes(new.values(), authors)
    return len(new)


def _authors(connection: Connection, ids: Sequence[str]) -> Mapping[str, tuple[Case, str]]:
    """Return the case and the author of each argument that is there, and lock the cases."""
    found = {row.id: row for row in _there(connection, select(arguments), arguments.c.id, ids)}
    case_ids = sorted({row.case_id for row in found.values()})
    of = {case_id: required_case(connection, case_id) for case_id in case_ids}
    return {
        id_: (of[row.case_id], value_of(arguments, row, case_argument_of).author)
        for id_, row in found.items()
    }


def _add(
    connection: Connection,
    table: Table,
    key: Sequence[str],
    given: Mapping[K, V],
    row_of: Callable[[V], dict[str, object]],
) -> dict[K, V]:
    """Insert what is not there, and return it."""
    columns = [table.c[name] for name in key]
    statement = (
        insert_into(connection.dialect.name, table).on_conflict_do_nothing().returning(*columns)
    )
    new: dict[Any, V] = {}
    for chunk in _chunks(sorted(given)):  # two who add the same never block each other for good
        rows = connection.execute(statement, [row_of(given[one]) for one in chunk])
        keys: Iterable[Any] = rows.scalars() if len(columns) == 1 else map(tuple, rows)
        new |= {one: given[one] for one in keys}
    return new


def _there(
    connection: Connection, query: Any, column: Column[Any], keys: Sequence[str]
) -> Iterator[Any]:
    """Yield the rows of a query whose column is one of some keys."""
    for chunk in _chunks(keys):
        yield from connection.execute(query.where(any_of(connection, column, chunk)))


def _chunks(keys: Sequence[Any]) -> Iterator[list[Any]]:
    left = iter(keys)
    while chunk := list(islice(left, _AT_ONCE)):
        yield chunk

"""One transaction on cases that are over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Table, and_, delete, func, select, update
from sqlalchemy.engine import Row

from mainstay import _checks as checks
from mainstay.adapters.sql.contests._adding import case_lock
from mainstay.adapters.sql.contests._rows import (
    argument_of,
    argument_vote_of,
    kept_case,
    outcome_row,
    secret_of,
    vote_of,
)
from mainstay.adapters.sql.contests.tables import (
    argument_votes,
    arguments,
    case_votes,
    cases,
    is_open,
    secrets,
)
from mainstay.adapters.sql.entries import put_alike, put_entries
from mainstay.adapters.sql.metrics import add_metrics
from mainstay.adapters.sql.reading import limit_of, value_of
from mainstay.adapters.sql.undoing import undo
from mainstay.contest import CaseStatus, Verification
from mainstay.errors import CorruptRowError, RejectedError
from mainstay.ports import CaseClosing, DueCase, Unreadable
from mainstay.ports.pages import not_due
from mainstay.ports.rewards import new_reward, reward_contents

__all__ = ["ClosingPage", "over"]

#: So many cases are in one page, however little belongs to them. Each is locked, and a server of
#: PostgreSQL has only some thousands of locks.
_CASES = 500

T = TypeVar("T")


def over(now: datetime) -> Select[Any]:
    """Select open cases whose time is over."""
    return select(cases).where(is_open, cases.c.closes_at <= checks.instant("now", now))


class ClosingPage:
    """A :class:`mainstay.ports.ContestPage`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._due: dict[str, DueCase] = {}

    def due(
        self, now: datetime, *, after: str | None = None, limit: int, only: str | None = None
    ) -> Sequence[DueCase | Unreadable]:
        """Return open cases whose time is over, by case id."""
        query = over(now).with_only_columns(cases.c.id).order_by(cases.c.id)
        query = query if after is None else query.where(cases.c.id > after)
        query = query if only is None else query.where(cases.c.id == checks.text("only", only))
        found: list[DueCase | Unreadable] = []
        left = limit_of(limit)
        for case_id in self._connection.scalars(query.limit(min(left, _CASES))).all():
            left -= self._size(case_id)
            if found and left < 0:
                break
            found.append(self._one(case_id))
        self._due |= {due.key: due for due in found if isinstance(due, DueCase)}
        return found

    def _size(self, case_id: str) -> int:
        """Return how much there is to read, and lock the case until the transaction ends."""
        case_lock(self._connection, case_id, shared=False)
        counts = (query.with_only_columns(func.count()) for query, _, _ in _contents(case_id))
        return sum(self._connection.scalar(count) or 0 for count in counts)

    def _one(self, case_id: str) -> DueCase | Unreadable:
        try:
            return self._read(case_id)
        except CorruptRowError as error:
            return Unreadable(case_id, error)

    def _read(self, case_id: str) -> DueCase:
        row = self._connection.execute(select(cases).where(cases.c.id == case_id)).one()
        secret = select(secrets).where(secrets.c.case_id == case_id)
        votes, argued, upvotes = _contents(case_id)
        return DueCase(
            value_of(cases, row, kept_case),
            secret_of(case_id, self._connection.execute(secret).one_or_none()),
            self._all(*votes),
            self._all(*argued),
            self._all(*upvotes),
        )

    def _all(self, query: Select[Any], table: Table, make: Callable[[Row[Any]], T]) -> list[T]:
        return [value_of(table, row, make) for row in self._connection.execute(query)]

    def keep(self, done: Sequence[CaseClosing]) -> None:
        """Close cases: keep what they came to, queue rewards and notices, and count metrics."""
        try:
            self._keep(done)
        except RejectedError:
            undo(self._connection)  # nothing is kept, even if the block goes on
            raise

    def _keep(self, done: Sequence[CaseClosing]) -> None:
        for closing in done:
            case_id = checks.instance("done", closing, CaseClosing).closed.case.id
            if case_id not in self._due:
                raise not_due("case_id", case_id)
            self._close(closing, self._due.pop(case_id))
        add_metrics(self._connection, (row for closing in done for row in closing.metrics()))
        for closing in done:
            self._pay(closing)
        put_entries(self._connection, (entry for closing in done for entry in closing.told()))

    def _pay(self, closing: CaseClosing) -> None:
        """Queue rewards: there may be very many."""
        case_id = closing.closed.case.id
        contents = (
            (key, user, payload)
            for user, amount in closing.rewards()
            for key, payload in [reward_contents(case_id, amount)]
        )
        put_alike(self._connection, new_reward(case_id, "-", 1, at=closing.at), contents)

    def _close(self, closing: CaseClosing, due: DueCase) -> None:
        outcome = outcome_row(closing.outcome(due.secret))
        this = cases.c.id == due.key
        closed = update(cases).where(this).values(status=CaseStatus.CLOSED.value, **outcome)
        self._connection.execute(closed)
        self._connection.execute(delete(secrets).where(secrets.c.case_id == due.key))
        for place, argument in enumerate(closing.closed.top, start=1):
            one = arguments.c.id == argument.id
            self._connection.execute(update(arguments).where(one).values(place=place))


_Contents = tuple[Select[Any], Table, Callable[[Row[Any]], Any]]


def _contents(case_id: str) -> tuple[_Contents, _Contents, _Contents]:
    """Return how to read the votes, the arguments and the votes for arguments of a case.

    Those of a case that is not verified are left out: each run is told of it, and they may be many.
    """
    status = select(cases.c.verification).where(cases.c.id == case_id).scalar_subquery()
    verified = status == Verification.VERIFIED.value
    of_case = and_(verified, arguments.c.case_id == case_id)
    votes = select(case_votes).where(verified, case_votes.c.case_id == case_id)
    upvotes = select(argument_votes).join(arguments, argument_votes.c.argument_id == arguments.c.id)
    return (
        (votes, case_votes, vote_of),
        (select(arguments).where(of_case), arguments, argument_of),
        (upvotes.where(of_case), argument_votes, argument_vote_of),
    )

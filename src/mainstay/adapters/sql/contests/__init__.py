"""Contests: cases, what people do about them, and what closing them comes to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Connection, exists, func, insert, select, update
from sqlalchemy.sql import ColumnElement

from mainstay import _checks as checks
from mainstay.adapters.sql.bulk import insert_into
from mainstay.adapters.sql.contests._adding import (
    add_arguments,
    add_upvotes,
    add_votes,
    case_lock,
    required_case,
)
from mainstay.adapters.sql.contests._closing import ClosingPage, over
from mainstay.adapters.sql.contests._rows import case_argument_of, case_row, kept_case
from mainstay.adapters.sql.contests.tables import (
    argument_votes,
    arguments,
    case_votes,
    cases,
    secrets,
)
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.entries import outbox, put_entries, read_entry
from mainstay.adapters.sql.reading import limit_of, value_of
from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseArgument,
    CaseStatus,
    CaseVote,
    Commitment,
    Reward,
    Secret,
    Verification,
)
from mainstay.ports import ArgumentStanding, ContestPage, KeptCase
from mainstay.ports.drafting import (
    commitment_entry,
    known_case,
    new_case,
    with_status,
)
from mainstay.ports.rewards import REWARD, reward_of, reward_range
from mainstay.ports.taking import by_id, by_voter, unknown

__all__ = ["SqlContests"]


class SqlContests:
    """A :class:`mainstay.ports.ContestStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def page(self) -> Iterator[ContestPage]:
        """Begin a transaction; another page begins when it has ended."""
        with self._database.writing(lock="contests") as connection:
            yield ClosingPage(connection)

    def count_due(self, now: datetime) -> int:
        """Return how many cases are due."""
        query = over(now).with_only_columns(func.count())
        with self._database.reading() as connection:
            return connection.scalar(query) or 0

    def draft(
        self,
        case: Case,
        commitment: Commitment,
        secret: Secret,
        *,
        now: datetime,
        slot: datetime | None = None,
    ) -> KeptCase:
        """Keep a new case, and queue its commitment to be published, in one transaction."""
        new, at = new_case(case, commitment, secret, slot=slot), checks.instant("now", now)
        with self._database.writing() as connection:
            row = insert_into(connection.dialect.name, cases).values(case_row(new))
            if connection.scalar(row.on_conflict_do_nothing().returning(cases.c.id)) is None:
                return _there_already(connection, new)
            opening = {"case_id": case.id, "verdict": secret.verdict, "nonce": secret.nonce.hex()}
            connection.execute(insert(secrets).values(opening))
            put_entries(connection, [commitment_entry(new, at=at)])
        return new

    def verified(
        self, case_id: str, status: Verification, *, now: datetime, lasting: timedelta
    ) -> KeptCase:
        """Keep how a commitment stands on the ledger; a draft opens once it is verified."""
        this = cases.c.id == checks.text("case_id", case_id)
        with self._database.writing() as connection:
            case_lock(connection, case_id, shared=False)
            row = connection.execute(select(cases).where(this)).one_or_none()
            if row is None:
                raise unknown("case_id", case_id, "a case")
            kept = value_of(cases, row, kept_case)
            changed = with_status(kept, status, now=now, lasting=lasting)
            if changed != kept:
                connection.execute(update(cases).where(this).values(case_row(changed)))
        return changed

    def case(self, case_id: str) -> KeptCase | None:
        """Return a case; ``None`` if there is none of that id.

        Raises:
            CorruptRowError: Its row can't be read.
        """
        return self._only(cases.c.id == checks.text("case_id", case_id))

    def of_slot(self, slot: datetime) -> KeptCase | None:
        """Return the case that was made for a slot; ``None`` if there is none.

        Raises:
            CorruptRowError: Its row can't be read.
        """
        return self._only(cases.c.slot == checks.instant("slot", slot))

    def _only(self, one: ColumnElement[bool]) -> KeptCase | None:
        with self._database.reading() as connection:
            row = connection.execute(select(cases).where(one)).one_or_none()
        return None if row is None else value_of(cases, row, kept_case)

    def cases(
        self, *, status: CaseStatus | None = None, after: str | None = None, limit: int = 100
    ) -> Sequence[KeptCase]:
        """Return cases by id.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        query = select(cases).order_by(cases.c.id).limit(limit_of(limit))
        if status is not None:
            query = query.where(cases.c.status == checks.member("status", status, CaseStatus).value)
        if after is not None:
            query = query.where(cases.c.id > checks.instance("after", after, str))
        with self._database.reading() as connection:
            return [value_of(cases, row, kept_case) for row in connection.execute(query)]

    def has_question(self, question: str) -> bool:
        """Return whether there is a case with this question, however far it is."""
        query = exists().where(cases.c.question == checks.text("question", question))
        with self._database.reading() as connection:
            return bool(connection.scalar(select(query)))

    def vote(self, case_id: str, votes: Iterable[CaseVote]) -> int:
        """Keep votes for sides of a case, all or none of them, and return how many are new."""
        checks.text("case_id", case_id)
        given = by_id("votes", votes, CaseVote)
        with self._database.writing() as connection:
            return add_votes(connection, required_case(connection, case_id), given)

    def argue(self, case_id: str, arguments: Iterable[CaseArgument]) -> int:
        """Keep arguments about a case, all or none of them, and return how many are new."""
        checks.text("case_id", case_id)
        given = by_id("arguments", arguments, CaseArgument)
        with self._database.writing() as connection:
            return add_arguments(connection, required_case(connection, case_id), given)

    def upvote(self, votes: Iterable[ArgumentVote]) -> int:
        """Keep votes for arguments, all or none of them, and return how many are new."""
        given = by_voter(votes)
        with self._database.writing() as connection:
            return add_upvotes(connection, given)

    def count_votes(self, case_id: str) -> int:
        """Return how many votes for sides of a case are kept, also those that won't count."""
        ours = case_votes.c.case_id == checks.text("case_id", case_id)
        query = select(func.count()).select_from(case_votes).where(ours)
        with self._database.reading() as connection:
            return connection.scalar(query) or 0

    def arguments(self, case_id: str, *, limit: int = 100) -> Sequence[ArgumentStanding]:
        """Return arguments about a case, those with most votes first, then as places are given.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        votes = (
            select(func.count())
            .where(argument_votes.c.argument_id == arguments.c.id)
            .scalar_subquery()
            .label("votes")
        )
        query = (
            select(arguments, votes)
            .where(arguments.c.case_id == checks.text("case_id", case_id))
            .order_by(votes.desc(), arguments.c.at, arguments.c.id)
            .limit(limit_of(limit))
        )
        with self._database.reading() as connection:
            return [
                ArgumentStanding(value_of(arguments, row, case_argument_of), row.votes, row.place)
                for row in connection.execute(query)
            ]

    def rewards(
        self, case_id: str, *, after: str | None = None, limit: int = 100
    ) -> Sequence[Reward]:
        """Return the rewards of a case, as far as they have come, by their ids.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        first, last = reward_range(checks.text("case_id", case_id), after=after)
        query = (
            select(outbox)
            .where(outbox.c.kind == REWARD, outbox.c.key > first, outbox.c.key < last)
            .where(func.length(outbox.c.key) == len(last))
            .order_by(outbox.c.key)
            .limit(limit_of(limit))
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [value_of(outbox, row, lambda row: reward_of(read_entry(row))) for row in rows]


def _there_already(connection: Connection, new: KeptCase) -> KeptCase:
    """Return the case of a slot, or of an id, that kept another from being inserted."""
    if new.slot is not None:
        of_slot = connection.execute(select(cases).where(cases.c.slot == new.slot)).one_or_none()
        if of_slot is not None:
            return value_of(cases, of_slot, kept_case)
    row = connection.execute(select(cases).where(cases.c.id == new.case.id)).one()
    return known_case(value_of(cases, row, kept_case), new)

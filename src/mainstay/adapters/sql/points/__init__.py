"""Points: credits, and the totals that they come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    and_,
    or_,
    select,
    true,
)
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from mainstay import _checks as checks
from mainstay.adapters.sql.bulk import any_of
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.points._adding import (
    add_up_again,
    count_listed,
    put_credits,
    put_storable,
)
from mainstay.adapters.sql.points.tables import credits, listed, points
from mainstay.adapters.sql.reading import limit_of, value_of
from mainstay.ports.points import new_credits
from mainstay.recognition import Credit

__all__ = [
    "SqlPoints",
    "add_up_again",
    "count_listed",
    "credit_of",
    "credits",
    "listed",
    "points",
    "put_credits",
    "put_storable",
]


class SqlPoints:
    """A :class:`mainstay.ports.PointStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, credits: Iterable[Credit], *, now: datetime) -> Sequence[Credit]:
        """Keep credits, all or none of them, and return those that are new."""
        given = new_credits(credits, now=now)
        if not given:
            return []
        with self._database.writing() as connection:
            return put_storable(connection, given)

    def totals(self, user_ids: Iterable[str]) -> Mapping[str, int]:
        """Return the totals of some users, by user id; those without a credit are left out."""
        asked = {checks.text("user_ids", user) for user in checks.iterable("user_ids", user_ids)}
        with self._database.reading() as connection:
            query = select(points.c.user_id, points.c.total)
            rows = connection.execute(query.where(any_of(connection, points.c.user_id, asked)))
            return {row.user_id: row.total for row in rows}

    def credits(
        self, user_id: str, *, before: Credit | None = None, limit: int = 100
    ) -> Sequence[Credit]:
        """Return a user's credits, newest first.

        Raises:
            CorruptRowError: The row of one can't be read.
        """
        query = (
            select(credits)
            .where(credits.c.user_id == checks.text("user_id", user_id), _older_than(before))
            .order_by(credits.c.at.desc(), credits.c.reason.desc())
            .limit(limit_of(limit))
        )
        with self._database.reading() as connection:
            return [value_of(credits, row, credit_of) for row in connection.execute(query)]


def _older_than(credit: Credit | None) -> ColumnElement[bool]:
    if credit is None:
        return true()
    checks.instance("before", credit, Credit)
    at, reason = credits.c.at, credits.c.reason
    return or_(at < credit.at, and_(at == credit.at, reason < credit.reason))


def credit_of(row: Row[Any]) -> Credit:
    """Return the credit in a row."""
    return Credit(row.user_id, row.reason, row.amount, row.at)

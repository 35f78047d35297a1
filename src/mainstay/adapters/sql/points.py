"""Points: credits, and the totals that they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zlib import crc32

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from mainstay import _checks as checks
from mainstay.adapters.sql.bulk import any_of, found_by, insert_into, stage
from mainstay.adapters.sql.columns import (
    Instant,
    earlier,
    instant_text,
    key,
    later,
    metadata,
    of_user,
    temporary,
)
from mainstay.adapters.sql.database import Database
from mainstay.adapters.sql.marks import due_at_once
from mainstay.adapters.sql.reading import limit_of, value_of
from mainstay.adapters.sql.undoing import undo
from mainstay.ports.points import new_credits, too_many_points
from mainstay.recognition import MOST_POINTS, Credit

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

_IN_RANGE = f"total BETWEEN -{MOST_POINTS} AND {MOST_POINTS}"

credits: Table = Table(
    "mainstay_credits",
    metadata,
    of_user(nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", key, nullable=False),
    Column("amount", BigInteger, nullable=False),
    PrimaryKeyConstraint("user_id", "at", "reason"),
    # What makes an award a single one.
    UniqueConstraint("user_id", "reason", name="mainstay_credits_once"),
    Index("mainstay_credits_at", "at", "user_id", "amount"),
    sqlite_with_rowid=False,
)

#: What each user's credits come to.
points: Table = Table(
    "mainstay_points",
    metadata,
    of_user(primary_key=True),
    Column("total", BigInteger, nullable=False),
    Column("first_at", Instant, nullable=False),
    # The latest credit whose amount is not 0.
    Column("changed_at", Instant),
    CheckConstraint(_IN_RANGE, name="mainstay_points_range"),
    sqlite_with_rowid=False,
)
Index("mainstay_points_total", points.c.total.desc(), points.c.user_id)

#: How many users have a total: the sum of a few rows, so that adders seldom wait for each other.
listed: Table = Table(
    "mainstay_listed",
    metadata,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("users", BigInteger, nullable=False),
)

#: Where credits wait while it is found out which of them are new.
_staged: Table = temporary(
    "mainstay_staged_credits",
    of_user(nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", key, nullable=False),
    Column("amount", BigInteger, nullable=False),
)
_SHARDS = 16
_MOST_SUM = 2**62


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


def put_credits(
    connection: Connection, credits: Iterable[Credit], *, now: datetime
) -> Sequence[Credit]:
    """Put credits in the transaction that causes them, and return those that are new.

    If the transaction is undone, they are not there.

    Args:
        connection: A connection to a database that has mainstay's tables, in a transaction.
        credits: As in :meth:`mainstay.ports.PointStore.add`.
        now: The same.

    Raises:
        RejectedError: As in :meth:`mainstay.ports.PointStore.add`. The transaction is undone if a
            total would be out of its range.
    """
    given = new_credits(credits, now=now)
    return put_storable(connection, given) if given else []


def put_storable(
    connection: Connection, given: Mapping[tuple[str, str], Credit], *, mark: bool = True
) -> list[Credit]:
    """Put what :func:`mainstay.ports.points.new_credits` gives, at least one.

    Args:
        connection: The same.
        given: The credits.
        mark: Whether to make the users due for their badges, which locks them; if not, the caller
            has locked them already.
    """
    _require_sums(given.values())
    rows = [
        (each.user_id, instant_text(each.at), each.reason, each.amount) for each in given.values()
    ]
    stage(connection, _staged, rows)
    known = _drop_known(connection)
    if known == len(given):
        return []
    if mark:  # which waits for all who add the same, so that it is to be asked again
        due_at_once(connection, select(_staged.c.user_id).distinct())
        known += _drop_known(connection)
    connection.execute(insert(credits).from_select(_staged.columns.keys(), select(_staged)))
    _add_up(connection)
    if not known:
        return list(given.values())
    new = {(user, reason) for user, reason in connection.execute(_staged_keys)}
    return [credit for key, credit in given.items() if key in new]


def _require_sums(given: Iterable[Credit]) -> None:
    """Refuse credits of which databases can't add up a user's."""
    if sum(abs(credit.amount) for credit in given) <= _MOST_SUM:
        return
    of_user = Counter[str]()
    for credit in given:
        of_user[credit.user_id] += abs(credit.amount)
    for user, amounts in of_user.items():
        if amounts > _MOST_SUM:
            raise too_many_points(user)


def _drop_known(connection: Connection) -> int:
    """Drop staged credits that are there already, and return how many they were."""
    return connection.execute(delete(_staged).where(_is_known)).rowcount


_is_known = found_by(
    select(credits.c.user_id).where(
        credits.c.user_id == _staged.c.user_id, credits.c.reason == _staged.c.reason
    )
)
_staged_keys = select(_staged.c.user_id, _staged.c.reason)
#: What the new credits of each user come to.
_sums = (
    select(
        _staged.c.user_id,
        cast(func.sum(_staged.c.amount), BigInteger).label("total"),
        func.min(_staged.c.at).label("first_at"),
        func.max(case((_staged.c.amount != 0, _staged.c.at))).label("changed_at"),
    )
    .where(_staged.c.user_id.is_not(None))
    .group_by(_staged.c.user_id)
)


_mine = _sums.subquery()
_both = _mine.join(points, points.c.user_id == _mine.c.user_id, isouter=True)
_after = func.abs(_mine.c.total + func.coalesce(points.c.total, 0))
_new_user = case((points.c.user_id.is_(None), _mine.c.user_id))
#: The total furthest from 0, and those who had none before: the first of them, and how many.
_effect = select(func.max(_after), func.min(_new_user), func.count(_new_user)).select_from(_both)
_beyond = (
    select(_mine.c.user_id)
    .select_from(_both)
    .where(_after > MOST_POINTS)
    .order_by(_mine.c.user_id)
    .limit(1)
)


def _add_up(connection: Connection) -> None:
    """Add new credits to the totals of their users, who are locked."""
    most, first, count = connection.execute(_effect).one()
    if (most or 0) > MOST_POINTS:
        user = connection.scalar(_beyond)
        undo(connection)  # nothing is kept, even if the block goes on
        raise too_many_points(str(user))
    connection.execute(_add_to_totals)
    if count:
        connection.execute(_begin_totals)
        count_listed(connection, first, count)


#: Not one statement for both: what is new is checked before it is added to what is there, and may
#: be out of the range that the total will be in. Users are locked, so that nobody comes between.
_add_to_totals = (
    update(points)
    .where(points.c.user_id == _mine.c.user_id)
    .values(
        total=points.c.total + _mine.c.total,
        first_at=earlier(points.c.first_at, _mine.c.first_at),
        changed_at=later(points.c.changed_at, _mine.c.changed_at),
    )
)
_has_points = found_by(select(points.c.user_id).where(points.c.user_id == _mine.c.user_id))
_begin_totals = insert(points).from_select(
    ["user_id", "total", "first_at", "changed_at"], select(_mine).where(~_has_points)
)


def add_up_again(connection: Connection, users: Sequence[str]) -> None:
    """Make the totals of users again from their credits.

    Raises:
        RejectedError: A total is out of its range.
    """
    total = cast(func.sum(credits.c.amount), BigInteger).label("total")
    changed = func.max(case((credits.c.amount != 0, credits.c.at)))
    of_user = select(credits.c.user_id, total, func.min(credits.c.at), changed)
    sums = of_user.where(credits.c.user_id.in_(users)).group_by(credits.c.user_id)
    found = connection.execute(sums).all()
    for user, amount, *_ in found:
        if abs(amount) > MOST_POINTS:
            undo(connection)  # nothing is kept, even if the block goes on
            raise too_many_points(user)
    before = connection.execute(delete(points).where(points.c.user_id.in_(users))).rowcount
    names = ["user_id", "total", "first_at", "changed_at"]
    connection.execute(insert(points).from_select(names, sums))
    count_listed(connection, users[0], len(found) - before)


def count_listed(connection: Connection, user: str, count: int) -> None:
    """Count users, one of them named, who have a total from now on; below 0, no longer."""
    new = insert_into(connection.dialect.name, listed).values(
        shard=crc32(user.encode()) % _SHARDS, users=count
    )
    more = {"users": listed.c.users + new.excluded.users}
    connection.execute(new.on_conflict_do_update(index_elements=["shard"], set_=more))

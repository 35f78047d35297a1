"""Credits that are put, and the totals that they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zlib import crc32

from sqlalchemy import (
    BigInteger,
    Connection,
    case,
    cast,
    delete,
    func,
    insert,
    select,
    update,
)

from mainstay.adapters.sql.bulk import found_by, insert_into, stage
from mainstay.adapters.sql.columns import (
    earlier,
    instant_text,
    later,
)
from mainstay.adapters.sql.marks import due_at_once
from mainstay.adapters.sql.points.tables import credits, listed, points, staged_credits
from mainstay.adapters.sql.undoing import undo
from mainstay.ports.points import new_credits, too_many_points
from mainstay.recognition import MOST_POINTS, Credit

__all__ = ["add_up_again", "count_listed", "put_credits", "put_storable"]

_SHARDS = 16
_MOST_SUM = 2**62


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

    Examples:
        >>> from datetime import UTC
        >>> from sqlalchemy import create_engine
        >>> from mainstay.adapters.sql import SqlStore
        >>> engine, noon = create_engine("sqlite://"), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> with engine.begin() as connection:
        ...     store = SqlStore.create(connection)
        ...     for _ in range(2):
        ...         len(put_credits(connection, [Credit("ada", "welcome", 50, noon)], now=noon))
        ...     store.points.totals(["ada"])
        1
        0
        {'ada': 50}
        >>> engine.dispose()
    """
    given = new_credits(credits, now=now)
    return put_storable(connection, given) if given else []


def put_storable(
    connection: Connection, given: Mapping[tuple[str, str], Credit], *, mark: bool = True
) -> list[Credit]:
    """Put what ``new_credits`` gives, at least one.

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
    stage(connection, staged_credits, rows)
    known = _drop_known(connection)
    if known == len(given):
        return []
    if mark:  # which waits for all who add the same, so that it is to be asked again
        due_at_once(connection, select(staged_credits.c.user_id).distinct())
        known += _drop_known(connection)
    connection.execute(
        insert(credits).from_select(staged_credits.columns.keys(), select(staged_credits))
    )
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
    return connection.execute(delete(staged_credits).where(_is_known)).rowcount


_INSERT = insert(credits).from_select(staged_credits.columns.keys(), select(staged_credits))
_is_known = found_by(
    select(credits.c.user_id).where(
        credits.c.user_id == staged_credits.c.user_id, credits.c.reason == staged_credits.c.reason
    )
)
_staged_keys = select(staged_credits.c.user_id, staged_credits.c.reason)
#: What the new credits of each user come to.
_sums = (
    select(
        staged_credits.c.user_id,
        cast(func.sum(staged_credits.c.amount), BigInteger).label("total"),
        func.min(staged_credits.c.at).label("first_at"),
        func.max(case((staged_credits.c.amount != 0, staged_credits.c.at))).label("changed_at"),
    )
    .where(staged_credits.c.user_id.is_not(None))
    .group_by(staged_credits.c.user_id)
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

"""Snapshots of leaderboards: how they are made, and what they answer."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    literal_column,
    null,
    select,
)
from sqlalchemy.engine import Row
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.columns import Instant, key, utc_text
from mainstay.adapters.sql.leaderboards._totals import listed_in
from mainstay.adapters.sql.leaderboards.tables import boards, places, rungs, staged_totals
from mainstay.adapters.sql.points import credits, points
from mainstay.adapters.sql.questions import Question
from mainstay.adapters.sql.reading import corrupt_value
from mainstay.recognition import LeaderboardPolicy, Period, Rung

__all__ = [
    "POINTS",
    "TOP",
    "USER_OF_ALL",
    "USER_OF_SPAN",
    "drop",
    "excluded_text",
    "make",
    "rung_of",
]


def excluded_text(users: Collection[str]) -> str:
    """Return how users who are left out are written."""
    return json.dumps(sorted(users))


def make(
    connection: Connection, period: Period, *, now: datetime, policy: LeaderboardPolicy
) -> None:
    """Make the snapshot of a board, in place of the one that is there."""
    _stage(connection, period, now, policy)
    for table in (boards, places, rungs):
        connection.execute(delete(table).where(table.c.period == period.value))
    _make_places(connection, period, policy.top)
    _make_rungs(connection, period)
    connection.execute(
        insert(boards).values(
            period=period.value,
            since=period.span(now).since,
            as_of=now,
            fresh_until=now + policy.fresh,
            listed=select(func.count()).select_from(staged_totals).scalar_subquery(),
            excluded=excluded_text(policy.excluded),
        )
    )


def _stage(
    connection: Connection, period: Period, now: datetime, policy: LeaderboardPolicy
) -> None:
    found = listed_in(connection, period.span(now), policy.excluded)
    connection.execute(CreateTable(staged_totals, if_not_exists=True))
    connection.execute(delete(staged_totals))
    connection.execute(insert(staged_totals).from_select(["user_id", "total"], found))


def _make_places(connection: Connection, period: Period, top: int) -> None:
    user, total = staged_totals.c.user_id, staged_totals.c.total
    best = select(user, total).order_by(total.desc(), user).limit(top).subquery()
    place = func.row_number().over(order_by=(best.c.total.desc(), best.c.user_id))
    found = select(literal(period.value), place, best.c.user_id, best.c.total)
    connection.execute(insert(places).from_select(["period", "place", "user_id", "total"], found))


def _make_rungs(connection: Connection, period: Period) -> None:
    total = staged_totals.c.total
    counted = select(total, func.count().label("users")).group_by(total).subquery()
    highest = counted.c.total.desc()
    through = func.sum(counted.c.users).over(order_by=highest, rows=(None, 0))
    above = cast(through - counted.c.users, BigInteger)
    found = select(
        literal(period.value),
        counted.c.total,
        counted.c.users,
        above,
        func.row_number().over(order_by=highest) - 1,
    )
    columns = ["period", "total", "users", "above", "totals_above"]
    connection.execute(insert(rungs).from_select(columns, found))


def drop(connection: Connection, old: ColumnElement[bool]) -> None:
    """Drop the snapshots that meet a condition."""
    gone = select(boards.c.period).where(old)
    for table in (places, rungs):
        connection.execute(delete(table).where(table.c.period.in_(gone)))
    connection.execute(delete(boards).where(old))


_answers = and_(
    boards.c.period == bindparam("period", type_=key),
    boards.c.as_of <= bindparam("now", type_=Instant),
    boards.c.fresh_until > bindparam("now", type_=Instant),
)
_user: BindParameter[str] = bindparam("user_id", type_=key)
_theirs = credits.c.user_id == _user


def _sum(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    """Say what those of a user's credits come to that meet conditions."""
    amounts = cast(func.coalesce(func.sum(credits.c.amount), literal_column("0")), BigInteger)
    return select(amounts).where(_theirs, *conditions).correlate(boards).scalar_subquery()


def _with_rung(answer: Select[*tuple[Any, ...]]) -> Question:
    """Ask for points of then, and the rung above them as one text, null without one."""
    # PostgreSQL would plan and count the points twice, once to compare rungs with them.
    own = answer.cte("own").prefix_with("MATERIALIZED", dialect="postgresql")
    first, *others = (cast(rungs.c[name], Text) for name in _RUNG)
    written: ColumnElement[str] = first
    for number in others:
        written = written + literal_column("' '", Text) + number
    rung = (
        select(written)
        .where(rungs.c.period == own.c.period, rungs.c.total > own.c.points)
        .order_by(rungs.c.total)
        .limit(literal_column("1"))
    )
    return Question(select(own, rung.scalar_subquery().label("rung")))


#: What a rung is written of.
_RUNG = ("total", "users", "above", "totals_above")
_board = (
    boards.c.period,
    utc_text(boards.c.as_of).label("as_of_text"),
    boards.c.listed,
    boards.c.excluded,
)
_others = places.c.place > literal_column("1")
_span = and_(credits.c.at >= boards.c.since, credits.c.at < boards.c.as_of)

#: A board's first places, the first of them with the board; one row without a place if nobody is
#: listed.
TOP = Question(
    select(
        *(case((_others, null()), else_=part).label(part.name) for part in _board),
        *(places.c.user_id, places.c.total),
    )
    .join(
        places,
        and_(places.c.period == boards.c.period, places.c.place <= bindparam("limit")),
        isouter=True,
    )
    .where(_answers)
    .order_by(places.c.place)
)
#: A user's points of then over all time, and the rung above them.
USER_OF_ALL = _with_rung(
    select(
        *_board,
        func.coalesce(points.c.first_at < boards.c.as_of, false()).label("is_listed"),
        (points.c.total - _sum(credits.c.at >= boards.c.as_of)).label("points"),
    )
    .select_from(boards.join(points, points.c.user_id == _user, isouter=True))
    .where(_answers)
)
#: The same in a span of time.
USER_OF_SPAN = _with_rung(
    select(
        *_board,
        exists().where(_theirs, _span).correlate(boards).label("is_listed"),
        _sum(_span).label("points"),
    ).where(_answers)
)
#: The rung above some points.
POINTS = _with_rung(
    select(*_board, bindparam("points", type_=BigInteger).label("points")).where(_answers)
)


def rung_of(row: Row[Any]) -> Rung | None:
    """Return the rung in a row; ``None`` if there is none above the points.

    Raises:
        CorruptRowError: It is not of numbers.
    """
    if row.rung is None:
        return None
    total, *counts = row.rung.split(" ")
    key = {"period": row.period, "total": total}
    return Rung(int(total), *map(partial(_count, key), _RUNG[1:], counts))


def _count(key: Mapping[str, object], column: str, text: str) -> int:
    if not text.isdecimal():
        raise corrupt_value(rungs, column, text, "is not a count", key=key)
    return int(text)

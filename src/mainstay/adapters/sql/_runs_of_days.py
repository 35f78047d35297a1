"""Runs of days, found by the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Date, Integer, Select, cast, func, select, type_coerce
from sqlalchemy.sql import ColumnElement, FromClause

from mainstay.adapters.sql.columns import Day

__all__ = ["runs_of"]


def runs_of(connection: Connection, days: FromClause) -> Select[*tuple[Any, ...]]:
    """Select the runs of users' days: the ``first`` of each, the ``last``, and how many ``days``.

    Days of one run are as far apart as their places.

    Args:
        connection: The database.
        days: The days, each with the ``user_id``, once.
    """
    run = select(days)
    user, day = days.c.user_id, days.c.day
    place = func.row_number().over(partition_by=user, order_by=day)
    runs = run.add_columns(_days_before(connection, day, place).label("begin")).subquery()
    first, last = (function(runs.c.day, type_=Day()) for function in (func.min, func.max))
    found = select(
        runs.c.user_id, first.label("first"), last.label("last"), func.count().label("days")
    )
    return found.group_by(runs.c.user_id, runs.c.begin)


def _days_before(
    connection: Connection, day: ColumnElement[Any], days: ColumnElement[int]
) -> ColumnElement[Any]:
    """Say the day so many days before one, in whatever way tells days apart."""
    if connection.dialect.name == "sqlite":
        return func.julianday(day) - days
    return type_coerce(day, Date()).op("-")(cast(days, Integer))

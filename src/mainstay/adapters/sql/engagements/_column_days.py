"""One day of many users as columns, where numpy is installed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from itertools import compress
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from mainstay._extras import Extra
from mainstay.adapters.sql.counts import count_day
from mainstay.errors import MissingExtraError
from mainstay.ports import PostsByDay

if TYPE_CHECKING:  # numpy is optional
    from mainstay.adapters.sql.engagements._arrays import DayArrays

__all__ = ["MANY", "column_days"]

#: How many users of a page make columns worth it.
MANY = 1_000


def column_days(
    connection: Connection,
    day: date,
    rows: Sequence[Sequence[Any]],
    posts: frozenset[str],
    history: PostsByDay,
) -> DayArrays | None:
    """Return users' day, of all of them or, if something is wrong with some, of the others.

    Args:
        connection: The database.
        day: The day.
        rows: Of the states of users who have that day due, by user id.
        posts: The kinds of events that count as posts.
        history: Reads the posts by day of these users.

    Returns:
        ``None`` if there are few, or numpy is not installed.
    """
    arrays = _arrays() if len(rows) >= MANY and day > date.min else None
    if arrays is None:
        return None
    counted = count_day(connection, day, rows[0][0], rows[-1][0])
    days: DayArrays = arrays.DayArrays(day, rows, counted, posts, history)
    if (good := days.good).all():
        return days
    some = [*compress(rows, good)]
    return arrays.DayArrays(day, some, counted, posts, history) if some else None


@cache
def _arrays() -> ModuleType | None:
    """Return what needs numpy, if it is there: to load it takes its time."""
    try:
        with Extra("columnar", "numpy"):
            from mainstay.adapters.sql.engagements import _arrays  # noqa: PLC0415
    except MissingExtraError:
        return None
    return _arrays

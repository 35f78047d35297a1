"""Rows of outlooks to values, and back."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from sqlalchemy.engine import Row

from mainstay.adapters.sql.columns import instant_text
from mainstay.adapters.sql.outlooks.tables import outlooks
from mainstay.adapters.sql.reading import as_day, converted, value_of
from mainstay.outlook import Content, Outlook
from mainstay.scheduling import PlainData

__all__ = ["COLUMNS", "outlook_in", "outlook_row"]

#: The names of the columns, in their order.
COLUMNS = tuple(outlooks.columns.keys())
_NO_DATA = PlainData()
_FLAGS = {0: False, 1: True}


def outlook_row(outlook: Outlook) -> tuple[object, ...]:
    """Return the row of a new outlook: a value for each column, days and instants as text."""
    content = outlook.content
    return (
        outlook.day.isoformat(),
        outlook.user_id,
        content.template,
        content.variant,
        content.content_type,
        outlook.known_through.isoformat(),
        instant_text(outlook.generated_at),
        int(outlook.fallback),
        None,
        None,
        None,
        None,
        None,
        content.title,
        content.body,
        _json(content.data),
    )


def _json(data: PlainData) -> str:
    return json.dumps(data.to_dict()) if data else "{}"


def outlook_in(row: Row[Any]) -> Outlook:
    """Return the outlook in a row.

    Raises:
        CorruptRowError: It can't be read.
    """
    return value_of(outlooks, row, _outlook)


def _outlook(row: Row[Any]) -> Outlook:
    return Outlook(
        user_id=row.user_id,
        day=converted("day", row.day, as_day),
        content=Content(
            row.template,
            row.variant,
            row.title,
            row.body,
            converted("data", row.data, _data),
            row.content_type,
        ),
        known_through=converted("known_through", row.known_through, as_day),
        generated_at=row.generated_at,
        fallback=converted("fallback", row.fallback, _FLAGS.__getitem__),
        viewed_at=row.viewed_at,
        engaged_at=row.engaged_at,
        completed_at=row.completed_at,
        rated_at=row.rated_at,
        rating=row.rating,
    )


@lru_cache(maxsize=1024)
def _data(text: str) -> PlainData:
    return PlainData(json.loads(text)) if text != "{}" else _NO_DATA

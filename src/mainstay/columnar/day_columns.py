"""The columns of what users did on a day, by the kind of activity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from mainstay.columnar.columns import decoded
from mainstay.columnar.keys import Longs
from mainstay.columnar.states import whole_numbers
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.scores.engagement.criteria import DailyMinutes

__all__ = ["columns_by_kind", "durations_by_kind", "microseconds"]


def columns_by_kind(field: str, columns: object) -> Mapping[str, str]:
    """Return the columns that are named, by kind; none are without a mapping."""
    if columns is None:
        return {}
    if not isinstance(columns, Mapping):
        raise InvalidTypeError(
            "must map kinds of activity to columns",
            field=field,
            value=columns,
            remedy="Such as {'post': 'posts_today'}.",
        )
    return columns


def durations_by_kind(asked: Sequence[DailyMinutes], named: Mapping[str, str]) -> Mapping[str, str]:
    """Return the columns of the kinds whose durations are asked for."""
    kinds = {kind for each in asked for kind in (named if each.kinds is None else each.kinds)}
    if missing := sorted(kinds - named.keys()) or (asked and not kinds):
        raise InvalidValueError(
            "must name the columns that hold how long things were done",
            field="durations",
            value=missing or dict(named),
            remedy="Such as {'run': 'run_time'}.",
        )
    return {kind: named[kind] for kind in sorted(kinds)}


def microseconds(batch: Any, field: str) -> Longs:
    """Return a column's durations in microseconds, 0 for a null."""
    column = decoded(batch[field])
    if not pa.types.is_duration(column.type) and not pa.types.is_null(column.type):
        raise InvalidTypeError(
            "must be durations", field=field, value=str(column.type), remedy="Cast the column."
        )
    exact = column.cast(pa.duration("us")).cast(pa.int64())
    return whole_numbers(exact, field, optional=True)

"""The consistency score of every user in a Spark DataFrame, on as many machines as Spark has.

Events are shuffled by user, and each partition is scored by the engine behind
:func:`mainstay.columnar.score_table`, on one core. Workers need ``mainstay[columnar]`` installed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from itertools import chain
from typing import Any

import pyarrow as pa

from mainstay import _checks as checks
from mainstay._extras import Extra
from mainstay.columnar.folding import fold
from mainstay.columnar.reading import Columns
from mainstay.columnar.scores import RESULT, check_policy, scored
from mainstay.columnar.tables import check_user
from mainstay.localdays import MIDNIGHT, Zone
from mainstay.scores.consistency.policy import DEFAULT_POLICY, ConsistencyPolicy

with Extra("spark", "pyspark"):
    from pyspark.sql import DataFrame
    from pyspark.sql import types as spark

__all__ = ["score_spark"]

_TYPES = {
    pa.int32(): spark.IntegerType(),
    pa.int64(): spark.LongType(),
    pa.float64(): spark.DoubleType(),
    pa.date32(): spark.DateType(),
}


def score_spark(
    df: DataFrame,
    *,
    as_of: datetime,
    user: str = "user_id",
    instant: str = "started_at",
    timezone: str | None = None,
    user_zone: Zone | None = None,
    day_start: time = MIDNIGHT,
    member_since: str | None = None,
    policy: ConsistencyPolicy = DEFAULT_POLICY,
    partitions: int | None = None,
) -> DataFrame:
    """Return the scores of all users, one row each: those of ``score_table``, ``bits`` as a long.

    Spark's timestamps are instants that carry no offset, whatever the session's time zone: without
    ``timezone`` and ``user_zone`` their days are those of UTC.

    Arguments and types are checked at once, rows only when Spark runs: its exception then quotes
    ours, which counts the row within its partition, after the shuffle.

    Args:
        df: The events; only the columns named here are read.
        as_of: The instant to look back from.
        user: The column of user ids, integers or strings.
        instant: The column of timestamps, or dates; timestamps without a time zone (NTZ) are
            refused.
        timezone: The column of the zones that events were recorded in, if there is one.
        user_zone: The column of the users' own zones, or the one zone of all.
        day_start: The wall-clock time at which a day begins.
        member_since: The column of the dates on which users joined, if there is one.
        policy: The numbers that shape the score.
        partitions: How many partitions events are shuffled into, and so how many there are in the
            result; by default ``spark.sql.shuffle.partitions`` decides.

    Raises:
        InvalidValueError: An argument is not valid, or a column is missing or of another type.
    """
    check_policy(policy)
    check_user(user, RESULT)
    columns = Columns(
        user=user,
        instant=instant,
        timezone=timezone,
        user_zone=user_zone,
        member_since=member_since,
    )
    read = [*columns.needed, user_zone]
    events = df.select([name for name in df.columns if name in read])
    none = events.limit(0).toArrow()
    none = none.cast(_in_utc(none.schema))

    def scores(batches: Iterable[Any]) -> Any:
        parts = chain([none], (batch.cast(none.schema) for batch in batches))
        folded = fold(parts, columns, as_of=as_of, day_start=day_start, threads=1)
        windows = folded.windows(policy.window_days)
        found = scored(user, folded.users, windows, policy, threads=1)
        return found.cast(_signed(found.schema))

    declared = _declared(scores([]).schema, events, user)
    if partitions is None:
        shuffled = events.repartition(user)
    else:
        shuffled = events.repartition(checks.integer("partitions", partitions, 1), user)
    return shuffled.mapInArrow(lambda batches: iter(scores(batches).to_batches()), declared)


def _in_utc(schema: Any) -> Any:
    """Return an Arrow schema whose instants no longer carry the session's time zone."""
    return pa.schema(
        field.with_type(pa.timestamp(field.type.unit, "UTC"))
        if pa.types.is_timestamp(field.type) and field.type.tz is not None
        else field
        for field in schema
    )


def _signed(schema: Any) -> Any:
    """Return an Arrow schema without unsigned integers, which Spark doesn't have."""
    return pa.schema(
        field.with_type(pa.int64()) if field.type == pa.uint32() else field for field in schema
    )


def _declared(found: Any, events: DataFrame, user: str) -> spark.StructType:
    """Return the result's schema in Spark's own types."""
    others = (
        spark.StructField(field.name, _TYPES[field.type]) for field in found if field.name != user
    )
    return spark.StructType([events.schema[user], *others])

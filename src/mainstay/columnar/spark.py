"""The score of every user in a Spark DataFrame, in Spark's own SQL.

It is the one query of ``mainstay.columnar.query``: no Python runs in the workers, and of each
part of the events only its users' windows are shuffled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from mainstay import _checks as checks
from mainstay._extras import Extra
from mainstay.columnar.clocks import Clock, clocks
from mainstay.columnar.dialects import rendered
from mainstay.columnar.query import EventsTable, StateQuery
from mainstay.columnar.score_query import ScoreQuery
from mainstay.daystarts import DayStart, check_day_start
from mainstay.errors import InvalidTypeError, InvalidValueError, NaiveDatetimeError
from mainstay.localdays import MIDNIGHT, Zone, check_dated, find_zone
from mainstay.scores.by_policy import Policy
from mainstay.scores.consistency.policy import DEFAULT_POLICY

with Extra("columnar", "pyarrow"):
    import pyarrow as pa

    from mainstay.columnar.scores import result_columns
    from mainstay.columnar.tables import check_user
with Extra("spark", "pyspark"):
    from pyspark.sql import DataFrame, Row, SparkSession
    from pyspark.sql import types as spark

__all__ = ["score_spark"]

#: What columns are, and what is said of others.
_TYPES = {
    "user": ((spark.StringType, spark.IntegralType, spark.DecimalType), "strings or integers"),
    "instant": ((spark.TimestampType, spark.DateType), "timestamps or dates"),
    "timezone": ((spark.StringType,), "names of zones"),
    "user_zone": ((spark.StringType,), "names of zones"),
    "member_since": ((spark.DateType,), "dates"),
}
#: Fails where something is wrong, whatever columns are asked for.
_SOUND = """CASE WHEN problem IS NULL THEN TRUE
    ELSE RAISE_ERROR(CONCAT('mainstay: user ', user_id, ': ', problem)) END"""
#: What events and clocks are called in a statement; Spark puts names of its own there.
_ACTIVITY, _CLOCKS = "mainstay_activity", "mainstay_clocks"


def score_spark(
    df: DataFrame,
    *,
    as_of: datetime,
    user: str = "user_id",
    instant: str = "started_at",
    timezone: str | None = None,
    user_zone: Zone | None = None,
    day_start: DayStart = MIDNIGHT,
    member_since: str | None = None,
    policy: Policy = DEFAULT_POLICY,
) -> DataFrame:
    """Return the scores of all users, one row each: those of ``score_table``, bits as longs.

    With a :class:`mainstay.YearPolicy` these are year scores.

    Spark's timestamps are instants that carry no offset, whatever the session's time zone: without
    ``timezone`` and ``user_zone`` their days are those of UTC.

    The zones that occur are looked up at once, in one pass over their column and the instants; the
    scores are worked out when they are asked for.

    Args:
        df: The events; only the columns named here are read.
        as_of: The instant to look back from.
        user: The column of user ids: strings, integers or decimals.
        instant: The column of timestamps, or dates; timestamps without a time zone (NTZ) are
            refused.
        timezone: The column of the zones that events were recorded in, if there is one.
        user_zone: The column of the users' own zones, or the one zone of all.
        day_start: When a day begins on the wall clock, or a :class:`mainstay.DayEnd`.
        member_since: The column of the dates on which users joined, if there is one.
        policy: The numbers that shape the score.

    Raises:
        InvalidValueError: An argument is not valid, a column is missing or of another type, or an
            event lacks its user, its instant or its zone. Where a user's own zone changes, or a
            user joined after today, it is Spark that fails, when the scores are worked out.
        UnknownZoneError: An event's zone is not known.
    """
    columns = result_columns(policy)
    own = str(user_zone) if user_zone in df.columns else None
    home = user_zone if own is None else None
    if home is not None:
        find_zone(home, field="user_zone")
    named = {
        "user": user,
        "instant": instant,
        "timezone": timezone,
        "user_zone": own,
        "member_since": member_since,
    }
    events = EventsTable(
        name=_ACTIVITY,
        user=user,
        instant=instant,
        timezone=timezone,
        user_zone=own,
        zone=None if home is None else str(home),
        member_since=member_since,
        dates=_checked(df, named, columns, check_day_start("day_start", day_start)),
    )
    state = StateQuery(events=events, as_of=as_of, problems=True, day_start=day_start)
    query = ScoreQuery(state=state, policy=policy)
    zones = {} if home is None else {str(home): home}
    rows = _clocks(state, _asked(df, state.survey()).collect(), zones)
    text = query.scores(f"SELECT * FROM {_CLOCKS}")  # noqa: S608
    scores = _asked(df, text, _table(df.sparkSession, rows))
    return scores.where(_SOUND).selectExpr(f"user_id AS {_quoted(user)}", *columns)


def _checked(
    df: DataFrame, named: Mapping[str, str | None], result: Iterable[str], day_start: DayStart
) -> bool:
    """Refuse columns that are missing or of another type, and say whether instants are dates."""
    check_user(named["user"], result)
    for role, name in named.items():
        if name is None and role not in {"user", "instant"}:
            continue
        kinds, problem = _TYPES[role]
        kind = _kind(df, name)
        if isinstance(kind, spark.TimestampNTZType):
            raise NaiveDatetimeError("have no time zone", field=str(name), value="timestamp_ntz")
        if not isinstance(kind, kinds):
            raise InvalidTypeError(
                f"must be {problem}",
                field=str(name),
                value=kind.simpleString(),
                remedy="Cast the column.",
            )
    dates = isinstance(_kind(df, named["instant"]), spark.DateType)
    if dates:
        check_dated(str(named["instant"]), "a date", day_start)
    return dates


def _kind(df: DataFrame, name: str | None) -> spark.DataType:
    if checks.text("column", name) not in df.columns:
        raise InvalidValueError(
            "is missing",
            field=f"column {name}",
            value=df.columns,
            remedy="Say what the table calls it, such as user='author'.",
        )
    return df.schema[str(name)].dataType


def _asked(df: DataFrame, query: str, clocks: DataFrame | None = None) -> DataFrame:
    """Return what Spark makes of a query of some events."""
    text = rendered(query, "spark").replace("{", "{{").replace("}", "}}")
    for name in (_ACTIVITY, _CLOCKS):
        text = text.replace(f"FROM {name}", f"FROM {{{name}}}")
    frames: dict[str, Any] = {_ACTIVITY: df, _CLOCKS: clocks}
    return df.sparkSession.sql(text, **frames)


def _clocks(state: StateQuery, found: Iterable[Row], zones: Mapping[str, Zone]) -> list[Clock]:
    """Return the clocks of what occurs, if nothing is missing there."""
    pairs: set[tuple[str, int]] = set()
    known = dict(zones)
    for row in found:
        _refuse(state.events.user, row["nameless"])
        _refuse(state.events.instant, row["stretch"] is None)
        _refuse(str(state.events.user_zone), row["zone"] is None)
        known.setdefault(row["zone"], row["zone"])
        pairs.add((row["zone"], row["stretch"]))
    for zone in known.values():
        find_zone(zone, field=state.events.timezone or str(state.events.user_zone))
    return clocks(known, sorted(pairs), as_of=state.as_of, day_start=state.day_start)


def _refuse(field: str, missing: int | bool) -> None:
    if missing:
        raise InvalidValueError(
            "is missing in some rows", field=field, value=None, remedy="Leave out such rows."
        )


def _table(session: SparkSession, rows: Sequence[Clock]) -> DataFrame:
    """Return clocks as a DataFrame, which goes to the workers as it is."""
    columns = zip(*rows, strict=True) if rows else [[]] * len(Clock._fields)
    kinds = [pa.string(), *[pa.int64()] * 5]
    arrays = [pa.array(values, kind) for values, kind in zip(columns, kinds, strict=True)]
    return session.createDataFrame(pa.table(arrays, [*Clock._fields]))


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"

"""Everybody's score in Polars: one group a user, its days in a list, then rows of days again.

What was tried and takes longer than the 1.7 s of this, for 10 million events of users called by
text: rows of ``(user, day)`` through ``unique``, joined to the users and seen through ``over``
windows (5.5 s) or grouped into lists (4.2 s); the days sorted inside of the group (2.5 s);
``when(timezone)…`` over all zones in place of a filter a zone (0.9 s more); the engine in memory in
place of the streaming one (18 s). Lists to the end, with ``list.eval``, take as long.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl


def read(table: Any) -> pl.DataFrame:  # pyarrow has no types
    """Take over an Arrow table; text is converted to Polars' own."""
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def score(frame: pl.DataFrame, as_of: datetime) -> Any:  # pyarrow has no types
    """Return everybody's score."""
    zones = frame["timezone"].unique().cast(pl.String).to_list()
    events = frame.lazy().filter(pl.col("started_at") <= as_of)
    # Dates are numbers from here on: differences of dates are durations, which are slower.
    local = pl.concat([_in_zone(events, zone, as_of) for zone in zones])
    users = (
        local.group_by("user_id")
        .agg(pl.col("day").unique(), pl.col("there").max_by("started_at"))
        .with_columns(pl.col("day").list.sort(descending=True))
        .with_columns(today=pl.max_horizontal("there", pl.col("day").list.first()))
        .with_row_index("user")
    )
    scored = users.select("user", "user_id").join(_facts(users), on="user", how="left")
    return _parts(scored).collect(engine="streaming").to_arrow()


def _in_zone(events: pl.LazyFrame, zone: str, as_of: datetime) -> pl.LazyFrame:
    """Return the local day of the events in a zone, and what day it is there at ``as_of``."""
    today = pl.lit(as_of.astimezone(ZoneInfo(zone)).date())
    return events.filter(pl.col("timezone") == zone).select(
        "user_id",
        "started_at",
        day=pl.col("started_at").dt.convert_time_zone(zone).dt.date().to_physical(),
        there=today.to_physical(),
    )


def _facts(users: pl.LazyFrame) -> pl.LazyFrame:
    """Return what the parts are made of, for the users with an active day in the window."""
    row, user, age = pl.int_range(pl.len()), pl.col("user"), pl.col("age")
    days = (
        users.select("user", "today", "day")
        .explode("day")
        .select("user", age=pl.col("today") - pl.col("day"))
        .filter(age < 28)
        .with_columns(row=row, gap=pl.when(user == user.shift()).then(age.diff()))
    )
    first_after_a_gap = pl.col("row").filter(pl.col("gap") > 1).min()
    return days.group_by("user").agg(
        active=pl.len(),
        ago=age.min(),
        deviation=pl.col("gap").std(ddof=0),
        run=first_after_a_gap - pl.col("row").min(),
    )


def _parts(users: pl.LazyFrame) -> pl.LazyFrame:
    """Return the parts, their sum and the points; a user without a day has nulls until here."""
    active, ago = pl.col("active").fill_null(0), pl.col("ago")
    run = pl.col("run").fill_null(pl.col("active"))
    evenness = pl.max_horizontal(0.0, 1 - pl.col("deviation") / 8.75)
    recency = pl.when(ago <= 1).then(5).when(ago <= 3).then(3).when(ago <= 7).then(1).otherwise(0)
    return (
        users.select(
            "user_id",
            base=active / 28 * 60,
            distribution=pl.when(active >= 3).then(25 * evenness).otherwise(0.0),
            streak=pl.when(ago <= 1)
            .then(pl.min_horizontal(10, 2 * run))
            .otherwise(0)
            .cast(pl.Float64),
            recency=recency.cast(pl.Float64),
        )
        .with_columns(
            total=pl.sum_horizontal("base", "distribution", "streak", "recency"),
        )
        .with_columns(points=(pl.col("total").round(6) + 0.5).floor().cast(pl.Int64))
    )

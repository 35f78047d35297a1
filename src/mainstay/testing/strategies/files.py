"""Strategies for files of events: how they are written, and what is found in them."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from mainstay.reading import (
    FORMATS,
    ColumnSample,
    Condition,
    EventFormat,
    EventRows,
    Inspection,
    KnownFormat,
    Problem,
    read_events,
)
from mainstay.testing.strategies import calendar

_NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
_COLUMNS = _NAMES | st.tuples(_NAMES, _NAMES)
_FIELDS = ("user_id", "started_at", "timezone", "member_since", "duration", "kind", "id")
_TIME_FORMATS = ("%d.%m.%Y", "%Y-%m-%dT%H:%M:%S%z", "auto", "dmy", "mdy", "ymd", "iso")


def conditions() -> SearchStrategy[Condition]:
    """Return a strategy for conditions on a column, of texts or of numbers."""
    texts = st.builds(Condition, _NAMES, st.sampled_from(["=", "!="]), st.text(max_size=8))
    orders = st.sampled_from([">", ">=", "<", "<="])
    return texts | st.builds(Condition, _NAMES, orders, st.integers().map(str))


def event_formats() -> SearchStrategy[EventFormat]:
    """Return a strategy for how files say who was active, and when."""
    return st.builds(
        EventFormat,
        columns=st.dictionaries(st.sampled_from(_FIELDS), _COLUMNS),
        header=st.none() | st.lists(_NAMES, min_size=1, max_size=5),
        user_id=st.none() | _NAMES,
        kind=_NAMES,
        where=st.lists(conditions(), max_size=2),
        unpivot=st.booleans(),
        time_formats=st.lists(st.sampled_from(_TIME_FORMATS), unique=True, max_size=2),
        unit=st.sampled_from([None, "s", "ms", "us", "ns"]),
        duration_unit=st.sampled_from(["us", "ms", "s", "min", "h"]),
        naive_zone=st.none() | calendar.zones(),
    )


def known_formats() -> SearchStrategy[KnownFormat]:
    """Return a strategy for the formats of other programs that are known."""
    return st.sampled_from([*FORMATS.values()])


def column_samples() -> SearchStrategy[ColumnSample]:
    """Return a strategy for what is told of a file's columns."""
    fields = st.sampled_from(["", *_FIELDS])
    return st.builds(ColumnSample, _NAMES, fields, st.lists(_NAMES, max_size=3).map(tuple))


def problems() -> SearchStrategy[Problem]:
    """Return a strategy for what is wrong with some rows."""
    return st.builds(Problem, st.text(min_size=1), st.integers(1, 10**6))


def inspections() -> SearchStrategy[Inspection]:
    """Return a strategy for what files seem to be."""
    return st.builds(
        Inspection,
        what=st.sampled_from(["CSV, separated by commas", "JSON Lines", "Parquet"]),
        known=st.none() | st.sampled_from([*FORMATS]),
        columns=st.lists(column_samples(), max_size=4).map(tuple),
        format=st.none() | event_formats(),
        events=st.integers(0, 10**6),
        problems=st.lists(problems(), max_size=2).map(tuple),
    )


def event_rows() -> SearchStrategy[EventRows]:
    """Return a strategy for files that are being read."""
    return st.builds(lambda: read_events(["user_id,started_at", "ada,2024-05-01"]))

"""A table becomes the kind of frame that came in."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("matplotlib", reason="notebooks need mainstay[notebook]")
pytest.importorskip("duckdb", reason="frames are not installed")
pytest.importorskip("pandas", reason="frames are not installed")
pytest.importorskip("polars", reason="frames are not installed")

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

from mainstay import InvalidTypeError
from mainstay.notebook import like

TABLE = pa.table({"user_id": ["ada", "bob"], "points": [45, 9]})


class Subclass(pd.DataFrame):  # type: ignore[misc]  # pandas has no types
    """Such as a frame of GeoPandas."""


FRAMES: dict[str, tuple[Any, type]] = {
    "pandas": (pd.DataFrame({"a": [1]}), pd.DataFrame),
    "a subclass of pandas": (Subclass({"a": [1]}), pd.DataFrame),
    "polars": (pl.DataFrame({"a": [1]}), pl.DataFrame),
    "lazy polars": (pl.LazyFrame({"a": [1]}), pl.LazyFrame),
    "pyarrow": (pa.table({"a": [1]}), pa.Table),
    "a batch": (pa.record_batch({"a": [1]}), pa.Table),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_rows_stay_and_the_kind_is_the_frames(kind: str) -> None:
    frame, expected = FRAMES[kind]
    made: Any = like(frame, TABLE)
    assert type(made) is expected
    eager = made.collect() if isinstance(made, pl.LazyFrame) else made
    assert pa.table(eager).to_pydict() == TABLE.to_pydict()


def test_a_relation_of_duckdb_can_be_joined_with_the_one_that_came_in() -> None:
    events = duckdb.sql("SELECT 'ada' AS user_id, 3 AS n")
    scores: Any = like(events, TABLE)
    assert scores.join(events, "user_id").project("points, n").fetchall() == [(45, 3)]


def test_what_is_not_a_frame_is_refused() -> None:
    with pytest.raises(InvalidTypeError, match=r"^frame must be a frame .*got 'list'\. pyarrow"):
        like([1, 2], TABLE)


def test_what_is_not_a_table_is_refused() -> None:
    not_a_table: Any = {"a": 1}.keys()
    with pytest.raises(InvalidTypeError, match=r"^table must be a table that speaks Arrow"):
        like(FRAMES["pandas"][0], not_a_table)

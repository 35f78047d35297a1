"""Scores from a Parquet file, which is columns already."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain
from typing import Any

import pyarrow as pa
from pyarrow import parquet
from rich.console import Console

from mainstay.cli import terminal
from mainstay.cli.score.from_columns import (
    Events,
    TableScores,
    Tally,
    at_dates,
    scores_of,
    with_own,
)
from mainstay.cli.score.options import Options
from mainstay.columnar.clocks import DAY, microseconds
from mainstay.columnar.columns import check_dates, instants_of
from mainstay.columnar.keys import Longs
from mainstay.columnar.tables import batches
from mainstay.errors import BadRecordError, InvalidValueError
from mainstay.reading.layout import Layout, layout

__all__ = ["parquet_events", "score_parquet"]

_ROWS_READ = 1 << 16


def score_parquet(options: Options, messages: Console) -> tuple[TableScores, Tally]:
    """Read a file, and score everybody in it.

    Raises:
        BadRecordError: A row is not an event.
        InvalidValueError: The file is damaged, or lacks a column.
    """
    with parquet_events(options, messages) as events:
        return scores_of(events.batches, events.fields, options), events.tally


@contextmanager
def parquet_events(
    options: Options, messages: Console, own: Sequence[str] = ()
) -> Iterator[Events]:
    """Yield the events of a file in batches, with columns of the host's own.

    Raises:
        BadRecordError: A row is not an event.
        InvalidValueError: The file is damaged, or lacks a column.
    """
    places = with_own(layout(options.format, whole=False), own)
    tally, path = Tally(microseconds(options.as_of)), str(options.file)
    try:
        # The names of zones are few: as a dictionary's they are read once each.
        few = {*places.fields["timezone"]} & {*parquet.read_schema(path).names}
        with (
            parquet.ParquetFile(path, read_dictionary=few, pre_buffer=False) as file,
            closing(_events(file, places, tally, options, messages)) as read,
        ):
            none = next(read)
            yield Events(chain([none], read), none.schema.names, tally)
    except (pa.ArrowInvalid, OSError) as error:
        raise InvalidValueError(f"can't be read ({error})", field="FILE", value=path) from error


def _events(
    file: Any, places: Layout, tally: Tally, options: Options, messages: Console
) -> Generator[Any, None, None]:
    """Yield a file's events in batches with our fields' names, counted; one without any first."""
    names = {field: names[0] for field, names in places.fields.items() if names}
    needed = [name for name in dict.fromkeys(names.values()) if name in places.required]
    parts = chain(
        [file.schema_arrow.empty_table()],
        file.iter_batches(_ROWS_READ, columns=[*dict.fromkeys(names.values())]),
    )
    with terminal.progress(messages, "reading") as progress:
        for batch in batches(parts, needed, maybe=names.get("timezone")):
            there = {field: name for field, name in names.items() if name in batch.schema.names}
            read = {field: batch[name] for field, name in there.items()}
            try:
                events, instants = _read(read, options)
            except BadRecordError as error:
                raise BadRecordError.at("row", tally.events + error.number, error) from error
            tally.add(events["user_id"], instants, lambda _row: None)
            tally.watch(options.user, events, instants)
            progress(tally.events, file.metadata.num_rows)
            yield events


def _read(columns: dict[str, Any], options: Options) -> tuple[Any, Longs]:
    """Return a batch of events, and their instants; dates become what stands for them."""
    started = columns["started_at"]
    instants = instants_of(started, "started_at")
    if pa.types.is_date(started.type):
        check_dates(started, "started_at", options.day_start)
        instants, zones = at_dates(instants // DAY, options)
        columns["started_at"] = pa.array(instants).cast(pa.timestamp("us", "UTC"))
        columns["timezone"] = zones
    return pa.record_batch(columns), instants

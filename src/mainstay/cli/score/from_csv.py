"""Scores from a CSV file in columns: many times as fast, where every reader reads it alike."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from itertools import chain
from typing import Any, BinaryIO

import pyarrow as pa
from pyarrow import csv
from rich.console import Console

from mainstay.cli import terminal
from mainstay.cli.score import cells
from mainstay.cli.score.from_columns import Events, TableScores, Tally, scores_of, with_own
from mainstay.cli.score.options import Options
from mainstay.cli.score.plain_csv import REMEDY, Block, Header, blocks, check_plain, read_header
from mainstay.columnar.clocks import microseconds
from mainstay.columnar.columns import ids_of
from mainstay.columnar.crew import in_order
from mainstay.columnar.keys import Longs
from mainstay.errors import BadRecordError
from mainstay.reading.rows import layout

__all__ = ["csv_events", "score_csv"]

_TEXT, _FEW = pa.string(), pa.dictionary(pa.int32(), pa.string())
_NUMBER = pa.float64()
_READ_AS = {"user_id": _TEXT, "started_at": _TEXT, "timezone": _FEW, "member_since": _FEW}
_INSTANT = pa.timestamp("us", "UTC")
_KINDS = {
    "user_id": _TEXT,
    "started_at": _INSTANT,
    "timezone": _TEXT,
    "member_since": pa.date32(),
}


def score_csv(options: Options, messages: Console) -> tuple[TableScores, Tally]:
    """Read a file, or standard input, and score everybody in it.

    Raises:
        BadRecordError: A line is bad, or may be read otherwise line by line.
        InvalidValueError: Somebody joined after today.
    """
    with csv_events(options, messages) as events:
        return scores_of(events.batches, events.fields, options), events.tally


@contextmanager
def csv_events(options: Options, messages: Console, own: Sequence[str] = ()) -> Iterator[Events]:
    """Yield the events of a file, or of standard input, in batches, with columns of the host's own.

    Raises:
        BadRecordError: A line is bad, or may be read otherwise line by line.
    """
    piped = options.file in (None, "-")
    name = terminal.standard_input().fileno() if piped else str(options.file)
    tally = Tally(microseconds(options.as_of))
    with open(name, "rb", closefd=not piped) as file:
        places = with_own(layout(options.columns, options.member_since), own)
        header = read_header(file, places)
        fields = _fields(header)
        with closing(_batches(file, header, options, tally, messages)) as batches:
            yield Events(chain([_nothing(fields)], batches), fields, tally)


def _fields(header: Header) -> list[str]:
    """Return the fields that there will be: the zone of an event is always one."""
    places = header.places.items()
    return [field for field, place in places if place is not None or field == "timezone"]


def _nothing(fields: list[str]) -> Any:
    kinds = [(field, _KINDS.get(field, _NUMBER)) for field in fields]
    return pa.RecordBatch.from_pylist([], pa.schema(kinds))


def _batches(
    file: BinaryIO,
    header: Header,
    options: Options,
    tally: Tally,
    messages: Console,
) -> Generator[Any, None, None]:
    """Yield a file's events in batches, counted; some are read ahead."""
    size, done = os.fstat(file.fileno()).st_size, 0
    read = in_order(partial(_read, header=header, options=options), blocks(file, header.line))
    with terminal.progress(messages, "reading") as progress:
        for block, batch, instants in read:
            tally.add(batch["user_id"], instants, block.line_of)
            tally.watch(options.user, batch, instants)
            done += len(block.text)
            progress(tally.events, tally.events * size // done if size else None)
            yield batch


def _read(block: Block, *, header: Header, options: Options) -> tuple[Block, Any, Longs]:
    """Read a block; what is wrong is said with its line."""
    check_plain(block)
    texts = _columns(block, header)
    try:
        return block, *_events(texts, options)
    except BadRecordError as error:
        raise BadRecordError.at("line", block.line_of(error.number), error) from error


def _columns(block: Block, header: Header) -> dict[str, Any]:
    """Return the texts of our fields' columns."""
    refused: list[Any] = []

    def refuse(row: Any) -> str:
        refused.append(row)
        return "error"

    places = {field: str(place) for field, place in header.places.items() if place is not None}
    try:
        table = csv.read_csv(
            pa.py_buffer(block.text),
            csv.ReadOptions(
                use_threads=False,
                block_size=len(block.text) + 1,
                column_names=[str(place) for place in range(header.width)],
            ),
            csv.ParseOptions(invalid_row_handler=refuse),
            csv.ConvertOptions(
                include_columns=[*places.values()],
                column_types={place: _READ_AS.get(field, _TEXT) for field, place in places.items()},
                null_values=[],
            ),
        )
    except pa.ArrowInvalid as error:
        raise _no_row(block, refused, error) from error
    return {field: table[place].combine_chunks() for field, place in places.items()}


def _no_row(block: Block, refused: list[Any], error: pa.ArrowInvalid) -> BadRecordError:
    line, problem, value = block.line, f"or one after it can't be read ({error})", block.text[:80]
    if refused:
        line, value = block.line_of(refused[0].number - 1), refused[0].text
        problem = f"must have {refused[0].expected_columns} columns"
    return BadRecordError(
        problem, field="the line", value=value, remedy=REMEDY, place="line", number=line
    )


def _events(texts: dict[str, Any], options: Options) -> tuple[Any, Longs]:
    """Return a batch of events, and their instants."""
    timestamps = cells.Timestamps(texts["started_at"], options)
    columns = {
        "user_id": ids_of(texts["user_id"], "user_id"),
        "started_at": pa.array(timestamps.instants).view(_INSTANT),
    }
    columns["timezone"] = _zones(texts, timestamps, options)
    if "member_since" in texts:
        columns["member_since"] = cells.dates(texts["member_since"])
    own = [field for field in texts if field not in _READ_AS]
    columns |= {field: cells.numbers(texts[field], field) for field in own}
    return pa.record_batch(columns), timestamps.instants


def _zones(texts: dict[str, Any], timestamps: cells.Timestamps, options: Options) -> Any:
    """Return the zones that events were recorded in; null where the users' own decides."""
    carried = timestamps.zones if options.zone is None else None
    recorded = None
    if "timezone" in texts:
        recorded = cells.zones(texts["timezone"], carried)
    if timestamps.dated is not None:
        return timestamps.dated
    if recorded is not None:
        return recorded
    return carried() if carried else _unknown(len(timestamps.instants))


def _unknown(rows: int) -> Any:
    return pa.DictionaryArray.from_arrays(pa.nulls(rows, pa.int32()), pa.array([], _TEXT))

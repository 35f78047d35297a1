"""Scores from a file of text in columns: many times as fast, where that gives the same answer."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from rich.console import Console

from mainstay.cli import terminal
from mainstay.cli.score import cells
from mainstay.cli.score.from_columns import Events, TableScores, Tally, scores_of, with_own
from mainstay.cli.score.options import Options
from mainstay.columnar.clocks import microseconds
from mainstay.columnar.columns import ids_of
from mainstay.columnar.crew import in_order
from mainstay.columnar.keys import Longs
from mainstay.columnar.text_columns import NotInColumnsError, TextColumns, text_columns
from mainstay.errors import BadRecordError, InvalidValueError
from mainstay.reading.layout import layout

__all__ = ["say_slow", "score_text", "text_events"]

_TEXT, _INSTANT = pa.string(), pa.timestamp("us", "UTC")
_KINDS = {
    "user_id": _TEXT,
    "started_at": _INSTANT,
    "timezone": _TEXT,
    "member_since": pa.date32(),
}


def score_text(options: Options, messages: Console) -> tuple[TableScores, Tally]:
    """Read a file, or standard input, and score everybody in it.

    Raises:
        BadRecordError: A line is bad, or may be read otherwise line by line.
        UnreadableFileError: It can't be read in columns.
        InvalidValueError: Somebody joined after today.
    """
    with text_events(options, messages) as events:
        return scores_of(events.batches, events.fields, options), events.tally


@contextmanager
def text_events(options: Options, messages: Console, own: Sequence[str] = ()) -> Iterator[Events]:
    """Yield the events of a file, or of standard input, in batches, with columns of the host's own.

    Raises:
        BadRecordError: A line is bad, or may be read otherwise line by line.
        UnreadableFileError: It can't be read in columns.
    """
    places = with_own(layout(options.format, whole=False), own)
    tally = Tally(microseconds(options.as_of))
    with _path(options) as path:
        file = text_columns(path, places)
        fields = [*dict.fromkeys(["user_id", *file.fields, "timezone"])]
        with closing(_batches(file, options, tally, messages)) as read:
            yield Events(chain([_nothing(fields)], read), fields, tally)


def say_slow(error: InvalidValueError, options: Options, messages: Console) -> None:
    """Say on a terminal, where somebody waits, why a large file is read line by line after all."""
    if isinstance(error, NotInColumnsError) and messages.is_terminal:
        terminal.say(messages, f"Reading line by line: {options.file} {error.problem}.")


@contextmanager
def _path(options: Options) -> Iterator[Path]:
    """Yield where the events are; those of standard input become a file first."""
    if options.file not in (None, "-"):
        yield Path(str(options.file))
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "events"
        terminal.save_input(path)
        yield path


def _nothing(fields: list[str]) -> Any:
    kinds = [(field, _KINDS.get(field, pa.float64())) for field in fields]
    return pa.RecordBatch.from_pylist([], pa.schema(kinds))


def _batches(
    file: TextColumns, options: Options, tally: Tally, messages: Console
) -> Generator[Any, None, None]:
    """Yield a file's events in batches, counted; some are read ahead."""
    read = in_order(partial(_read, file, options), _numbered(file.batches))
    with terminal.progress(messages, "reading") as progress:
        for begin, batch, instants in read:
            tally.add(batch["user_id"], instants, partial(_line, file, begin))
            tally.watch(options.user, batch, instants)
            progress(tally.events, None)
            yield batch


def _numbered(batches: Iterator[Any]) -> Iterator[tuple[int, Any]]:
    """Yield batches with the number of their first row."""
    begin = 0
    for batch in batches:
        yield begin, batch
        begin += len(batch)


def _line(file: TextColumns, begin: int, row: int) -> int:
    return file.line_of(begin + row)


def _read(file: TextColumns, options: Options, item: tuple[int, Any]) -> tuple[int, Any, Longs]:
    """Read a batch; what is wrong is said with its line."""
    begin, texts = item
    try:
        return begin, *_events(texts, options)
    except BadRecordError as error:
        line = file.line_of(begin + error.number)
        raise BadRecordError.at("line", line, error) from error


def _events(texts: Any, options: Options) -> tuple[Any, Longs]:
    """Return a batch of events, and their instants."""
    timestamps = cells.Timestamps(texts["started_at"], options)
    columns = {
        "user_id": _users(texts, options),
        "started_at": pa.array(timestamps.instants).view(_INSTANT),
        "timezone": _zones(texts, timestamps, options),
    }
    if "member_since" in texts.schema.names:
        columns["member_since"] = cells.dates(_few(texts["member_since"]))
    own = [field for field in texts.schema.names if field not in _KINDS]
    columns |= {field: cells.numbers(texts[field], field) for field in own}
    return pa.record_batch(columns), timestamps.instants


def _users(texts: Any, options: Options) -> Any:
    if options.format.user_id is None:
        return ids_of(texts["user_id"], "user_id")
    return pa.repeat(options.format.user_id, len(texts))


def _few(column: Any) -> Any:
    """Return texts as a dictionary's, each of which is read once; a null is an empty one."""
    return column.fill_null("").dictionary_encode()


def _zones(texts: Any, timestamps: cells.Timestamps, options: Options) -> Any:
    """Return the zones that events were recorded in; null where the users' own decides."""
    carried = timestamps.zones if options.zone is None else None
    recorded = None
    if "timezone" in texts.schema.names:
        recorded = cells.zones(_few(texts["timezone"]), carried)
    if timestamps.dated is not None:
        return timestamps.dated
    if recorded is not None:
        return recorded
    return carried() if carried else _unknown(len(timestamps.instants))


def _unknown(rows: int) -> Any:
    return pa.DictionaryArray.from_arrays(pa.nulls(rows, pa.int32()), pa.array([], _TEXT))

"""Events in batches of columns, read line by line: from what no faster reader takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from rich.console import Console

from mainstay.cli import terminal
from mainstay.cli.score.from_columns import Events, Tally
from mainstay.cli.score.options import Options
from mainstay.columnar.clocks import microseconds
from mainstay.errors import BadRecordError
from mainstay.localdays import moment_of
from mainstay.reading import EventRows, read_events

__all__ = ["events_of", "line_events"]

Row: TypeAlias = tuple[str, datetime, str | None]

_ROWS = 1 << 16
_FIELDS = ("user_id", "started_at", "timezone")


@contextmanager
def line_events(options: Options, messages: Console, bad: terminal.BadLines) -> Iterator[Events]:
    """Yield the events of a file, or of standard input; their instants are texts with offsets."""
    with terminal.open_events(options.file or "-", messages) as source:
        items = read_events(source, format=options.format, day_start=options.day_start)
        yield events_of(_rows(items, options, bad), options)


def events_of(rows: Iterator[Row], options: Options) -> Events:
    """Return events in batches, given who, when, and in which zone."""
    tally = Tally(microseconds(options.as_of))
    return Events(_batches(rows, tally), _FIELDS, tally)


def _batches(rows: Iterator[Row], tally: Tally) -> Iterator[Any]:
    yield _batch([])
    while some := [*islice(rows, _ROWS)]:
        batch = _batch(some)
        instants = np.array([microseconds(at) for _, at, _ in some])
        tally.add(batch["user_id"], instants, lambda _row: None)
        yield batch


def _batch(rows: list[Row]) -> Any:
    columns: Any = zip(*rows, strict=True) if rows else [(), (), ()]
    users, instants, zones = columns
    texts = (users, [at.isoformat() for at in instants], zones)
    arrays = [pa.array(column, pa.string()) for column in texts]
    return pa.RecordBatch.from_arrays(arrays, _FIELDS)


def _rows(items: EventRows, options: Options, bad: terminal.BadLines) -> Iterator[Row]:
    as_of, start = options.as_of, options.day_start
    for item in items:
        if isinstance(item, BadRecordError):
            bad.skip(item)
        elif item.day is not None:
            at, zone = moment_of(item.day, as_of=as_of, zone=options.zone, day_start=start)
            yield item.session.user_id, at, zone
        else:
            yield item.session.user_id, item.session.started_at, item.session.timezone
    bad.left_out = terminal.left_out(items, options.format)

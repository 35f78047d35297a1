"""All events of a file or a store, for the commands that look at everybody over all time."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
from rich.console import Console

from mainstay.cli import terminal
from mainstay.cli.score.engines import is_parquet, pays
from mainstay.cli.score.from_columns import EPOCH, Events, Tally
from mainstay.cli.score.from_csv import csv_events
from mainstay.cli.score.from_lines import events_of, line_events
from mainstay.cli.score.from_parquet import parquet_events
from mainstay.cli.score.options import Options
from mainstay.cli.store import PreparedStore
from mainstay.errors import InvalidValueError

__all__ = ["Read", "read_file", "read_store"]


@attrs.frozen
class Read:
    """All events of a file or a store.

    Attributes:
        batches: The events, the first batch empty.
        latest: When the latest one was, also one after the instant that is looked back from.
        later: How many are after that.
        skipped: How many lines were bad.
    """

    batches: list[Any]
    latest: datetime
    later: int = 0
    skipped: int = 0


def read_file(options: Options, messages: Console) -> Read:
    """Read a file of events by the reader that suits."""
    path = None if options.file in (None, "-") else Path(str(options.file))
    if path is not None and is_parquet(path):
        return _all(parquet_events(str(path), options, messages))
    if path is not None and pays(path):
        with suppress(InvalidValueError):  # line by line, it can be read, or the line be named
            return _all(csv_events(options, messages))
    bad = terminal.BadLines(messages, skip_all=options.skip_bad)
    return attrs.evolve(_all(line_events(options, messages, bad)), skipped=bad.count)


def read_store(store: PreparedStore, options: Options) -> Read:
    """Read all events of a store up to an instant."""
    events = events_of(store.moments(until=options.as_of), options)
    return _all(nullcontext(events))


def _all(source: AbstractContextManager[Events]) -> Read:
    with source as events:
        batches = [*events.batches]
    tally: Tally = events.tally
    if tally.latest is None:
        raise InvalidValueError(
            "must not be empty",
            field="the input",
            remedy="There is no event in it up to that instant.",
        )
    latest = EPOCH + timedelta(microseconds=tally.latest[0])
    return Read(batches, latest, tally.later)

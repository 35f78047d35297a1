"""All events of a file or a store, for the commands that look at everybody over all time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Generic, TypeVar

import attrs
from rich.console import Console

from mainstay.cli import terminal
from mainstay.cli.score.engines import check_engine, is_plain, pays, say_why
from mainstay.cli.score.from_columns import Events
from mainstay.cli.score.from_lines import events_of, line_events
from mainstay.cli.score.from_parquet import parquet_events
from mainstay.cli.score.from_text import say_slow, text_events
from mainstay.cli.score.options import Options
from mainstay.cli.store import PreparedStore
from mainstay.errors import InvalidValueError
from mainstay.reading.opening import is_parquet

__all__ = ["Read", "read_file", "read_store"]

T = TypeVar("T")

_PLAIN = "With --measure, the file must be Parquet, or CSV or JSON as most programs write it."


@attrs.frozen
class Read(Generic[T]):
    """What was made of all events of a file or a store.

    Attributes:
        made: What was made of them.
        later: How many are after the instant that is looked back from.
        skipped: How many lines were bad.
        left_out: How many rows did not count, if there is a condition that they must meet.
    """

    made: T
    later: int = 0
    skipped: int = 0
    left_out: int | None = None


def read_file(
    options: Options,
    messages: Console,
    make: Callable[[Events], T],
    *,
    own: Sequence[str] = (),
) -> Read[T]:
    """Read a file of events by the reader that suits, and make something of them on their way.

    Args:
        options: The command line.
        messages: Where progress is shown.
        make: What is made of the events; it is done again where they turn out not to be plain.
        own: Columns of numbers of the host's own, which only the readers in columns know.
    """
    check_engine(options)
    if own and not is_plain(options.format):
        raise InvalidValueError(
            "needs columns that are read as they are", field="--measure", value=own, remedy=_PLAIN
        )
    if own or pays(options):
        events = parquet_events if is_parquet(Path(str(options.file))) else text_events
        try:
            return _made(events(options, messages, own), make)
        except InvalidValueError as error:  # row by row, it can be read, or the row be named
            if own:
                error.remedy = _PLAIN
                raise
            say_slow(error, options, messages)
    else:
        say_why(options, messages)
    bad = terminal.BadLines(messages, skip_all=options.skip_bad)
    read = _made(line_events(options, messages, bad), make)
    return attrs.evolve(read, skipped=bad.count, left_out=bad.left_out)


def read_store(store: PreparedStore, options: Options, make: Callable[[Events], T]) -> Read[T]:
    """Read all events of a store up to an instant, and make something of them."""
    return _made(nullcontext(events_of(store.moments(until=options.as_of), options)), make)


def _made(source: AbstractContextManager[Events], make: Callable[[Events], T]) -> Read[T]:
    with source as events:
        return Read(make(events), events.tally.later)

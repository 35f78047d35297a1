"""From events to the state of all users: one pass, in chunks, on all cores."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import chain, islice
from typing import Any, Self

import attrs
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mainstay import _checks as checks
from mainstay.columnar.bit_columns import AnyBits, bit_columns
from mainstay.columnar.crew import Crew, Task, finished
from mainstay.columnar.keys import Longs
from mainstay.columnar.parts import Counts
from mainstay.columnar.reading import Columns, Reader
from mainstay.columnar.state import Active, Days, PerUser, State, Year
from mainstay.columnar.tables import Source, batches
from mainstay.columnar.zones import LocalDays
from mainstay.daystarts import DayStart, check_day_start
from mainstay.scores.by_policy import Policy
from mainstay.scores.consistency.policy import DEFAULT_POLICY
from mainstay.scores.year.policy import YearPolicy

__all__ = ["Folded", "Windows", "chunks", "clock_of", "fold", "gather"]

#: Rows worked on at once: enough for threads not to wait for one another at every call of numpy's,
#: few enough for the cache.
ROWS = 1 << 17
#: Chunks whose users' state is changed at once, so that its part of the memory is in the cache.
CHUNKS = 16


@attrs.frozen
class Windows:
    """The windows of many users, each ending on the user's today.

    Attributes:
        bits: Bit *n* is set if they were active *n* days before.
        today: In days since 1970.
        joined: The day they joined, in days since 1970, if that was asked for.
        weeks: Bit *n* is set if they were active in the ISO week *n* weeks before today's, if the
            policy is of the year score.
    """

    bits: NDArray[np.uint32]
    today: NDArray[np.int32]
    joined: Longs | None = None
    weeks: NDArray[np.uint64] | None = None

    @classmethod
    def of(cls, columns: Iterable[AnyBits], today: Longs | Counts, joined: Longs | None) -> Self:
        """Return the windows with these columns of bits."""
        days, *weeks = columns
        return cls(days, today.astype(np.int32), joined, *weeks)

    def part(self, start: int, stop: int) -> Self:
        """Return some of them."""
        rows = slice(start, stop)
        joined = None if self.joined is None else self.joined[rows]
        return self.of((bits[rows] for bits in self.columns), self.today[rows], joined)

    @property
    def columns(self) -> tuple[AnyBits, ...]:
        """All their columns of bits."""
        return (self.bits,) if self.weeks is None else (self.bits, self.weeks)


@attrs.frozen
class Folded:
    """The state of all users with an event up to ``as_of``, in the order of their appearance.

    Attributes:
        users: Their ids, an Arrow array.
        horizon: The day that days are counted back from, in days since 1970.
        bits: Bits counted back from the horizon, of which those that are too old for any window
            mean nothing: of days, and of weeks if the policy is of the year score.
        lags: How many days before the horizon their today is.
        joined: The day they joined, in days since 1970, if that was asked for.
    """

    users: Any
    horizon: int
    bits: tuple[AnyBits, ...]
    lags: NDArray[np.uint32]
    joined: Longs | None

    def windows(self, policy: Policy) -> Windows:
        """Return their windows, as long as the policy's."""
        today = self.horizon - self.lags.astype(np.int64)
        columns = zip(bit_columns(policy), self.bits, strict=False)  # weeks may not be asked for
        bits = (column.ended(some, self.horizon, today) for column, some in columns)
        return Windows.of(bits, today, self.joined)


def fold(
    source: Source,
    columns: Columns,
    *,
    as_of: datetime,
    day_start: DayStart,
    policy: Policy = DEFAULT_POLICY,
    threads: int | None = None,
) -> Folded:
    """Return what a source's events come to, worked on by so many threads, or one a core."""
    clock = clock_of(as_of, day_start)
    days = Year(clock.horizon) if isinstance(policy, YearPolicy) else Days()
    users, state = gather(source, columns, clock, days, threads=threads)
    return Folded(
        users=users,
        horizon=clock.horizon,
        bits=days.bits(len(users)),
        lags=state.lags(len(users), clock),
        joined=None if state.joined is None else state.joined.of(len(users)),
    )


def clock_of(as_of: datetime, day_start: DayStart) -> LocalDays:
    """Return the local days up to an instant."""
    return LocalDays(checks.instant("as_of", as_of), check_day_start("day_start", day_start))


def gather(
    source: Source,
    columns: Columns,
    clock: LocalDays,
    days: Active,
    *,
    threads: int | None = None,
    also: Sequence[PerUser] = (),
) -> tuple[Any, State]:
    """Return a source's users, and their state: their days, and what else is to be kept of each."""
    parts = batches(source, columns.needed, maybe=columns.user_zone, kinds=columns.kinds)
    none = next(parts)
    columns = columns.among(none.schema.names)
    reader, state = Reader(columns, clock, days.oldest), State(columns, days, also)
    with Crew(threads) as crew:
        read = crew.in_order(reader, chunks(chain([none], parts)))
        added: deque[Task[None]] = deque()
        while some := [
            (chunk, reader.users().number(found)) for found, chunk in islice(read, CHUNKS)
        ]:
            finished(added)
            added.extend(crew.start(partial(kept.add, some)) for kept in state.kept)
        finished(added)
    return reader.ids(), state


def chunks(parts: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """Yield the rows of batches in chunks, each with the number of its first."""
    row = 0
    for batch in _grouped(parts):
        for start in range(0, max(batch.num_rows, 1), ROWS):
            yield row + start, batch.slice(start, ROWS)
        row += batch.num_rows


def _grouped(parts: Iterable[Any]) -> Iterator[Any]:
    """Yield batches, small ones put together if they are of one kind and have no dictionaries."""
    held: list[Any] = []
    for batch in parts:
        if held and not _go_together(held, batch):
            yield _together(held)
            held = []
        held.append(batch)
    yield _together(held)


def _go_together(held: list[Any], batch: Any) -> bool:
    schema = batch.schema
    return (
        schema == held[0].schema
        and not any(pa.types.is_dictionary(kind) for kind in schema.types)
        and sum(map(len, held)) + len(batch) <= ROWS
    )


def _together(held: list[Any]) -> Any:
    if len(held) == 1:
        return held[0]
    return pa.concat_batches(held)

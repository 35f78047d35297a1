"""Scores from events in columns: Arrow's batches in, one pass, no object a user."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mainstay.activity.session import Session
from mainstay.activity.window import ActivityWindow
from mainstay.activity.year import ActivityYear
from mainstay.cli.score.options import Options
from mainstay.cli.score.result import Result, Row, Scored, csv_columns, nobody
from mainstay.columnar.bit_columns import bit_columns
from mainstay.columnar.clocks import DAY, microseconds
from mainstay.columnar.columns import NO_DAY, decoded, is_text
from mainstay.columnar.folding import Windows, fold
from mainstay.columnar.keys import Longs
from mainstay.columnar.parts import Counts
from mainstay.columnar.reading import Columns
from mainstay.columnar.scores import possible_days, possible_in_year, scored
from mainstay.columnar.states import as_date, best_rows
from mainstay.localdays import DATED, local_day, moment_of, noon_of
from mainstay.reading.layout import Layout
from mainstay.scores.by_policy import Policy, State, score_of
from mainstay.scores.year.policy import YearPolicy

__all__ = [
    "EPOCH",
    "Events",
    "TableScores",
    "Tally",
    "at_dates",
    "own_field",
    "result_of",
    "scores_of",
    "with_own",
]

_ROWS = 1 << 15
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ORDER = [("total", "descending"), ("user_id", "ascending")]


@attrs.define
class Tally:
    """What is counted of the events on their way.

    Attributes:
        as_of: The instant after which they count as later, in microseconds since 1970.
        events: How many there were.
        later: How many of them were after that.
        latest: The latest of all, the first of several: when, whose, and what says on which line.
        seen: The events of the user who is asked for, in portions: their instants, and the rows.
    """

    as_of: int
    events: int = 0
    later: int = 0
    latest: tuple[int, str, Callable[[], int | None]] | None = None
    seen: list[tuple[Longs, Any]] = attrs.field(factory=list)

    def watch(self, user: str | None, events: Any, instants: Longs) -> None:
        """Remember the events of the user who is asked for."""
        if user is None:
            return
        ids = decoded(events["user_id"])
        if is_text(ids.type) or pa.types.is_integer(ids.type):  # others are refused later on
            own = pc.call_function("equal", [ids.cast(pa.large_string()), pa.scalar(user)])
            own = own.fill_null(False).to_numpy(zero_copy_only=False)
            rows = np.flatnonzero(own & (instants <= self.as_of))
            self.seen.append((instants[rows], events.take(pa.array(rows))))

    def days(self, options: Options) -> frozenset[date]:
        """Return all days on which the user who is asked for was active."""
        found: set[date] = set()
        for instants, events in self.seen:
            zones = [options.zone or events["started_at"].type.tz] * len(instants)
            if "timezone" in events.schema.names:
                own = events["timezone"].to_pylist()
                zones = [zone or other for zone, other in zip(own, zones, strict=True)]
            for instant, zone in {*zip(instants.tolist(), zones, strict=True)}:
                at = EPOCH + timedelta(microseconds=instant)
                found.add(local_day(at, zone=zone, day_start=options.day_start))
        return frozenset(found)

    def add(self, users: Any, instants: Longs, line_of: Callable[[int], int | None]) -> None:
        """Count more events, of which it can be said on which line they are."""
        if not len(instants):
            return
        self.events += len(instants)
        self.later += int(np.count_nonzero(instants > self.as_of))
        row = int(instants.argmax())
        at = int(instants[row])
        if self.latest is None or at > self.latest[0]:
            self.latest = at, str(users[row].as_py()), lambda: line_of(row)


def own_field(column: str) -> str:
    """Return what batches call a column of the host's own, which may be named as one of ours."""
    return f"column {column}"


def with_own(places: Layout, columns: Sequence[str]) -> Layout:
    """Return where fields are, columns of the host's own among them, which must be there."""
    own = {own_field(column): (column,) for column in columns}
    return attrs.evolve(
        places, fields={**places.fields, **own}, required=places.required | {*columns}
    )


@attrs.frozen
class Events:
    """The events of a file on their way, in batches with our fields' names, the first one empty.

    Attributes:
        batches: The batches, to be taken once.
        fields: Which of our fields there are.
        tally: What is counted of them.
    """

    batches: Iterator[Any]
    fields: Sequence[str]
    tally: Tally


@attrs.frozen
class TableScores:
    """Everybody's scores, a row each, in no order: only what is shown is sorted."""

    table: Any
    policy: Policy

    @property
    def users(self) -> int:
        """How many users there are."""
        return int(self.table.num_rows)

    @property
    def active(self) -> int:
        """How many of them were active."""
        return int(np.count_nonzero(self.table["total"].to_numpy()))

    def ids(self) -> list[str]:
        """Return all users."""
        return [str(user) for user in self.table["user_id"].to_pylist()]

    def of(self, user: str) -> Scored:
        """Return a user's, who must be there."""
        return self._objects(self.table.slice(self.ids().index(user), 1))[0]

    def best(self, most: int | None) -> list[Scored]:
        """Return so many, or all."""
        return self._objects(self._sorted(most))

    def rows(self, most: int | None) -> Iterator[Row]:
        """Yield so many users' values for ``--csv``, or all."""
        table = self._sorted(most).select(csv_columns(self.policy))
        for batch in table.to_batches(max_chunksize=_ROWS):
            yield from zip(*[column.to_pylist() for column in batch.columns], strict=True)

    def _sorted(self, most: int | None) -> Any:
        if most is None:
            return self.table.sort_by(_ORDER)
        return best_rows(self.table, min(most, self.users), _ORDER)

    def _objects(self, table: Any) -> list[Scored]:
        bits = [column.name for column in bit_columns(self.policy)]
        fields = [table[name].to_pylist() for name in ("user_id", "member_since", "today", *bits)]
        return [
            Scored(str(user), score_of(self._state(*state), joined, self.policy))
            for user, joined, *state in zip(*fields, strict=True)
        ]

    def _state(self, today: date, *bits: int) -> State:
        if isinstance(self.policy, YearPolicy):
            return ActivityYear(today, *bits)
        return ActivityWindow(today, *bits)


def scores_of(batches: Iterable[Any], names: Iterable[str], options: Options) -> TableScores:
    """Return everybody's scores from batches of events, whose columns have our fields' names."""
    folded = fold(
        batches,
        Columns(
            user="user_id",
            instant="started_at",
            timezone="timezone" if "timezone" in names else None,
            member_since="member_since" if "member_since" in names else None,
            zone=options.zone,
        ),
        as_of=options.as_of,
        day_start=options.day_start,
        policy=options.policy,
    )
    windows = folded.windows(options.policy)
    table = scored("user_id", folded.users, windows, options.policy)
    joined = np.full(len(windows.bits), NO_DAY) if windows.joined is None else windows.joined
    dates = pa.array(joined, mask=joined == NO_DAY).cast(pa.int32()).cast(pa.date32())
    table = table.rename_columns({"points": "score"}).append_column("member_since", dates)
    for name, numbers in _possible(folded.users, windows, options.policy).items():
        table = table.append_column(name, pa.array(np.broadcast_to(numbers, joined.shape)))
    return TableScores(table, options.policy)


def _possible(users: Any, windows: Windows, policy: Policy) -> dict[str, Counts | int]:
    """Return what users' active days, and weeks, are divided by."""
    if isinstance(policy, YearPolicy):
        days, weeks = possible_in_year(users, windows, policy)
        return {"possible_days": days, "possible_weeks": weeks}
    return {"possible_days": possible_days(users, windows, policy)}


def at_dates(days: Longs, options: Options) -> tuple[Longs, Any]:
    """Return the instants that stand for dates, in days since 1970, and a dictionary of zones."""
    instants, places, names = days * DAY + DAY // 2, np.zeros(len(days), np.int32), [DATED]
    today = microseconds(options.as_of) // DAY
    for day in (today, today + 1):  # later ones have begun nowhere
        noon = noon_of(as_date(np.int64(day)))
        at, zone = moment_of(
            noon.date(), as_of=options.as_of, zone=options.zone, day_start=options.day_start
        )
        if at != noon:
            instants[days == day] = microseconds(at)
            places[days == day] = len(names)
            names.append(zone)
    return instants, pa.DictionaryArray.from_arrays(pa.array(places), pa.array(names))


def result_of(scores: TableScores, tally: Tally, options: Options) -> Result:
    """Return what scoring came to, if the user who is asked for is there."""
    if options.user is not None and options.user not in (users := scores.ids()):
        raise nobody(options.user, users)
    at, user, line = tally.latest or (0, "", lambda: None)
    return Result(
        scores=scores,
        source="input",
        events=tally.events - tally.later,
        later=tally.later,
        latest=Session(user, EPOCH + timedelta(microseconds=at)) if user else None,
        line=line,
        days=tally.days(options),
    )

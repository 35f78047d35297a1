"""From a chunk of rows to what it adds to its users' state; any number of threads can do it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from threading import Lock
from typing import Any

import attrs
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mainstay import _checks as checks
from mainstay.columnar.columns import (
    NO_ZONE,
    check_dates,
    check_years,
    complete,
    days_of,
    decoded,
    empty_texts,
    first,
    floats_of,
    ids_of,
    instants_of,
    is_text,
    plain,
    refuse_empty,
    tried,
    wall_times,
    zones_of,
)
from mainstay.columnar.ids import restored, typed
from mainstay.columnar.keys import Longs, Mask
from mainstay.columnar.moments import Moments, Walls, from_texts, from_wall_clocks
from mainstay.columnar.users import Found, Users, same_place
from mainstay.columnar.zones import LocalDays
from mainstay.errors import BadRecordError, InvalidTypeError
from mainstay.localdays import DATED, Zone, find_zone

__all__ = ["OLDER", "Chunk", "Columns", "Reader"]

#: The last of the days counted back from the horizon stands for all before it, too.
OLDER = 31
_MOST_BYTES = 2**31
_optional_name = checks.optional(checks.text)


def _names(field: str, value: object) -> tuple[str, ...]:
    return tuple(checks.text(field, name) for name in checks.instance(field, value, tuple))


_NOTHING = np.empty(0, np.int64)


@attrs.frozen(kw_only=True)
class Columns:
    """What the columns of events are called.

    Attributes:
        user: Who it was.
        instant: When it was.
        timezone: The zone that it was recorded in.
        user_zone: The user's own zone, the same on all of a user's rows.
        member_since: The day that the user joined.
        zone: The zone of all users, instead.
        naive_zone: The zone of times that have none, and whose rows name none.
        values: Numbers of the host's own.
    """

    user: str = attrs.field(validator=checks.each(checks.text))
    instant: str = attrs.field(validator=checks.each(checks.text))
    timezone: str | None = attrs.field(default=None, validator=_optional_name)
    user_zone: Zone | None = None
    member_since: str | None = attrs.field(default=None, validator=_optional_name)
    zone: Zone | None = None
    naive_zone: Zone | None = None
    values: tuple[str, ...] = attrs.field(default=(), validator=checks.each(_names))

    @property
    def needed(self) -> list[str]:
        """Those that must be there, each once."""
        named = (self.user, self.instant, self.timezone, self.member_since, *self.values)
        return [*dict.fromkeys(name for name in named if name is not None)]

    @property
    def kinds(self) -> dict[str, Any]:
        """What they are read as where they are written in CSV."""
        texts = (self.user, self.instant, self.timezone, self.user_zone)
        kinds = {name: pa.string() for name in texts if isinstance(name, str)}
        return kinds if self.member_since is None else kinds | {self.member_since: pa.date32()}

    def among(self, names: Sequence[str]) -> Columns:
        """Return them with ``user_zone`` settled: a zone, if it is not a column of the table."""
        if self.user_zone is None or self.user_zone in names:
            return self
        find_zone(self.user_zone, field="user_zone")
        return attrs.evolve(self, user_zone=None, zone=self.user_zone)


@attrs.frozen
class Chunk:
    """What events up to ``as_of`` add to their users' state.

    Many are held at a time, so what is small is kept small.

    Attributes:
        ages: How many days before the horizon each event was, the last standing for all before.
        instants: When it was, in microseconds since 1970.
        ranks: What decides on today between equal instants.
        zones: The user's own zone, if that is a column.
        joined: When the user joined, in days since 1970, if that is a column.
        values: The host's own numbers, a row a column, NaN where there is none.
        start: The first row.
        rows: The rows counted from it, if they are not all there.
    """

    ages: NDArray[np.unsignedinteger[Any]]
    instants: Longs
    ranks: NDArray[np.uint8]
    zones: Longs
    joined: Longs
    values: NDArray[np.float64]
    start: int
    rows: Longs | None

    def row(self, index: int) -> int:
        """Return where in the table one of the events is."""
        return self.start + (index if self.rows is None else int(self.rows[index]))


class Reader:
    """Reads chunks. What is wrong is said with the number of the first bad row.

    Args:
        columns: What the columns are called.
        days: The local days.
        oldest: The last of the days counted back from the horizon, which stands for all before.
    """

    def __init__(self, columns: Columns, days: LocalDays, oldest: int = OLDER) -> None:
        self._columns = columns
        self._days = days
        self._oldest = oldest
        self._small = np.min_scalar_type(oldest)
        self._users: Users | None = None
        self._kind: Any = None
        self._checked: tuple[Any, Mask | None] | None = None
        self._lock = Lock()
        self._own: int | None = None
        if columns.zone is not None:
            self._own = days.number(find_zone(columns.zone))
        self._naive: int | None = None
        if columns.naive_zone is not None:
            self._naive = days.number(find_zone(columns.naive_zone, field="naive_zone"))
        self._dated: int = days.number(find_zone(DATED))

    def __call__(self, item: tuple[int, Any]) -> tuple[Found, Chunk]:
        """Read a chunk that begins at some row of the table: whose events, and which."""
        start, batch = item
        try:
            events = tried(self._events, batch)
        except BadRecordError as error:
            raise BadRecordError.at("row", start + error.number, error) from error
        ages, ranks = self._days.ages(events["instants"], events["zones"])
        return self.users(events["users"]).look_up(events["users"]), Chunk(
            ages=np.minimum(ages, self._oldest).astype(self._small),
            instants=events["instants"],
            ranks=ranks,
            zones=events.get("own", _NOTHING),
            joined=events.get("joined", _NOTHING),
            values=np.array([events[f"value {n}"] for n in range(len(self._columns.values))]),
            start=start,
            rows=events.get("rows"),
        )

    def _events(self, batch: Any) -> dict[str, Any]:
        """Return the rows up to ``as_of``, column by column."""
        names = self._columns
        recorded = self._recorded(batch)
        moments = self._moments(batch[names.instant], recorded)
        read = {"users": self._ids(batch[names.user]), "instants": moments.instants}
        if names.member_since is not None:
            read["joined"] = days_of(batch[names.member_since], names.member_since)
        for n, name in enumerate(names.values):
            read[f"value {n}"] = floats_of(batch[name], name)
        own: Longs | int | None = self._own
        if names.user_zone is not None:
            field = str(names.user_zone)
            own = read["own"] = zones_of(batch[field], field, self._days)
        zones = moments.zones if own is None else own
        if moments.named is not None:
            zones = np.where(moments.named < 0, zones, moments.named)
        if recorded is not None:
            zones = np.where(recorded == NO_ZONE, zones, recorded)
        if moments.dated is not None:
            zones = np.where(moments.dated, self._dated, zones)
        read["zones"] = zones
        return self._up_to_now(read)

    def _recorded(self, batch: Any) -> Longs | None:
        """Return the zones that events were recorded in, ``NO_ZONE`` where that is not known."""
        name = self._columns.timezone
        return None if name is None else zones_of(batch[name], name, self._days, NO_ZONE)

    def _moments(self, column: Any, recorded: Longs | None) -> Moments:
        """Return the instants, and the zones that they carry."""
        field = self._columns.instant
        column = typed(plain(decoded(column)), pa.timestamp("us", "UTC"))
        if pa.types.is_date(column.type):
            check_dates(column, field, self._days.day_start)
            return Moments(instants_of(column, field), self._dated, np.ones(len(column), np.bool_))
        if not self._without_zones(column.type, recorded):
            instants = instants_of(column, field)
            zone = find_zone(column.type.tz, field=field)
            return Moments(instants, self._days.number(zone, carried=True))
        moments = self._read(complete(column, field), recorded)
        check_years(moments.instants, field, column)
        if moments.dated is not None and moments.dated.any():
            check_dates(column, field, self._days.day_start, int(moments.dated.argmax()))
        return moments

    def _without_zones(self, kind: Any, recorded: Longs | None) -> bool:
        """Say whether rows may each have an offset, or take their zone from another column."""
        naive = pa.types.is_timestamp(kind) and kind.tz is None
        return is_text(kind) or (naive and (recorded is not None or self._naive is not None))

    def _read(self, column: Any, recorded: Longs | None) -> Moments:
        """Return what texts and times without a zone mean."""
        otherwise = NO_ZONE if self._naive is None else self._naive
        walls = np.full(len(column), otherwise)
        if recorded is not None:
            walls = np.where(recorded == NO_ZONE, otherwise, recorded)
        number = partial(self._days.number, carried=True)
        zones = {n: self._days.zone(n) for n in np.unique(walls).tolist() if n != NO_ZONE}
        field, clocks = self._columns.instant, Walls(walls, zones, number, self._days.meet)
        if is_text(column.type):
            return from_texts(column, field, clocks)
        row = first(walls == NO_ZONE)
        if row is not None:
            raise BadRecordError(
                "has no time zone", field=field, value=str(column[row]), place="row", number=row
            )
        return from_wall_clocks(wall_times(column, field), clocks)

    def _ids(self, column: Any) -> Any:
        ids = ids_of(column, self._columns.user)
        self._same_kind(typed(column, pa.null()).type)
        if pa.types.is_dictionary(ids.type):
            checked = self._checked
            if checked is None or not same_place(checked[0], ids.dictionary):
                checked = self._checked = ids.dictionary, empty_texts(ids.dictionary)
            if checked[1] is not None:
                refuse_empty(checked[1].take(ids.indices.to_numpy()), self._columns.user)
        return ids

    def _up_to_now(self, read: dict[str, Any]) -> dict[str, Any]:
        instants, now = read["instants"], self._days.as_of
        if instants.max(initial=now) <= now:
            return read
        rows = np.flatnonzero(instants <= now)
        kept = {
            name: values[rows] if isinstance(values, np.ndarray) else values
            for name, values in read.items()
        }
        return kept | {"users": read["users"].take(pa.array(rows)), "rows": rows}

    def _same_kind(self, kind: Any) -> None:
        """Refuse ids of another type than those before; a column without a row may have none."""
        with self._lock:
            if self._kind is None and not pa.types.is_null(kind):
                self._kind = kind
        if self._kind is not None and kind != self._kind and not pa.types.is_null(kind):
            raise InvalidTypeError(
                f"must be {self._kind} in every batch",
                field=self._columns.user,
                value=str(kind),
                remedy="Cast them to one type.",
            )

    def users(self, column: Any = None) -> Users:
        """Return the users met so far, or to be met in a column."""
        with self._lock:
            if self._users is None and self._kind is not None and column is not None:
                self._users = Users(column.type)
            return Users(pa.string()) if self._users is None else self._users

    def ids(self) -> Any:
        """Return the users' ids, in Arrow's plain type for them."""
        ids, kind = self.users().column(), pa.string() if self._kind is None else self._kind
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        fits = pa.types.is_string(kind) and ids.nbytes < _MOST_BYTES
        return ids.cast(kind) if fits else restored(ids, kind)

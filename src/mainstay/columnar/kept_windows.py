"""Windows as they are kept: a table of bits and last days, to be read, moved on and merged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from threading import Lock
from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from mainstay.activity.window import ActivityWindow
from mainstay.columnar.columns import NO_DAY, first, ids_of, is_text
from mainstay.columnar.ids import restored
from mainstay.columnar.keys import Longs, extended
from mainstay.columnar.parts import Bits, Counts
from mainstay.columnar.states import (
    any_ids,
    as_date,
    at_row,
    calendar_days,
    ordinal,
    require,
    same_type,
    whole_numbers,
)
from mainstay.columnar.tables import ResultTable
from mainstay.columnar.users import Found, Users

__all__ = ["STATE", "Kept", "KeptReader", "Merged", "kept_table", "moved"]

#: The columns of windows, apart from the users'.
STATE = ("bits", "last_day")
_MOST_BYTES = 2**31
_MOST_IN_A_BYTE = 128


@attrs.frozen
class Kept:
    """Windows of some users.

    Attributes:
        users: Their ids.
        bits: The windows' bits.
        last: Their last days, in days since 1970.
        joined: The days on which the users joined, likewise, if that was asked for.
    """

    users: Any
    bits: Bits
    last: Longs
    joined: Longs | None


class KeptReader:
    """Reads windows of some length."""

    def __init__(self, user: str, length: int, member_since: str | None = None) -> None:
        self._user = user
        self._length = length
        self._member_since = member_since

    @property
    def columns(self) -> Sequence[str]:
        """Those that must be there."""
        named = (self._user, "bits", "last_day", self._member_since)
        return [name for name in named if name is not None]

    def __call__(self, batch: Any) -> Kept:
        """Read some rows."""
        return self.read(batch, any_ids(batch[self._user], self._user))

    def read(self, batch: Any, users: Any) -> Kept:
        """Read some rows, whose users have been read."""
        bits = whole_numbers(batch["bits"], "bits")
        last = calendar_days(batch["last_day"], "last_day")
        require(last != NO_DAY, "last_day")
        self._check(bits, last)
        since = self._member_since
        joined = None if since is None else calendar_days(batch[since], since)
        return Kept(users, bits.astype(np.uint32), last, joined)

    def _check(self, bits: Longs, last: Longs) -> None:
        """Refuse the first window that has days outside it, in the core's words."""
        days = np.minimum(self._length, last - ordinal(date.min) + 1)
        row = first(bits >> days > 0)
        if row is not None:
            with at_row(row):
                ActivityWindow(as_date(last[row]), int(bits[row]), self._length)


class Merged:
    """One window a user, that others are merged into."""

    def __init__(self, user: str, length: int) -> None:
        self._user = user
        self._length = length
        self._users: Users | None = None
        self._kind: Any = pa.string()
        self._bits = np.zeros(0, np.uint32)
        self._last = np.zeros(0, np.int64)
        self._count = 0
        self._lock = Lock()

    def look_up(self, reader: KeptReader, batch: Any) -> tuple[Found, Kept]:
        """Read some rows, and find their users; any thread may do so."""
        column = batch[self._user]
        some = reader.read(batch, ids_of(column, self._user))
        return self._among(column.type, some.users.type).look_up(some.users), some

    def _among(self, kind: Any, known: Any) -> Users:
        """Return the users met so far, all with ids of one type: all kinds of texts are one.

        Args:
            kind: The type of some users' ids.
            known: The type of what they are looked up by.
        """
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        with self._lock:
            if self._users is None:
                self._kind = kind
                self._users = Users(known)
        if not (is_text(kind) and is_text(self._kind)):
            same_type(self._user, [self._kind, kind])
        return self._users

    def add(self, found: Found, some: Kept) -> None:
        """Merge some windows; a single thread does so."""
        users = self._all().number(found)
        self._make_room()
        before = self._last.take(users)
        np.maximum.at(self._last, users, some.last)
        after = self._last.take(users)
        self._bits[users] = moved(self._bits.take(users), after - before, self._length)
        np.bitwise_or.at(self._bits, users, moved(some.bits, after - some.last, self._length))

    def _all(self) -> Users:
        return self._among(self._kind, self._kind)

    def _make_room(self) -> None:
        """Give the users that are new an empty window of long ago."""
        more = len(self._all()) - self._count
        self._bits = extended(self._bits, self._count, np.zeros(more, np.uint32))
        self._last = extended(self._last, self._count, np.full(more, ordinal(date.min)))
        self._count += more

    def table(self) -> ResultTable:
        """Return the windows."""
        users = self._all().column()
        # Texts are kept with 64-bit offsets, which few texts need.
        short = self._kind == pa.string() and users.nbytes < _MOST_BYTES
        ids = users.cast(self._kind) if short else restored(users, self._kind)
        return kept_table(self._user, ids, self._bits[: self._count], self._last[: self._count])


def moved(bits: Bits, days: Longs, length: int) -> Bits:
    """Return windows moved on by some days."""
    return (bits << np.minimum(days, length).astype(np.uint32)) & np.uint32((1 << length) - 1)


def kept_table(user: str, users: Any, bits: Bits, last: Longs | Counts) -> ResultTable:
    """Return windows as a table."""
    days = pa.array(last, pa.int32()).cast(pa.date32()).dictionary_encode()
    width = pa.int8() if len(days.dictionary) <= _MOST_IN_A_BYTE else pa.int32()
    last_day = pa.DictionaryArray.from_arrays(days.indices.cast(width), days.dictionary)
    table: ResultTable = pa.table({user: users, "bits": pa.array(bits), "last_day": last_day})
    return table

"""Windows as they are kept: a table of bits and last days, to be read, moved on and merged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from threading import Lock
from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from mainstay.activity.year import ALL_DAYS_KNOWN
from mainstay.columnar.bit_columns import AnyBits, BitColumn, bit_columns, state_of, weeks_of
from mainstay.columnar.columns import NO_DAY, first, ids_of, is_text
from mainstay.columnar.ids import restored
from mainstay.columnar.keys import Longs, Mask, extended
from mainstay.columnar.parts import Counts
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
from mainstay.scores.by_policy import Policy

__all__ = ["Kept", "KeptReader", "Merged", "kept_table", "state_columns"]

_MOST_BYTES = 2**31
_MOST_IN_A_BYTE = 128


def state_columns(policy: Policy) -> tuple[str, ...]:
    """Return the columns of windows, apart from the users'."""
    return (*(column.name for column in bit_columns(policy)), "last_day")


@attrs.frozen
class Kept:
    """Windows of some users.

    Attributes:
        users: Their ids.
        bits: The windows' bits: of days, and of weeks if the policy is of the year score.
        last: Their last days, in days since 1970.
        joined: The days on which the users joined, likewise, if that was asked for.
    """

    users: Any
    bits: tuple[AnyBits, ...]
    last: Longs
    joined: Longs | None


class KeptReader:
    """Reads windows that a policy's score needs."""

    def __init__(self, user: str, policy: Policy, member_since: str | None = None) -> None:
        self._user = user
        self._policy = policy
        self._columns = bit_columns(policy)
        self._member_since = member_since

    @property
    def columns(self) -> Sequence[str]:
        """Those that must be there."""
        named = (self._user, *state_columns(self._policy), self._member_since)
        return [name for name in named if name is not None]

    def __call__(self, batch: Any) -> Kept:
        """Read some rows."""
        return self.read(batch, any_ids(batch[self._user], self._user))

    def read(self, batch: Any, users: Any) -> Kept:
        """Read some rows, whose users have been read."""
        names = [column.name for column in self._columns]
        bits = [whole_numbers(batch[name], name) for name in names]
        last = calendar_days(batch["last_day"], "last_day")
        require(last != NO_DAY, "last_day")
        self._check(bits, last)
        since = self._member_since
        joined = None if since is None else calendar_days(batch[since], since)
        kinds = zip(bits, self._columns, strict=True)
        return Kept(users, tuple(some.astype(column.kind) for some, column in kinds), last, joined)

    def _check(self, bits: Sequence[Longs], last: Longs) -> None:
        """Refuse the first window that the core refuses, in its words."""
        row = first(self._beyond(bits, last) | _contradict(last, *bits))
        if row is not None:
            with at_row(row):
                state_of(self._policy, as_date(last[row]), *(int(some[row]) for some in bits))

    def _beyond(self, bits: Sequence[Longs], last: Longs) -> Mask:
        """Say which windows have bits outside them, or before the year 1."""
        beyond = np.zeros(len(last), np.bool_)
        for column, some in zip(self._columns, bits, strict=True):
            there = np.minimum(column.length, column.between(ordinal(date.min), last) + 1)
            beyond |= some >> there > 0
        return beyond


def _contradict(last: Longs, days: Longs, weeks: Longs | None = None) -> Mask:
    """Say where weeks, if there are any, are not those of the days that are known."""
    if weeks is None:
        return np.zeros(len(last), np.bool_)
    shown = weeks_of(days, last).astype(np.int64)
    return (shown & ~weeks | weeks & ALL_DAYS_KNOWN & ~shown) > 0


class Merged:
    """One window a user, that others are merged into."""

    def __init__(self, user: str, policy: Policy) -> None:
        self._user = user
        self._columns = bit_columns(policy)
        self._users: Users | None = None
        self._kind: Any = pa.string()
        self._bits: list[AnyBits] = [np.zeros(0, column.kind) for column in self._columns]
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
        for column, kept, bits in zip(self._columns, self._bits, some.bits, strict=True):
            kept[users] = column.moved(kept.take(users), before, after)
            np.bitwise_or.at(kept, users, column.moved(bits, some.last, after))

    def _all(self) -> Users:
        return self._among(self._kind, self._kind)

    def _make_room(self) -> None:
        """Give the users that are new an empty window of long ago."""
        more = len(self._all()) - self._count
        self._bits = [
            extended(bits, self._count, np.zeros(more, bits.dtype)) for bits in self._bits
        ]
        self._last = extended(self._last, self._count, np.full(more, ordinal(date.min)))
        self._count += more

    def table(self) -> ResultTable:
        """Return the windows."""
        users = self._all().column()
        # Texts are kept with 64-bit offsets, which few texts need.
        short = self._kind == pa.string() and users.nbytes < _MOST_BYTES
        ids = users.cast(self._kind) if short else restored(users, self._kind)
        bits = [some[: self._count] for some in self._bits]
        return kept_table(self._user, ids, self._columns, bits, self._last[: self._count])


def kept_table(
    user: str,
    users: Any,
    columns: Iterable[BitColumn],
    bits: Iterable[AnyBits],
    last: Longs | Counts,
) -> ResultTable:
    """Return windows as a table."""
    days = pa.array(last, pa.int32()).cast(pa.date32()).dictionary_encode()
    width = pa.int8() if len(days.dictionary) <= _MOST_IN_A_BYTE else pa.int32()
    last_day = pa.DictionaryArray.from_arrays(days.indices.cast(width), days.dictionary)
    named = {column.name: pa.array(some) for column, some in zip(columns, bits, strict=True)}
    table: ResultTable = pa.table({user: users, **named, "last_day": last_day})
    return table

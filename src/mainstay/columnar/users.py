"""Numbering users: their ids to 0, 1, 2 … in the order in which they appear.

It is a hash table in numpy, since all cores read it while it grows, batch after batch. Where
hashes lead to a user, the ids themselves are compared: two users are never taken for one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from mainstay.columnar.columns import plain
from mainstay.columnar.keys import Hashes, Keys, Longs, Numbers, Rows, among, keys_of, known_of

__all__ = ["Found", "Users", "same_place"]

_FEWEST_SLOTS = 1 << 20
_FREE = -1
#: So few rows are left to the thread that numbers new users: a round takes as long as for many.
_FEW = 256


@attrs.frozen
class Found:
    """What looking up a column of ids came to.

    Attributes:
        numbers: Each row's number, if it is known already.
        unknown: The rows where it is not.
        add: What gives numbers to the ids on those, and returns them; for a single thread.
    """

    numbers: Numbers
    unknown: Longs
    add: Callable[[], Numbers]


class Users:
    """The users seen so far: any thread may look them up while a single one numbers new ones."""

    def __init__(self, kind: Any) -> None:
        self._known = known_of(kind.value_type if pa.types.is_dictionary(kind) else kind)
        self._slots = np.full(_FEWEST_SLOTS, _FREE, np.int32)
        self._memory: tuple[Any, Any, Numbers] | None = None

    def __len__(self) -> int:
        return len(self._known)

    def column(self) -> Any:
        """Return their ids in the order of their numbers."""
        return self._known.column()

    def look_up(self, column: Any) -> Found:
        """Find a column's users, as far as they are known yet."""
        if pa.types.is_dictionary(column.type):
            return self._look_up_places(column)
        keys = keys_of(column)
        hashes = keys.hashes()
        numbers = self._find(keys, hashes)
        unknown = np.flatnonzero(numbers < 0)
        return Found(numbers, unknown, partial(self._add, keys, hashes, unknown))

    def _look_up_places(self, column: Any) -> Found:
        values, memory = self._numbers_of(column.dictionary)
        places = column.indices.cast(pa.int32()).to_numpy()
        numbers = memory.take(places)
        unknown = np.flatnonzero(numbers < 0)
        return Found(numbers, unknown, partial(self._add_places, values, memory, places[unknown]))

    def _numbers_of(self, dictionary: Any) -> tuple[Any, Numbers]:
        """Return a dictionary's ids, and their numbers as far as rows have asked for them."""
        memory = self._memory
        if memory is None or not same_place(memory[0], dictionary):
            numbers = np.full(len(dictionary), _FREE, np.int32)
            memory = self._memory = dictionary, plain(dictionary), numbers
        return memory[1:]

    def number(self, found: Found) -> Numbers:
        """Return every row's number, after those not known yet have got the next ones."""
        if len(found.unknown):
            found.numbers[found.unknown] = found.add()
        return found.numbers

    def _find(self, keys: Keys, hashes: Hashes) -> Numbers:
        """Return each key's number, or a negative one where it is not known, or far from home."""
        slots, numbers = self._slots, np.full(len(hashes), _FREE, np.int32)
        rows: Rows = slice(None)
        places = _places(hashes, slots)
        for step in count(1):
            if not len(self._known) or len(places) < _FEW:
                break
            found = np.maximum(slots.take(places), _FREE)  # claims are nobody's yet
            others = np.flatnonzero(~self._known.equal(found, keys, rows) | (found < 0))
            taken = found[others] >= 0
            found[others] = _FREE
            numbers[rows] = found
            others = others[taken]
            rows, places = among(rows, others), _next(places[others], step, slots)
        return numbers

    def _add(self, keys: Keys, hashes: Hashes, rows: Longs) -> Numbers:
        """Return the numbers of keys in some rows: the next ones, if they are not known.

        Of the rows that come to a free slot, the first one claims it for its user, until all rows
        have found theirs: only then it is known who comes first.
        """
        self._make_room(len(rows))
        users, claims = len(self._known), _FREE - 1 - np.arange(len(rows), dtype=np.int32)
        numbers, homes = self._settled(keys, hashes, rows, claims)
        first = np.flatnonzero(numbers == claims)
        fresh = np.flatnonzero(numbers < 0)
        named = np.empty(len(rows), np.int32)
        named[first] = np.arange(users, users + len(first))
        numbers[fresh] = named[_FREE - 1 - numbers[fresh]]
        self._known.append(keys, rows[first])
        self._slots[homes[first]] = named[first]
        return numbers

    def _settled(
        self, keys: Keys, hashes: Hashes, rows: Longs, claims: Numbers
    ) -> tuple[Numbers, Longs]:
        """Return each row's number, or the claim of the first row of its user, and its slot."""
        slots, left = self._slots, np.arange(len(rows))
        numbers, homes = np.empty(len(rows), np.int32), np.empty(len(rows), np.int64)
        places = _places(hashes[rows], slots)
        for step in count(1):
            if not len(left):
                break
            free = np.flatnonzero(slots.take(places) == _FREE)[::-1]
            slots[places[free]] = claims[left[free]]  # of several, the last one stays
            found = slots.take(places)
            numbers[left], homes[left] = found, places
            others = np.flatnonzero(~self._same(found, keys, rows, left))
            left, places = left[others], _next(places[others], step, slots)
        return numbers, homes

    def _same(self, found: Numbers, keys: Keys, rows: Longs, left: Longs) -> Any:
        """Say whether each number, or claim, is that of the key in the same row."""
        claimed = _FREE - 1 - found
        same = claimed == left
        known = np.flatnonzero(found >= 0)
        same[known] = self._known.equal(found[known], keys, rows[left[known]])
        later = np.flatnonzero((found < 0) & ~same)
        same[later] = keys.same(rows[claimed[later]], rows[left[later]])
        return same

    def _add_places(self, values: Any, memory: Numbers, asked: Numbers) -> Numbers:
        """Return the numbers of a dictionary's places, each of which is looked up once."""
        places = asked[memory.take(asked) < 0]
        claims = _FREE - 1 - np.arange(len(places), dtype=np.int32)
        memory[places[::-1]] = claims[::-1]
        new = places[memory.take(places) == claims]
        keys = keys_of(values.take(pa.array(new)))
        memory[new] = self._add(keys, keys.hashes(), np.arange(len(new)))
        return memory.take(asked)

    def _make_room(self, more: int) -> None:
        """Make sure that at least half of the slots are free: the emptier, the faster."""
        needed, length = 2 * (len(self) + more), len(self._slots)
        while length < needed:
            length *= 2
        if length > len(self._slots):
            self._slots = self._more_slots(length)

    def _more_slots(self, length: int) -> Numbers:
        """Return so many slots, with all that are known in theirs."""
        slots, step = np.full(length, _FREE, np.int32), 1 << 16
        for start in range(0, len(self), step):
            hashes = self._known.hashes(start, start + step)
            _place(slots, hashes, np.arange(start, start + len(hashes), dtype=np.int32))
        return slots


def same_place(one: Any, other: Any) -> bool:
    """Say whether two arrays are one, as the dictionary is that batches of a table share."""
    places = (
        (len(array), array.offset, [buffer and buffer.address for buffer in array.buffers()])
        for array in (one, other)
    )
    return next(places) == next(places)


def _places(hashes: Hashes, slots: Numbers) -> Longs:
    """Return where each hash's slot is: its upper bits, in which all of the id has a part."""
    return (hashes >> np.uint64(65 - len(slots).bit_length())).view(np.int64)


def _next(places: Longs, step: int, slots: Numbers) -> Longs:
    """Return where to look next: ever further on, which comes by every slot in the end."""
    return (places + step) & (len(slots) - 1)


def _place(slots: Numbers, hashes: Hashes, numbers: Numbers) -> None:
    """Put the numbers of different ids into the next free slots."""
    places = _places(hashes, slots)
    for step in count(1):
        if not len(numbers):
            break
        free = slots[places] < 0
        slots[places[free]] = numbers[free]
        # Of several that come to one free slot, a single one has got it.
        left = np.flatnonzero(slots.take(places) != numbers)
        numbers, places = numbers[left], _next(places[left], step, slots)

"""Numbering users: their ids to 0, 1, 2 … in the order in which they appear.

It is a hash table in numpy, since all cores read it while it grows, batch after batch. Where
hashes lead to somebody the ids themselves are compared: two users are never taken for one.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from mainstay.columnar.columns import plain
from mainstay.columnar.keys import Hashes, Keys, Longs, Numbers, Rows, among, keys_of, known_of

__all__ = ["Found", "Users", "same_place"]

_FEWEST_SLOTS = 1 << 18
_MANY_SLOTS = 1 << 22


@attrs.frozen
class Found:
    """What looking up a column of ids came to.

    Attributes:
        numbers: Each row's number, if it is known already.
        unknown: The rows where it is not.
        new: The ids on those, each once, in the order of their first appearance.
        which: Which of them each of those rows has.
        memory: Where a dictionary's numbers are kept, and the unknown rows' places in it.
    """

    numbers: Numbers
    unknown: Longs
    new: Keys
    which: Numbers
    memory: tuple[Numbers, Numbers] | None = None


class Users:
    """The users seen so far: any thread may look them up while a single one numbers new ones."""

    def __init__(self, kind: Any) -> None:
        self._known = known_of(kind.value_type if pa.types.is_dictionary(kind) else kind)
        self._slots = np.full(_FEWEST_SLOTS, -1, np.int32)
        self._memory: tuple[Any, Any, Numbers] | None = None

    def __len__(self) -> int:
        return len(self._known)

    def column(self) -> Any:
        """Return their ids in the order of their numbers."""
        return self._known.column()

    def look_up(self, column: Any) -> Found:
        """Find a column's users, and collect those not known yet."""
        if pa.types.is_dictionary(column.type):
            return self._look_up_places(column)
        keys = keys_of(column)
        numbers = self._find(keys, keys.hashes())
        unknown = np.flatnonzero(numbers < 0)
        return Found(numbers, unknown, *_distinct(column.take(pa.array(unknown))))

    def _look_up_places(self, column: Any) -> Found:
        values, numbers = self._numbers_of(column.dictionary)
        places = column.indices.cast(pa.int32()).to_numpy()
        known = numbers.take(places)
        unknown = np.flatnonzero(known < 0)
        asked = places[unknown]
        new = _distinct(values.take(pa.array(asked)))
        return Found(known, unknown, *new, memory=(numbers, asked))

    def _numbers_of(self, dictionary: Any) -> tuple[Any, Numbers]:
        """Return a dictionary's ids, and their numbers as far as rows have asked for them."""
        memory = self._memory
        if memory is None or not same_place(memory[0], dictionary):
            numbers = np.full(len(dictionary), -1, np.int32)
            memory = self._memory = dictionary, plain(dictionary), numbers
        return memory[1:]

    def number(self, found: Found) -> Numbers:
        """Return every row's number, after those not known yet have got the next ones."""
        if len(found.unknown):
            numbers = self._add(found.new).take(found.which)
            found.numbers[found.unknown] = numbers
            if found.memory is not None:
                memory, places = found.memory
                memory[places] = numbers
        return found.numbers

    def _find(self, keys: Keys, hashes: Hashes) -> Numbers:
        """Return each key's number, or -1."""
        slots, numbers = self._slots, np.full(len(hashes), -1, np.int32)
        rows: Rows = slice(None)
        places = _places(hashes, slots)
        while len(self._known) and len(places):
            found = slots.take(places)
            others = np.flatnonzero(~self._known.equal(found, keys, rows) | (found < 0))
            taken = found[others] >= 0
            found[others] = -1
            numbers[rows] = found
            others = others[taken]
            rows, places = among(rows, others), _next(places[others], slots)
        return numbers

    def _add(self, keys: Keys) -> Numbers:
        hashes, users = keys.hashes(), len(self._known)
        numbers = self._find(keys, hashes)
        fresh = np.flatnonzero(numbers < 0)
        numbers[fresh] = np.arange(users, users + len(fresh), dtype=np.int32)
        self._known.append(keys if len(fresh) == len(numbers) else keys.take(fresh))
        if 2 * len(self) > len(self._slots):
            self._slots = self._more_slots()
        else:
            _place(self._slots, hashes[fresh], numbers[fresh])
        return numbers

    def _more_slots(self) -> Numbers:
        """Return more slots, with all that are known in theirs: the emptier, the faster."""
        times = 4 if len(self._slots) < _MANY_SLOTS else 2
        slots = np.full(times * len(self._slots), -1, np.int32)
        column, step = self.column(), 1 << 16
        for start in range(0, len(column), step):
            hashes = keys_of(column.slice(start, step)).hashes()
            _place(slots, hashes, np.arange(start, start + len(hashes), dtype=np.int32))
        return slots


def same_place(one: Any, other: Any) -> bool:
    """Say whether two arrays are one, as the dictionary is that batches of a table share."""
    places = (
        (len(array), array.offset, [buffer and buffer.address for buffer in array.buffers()])
        for array in (one, other)
    )
    return next(places) == next(places)


def _distinct(column: Any) -> tuple[Keys, Numbers]:
    """Return a column's values, each once, and which of them each row has."""
    encoded = column.dictionary_encode()
    return keys_of(encoded.dictionary), encoded.indices.to_numpy()


def _places(hashes: Hashes, slots: Numbers) -> Longs:
    """Return where each hash's slot is: its upper bits, in which all of the id has a part."""
    return (hashes >> np.uint64(65 - len(slots).bit_length())).view(np.int64)


def _next(places: Longs, slots: Numbers) -> Longs:
    return (places + 1) & (len(slots) - 1)


def _place(slots: Numbers, hashes: Hashes, numbers: Numbers) -> None:
    """Put the numbers of different ids into the next free slots."""
    places = _places(hashes, slots)
    while len(numbers):
        free = slots[places] < 0
        slots[places[free]] = numbers[free]
        # Of several that come to one free slot, a single one has got it.
        left = slots[places] != numbers
        numbers, places = numbers[left], _next(places[left], slots)

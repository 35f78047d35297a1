"""User ids as numpy sees them, hashed and compared many at a time: whole numbers, and texts."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["Keys", "Known", "Numbers", "Rows", "among", "keys_of", "known_of"]

Longs: TypeAlias = NDArray[np.int64]
Hashes: TypeAlias = NDArray[np.uint64]
Mask: TypeAlias = NDArray[np.bool_]
Numbers: TypeAlias = NDArray[np.int32]
Octets: TypeAlias = NDArray[np.uint8]
Rows: TypeAlias = Longs | slice

_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2⁶⁴ over the golden ratio: neighbours end up far apart
_HALF = np.uint64(32)
_WORD = 8
ALL = slice(None)
#: What is kept of a word, and the end mark put into it, by how many of its bytes are the text's.
_KEPT = np.array([(1 << 8 * left) - 1 for left in range(_WORD + 1)], np.uint64)
_END = np.array([0xFF << 8 * left & (1 << 64) - 1 for left in range(_WORD + 1)], np.uint64)


class Keys(Protocol):
    """Ids to look up."""

    column: Any

    def hashes(self) -> Hashes:
        """Return a hash of each, whose upper bits are the best."""
        ...

    def same(self, rows: Longs, others: Longs) -> Mask:
        """Say whether the keys in some rows are those in others."""
        ...


class Known(Protocol):
    """Ids that have been numbered, in the order of their numbers; more can be added."""

    def __len__(self) -> int: ...

    def equal(self, numbers: Numbers, keys: Any, rows: Rows) -> Mask:
        """Say whether each number is that of the key in the same row."""
        ...

    def append(self, keys: Any, rows: Longs) -> None:
        """Give the next numbers to the keys in some rows: none is known yet, or there twice."""
        ...

    def hashes(self, start: int, stop: int) -> Hashes:
        """Return the hashes of those with some numbers."""
        ...

    def column(self) -> Any:
        """Return them all as an Arrow array."""
        ...


def keys_of(column: Any) -> Keys:
    """Return an Arrow column's ids."""
    return Integers(column) if pa.types.is_integer(column.type) else Texts(column)


def known_of(kind: Any) -> Known:
    """Return a place for ids of an Arrow type."""
    return KnownIntegers(kind) if pa.types.is_integer(kind) else KnownTexts(kind)


class Integers:
    """Whole numbers of any width, in 64 bits."""

    def __init__(self, column: Any) -> None:
        self.column: Any = column
        wide = column if column.type == pa.uint64() else column.cast(pa.int64())
        self.values: Longs = wide.to_numpy().view(np.int64)

    def hashes(self) -> Hashes:
        """Return the numbers well mixed, so that no two differ by little."""
        return _mixed(self.values.view(np.uint64))

    def same(self, rows: Longs, others: Longs) -> Mask:
        """Say whether the keys in some rows are those in others."""
        return np.equal(self.values[rows], self.values[others])


class KnownIntegers:
    """Whole numbers of one Arrow type, in 64 bits."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._values = np.empty(0, np.int64)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def equal(self, numbers: Numbers, keys: Integers, rows: Rows) -> Mask:
        """Say whether each number is that of the key in the same row."""
        return np.equal(self._values.take(numbers), keys.values[rows])

    def append(self, keys: Integers, rows: Longs) -> None:
        """Give the next numbers to the keys in some rows."""
        self._values = extended(self._values, self._count, keys.values[rows])
        self._count += len(rows)

    def hashes(self, start: int, stop: int) -> Hashes:
        """Return the hashes of those with some numbers."""
        return _mixed(self._values[: self._count][start:stop].view(np.uint64))

    def column(self) -> Any:
        """Return them all as an Arrow array of their own type."""
        values = self._values[: self._count]
        return pa.array(values.view(np.uint64) if self._kind == pa.uint64() else values).cast(
            self._kind
        )


class Texts:
    """Texts in Arrow's layout: the bytes of all, and where each begins."""

    def __init__(self, column: Any) -> None:
        self.column: Any = column.cast(pa.large_string())
        bounds, data = _layout(self.column)
        missing = int(bounds[-1]) + 2 * _WORD - len(data)  # words may reach beyond the last text
        self.bounds: Longs = bounds
        self.data: Octets = np.pad(data, (0, missing)) if missing > 0 else data
        self.lengths: Longs = np.diff(self.bounds)
        longest = self.lengths.max(initial=0)
        #: How long they are, if all are as long, as ids often are.
        self._length = int(longest) if longest == self.lengths.min(initial=longest) else None
        self.head: tuple[Hashes, Hashes] = self._word(ALL, 0), self._word(ALL, _WORD)
        self.long: Longs = np.flatnonzero(self.lengths >= 2 * _WORD)

    def hashes(self) -> Hashes:
        """Return a hash of each text's words."""
        hashes = _of_heads(*self.head)
        rows, at = self.long, 2 * _WORD
        while len(rows):
            some = ALL if len(rows) == len(hashes) else rows
            hashes[some] = _mixed(hashes[some] ^ self._word(some, at))
            at += _WORD
            rows = rows[self.lengths[rows] >= at]
        return hashes

    def _word(self, rows: Rows, at: int) -> Hashes:
        """Return eight bytes of each text, from one on: an end mark and zeros after its end.

        The end mark is a byte that occurs in no text, so that words tell a text and its length.
        """
        if self._length is not None and isinstance(rows, slice):
            words = np.ndarray(len(self.lengths), "<u8", self.data, at, (self._length,))
            left = min(max(self._length - at, 0), _WORD)
            even: Hashes = words & _KEPT[left] | _END[left] if left < _WORD else words.copy()
            return even
        # A word may begin at any byte: numpy reads such ones too.
        anywhere = np.ndarray(len(self.data) - 7, "<u8", self.data, strides=(1,))
        lefts = self.lengths[rows] - at
        word: Hashes = anywhere[self.bounds[:-1][rows] + at]
        word &= _KEPT.take(lefts, mode="clip")
        word |= _END.take(lefts, mode="clip")
        return word

    def same(self, rows: Longs, others: Longs) -> Mask:
        """Say whether the keys in some rows are those in others, to the last byte."""
        equal: Mask = self.head[0][rows] == self.head[0][others]
        equal &= self.head[1][rows] == self.head[1][others]
        if len(self.long):
            unsure = np.flatnonzero(equal & (self.lengths[rows] >= 2 * _WORD))
            some = (self.column.take(pa.array(either[unsure])) for either in (rows, others))
            equal[unsure] = _same_texts(*some)
        return equal


class KnownTexts:
    """Texts in Arrow's layout, and the first two words of each."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._bounds = np.zeros(1, np.int64)
        self._data = np.empty(0, np.uint8)
        self._heads = np.empty(0, np.complex128)  # not as numbers, but as pairs of words
        self._any_long = False
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def equal(self, numbers: Numbers, keys: Texts, rows: Rows) -> Mask:
        """Say whether each number is that of the key in the same row, to the last byte."""
        heads = self._heads.take(numbers).view(np.uint64)
        equal: Mask = heads[0::2] == keys.head[0][rows]
        equal &= heads[1::2] == keys.head[1][rows]
        if len(keys.long):
            unsure = np.flatnonzero(equal & (numbers >= 0) & (keys.lengths[rows] >= 2 * _WORD))
            asked = among(rows, unsure)
            whole = len(asked) == len(keys.column)  # then they are all there, in order
            theirs = keys.column if whole else keys.column.take(pa.array(asked))
            mine = self.column().take(pa.array(numbers[unsure]))
            equal[unsure] = _same_texts(mine, theirs)
        return equal

    def append(self, keys: Texts, rows: Longs) -> None:
        """Give the next numbers to the keys in some rows."""
        used = int(self._bounds[self._count])
        bounds, data = _layout(keys.column.take(pa.array(rows)))
        heads = np.empty(2 * len(rows), np.uint64)
        heads[0::2], heads[1::2] = keys.head[0][rows], keys.head[1][rows]
        self._data = extended(self._data, used, data[: bounds[-1]])
        self._bounds = extended(self._bounds, self._count + 1, bounds[1:] + used)
        self._heads = extended(self._heads, self._count, heads.view(np.complex128))
        self._any_long |= len(keys.long) > 0
        self._count += len(rows)

    def hashes(self, start: int, stop: int) -> Hashes:
        """Return the hashes of those with some numbers."""
        if self._any_long:
            return Texts(self.column()[start:stop]).hashes()
        heads = self._heads[: self._count][start:stop].view(np.uint64)
        return _of_heads(heads[0::2], heads[1::2])

    def column(self) -> Any:
        """Return them all as an Arrow array."""
        count = self._count  # read once: there may be more of them any moment
        bounds = self._bounds[: count + 1]
        data = pa.py_buffer(self._data[: bounds[-1]])
        return pa.LargeStringArray.from_buffers(count, pa.py_buffer(bounds), data)


def _layout(column: Any) -> tuple[Longs, Octets]:
    """Return where each text begins, and the last one ends, and the bytes from the first one on."""
    _, offsets, data = column.buffers()
    bounds = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
    octets = np.empty(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
    return bounds - bounds[0], octets[bounds[0] :]


def _same_texts(mine: Any, theirs: Any) -> Mask:
    same: Mask = pc.call_function("equal", [mine, theirs]).to_numpy(zero_copy_only=False)
    return same


def among(rows: Rows, some: Longs) -> Longs:
    """Return some of the rows."""
    return some if isinstance(rows, slice) else rows[some]


def _of_heads(one: Hashes, other: Hashes) -> Hashes:
    """Return the hashes of texts that are no longer than two words."""
    return _mixed(_mixed(one) ^ other)


def _mixed(hashes: Hashes) -> Hashes:
    """Return numbers of which every bit has a part in the upper ones."""
    mixed = hashes * _ODD
    mixed ^= mixed >> _HALF
    mixed *= _ODD
    return mixed


def extended(values: Any, used: int, more: Any) -> Any:
    """Return an array that begins with what is used of another, followed by more."""
    needed = used + len(more)
    if needed > len(values):
        longer = np.empty(max(needed, 4 * len(values)), values.dtype)
        longer[:used] = values[:used]
        values = longer
    values[used:needed] = more
    return values

"""CSV as programs write it, block by block: what every reader of CSV takes for the same rows.

That is most files, and the ones that can be read in columns. All else is refused with the line,
and left to the reader that goes line by line: quotes within a value, line breaks within quotes,
lines that end in a bare carriage return, lines of more than 64 KiB.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import BinaryIO, NoReturn

import attrs
import numpy as np

from mainstay.columnar.keys import Longs
from mainstay.errors import BadRecordError
from mainstay.reading.rows import Layout

__all__ = ["REMEDY", "Block", "Header", "blocks", "check_plain", "read_header"]

REMEDY = "--engine python reads it, or says what is wrong with it."

#: How many bytes are read at once.
BLOCK = 1 << 21
_LONGEST = 1 << 16
_BOM = b"\xef\xbb\xbf"
_QUOTE, _COMMA, _NEWLINE, _RETURN = b'",\n\r'


@attrs.frozen
class Header:
    """Where our fields are.

    Attributes:
        width: How many columns there are.
        places: The column of each field, the first being 0; ``None`` for one that is not there.
        line: The line that the rows start on.
    """

    width: int
    places: dict[str, int | None]
    line: int


@attrs.frozen
class Block:
    """Some whole lines of a file.

    Attributes:
        line: The number of the first.
        text: All of them.
    """

    line: int
    text: bytes

    def line_of(self, row: int) -> int:
        """Return the line of a row; empty lines are not rows."""
        lines = self.text.split(b"\n")
        return self.line + [n for n, text in enumerate(lines) if text.rstrip(b"\r")][row]

    def line_at(self, place: int) -> int:
        """Return the line of a byte."""
        return self.line + self.text.count(b"\n", 0, place)


def read_header(file: BinaryIO, places: Layout) -> Header:
    """Return where the fields are, by the file's first line or by what the caller says.

    Raises:
        BadRecordError: They are not, or the file's first line is not a plain header.
    """
    if places.in_order is not None:
        return _located([*places.in_order], places, line=1)
    first = file.readline(_LONGEST)
    text = first.decode("utf-8", "surrogateescape")
    if text.lstrip("\ufeff \t").startswith("{"):
        _refuse(1, "is JSON, not CSV", text)
    if not text.strip() or b"\r" in first.rstrip(b"\r\n") or len(first) == _LONGEST:
        _refuse(1, "is not a plain header of CSV", text)
    try:
        (names,) = csv.reader([text], strict=True)
    except csv.Error as error:
        raise _not_plain(1, "is not a plain header of CSV", text) from error
    names[0] = names[0].removeprefix("\ufeff")
    return _located([name.strip() for name in names], places, line=2)


def _located(names: list[str], places: Layout, line: int) -> Header:
    found: dict[str, int | None] = {}
    for field, name in places.names.items():
        if name in places.required and name not in names:
            _refuse(1, f"lacks the column {name}", ",".join(names))
        if names.count(str(name)) > 1:
            _refuse(1, f"has the column {name} twice", ",".join(names))
        found[field] = names.index(name) if name in names else None
    used = [place for place in found.values() if place is not None]
    if len({*used}) < len(used):
        _refuse(1, "has one column for two fields", ",".join(names))
    return Header(len(names), found, line)


def blocks(file: BinaryIO, line: int) -> Iterator[Block]:
    """Yield the rest of a file, from some line on, in blocks of whole lines."""
    while text := file.read(BLOCK):
        block = Block(line, text + file.readline(2 * _LONGEST))
        yield block
        line += block.text.count(b"\n")


def check_plain(block: Block) -> None:
    """Make sure that every reader of CSV takes a block for the same rows.

    Raises:
        BadRecordError: One may not, because of what is on that line.
    """
    text = block.text
    if text.startswith(_BOM):  # readers of whole files leave it out
        _refuse(block.line, "begins with a byte order mark", text[:80])
    if b"\0" in text:
        _refuse(block.line_at(text.index(b"\0")), "holds a zero byte", b"\0")
    if b"\r" in text and text.count(b"\r") != text.count(b"\r\n"):
        _refuse(block.line, "or one after it has a carriage return within it", text[:80])
    for start in range(0, len(text) - _LONGEST, _LONGEST):
        if text.find(b"\n", start, start + _LONGEST) < 0:
            _refuse(block.line_at(start), f"is longer than {_LONGEST} bytes", text[start:][:80])
    if b'"' in text:
        _check_quotes(block)


def _check_quotes(block: Block) -> None:
    """Make sure that quotes come in pairs, around whole values on a single line."""
    text = np.frombuffer(b"\n" + block.text + b"\n", np.uint8)
    newlines, quotes = np.flatnonzero(text == _NEWLINE), np.flatnonzero(text == _QUOTE)
    single = quotes[-1:] if len(quotes) % 2 else quotes[:0]
    opening, closing = quotes[: len(quotes) - len(single)].reshape(-1, 2).T
    whole = np.isin(text[opening - 1], (_COMMA, _NEWLINE))
    whole &= np.isin(text[closing + 1], (_COMMA, _NEWLINE, _RETURN))
    whole &= np.searchsorted(newlines, opening) == np.searchsorted(newlines, closing)
    bad: Longs = np.concatenate([opening[~whole], single])
    if len(bad):
        _refuse(block.line_at(int(bad[0]) - 1), "has quotes that are not around a value", '"')


def _refuse(line: int, problem: str, value: object) -> NoReturn:
    raise _not_plain(line, problem, value)


def _not_plain(line: int, problem: str, value: object) -> BadRecordError:
    return BadRecordError(
        problem, field="the line", value=value, remedy=REMEDY, place="line", number=line
    )

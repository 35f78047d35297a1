"""Tables for people: columns where they fit the terminal, else a list of blocks, one a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import attrs
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from mainstay.cli.spelling import as_written, spelled

__all__ = ["Cell", "Column", "Facts", "Listing", "exact", "label", "number", "words"]

#: A value: as it came from a file or a store, or with a style of our own.
Cell: TypeAlias = str | Text

_GAP = 2


@attrs.frozen
class Column:
    """A column, and what may be done to its values.

    Attributes:
        name: Its heading.
        least: How narrow it may become, its values going on in further lines; ``None`` if they
            must stay whole.
        right: Whether its values end at the same place, as numbers do.
    """

    name: str
    least: int | None = None
    right: bool = False


def exact(name: str) -> Column:
    """Return a column of short values that stay whole."""
    return Column(name)


def number(name: str) -> Column:
    """Return a column of numbers."""
    return Column(name, right=True)


def label(name: str, least: int = 16) -> Column:
    """Return a column of ids and names, which may be long."""
    return Column(name, least)


def words(name: str, least: int = 20) -> Column:
    """Return a column of sentences."""
    return Column(name, least)


@attrs.define(init=False)
class Listing:
    """Rows for people.

    They are a table if no value has to be broken for it that should stay whole. Otherwise each is a
    block of lines, ``name  value``; an empty value has none.
    """

    columns: tuple[Column, ...]
    has_header: bool
    rows: list[tuple[tuple[Cell, ...], str]]

    def __init__(self, *columns: Column, has_header: bool = True) -> None:
        self.columns, self.has_header, self.rows = columns, has_header, []

    def add(self, *cells: Cell, style: str = "") -> None:
        """Add a row: a value for each column."""
        self.rows.append((cells, style))

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        rows = [_Row([*_texts(cells, options.encoding)], style) for cells, style in self.rows]
        heading = [[Text(column.name) for column in self.columns]] if self.has_header else []
        shown = [*heading, *(row.cells for row in rows)]
        if widths := _widths(self.columns, shown, options.max_width):
            yield self._table(rows, widths)
        else:
            yield from self._blocks(rows)

    def _table(self, rows: Iterable[_Row], widths: Iterable[int]) -> Table:
        table = _bare(has_header=self.has_header)
        for column, width in zip(self.columns, widths, strict=True):
            if table.columns:
                table.add_column(width=_GAP)
            side: JustifyMethod = "right" if column.right else "left"
            table.add_column(column.name, justify=side, overflow="fold", width=width)
        for row in rows:
            table.add_row(*row.apart(), style=row.style)
        return table

    def _blocks(self, rows: Iterable[_Row]) -> Iterator[RenderableType]:
        names = [column.name for column in self.columns]
        for count, row in enumerate(rows):
            if count:
                yield Text()
            pairs = zip(names, row.cells, strict=True)
            yield _grid([pair for pair in pairs if pair[1].plain], names, row.style)


@attrs.frozen
class _Row:
    """Values as the terminal will show them, and a style for all of them."""

    cells: list[Text]
    style: str

    def apart(self) -> list[Text]:
        """Return the values, with an empty one between each two."""
        return [each for cell in self.cells for each in (Text(), cell)][1:]


@attrs.frozen
class Facts:
    """What there is to say of one thing: a name and a value a line."""

    pairs: Sequence[tuple[str, Cell]]

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        names = [name for name, _ in self.pairs]
        values = _texts((value for _, value in self.pairs), options.encoding)
        yield _grid([*zip(names, values, strict=True)], names)


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Text]], most: int) -> list[int]:
    """Return how wide columns are in a table that fits; none if there can't be one."""
    widths = [
        min(max(cell_len(text.plain) for text in its), most + 1) for its in zip(*rows, strict=True)
    ]
    over = sum(widths) + _GAP * (len(widths) - 1) - most
    while over > 0:
        broad = [
            (width, place)
            for place, (column, width) in enumerate(zip(columns, widths, strict=True))
            if column.least is not None and width > column.least
        ]
        if not broad:
            return []
        widths[max(broad)[1]] -= 1
        over -= 1
    return widths


def _grid(pairs: Iterable[tuple[str, Text]], names: Sequence[str], style: str = "") -> Table:
    """Return a name and a value a line, the values below each other."""
    grid = _bare(has_header=False)
    grid.add_column(no_wrap=True, min_width=max(map(len, names)), style="bold")
    grid.add_column(width=_GAP)
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(name, Text(), value, style=style)
    return grid


def _bare(*, has_header: bool) -> Table:
    """Return a table without lines; gaps are columns, since releases of rich pad differently."""
    return Table(box=None, padding=0, pad_edge=False, header_style="bold", show_header=has_header)


def _texts(cells: Iterable[Cell], encoding: str) -> Iterator[Text]:
    """Yield values as the terminal will show them, so that their widths are known."""
    for cell in cells:
        yield cell if isinstance(cell, Text) else Text(as_written(spelled(cell), encoding))

"""What separates the columns of a text: told by its first lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from mainstay.reading.layout import Layout

__all__ = ["LINES_LOOKED_AT", "separator", "separator_named"]

#: So many lines that are not blank tell what separates their columns.
LINES_LOOKED_AT = 20
_SEPARATORS = ",;\t|"
_NAMED = re.compile(r"\ufeff?sep=(.)\s*", re.IGNORECASE | re.DOTALL)


def separator_named(line: str) -> str | None:
    """Return the separator that a first line names, as spreadsheet programs write it.

    Examples:
        >>> separator_named("sep=;")
        ';'
    """
    found = _NAMED.fullmatch(line)
    return None if found is None else found[1]


def separator(lines: Sequence[str], places: Layout) -> str:
    """Return what separates columns: what makes the header have ours, else the rows alike.

    Of equals it is the first of comma, semicolon, tab and bar.
    """
    return max(_SEPARATORS, key=lambda each: _fitness(lines, each, places))


def _fitness(lines: Sequence[str], separator: str, places: Layout) -> tuple[int, float, int]:
    rows = [row for row in csv.reader(lines, delimiter=separator) if row]
    if not rows:
        return 0, 0, 0
    header = [name.strip().removeprefix("\ufeff") for name in rows[0]]
    if places.header is None:
        ours = len({*header} & places.required)
    else:
        ours = len(header) == len(places.header)
    alike = sum(len(row) == len(header) for row in rows) / len(rows)
    return int(ours), alike if len(header) > 1 else 0, len(header)

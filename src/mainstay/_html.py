"""What values look like in a notebook: HTML without scripts or styles of its own, on any ground.

Colours are the text's own, more or less of it, and one green that stands out from white and from
black; so light and dark themes need not be told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from html import escape
from typing import Protocol

__all__ = ["Part", "Window", "card", "reasons", "strip", "table", "text"]

GREEN = "#2b9a66"
_CELL, _GAP, _WEEK, _LINE = 14, 3, 7, 28
_BAR = 120


class Part(Protocol):
    """A part of a result."""

    @property
    def component(self) -> str: ...
    @property
    def points(self) -> float: ...
    @property
    def maximum(self) -> float | None: ...
    @property
    def text(self) -> str: ...


class Window(Protocol):
    """The active ones among some days."""

    @property
    def last_day(self) -> date: ...
    @property
    def bits(self) -> int: ...
    @property
    def length(self) -> int: ...


class Html(str):
    """What is HTML already; all other text is escaped."""

    __slots__ = ()


def text(sentence: str) -> str:
    """Return a paragraph."""
    return f"<p>{escape(sentence)}</p>"


def card(heading: str, *parts: str) -> str:
    """Return a heading with what belongs to it."""
    return f"<div><p><strong>{escape(heading)}</strong></p>{''.join(parts)}</div>"


def strip(window: Window) -> str:
    """Draw a window's days, oldest first: four weeks a line, each ending on the last weekday."""
    last, length = window.last_day, min(window.length, window.last_day.toordinal())
    count, first = window.bits.bit_count(), last - timedelta(days=length - 1)
    label = f"{count} active days of {length}, {first} to {last}"
    width, height = _x(0) + _CELL, _y(0, length) + _CELL
    cells = "".join(_cell(window, age, _y(age, length)) for age in range(length - 1, -1, -1))
    return (
        f'<svg role="img" aria-label="{label}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{cells}</svg>'
    )


def _x(age: int) -> int:
    """Return where a day is in its line, with a wider gap between weeks."""
    column = _LINE - 1 - age % _LINE
    return column * (_CELL + _GAP) + column // _WEEK * _GAP


def _y(age: int, length: int) -> int:
    """Return where a day's line is; the last days are in the last one."""
    return ((length - 1) // _LINE - age // _LINE) * (_CELL + _GAP)


def _cell(window: Window, age: int, y: int) -> str:
    day = window.last_day - timedelta(days=age)
    is_active = window.bits >> age & 1
    fill = f'fill="{GREEN}"' if is_active else 'fill="currentColor" fill-opacity="0.15"'
    place = f'x="{_x(age)}" y="{y}" width="{_CELL}" height="{_CELL}" rx="3"'
    title = f"{day:%a} {day}: {'active' if is_active else 'not active'}"
    return f"<rect {place} {fill}><title>{title}</title></rect>"


def reasons(explanations: Iterable[Part]) -> str:
    """Return a table of parts: what each gives, as a bar where there is a maximum, and why."""
    rows = [(part.component, _points(part), Html(_bar(part)), part.text) for part in explanations]
    return table(("part", "points", "share", "reason"), rows) if rows else ""


def _points(part: Part) -> str:
    points = f"{part.points:,.1f}".removesuffix(".0")
    return points if part.maximum is None else f"{part.points:.1f} of {part.maximum:.0f}"


def _bar(part: Part) -> str:
    """Draw how much of its maximum a part gives; nothing where nothing limits it."""
    if not part.maximum:
        return ""
    done = _BAR * part.points / part.maximum
    ground = f'<rect width="{_BAR}" height="8" rx="4" fill="currentColor" fill-opacity="0.15"/>'
    bar = f'<rect width="{done:.1f}" height="8" rx="4" fill="{GREEN}"/>'
    return f'<svg aria-hidden="true" width="{_BAR}" height="8">{ground}{bar}</svg>'


def table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of texts, and of what is HTML already."""
    head = _cells('th scope="col"', "th", names)
    body = "".join(f"<tr>{_cells('td', 'td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cells(begin: str, end: str, cells: Iterable[str]) -> str:
    written = (cell if isinstance(cell, Html) else escape(cell) for cell in cells)
    return "".join(f'<{begin} style="text-align:left">{cell}</{end}>' for cell in written)

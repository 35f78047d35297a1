"""What the English words for scores share: counts of days, lists, and what would change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

__all__ = ["days_in_words", "in_words", "listed"]

_DAYS_NAMED = 3


class _Change(Protocol):
    @property
    def days(self) -> tuple[date, ...]: ...
    @property
    def today(self) -> date: ...
    @property
    def difference(self) -> float: ...


def days_in_words(count: int) -> str:
    """Return ``1 day``, ``2 days`` and so on."""
    return f"{count} day" if count == 1 else f"{count} days"


def listed(items: Sequence[str]) -> str:
    """Return some items as a sentence names them."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def in_words(change: _Change, parts: Iterable[tuple[str, float]], did: str) -> str:
    """Say what further active days would change; what speaks against it comes last."""
    if not change.days:
        return "No change: these days count already, or lie before the window."
    difference = change.difference
    moved = [(name, points) for name, points in parts if round(points, 1)]
    because = [f"{name} {points:+.1f}" for name, points in moved if points * difference > 0]
    although = [f"{name} {points:+.1f}" for name, points in moved if points * difference <= 0]
    reasons = [f", because {listed(because)}"] if because else []
    reasons += [f", although {listed(although)}"] if although else []
    points = f"{round(difference, 1) + 0.0:+.1f} points"
    return f"If you {did} {_when(change)}: {points}{''.join(reasons)}."


def _when(change: _Change) -> str:
    names = [_day(day, change.today) for day in change.days]
    few = len(names) <= _DAYS_NAMED
    return listed(names) if few else f"on {days_in_words(len(names))} more"


def _day(day: date, today: date) -> str:
    relative = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    return relative.get((day - today).days, f"on {day}")

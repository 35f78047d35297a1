"""Transactions over several ports: what they had is put back if one is undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

__all__ = ["Replaced", "Undoable", "undone_if_it_raises"]


class Undoable(Protocol):
    """Something that can be as it was."""

    def saved(self) -> Callable[[], None]:
        """Return what makes it as it is now again."""
        ...


class Replaced:
    """Something whose attributes are given other values, and whose values never change."""

    def saved(self) -> Callable[[], None]:
        """Return what makes it as it is now again."""
        before = dict(vars(self))
        return lambda: vars(self).update(before)


@contextmanager
def undone_if_it_raises(parts: Iterable[Undoable]) -> Iterator[None]:
    """Make parts as they were if the block raises."""
    saved = [part.saved() for part in parts]
    try:
        yield
    except BaseException:
        for put_back in saved:
            put_back()
        raise

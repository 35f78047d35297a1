"""Transactions that are undone however they end: what would be done is found out, not done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

__all__ = ["opened"]

Page = TypeVar("Page")


class _DryRun(Exception):  # noqa: N818  (not an error: it undoes a transaction)
    """Undoes a transaction."""


@contextmanager
def opened(page: AbstractContextManager[Page], *, dry_run: bool) -> Iterator[Page]:
    """Open a page; in a dry run it is undone, even if the block ends well."""
    try:
        with page as transaction:
            yield transaction
            _undo(dry_run=dry_run)
    except _DryRun:
        return


def _undo(*, dry_run: bool) -> None:
    if dry_run:
        raise _DryRun

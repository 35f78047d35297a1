"""What makes the texts of outlooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from mainstay.outlook import Content, OutlookContext, Template

__all__ = ["ContentGenerator"]


class ContentGenerator(Protocol):
    """A host's own source of texts, such as a language model; it may call the outside.

    No transaction is open while it is asked. A call that fails costs nobody their outlook: they get
    the embedded text, marked as a fallback. After five failures in a row the rest is not asked, nor
    is a user with whom two runs were killed. Any error is a failure, but :class:`StoreError
    <mainstay.StoreError>`, :class:`TimeLimitError <mainstay.TimeLimitError>`, ``MemoryError`` and
    Celery's soft time limit: these end the run.
    """

    @property
    def templates(self) -> Sequence[Template]:
        """What it chooses from: its templates, and the variants of each."""
        ...

    def data(self, user_ids: Sequence[str], day: date, /) -> Mapping[str, Mapping[str, object]]:
        """Return what the host knows of some users, as plain data, by user id.

        It becomes :attr:`mainstay.outlook.OutlookContext.data`; users may be left out. If it fails
        for several users, it is asked for each alone; for whom it fails then, no text is asked for.

        Args:
            user_ids: Whose: those of several calls that come next.
            day: For which day they are told something.
        """
        ...

    def generate(self, context: OutlookContext, /) -> Content:
        """Return what a user is told.

        It is called again if a run is killed before what it returned was kept.
        """
        ...

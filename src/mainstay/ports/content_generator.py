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

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import Session
        >>> from mainstay.jobs import generate_outlooks
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> class Runs:
        ...     templates = [Template("run", ["plain"])]
        ...     def data(self, user_ids, day):
        ...         return {user_id: {"km": 40} for user_id in user_ids}
        ...     def generate(self, context):
        ...         return Content("run", "plain", "Run", f"{context.data['km']} km so far.")
        >>> store, clock = MemoryStore(), lambda: datetime(2024, 5, 1, 5, tzinfo=UTC)
        >>> _ = store.sessions.add([Session("ada", datetime(2024, 4, 30, tzinfo=UTC), id="1")])
        >>> job = generate_outlooks(store, generator=Runs())
        >>> _ = job.run(JobContext(clock=clock, target=date(2024, 5, 2)))
        >>> store.outlooks.outlook("ada", date(2024, 5, 2)).content.body
        '40 km so far.'
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

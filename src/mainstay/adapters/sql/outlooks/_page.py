"""One transaction on users who are to be told something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from sqlalchemy import Connection

from mainstay import _checks as checks
from mainstay.adapters.sql.entries import put_entries
from mainstay.adapters.sql.outlooks._due import due_users
from mainstay.adapters.sql.outlooks._keeping import (
    insert_outlooks,
    planned_with,
    replace_outlooks,
)
from mainstay.adapters.sql.outlooks._windows import Span, standings
from mainstay.adapters.sql.reading import limit_of
from mainstay.adapters.sql.undoing import undo
from mainstay.daystarts import DayStart
from mainstay.errors import RejectedError
from mainstay.outlook import Outlook
from mainstay.ports import OutlookMade, OutlookStanding, OutlookTarget, Unreadable
from mainstay.ports.outlooks import outlooks_by_key
from mainstay.ports.pages import not_due

__all__ = ["OutlooksPage"]


class OutlooksPage:
    """A :class:`mainstay.ports.OutlookPage`.

    Args:
        connection: In a transaction that has the lock of outlooks: nobody else adds any.
        day_start: When a day begins on the wall clock, or a :class:`mainstay.DayEnd`.
    """

    def __init__(self, connection: Connection, day_start: DayStart) -> None:
        self._connection = connection
        self._day_start = day_start
        self._due: dict[str, OutlookTarget] = {}
        # Who may have an outlook already.
        self._told: set[str] = set()

    def due(
        self, target: OutlookTarget, *, after: str | None = None, limit: int
    ) -> Sequence[OutlookStanding | Unreadable]:
        """Return users with an event within the 30 days, and without an outlook, by user id."""
        checks.instance("target", target, OutlookTarget)
        some = due_users(self._connection, target, after=after, limit=limit_of(limit))
        found = standings(self._connection, some, Span(target.now, self._day_start, target.policy))
        readable = [each.key for each in found if isinstance(each, OutlookStanding)]
        self._due.update(dict.fromkeys(readable, target))
        if target.force:
            self._told.update(readable)
        return found

    def keep(self, done: Sequence[OutlookMade]) -> None:
        """Keep outlooks, and put what is to be done outside."""
        try:
            new = [*self._outlooks(done)]
            self._keep(new)
            entries = chain.from_iterable(made.entries for made in done)
            put_entries(self._connection, chain(entries, planned_with(self._connection, new)))
        except RejectedError:
            undo(self._connection)  # nothing is kept, even if the block goes on
            raise

    def _outlooks(self, done: Sequence[OutlookMade]) -> Iterator[Outlook]:
        """Yield outlooks of users who were due in this transaction."""
        by_target: dict[OutlookTarget, list[OutlookMade]] = {}
        for made in done:
            if made.user_id not in self._due:
                raise not_due("user_id", made.user_id)
            by_target.setdefault(self._due[made.user_id], []).append(made)
        for target, some in by_target.items():
            yield from outlooks_by_key(some, target).values()

    def _keep(self, new: Sequence[Outlook]) -> None:
        """Insert those of users without an outlook, and replace the others'."""
        known = [each for each in new if each.user_id in self._told]
        if known:
            replace_outlooks(self._connection, known)
            new = [each for each in new if each.user_id not in self._told]
        insert_outlooks(self._connection, new)
        self._told.update(each.user_id for each in new)

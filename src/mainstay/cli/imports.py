"""Events of a file on their way into a store: batch by batch, edited ones told or replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import tee
from typing import TypeAlias

import attrs

from mainstay.activity.session import Session
from mainstay.cli import terminal
from mainstay.cli.batches import LINES_AT_ONCE, added
from mainstay.cli.store import PreparedStore
from mainstay.errors import BadRecordError, RejectedError
from mainstay.ports import other_contents
from mainstay.reading import Event, identified

__all__ = ["Import"]

#: The number of a line, and what it says.
Line: TypeAlias = tuple[int, Session]


@attrs.define
class Import:
    """What has been imported so far, and what is next.

    Attributes:
        store: Where the events go.
        bad: What becomes of bad lines.
        early: Says whether an event is from before the first day that is kept.
        update: Whether events that were edited are replaced; else they are bad lines.
        events: How many there are so far.
        new: How many of them were not there before.
        updated: How many were replaced.
        nameless: How many have no id of their own.
        before_floor: How many are from before the first day that is kept.
        waiting: Those that are next.
    """

    store: PreparedStore
    bad: terminal.BadLines
    early: Callable[[Session], bool]
    update: bool
    events: int = 0
    new: int = 0
    updated: int = 0
    nameless: int = 0
    before_floor: int = 0
    waiting: list[Line] = attrs.field(factory=list)

    def read(self, items: Iterable[Event | BadRecordError]) -> None:
        """Import every event; those before a bad line too that stops it."""
        try:
            for line, session in _with_ids(self._good(items)):
                self.waiting.append((line, session))
                if len(self.waiting) == LINES_AT_ONCE:
                    self._flush()
        except BadRecordError:
            self._flush()
            raise
        self._flush()

    def _good(self, items: Iterable[Event | BadRecordError]) -> Iterator[Event]:
        for item in items:
            if isinstance(item, Event):
                self.nameless += item.session.id is None
                yield item
            else:
                self.bad.skip(item)

    def _flush(self) -> None:
        waiting, self.waiting = self.waiting, []
        self.before_floor += sum(self.early(session) for _, session in waiting)
        try:
            self.new += self.store.sessions.add([session for _, session in waiting])
            self.events += len(waiting)
        except RejectedError:
            self._sort_out(waiting)

    def _sort_out(self, batch: Sequence[Line]) -> None:
        """Add lines of which the store rejects some: edited events are replaced, or told of."""
        latest = {str(session.id): (line, session) for line, session in batch}
        ids, updated = self._edited([session for _, session in latest.values()])
        self.updated += updated
        if self.update:  # of what lines say of one event, the last holds
            self.events += len(batch) - len(latest) + len(ids)
            self._add([each for key, each in latest.items() if key not in ids])
        else:
            self._tell(batch, {latest[key][0]: key for key in ids})

    def _edited(self, sessions: Sequence[Session]) -> tuple[set[str], int]:
        """Return the ids of events that were edited, and how many of them are replaced now."""
        with self.store.corrections.page() as page:
            ids = {*page.edited(sessions)}
            if not self.update:
                return ids, 0
            changes = page.replace([session for session in sessions if session.id in ids])
        return ids, changes.get("events", 0)

    def _tell(self, batch: Sequence[Line], edited: Mapping[int, str]) -> None:
        """Add lines, except those of edited events, by their numbers: these are bad ones."""
        others = [each for each in batch if each[0] not in edited]
        if edited and not self.bad.skip_all:  # the first one stops everything
            first = min(edited)
            others = [each for each in others if each[0] < first]
        self._add(others)
        for line in sorted(edited):
            self.bad.skip(BadRecordError.at("line", line, other_contents(edited[line])))

    def _add(self, batch: Sequence[Line]) -> None:
        for events, new in added(batch, self.store.sessions.add, self.bad):
            self.events += events
            self.new += new

    def words(self) -> str:
        """Say how many there are."""
        known = self.events - self.new - self.updated
        updated = f" {self.updated:,} updated," if self.updated else ""
        return f"{self.events:,} events: {self.new:,} new,{updated} {known:,} there already."


def _with_ids(events: Iterable[Event]) -> Iterator[Line]:
    events, sessions = tee(events)
    ids = identified(event.session for event in sessions)
    return ((event.line, session) for event, session in zip(events, ids, strict=True))

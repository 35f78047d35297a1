"""Scores from a file of events, in one pass and a few numbers a user."""

from __future__ import annotations

from datetime import date, datetime

import attrs
from rich.console import Console

from mainstay.activity.windowing import WindowBuilder
from mainstay.cli import terminal
from mainstay.cli.score.options import Options
from mainstay.cli.score.result import Listed, Result, Scored, nobody
from mainstay.errors import BadRecordError, InvalidValueError
from mainstay.localdays import local_day, moment_of
from mainstay.reading import Event, read_events
from mainstay.scores.by_policy import Score, days_needed, scored

__all__ = ["score_file"]


@attrs.define
class _Reading:
    """What reading the file has come to so far."""

    options: Options
    bad: terminal.BadLines
    builders: dict[str, WindowBuilder] = attrs.field(factory=dict)
    joined: dict[str, tuple[date, int]] = attrs.field(factory=dict)
    events: int = 0
    later: int = 0
    latest: Event | None = None
    days: set[date] = attrs.field(factory=set)

    def read(self, item: Event | BadRecordError) -> None:
        """Count an event, or complain about a bad line."""
        try:
            if isinstance(item, BadRecordError):
                raise item
            self._count(self._dated(item, item.day) if item.day is not None else item)
        except BadRecordError as error:
            self.bad.skip(error)

    def _dated(self, event: Event, day: date) -> Event:
        """Return the event of a date without a time, which counts from its beginning on."""
        as_of, zone, start = self.options.as_of, self.options.zone, self.options.day_start
        at, where = moment_of(day, as_of=as_of, zone=zone, day_start=start)
        if at == event.session.started_at:
            return event
        session = attrs.evolve(event.session, started_at=at, timezone=where)
        return attrs.evolve(event, session=session)

    def _count(self, event: Event) -> None:
        at, user = event.session.started_at, event.session.user_id
        self.events += 1
        if self.latest is None or at > self.latest.session.started_at:
            self.latest = event
        if at > self.options.as_of:
            self.later += 1
            return
        builder = self.builders.get(user)
        if builder is None:
            builder = self.builders[user] = WindowBuilder(
                as_of=self.options.as_of,
                zone=self.options.zone,
                day_start=self.options.day_start,
                length=days_needed(self.options.policy),
            )
        builder.add((event.session,))
        if user == self.options.user:
            zone = event.session.timezone or self.options.zone
            self.days.add(local_day(at, zone=zone, day_start=self.options.day_start))
        if event.member_since is not None:
            self._join(event, event.member_since)

    def _join(self, event: Event, joined: date) -> None:
        """Keep the first day on which any line says that the user joined."""
        user = event.session.user_id
        if isinstance(joined, datetime):
            joined = local_day(joined, zone=self.options.zone, day_start=self.options.day_start)
        before = self.joined.get(user, (joined, event.line))
        self.joined[user] = min(before, (joined, event.line))

    def score(self, user: str, builder: WindowBuilder) -> Score:
        window, policy = builder.window(), self.options.policy
        joined, line = self.joined.get(user, (None, 0))
        try:
            return scored(window, joined, policy)
        except InvalidValueError as error:
            self.bad.skip(BadRecordError.at("line", line, error))
            return scored(window, policy=policy)


def score_file(options: Options, messages: Console) -> Result:
    """Read a file, and score everybody in it, or the one who is asked for."""
    reading = _Reading(options, terminal.BadLines(messages, skip_all=options.skip_bad))
    with terminal.open_events(options.file or "-", messages) as source:
        rows = read_events(source, format=options.format, day_start=options.day_start)
        for item in rows:
            reading.read(item)
    if options.user is not None and options.user not in reading.builders:
        raise nobody(options.user, reading.builders)
    scores = [Scored(user, reading.score(user, each)) for user, each in reading.builders.items()]
    return Result(
        scores=Listed(scores),
        source="input",
        events=reading.events - reading.later,
        later=reading.later,
        skipped=reading.bad.count,
        left_out=terminal.left_out(rows, options.format),
        latest=None if reading.latest is None else reading.latest.session,
        line=lambda: None if reading.latest is None else reading.latest.line,
        days=frozenset(reading.days),
    )

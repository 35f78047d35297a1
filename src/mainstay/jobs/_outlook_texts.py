"""Texts of outlooks from a host's generator: asked through the claim loop, and never to a loss."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._plain import PlainData
from mainstay.errors import CallsFailedError, InvalidValueError
from mainstay.jobs._tally import LOGGER, Tally, ends_run
from mainstay.jobs.calls import Answer, Call, Cancelled, ClaimPolicy, Done, LookAgain
from mainstay.outlook import (
    Content,
    Outlook,
    OutlookContext,
    OutlookPhrasebook,
    Template,
    standard_content,
)
from mainstay.ports import (
    ContentGenerator,
    HasOutlooks,
    OutboxEntry,
    OutlookStanding,
    OutlookTarget,
    Unreadable,
)
from mainstay.ports.outlooks import storable_outlook
from mainstay.scheduling import JobContext
from mainstay.scores.by_policy import Policy

__all__ = ["ASKING", "OUTLOOK_TEXT", "Writer", "text_entry"]

#: The kind of the entries that wait for a text.
OUTLOOK_TEXT = "outlook-text"
#: A run asks for all of them, and for a hundred users' data at once.
ASKING = ClaimPolicy(most=2**31 - 1, at_once=100, lease=timedelta(minutes=2))
#: After so many failures in a row, the generator is not asked any more.
_FAILURES = 5
#: Nor for a user whom so many killed runs had claimed: the others would never have their turn. The
#: first of them may have claimed many, and called for another.
_KILLED = 3
#: A date is over everywhere so long after its midnight in UTC.
_WESTERNMOST = timedelta(hours=36)


def text_entry(user_id: str, target: OutlookTarget, context: JobContext) -> OutboxEntry:
    """Return what asks for a text: once a user and day, and once more each time it is forced.

    What it says follows from its key: so it is the same one, whatever run puts it. It is due at
    once, also in a run that begins a little before it is due.
    """
    key = f"text:{target.day.isoformat()}:{user_id}"
    over = datetime.combine(target.day, time(0), UTC) + _WESTERNMOST
    due = min(target.now, context.now())
    return OutboxEntry(
        key=f"forced:{context.task_id}:{key}" if target.force else key,
        kind=OUTLOOK_TEXT,
        user_id=user_id,
        payload=PlainData({"day": target.day.isoformat(), "force": target.force}),
        due_at=due,
        expires_at=max(over, due + _WESTERNMOST),
    )


@attrs.frozen
class _Asked:
    """What an entry asks for.

    Attributes:
        user_id: For whom.
        day: For which day.
        force: Whether the text replaces one.
    """

    user_id: str
    day: date
    force: bool

    @classmethod
    def of(cls, entry: OutboxEntry) -> _Asked:
        day = checks.text("payload.day", entry.payload.get("day"))
        force = checks.instance("payload.force", entry.payload.get("force"), bool)
        return cls(checks.text("user_id", entry.user_id), date.fromisoformat(day), force)


@attrs.frozen
class _Known:
    """What is known of the users that are asked about at once.

    Attributes:
        standings: What their events say, by user id; an error if that can't be read.
        there: Those who have an outlook already, and for which day.
        data: What the host knows of them, by day and user id; an error if it does not say.
    """

    standings: Mapping[str, OutlookStanding | Unreadable]
    there: Container[tuple[str, date]]
    data: Mapping[date, Mapping[str, Mapping[str, object]] | Exception]


@attrs.define
class Writer:
    """Asks a generator for texts; what it fails to give comes from the embedded one.

    Attributes:
        now: As of when texts are made.
        policy: What users are scored by.
        fallbacks: How many outlooks have the embedded text.
        failures: How many calls have failed, one after the other, up to the last one.
    """

    store: HasOutlooks
    generator: ContentGenerator
    templates: Mapping[str, Template]
    phrases: OutlookPhrasebook
    tally: Tally
    now: datetime
    policy: Policy
    fallbacks: int = 0
    failures: int = 0

    @property
    def circuit_open(self) -> bool:
        """Whether the generator is not asked any more."""
        return self.failures >= _FAILURES

    def prepare(self, entries: Sequence[OutboxEntry]) -> Call:
        """Read what is known of the users of some entries, and what the host knows of them.

        If the host fails to say so of several, it is asked of each alone.
        """
        asked = {entry.key: _Asked.of(entry) for entry in entries}
        users, days = zip(*((one.user_id, one.day) for one in asked.values()), strict=True)
        standings = self.store.outlooks.standings(users, now=self.now, policy=self.policy)
        known = _Known(
            {each.key: each for each in standings},
            self.store.outlooks.told((one.user_id, one.day) for one in asked.values()),
            {day: self._data(asked.values(), day) for day in sorted({*days})},
        )
        if len(entries) > 1 and any(isinstance(data, Exception) for data in known.data.values()):
            return lambda entry: self.prepare([entry])(entry)
        return partial(self._write, asked, known)

    def _data(
        self, asked: Iterable[_Asked], day: date
    ) -> Mapping[str, Mapping[str, object]] | Exception:
        if self.circuit_open:
            return {}
        users = [one.user_id for one in asked if one.day == day]
        try:
            return checks.mapping("what data returns", self.generator.data(users, day))
        except Exception as error:
            if ends_run(error):
                raise
            if len(users) > 1:
                words = "%s: data is asked for %d users one by one, since all at once failed: %s"
                labels = self.tally.labels()
                LOGGER.warning(
                    words, self.tally.job, len(users), error, exc_info=error, extra=labels
                )
            return error

    def _write(self, asked: Mapping[str, _Asked], known: _Known, entry: OutboxEntry) -> Answer:
        one = asked[entry.key]
        standing = known.standings.get(one.user_id, Unreadable(one.user_id, _gone(one.user_id)))
        if isinstance(standing, Unreadable):
            return LookAgain(problem=standing.error)
        if (one.user_id, one.day) in known.there and not one.force:
            return Cancelled(PlainData({"why": "they have one already"}))
        context = OutlookContext(
            one.user_id, one.day, standing.window, self.templates, policy=self.policy
        )
        outlook = self._outlook(context, known.data[one.day], entry)
        if not self.store.outlooks.add(outlook, force=one.force):
            return Cancelled(PlainData({"why": "they have one already"}))
        self.fallbacks += outlook.fallback
        return Done(PlainData({"fallback": outlook.fallback}))

    def _outlook(
        self,
        context: OutlookContext,
        data: Mapping[str, Mapping[str, object]] | Exception,
        entry: OutboxEntry,
    ) -> Outlook:
        """Return the generator's text; if it has none that can be kept, the embedded one."""
        if not self.circuit_open:
            try:
                outlook = self._generated(context, data, entry)
            except Exception as error:
                if ends_run(error):
                    raise
                self._note(context.user_id, error)
            else:
                self.failures = 0
                return outlook
        content = standard_content(context, phrases=self.phrases)
        return _outlook(context, content, self.now, fallback=True)

    def _generated(
        self,
        context: OutlookContext,
        data: Mapping[str, Mapping[str, object]] | Exception,
        entry: OutboxEntry,
    ) -> Outlook:
        if entry.attempts > _KILLED:
            raise _has_killed(entry)
        if isinstance(data, Exception):
            raise data
        theirs = PlainData.at("what data returns", data.get(context.user_id, {}))
        content = self.generator.generate(attrs.evolve(context, data=theirs))
        checks.instance("what generate returns", content, Content)
        return storable_outlook(_outlook(context, content, self.now, fallback=False))

    def _note(self, item: str, error: Exception) -> None:
        """Log a failure of the generator, and after the last of several, that it is not asked."""
        self.failures += 1
        labels = self.tally.labels() | {"item": item}
        words = "%s: the generator failed for %s, who gets the embedded text: %s"
        LOGGER.error(words, self.tally.job, item, error, exc_info=error, extra=labels)
        if self.circuit_open:
            words = "%s: the generator is not asked any more: %d calls in a row have failed"
            LOGGER.error(words, self.tally.job, self.failures, extra=self.tally.labels())


def _outlook(
    context: OutlookContext, content: Content, now: datetime, *, fallback: bool
) -> Outlook:
    return Outlook(
        user_id=context.user_id,
        day=context.day,
        content=content,
        known_through=context.known_through,
        generated_at=now,
        fallback=fallback,
    )


def _gone(user_id: str) -> InvalidValueError:
    return InvalidValueError(
        "has no activity any more",
        field="user_id",
        value=user_id,
        remedy="Nothing is made for somebody who is not there.",
    )


def _has_killed(entry: OutboxEntry) -> CallsFailedError:
    return CallsFailedError(
        "ended without an answer",
        field=f"{entry.attempts - 1} calls for {entry.user_id}",
        remedy="Their workers were killed.",
    )

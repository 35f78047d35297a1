"""A small community, made up: eight people in as many zones, and a clock that is simulated.

The report of their day is `examples/community_day.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from zoneinfo import ZoneInfo

import attrs

from mainstay import Session
from mainstay.contest import ArgumentVote, Case, CaseArgument, CaseVote, commit
from mainstay.jobs import NotBegun, deliver_due, run_job
from mainstay.outlook import Mark, Preferences
from mainstay.ports import Notification
from mainstay.scheduling import JobContext, JobReport, JobSpec
from mainstay.testing.memory import MemoryStore

#: On the first of these days somebody was active for the first time.
FIRST_DAY, LAST_DAY = date(2024, 4, 7), date(2024, 5, 6)
#: Wanted by those who prefer nothing in particular: the standard times, where they are.
STANDARD = Preferences()
LATE_RISER = Preferences(weekend=time(10))
NOT_AT_WEEKENDS = Preferences(quiet_weekdays={5, 6})
EVERY_DAY, MON_TO_FRI = range(7), range(5)
ENOUGH = {"post": 2, "like": 5, "comment": 5}
LITTLE = {"post": 1, "like": 3}


@attrs.frozen
class Person:
    """Somebody made up.

    Attributes:
        name: Who.
        zone: Where they are.
        weekdays: On which weekdays they are active, 0 for Monday.
        at: At what time there.
        does: What they do then, so much of each kind of activity.
        until: The last day on which they are.
        prefers: When they want to be told, besides their zone; ``None`` if they have never said.
        reads_after: How long after it was delivered they read an outlook; ``None`` for never.
        rates: What they give to an outlook that they have read, if they rate at all.
    """

    name: str
    zone: str
    weekdays: range | tuple[int, ...]
    at: time
    does: Mapping[str, int]
    until: date = LAST_DAY
    prefers: Preferences | None = STANDARD
    reads_after: timedelta | None = timedelta(minutes=5)
    rates: int | None = None

    @property
    def preferences(self) -> Preferences | None:
        """What they have said."""
        return None if self.prefers is None else attrs.evolve(self.prefers, zone=self.zone)

    def active_at(self) -> Iterator[datetime]:
        """Yield when they are active."""
        for passed in range((self.until - FIRST_DAY).days + 1):
            day = FIRST_DAY + timedelta(days=passed)
            if day.weekday() in self.weekdays:
                yield datetime.combine(day, self.at, ZoneInfo(self.zone)).astimezone(UTC)

    def did(self, at: datetime) -> list[Session]:
        """Return what they do when they are active: one thing a minute."""
        kinds = [kind for kind, times in self.does.items() for _ in range(times)]
        return [
            Session(
                self.name,
                at + timedelta(minutes=minute),
                timezone=self.zone,
                kind=kind,
                quality=8 if kind == "post" else None,
                id=f"{self.name}-{at:%Y%m%d}-{minute}",
            )
            for minute, kind in enumerate(kinds)
        ]


PEOPLE = (
    Person("ada", "Europe/Berlin", EVERY_DAY, time(18), ENOUGH, rates=5),
    Person("bob", "America/New_York", (0, 2, 4), time(7), LITTLE, prefers=LATE_RISER),
    Person("cyd", "Asia/Tokyo", (5, 6), time(20), LITTLE, rates=3),
    Person("dee", "Pacific/Auckland", MON_TO_FRI, time(12, 30), LITTLE),
    Person("eli", "Africa/Lagos", EVERY_DAY, time(9), ENOUGH, FIRST_DAY, None, None),
    Person("fay", "Asia/Kolkata", (0, 1, 3, 4, 6), time(21), ENOUGH, rates=4),
    Person("gus", "America/Sao_Paulo", (1, 3, 6), time(15), LITTLE, prefers=NOT_AT_WEEKENDS),
    Person("hal", "America/Los_Angeles", (2, 5), time(11), LITTLE, reads_after=None),
)
BY_NAME = {person.name: person for person in PEOPLE}


@attrs.define
class Agenda:
    """A simulated clock, and what is to happen when."""

    now: datetime
    _entries: list[tuple[datetime, int, Callable[[], object]]] = attrs.field(factory=list)
    _places: Iterator[int] = attrs.field(factory=count)

    def at(self, instant: datetime, act: Callable[[], object]) -> None:
        """Have something happen; of what is for the same instant, the first asked for is first."""
        heappush(self._entries, (instant, next(self._places), act))

    def run(self, until: datetime) -> None:
        """Let everything happen that is for an instant before this one."""
        while self._entries and self._entries[0][0] < until:
            self.now, _, act = heappop(self._entries)
            act()

    def tell(self) -> datetime:
        """Say what time it is."""
        return self.now


@attrs.define
class Community:
    """The people, what is kept of them, and what happened; it is its own notifier.

    Attributes:
        store: What is kept.
        agenda: What is to happen.
        runs: The reports of runs of jobs, each with when it was due.
        told: What was delivered, and when.
    """

    store: MemoryStore = attrs.field(factory=MemoryStore)
    agenda: Agenda = attrs.field(factory=lambda: Agenda(datetime(2024, 4, 6, tzinfo=UTC)))
    runs: list[tuple[datetime, JobReport]] = attrs.field(factory=list)
    told: list[tuple[datetime, Notification]] = attrs.field(factory=list)

    def plan_people(self) -> None:
        """Have everybody say when they want to be told, and do what they do."""
        for person in PEOPLE:
            if person.preferences is not None:
                self.store.notifications.prefer(
                    person.name, person.preferences, now=self.agenda.now
                )
            for at in person.active_at():
                self.agenda.at(at, partial(self.store.sessions.add, person.did(at)))

    def plan_contest(self, at: datetime, open_it: JobSpec) -> None:
        """Have a case drafted and opened, and six people vote; it closes 24 hours later."""
        contests, sides = self.store.contests, ("no", "yes", "no", "no", "yes", "no")
        case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        commitment, secret = commit(case, "no", nonce=bytes(range(32)))
        votes = [
            CaseVote(f"vote-{each.name}", each.name, side, at)
            for each, side in zip(PEOPLE, sides, strict=False)
        ]
        argument = CaseArgument("a1", "ada", "Trust is worth more than comfort.", at)
        upvotes = [ArgumentVote("a1", user, at) for user in ("bob", "fay")]
        for act in (
            partial(contests.draft, case, commitment, secret, now=at),
            partial(self.run, open_it, at),
            partial(contests.vote, case.id, votes),
            partial(contests.argue, case.id, [argument]),
            partial(contests.upvote, upvotes),
        ):
            self.agenda.at(at, act)

    def run(self, job: JobSpec, due: datetime) -> None:
        """Run a job at the instant at which it is due."""
        context = JobContext(clock=self.agenda.tell, due=due, scheduled=True)
        report = run_job(job, self.store.runs, context)
        if isinstance(report, NotBegun):
            raise TypeError(f"{job.name} was not begun at {due}: {report}")
        self.runs.append((due, report))

    def deliver(self) -> None:
        """Tell people what is due now."""
        deliver_due(self.store, self, context=JobContext(clock=self.agenda.tell))

    def notify(self, notification: Notification) -> None:
        """Tell somebody: note it, and have them read it if that is their way."""
        self.told.append((self.agenda.now, notification))
        person = BY_NAME[notification.user_id]
        if notification.day is not None and person.reads_after is not None:
            read = partial(self.read, person, notification.day)
            self.agenda.at(self.agenda.now + person.reads_after, read)

    def read(self, person: Person, day: date) -> None:
        """Have somebody read an outlook, and rate it if they do such things."""
        mark = partial(self.store.outlooks.mark, person.name, day, at=self.agenda.now)
        mark(Mark.VIEWED)
        if person.rates is not None:
            mark(Mark.RATED, rating=person.rates)

    def turn_off(self, user: str) -> None:
        """Have somebody turn their notifications off: what waits for them is cancelled."""
        kept = self.store.notifications.preferences([user])[user]
        off = attrs.evolve(kept, enabled=False)
        self.store.notifications.prefer(user, off, now=self.agenda.now)

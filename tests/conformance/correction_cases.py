"""What the tests of corrections have all stores do, and a plain account of what is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import attrs

from mainstay import DayOutcome, IsoWeek, Reputation, Session
from mainstay.jobs import evaluate_consistency, update_multipliers
from mainstay.jobs.prune import plan_floor
from mainstay.localdays import local_day
from mainstay.ports import BadgeTarget, DueDays, DueWeeks, Prunable, Store, Unreadable
from mainstay.ports.metrics import KIND
from mainstay.ports.scoring import FIRST_INSTANT
from mainstay.recognition import Badge, BadgePolicy
from mainstay.scheduling import JobContext
from mainstay.testing.memory import MemoryStore

__all__ = [
    "AFTERWARDS",
    "FIRST",
    "LAST",
    "USERS",
    "Remaining",
    "all_days",
    "all_of",
    "all_weeks",
    "caught_up",
    "context",
    "due_in",
    "known_of",
    "of_days",
    "of_weeks",
    "pruned",
]

USERS = ["Zoë", "ada", "字", "\U0001f600"]
#: Three weeks about the turn of a year with 53; the first day is a Monday.
FIRST, LAST = date(2020, 12, 21), date(2021, 1, 10)
AFTERWARDS = datetime(2021, 2, 1, tzinfo=UTC)
_ONE_DAY = timedelta(days=1)
_MANY = 10_000
_TARGET = BadgeTarget(
    AFTERWARDS,
    policy=BadgePolicy(badges=[Badge(1, "run", "Run", "Run.", "🦉", "streak_days", "days", 1, 1)]),
)


def context(target: date, size: int = _MANY) -> JobContext:
    """What a job is given."""
    options = {"page_size": size}
    return JobContext(target=target, options=options, task_id="1", clock=lambda: AFTERWARDS)


@attrs.define
class Remaining:
    """The events that are there, as a host would have them whose accounts had always been so.

    Attributes:
        local_days: Whether each counts on the date where the user was.
        events: All that are left, also those from before the floor, by id.
        known: The ids of those that were removed, or are from before the floor.
        aliases: Who stands for whom.
        floor: The first day of which new events are taken.
    """

    local_days: bool
    events: dict[str, Session] = attrs.field(factory=dict)
    known: set[str] = attrs.field(factory=set)
    aliases: dict[str, str] = attrs.field(factory=dict)
    floor: date = date.min

    def day(self, session: Session) -> date:
        """The day on which an event counts."""
        if self.local_days:
            return local_day(session.started_at, zone=session.timezone)
        return session.started_at.astimezone(UTC).date()

    def add(self, sessions: Iterable[Session]) -> None:
        """Take events that are all new, or known."""
        for session in sessions:
            if session.id not in self.known and self.day(session) >= self.floor:
                self.events.setdefault(str(session.id), self.whose(session))

    def whose(self, session: Session) -> Session:
        """An event as it is of whom an alias stands for."""
        user = self.aliases.get(session.user_id, session.user_id)
        return attrs.evolve(session, user_id=user)

    def replace(self, sessions: Iterable[Session]) -> None:
        """Take events in place of others."""
        for session in sessions:
            self.events[str(session.id)] = self.whose(session)

    def remove(self, ids: Iterable[str]) -> None:
        """Leave out events that are not before the floor."""
        for each in ids:
            if each in self.events and self.day(self.events[each]) >= self.floor:
                del self.events[each]
                self.known.add(each)

    def forget(self, user: str) -> None:
        """Leave out a user."""
        self.events = {key: each for key, each in self.events.items() if each.user_id != user}
        self.aliases = {old: new for old, new in self.aliases.items() if user not in {old, new}}

    def rename(self, user: str, to: str) -> tuple[str, str] | None:
        """Give events to another user, and return who becomes whom; ``None`` if nobody does."""
        back = self.aliases.get(to) == user
        new = to if back else self.aliases.get(to, to)
        if new == user:
            return None
        for key, each in self.events.items():
            if each.user_id == user:
                self.events[key] = attrs.evolve(each, user_id=new)
        moved = {
            old: new if stands_for == user else stands_for
            for old, stands_for in self.aliases.items()
        }
        self.aliases = {old: other for old, other in moved.items() if old != new}
        if not back:
            self.aliases[user] = new
        return user, new

    def raise_floor(self, floor: date) -> None:
        """Take no events before a day."""
        self.floor = max(self.floor, floor)
        self.known |= {key for key, each in self.events.items() if self.day(each) < self.floor}

    def active(self, user: str) -> bool:
        """Whether a user has done anything."""
        return any(each.user_id == user for each in self.events.values())

    def fresh(self, policies_of: Store) -> MemoryStore:
        """Return a store that was given these events at once, with the same policies."""
        store = MemoryStore(local_days=self.local_days)
        store.sessions.add(self.events.values())
        days, weeks = policies_of.engagements.policies(), policies_of.reputations.policies()
        with store.engagements.page() as page:
            for since, policy in [] if days is None else [(None, days.first), *days.changes]:
                page.keep_policy(policy, since=since)
        with store.reputations.page() as weeks_page:
            for since, rule in [] if weeks is None else [(None, weeks.first), *weeks.changes]:
                weeks_page.keep_policy(rule, since=since)
        return store


def caught_up(store: Store, day: date = LAST) -> None:
    """Run the daily and the weekly job through a day."""
    evaluate_consistency(store.engagements).run(context(day))
    update_multipliers(store.reputations).run(context(day))


def all_days(due: Callable[[str | None], Sequence[DueDays | Unreadable]]) -> list[DueDays]:
    """All pages together: how much is in one is the store's own affair."""
    found: list[DueDays] = []
    while some := due(found[-1].key if found else None):
        found += [each for each in some if isinstance(each, DueDays)]
    return found


def all_weeks(due: Callable[[str | None], Sequence[DueWeeks | Unreadable]]) -> list[DueWeeks]:
    """Likewise."""
    found: list[DueWeeks] = []
    while some := due(found[-1].key if found else None):
        found += [each for each in some if isinstance(each, DueWeeks)]
    return found


def of_days(due: DueDays) -> object:
    """What is due, without what a store may leave out."""
    state = due.state
    return state.user_id, state.streak, state.last_day, list(due.activities), due.through


def of_weeks(due: DueWeeks) -> object:
    """Likewise."""
    return due.reputation, {week: counts for week, counts in due.weeks.items() if counts}


def due_in(store: Store) -> object:
    """All that is due."""
    week = IsoWeek.of(LAST)
    with store.engagements.page() as page:
        days = all_days(lambda after: page.due(LAST, after=after, limit=_MANY))
        opened = list(page.open_days(LAST, limit=_MANY))
    with store.reputations.page() as weeks_page:
        weeks = all_weeks(lambda after: weeks_page.due(week, after=after, limit=_MANY))
    return [*map(of_days, days)], [*map(of_weeks, weeks)], opened


def pruned(store: Store, floor: date) -> object:
    """Raise the floor, and delete what is before it, as the job does that asks for more weeks."""
    policies = store.reputations.policies()
    with store.corrections.page() as page:
        page.raise_floor(floor)
        found = page.prunable(floor, limit=_MANY)
        plans = [
            plan_floor(each, floor, policies=policies)
            for each in found
            if isinstance(each, Prunable)
        ]
        changes = dict(page.prune(floor, plans))
        while page.prune_others(floor, limit=2):
            pass
    weeks = [
        (each.key, each.streak, {week: counts for week, counts in each.weeks.items() if counts})
        for each in found
        if isinstance(each, Prunable)
    ]
    return weeks, [each.key for each in found], changes


def _kinds(store: Store, user: str) -> Mapping[str, int]:
    """How many events of each kind a user has."""
    metrics = store.metrics.metrics([user]).get(user, {})
    return {name: value for name, value in metrics.items() if name.startswith(KIND)}


def known_of(
    store: Store, users: Iterable[str], since: date, *, step: int = 1
) -> dict[str, tuple[list[DayOutcome | None], Reputation | None, Mapping[str, int]]]:
    """What days, or some of them, and weeks came to for users, and what is counted of them."""
    return {
        user: (
            [store.engagements.outcome(user, day) for day in _days(since)[::step]],
            store.reputations.reputations([user]).get(user),
            _kinds(store, user),
        )
        for user in users
    }


def all_of(store: Store, since: date) -> object:
    """All that can be seen of everybody, from a day on.

    Databases take their time for each day of each user, and less for the best of all days.
    """
    kept_since = store.sessions.kept_since() or FIRST_INSTANT
    end = AFTERWARDS
    return {
        "users": list(store.sessions.users()),
        "kinds": list(store.sessions.kinds()),
        "sessions": [
            [
                (each, each.started_at.utcoffset())
                for each in store.sessions.sessions(user, since=kept_since, until=end)
            ]
            for user in USERS
        ],
        "known": known_of(store, USERS, since, step=4),
        "missed": _missed(store, since),
        "metrics": {user: dict(each) for user, each in store.metrics.metrics(USERS).items()},
        "credits": [list(store.points.credits(user)) for user in USERS],
        "points": dict(store.points.totals(USERS)),
        "due": due_in(store),
        "late": store.corrections.late(),
        "candidates": [
            None if picked is None else list(picked)
            for picked in map(store.engagements.candidates, _days(since)[::2])
        ],
        "longest": [
            store.badges.standing(user, _TARGET).metrics.get("streak_days") for user in USERS
        ],
    }


def _missed(store: Store, since: date) -> object:
    """What those came to for whom a day did not meet the criteria."""
    with store.engagements.page() as page:
        found = page.best_missed(_days(since), limit=len(USERS))
    return {day: list(outcomes) for day, outcomes in found.items()}


def _days(first: date) -> list[date]:
    return [first + _ONE_DAY * each for each in range((LAST - first).days + 1)]

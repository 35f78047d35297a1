"""One transaction on everybody's days."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain, compress, takewhile
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias

import attrs
from sqlalchemy import Connection, Select, and_, func, or_, select
from sqlalchemy.sql import ColumnElement

from mainstay import _checks as checks
from mainstay.adapters.sql.bulk import any_of
from mainstay.adapters.sql.counts import KindCount, count_kinds
from mainstay.adapters.sql.engagements._closing import ClosingRows
from mainstay.adapters.sql.engagements._column_days import column_days
from mainstay.adapters.sql.engagements._keeping import KeptDays
from mainstay.adapters.sql.engagements._progress import idle_through, say_idle
from mainstay.adapters.sql.engagements._punctual import PunctualDay, Totals, by_kind, plus
from mainstay.adapters.sql.engagements._reopening import Reopened, reopened, take_back
from mainstay.adapters.sql.engagements.tables import engagements
from mainstay.adapters.sql.policies import PolicyRows, read_policies
from mainstay.adapters.sql.reading import as_day, corrupt, limit_of, raw_rows
from mainstay.adapters.sql.settings import Settings
from mainstay.adapters.sql.undoing import undo
from mainstay.errors import RejectedError
from mainstay.jobs._tally import ITEM_ERRORS
from mainstay.ports import DueDays, EvaluatedDays, Unreadable, average_quality, rescored
from mainstay.ports.corrections import storable_ids
from mainstay.scores.engagement.day import DayActivity
from mainstay.scores.engagement.evaluate import Engagement
from mainstay.scores.engagement.policy import EngagementPolicy

__all__ = ["SqlEngagementPage", "count_due"]

#: A row of the table as it is.
_Row: TypeAlias = Sequence[Any]


class _State(NamedTuple):
    """What is read of each user, as it is."""

    user_id: Any
    first_day: Any
    last_day: Any
    streak: Any
    posts: Any
    rated: Any
    ratings: Any
    next_day: Any
    idle_points: Any


_STATE = [engagements.c[name] for name in _State._fields]
_ONE_DAY = timedelta(days=1)
#: How many stragglers are asked for at once: nobody knows how many days they have.
_AT_ONCE = 250


def count_due(connection: Connection, day: date) -> int:
    """Return how many users are due."""
    query = select(func.count()).select_from(engagements)
    return connection.scalar(query.where(_Asked.of(connection, day).is_due())) or 0


class _Asked(NamedTuple):
    """What is asked for.

    Attributes:
        day: The last day to evaluate.
        idle: The day through which everybody who was not due has been idle.
        rescored: The days from which on idle days score otherwise, up to that day.
        missed: Those after the one through which all were idle.
    """

    day: date
    idle: date
    rescored: Sequence[date]
    missed: Sequence[date]

    @classmethod
    def of(cls, connection: Connection, day: date) -> _Asked:
        """Return what it means to ask for a day."""
        checks.day("day", day)
        idle, policies = idle_through(connection), read_policies(connection, EngagementPolicy)
        changes = [since for since in rescored(policies=policies) if since <= day]
        return cls(day, idle, changes, [since for since in changes if since > idle])

    def is_due(self) -> ColumnElement[bool]:
        """Say who is due; also those whose days are not dates, so that they are reported."""
        due, last = engagements.c.next_day, engagements.c.last_day
        # An expression, of which PostgreSQL knows nothing. It takes those who are due on the day
        # for so few that it would read and sort all of them for each page.
        when = func.coalesce(due, date.min)
        known = and_(due.is_not(None), or_(when <= self.day, when > date.max))
        return or_(known, last < self.missed[-1]) if self.missed else known

    def first(self, last: date | None, due: date | None) -> date:
        """Return the first day that must be evaluated, of a user who is due."""
        days = [since for since in self.missed if last is not None and since > last]
        if due is not None and due <= self.day:
            days.append(due)
        return min(days)


@attrs.frozen
class _Straggler:
    """A user with several days due, or one of another kind than most.

    Attributes:
        state: As of the last day that was kept.
        first: The first day that must be evaluated.
        totals: Before it.
    """

    state: Engagement
    first: date
    totals: Totals


_User: TypeAlias = DueDays | _Straggler | Unreadable


class SqlEngagementPage(ClosingRows, PolicyRows[EngagementPolicy]):
    """A :class:`mainstay.ports.EngagementPage`."""

    def __init__(self, connection: Connection, settings: Settings) -> None:
        ClosingRows.__init__(self, connection)
        PolicyRows.__init__(self, connection, EngagementPolicy, engagements.c.last_day, as_day)
        self._posts = settings.posts
        self._kept = KeptDays(connection)

    def last_day(self) -> date | None:
        """Return the last day evaluated for anybody; ``None`` if nothing has been."""
        last = super().last_day()
        return None if last is None else max(last, idle_through(self._connection))

    def due(
        self, day: date, *, after: str | None = None, limit: int
    ) -> Sequence[DueDays | Unreadable]:
        """Return users with days through one that must be evaluated."""
        asked = _Asked.of(self._connection, day)
        self._kept.asked(asked.day, asked.idle)
        query = select(*_STATE).where(asked.is_due())
        if after is not None:
            query = query.where(engagements.c.user_id > after)
        query = query.order_by(engagements.c.user_id).limit(limit_of(limit))
        return self._due(query, asked, limit)

    def _due(self, query: Select[Any], asked: _Asked, limit: int) -> Sequence[DueDays | Unreadable]:
        """Return the days of users whose rows a query finds."""
        found = raw_rows(self._connection, query.with_for_update())
        rows = _with_texts([*chain.from_iterable(found)])
        are_punctual = [*_are_punctual(rows, asked)]
        punctual = self._punctual([*compress(rows, are_punctual)], asked.day)
        if len(punctual) == len(rows):
            return punctual
        others = iter(punctual)
        users = [
            next(others) if is_punctual else _read(row, asked)
            for row, is_punctual in zip(rows, are_punctual, strict=True)
        ]
        return self._days(users, asked, limit)

    def _punctual(self, rows: Sequence[_Row], day: date) -> Sequence[DueDays]:
        """Return users who have one day due, as most have, with what they did."""
        days = column_days(self._connection, day, rows, self._posts)
        together: Container[str] = () if days is None else days.rows
        alone = {row[0]: _plain(row, day) for row in rows if row[0] not in together}
        counted = count_kinds(self._connection, {day: [*alone]}, day) if alone else {}
        for user, did in counted.items():
            alone[user].happened(did, self._posts)
        self._kept.punctual |= alone
        if days is None:
            return [*alone.values()]
        self._kept.columns.append(days)
        others = iter(days)
        return [alone.get(row[0]) or next(others) for row in rows] if alone else days

    def _days(
        self, users: Iterable[_User], asked: _Asked, limit: int
    ) -> Sequence[DueDays | Unreadable]:
        """Return the days of users, those of the first and as many others as are in the limit."""
        found: list[DueDays | Unreadable] = []
        days = 0
        for user in self._counted(users, asked):
            days += len(user.activities) if type(user) is DueDays else 1
            if days > limit and found:
                break
            found.append(user)
        return found

    def _counted(self, users: Iterable[_User], asked: _Asked) -> Iterator[DueDays | Unreadable]:
        """Yield users with what they did; of stragglers, some are asked for at once."""
        stragglers = [user for user in users if isinstance(user, _Straggler)]
        counted: Mapping[str, Sequence[KindCount]] = {}
        at = 0
        for user in users:
            if isinstance(user, _Straggler):
                if not at % _AT_ONCE:
                    some = _by_first_day(stragglers[at : at + _AT_ONCE])
                    counted = count_kinds(self._connection, some, asked.day)
                at += 1
                yield self._straggling(user, counted.get(user.state.user_id, ()), asked)
            else:
                yield user

    def _straggling(
        self, user: _Straggler, counted: Sequence[KindCount], asked: _Asked
    ) -> DueDays | Unreadable:
        try:
            by_day: dict[date, list[KindCount]] = {user.first: []}
            by_day |= {since: [] for since in asked.rescored if since > user.first}
            for count in counted:
                by_day.setdefault(as_day(count[1]), []).append(count)
            totals, through = user.totals, dict[date, Totals]()
            activities = []
            for day in sorted(by_day):
                through[day] = totals = plus(totals, by_day[day], self._posts)
                posts, rated, ratings = totals
                average = average_quality(ratings, rated)
                activities.append(DayActivity(day, by_kind(by_day[day]), posts, average))
        except ITEM_ERRORS as error:
            return Unreadable(user.state.user_id, error)
        due = DueDays(user.state, activities, asked.day)
        self._kept.stragglers[due.key] = due, through
        return due

    def reopen(
        self,
        user_ids: Sequence[str] | None,
        *,
        since: date | None,
        after: str | None = None,
        limit: int,
    ) -> Sequence[DueDays | Unreadable]:
        """Take back what days came to, and return them as due, to be evaluated again."""
        given = None if user_ids is None else storable_ids("user_ids", user_ids)
        begin = None if since is None else checks.day("since", since)
        most, found, looked_at = limit_of(limit), list[DueDays | Unreadable](), after
        while not found:
            users, last = reopened(
                self._connection, given, since=begin, after=looked_at, limit=most
            )
            if last is None:
                break
            found, looked_at = self._again(users, last, most)
        return found

    def _again(
        self, users: Sequence[Reopened | Unreadable], last: str, limit: int
    ) -> tuple[list[DueDays | Unreadable], str]:
        """Take back the days of those of the first users who were evaluated as far."""
        bad = [user for user in users if isinstance(user, Unreadable)]
        good = [user for user in users if isinstance(user, Reopened)]
        alike = [*takewhile(lambda user: user.through == good[0].through, good)]
        if not alike:
            return [*bad], last
        due, brought = take_back(self._connection, alike, self._posts, limit=limit)
        if brought != good[-1].user_id:
            last, bad = brought, [each for each in bad if each.key < brought]
        asked = _Asked.of(self._connection, alike[0].through)._replace(missed=())
        self._kept.asked(asked.day, asked.idle)
        query = select(*_STATE).where(any_of(self._connection, engagements.c.user_id, due))
        days = self._due(query.order_by(engagements.c.user_id), asked, sys.maxsize) if due else []
        return sorted([*days, *bad], key=attrgetter("key")), last

    def keep(self, evaluated: Sequence[EvaluatedDays]) -> None:
        """Keep states and outcomes of users that were due in this transaction."""
        try:
            self._kept.keep(evaluated)
        except RejectedError:
            undo(self._connection)  # nothing is kept, even if the block goes on
            raise

    def idle(self, day: date) -> None:
        """Say that everybody who is not due through a day has been idle through it."""
        say_idle(self._connection, checks.day("day", day), rescored(policies=self.policies()))


def _with_texts(rows: Sequence[_Row]) -> Sequence[_Row]:
    """Return rows with days as text, as which our connections have them; a host's may not."""
    if not rows or not isinstance(rows[0][1], date):
        return rows
    return [[str(value) if isinstance(value, date) else value for value in row] for row in rows]


def _are_punctual(rows: Iterable[_Row], asked: _Asked) -> Iterator[bool]:
    """Yield of each row whether it is that of a user who has one day due, and nothing is wrong."""
    day, today = asked.day, asked.day.isoformat()
    yesterday = (day - _ONE_DAY).isoformat() if day > date.min else None
    since = max((each.isoformat() for each in asked.missed if each < day), default="")
    for _, first, last, streak, posts, rated, ratings, due, _ in rows:
        if last is None:
            begun = first == today and streak == 0
        else:
            idle = streak == 0 and type(last) is str and len(last) == len(today)
            begun = last == yesterday or (idle and since <= last < today)
        yield due == today and begun and _are_counts(streak, posts, rated, ratings)


def _plain(row: _Row, day: date) -> PunctualDay:
    user, _, last, streak, posts, rated, ratings, _, idle = row
    return PunctualDay(user, day, last, streak, (posts, rated, ratings), idle=idle)


def _by_first_day(users: Iterable[_Straggler]) -> Mapping[date, Sequence[str]]:
    """Return users by the first of the days that are due."""
    begins: defaultdict[date, list[str]] = defaultdict(list)
    for user in users:
        begins[user.first].append(user.state.user_id)
    return begins


def _are_counts(streak: Any, posts: Any, rated: Any, ratings: Any) -> bool:
    """Return whether a row's numbers are such; in the quickest way, as there are many rows."""
    integers = type(streak) is type(posts) is type(rated) is type(ratings) is int
    return integers and streak | posts | rated | ratings >= 0  # negative if one of them is


def _read(row: _Row, asked: _Asked) -> _Straggler | Unreadable:
    user_id, first_day, last_day, streak, *totals, next_day, _ = row
    try:
        as_day(first_day)
        last = None if last_day is None else as_day(last_day)
        due = None if next_day is None else as_day(next_day)
        state = Engagement(user_id, streak, last)
        posts, rated, ratings = map(checks.count, ("posts", "rated", "ratings"), totals)
        return _Straggler(state, asked.first(last, due), (posts, rated, ratings))
    except ITEM_ERRORS as error:
        return Unreadable(user_id, corrupt(engagements, _State._make(row), error))

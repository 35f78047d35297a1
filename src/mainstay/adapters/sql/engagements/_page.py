"""One transaction on everybody's days."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, compress, takewhile
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Select, select

from mainstay import _checks as checks
from mainstay.adapters.sql.bulk import any_of
from mainstay.adapters.sql.counts import KindCount, count_kinds
from mainstay.adapters.sql.engagements._asked import Asked
from mainstay.adapters.sql.engagements._before import Reopened
from mainstay.adapters.sql.engagements._closing import ClosingRows
from mainstay.adapters.sql.engagements._column_days import column_days
from mainstay.adapters.sql.engagements._due_rows import (
    State,
    StateRow,
    Straggler,
    User,
    are_punctual,
    by_first_day,
    plain,
    read_state,
    with_texts,
)
from mainstay.adapters.sql.engagements._keeping import KeptDays
from mainstay.adapters.sql.engagements._posts import PostDays
from mainstay.adapters.sql.engagements._progress import idle_through, say_idle
from mainstay.adapters.sql.engagements._punctual import Totals, by_kind, durations_of, plus
from mainstay.adapters.sql.engagements._reopening import reopened, take_back
from mainstay.adapters.sql.engagements.tables import engagements
from mainstay.adapters.sql.policies import PolicyRows
from mainstay.adapters.sql.reading import as_day, limit_of, raw_rows
from mainstay.adapters.sql.settings import Settings
from mainstay.adapters.sql.undoing import undo
from mainstay.errors import RejectedError
from mainstay.jobs._tally import ITEM_ERRORS
from mainstay.ports import DueDays, EvaluatedDays, Unreadable, average_quality, rescored
from mainstay.ports.corrections import storable_ids
from mainstay.scores.engagement.day import DayActivity
from mainstay.scores.engagement.policy import EngagementPolicy

__all__ = ["SqlEngagementPage"]

_STATE = [engagements.c[name] for name in State._fields]
#: How many stragglers are asked for at once: nobody knows how many days they have.
_AT_ONCE = 250


class SqlEngagementPage(ClosingRows, PolicyRows[EngagementPolicy]):
    """A :class:`mainstay.ports.EngagementPage`."""

    def __init__(self, connection: Connection, settings: Settings) -> None:
        ClosingRows.__init__(self, connection)
        PolicyRows.__init__(self, connection, EngagementPolicy, engagements.c.last_day, as_day)
        self._posts = settings.posts
        self._kept = KeptDays(connection, settings.day_start)
        self._history = PostDays(connection, settings.posts)

    def last_day(self) -> date | None:
        """Return the last day evaluated for anybody; ``None`` if nothing has been."""
        last = super().last_day()
        return None if last is None else max(last, idle_through(self._connection))

    def due(
        self, day: date, *, after: str | None = None, limit: int
    ) -> Sequence[DueDays | Unreadable]:
        """Return users with days through one that must be evaluated."""
        asked = Asked.of(self._connection, day)
        self._kept.asked(asked.day, asked.idle)
        query = select(*_STATE).where(asked.is_due())
        if after is not None:
            query = query.where(engagements.c.user_id > after)
        query = query.order_by(engagements.c.user_id).limit(limit_of(limit))
        return self._due(query, asked, limit)

    def _due(
        self, query: Select[Any], asked: Asked, limit: int, *, together: bool = True
    ) -> Sequence[DueDays | Unreadable]:
        """Return the days of users whose rows a query finds, judged together if they are many."""
        found = raw_rows(self._connection, query.with_for_update())
        rows = with_texts([*chain.from_iterable(found)])
        self._history.are_of([row[0] for row in rows])
        alone = [*are_punctual(rows, asked)]
        many = together and asked.is_simple
        punctual = self._punctual([*compress(rows, alone)], asked.day, together=many)
        if len(punctual) == len(rows):
            return punctual
        others = iter(punctual)
        users = [
            next(others) if is_punctual else read_state(row, asked)
            for row, is_punctual in zip(rows, alone, strict=True)
        ]
        return self._days(users, asked, limit)

    def _punctual(
        self, rows: Sequence[StateRow], day: date, *, together: bool
    ) -> Sequence[DueDays]:
        """Return users who have one day due, as most have, with what they did."""
        given = (self._connection, day, rows, self._posts, self._history)
        days = column_days(*given) if together else None
        done: Container[str] = () if days is None else days.rows
        alone = {row[0]: plain(row, day, self._history) for row in rows if row[0] not in done}
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
        self, users: Iterable[User], asked: Asked, limit: int
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

    def _counted(self, users: Iterable[User], asked: Asked) -> Iterator[DueDays | Unreadable]:
        """Yield users with what they did; of stragglers, some are asked for at once."""
        stragglers = [user for user in users if isinstance(user, Straggler)]
        counted: Mapping[str, Sequence[KindCount]] = {}
        at = 0
        for user in users:
            if isinstance(user, Straggler):
                if not at % _AT_ONCE:
                    some = by_first_day(stragglers[at : at + _AT_ONCE])
                    counted = count_kinds(self._connection, some, asked.day)
                at += 1
                yield self._straggling(user, counted.get(user.state.user_id, ()), asked)
            else:
                yield user

    def _straggling(
        self, user: Straggler, counted: Sequence[KindCount], asked: Asked
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
                done = by_kind(by_day[day]), posts, average_quality(ratings, rated)
                activities.append(DayActivity(day, *done, durations_of(by_day[day]), rated))
        except ITEM_ERRORS as error:
            return Unreadable(user.state.user_id, error)
        due = DueDays(user.state, activities, asked.day, self._history)
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
        asked = Asked.of(self._connection, alike[0].through)._replace(missed=())
        self._kept.asked(asked.day, asked.idle)
        query = select(*_STATE).where(any_of(self._connection, engagements.c.user_id, due))
        query = query.order_by(engagements.c.user_id)
        # Not together: of whom columns are made, all between the first and the last are read.
        days = self._due(query, asked, sys.maxsize, together=False) if due else []
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

"""One transaction on everybody's days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeAlias

import attrs
from sqlalchemy import Connection, and_, func, or_, select, update
from sqlalchemy.sql import ColumnElement

from mainstay import _checks as checks
from mainstay.activity.counts import Counts
from mainstay.adapters.sql.bulk import insert_rows
from mainstay.adapters.sql.counts import KindCount, count_kinds, days_between
from mainstay.adapters.sql.engagements._closing import ClosingRows
from mainstay.adapters.sql.engagements._outcomes import (
    Maxima,
    outcome_row,
)
from mainstay.adapters.sql.engagements._punctual import DayRow, PunctualDay, PunctualOutcome, Totals
from mainstay.adapters.sql.engagements.tables import engagements, outcomes
from mainstay.adapters.sql.policies import PolicyRows
from mainstay.adapters.sql.reading import as_day, corrupt
from mainstay.adapters.sql.settings import Settings
from mainstay.errors import RejectedError
from mainstay.jobs._tally import ITEM_ERRORS
from mainstay.ports import DueDays, EvaluatedDays, Unreadable, average_quality
from mainstay.scores.engagement.day import DayActivity
from mainstay.scores.engagement.evaluate import Engagement
from mainstay.scores.engagement.policy import EngagementPolicy

__all__ = ["SqlEngagementPage", "is_due"]

#: A row of the table as it is.
_Row: TypeAlias = Sequence[Any]

#: The columns that are read of each user.
_STATE = tuple(column for column in engagements.columns if column.name != "first_evaluated")
_ONE_DAY = timedelta(days=1)
_NOTHING: Sequence[KindCount] = ()


def is_due(day: date) -> ColumnElement[bool]:
    """Say who is due; also those whose days are not dates, so that they are reported."""
    first, last = engagements.c.first_day, engagements.c.last_day
    behind = and_(first <= checks.day("day", day), or_(last.is_(None), last < day))
    return or_(behind, first > date.max, last > date.max)


@attrs.frozen
class _Straggler:
    """A user with several days due: the state, the first of them, and the totals before it."""

    state: Engagement
    first: date
    totals: Totals


class SqlEngagementPage(ClosingRows, PolicyRows[EngagementPolicy]):
    """A :class:`mainstay.ports.EngagementPage`."""

    def __init__(self, connection: Connection, settings: Settings) -> None:
        ClosingRows.__init__(self, connection)
        PolicyRows.__init__(self, connection, EngagementPolicy, engagements.c.last_day, as_day)
        self._posts = settings.posts
        self._maxima = Maxima(connection)
        self._day = date.min
        # The totals through each of the days that are due, by user.
        self._through: dict[str, Sequence[Totals]] = {}

    def due(
        self, day: date, *, after: str | None = None, limit: int
    ) -> Sequence[DueDays | Unreadable]:
        """Return users whose days through one have not all been evaluated."""
        self._day = checks.day("day", day)
        query = select(*_STATE).where(is_due(day))
        if after is not None:
            query = query.where(engagements.c.user_id > after)
        query = query.order_by(engagements.c.user_id).limit(checks.integer("limit", limit, 1))
        rows = self._connection.execute(query.with_for_update()).all()
        users = self._fitting(rows, limit)
        counted = count_kinds(self._connection, self._begins(users), day)
        return [self._due(user, counted) for user in users]

    def _begins(
        self, users: Iterable[_Row | _Straggler | Unreadable]
    ) -> Iterator[tuple[str, date]]:
        """Yield each user with the first of the days that are due."""
        for user in users:
            if isinstance(user, _Straggler):
                yield user.state.user_id, user.first
            elif not isinstance(user, Unreadable):
                yield user[0], self._day

    def _fitting(self, rows: Sequence[_Row], limit: int) -> list[_Row | _Straggler | Unreadable]:
        """Return the first users, as long as their days are not more than the limit."""
        today, yesterday = self._day.isoformat(), (self._day - _ONE_DAY).isoformat()
        users: list[_Row | _Straggler | Unreadable] = []
        days = 0
        for row in rows:
            _, first, last, streak, posts, rated, ratings = row
            punctual = last == yesterday or (last is None and first == today and streak == 0)
            if punctual and _are_counts(streak, posts, rated, ratings):
                days += 1
                user: _Row | _Straggler | Unreadable = row
            else:
                user = _read(row)
                days += (self._day - user.first).days + 1 if isinstance(user, _Straggler) else 1
            if days > limit and users:
                break
            users.append(user)
        return users

    def _due(
        self,
        user: _Row | _Straggler | Unreadable,
        counted: Mapping[str, Sequence[KindCount]],
    ) -> DueDays | Unreadable:
        if isinstance(user, Unreadable):
            return user
        if isinstance(user, _Straggler):
            return self._straggling(user, counted.get(user.state.user_id, _NOTHING))
        user_id, _, last, streak, posts, rated, ratings = user
        totals, found = Totals(posts, rated, ratings), _NOTHING
        if user_id in counted:
            found = counted[user_id]
            totals = totals.plus(found, self._posts)
        self._through[user_id] = (totals,)
        row = DayRow(user_id, self._day, last is not None, streak, totals, found)
        return PunctualDay(row)

    def _straggling(self, user: _Straggler, counted: Sequence[KindCount]) -> DueDays | Unreadable:
        try:
            return DueDays(user.state, self._activities(user, counted))
        except ITEM_ERRORS as error:
            return Unreadable(user.state.user_id, error)

    def _activities(self, user: _Straggler, counted: Sequence[KindCount]) -> list[DayActivity]:
        by_day: dict[date, list[KindCount]] = {}
        for count in counted:
            by_day.setdefault(as_day(count.day), []).append(count)
        totals, through = user.totals, []
        activities = []
        for day in days_between(user.first, self._day):
            found = by_day.get(day, _NOTHING)
            totals = totals.plus(found, self._posts)
            through.append(totals)
            counts = Counts({count.kind: count.times for count in found})
            average = average_quality(totals.ratings, totals.rated)
            activities.append(DayActivity(day, counts, totals.posts, average))
        self._through[user.state.user_id] = through
        return activities

    def keep(self, evaluated: Sequence[EvaluatedDays]) -> None:
        """Keep states and outcomes of users that were due in this transaction."""
        try:
            self._keep(evaluated)
        except RejectedError:
            self._connection.rollback()  # nothing is kept, even if the block goes on
            raise

    def _keep(self, evaluated: Sequence[EvaluatedDays]) -> None:
        rows: list[tuple[object, ...]] = []
        ids: list[str] = []
        for each in evaluated:
            if isinstance(each, PunctualOutcome):
                user = each.row.user_id
                rows.append(self._punctual_row(each))
            else:
                user = each.state.user_id
                rows += self._rows(user, each)
            ids.append(user)
        if rows:
            insert_rows(self._connection, outcomes, sorted(rows))
            self._move_on(min(ids), max(ids))

    def _punctual_row(self, outcome: PunctualOutcome) -> tuple[object, ...]:
        day, user, before, after, totals, parts, policy = outcome.row
        if user not in self._through or day != self._day:
            raise _not_due(user, self._day)
        maxima = None if parts is None else self._maxima.number(policy.maxima)
        return outcome_row(day, user, before, after, totals, parts, maxima)

    def _rows(self, user: str, evaluated: EvaluatedDays) -> list[tuple[object, ...]]:
        through = self._through.get(user, ())
        if len(through) != len(evaluated.outcomes) or evaluated.state.last_day != self._day:
            raise _not_due(user, self._day)
        rows = []
        for outcome, totals in zip(evaluated.outcomes, through, strict=True):
            score, parts, maxima = outcome.score, None, None
            if score is not None:
                parts = attrs.astuple(score.breakdown)
                maxima = self._maxima.number(score.maxima)
            before, after = outcome.streak_before, outcome.streak_after
            rows.append(outcome_row(outcome.day, user, before, after, totals, parts, maxima))
        return rows

    def _move_on(self, first: str, last: str) -> None:
        """Bring the states of users to where the outcomes of the day have left them."""
        self._connection.execute(
            update(engagements)
            .where(
                outcomes.c.day == self._day,
                outcomes.c.user_id >= first,
                outcomes.c.user_id <= last,
                engagements.c.user_id == outcomes.c.user_id,
                or_(engagements.c.last_day.is_(None), engagements.c.last_day < self._day),
            )
            .values(
                last_day=outcomes.c.day,
                streak=outcomes.c.streak_after,
                posts=outcomes.c.posts,
                rated=outcomes.c.rated,
                ratings=outcomes.c.ratings,
                first_evaluated=func.coalesce(
                    engagements.c.first_evaluated, engagements.c.first_day
                ),
            )
        )


def _not_due(user: str, day: date) -> RejectedError:
    return RejectedError(
        f"must have just the outcomes of the days that were due through {day}",
        field="evaluated",
        value=user,
        remedy="Keep what was made of due() in the same transaction.",
    )


def _are_counts(streak: Any, posts: Any, rated: Any, ratings: Any) -> bool:
    """Return whether a row's numbers are such; in the quickest way, as there are many rows."""
    integers = type(streak) is type(posts) is type(rated) is type(ratings) is int
    return integers and streak | posts | rated | ratings >= 0  # negative if one of them is


def _read(row: _Row) -> _Straggler | Unreadable:
    user_id, first_day, last_day, streak, *totals = row
    try:
        last = None if last_day is None else as_day(last_day)
        state = Engagement(user_id, streak, last)
        first = as_day(first_day) if last is None else last + _ONE_DAY
        return _Straggler(state, first, Totals(*map(checks.count, Totals._fields, totals)))
    except ITEM_ERRORS as error:
        return Unreadable(user_id, corrupt(engagements, row, error))

"""Who is due, and from when on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, or_, select
from sqlalchemy.sql import ColumnElement

from mainstay import _checks as checks
from mainstay.adapters.sql.engagements._progress import idle_through
from mainstay.adapters.sql.engagements.tables import engagements
from mainstay.adapters.sql.policies import read_policies
from mainstay.ports import rescored
from mainstay.scores.engagement.policy import EngagementPolicy

__all__ = ["Asked", "count_due"]


class Asked(NamedTuple):
    """What is asked for.

    Attributes:
        day: The last day to evaluate.
        idle: The day through which everybody who was not due has been idle.
        rescored: The days from which on idle days score otherwise, up to that day.
        missed: Those after the one through which all were idle.
        is_simple: Whether the day is judged by counts, and scores made of totals, alone.
    """

    day: date
    idle: date
    rescored: Sequence[date]
    missed: Sequence[date]
    is_simple: bool

    @classmethod
    def of(cls, connection: Connection, day: date) -> Asked:
        """Return what it means to ask for a day."""
        checks.day("day", day)
        idle, policies = idle_through(connection), read_policies(connection, EngagementPolicy)
        changes = [since for since in rescored(policies=policies) if since <= day]
        missed = [since for since in changes if since > idle]
        return cls(day, idle, changes, missed, policies is None or policies.on(day).is_simple)

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


def count_due(connection: Connection, day: date) -> int:
    """Return how many users are due."""
    query = select(func.count()).select_from(engagements)
    return connection.scalar(query.where(Asked.of(connection, day).is_due())) or 0

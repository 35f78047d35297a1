"""The policies that days, or weeks, are judged by."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import date
from functools import partial
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    PrimaryKeyConstraint,
    Table,
    Text,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.engine import Row

from mainstay import _checks as checks
from mainstay.adapters.sql.bulk import insert_into
from mainstay.adapters.sql.columns import Day, key, metadata
from mainstay.adapters.sql.reading import as_day, converted, value_of
from mainstay.adapters.sql.sessions import read_kinds
from mainstay.codec import from_json, to_json
from mainstay.jobs._tally import ITEM_ERRORS
from mainstay.recognition import BadgePolicy, LeaderboardPolicy
from mainstay.scores.engagement.pick import excluding
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import AnyPolicy, PolicyHistory
from mainstay.streaks.weekly import WeeklyStreakPolicy

__all__ = ["PolicyRows", "exclude_instead", "held", "keep_undated", "read_policies", "read_undated"]

#: What days and weeks are judged by, boards show and badges are awarded for: the JSON of each
#: policy, by the day from which on it holds.
policies: Table = Table(
    "mainstay_policies",
    metadata,
    # "days", "weeks", "boards" or "badges"
    Column("scope", key, nullable=False),
    # 0001-01-01 for the one that holds from the beginning.
    Column("since", Day, nullable=False),
    Column("policy", Text, nullable=False),
    PrimaryKeyConstraint("scope", "since"),
    sqlite_with_rowid=False,
)

#: The first day there is, written out: of the value asyncpg makes -infinity, which is another day.
_BEGINNING = literal_column(f"'{date.min}'", Day)

P = TypeVar("P", bound=AnyPolicy)


Q = TypeVar("Q")

_SCOPES: Mapping[type[object], str] = {
    EngagementPolicy: "days",
    WeeklyStreakPolicy: "weeks",
    LeaderboardPolicy: "boards",
    BadgePolicy: "badges",
}


def _scope(kind: type[object]) -> str:
    return _SCOPES[kind]


def read_policies(connection: Connection, kind: type[P]) -> PolicyHistory[P] | None:
    """Return those that are kept; ``None`` while none is kept from the beginning."""
    kept = _kept(connection, kind)
    days = sorted(kept)
    if not days or days[0] != date.min:
        return None
    return PolicyHistory(kept[date.min], [(day, kept[day]) for day in days[1:]])


def held(connection: Connection) -> PolicyHistory[EngagementPolicy]:
    """Return what days are judged by: the standard policy, until one is kept."""
    return read_policies(connection, EngagementPolicy) or PolicyHistory(EngagementPolicy())


def read_undated(connection: Connection, kind: type[Q]) -> Q | None:
    """Return the policy of a kind of which one is kept, whatever the date; ``None`` without."""
    return _kept(connection, kind).get(date.min)


def keep_undated(connection: Connection, policy: LeaderboardPolicy | BadgePolicy) -> None:
    """Keep a policy in place of the one before."""
    text, scope = to_json(policy), _scope(type(policy))
    new = insert_into(connection.dialect.name, policies).values(
        scope=scope, since=_BEGINNING, policy=text
    )
    changed = new.on_conflict_do_update(index_elements=["scope", "since"], set_={"policy": text})
    connection.execute(changed)


def exclude_instead(
    connection: Connection, users: Collection[str], instead: Collection[str]
) -> int:
    """Have picks exclude others instead of users, where they exclude these; count the policies."""
    changed = 0
    for day, policy in _kept(connection, EngagementPolicy).items():
        other = excluding(policy, users, instead)
        if other != policy:
            begin = _BEGINNING if day == date.min else literal(day, Day())
            row = update(policies).where(policies.c.scope == "days", policies.c.since == begin)
            changed += connection.execute(row.values(policy=to_json(other))).rowcount
    return changed


class PolicyRows(Generic[P]):
    """The part of a transaction that is about policies: a :class:`mainstay.ports.PolicyPage`.

    Args:
        connection: The database.
        kind: The policies of days, or those of weeks.
        last: The column with the last day evaluated, or the last week recorded, of each user.
        as_last_day: What makes a day of what is in it.
    """

    def __init__(
        self,
        connection: Connection,
        kind: type[P],
        last: Column[Any],
        as_last_day: Callable[[Any], date],
    ) -> None:
        self._connection = connection
        self._kind = kind
        self._last = last
        self._as_last_day = as_last_day

    def policies(self) -> PolicyHistory[P] | None:
        """Return those that are kept; ``None`` while none is kept from the beginning."""
        return read_policies(self._connection, self._kind)

    def keep_policy(self, policy: P, *, since: date | None = None, anyway: bool = False) -> P:
        """Keep a policy, and return the one that is kept since then afterwards."""
        text = to_json(checks.instance("policy", policy, self._kind))
        begin = date.min if since is None else checks.day("since", since)
        new = insert_into(self._connection.dialect.name, policies).values(
            scope=_scope(self._kind),
            since=_BEGINNING if begin == date.min else begin,
            policy=text,
        )
        last, key = self.last_day(), ["scope", "since"]
        if anyway or last is None or last < begin:
            new = new.on_conflict_do_update(index_elements=key, set_={"policy": text})
        else:
            new = new.on_conflict_do_nothing(index_elements=key)
        self._connection.execute(new)
        return _kept(self._connection, self._kind)[begin]

    def last_day(self) -> date | None:
        """Return the last day evaluated for anybody, or the Sunday of the last week recorded."""
        values = select(self._last).where(self._last.is_not(None)).distinct()
        for value in self._connection.scalars(values.order_by(self._last.desc())).all():
            with suppress(*ITEM_ERRORS):  # a run reports whose it is
                return self._as_last_day(value)
        return None

    def kinds(self) -> Collection[str]:
        """Return the kinds of activity that there are."""
        return read_kinds(self._connection)


def _kept(connection: Connection, kind: type[Q]) -> Mapping[date, Q]:
    def read(row: Row[Any]) -> tuple[date, Q]:
        return as_day(row.since), converted("policy", row.policy, partial(from_json, kind=kind))

    query = select(policies).where(policies.c.scope == _scope(kind))
    return dict(value_of(policies, row, read) for row in connection.execute(query))

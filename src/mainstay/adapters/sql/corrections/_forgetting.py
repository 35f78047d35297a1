"""Users of whom every trace is erased."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import attrs
from sqlalchemy import Column, Connection, Table, delete, func, null, select, true, update

from mainstay.adapters.sql._due_users import sweeps
from mainstay.adapters.sql.bulk import any_of, each_of
from mainstay.adapters.sql.columns import USER, metadata
from mainstay.adapters.sql.contests.tables import argument_votes, arguments, cases
from mainstay.adapters.sql.corrections._kinds import counted_kinds, forget_kinds
from mainstay.adapters.sql.corrections._mentions import unmention
from mainstay.adapters.sql.engagements.tables import candidates, closed_days
from mainstay.adapters.sql.leaderboards._snapshots import drop
from mainstay.adapters.sql.marks import checks_due, due_at_once
from mainstay.adapters.sql.points import count_listed, points
from mainstay.adapters.sql.policies import exclude_instead, keep_undated, read_undated
from mainstay.recognition import LeaderboardPolicy

__all__ = ["forget", "what"]

#: What the rows of tables are called; those of others are what else is kept.
_CALLED = {
    "mainstay_argument_votes": "votes",
    "mainstay_case_votes": "votes",
    "mainstay_outbox": "entries",
}
_BY_THEIR_NAMES = {
    "arguments",
    "candidates",
    "credits",
    "events",
    "metrics",
    "outcomes",
    "outlooks",
    "preferences",
}
#: Not theirs alone: they stay, without the user.
_STAY = (cases, sweeps)


def what(table: Table) -> str:
    """Return what the rows of a table are called in reports."""
    name = table.name.removeprefix("mainstay_")
    return _CALLED.get(table.name, name if name in _BY_THEIR_NAMES else "others")


def forget(connection: Connection, users: Sequence[str]) -> Counter[str]:
    """Erase every trace of users, and count what was theirs."""
    due_at_once(connection, each_of(connection, users))
    _lessen(connection, users)
    changes = Counter[str]()
    their_kinds = counted_kinds(connection, users)
    for column in theirs():
        gone = connection.execute(delete(column.table).where(any_of(connection, column, users)))
        changes[what(column.table)] += gone.rowcount
    changes["others"] -= len(users)  # those that were due at once
    forget_kinds(connection, their_kinds)
    _leave_others(connection, users)
    changes["others"] += _unlist(connection, users) + unmention(connection, users)
    changes["others"] += exclude_instead(connection, users, ())
    return changes


def theirs() -> Iterator[Column[str]]:
    """Yield the columns with users whose rows are theirs alone, those of what is due last."""
    tables = [table for table in metadata.sorted_tables if table not in {*_STAY, checks_due}]
    for table in (*tables, checks_due):
        yield from (column for column in table.columns if column.info.get(USER))


def _lessen(connection: Connection, users: Sequence[str]) -> None:
    """Count them out: of the candidates of closed days, and of those who have points."""
    mine = any_of(connection, candidates.c.user_id, users)
    found = select(candidates.c.day, func.count()).where(mine).group_by(candidates.c.day)
    for day, picks in connection.execute(found).all():
        fewer = update(closed_days).where(closed_days.c.day == day)
        connection.execute(fewer.values(candidates=closed_days.c.candidates - picks))
    having = select(func.count()).select_from(points)
    count = connection.scalar(having.where(any_of(connection, points.c.user_id, users))) or 0
    count_listed(connection, users[0], -count)
    if count:
        drop(connection, true())  # the next refresh makes boards without them
    about = select(arguments.c.id).where(any_of(connection, arguments.c.author, users))
    connection.execute(delete(argument_votes).where(argument_votes.c.argument_id.in_(about)))


def _leave_others(connection: Connection, users: Sequence[str]) -> None:
    """Take them out of what is not theirs alone."""
    created = update(cases).where(any_of(connection, cases.c.creator, users))
    connection.execute(created.values(creator=null()))
    swept = update(sweeps).where(any_of(connection, sweeps.c.after_user, users))
    connection.execute(swept.values(after_user=""))


def _unlist(connection: Connection, users: Sequence[str]) -> int:
    """Take them out of the list of those who are left out of leaderboards."""
    policy = read_undated(connection, LeaderboardPolicy)
    if policy is None or policy.excluded.isdisjoint(users):
        return 0
    keep_undated(connection, attrs.evolve(policy, excluded=policy.excluded - {*users}))
    drop(connection, true())
    return 1

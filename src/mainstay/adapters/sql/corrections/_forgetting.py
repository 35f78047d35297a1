"""Users of whom every trace is erased."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

import attrs
from sqlalchemy import Column, Connection, Table, delete, func, null, select, update

from mainstay.adapters.sql._due_users import sweeps
from mainstay.adapters.sql.bulk import any_of, each_of
from mainstay.adapters.sql.columns import USER, metadata
from mainstay.adapters.sql.contests.tables import argument_votes, arguments, cases
from mainstay.adapters.sql.engagements.tables import candidates, closed_days
from mainstay.adapters.sql.leaderboards.tables import boards
from mainstay.adapters.sql.marks import checks_due, due_at_once
from mainstay.adapters.sql.points import count_listed, points
from mainstay.adapters.sql.policies import keep_undated, read_undated
from mainstay.adapters.sql.runs import runs
from mainstay.ports.corrections import forgotten_in
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
    for column in theirs():
        gone = connection.execute(delete(column.table).where(any_of(connection, column, users)))
        changes[what(column.table)] += gone.rowcount
    changes["others"] -= len(users)  # those that were due at once
    _leave_others(connection, users)
    changes["others"] += _unlist(connection, users) + _unmention(connection, users)
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
    about = select(arguments.c.id).where(any_of(connection, arguments.c.author, users))
    connection.execute(delete(argument_votes).where(argument_votes.c.argument_id.in_(about)))


def _leave_others(connection: Connection, users: Sequence[str]) -> None:
    """Take them out of what is not theirs alone."""
    created = update(cases).where(any_of(connection, cases.c.creator, users))
    connection.execute(created.values(creator=null()))
    swept = update(sweeps).where(any_of(connection, sweeps.c.after_user, users))
    connection.execute(swept.values(after_user=""))


def _unlist(connection: Connection, users: Sequence[str]) -> int:
    """Take them out of the lists of those who are left out of leaderboards."""
    changed = 0
    for period, text in connection.execute(select(boards.c.period, boards.c.excluded)).all():
        left = [user for user in json.loads(text) if user not in users]
        if len(left) < len(json.loads(text)):
            board = update(boards).where(boards.c.period == period)
            changed += connection.execute(board.values(excluded=json.dumps(left))).rowcount
    policy = read_undated(connection, LeaderboardPolicy)
    if policy is not None and not policy.excluded.isdisjoint(users):
        keep_undated(connection, attrs.evolve(policy, excluded=policy.excluded - {*users}))
        changed += 1
    return changed


def _unmention(connection: Connection, users: Sequence[str]) -> int:
    """Take their names out of the texts of runs."""
    changed = 0
    texts = (runs.c.options, runs.c.report, runs.c.error)
    for job, attempt, *written in connection.execute(
        select(runs.c.job, runs.c.attempt, *texts)
    ).all():
        options, report, error = written
        new = [_in_json(options, users), _in_json(report, users), _in_text(error, users)]
        if new != written:
            run = update(runs).where(runs.c.job == job, runs.c.attempt == attempt)
            changed += connection.execute(run.values(dict(zip(texts, new, strict=True)))).rowcount
    return changed


def _in_text(text: str | None, users: Sequence[str]) -> str | None:
    return None if text is None else forgotten_in(text, users)


def _in_json(text: str | None, users: Sequence[str]) -> str | None:
    """Return JSON without the users; as it is written if it does not name them."""
    if text is None or not any(json.dumps(user)[1:-1] in text for user in users):
        return text
    before = json.loads(text)
    after = _in_plain(before, users)
    return text if after == before else json.dumps(after)


def _in_plain(value: object, users: Sequence[str]) -> object:
    if isinstance(value, dict):
        return {forgotten_in(name, users): _in_plain(part, users) for name, part in value.items()}
    if isinstance(value, list):
        return [_in_plain(part, users) for part in value]
    return forgotten_in(value, users) if isinstance(value, str) else value

"""Users whose id becomes another, which may be another account's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import attrs
from sqlalchemy import (
    Column,
    Connection,
    and_,
    delete,
    exists,
    func,
    insert,
    select,
    true,
    update,
)

from mainstay.adapters.sql.bulk import each_of, insert_rows
from mainstay.adapters.sql.contests.tables import argument_votes, arguments, case_votes, cases
from mainstay.adapters.sql.corrected import aliases
from mainstay.adapters.sql.corrections._accounts import merge_days, merge_weeks
from mainstay.adapters.sql.corrections._forgetting import what
from mainstay.adapters.sql.engagements.tables import candidates, closed_days
from mainstay.adapters.sql.entries import outbox
from mainstay.adapters.sql.leaderboards._snapshots import drop
from mainstay.adapters.sql.marks import checks_due, due_at_once
from mainstay.adapters.sql.metrics import metrics
from mainstay.adapters.sql.outlooks.tables import outlooks
from mainstay.adapters.sql.points import add_up_again, credits, points
from mainstay.adapters.sql.policies import exclude_instead, keep_undated, read_undated
from mainstay.adapters.sql.preferences import preferences
from mainstay.adapters.sql.runs import run_errors
from mainstay.adapters.sql.sessions import events, users
from mainstay.ports import OutboxState
from mainstay.ports.metrics import merged_metric
from mainstay.ports.notification_entries import OUTLOOK
from mainstay.recognition import LeaderboardPolicy

__all__ = ["rename"]

#: Of what there is one, or one of each of something; that of the other id stays.
_ONE_EACH: Sequence[tuple[Column[str], Sequence[Column[Any]]]] = (
    (outlooks.c.user_id, [outlooks.c.day]),
    (preferences.c.user_id, []),
    (users.c.user_id, []),
)
_WAITING = OutboxState.WAITING.value
#: Where nothing of one account can be in the way of the other's.
_NEVER_IN_THE_WAY = (
    case_votes.c.user_id,
    arguments.c.author,
    cases.c.creator,
    outbox.c.user_id,
    run_errors.c.item,
)


def rename(connection: Connection, user: str, to: str, posts: Collection[str]) -> Counter[str]:
    """Give all that is kept of a user to another id, and count what changed."""
    new = _alias(connection, user, to)
    changes = Counter[str]()
    if new == user:
        return changes
    marks = select(checks_due.c.user_id).where(checks_due.c.user_id.in_([user, new]))
    connection.execute(marks.order_by(checks_due.c.user_id).with_for_update())
    changes["events"] = _move(connection, events.c.user_id, user, new)
    changes["outcomes"] = merge_days(connection, user, new, posts)
    merge_weeks(connection, user, new)
    for merge in (_metrics, _credits, _candidates, _notifications):
        changes += merge(connection, user, new)
    for column, among in _ONE_EACH:
        changes[what(column.table)] += _move_unless_there(connection, column, user, new, among)
    for column in _NEVER_IN_THE_WAY:
        changes[what(column.table)] += _move(connection, column, user, new)
    changes += _votes(connection, user, new)
    changes["others"] += _on_boards(connection, user, new)
    changes["others"] += exclude_instead(connection, [user], [new])
    if +changes:
        connection.execute(delete(checks_due).where(checks_due.c.user_id == user))
        due_at_once(connection, each_of(connection, [new]))
    return changes


def _on_boards(connection: Connection, user: str, to: str) -> int:
    """Leave the other out of boards, if the one was; the next refresh makes them."""
    has_points = select(points.c.user_id).where(points.c.user_id.in_([user, to]))
    if connection.scalar(has_points.limit(1)) is not None:
        drop(connection, true())
    policy = read_undated(connection, LeaderboardPolicy)
    if policy is None or user not in policy.excluded:
        return 0
    drop(connection, true())
    keep_undated(connection, attrs.evolve(policy, excluded=policy.excluded - {user} | {to}))
    return 1


def _alias(connection: Connection, user: str, to: str) -> str:
    """Have a user be an alias from now on; return what for."""
    stands_for = connection.scalar(select(aliases.c.stands_for).where(aliases.c.user_id == to))
    is_back = stands_for == user
    new = to if stands_for is None or is_back else str(stands_for)
    if new == user:
        return new
    old = [user, to] if is_back else [user]
    connection.execute(delete(aliases).where(aliases.c.user_id.in_(old)))
    theirs = update(aliases).where(aliases.c.stands_for == user)
    connection.execute(theirs.values(stands_for=new))
    if not is_back:
        connection.execute(insert(aliases).values(user_id=user, stands_for=new))
    return new


def _move(connection: Connection, column: Column[str], user: str, to: str) -> int:
    changed = update(column.table).where(column == user).values({column: to})
    return connection.execute(changed).rowcount


def _move_unless_there(
    connection: Connection, column: Column[str], user: str, to: str, among: Sequence[Column[Any]]
) -> int:
    """Give rows to another user, and delete those of which that one has one alike."""
    other = column.table.alias("other")
    alike = [other.c[name.name] == name for name in among]
    there = exists(select(other).where(other.c[column.name] == to, *alike))
    gone = connection.execute(delete(column.table).where(column == user, there))
    return gone.rowcount + _move(connection, column, user, to)


def _delete_later(
    connection: Connection, users: tuple[Column[str], str, str], at: Column[Any], same: Column[Any]
) -> None:
    """Of two rows with the same, one of each user, delete the later; of equal ones the first's."""
    column, user, to = users
    other = column.table.alias("other")
    for one, another, earlier in (
        (user, to, other.c[at.name] <= at),
        (to, user, other.c[at.name] < at),
    ):
        alike = other.c[same.name] == same
        there = exists(select(other).where(other.c[column.name] == another, alike, earlier))
        connection.execute(delete(column.table).where(column == one, there))


def _metrics(connection: Connection, user: str, to: str) -> Counter[str]:
    query = select(metrics).where(metrics.c.user_id.in_([user, to]))
    rows = connection.execute(query.order_by(metrics.c.user_id)).all()
    found: dict[str, int] = {}
    for row in rows:
        there = found.get(row.metric)
        value = row.value if there is None else merged_metric(row.metric, there, row.value)
        found[row.metric] = value
    connection.execute(delete(metrics).where(metrics.c.user_id.in_([user, to])))
    if found:
        insert_rows(connection, metrics, [(to, name, value) for name, value in found.items()])
    return Counter(metrics=sum(row.user_id == user for row in rows))


def _credits(connection: Connection, user: str, to: str) -> Counter[str]:
    theirs = select(func.count()).select_from(credits).where(credits.c.user_id == user)
    count = connection.scalar(theirs) or 0
    _delete_later(connection, (credits.c.user_id, user, to), credits.c.at, credits.c.reason)
    _move(connection, credits.c.user_id, user, to)
    add_up_again(connection, [user, to])
    return Counter(credits=count)


def _candidates(connection: Connection, user: str, to: str) -> Counter[str]:
    """Of two places on one day, the better one stays."""
    other = candidates.alias("other")
    better = (other.c.day == candidates.c.day, other.c.place < candidates.c.place)
    there = exists(select(other).where(other.c.user_id.in_([user, to]), *better))
    worse = and_(candidates.c.user_id.in_([user, to]), there)
    for day in connection.scalars(select(candidates.c.day).where(worse)).all():
        fewer = update(closed_days).where(closed_days.c.day == day)
        connection.execute(fewer.values(candidates=closed_days.c.candidates - 1))
    gone = connection.execute(delete(candidates).where(worse)).rowcount
    return Counter(candidates=gone + _move(connection, candidates.c.user_id, user, to))


def _notifications(connection: Connection, user: str, to: str) -> Counter[str]:
    """Give planned notifications their keys; of two for one day, one that is done stays."""
    theirs = select(outbox.c.key).where(outbox.c.user_id == user, outbox.c.kind == OUTLOOK)
    for key in connection.scalars(theirs).all():
        day = key.removeprefix(f"{OUTLOOK}:").removesuffix(f":{user}")
        new = f"{OUTLOOK}:{day}:{to}"
        both = select(outbox.c.key, outbox.c.state).where(outbox.c.key.in_([key, new]))
        states = {row.key: row.state for row in connection.execute(both)}
        if new in states:
            goes = new if states[new] == _WAITING != states[key] else key
            connection.execute(delete(outbox).where(outbox.c.key == goes))
        connection.execute(update(outbox).where(outbox.c.key == key).values(key=new))
    return Counter()


def _votes(connection: Connection, user: str, to: str) -> Counter[str]:
    """Of two votes for one argument, the earlier stays; an own argument has none."""
    mine = argument_votes.c.user_id
    one_each = argument_votes.c.at, argument_votes.c.argument_id
    _delete_later(connection, (mine, user, to), *one_each)
    moved = _move(connection, mine, user, to)
    own = argument_votes.c.argument_id.in_(select(arguments.c.id).where(arguments.c.author == to))
    connection.execute(delete(argument_votes).where(mine == to, own))
    return Counter(votes=moved)

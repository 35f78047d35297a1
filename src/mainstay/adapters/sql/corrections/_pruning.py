"""What is from before the floor goes; what it comes to stays."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import attrs
from sqlalchemy import (
    Column,
    Connection,
    Table,
    and_,
    delete,
    exists,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.engine import Row
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql._runs_of_days import runs_of
from mainstay.adapters.sql.bulk import any_of, insert_rows
from mainstay.adapters.sql.contests.tables import argument_votes, arguments, case_votes, cases
from mainstay.adapters.sql.corrected import bases
from mainstay.adapters.sql.counts import count_kinds, midnight
from mainstay.adapters.sql.engagements._before import Before, Reopened, states_before
from mainstay.adapters.sql.engagements._outcomes import (
    IDLE_POINTS,
    Maxima,
    outcome_of,
    outcome_row,
    recent_of,
    select_outcomes,
)
from mainstay.adapters.sql.engagements._posts import posts_by_day, written
from mainstay.adapters.sql.engagements._progress import idle_through
from mainstay.adapters.sql.engagements._reopening import evaluated_through
from mainstay.adapters.sql.engagements.tables import (
    candidates,
    closed_days,
    engagements,
    late_days,
    outcomes,
)
from mainstay.adapters.sql.entries import outbox, waits
from mainstay.adapters.sql.outlooks.tables import outlooks
from mainstay.adapters.sql.reading import as_day, corrupt, value_of
from mainstay.adapters.sql.reputations._rows import due_weeks, streak_of, values_of
from mainstay.adapters.sql.reputations.tables import reputations
from mainstay.adapters.sql.sessions import events
from mainstay.jobs._tally import ITEM_ERRORS
from mainstay.ports import Prunable, Pruned, Unreadable
from mainstay.ports.corrections import not_evaluated
from mainstay.reputation.multiplier import Reputation
from mainstay.streaks.weekly import WeeklyStreak

__all__ = ["prunable", "prune", "prune_others"]

_ONE_DAY = timedelta(days=1)


def prunable(
    connection: Connection, floor: date, *, after: str | None, limit: int
) -> Sequence[Prunable | Unreadable]:
    """Return users of whom something before the floor is kept, by user id."""
    user = engagements.c.user_id
    query = select(engagements).where(engagements.c.first_day < floor, _has_old(floor))
    query = query if after is None else query.where(user > after)
    query = query.order_by(user).limit(limit).with_for_update()
    rows, idle = connection.execute(query).all(), idle_through(connection)
    found = {row.user_id: _readable(row, floor, idle) for row in rows}
    good = [key for key, error in found.items() if error is None]
    weeks = _weeks(connection, {row.user_id: row.first_day for row in rows}, good, floor)
    return [weeks[key] if error is None else error for key, error in found.items()]


def _has_old(floor: date) -> ColumnElement[bool]:
    """Say who has an event, or an outcome, of before the floor."""
    mine = events.c.user_id == engagements.c.user_id
    old = and_(mine, events.c.started_at < midnight(floor, 2), events.c.day < floor)
    theirs = and_(outcomes.c.user_id == engagements.c.user_id, outcomes.c.day < floor)
    return or_(exists(select(events.c.id).where(old)), exists(select(outcomes.c.day).where(theirs)))


def _readable(row: Row[Any], floor: date, idle: date) -> Unreadable | None:
    """Return what is wrong with a user, if something is."""
    try:
        as_day(row.first_day)
        through = evaluated_through(row.last_day, row.next_day, idle)
    except ITEM_ERRORS as error:
        return Unreadable(row.user_id, corrupt(engagements, row, error))
    if row.last_day is not None and through >= floor:
        return None
    return Unreadable(row.user_id, not_evaluated(row.user_id, floor))


def _weeks(
    connection: Connection, first_days: Mapping[str, str], users: Sequence[str], floor: date
) -> Mapping[str, Prunable | Unreadable]:
    """Return what users did in each week before the floor, and their streaks before."""
    begins: defaultdict[date, list[str]] = defaultdict(list)
    for user in users:
        begins[as_day(first_days[user])].append(user)
    counted = count_kinds(connection, begins, floor - _ONE_DAY) if users else {}
    kept = select(bases).where(any_of(connection, bases.c.user_id, users))
    streaks = {row.user_id: value_of(bases, row, _streak_of) for row in connection.execute(kept)}
    found: dict[str, Prunable | Unreadable] = {}
    for user in users:
        streak = streaks.get(user, WeeklyStreak())
        due = due_weeks(Reputation(user, streak), counted.get(user, ()))
        found[user] = due if isinstance(due, Unreadable) else Prunable(user, streak, due.weeks)
    return found


def _streak_of(row: Row[Any]) -> WeeklyStreak:
    return streak_of(row.weeks, row.last_active, row.last_recorded)


def prune(
    connection: Connection, floor: date, pruned: Sequence[Pruned], posts: Collection[str]
) -> Counter[str]:
    """Delete the events and outcomes of users before the floor; keep what they come to."""
    if not pruned:
        return Counter()
    users = [each.user_id for each in pruned]
    at_floor = [Reopened(user, floor, floor) for user in users]
    before = {each.user.user_id: each for each in states_before(connection, at_floor, posts)}
    _keep_bases(connection, floor, pruned, before, posts)
    _keep_weeks(connection, floor, pruned)
    _move_outcomes(connection, floor, users)
    old = any_of(connection, events.c.user_id, users)
    early = (events.c.started_at < midnight(floor, 2), events.c.day < floor)
    gone = connection.execute(delete(events).where(old, *early)).rowcount
    changes = Counter(events=gone)
    for table, name in ((outcomes, "outcomes"), (late_days, "others")):
        theirs = any_of(connection, table.c.user_id, users)
        changes[name] += connection.execute(
            delete(table).where(theirs, table.c.day < floor)
        ).rowcount
    return changes


def _keep_bases(
    connection: Connection,
    floor: date,
    pruned: Sequence[Pruned],
    before: Mapping[str, Before],
    posts: Collection[str],
) -> None:
    yesterday = str(floor - _ONE_DAY)
    runs = _runs(connection, floor, [each.user_id for each in pruned])
    by_day = posts_by_day(connection, [each.user_id for each in pruned], posts)
    rows = []
    for each in pruned:
        state, user = before[each.user_id], each.user_id
        streak = state.streak if state.last_day == yesterday else 0
        old = ((day, count) for day, count in by_day.get(user, {}).items() if day < floor)
        values = (streak, *runs[user], *_streak_values(each), written(old))
        rows.append((user, floor.isoformat(), *state.totals, *values))
    theirs = any_of(connection, bases.c.user_id, [each.user_id for each in pruned])
    connection.execute(delete(bases).where(theirs))
    insert_rows(connection, bases, rows)


def _runs(
    connection: Connection, floor: date, users: Sequence[str]
) -> Mapping[str, tuple[int, int]]:
    """Return the longest run of active days of each before the floor, and the one up to it."""
    theirs = any_of(connection, bases.c.user_id, users)
    kept = {row.user_id: row for row in connection.execute(select(bases).where(theirs))}
    found = {user: (row.longest_run, 0) for user, row in kept.items()}
    days = select(events.c.user_id, events.c.day).distinct()
    old = days.where(any_of(connection, events.c.user_id, users), events.c.day < floor)
    for row in connection.execute(runs_of(connection, old.subquery())):
        base = kept.get(row.user_id)
        run = row.days + (base.last_run if base and base.since == row.first else 0)
        longest, last = found.get(row.user_id, (0, 0))
        ends = run if row.last == str(floor - _ONE_DAY) else last
        found[row.user_id] = max(longest, run), ends
    return {user: found.get(user, (0, 0)) for user in users}


def _streak_values(pruned: Pruned) -> Sequence[object]:
    """Return the weeks, the last active and the last recorded one."""
    return values_of(Reputation(pruned.user_id, pruned.streak))[1:4]


def _keep_weeks(connection: Connection, floor: date, pruned: Sequence[Pruned]) -> None:
    """Record the weeks before the floor of those for whom they were not: they are not due later."""
    theirs = any_of(connection, reputations.c.user_id, [each.user_id for each in pruned])
    behind = or_(
        reputations.c.recorded_through.is_(None),
        reputations.c.recorded_through < floor - _ONE_DAY,
    )
    query = select(reputations.c.user_id).where(theirs, behind)
    some = {*connection.scalars(query)}
    for each in pruned:
        if each.user_id in some:
            names = ("weeks", "last_active", "last_recorded", "recorded_through")
            values = values_of(Reputation(each.user_id, each.streak))[1:]
            row = update(reputations).where(reputations.c.user_id == each.user_id)
            connection.execute(row.values(dict(zip(names, values, strict=True))))


def _move_outcomes(connection: Connection, floor: date, users: Sequence[str]) -> None:
    """Move the outcome of each user that stands over the floor to it."""
    there = outcomes.alias("there")
    on_floor = exists(
        select(there.c.day).where(there.c.user_id == outcomes.c.user_id, there.c.day == floor)
    )
    later = outcomes.alias("later")
    last = select(later.c.day).where(later.c.user_id == outcomes.c.user_id, later.c.day < floor)
    latest = last.order_by(later.c.day.desc()).limit(1).scalar_subquery()
    query = select_outcomes().where(
        any_of(connection, outcomes.c.user_id, users), outcomes.c.day == latest, ~on_floor
    )
    maxima, rows = Maxima(connection), list[tuple[Any, ...]]()
    for row in connection.execute(query).all():
        rows.append(_on_floor(row, floor, maxima))
        _now_on_floor(connection, row, floor, rows[-1][IDLE_POINTS])
    if rows:
        insert_rows(connection, outcomes, sorted(rows))


def _now_on_floor(connection: Connection, row: Row[Any], floor: date, points: object) -> None:
    """Have a user's state, or next outcome, know that the one before is on the floor now."""
    state, day = engagements.c, as_day(row.day)
    stands = update(engagements).where(state.user_id == row.user_id, state.last_day == day)
    connection.execute(stands.values(last_day=floor, idle_points=points))
    follows = (outcomes.c.user_id == row.user_id, outcomes.c.previous == day)
    later = update(outcomes).where(*follows, outcomes.c.day > floor)
    connection.execute(later.values(previous=floor))


def _on_floor(row: Row[Any], floor: date, maxima: Maxima) -> tuple[object, ...]:
    """Return the row of an outcome on the floor, on which it stands."""
    outcome = value_of(outcomes, row, outcome_of).standing_on(floor)
    score = outcome.score
    parts = None if score is None else attrs.astuple(score.breakdown)
    number = None if score is None else maxima.of(score)
    totals = (row.posts, row.rated, row.ratings)
    yesterday = str(floor - _ONE_DAY)
    known = (row.user_id, str(floor), yesterday, 0, 0, totals, parts, number)
    return outcome_row(*known, recent_of(score))


def prune_others(connection: Connection, floor: date, limit: int) -> Counter[str]:
    """Delete what else is from before the floor, at most a number of each."""
    changes = Counter[str]()
    for table, name, keys, condition in _others(floor):
        some = select(*keys).where(condition).limit(limit)
        chosen = tuple_(*keys).in_(some) if len(keys) > 1 else keys[0].in_(some)
        changes[name] += connection.execute(delete(table).where(chosen)).rowcount
    return changes


def _others(floor: date) -> Iterator[tuple[Table, str, Sequence[Column[Any]], ColumnElement[bool]]]:
    """Yield tables, what their rows are called, their keys, and which rows are old.

    Votes for arguments come before the arguments, by which they are found.
    """
    begins = midnight(floor)
    closed = select(cases.c.id).where(cases.c.closed_at < begins)
    about = select(arguments.c.id).where(arguments.c.case_id.in_(closed))
    finished = and_(~waits, outbox.c.due_at < begins)
    yield candidates, "candidates", [candidates.c.day, candidates.c.place], candidates.c.day < floor
    yield closed_days, "others", [closed_days.c.day], _without_candidates(floor)
    yield outbox, "entries", [outbox.c.key], finished
    yield outlooks, "outlooks", [outlooks.c.day, outlooks.c.user_id], outlooks.c.day < floor
    yield (
        argument_votes,
        "votes",
        [argument_votes.c.argument_id, argument_votes.c.user_id],
        argument_votes.c.argument_id.in_(about),
    )
    yield (
        case_votes,
        "votes",
        [case_votes.c.case_id, case_votes.c.id],
        case_votes.c.case_id.in_(closed),
    )
    has_votes = exists(select(argument_votes).where(argument_votes.c.argument_id == arguments.c.id))
    yield (
        arguments,
        "arguments",
        [arguments.c.id],
        and_(arguments.c.case_id.in_(closed), ~has_votes),
    )


def _without_candidates(floor: date) -> ColumnElement[bool]:
    """Say which closed days are old, and have no candidates left."""
    left = exists(select(candidates.c.day).where(candidates.c.day == closed_days.c.day))
    return and_(closed_days.c.day < floor, ~left)

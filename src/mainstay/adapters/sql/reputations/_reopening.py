"""Weeks that were recorded, taken back to be recorded again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import attrs
from sqlalchemy import Connection, bindparam, delete, select, true, update
from sqlalchemy.engine import Row

from mainstay.adapters.sql.bulk import any_of
from mainstay.adapters.sql.columns import Day, key
from mainstay.adapters.sql.corrected import bases, floor_kept
from mainstay.adapters.sql.counts import count_kinds
from mainstay.adapters.sql.reading import as_day, corrupt, value_of
from mainstay.adapters.sql.reputations._rows import (
    SUNDAY,
    due_weeks,
    reputation_of,
    streak_of,
    values_of,
)
from mainstay.adapters.sql.reputations.tables import is_late, reputations
from mainstay.adapters.sql.sessions import events
from mainstay.jobs._tally import ITEM_ERRORS
from mainstay.localdays import IsoWeek
from mainstay.ports import DueWeeks, Unreadable
from mainstay.reputation.multiplier import Reputation
from mainstay.streaks.weekly import WeeklyStreak

__all__ = ["recorded_users", "reopened_weeks"]

#: How many users are looked at for a page.
_MOST = 1_000


def recorded_users(
    connection: Connection,
    user_ids: Collection[str] | None,
    *,
    late: bool,
    after: str | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Return the rows of the next users with a recorded week, and lock them."""
    user = reputations.c.user_id
    query = select(reputations).where(
        is_late if late else true(),
        reputations.c.last_recorded.is_not(None),
        true() if user_ids is None else any_of(connection, user, user_ids),
        true() if after is None else user > after,
    )
    return connection.execute(query.order_by(user).limit(min(limit, _MOST)).with_for_update()).all()


@attrs.frozen
class _Recorded:
    """A user whose weeks are taken back: where they begin, and the last of them."""

    user_id: str
    begin: date
    through: IsoWeek


def reopened_weeks(
    connection: Connection, rows: Sequence[Row[Any]], limit: int
) -> tuple[list[DueWeeks | Unreadable], str]:
    """Take back the weeks of the first users, as many as the limit; one user's in any case.

    Returns:
        What is due again, and the last user who was looked at.
    """
    lowest = floor_kept(connection) or date.min
    users, weeks, last = list[_Recorded | Unreadable](), 0, ""
    for row in rows:
        user = _read(row, lowest)
        weeks += (
            1 if isinstance(user, Unreadable) else max(user.through - IsoWeek.of(user.begin), 0)
        )
        if weeks > limit and users:
            break
        users.append(user)
        last = row.user_id
    good = [user for user in users if isinstance(user, _Recorded)]
    again = {due.key: due for due in _again(connection, good)}
    return [
        user if isinstance(user, Unreadable) else again[user.user_id]
        for user in users
        if isinstance(user, Unreadable) or user.user_id in again
    ], last


def _read(row: Row[Any], lowest: date) -> _Recorded | Unreadable:
    try:
        recorded = reputation_of(row).streak.last_recorded
        begin = max(as_day(row.first_day), lowest)
        return _Recorded(row.user_id, begin, recorded or IsoWeek.of(begin))
    except ITEM_ERRORS as error:
        return Unreadable(row.user_id, corrupt(reputations, row, error))


def _again(connection: Connection, users: Sequence[_Recorded]) -> list[DueWeeks | Unreadable]:
    """Bring users to where they were before all weeks, and return what is due again."""
    if not users:
        return []
    kept = _kept_before_floor(connection, [user.user_id for user in users])
    counted = _counted(connection, users)
    before = [Reputation(user.user_id, kept.get(user.user_id, WeeklyStreak())) for user in users]
    connection.execute(_bring_back, [_values(each) for each in before])
    _forget_idle(connection, [u.user_id for u in users if u.user_id not in {*kept, *counted}])
    return [
        due_weeks(reputation, counted.get(user.user_id, ()), user.through)
        for user, reputation in zip(users, before, strict=True)
        if user.user_id in counted or _goes_on(kept.get(user.user_id), user.through)
    ]


def _goes_on(streak: WeeklyStreak | None, through: IsoWeek) -> bool:
    """Return whether a streak that is kept of the time before the floor has weeks to come."""
    return streak is not None and (streak.last_recorded or through) < through


def _kept_before_floor(connection: Connection, users: Sequence[str]) -> Mapping[str, WeeklyStreak]:
    query = select(bases).where(any_of(connection, bases.c.user_id, users))
    return {row.user_id: value_of(bases, row, _streak) for row in connection.execute(query)}


def _streak(row: Row[Any]) -> WeeklyStreak:
    return streak_of(row.weeks, row.last_active, row.last_recorded)


def _counted(connection: Connection, users: Sequence[_Recorded]) -> Mapping[str, Sequence[Any]]:
    """Return what users did in the weeks that are taken back."""
    begins: defaultdict[date, list[str]] = defaultdict(list)
    for user in users:
        begins[IsoWeek.of(user.begin).monday].append(user.user_id)
    ends = {user.user_id: str(user.through.monday + SUNDAY) for user in users}
    found = count_kinds(connection, begins, date.fromisoformat(max(ends.values())))
    theirs = {
        user: [count for count in counts if count[1] <= ends[user]]
        for user, counts in found.items()
    }
    return {user: counts for user, counts in theirs.items() if counts}


_bring_back = (
    update(reputations)
    .where(reputations.c.user_id == bindparam("of_user", type_=key))
    .values(
        weeks=bindparam("to_weeks"),
        last_active=bindparam("to_active", type_=key),
        last_recorded=bindparam("to_recorded", type_=key),
        recorded_through=bindparam("to_through", type_=Day),
        late=0,
    )
)


def _values(reputation: Reputation) -> dict[str, object]:
    names = ("of_user", "to_weeks", "to_active", "to_recorded", "to_through")
    return dict(zip(names, values_of(reputation), strict=True))


def _forget_idle(connection: Connection, users: Sequence[str]) -> None:
    """Delete the rows of users who have no event left."""
    user = reputations.c.user_id
    active = select(events.c.user_id).where(any_of(connection, events.c.user_id, users))
    gone = any_of(connection, user, users)
    connection.execute(delete(reputations).where(gone, user.not_in(active)))

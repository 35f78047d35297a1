"""The daily streaks of every user in a table of events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from mainstay import _checks as checks
from mainstay.columnar.active_days import ActiveDays, active_days
from mainstay.columnar.crew import in_order
from mainstay.columnar.excuses import excuses_of, read_excuses
from mainstay.columnar.folding import ROWS
from mainstay.columnar.reading import Columns
from mainstay.columnar.runs import Runs, runs_of
from mainstay.columnar.streak_periods import ActivePeriods, StreakPeriods
from mainstay.columnar.tables import ResultTable, Source, check_user
from mainstay.daystarts import DayStart
from mainstay.localdays import MIDNIGHT, Zone
from mainstay.streaks.daily import StreakStatus
from mainstay.streaks.policy import DEFAULT_POLICY, StreakPolicy

__all__ = ["STREAK_COLUMNS", "streaks_of", "streaks_table"]

#: The columns of a table of streaks, apart from the users'.
STREAK_COLUMNS = (
    *("current", "current_first", "current_last", "longest", "longest_first", "longest_last"),
    *("freezes_left", "status", "periods", "longest_periods", "due", "active", "needed", "today"),
)
_STATUSES = pa.array([status.value for status in StreakStatus])
_DONE, _PENDING, _BROKEN = range(3)


def streaks_table(
    table: Source,
    *,
    as_of: datetime,
    user: str = "user_id",
    instant: str = "started_at",
    timezone: str | None = None,
    user_zone: Zone | None = None,
    naive_zone: Zone | None = None,
    day_start: DayStart = MIDNIGHT,
    excused: Source | None = None,
    policy: StreakPolicy = DEFAULT_POLICY,
) -> ResultTable:
    """Return the daily streak of every user in a table of events.

    It is :func:`mainstay.streak_of` for each user's local days, as of the user's own today,
    computed on columns. Days are told as in :func:`score_table`; all count, however long ago.

    Args:
        table: The events, as in :func:`score_table`; they are read once.
        as_of: The instant to look back from.
        user: As in :func:`score_table`.
        instant: As in :func:`score_table`.
        timezone: As in :func:`score_table`.
        user_zone: As in :func:`score_table`.
        naive_zone: As in :func:`score_table`.
        day_start: As in :func:`score_table`.
        excused: Dates on which single users are excused, a table of its own: the column of users,
            called as in ``table``, and ``date``. They are added to the policy's; users without an
            event are passed over.
        policy: The schedule, rest weekdays, freezes, and the dates on which everybody is excused.

    Returns:
        One row a user, in the order of their first events in the table: the user's id, and the
        fields of :class:`mainstay.DailyStreak` (``current``, ``current_first``, ``current_last``,
        ``longest``, ``longest_first``, ``longest_last``, ``freezes_left``, ``status``, ``periods``,
        ``longest_periods``, ``due``, ``active``, ``needed``), dates that are not there as null; at
        last ``today``.

    Raises:
        MainstayError: What :func:`score_table` raises, of either table.

    Examples:
        >>> from datetime import UTC, date, datetime
        >>> import pyarrow as pa
        >>> days = {"ada": (1, 2, 3), "bob": (1, 3)}
        >>> rows = [(name, datetime(2024, 5, day, 20, tzinfo=UTC)) for name in days
        ...         for day in days[name]]
        >>> events = pa.table(dict(zip(["user_id", "started_at"], zip(*rows))))
        >>> ill = pa.table({"user_id": ["bob"], "date": [date(2024, 5, 2)]})
        >>> found = streaks_table(events, as_of=datetime(2024, 5, 4, tzinfo=UTC), excused=ill)
        >>> found.select(["user_id", "current", "longest_first", "status"]).to_pylist()[1]
        {'user_id': 'bob', 'current': 2, 'longest_first': datetime.date(2024, 5, 1), \
'status': 'pending'}
    """
    check_user(user, (*STREAK_COLUMNS, "date"))
    checks.instance("policy", policy, StreakPolicy)
    columns = Columns(
        user=user,
        instant=instant,
        timezone=timezone,
        user_zone=user_zone,
        naive_zone=naive_zone,
    )
    found = active_days(table, columns, as_of=as_of, day_start=day_start)
    return streaks_of(found, user=user, excused=excused, policy=policy)


def streaks_of(
    found: ActiveDays, *, user: str, excused: Source | None, policy: StreakPolicy
) -> ResultTable:
    """Return the streaks of users whose days are known already; as :func:`streaks_table` does."""
    more = None
    if excused is not None:
        excuses = read_excuses(excused, user, found.users)
        more = excuses_of(*excuses, found.today.astype(np.int64), policy)
    periods = StreakPeriods(found, policy, more)
    few = max(1, ROWS * len(found) // max(1, len(found.days)))

    def part(start: int) -> Any:
        ids = found.users.slice(start, few)
        active = periods.of(start, min(start + few, len(found)))
        return pa.record_batch({user: ids} | _columns(active, runs_of(active, periods)))

    table: ResultTable = pa.Table.from_batches(in_order(part, range(0, max(len(found), 1), few)))
    return table


def _columns(active: ActivePeriods, runs: Runs) -> dict[str, Any]:
    current, longest = runs.current, runs.longest
    has_run, last_is_open = current.length > 0, active.last_is_open
    done = np.where(last_is_open, active.count[active.ends], 0)
    needed = active.open.periods.need
    status = np.where(has_run, np.where(done >= np.maximum(1, needed), _DONE, _PENDING), _BROKEN)
    return {
        "current": pa.array(current.length.astype(np.int32)),
        "current_first": _dates(current.first, has_run),
        "current_last": _dates(current.last, has_run),
        "longest": pa.array(longest.length.astype(np.int32)),
        "longest_first": _dates(longest.first),
        "longest_last": _dates(longest.last),
        "freezes_left": pa.array(runs.freezes_left.astype(np.int32)),
        "status": pa.DictionaryArray.from_arrays(status.astype(np.int32), _STATUSES),
        "periods": pa.array(current.met.astype(np.int32)),
        "longest_periods": pa.array(longest.met.astype(np.int32)),
        "due": active.open.due,
        "active": pa.array(done.astype(np.int32)),
        "needed": pa.array(needed.astype(np.int32)),
        "today": _dates(active.open.today),
    }


def _dates(days: Any, there: Any = None) -> Any:
    mask = None if there is None else ~there
    return pa.array(days.astype(np.int32), pa.int32(), mask=mask).cast(pa.date32())

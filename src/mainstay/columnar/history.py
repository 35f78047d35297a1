"""The scores of every user on each of many days, in one pass over the events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa

from mainstay import _checks as checks
from mainstay.columnar.calendars import Calendars, calendars, windows_of
from mainstay.columnar.crew import in_order
from mainstay.columnar.folding import Windows
from mainstay.columnar.reading import Columns
from mainstay.columnar.scores import check_joined, check_policy, scored_parts
from mainstay.columnar.tables import ArrowBatch, ResultTable, Source, check_user
from mainstay.daystarts import DayStart
from mainstay.localdays import MIDNIGHT, Zone
from mainstay.scores.by_policy import Policy, days_needed
from mainstay.scores.consistency.policy import DEFAULT_POLICY

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["HistoryTable", "history_table"]

_COLUMNS = ("day", "points")
#: A hundred years: while events are read, each day is a byte a user.
_MOST_DAYS = 36_525
#: How many rows are made at once.
ROWS = 1 << 18


@attrs.frozen(repr=False)
class HistoryTable:
    """The points of users by day: an Arrow table, made in batches each time that it is read.

    Whatever reads Arrow takes it as it is: DuckDB a batch at a time, Polars and pandas all of it.

    Examples:
        >>> from datetime import UTC, datetime
        >>> import pyarrow as pa
        >>> instants = [datetime(2024, 5, day, tzinfo=UTC) for day in (1, 2)]
        >>> events = pa.table({"user_id": ["ada", "bob"], "started_at": instants})
        >>> history = history_table(events, as_of=datetime(2024, 5, 2, tzinfo=UTC))
        >>> [pa.record_batch(batch).num_rows for batch in history], history.to_table().num_rows
        ([3], 3)
    """

    _user: str
    _found: Calendars
    _days: int
    _policy: Policy = attrs.field(kw_only=True, alias="policy")

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the capsule of an ``ArrowArrayStream``."""
        return self._reader().__arrow_c_stream__(requested_schema)

    def __iter__(self) -> Iterator[ArrowBatch]:
        """Yield record batches: all days of some users, then of the next."""
        return iter(self._reader())

    def to_table(self) -> ResultTable:
        """Return all rows as an Arrow table."""
        table: ResultTable = self._reader().read_all()
        return table

    def to_pandas(self) -> pd.DataFrame:
        """Return all rows as a frame of pandas."""
        return self.to_table().to_pandas()

    def _reader(self) -> Any:
        few = max(1, ROWS // self._days)
        starts = range(0, len(self._found), few)
        parts = in_order(lambda start: self._part(start, start + few), starts)
        return pa.RecordBatchReader.from_batches(self._part(0, 0).schema, parts)

    def _part(self, start: int, stop: int) -> Any:
        """Return the days of some users, oldest first."""
        found, today = self._found, self._found.today[start:stop]
        active = found.active(start, stop, self._days + days_needed(self._policy) - 1)
        ages = np.arange(self._days - 1, -1, -1)
        rows, columns = np.nonzero(ages <= found.since(start, stop)[:, np.newaxis])
        each = windows_of(active, today, self._days, self._policy)
        bits = (windows[rows, ages[columns]] for windows in each)
        day = today[rows] - ages[columns].astype(np.int32)
        joined = None if found.joined is None else found.joined[start:stop][rows]
        users = found.users.slice(start, stop - start).take(pa.array(rows))
        return pa.record_batch(
            {
                self._user: users,
                "day": pa.array(day, pa.int32()).cast(pa.date32()),
                "points": pa.array(
                    scored_parts(users, Windows.of(bits, day, joined), self._policy).points
                ),
            }
        )


def history_table(
    table: Source,
    *,
    as_of: datetime,
    days: int = 365,
    user: str = "user_id",
    instant: str = "started_at",
    timezone: str | None = None,
    user_zone: Zone | None = None,
    naive_zone: Zone | None = None,
    day_start: DayStart = MIDNIGHT,
    member_since: str | None = None,
    policy: Policy = DEFAULT_POLICY,
) -> HistoryTable:
    """Return the points that every user in a table of events had at the end of each day.

    It is :func:`mainstay.score_history` for each user, computed on columns. A user's history begins
    on the day they joined, else on the first active day; what happens later never changes it.

    Args:
        table: The events, as in :func:`score_table`; they are read once.
        as_of: The instant to look back from.
        days: How many days to look back on, the last of which is a user's today; 1 to 36,525. While
            events are read, each is a byte a user, and so is each day that the first one's score
            looks back on: 27, or 363 for the year score.
        user: As in :func:`score_table`.
        instant: As in :func:`score_table`.
        timezone: As in :func:`score_table`.
        user_zone: As in :func:`score_table`.
        naive_zone: As in :func:`score_table`.
        day_start: As in :func:`score_table`.
        member_since: As in :func:`score_table`.
        policy: As in :func:`score_table`.

    Returns:
        One row a user and day: the user's id, ``day``, ``points``. Users are in the order of their
        first events in the table, days oldest first.

    Raises:
        MainstayError: What :func:`score_table` raises.

    Examples:
        >>> from datetime import UTC, datetime
        >>> import pyarrow as pa
        >>> instants = [datetime(2024, 5, day, 20, tzinfo=UTC) for day in (26, 27)]
        >>> events = pa.table({"user_id": ["ada", "ada"], "started_at": instants})
        >>> history = history_table(events, as_of=datetime(2024, 5, 29, 21, tzinfo=UTC))
        >>> history.to_table().to_pydict()["points"]
        [9, 13, 13, 7]
    """
    check_policy(policy)
    check_user(user, _COLUMNS)
    checks.integer("days", days, 1, _MOST_DAYS)
    columns = Columns(
        user=user,
        instant=instant,
        timezone=timezone,
        user_zone=user_zone,
        naive_zone=naive_zone,
        member_since=member_since,
    )
    span = days + days_needed(policy) - 1
    found = calendars(table, columns, as_of=as_of, day_start=day_start, days=span)
    if found.joined is not None:  # now, and not when the table is read
        check_joined(found.users, found.today, found.joined)
    return HistoryTable(user, found, days, policy=policy)

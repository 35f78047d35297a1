"""The score of every user in a table of events: which one follows from the policy."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

import attrs
import numpy as np
import pyarrow as pa

from mainstay.columnar.bit_columns import bit_columns
from mainstay.columnar.columns import NO_DAY, first
from mainstay.columnar.crew import in_order
from mainstay.columnar.folding import ROWS, Windows, fold
from mainstay.columnar.keys import Longs
from mainstay.columnar.parts import NONE, Counts, Parts, bit_lengths, parts_of, trailing_zeros
from mainstay.columnar.reading import Columns
from mainstay.columnar.states import as_date, ordinal
from mainstay.columnar.tables import ResultTable, Source, check_user
from mainstay.columnar.year_parts import WeekBits, YearParts, year_parts_of
from mainstay.daystarts import DayStart
from mainstay.errors import InvalidValueError
from mainstay.localdays import MIDNIGHT, Zone
from mainstay.scores.by_policy import Policy, days_needed
from mainstay.scores.consistency.policy import DEFAULT_POLICY, ConsistencyPolicy
from mainstay.scores.year.policy import YearPolicy

__all__ = ["score_table"]

#: Windows and the days that today may differ by from user to user share 32 bits.
_MOST_DAYS = 28


def score_table(
    table: Source,
    *,
    as_of: datetime,
    user: str = "user_id",
    instant: str = "started_at",
    timezone: str | None = None,
    user_zone: Zone | None = None,
    naive_zone: Zone | None = None,
    day_start: DayStart = MIDNIGHT,
    member_since: str | None = None,
    policy: Policy = DEFAULT_POLICY,
) -> ResultTable:
    """Return the score of every user in a table of events.

    It is :func:`mainstay.score_sessions` for each user, computed on columns: the same points, the
    same parts to the last bit. The policy says which score it is. Each event counts on the local
    date in ``timezone``, else in the zone that its text names in brackets, else in the user's zone,
    else at the offset of its text, or in the zone of the timestamps' own type. Events after
    ``as_of`` are ignored, and so are users who have no other.

    Args:
        table: The events: whatever hands out its rows through Arrow's PyCapsule interface (a
            pandas, Polars or DuckDB table, pyarrow's), record batches one after the other, or the
            path of a Parquet file. Batches and files are read in turn, never as a whole.
        as_of: The instant to score at.
        user: The column of user ids, strings or integers, dictionary-encoded or not.
        instant: The column of instants: timestamps in any unit, nanoseconds cut to microseconds;
            or texts, ISO 8601, each with its own offset (as :mod:`mainstay.reading` reads them).
            Or of dates, which are local days whatever ``timezone`` says; they count as of 12:00
            UTC, and days must not start after that.
        timezone: The column of the zones that events were recorded in, IANA names or ``±HH:MM``;
            null where that is not known.
        user_zone: The users' own zone: a column's name (the same on all of a user's rows), or the
            zone of all of them. Without it, today is where a user's latest event was.
        naive_zone: The zone of times that have no offset, where ``timezone`` doesn't say. Of a time
            that occurs twice it is the first.
        day_start: When a day begins on the wall clock, or a :class:`mainstay.DayEnd`.
        member_since: The column of the dates on which users joined; null where that is not known,
            and the earliest counts. As in :func:`mainstay.score_sessions`.
        policy: The numbers, if not the standard ones, with windows of at most 28 days; or those of
            the year score.

    Returns:
        One row a user, in the order of their first events in the table: the user's id, ``points``,
        ``total`` and its parts ``base``, ``distribution``, ``streak``, ``recency`` (all in
        points), ``active_days``, ``current_streak``, ``last_active_day`` (null without one in the
        window), ``today``, and ``bits``: the window, bit *n* set if the user was active *n* days
        before today.

        With a :class:`mainstay.YearPolicy` the parts are ``days``, ``freshness``, ``weeks``, the
        counts ``active_days``, ``active_weeks``; then come ``last_active_day`` (null without one in
        the last 28 days), ``today``, ``day_bits`` as above, and ``week_bits``: bit *n* set if the
        user was active in the ISO week *n* weeks before today's.

    Raises:
        BadRecordError: A row has no user or instant, or a zone that is not known, or its instant is
            outside the years 2 to 9998: the first such row is named, counted from 0.
        InvalidTypeError: A column is of another type, or ``table`` is not a table.
        InvalidValueError: A column is missing, a user joined after today, or the policy's windows
            are longer than 28 days.
        NaiveDatetimeError: The timestamps, or ``as_of``, have no time zone, and nothing says which.
        UnknownZoneError: ``user_zone`` is neither a column nor a zone.

    Examples:
        >>> from datetime import UTC, datetime
        >>> import pyarrow as pa
        >>> events = pa.table({
        ...     "user_id": ["ada", "bob", "ada"],
        ...     "started_at": [datetime(2024, 5, day, 23, tzinfo=UTC) for day in (26, 26, 27)],
        ...     "timezone": ["Asia/Tokyo", "America/Lima", "Asia/Tokyo"],
        ... })
        >>> scores = score_table(
        ...     events, as_of=datetime(2024, 5, 28, 1, tzinfo=UTC), timezone="timezone"
        ... )
        >>> pa.table(scores).select(["user_id", "points", "today"]).to_pylist()
        [{'user_id': 'ada', 'points': 13, 'today': datetime.date(2024, 5, 28)}, \
{'user_id': 'bob', 'points': 9, 'today': datetime.date(2024, 5, 27)}]
    """
    check_policy(policy)
    check_user(user, result_columns(policy))
    columns = Columns(
        user=user,
        instant=instant,
        timezone=timezone,
        user_zone=user_zone,
        naive_zone=naive_zone,
        member_since=member_since,
    )
    folded = fold(table, columns, as_of=as_of, day_start=day_start, policy=policy)
    scores: ResultTable = scored(user, folded.users, folded.windows(policy), policy)
    return scores


def result_columns(policy: Policy) -> tuple[str, ...]:
    """Return the columns of a table of scores, apart from the users'."""
    parts = YearParts if isinstance(policy, YearPolicy) else Parts
    bits = (column.name for column in bit_columns(policy))
    return (*attrs.fields_dict(parts), "last_active_day", "today", *bits)


def check_policy(policy: Policy) -> None:
    """Refuse a policy whose windows have no room in 32 bits."""
    if days_needed(policy) > _MOST_DAYS and isinstance(policy, ConsistencyPolicy):
        raise InvalidValueError(
            f"must be at most {_MOST_DAYS} for tables",
            field="policy.window_days",
            value=policy.window_days,
            remedy="Longer windows are scored one by one: consistency_score(window, policy=...).",
        )


def scored(
    user: str, users: Any, windows: Windows, policy: Policy, threads: int | None = None
) -> Any:
    """Return the scores of users' windows, an Arrow table."""

    def part(start: int) -> Any:
        ids, few = users.slice(start, ROWS), windows.part(start, start + ROWS)
        return pa.record_batch({user: ids} | _columns(ids, few, policy))

    starts = range(0, max(len(users), 1), ROWS)
    return pa.Table.from_batches(in_order(part, starts, threads))


def _columns(users: Any, windows: Windows, policy: Policy) -> dict[str, Any]:
    parts = scored_parts(users, windows, policy)
    since = trailing_zeros(windows.bits)
    last = pa.array(windows.today - since, pa.int32(), mask=since == NONE)
    bits = zip(bit_columns(policy), windows.columns, strict=True)
    return {
        **{name: pa.array(getattr(parts, name)) for name in attrs.fields_dict(type(parts))},
        "last_active_day": last.cast(pa.date32()),
        "today": pa.array(windows.today).cast(pa.date32()),
        **{column.name: pa.array(values) for column, values in bits},
    }


def scored_parts(users: Any, windows: Windows, policy: Policy) -> Parts | YearParts:
    """Return the points of windows, and what they come from."""
    if isinstance(policy, YearPolicy):
        days, weeks = possible_in_year(users, windows, policy)
        return year_parts_of(windows.bits, cast("WeekBits", windows.weeks), days, weeks, policy)
    return parts_of(windows.bits, possible_days(users, windows, policy), policy)


def possible_days(users: Any, windows: Windows, policy: ConsistencyPolicy) -> Counts | int:
    """Return the days on which each user could have been active."""
    joined = _joined(users, windows)
    if joined is None:
        return policy.window_days
    days = np.maximum(windows.today - joined + 1, bit_lengths(windows.bits))
    possible: Counts = np.clip(days, policy.member_min_days, policy.window_days).astype(np.int32)
    return possible


def possible_in_year(
    users: Any, windows: Windows, policy: YearPolicy
) -> tuple[Counts | int, Counts | int]:
    """Return the days and the weeks in which each user could have been active."""
    days, weeks = bit_columns(policy)
    joined = _joined(users, windows)
    if joined is None:
        return days.length, weeks.length
    least = (policy.member_min_days, policy.member_min_weeks)
    of_days, of_weeks = (
        np.clip(column.between(joined, windows.today) + 1, few, column.length).astype(np.int32)
        for column, few in zip((days, weeks), least, strict=True)
    )
    return of_days, of_weeks


def _joined(users: Any, windows: Windows) -> Longs | None:
    """Return the day that each user joined; where it is not known, one of long ago."""
    if windows.joined is None:
        return None
    check_joined(users, windows.today, windows.joined)
    return np.where(windows.joined == NO_DAY, ordinal(date.min), windows.joined)


def check_joined(users: Any, today: Counts, joined: Longs) -> None:
    """Refuse the first user who joined after today."""
    row = first((joined != NO_DAY) & (joined > today))
    if row is not None:
        raise InvalidValueError(
            f"must not be after today, {as_date(today[row])}, for user {users[row].as_py()!r}",
            field="member_since",
            value=as_date(joined[row]),
            remedy="Leave it out if it is not known.",
        )

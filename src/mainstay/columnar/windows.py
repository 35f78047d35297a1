"""The state alone: every user's window, a few bytes of bits, to keep, merge and move on."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from mainstay import _checks as checks
from mainstay.columnar.bit_columns import bit_columns, moved
from mainstay.columnar.columns import first
from mainstay.columnar.folding import Windows, fold
from mainstay.columnar.kept_windows import KeptReader, Merged, kept_table, state_columns
from mainstay.columnar.keys import Longs
from mainstay.columnar.reading import Columns
from mainstay.columnar.scores import check_policy, result_columns, scored
from mainstay.columnar.states import as_date, each_chunk, ordinal, same_type
from mainstay.columnar.tables import ResultTable, Source, check_user
from mainstay.daystarts import DayStart
from mainstay.errors import OutOfOrderError
from mainstay.localdays import MIDNIGHT, Zone
from mainstay.scores.by_policy import Policy
from mainstay.scores.consistency.policy import DEFAULT_POLICY

__all__ = ["advance_windows", "merge_windows", "score_windows", "windows_table"]


def windows_table(
    table: Source,
    *,
    as_of: datetime,
    user: str = "user_id",
    instant: str = "started_at",
    timezone: str | None = None,
    user_zone: Zone | None = None,
    naive_zone: Zone | None = None,
    day_start: DayStart = MIDNIGHT,
    policy: Policy = DEFAULT_POLICY,
) -> ResultTable:
    """Return the window of every user in a table of events.

    A window is all that the score needs: five bytes and the id, to keep instead of the events
    (thirteen for the year score, which needs weeks, too).
    Windows merge (:func:`merge_windows`), move on (:func:`advance_windows`) and give the score
    (:func:`score_windows`) that the events would: also from tables that share users, as long as
    ``user_zone`` says what today is, not where each table's latest event was.

    Args:
        table: The events, as in :func:`score_table`.
        as_of: The instant to look back from.
        user: As in :func:`score_table`.
        instant: As in :func:`score_table`.
        timezone: As in :func:`score_table`.
        user_zone: As in :func:`score_table`.
        naive_zone: As in :func:`score_table`.
        day_start: As in :func:`score_table`.
        policy: Which score the windows are for, and so how many days they span: at most 28.

    Returns:
        One row a user, in the order of their first events: the user's id, ``bits`` (an unsigned
        32-bit integer, bit *n* set if they were active *n* days before ``last_day``) and
        ``last_day`` (their today; dictionary-encoded, since only a few dates occur). It is
        :class:`mainstay.ActivityWindow`, as columns.

        With a :class:`mainstay.YearPolicy` it is :class:`mainstay.ActivityYear`: instead of
        ``bits`` there are ``day_bits``, likewise, and ``week_bits`` (an unsigned 64-bit integer,
        bit *n* set if they were active in the ISO week *n* weeks before the last day's).

    Raises:
        MainstayError: What :func:`score_table` raises.

    Examples:
        >>> from datetime import UTC, datetime
        >>> import pyarrow as pa
        >>> events = pa.table({
        ...     "user_id": ["ada", "bob", "ada"],
        ...     "started_at": [datetime(2024, 5, day, 12, tzinfo=UTC) for day in (1, 2, 4)],
        ... })
        >>> windows = pa.table(windows_table(events, as_of=datetime(2024, 5, 4, 21, tzinfo=UTC)))
        >>> windows["user_id"].to_pylist(), [f"{bits:04b}" for bits in windows["bits"].to_pylist()]
        (['ada', 'bob'], ['1001', '0100'])
    """
    check_policy(policy)
    check_user(user, state_columns(policy))
    columns = Columns(
        user=user,
        instant=instant,
        timezone=timezone,
        user_zone=user_zone,
        naive_zone=naive_zone,
    )
    folded = fold(table, columns, as_of=as_of, day_start=day_start, policy=policy)
    windows = folded.windows(policy)
    return kept_table(user, folded.users, bit_columns(policy), windows.columns, windows.today)


def merge_windows(
    *tables: Source, user: str = "user_id", policy: Policy = DEFAULT_POLICY
) -> ResultTable:
    """Return the windows of all users of some tables, one each.

    It is :meth:`mainstay.ActivityWindow.merge`, or the year's: of two windows of one user the
    earlier moves on to the later one's last day, and their days are put together. So it does not
    matter how events were split, which table comes first, or whether one comes twice.

    Args:
        tables: Windows as :func:`windows_table` returns them, in as many tables as there are. Bits
            may be integers of any type, since not all stores have unsigned ones, and the last days
            plain dates.
        user: The column of user ids, strings or integers.
        policy: As in :func:`windows_table`.

    Returns:
        The windows, in the order of the users' first appearance.

    Raises:
        BadRecordError: A row lacks a value, has bits beyond its window, or weeks that are not those
            of its days. The first such row is named, counted from 0 in its own table.
        InvalidTypeError: A column is of another type, or not of one type in all tables.
        InvalidValueError: A column is missing.

    Examples:
        >>> from datetime import date
        >>> import pyarrow as pa
        >>> one = pa.table({"user_id": ["ada"], "bits": [0b1], "last_day": [date(2024, 5, 1)]})
        >>> two = pa.table({"user_id": ["ada"], "bits": [0b10], "last_day": [date(2024, 5, 4)]})
        >>> pa.table(merge_windows(one, two)).to_pylist()
        [{'user_id': 'ada', 'bits': 10, 'last_day': datetime.date(2024, 5, 4)}]
    """
    check_policy(policy)
    check_user(user, state_columns(policy))
    reader, merged = KeptReader(user, policy), Merged(user, policy)
    for table in tables:
        for found, windows in each_chunk(table, reader.columns, partial(merged.look_up, reader)):
            merged.add(found, windows)
    return merged.table()


def advance_windows(
    windows: Source,
    to: date,
    user: str = "user_id",
    *,
    policy: Policy = DEFAULT_POLICY,
) -> ResultTable:
    """Return windows moved on so that all of them end on one day.

    It is :meth:`mainstay.ActivityWindow.advance` for each row, or the year's; rows are independent
    of one another.

    Args:
        windows: The windows, as in :func:`merge_windows`.
        to: The day.
        user: The column of user ids, strings or integers.
        policy: As in :func:`windows_table`.

    Returns:
        The windows in the same order.

    Raises:
        BadRecordError: As in :func:`merge_windows`.
        InvalidTypeError: As in :func:`merge_windows`.
        InvalidValueError: A column is missing.
        OutOfOrderError: A window ends after that day; the first such row is named.

    Examples:
        >>> from datetime import date
        >>> import pyarrow as pa
        >>> kept = pa.table({"user_id": [7], "bits": [0b101], "last_day": [date(2024, 5, 1)]})
        >>> pa.table(advance_windows(kept, date(2024, 5, 3))).to_pylist()
        [{'user_id': 7, 'bits': 20, 'last_day': datetime.date(2024, 5, 3)}]
    """
    check_policy(policy)
    check_user(user, state_columns(policy))
    day = ordinal(checks.day("to", to))
    reader = KeptReader(user, policy)
    parts = [*each_chunk(windows, reader.columns, reader)]
    same_type(user, (part.users.type for part in parts))
    users = pa.chunked_array([part.users for part in parts])
    last = np.concatenate([part.last for part in parts])
    _check_order(last, day, to)
    columns = bit_columns(policy)
    bits = [np.concatenate(some) for some in zip(*(part.bits for part in parts), strict=True)]
    return kept_table(
        user, users, columns, moved(columns, bits, last, day), np.full_like(last, day)
    )


def score_windows(
    windows: Source,
    *,
    today: date | None = None,
    user: str = "user_id",
    member_since: str | None = None,
    policy: Policy = DEFAULT_POLICY,
) -> ResultTable:
    """Return the scores of windows.

    It is :func:`mainstay.consistency_score` for each row, or :func:`mainstay.year_score`; rows are
    independent of one another. The scores of :func:`windows_table` are those that
    :func:`score_table` gives for the same events.

    Args:
        windows: The windows, as in :func:`merge_windows`.
        today: The day to score as of, for windows that end before it; the others, and all without
            it, are scored as of their last day.
        user: The column of user ids, strings or integers.
        member_since: The column of the dates on which users joined; null where that is not known.
        policy: The numbers, if not the standard ones; the windows are of its kind and length.

    Returns:
        The users in the same order, with the columns that :func:`score_table` returns.

    Raises:
        BadRecordError: As in :func:`merge_windows`.
        InvalidTypeError: As in :func:`merge_windows`.
        InvalidValueError: A column is missing, or a user joined after the day scored as of.

    Examples:
        >>> from datetime import date
        >>> import pyarrow as pa
        >>> kept = pa.table({"user_id": ["ada"], "bits": [0b11], "last_day": [date(2024, 5, 1)]})
        >>> scores = [
        ...     pa.table(score_windows(kept, today=date(2024, 5, day))) for day in (1, 2, 3, 5)
        ... ]
        >>> [score["points"][0].as_py() for score in scores]
        [13, 13, 7, 5]
    """
    check_policy(policy)
    check_user(user, result_columns(policy))
    day = None if today is None else ordinal(checks.day("today", today))
    reader = KeptReader(user, policy, member_since)

    def score(batch: Any) -> Any:
        some = reader(batch)
        later = some.last if day is None else np.maximum(some.last, day)
        bits = moved(bit_columns(policy), some.bits, some.last, later)
        return scored(user, some.users, Windows.of(bits, later, some.joined), policy, 1)

    parts = [*each_chunk(windows, reader.columns, score)]
    same_type(user, (part[user].type for part in parts))
    scores: ResultTable = pa.concat_tables(parts)
    return scores


def _check_order(last: Longs, day: int, to: date) -> None:
    row = first(last > day)
    if row is not None:
        raise OutOfOrderError(
            f"must not be before {as_date(last[row])}, the last day of the window in row {row}",
            field="to",
            value=to,
            remedy="A window only moves on.",
        )

"""Weekly streaks and consistency multipliers of all users, as columns."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from mainstay import _checks as checks
from mainstay._checks import EXACT
from mainstay.columnar.columns import NO_DAY, first
from mainstay.columnar.keys import Longs
from mainstay.columnar.states import (
    as_date,
    at_row,
    calendar_days,
    each_chunk,
    ordinal,
    plain_ids,
    same_type,
    whole_numbers,
)
from mainstay.columnar.tables import ResultTable, Source, check_user
from mainstay.localdays import IsoWeek, check_week
from mainstay.reputation.multiplier import DEFAULT_POLICY, MultiplierPolicy, consistency_multiplier
from mainstay.scores.engagement.historical import MOST
from mainstay.streaks.weekly import DEFAULT_POLICY as DEFAULT_STREAK_POLICY
from mainstay.streaks.weekly import WeeklyStreak, WeeklyStreakPolicy

__all__ = ["multipliers_table"]


def multipliers_table(
    table: Source,
    *,
    week: IsoWeek,
    user: str = "user_id",
    interactions: str = "interactions",
    streak_policy: WeeklyStreakPolicy = DEFAULT_STREAK_POLICY,
    policy: MultiplierPolicy = DEFAULT_POLICY,
) -> ResultTable:
    """Return every user's weekly streak with one more week, and the multiplier that it gives.

    It is :meth:`mainstay.WeeklyStreak.record` for each row, then
    :func:`mainstay.consistency_multiplier`: 1 + min(0.20, 0.02 · weeks). Rows are independent of
    one another.

    Args:
        table: One row a user whose week is to be recorded, the idle ones too: the user's id,
            ``weeks`` (the active weeks of the run), ``last_active`` and ``last_recorded`` (dates
            in the last active week and in the last recorded one; null before the first), and the
            week's interactions. Without a column ``last_recorded`` it is ``last_active``. What the
            table may be is said at :func:`score_table`.
        week: The week, for all of them; not before any user's last recorded one.
        user: The column of user ids, strings or integers.
        interactions: The column of all of that week's interactions, of the kinds that count; null
            is 0.
        streak_policy: What makes a week active, and what a run survives, if not the standard
            numbers. Its ``kinds`` are for the code that counts the interactions.
        policy: The multiplier's numbers, if not the standard ones.

    Returns:
        The users in the same order: the user's id, ``weeks``, ``last_active`` and
        ``last_recorded`` (the Mondays), and ``multiplier``, a decimal of as many places as the
        policy's numbers have.

    Raises:
        BadRecordError: A row lacks a user or the weeks, a number is negative, or the weeks
            contradict one another or ``week``. The first row is named, counted from 0.
        InvalidTypeError: A column is of another type, or ``table`` is not a table.
        InvalidValueError: A column is missing.

    Examples:
        >>> from datetime import date
        >>> import pyarrow as pa
        >>> users = pa.table({
        ...     "user_id": ["ada", "bob", "cy"],
        ...     "weeks": [4, 4, 0],
        ...     "last_active": [date(2024, 5, 3), date(2024, 4, 15), None],
        ...     "interactions": [2, 1, 7],
        ... })
        >>> recorded = pa.table(multipliers_table(users, week=IsoWeek(2024, 19)))
        >>> recorded["weeks"].to_pylist(), [str(m) for m in recorded["multiplier"].to_pylist()]
        ([5, 0, 1], ['1.10', '1.00', '1.02'])
    """
    check_user(user, ("weeks", "last_active", "last_recorded", "multiplier"))
    recorder = _Recorder(user, week, interactions, streak_policy, policy)
    needed = [user, "weeks", "last_active", interactions]
    parts = [*each_chunk(table, needed, recorder, maybe="last_recorded")]
    same_type(user, (part[user].type for part in parts))
    recorded: ResultTable = pa.Table.from_batches(parts)
    return recorded


@attrs.frozen
class _Streaks:
    """Weekly streaks, the weeks by their Mondays in days since 1970."""

    weeks: Longs
    active: Longs
    recorded: Longs


class _Recorder:
    """Records a week for some users at a time."""

    def __init__(
        self,
        user: str,
        week: IsoWeek,
        interactions: str,
        streak_policy: WeeklyStreakPolicy,
        policy: MultiplierPolicy,
    ) -> None:
        self._user = user
        self._week = check_week("week", week)
        self._monday = ordinal(week.monday)
        self._interactions = interactions
        self._streak_policy = checks.instance("streak_policy", streak_policy, WeeklyStreakPolicy)
        self._policy = checks.instance("policy", policy, MultiplierPolicy)

    def __call__(self, batch: Any) -> Any:
        """Record some rows."""
        ids = plain_ids(batch[self._user], self._user)
        before = self._read(batch)
        self._check(before)
        count = whole_numbers(batch[self._interactions], self._interactions, optional=True)
        after = self._recorded(before, count >= self._streak_policy.min_interactions)
        columns = {
            self._user: ids,
            "weeks": pa.array(after.weeks),
            "last_active": _dates(after.active),
            "last_recorded": _dates(after.recorded),
            "multiplier": self._multipliers(after.weeks),
        }
        return pa.record_batch(columns)

    def _read(self, batch: Any) -> _Streaks:
        weeks = whole_numbers(batch["weeks"], "weeks", most=MOST)
        active = _mondays(batch, "last_active")
        given = "last_recorded" in batch.schema.names
        return _Streaks(weeks, active, _mondays(batch, "last_recorded") if given else active)

    def _check(self, streaks: _Streaks) -> None:
        """Refuse the first streak that contradicts itself or the week, in the core's words."""
        none, recorded = streaks.active == NO_DAY, streaks.recorded
        wrong = np.where(
            none, streaks.weeks > 0, (recorded < streaks.active) | (recorded == NO_DAY)
        )
        row = first(wrong | ((recorded > self._monday) & (recorded != NO_DAY)))
        if row is not None:
            with at_row(row):
                weeks = (_week(streaks.active[row]), _week(recorded[row]))
                WeeklyStreak(int(streaks.weeks[row]), *weeks).record(self._week, 0)

    def _recorded(self, before: _Streaks, is_active: Any) -> _Streaks:
        """Return the streaks with the week, which is active for some."""
        again = before.active == self._monday
        since = (self._monday - before.active) // 7
        kept = (before.active != NO_DAY) & (since <= self._streak_policy.forgiven_weeks + 1)
        weeks = before.weeks * kept + (is_active & ~again)
        active = np.where(is_active, self._monday, before.active)
        return _Streaks(weeks, active, np.full(len(active), self._monday))

    def _multipliers(self, weeks: Longs) -> Any:
        """Return the multipliers, each length of a streak's once from the core."""
        lengths = pa.array(weeks).dictionary_encode()
        found = [
            consistency_multiplier(length, policy=self._policy)
            for length in lengths.dictionary.to_pylist()
        ]
        return pa.array(found, _multiplier_type(self._policy)).take(lengths.indices)


def _multiplier_type(policy: MultiplierPolicy) -> Any:
    """Return Arrow's decimals with the places of the policy's numbers, as far as sums keep them."""
    places = [
        -int(number.as_tuple().exponent) for number in (policy.bonus_per_week, policy.most_bonus)
    ]
    return pa.decimal128(EXACT.prec, min(max(0, *places), EXACT.prec - 1))


def _mondays(batch: Any, field: str) -> Longs:
    """Return the Mondays of a column's weeks, which begin on the third day before 1970-01-01."""
    days = calendar_days(batch[field], field)
    return np.where(days == NO_DAY, NO_DAY, (days + 3) // 7 * 7 - 3)


def _dates(mondays: Longs) -> Any:
    none = mondays == NO_DAY
    return pa.array(np.where(none, 0, mondays).astype(np.int32), mask=none).cast(pa.date32())


def _week(monday: np.int64) -> IsoWeek | None:
    return None if monday == NO_DAY else IsoWeek.of(as_date(monday))

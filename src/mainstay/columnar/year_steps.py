"""The year score in SQL, from days and weeks as bits: the core's formulas, to the last bit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import attrs

from mainstay.activity.window import WINDOW_DAYS
from mainstay.activity.year import YEAR_WEEKS
from mainstay.columnar.query import LAGS, StateQuery, week
from mainstay.columnar.score_steps import number, shifted
from mainstay.scores.year.policy import YearPolicy

__all__ = ["YearSteps", "ones"]

#: As many octal digits as 54 bits have, each of them 1; and every second of them 7.
_EACH, _SECOND = int("1" * 18, 8), int("07" * 9, 8)


@attrs.frozen
class YearSteps:
    """What makes year scores of states.

    Attributes:
        state: The query for the states, with weeks.
        policy: The numbers.
    """

    state: StateQuery
    policy: YearPolicy

    #: What a score consists of, and as which three numbers this is added up.
    parts: ClassVar[tuple[str, ...]] = ("days", "freshness", "weeks")
    addends: ClassVar[tuple[str, str, str]] = ("days", "freshness", "weeks")
    #: What is counted.
    counts: ClassVar[tuple[str, ...]] = ("active_days", "active_weeks")
    #: What is looked back on.
    bits: ClassVar[tuple[str, ...]] = ("day_bits", "week_bits")

    def tables(self) -> list[str]:
        """Return what windows are joined with: nothing."""
        return []

    def windows(self) -> list[str]:
        """Return the bits of a state up to today, in SQL."""
        weeks = [*map(self.state.weeks_passed, LAGS)]
        return [shifted("days", LAGS, WINDOW_DAYS), shifted("weeks", weeks, YEAR_WEEKS)]

    def steps(self) -> Iterator[str]:
        """Yield what the parts are made of windows by, a step after the other."""
        yield self._counted()
        yield self._scored()

    def _counted(self) -> str:
        """Return what is counted: from the last active day, too, and what is possible."""
        possible_days, possible_weeks = self._possible()
        return f"""
            counted_days AS (
                SELECT windows.*, {ones("day_bits")} AS active_days,
                    {ones("week_bits")} AS active_weeks,
                    CASE WHEN day_bits > 0 THEN
                        {ones("(day_bits - 1)")} - {ones("day_bits")} + 1 ELSE 32 END AS ago,
                    {possible_days} AS possible_days, {possible_weeks} AS possible_weeks
                FROM windows
            )
        """  # noqa: S608

    def _possible(self) -> tuple[str, str]:
        """Return on how many days, and in how many weeks, a user could have been active."""
        if not self.state.has_joined:
            return str(WINDOW_DAYS), str(YEAR_WEEKS)
        return (
            _within("today - joined + 1", self.policy.member_min_days, WINDOW_DAYS),
            _within(
                f"{week('today')} - {week('joined')} + 1", self.policy.member_min_weeks, YEAR_WEEKS
            ),
        )

    def _scored(self) -> str:
        policy = self.policy
        steps = " ".join(
            f"WHEN ago <= {min(days, WINDOW_DAYS - 1)} THEN {number(points)}"
            for days, points in policy.freshness_steps
        )
        return f"""
            scored AS (
                SELECT counted_days.*,
                    {_share("days")} * {number(policy.days_points)} AS days,
                    CASE {steps} ELSE {number(0)} END AS freshness,
                    SQRT({_share("weeks")}) * {number(policy.weeks_points)} AS weeks
                FROM counted_days
            )
        """  # noqa: S608


def ones(bits: str) -> str:
    """Return how many bits are set in a whole number below 2⁵⁴, in SQL.

    Each octal digit becomes the count of its own three bits, and every second one that of two; what
    they add up to, which is at most 54, is the rest of a division by 63.

    Source: M. Beeler, R. W. Gosper, R. Schroeppel, "HAKMEM", MIT AI Memo 239 (1972), item 169.

    Args:
        bits: The number, in SQL: a name, or in parentheses.
    """
    counts = f"({bits} - ({bits} // 2 & {3 * _EACH}) - ({bits} // 4 & {_EACH}))"
    return f"(({counts} + {counts} // 8) & {_SECOND}) % 63"


def _share(name: str) -> str:
    """Return which part of the possible days, or weeks, was active: at most all."""
    active, possible = f"active_{name}", f"possible_{name}"
    return f"""CASE WHEN {active} < {possible} THEN CAST({active} AS DOUBLE) / {possible}
        ELSE {number(1)} END"""


def _within(value: str, least: int, most: int) -> str:
    """Return a number of at least and at most so many; the most where it is not known."""
    return f"""CASE WHEN {value} < {least} THEN {least}
        WHEN {value} < {most} THEN {value} ELSE {most} END"""

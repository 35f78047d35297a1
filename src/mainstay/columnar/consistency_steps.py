"""The consistency score in SQL, from windows: the core's formulas, to the last bit.

What the gaps in seven days come to is a table of 128 rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar

import attrs

from mainstay.columnar.query import LAGS, StateQuery
from mainstay.columnar.score_steps import number, shifted
from mainstay.errors import InvalidValueError
from mainstay.scores.consistency.policy import ConsistencyPolicy

__all__ = ["ConsistencySteps"]

_PIECE = 7
_PIECES = 1 << _PIECE
#: What the four pieces of a window are called.
_NAMES = "abcd"
_LONGEST = len(_NAMES) * _PIECE


@attrs.frozen
class ConsistencySteps:
    """What makes consistency scores of states.

    Attributes:
        state: The query for the states.
        policy: The numbers; with windows of at most 28 days, and streaks' and recency's points
            whose sums floating point keeps exactly.
    """

    state: StateQuery
    policy: ConsistencyPolicy

    #: What a score consists of, and as which three numbers this is added up.
    parts: ClassVar[tuple[str, ...]] = ("base", "distribution", "streak", "recency")
    addends: ClassVar[tuple[str, str, str]] = ("base", "distribution", "(streak + recency)")
    #: What is counted.
    counts: ClassVar[tuple[str, ...]] = ("active_days", "current_streak")
    #: What is looked back on.
    bits: ClassVar[tuple[str, ...]] = ("bits",)

    def __attrs_post_init__(self) -> None:
        """Refuse a policy that the query can't follow."""
        if self.policy.window_days > _LONGEST:
            raise InvalidValueError(
                f"must be at most {_LONGEST} in queries",
                field="policy.window_days",
                value=self.policy.window_days,
            )
        for streak in self._streaks():
            for recency in (0.0, *(most for _, most in self.policy.recency_steps)):
                if Fraction(streak) + Fraction(recency) != Fraction(streak + recency):
                    raise InvalidValueError(
                        "have sums that floating point rounds",
                        field="policy's points for streaks and recency",
                        value=(streak, recency),
                        remedy="Let them be multiples of 1/1024, say.",
                    )

    def _streaks(self) -> list[float]:
        most, each = float(self.policy.streak_points), self.policy.streak_points_per_day
        return [min(most, each * days) for days in range(self.policy.window_days + 1)]

    def tables(self) -> list[str]:
        """Return what windows are joined with."""
        return [f"pieces AS ({_listed(_pieces())})"]

    def windows(self) -> list[str]:
        """Return the bits of a state up to today, in SQL."""
        return [shifted("days", LAGS, self.policy.window_days)]

    def steps(self) -> Iterator[str]:
        """Yield what the parts are made of windows by, a step after the other."""
        yield self._counted()
        yield self._evened()
        yield self._scored()

    def _counted(self) -> str:
        """Return what the bits alone say, of each seven days what is listed of them.

        Among it are the days from the last active one and from the first, the streak, and the gaps.
        Spark makes one method of it and all that follows, which Java only compiles if it is short.
        """
        joins = " ".join(
            f"JOIN pieces AS {name} ON {name}.piece = windows.bits // {1 << _PIECE * n} % {_PIECES}"
            for n, name in enumerate(_NAMES)
        )
        gaps = ", ".join(f"CASE {_gap(n)} ELSE 0 END AS gap_{n}" for n in range(1, len(_NAMES)))
        return f"""
            counted_days AS (
                SELECT windows.*, {" + ".join(f"{name}.active" for name in _NAMES)} AS active_days,
                    CASE {_first_active("low", _NAMES)} ELSE 32 END AS ago,
                    CASE {_first_active("high", _NAMES[::-1])} ELSE -1 END AS back,
                    a.streak + CASE WHEN a.piece < {_PIECES - 2} THEN 0 ELSE {_run(_NAMES[1:])} END
                        AS current_streak,
                    {" + ".join(f"{name}.squares" for name in _NAMES)} AS squares, {gaps}
                FROM windows {joins}
            )
        """  # noqa: S608

    def _evened(self) -> str:
        """Return how even the gaps are, from 1 down to less than nothing."""
        gaps, span = "(active_days - 1)", "(back - ago)"
        squares = " + ".join(["squares", *(f"gap_{n} * gap_{n}" for n in range(1, len(_NAMES)))])
        root = f"SQRT(CAST({gaps} * ({squares}) - {span} * {span} AS DOUBLE))"
        return f"""
            evened AS (
                SELECT counted_days.*,
                    CASE WHEN active_days < {self.policy.distribution_min_days} THEN {number(0)}
                        ELSE 1 - {root} / {gaps} / {number(self.policy.distribution_limit)}
                        END AS evenness{self._member_days()}
                FROM counted_days
            )
        """  # noqa: S608

    def _scored(self) -> str:
        policy = self.policy
        each = f"{number(policy.streak_points_per_day)} * current_streak"
        most = number(policy.streak_points)
        steps = " ".join(
            f"WHEN ago <= {min(days, 31)} THEN {number(points)}"
            for days, points in policy.recency_steps
        )
        return f"""
            scored AS (
                SELECT evened.*,
                    CAST(active_days AS DOUBLE) / {self._possible()}
                        * {number(policy.base_points)} AS base,
                    CASE WHEN evenness > 0 THEN {number(policy.distribution_points)} * evenness
                        ELSE {number(0)} END AS distribution,
                    CASE WHEN {each} < {most} THEN {each} ELSE {most} END AS streak,
                    CASE {steps} ELSE {number(0)} END AS recency
                FROM evened
            )
        """  # noqa: S608

    def _member_days(self) -> str:
        """Return the days since a user joined, or was first active, if anything is known of it."""
        if not self.state.has_joined:
            return ""
        return f""", CASE WHEN joined IS NULL THEN {self.policy.window_days}
            WHEN today - joined > back THEN today - joined + 1 ELSE back + 1 END AS member_days"""

    def _possible(self) -> str:
        """Return the days on which a user could have been active."""
        most, least = self.policy.window_days, self.policy.member_min_days
        if not self.state.has_joined:
            return str(most)
        return f"""CASE WHEN member_days > {most} THEN {most}
            WHEN member_days < {least} THEN {least} ELSE member_days END"""


def _pieces() -> Iterator[Mapping[str, int]]:
    """Yield what each seven days come to: how many are active, from when to when, the gaps.

    And how many are active up to the last, and up to the last but one if the last is not.
    """
    for piece in range(_PIECES):
        days = [n for n in range(_PIECE) if piece >> n & 1]
        yield {
            "piece": piece,
            "active": len(days),
            "low": days[0] if days else 0,
            "high": days[-1] if days else 0,
            "run": _ones(piece),
            "streak": _ones(piece) or _ones(piece >> 1),
            "squares": sum((after - before) ** 2 for before, after in pairwise(days)),
        }


def _ones(piece: int) -> int:
    """Return how many days are active without a gap, from the first bit on."""
    return (~piece & piece + 1).bit_length() - 1


def _first_active(column: str, names: str) -> str:
    """Return a day of the first of some pieces that has any, counted in the window."""
    return " ".join(
        f"WHEN {name}.active > 0 THEN {name}.{column} + {_PIECE * _NAMES.index(name)}"
        for name in names
    )


def _run(names: str) -> str:
    """Return how many days are active without a gap, over some pieces."""
    first, others = names[0], names[1:]
    if not others:
        return f"{first}.run"
    return f"{first}.run + CASE WHEN {first}.run < {_PIECE} THEN 0 ELSE {_run(others)} END"


def _gap(n: int) -> str:
    """Return the gap between the n-th piece and the last before it that has any active day."""
    own = _NAMES[n]
    return f"WHEN {own}.active = 0 THEN 0 " + " ".join(
        f"WHEN {other}.active > 0 THEN {own}.low + {_PIECE * back} - {other}.high"
        for back, other in enumerate(_NAMES[:n][::-1], 1)
    )


def _listed(rows: Iterable[Mapping[str, object]]) -> str:
    """Return rows as a relation, in SQL."""
    rows = [*rows]
    values = ", ".join(f"({', '.join(map(str, row.values()))})" for row in rows)
    return f"SELECT * FROM (VALUES {values}) AS listed({', '.join(rows[0])})"  # noqa: S608

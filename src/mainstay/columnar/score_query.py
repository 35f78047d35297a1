"""The consistency score in SQL, from every user's state: the core's formulas, to the last bit.

All that is asked of a database is whole numbers, floating point as IEEE 754 has it (with its square
root), and a table of 128 rows: what the gaps in seven days come to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import pairwise

import attrs

from mainstay import _checks as checks
from mainstay.columnar.query import DAYS, StateQuery
from mainstay.errors import InvalidValueError
from mainstay.scores.consistency.policy import DEFAULT_POLICY, ConsistencyPolicy

__all__ = ["ScoreQuery", "headline", "summed"]

_PIECE = 7
_PIECES = 1 << _PIECE
#: What the four pieces of a window are called.
_NAMES = "abcd"
_LONGEST = len(_NAMES) * _PIECE
#: The last float that rounding to 6 decimals does not lift to a half: it is below its decimals.
_NEARLY_HALF = 0.499_999_5


@attrs.frozen(kw_only=True)
class ScoreQuery:
    """The query for every user's score.

    Attributes:
        state: The query for the state.
        policy: The numbers, if not the standard ones; with windows of at most 28 days, and streaks'
            and recency's points whose sums floating point keeps exactly.
    """

    state: StateQuery
    policy: ConsistencyPolicy = attrs.field(default=DEFAULT_POLICY)

    def __attrs_post_init__(self) -> None:
        """Refuse a policy that the query can't follow."""
        checks.instance("policy", self.policy, ConsistencyPolicy)
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

    def scores(self, clocks: str | None = None) -> str:
        """Return the query for the scores, with the columns that ``score_table`` returns."""
        first = [f"clocks AS ({clocks})"] if clocks else []
        parts = [*first, f"pieces AS ({_listed(_pieces())})", *self.state.parts(), *self._parts()]
        return f"""
            WITH {", ".join(parts)}
            SELECT
                user_id,
                {headline("total")} AS points,
                total, base, distribution, streak, recency,
                CAST(active_days AS INTEGER) AS active_days,
                CAST(current_streak AS INTEGER) AS current_streak,
                CASE WHEN active_days > 0 THEN DATE_OF(today - ago - {DAYS}) END AS last_active_day,
                DATE_OF(today - {DAYS}) AS today,
                bits{self._problem()}
            FROM rounded
        """  # noqa: S608  (all names are quoted)

    def _problem(self) -> str:
        if not self.state.problems:
            return ""
        late = "CASE WHEN joined > today THEN 'the user joined after today' END"
        return f", COALESCE(problem, {late}) AS problem" if self._has_joined else ", problem"

    def _parts(self) -> Iterator[str]:
        """Yield what the score is made of, a step after the other."""
        yield self._windows()
        yield self._counted()
        yield self._evened()
        yield self._scored()
        yield from summed()

    def _windows(self) -> str:
        """Return the windows: today is never before the newest day on which they were active."""
        return f"""
            lags AS (
                SELECT states.*, CASE
                    WHEN days % 2 = 1 THEN 0
                    WHEN days % 4 > 0 AND latest % 4 < 2 THEN 1
                    WHEN days % 8 > 0 AND latest % 4 < 1 THEN 2
                    ELSE 3 - latest % 4 END AS lag
                FROM states
            ),
            windows AS (
                SELECT lags.*, {self.state.horizon} - lag AS today,
                    COALESCE(days // {_case("lag", {n: 1 << n for n in range(4)})}
                        % {1 << self.policy.window_days}, 0) AS bits
                FROM lags
            )
        """  # noqa: S608

    @property
    def _has_joined(self) -> bool:
        return self.state.events.member_since is not None

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
                    CASE WHEN active_days < {self.policy.distribution_min_days} THEN {_float(0)}
                        ELSE 1 - {root} / {gaps} / {_float(self.policy.distribution_limit)}
                        END AS evenness{self._member_days()}
                FROM counted_days
            )
        """  # noqa: S608

    def _scored(self) -> str:
        policy = self.policy
        each = f"{_float(policy.streak_points_per_day)} * current_streak"
        most = _float(policy.streak_points)
        steps = " ".join(
            f"WHEN ago <= {min(days, 31)} THEN {_float(points)}"
            for days, points in policy.recency_steps
        )
        return f"""
            scored AS (
                SELECT evened.*,
                    CAST(active_days AS DOUBLE) / {self._possible()}
                        * {_float(policy.base_points)} AS base,
                    CASE WHEN evenness > 0 THEN {_float(policy.distribution_points)} * evenness
                        ELSE {_float(0)} END AS distribution,
                    CASE WHEN {each} < {most} THEN {each} ELSE {most} END AS streak,
                    CASE {steps} ELSE {_float(0)} END AS recency
                FROM evened
            )
        """  # noqa: S608

    def _member_days(self) -> str:
        """Return the days since a user joined, or was first active, if anything is known of it."""
        if not self._has_joined:
            return ""
        return f""", CASE WHEN joined IS NULL THEN {self.policy.window_days}
            WHEN today - joined > back THEN today - joined + 1 ELSE back + 1 END AS member_days"""

    def _possible(self) -> str:
        """Return the days on which a user could have been active."""
        most, least = self.policy.window_days, self.policy.member_min_days
        if not self._has_joined:
            return str(most)
        return f"""CASE WHEN member_days > {most} THEN {most}
            WHEN member_days < {least} THEN {least} ELSE member_days END"""


def headline(total: str) -> str:
    """Return a total rounded to 6 decimals, then half up, in SQL."""
    whole = f"CAST(FLOOR({total}) AS INTEGER)"
    return f"{whole} + CASE WHEN {total} - FLOOR({total}) > {_NEARLY_HALF!r} THEN 1 ELSE 0 END"


def summed() -> Iterator[str]:
    """Yield the sum of the parts, rounded once; streak and recency add up exactly.

    Source: S. Boldo, G. Melquiond, "Emulation of a FMA and correctly rounded sums: proved
    algorithms using rounding to odd", IEEE Transactions on Computers 57 (2008), figure 8; rounding
    to odd is made up for at the end, where a sum lies halfway between two numbers.
    """
    yield _two_sum("scored", "rests", ("distribution", "(streak + recency)"), ("rest", "lost"))
    yield _two_sum("rests", "sums", ("base", "rest"), ("high", "low"))
    yield _two_sum("sums", "lows", ("low", "lost"), ("small", "least"))
    yield _two_sum("lows", "totals", ("high", "small"), ("nearly", "off"))
    further = "nearly + 2 * off"
    yield f"""
        rounded AS (
            SELECT totals.*, CASE
                WHEN off * least > 0 AND ({further}) - nearly = 2 * off THEN {further}
                ELSE nearly END AS total
            FROM totals
        )
    """  # noqa: S608


def _two_sum(source: str, name: str, numbers: tuple[str, str], sums: tuple[str, str]) -> str:
    """Return a step that adds two numbers, and says what rounding has lost."""
    (a, b), (total, error) = numbers, sums
    other = f"({total} - {a})"
    return f"""
        {name}_added AS (SELECT {source}.*, {a} + {b} AS {total} FROM {source}),
        {name} AS (
            SELECT {name}_added.*, ({a} - ({total} - {other})) + ({b} - {other}) AS {error}
            FROM {name}_added
        )
    """  # noqa: S608


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


def _case(value: str, results: Mapping[int, object]) -> str:
    """Return what belongs to a number, in SQL."""
    cases = " ".join(f"WHEN {number} THEN {result}" for number, result in results.items())
    return f"CASE {value} {cases} END"


def _float(number: float) -> str:
    return f"CAST({float(number)!r} AS DOUBLE)"

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
_LONGEST = 4 * _PIECE
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
        yield self._gaps()
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
                    days // {_case("lag", {n: 1 << n for n in range(4)})}
                    % {1 << self.policy.window_days} AS bits
                FROM lags
            )
        """  # noqa: S608

    @property
    def _has_joined(self) -> bool:
        return self.state.events.member_since is not None

    def _counted(self) -> str:
        """Return what the bits alone say: the first and last day, the streak up to them."""
        days = range(self.policy.window_days)
        ago = " ".join(f"WHEN bits % {2 << n} > 0 THEN {n}" for n in days)
        back = " ".join(f"WHEN bits >= {1 << n} THEN {n}" for n in reversed(days))
        ends = "CASE WHEN bits % 2 = 1 THEN bits ELSE bits // 2 END"
        run = " ".join(f"WHEN run % {2 << n} < {(2 << n) - 1} THEN {n}" for n in days)
        return f"""
            counted_days AS (
                SELECT windows.*, {ends} AS run, CASE {ago} ELSE 32 END AS ago,
                    CASE {back} ELSE -1 END AS back
                FROM windows
            ),
            streaks AS (
                SELECT counted_days.*,
                    CASE {run} WHEN run > 0 THEN {len(days)} END AS current_streak
                FROM counted_days
            )
        """  # noqa: S608

    def _gaps(self) -> str:
        """Return how many days are active, and the sum of the squares of the gaps between them."""
        names = "abcd"
        # Whose events are all in zones that no clock covers has no bits, and yet a problem.
        joins = " ".join(
            f"LEFT JOIN pieces AS {name} "
            f"ON {name}.piece = streaks.bits // {1 << _PIECE * n} % {_PIECES}"
            for n, name in enumerate(names)
        )
        within = " + ".join(f"{name}.squares" for name in names)
        return f"""
            gaps AS (
                SELECT streaks.*, {" + ".join(f"{name}.active" for name in names)} AS active_days,
                    {within} + {" + ".join(_between(names))} AS squares
                FROM streaks {joins}
            )
        """  # noqa: S608

    def _scored(self) -> str:
        policy = self.policy
        gaps = "(active_days - 1)"
        deviation = f"SQRT(CAST({gaps} * squares - (back - ago) * (back - ago) AS DOUBLE)) / {gaps}"
        evenness = f"1 - {deviation} / {_float(policy.distribution_limit)}"
        even = f"{_float(policy.distribution_points)} * ({evenness})"
        streak = _case("current_streak", {n: _float(s) for n, s in enumerate(self._streaks())})
        steps = " ".join(
            f"WHEN ago <= {min(days, 31)} THEN {_float(most)}"
            for days, most in policy.recency_steps
        )
        return f"""
            scored AS (
                SELECT gaps.*,
                    CAST(active_days AS DOUBLE) / {self._possible()}
                        * {_float(policy.base_points)} AS base,
                    CASE WHEN active_days < {policy.distribution_min_days} THEN {_float(0)}
                        WHEN {evenness} > 0 THEN {even} ELSE {_float(0)} END AS distribution,
                    {streak} AS streak,
                    CASE {steps} ELSE {_float(0)} END AS recency
                FROM gaps
            )
        """  # noqa: S608

    def _possible(self) -> str:
        """Return the days on which a user could have been active."""
        most, least = self.policy.window_days, self.policy.member_min_days
        if not self._has_joined:
            return str(most)
        days = "CASE WHEN today - joined > back THEN today - joined + 1 ELSE back + 1 END"
        return f"""CASE WHEN joined IS NULL OR {days} > {most} THEN {most}
            WHEN {days} < {least} THEN {least} ELSE {days} END"""


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
    """Yield what each seven days come to: how many are active, from when to when, the gaps."""
    for piece in range(_PIECES):
        days = [n for n in range(_PIECE) if piece >> n & 1]
        yield {
            "piece": piece,
            "active": len(days),
            "low": days[0] if days else 0,
            "high": days[-1] if days else 0,
            "squares": sum((after - before) ** 2 for before, after in pairwise(days)),
        }


def _between(names: str) -> Iterator[str]:
    """Yield the square of the gap between each two pieces with none active in between."""
    for start, one in enumerate(names):
        for end, other in [*enumerate(names)][start + 1 :]:
            empty = " ".join(f"AND {name}.active = 0" for name in names[start + 1 : end])
            gap = f"({other}.low + {_PIECE * (end - start)} - {one}.high)"
            yield f"""CASE WHEN {one}.active > 0 AND {other}.active > 0 {empty}
                THEN {gap} * {gap} ELSE 0 END"""


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

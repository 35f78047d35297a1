"""Everybody's score as one query, from the state: which score it is follows from the policy.

All that is asked of a database is whole numbers, and floating point as IEEE 754 has it (with its
square root).
"""

from __future__ import annotations

import attrs

from mainstay import _checks as checks
from mainstay.columnar.consistency_steps import ConsistencySteps
from mainstay.columnar.query import DAYS, StateQuery
from mainstay.columnar.score_steps import headline, lags, summed
from mainstay.columnar.year_steps import YearSteps
from mainstay.scores.by_policy import Policy
from mainstay.scores.consistency.policy import DEFAULT_POLICY, ConsistencyPolicy
from mainstay.scores.year.policy import YearPolicy

__all__ = ["ScoreQuery"]


@attrs.frozen(kw_only=True)
class ScoreQuery:
    """The query for every user's score.

    Attributes:
        state: The query for the state; with weeks for a year score, whether it has them or not.
        policy: The numbers, if not those of the standard consistency score. A consistency score's
            are of windows of at most 28 days, and points for streaks and recency whose sums
            floating point keeps exactly.
    """

    state: StateQuery
    policy: Policy = attrs.field(default=DEFAULT_POLICY)

    def __attrs_post_init__(self) -> None:
        """Refuse a policy that the query can't follow."""
        self._steps()

    def _steps(self) -> ConsistencySteps | YearSteps:
        """Return what makes the policy's scores of states."""
        if isinstance(self.policy, YearPolicy):
            return YearSteps(attrs.evolve(self.state, weeks=True), self.policy)
        policy = checks.instance("policy", self.policy, ConsistencyPolicy)
        return ConsistencySteps(self.state, policy)

    def scores(self, clocks: str | None = None) -> str:
        """Return the query for the scores, with the columns that ``score_table`` returns."""
        own = self._steps()
        first = [f"clocks AS ({clocks})"] if clocks else []
        made = [self._windows(own), *own.steps(), *summed(*own.addends)]
        parts = [*first, *own.tables(), *own.state.parts(), lags(), *made]
        counts = [f"CAST({name} AS INTEGER) AS {name}" for name in own.counts]
        return f"""
            WITH {", ".join(parts)}
            SELECT
                user_id,
                {headline("total")} AS points,
                {", ".join(["total", *own.parts, *counts])},
                CASE WHEN active_days > 0 THEN DATE_OF(today - ago - {DAYS}) END AS last_active_day,
                DATE_OF(today - {DAYS}) AS today,
                {", ".join(own.bits)}{self._problem()}
            FROM rounded
        """  # noqa: S608  (all names are quoted)

    def _windows(self, own: ConsistencySteps | YearSteps) -> str:
        """Return the step to what is looked back on, up to today."""
        kept = {"joined": self.state.has_joined, "problem": self.state.problems}
        columns = [
            *("user_id", *(name for name, is_there in kept.items() if is_there)),
            f"{self.state.horizon} - lag AS today",
            *(f"{bits} AS {name}" for name, bits in zip(own.bits, own.windows(), strict=True)),
        ]
        return f"windows AS (SELECT {', '.join(columns)} FROM lags)"  # noqa: S608

    def _problem(self) -> str:
        if not self.state.problems:
            return ""
        late = "CASE WHEN joined > today THEN 'the user joined after today' END"
        return f", COALESCE(problem, {late}) AS problem" if self.state.has_joined else ", problem"

"""Whom a day recognises, on columns: the core's pick."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from mainstay.columnar.columns import NO_DAY
from mainstay.columnar.keys import Longs, Mask
from mainstay.columnar.states import best_rows, calendar_days, ordinal
from mainstay.scores.engagement.day import DayOutcome
from mainstay.scores.engagement.pick import tie
from mainstay.scores.engagement.policy import EngagementPolicy

__all__ = ["Picking"]

#: What is added to outcomes while the best of several tables are looked for.
_LAST, _LOT = " last picked", " lot"
#: What all who don't cool down have instead of the day on which they were picked.
_NEVER = np.iinfo(np.int64).min


@attrs.frozen
class Picking:
    """Who of those who missed a day can be picked, and in which order.

    Attributes:
        day: The day.
        user: The column of user ids.
        policy: How many are picked, and who can be.
    """

    day: date
    user: str
    policy: EngagementPolicy

    @property
    def columns(self) -> list[str]:
        """The columns that are needed to know."""
        pick = self.policy.pick
        needed = {"last_picked": pick.cooldown, "last_active": pick.active_within}
        return [name for name, given in needed.items() if given]

    def of(self, outcomes: Any, batch: Any) -> Any:
        """Return the best outcomes of some rows, with what they are compared by."""
        can_be = (outcomes["total"].to_numpy() > 0) & self._listed(outcomes) & self._active(batch)
        last = self._cooling(batch, len(can_be))
        return self.best(self._with_lots(outcomes.append_column(_LAST, pa.array(last)), can_be))

    def best(self, compared: Any) -> Any:
        """Return the best of outcomes that were made so."""
        most = min(self.policy.top_inactive_users, len(compared))
        order = [
            (_LAST, "ascending"),
            ("total", "descending"),
            ("streak_before", "descending"),
            (_LOT, "ascending"),
            (self.user, "ascending"),
        ]
        if not self.policy.pick.ties_by_day:
            order = [each for each in order if each[0] != _LOT]
        return best_rows(compared, most, order)

    def final(self, compared: Any) -> Any:
        """Return the best, as outcomes alone."""
        return self.best(compared).drop_columns([_LAST, _LOT])

    def _listed(self, outcomes: Any) -> Mask:
        """Return who is not excluded."""
        exclude = self.policy.pick.exclude
        if not exclude:
            return np.ones(len(outcomes), np.bool_)
        users = outcomes[self.user].to_pylist()
        return np.array([str(each) not in exclude for each in users], np.bool_)

    def _active(self, batch: Any) -> Mask:
        """Return who was active lately, as far as that matters."""
        within = self.policy.pick.active_within
        if within is None:
            return np.ones(len(batch[self.user]), np.bool_)
        last = calendar_days(batch["last_active"], "last_active")
        active: Mask = (last != NO_DAY) & (ordinal(self.day) - last < within)
        return active

    def _cooling(self, batch: Any, count: int) -> Longs:
        """Return when those who cool down were picked, and for all others a day before all."""
        cooldown = self.policy.pick.cooldown
        if not cooldown:
            return np.full(count, _NEVER)
        last = calendar_days(batch["last_picked"], "last_picked")
        ago = ordinal(self.day) - np.where(last == NO_DAY, ordinal(self.day), last)
        return np.where((ago > 0) & (ago <= cooldown), last, _NEVER)

    def _with_lots(self, outcomes: Any, can_be: Mask) -> Any:
        """Return the outcomes of those who can be picked, with what ties go by."""
        some = self._enough(outcomes.filter(pa.array(can_be)))
        users = some[self.user].to_pylist() if self.policy.pick.ties_by_day else []
        lots = [tie(DayOutcome(str(each), self.day, 0, None)) for each in users]
        kind = pa.array(lots or [""] * len(some), pa.string())
        return some.append_column(_LOT, kind)

    def _enough(self, outcomes: Any) -> Any:
        """Leave out who can't be among the best by score, where that alone decides."""
        totals = outcomes["total"].to_numpy()
        most = min(self.policy.top_inactive_users, len(totals))
        if self.policy.pick.cooldown or not most:
            return outcomes
        return outcomes.filter(pa.array(totals >= np.partition(totals, -most)[-most]))

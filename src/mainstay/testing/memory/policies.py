"""The policies that days, or weeks, are judged by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Generic, TypeVar

import attrs

from mainstay import _checks as checks
from mainstay.codec import from_json, to_json
from mainstay.scores.policies import AnyPolicy, PolicyHistory

__all__ = ["Policies"]

P = TypeVar("P", bound=AnyPolicy)


@attrs.frozen
class Policies(Generic[P]):
    """The JSON of each policy, by the day from which on it holds; the first holds from day 1."""

    kind: type[P]
    by_day: dict[date, str] = attrs.field(factory=dict)

    def copy(self) -> Policies[P]:
        """Return what a transaction works on."""
        return Policies(self.kind, dict(self.by_day))

    def history(self) -> PolicyHistory[P] | None:
        """Return those that are kept; ``None`` while none is kept from the beginning."""
        kept = [(day, self._read(text)) for day, text in sorted(self.by_day.items())]
        if not kept or kept[0][0] != date.min:
            return None
        return PolicyHistory(kept[0][1], kept[1:])

    def keep(self, policy: P, since: date | None, last_day: date | None) -> P:
        """Keep one, unless one is kept since then by which somebody was evaluated.

        Args:
            policy: The policy.
            since: The day from which on it holds; ``None`` for from the beginning.
            last_day: The last day evaluated for anybody; ``None`` if it does not matter.
        """
        checks.instance("policy", policy, self.kind)
        begin = date.min if since is None else checks.day("since", since)
        if begin not in self.by_day or last_day is None or last_day < begin:
            self.by_day[begin] = to_json(policy)
        return self._read(self.by_day[begin])

    def changed(self, change: Callable[[P], P]) -> int:
        """Change those that are kept, and return how many are others now."""
        new = {day: to_json(change(self._read(text))) for day, text in self.by_day.items()}
        others = sum(text != self.by_day[day] for day, text in new.items())
        self.by_day.update(new)
        return others

    def _read(self, text: str) -> P:
        return from_json(text, self.kind)

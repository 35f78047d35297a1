"""What is kept of everybody's weeks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from mainstay.activity.counts import Counts
from mainstay.activity.session import Session
from mainstay.localdays import IsoWeek
from mainstay.reputation.multiplier import Reputation
from mainstay.streaks.weekly import WeeklyStreak, WeeklyStreakPolicy
from mainstay.testing.memory._activity import UserDays, count_kinds
from mainstay.testing.memory.policies import Policies

__all__ = ["KeptWeeks", "farther", "longer", "weeks_of"]

_FIRST = IsoWeek(1, 1)


@attrs.define
class KeptWeeks:
    """What is kept; a transaction works on a copy.

    Attributes:
        streaks: What was recorded of each user.
        late: Those in whose recorded weeks something has changed since.
        floors: The streaks before the first week that is kept, of those who were active before.
        policies: What weeks are judged by.
    """

    streaks: dict[str, WeeklyStreak] = attrs.field(factory=dict)
    late: set[str] = attrs.field(factory=set)
    floors: dict[str, WeeklyStreak] = attrs.field(factory=dict)
    policies: Policies[WeeklyStreakPolicy] = attrs.field(
        factory=lambda: Policies(WeeklyStreakPolicy)
    )

    def copy(self) -> KeptWeeks:
        """Return what a transaction works on."""
        return KeptWeeks(
            dict(self.streaks), set(self.late), dict(self.floors), self.policies.copy()
        )

    def of(self, user_id: str) -> Reputation:
        """Return what is kept of a user."""
        return Reputation(user_id, self.streaks.get(user_id, WeeklyStreak()))

    def now_late(self, user_id: str, week: IsoWeek) -> None:
        """Know that a week has changed; one that is yet to be recorded is not late."""
        last = self.of(user_id).streak.last_recorded
        if last is not None and week <= last:
            self.late.add(user_id)

    def forget(self, user_id: str) -> None:
        """Erase a user's weeks."""
        self.streaks.pop(user_id, None)
        self.floors.pop(user_id, None)
        self.late.discard(user_id)

    def rename(self, user_id: str, to: str, *, both: bool) -> None:
        """Give a user's weeks to another one; if both were active, all of them are late."""
        if user_id in self.late:
            self.late.add(to)
        for kept, best in ((self.streaks, farther), (self.floors, longer)):
            found = [kept[each] for each in (to, user_id) if each in kept]
            if found:
                kept[to] = best(found)
            kept.pop(user_id, None)
        if both and to in self.streaks:
            self.late.add(to)
        self.late.discard(user_id)


def farther(streaks: Iterable[WeeklyStreak]) -> WeeklyStreak:
    """Return the streak through the latest week, of equal ones the first."""
    return max(streaks, key=lambda streak: streak.last_recorded or _FIRST)


def longer(streaks: Iterable[WeeklyStreak]) -> WeeklyStreak:
    """Return the longest streak, of equal ones that through the latest week, then the latest."""
    return max(
        streaks,
        key=lambda streak: (
            streak.weeks,
            streak.last_recorded or _FIRST,
            streak.last_active or _FIRST,
        ),
    )


def weeks_of(days: UserDays) -> Mapping[IsoWeek, Counts]:
    """Return what happened in each week."""
    weeks: dict[IsoWeek, list[Session]] = {}
    for day, sessions in days.items():
        weeks.setdefault(IsoWeek.of(day), []).extend(sessions)
    return {week: count_kinds(sessions) for week, sessions in weeks.items()}

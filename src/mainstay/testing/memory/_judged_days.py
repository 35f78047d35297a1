"""What is kept of everybody's days."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

import attrs

from mainstay.scores.engagement.day import DayOutcome
from mainstay.scores.engagement.evaluate import Engagement
from mainstay.scores.engagement.pick import excluding
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import PolicyHistory
from mainstay.testing.memory._activity import UserDays
from mainstay.testing.memory.policies import Policies

__all__ = ["Judged", "KeptDays"]

_ONE_DAY = timedelta(days=1)


@attrs.frozen
class Judged:
    """What is kept of a user who has been evaluated.

    Attributes:
        outcomes: What is kept, oldest first; the last one stands.
        through: The day through which the user is evaluated.
        corrected: Whether posts of those days have come late, or were corrected, since then.
        must: A day that must be evaluated next, whatever happens on it, since it was taken back.
    """

    outcomes: tuple[DayOutcome, ...]
    through: date
    corrected: bool = False
    must: date | None = None

    def outcome(self, day: date, policies: PolicyHistory[EngagementPolicy]) -> DayOutcome | None:
        """Return what a day came to."""
        before = self._latest(day)
        return None if before is None else before.idle_on(day, policy=policies.on(day))

    def standing(self, day: date) -> DayOutcome | None:
        """Return the outcome that stands on a day, even if it is a rest day."""
        before = self._latest(day)
        return None if before is None else before.standing_on(day)

    def _latest(self, day: date) -> DayOutcome | None:
        before = [outcome for outcome in self.outcomes if outcome.day <= day]
        return before[-1] if before and day <= self.through else None

    def streak_after(self, day: date) -> int:
        """Return the streak after a day."""
        outcome = self.standing(day)
        return 0 if outcome is None else outcome.streak_after


def _renamed(outcomes: Iterable[DayOutcome], user_id: str, to: str) -> tuple[DayOutcome, ...]:
    """Return outcomes with another name; of two that are of one user then, the first."""
    found: dict[tuple[str, date], DayOutcome] = {}
    for each in outcomes:
        user = to if each.user_id == user_id else each.user_id
        found.setdefault((user, each.day), attrs.evolve(each, user_id=user))
    return tuple(found.values())


@attrs.define
class KeptDays:
    """What is kept; a transaction works on a copy.

    Attributes:
        users: Those who have been evaluated.
        idle_through: The latest day through which everybody who was not due has been idle.
        closed: The candidates of days that are closed.
        policies: What days are judged by.
        late: Each user's days that have been evaluated, and have changed since.
        floors: The states before the first day that is kept, of users who were active before.
    """

    users: dict[str, Judged] = attrs.field(factory=dict)
    idle_through: date = date.min
    closed: dict[date, Sequence[DayOutcome]] = attrs.field(factory=dict)
    policies: Policies[EngagementPolicy] = attrs.field(factory=lambda: Policies(EngagementPolicy))
    late: dict[str, frozenset[date]] = attrs.field(factory=dict)
    floors: dict[str, Engagement] = attrs.field(factory=dict)

    def history(self) -> PolicyHistory[EngagementPolicy]:
        """Return what days are judged by: the standard policy, until one is kept."""
        return self.policies.history() or PolicyHistory(EngagementPolicy())

    def copy(self) -> KeptDays:
        """Return what a transaction works on."""
        return KeptDays(
            dict(self.users),
            self.idle_through,
            dict(self.closed),
            self.policies.copy(),
            dict(self.late),
            dict(self.floors),
        )

    def state(self, user_id: str) -> Engagement:
        """Return a user's state, as of the last day that was kept."""
        user = self.users.get(user_id)
        if user is None or not user.outcomes:
            return self.floors.get(user_id, Engagement(user_id))
        last = user.outcomes[-1]
        return Engagement(user_id, last.streak_after, last.day, last)

    def first_day(self, user_id: str, days: UserDays) -> date | None:
        """Return the first day of which anything is known of a user; ``None`` without any."""
        if user_id in self.floors:
            return self.floors[user_id].last_day
        user = self.users.get(user_id)
        known = {*days, *(outcome.day for outcome in (user.outcomes if user else ()))}
        return min(known, default=None)

    def _first_active(self, user_id: str, days: UserDays) -> date | None:
        """Return the first day on which a user is active, as far as one is left."""
        is_left = days and user_id not in self.floors
        return min(days) if is_left else self.first_day(user_id, days)

    def first_kept(self, user_id: str) -> date:
        """Return the first day that can be evaluated of a user."""
        last = self.floors[user_id].last_day if user_id in self.floors else None
        return date.min if last is None else last + _ONE_DAY

    def evaluated_through(self, user_id: str) -> date | None:
        """Return the day through which a user is evaluated; ``None`` if they never were.

        One whose days were taken back when accounts were merged would be, as everybody is.
        """
        user, late = self.users.get(user_id), self.late.get(user_id)
        through = None if user is None or not user.outcomes else user.through
        if late and (through is None or max(late) > through):
            return max(through or date.min, self.idle_through)
        return through

    def now_late(self, user_id: str, day: date, *, is_post: bool) -> None:
        """Know that a day has changed; one that is yet to be evaluated is not late."""
        user = self.users.get(user_id)
        if user is None:
            return
        if day <= user.through:
            self.late[user_id] = self.late.get(user_id, frozenset()) | {day}
            self.users[user_id] = attrs.evolve(user, corrected=user.corrected or is_post)
        elif user.must is not None:
            self.users[user_id] = attrs.evolve(user, must=min(user.must, day))

    def not_late(self, user_id: str, since: date) -> None:
        """Know that days from one on are to be evaluated again."""
        left = frozenset(day for day in self.late.pop(user_id, ()) if day < since)
        if left:
            self.late[user_id] = left

    def take_back(self, user_id: str, since: date) -> int:
        """Take back what days from one on came to, and return how many outcomes that were."""
        user = self.users.get(user_id)
        if user is None:
            return 0
        left = tuple(outcome for outcome in user.outcomes if outcome.day < since)
        state = self.floors.get(user_id)
        last = left[-1].day if left else None if state is None else state.last_day
        if last is None:
            del self.users[user_id]
        else:
            through = max(last, min(self.idle_through, since - _ONE_DAY))
            self.users[user_id] = Judged(left, through, must=since)
        return len(user.outcomes) - len(left)

    def forget(self, user_id: str) -> dict[str, int]:
        """Erase a user's days; others keep their places among candidates."""
        user = self.users.pop(user_id, None)
        self.late.pop(user_id, None)
        self.floors.pop(user_id, None)
        before = sum(map(len, self.closed.values()))
        self.closed = {
            day: tuple(each for each in picked if each.user_id != user_id)
            for day, picked in self.closed.items()
        }
        return {
            "others": self._exclude(user_id, ()),
            "outcomes": len(user.outcomes) if user else 0,
            "candidates": before - sum(map(len, self.closed.values())),
        }

    def rename(self, user_id: str, to: str, days: Mapping[str, UserDays]) -> dict[str, int]:
        """Give a user's days to another one."""
        picked = sum(user_id == each.user_id for some in self.closed.values() for each in some)
        self.closed = {day: _renamed(some, user_id, to) for day, some in self.closed.items()}
        listed = self._exclude(user_id, {to})
        outcomes = len(self.users[user_id].outcomes) if user_id in self.users else 0
        theirs, others = (self._first_active(each, days.get(each, {})) for each in (user_id, to))
        if theirs is not None and others is None:
            self._move(user_id, to)
        elif theirs is not None and others is not None:
            both = max(theirs, others, self.first_kept(user_id), self.first_kept(to))
            outcomes += self._merge(user_id, to, both, first=user_id if theirs < others else to)
        return {"candidates": picked, "outcomes": outcomes, "others": listed}

    def _exclude(self, user_id: str, instead: Collection[str]) -> int:
        """Have the pick exclude others instead of a user, where it excludes this one."""
        return self.policies.changed(lambda policy: excluding(policy, {user_id}, instead))

    def _move(self, user_id: str, to: str) -> None:
        user = self.users.pop(user_id, None)
        if user is not None:
            outcomes = _renamed(user.outcomes, user_id, to)
            self.users[to] = attrs.evolve(user, outcomes=outcomes)
        if user_id in self.late:
            self.late[to] = self.late.pop(user_id)
        if user_id in self.floors:
            self.floors[to] = attrs.evolve(self.floors.pop(user_id), user_id=to)

    def _merge(self, user_id: str, to: str, both: date, *, first: str) -> int:
        """Make one of two accounts, and return how many outcomes the other one had.

        Args:
            user_id: The one.
            to: The other, which stays.
            both: The first day by which both have been active.
            first: The account of which the outcomes before that day stay.
        """
        second = to if first == user_id else user_id
        users = [self.users[each] for each in (user_id, to) if each in self.users]
        was_evaluated = any(user.through >= both for user in users)
        floors = [self.floors[each] for each in (user_id, to) if each in self.floors]
        lost = self.users.pop(second, None)
        self.late.pop(second, None)
        self.floors.pop(second, None)
        if first != to:
            self._move(first, to)
        if floors:
            latest = max(floors, key=lambda each: (each.last_day or date.min, each.streak))
            self.floors[to] = attrs.evolve(latest, user_id=to, last_outcome=None)
            self.users.setdefault(to, Judged((), latest.last_day or date.min, must=both))
        self.not_late(to, both)
        begin, user = both, self.users.get(to)
        if user is not None and user.through < both:
            begin = user.through + _ONE_DAY
        else:
            self.take_back(to, both)
        if was_evaluated and both <= self.idle_through:  # else it is due as it had been
            self.late[to] = self.late.get(to, frozenset()) | {begin}
        return len(lost.outcomes) if lost else 0

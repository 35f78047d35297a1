"""SPEC §4 word for word: every day of everybody, each evaluated and written out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from hashlib import sha256

import attrs

from mainstay import DayActivity, DayOutcome, Engagement, EngagementPolicy, PolicyHistory
from mainstay import evaluate_day as evaluated

ONE_DAY = timedelta(days=1)


@attrs.frozen
class Event:
    """Something that a user did on a day; qualities are whole, so that sums are exact."""

    user: str
    day: date
    kind: str
    quality: int | None = None
    minutes: int = 0


@attrs.define
class PlainDays:
    """What the daily job is to leave.

    Attributes:
        policies: What days are judged by.
        broken: Kinds of events whose days can't be evaluated, for the time being.
    """

    policies: PolicyHistory[EngagementPolicy]
    broken: Collection[str] = ()
    events: list[Event] = attrs.field(factory=list)
    outcomes: dict[tuple[str, date], DayOutcome] = attrs.field(factory=dict)
    candidates: dict[date, list[DayOutcome]] = attrs.field(factory=dict)
    states: dict[str, Engagement] = attrs.field(factory=dict)
    latest: date = date.min

    def run(self, through: date) -> None:
        """Evaluate all days of everybody through one, and close all that were open."""
        for user in sorted({event.user for event in self.events}):
            self._catch_up(user, through)
        self.latest = max(self.latest, through)
        first = min((event.day for event in self.events), default=through + ONE_DAY)
        for day in days_between(first, through):
            if day not in self.candidates:
                self.candidates[day] = self._pick(day)

    def _pick(self, day: date) -> list[DayOutcome]:
        """Sort all, by what matters least first; those who cool down come last."""
        policy = self.policies.on(day)
        pick, ranked = policy.pick, [each for each in self.best(day) if self._may(each)]
        if pick.ties_by_day:
            ranked.sort(key=lambda each: sha256(f"{day} {each.user_id}".encode()).digest())
            ranked.sort(key=lambda each: (-each.total, -each.streak_before))
        ago = {each.user_id: self._picked_ago(each.user_id, day) for each in ranked}
        cool = [each for each in ranked if ago[each.user_id] > pick.cooldown]
        waiting = [each for each in ranked if each not in cool]
        waiting.sort(key=lambda each: -ago[each.user_id])
        return [*cool, *waiting][: policy.top_inactive_users]

    def _may(self, outcome: DayOutcome) -> bool:
        pick = self.policies.on(outcome.day).pick
        mine = {each.day for each in self.events if each.user == outcome.user_id}
        within = pick.active_within
        active = within is None or any(outcome.day - n * ONE_DAY in mine for n in range(within))
        return active and outcome.user_id not in pick.exclude

    def _picked_ago(self, user: str, day: date) -> int:
        """How many days ago a user was picked last: very many if never."""
        days = [on for on, some in self.candidates.items() if user in {s.user_id for s in some}]
        return min(((day - on).days for on in days if on < day), default=10**6)

    def best(self, day: date) -> list[DayOutcome]:
        missed = [each for (_, on), each in self.outcomes.items() if on == day and each.total > 0]
        return sorted(missed, key=lambda each: (-each.total, -each.streak_before, each.user_id))

    def _catch_up(self, user: str, through: date) -> None:
        """A user of whom a day is broken is idle up to the first day with anything new."""
        state = self.states.get(user, Engagement(user))
        days = days_between(self._next(state), through)
        activities = [self._activity(user, day) for day in days]
        is_broken = any({*self.broken} & {*activity.counts} for activity in activities)
        for activity in activities:
            if is_broken and self._is_new(state, activity):
                break
            policy = self.policies.on(activity.day)
            state, outcome = evaluated(state, activity, policy=policy)
            self.outcomes[user, activity.day] = outcome
            self.states[user] = state

    def _next(self, state: Engagement) -> date:
        if state.last_day is not None:
            return state.last_day + ONE_DAY
        return min(event.day for event in self.events if event.user == state.user_id)

    def _is_new(self, state: Engagement, activity: DayActivity) -> bool:
        """Whether anything is new on a day."""
        last = state.last_outcome
        if last is None or last.score is None or state.last_day is None or activity.counts:
            return True
        policy, before = self.policies.on(activity.day), self.policies.on(state.last_day)
        return (
            state.last_day < self.latest
            or last.score.posts != activity.posts
            or not policy.same_when_idle(before)
        )

    def _activity(self, user: str, day: date) -> DayActivity:
        past = [event for event in self.events if event.user == user and event.day <= day]
        posts = [event for event in past if event.kind == "post"]
        rated = [event.quality for event in posts if event.quality is not None]
        today = [event for event in past if event.day == day]
        counts, durations = Counter(event.kind for event in today), Counter[str]()
        for event in today:
            durations[event.kind] += event.minutes
        return DayActivity(
            day,
            counts,
            len(posts),
            sum(rated) * 1_000_000 / len(rated) / 1_000_000 if rated else None,
            {kind: timedelta(minutes=number) for kind, number in durations.items()},
            len(rated),
            Counter(event.day for event in posts),
        )


def days_between(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)

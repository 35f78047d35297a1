"""An asynchronous host: its own loop, its own storage, and mainstay's plans.

The ports are for synchronous stores. A host on asyncio does without them: it reads what is due
from its own storage, calls the same pure plan, and writes what the plan says. Here the storage
is a dictionary behind coroutines; a real one awaits its database in the same places.

Run it: python examples/async_host.py
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta

import attrs

from mainstay import (
    DailyCriteria,
    DayActivity,
    DayOutcome,
    Engagement,
    EngagementPolicy,
    MainstayError,
    PolicyHistory,
    pick_candidates,
)
from mainstay.jobs import plan_days
from mainstay.ports import DueDays, EvaluatedDays

#: Each day is judged by the policy of that day: by others since a date, once there are any.
POLICIES = PolicyHistory(EngagementPolicy(criteria=DailyCriteria({"run": 1})))
USERS_A_PAGE = 2


@attrs.define
class AsyncStore:
    """Where each user's runs are, by day, and how far they have been evaluated."""

    runs: Mapping[str, Mapping[date, int]]
    states: dict[str, Engagement] = attrs.field(factory=dict)
    outcomes: dict[tuple[str, date], DayOutcome] = attrs.field(factory=dict)
    _lock: asyncio.Lock = attrs.field(factory=asyncio.Lock)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Keep all others from reading and writing until the block ends."""
        async with self._lock:
            yield

    async def due(self, day: date, after: str) -> Sequence[DueDays]:
        """Return the next users with days up to this one to evaluate, each with all of them."""
        await asyncio.sleep(0)
        found = []
        for user, runs in sorted(self.runs.items()):
            state = self.states.get(user, Engagement(user))
            begin = min(runs) if state.last_day is None else state.last_day + timedelta(days=1)
            days = [begin + timedelta(days=passed) for passed in range((day - begin).days + 1)]
            if user > after and days:
                activities = [DayActivity(each, {"run": runs.get(each, 0)}) for each in days]
                found.append(DueDays(state, activities, day))
        return found[:USERS_A_PAGE]

    async def keep(self, evaluated: Sequence[EvaluatedDays]) -> None:
        """Keep what the days came to."""
        await asyncio.sleep(0)
        for each in evaluated:
            self.states[each.state.user_id] = each.state
            for outcome in each.outcomes:
                self.outcomes[outcome.user_id, outcome.day] = outcome


async def evaluate(store: AsyncStore, day: date) -> Sequence[DayOutcome]:
    """Evaluate a day for everybody, page by page, and return its candidates."""
    after = ""
    while True:
        async with store.transaction():
            due = await store.due(day, after)
            await store.keep([planned for each in due if (planned := plan_or_report(each))])
        if not due:
            break
        after = due[-1].key
    return pick_candidates(
        [outcome for outcome in store.outcomes.values() if outcome.day == day],
        policy=POLICIES.on(day),
    )


def plan_or_report(due: DueDays) -> EvaluatedDays | None:
    """Return what a user's days come to; one bad user does not stop the others."""
    try:
        return plan_days(due, policies=POLICIES)
    except MainstayError as error:
        print(f"{due.key}: {error}")
        return None


def example() -> AsyncStore:
    """Return a store with a week of runs."""
    week = [date(2024, 5, day) for day in range(1, 8)]
    return AsyncStore(
        {
            "ada": dict.fromkeys(week[:6], 1),
            "bob": dict.fromkeys(week, 2),
            "cy": dict.fromkeys(week[2:5], 1),
        }
    )


async def main() -> None:
    """Evaluate two days, two runs at once each time, as two workers would."""
    store = example()
    for day in (date(2024, 5, 6), date(2024, 5, 7)):
        candidates, _ = await asyncio.gather(evaluate(store, day), evaluate(store, day))
        for outcome in candidates:
            print(f"{day}: {outcome.user_id} {outcome.total:.2f} of 100")
            for part in outcome.explain():
                print(f"    {part.points:5.2f}  {part.text}")


if __name__ == "__main__":
    asyncio.run(main())

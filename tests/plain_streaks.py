"""Streaks by walking the calendar day by day: the rules' sentences, written out a second time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from itertools import takewhile

import attrs

from mainstay import DaysAWeek, EveryDay, Recurring, StreakPolicy, Weekdays

ONE_DAY = timedelta(days=1)


def due_dates(rule: str) -> Iterator[date]:
    """The dates of the rules that the strategies write, by adding up days, months and years."""
    found = re.fullmatch(r"DTSTART:(\d{8}) RRULE:FREQ=(\w+);INTERVAL=(\d+)(?:;COUNT=(\d+))?", rule)
    assert found
    begin, frequency, interval, count = found.groups()
    first, step, left = date.fromisoformat(begin), int(interval), int(count or 10**9)
    number = 0
    while left and first.year + number * step // 12 < 2200:
        day = added(first, frequency, number * step)
        number += 1
        if day is not None:
            left -= 1
            yield day


def added(first: date, frequency: str, number: int) -> date | None:
    if frequency in {"DAILY", "WEEKLY"}:
        return first + timedelta(days=number * (1 if frequency == "DAILY" else 7))
    months = first.month - 1 + number * (1 if frequency == "MONTHLY" else 12)
    try:
        return date(first.year + months // 12, months % 12 + 1, first.day)
    except ValueError:  # the month has no such day: nothing is due
        return None


@attrs.define
class Calendar:
    """Which period a date is in, by its last day, and what the period needs."""

    policy: StreakPolicy
    as_of: date

    def __attrs_post_init__(self) -> None:
        self._due: list[date] = []
        if isinstance(self.policy.schedule, Recurring):
            later = due_dates(self.policy.schedule.rule)
            until = self.as_of + timedelta(days=20_000)
            self._due = [*takewhile(lambda day: day <= until, later)]

    _due: list[date] = attrs.field(init=False, factory=list)

    def last_day(self, day: date) -> date | None:
        schedule = self.policy.schedule
        if isinstance(schedule, Recurring):
            return next((due for due in self._due if due >= day), None)
        if isinstance(schedule, DaysAWeek):
            while (day + ONE_DAY).weekday() != schedule.first_weekday:
                day += ONE_DAY
        return day

    def needed(self, day: date) -> int:
        """What the period of a day needs, less a day for each excused one in it."""
        last = self.last_day(day)
        if last is None:
            return 0
        schedule, asked = self.policy.schedule, 1
        if isinstance(schedule, DaysAWeek):
            asked = schedule.days
        if isinstance(schedule, Weekdays):
            asked = int(day.weekday() in schedule.weekdays)
        if isinstance(schedule, EveryDay):
            asked = int(day.weekday() not in self.policy.rest_weekdays)
        excused = {one for one in self.policy.excused if one <= self.as_of}
        return max(0, asked - sum(self.last_day(one) == last for one in excused))


@attrs.define
class Told:
    """A run, as the walk comes by."""

    days: list[date]
    rested: int = 0

    @property
    def length(self) -> int:
        return len(self.days) + self.rested


def plain_streak(days: Collection[date], as_of: date, policy: StreakPolicy) -> dict[str, object]:
    """Walk from the first active day to the last that is known, and tell how it stands."""
    calendar = Calendar(policy, as_of)
    active = sorted({day for day in days if day <= as_of})
    given = [day for day in policy.freezes_given if day <= as_of]
    most = 10**9 if policy.most_freezes is None else policy.most_freezes
    first = active[0] if active else as_of
    paid = unpaid = min(most, policy.freezes + sum(day < first for day in given))
    runs: list[Told] = []
    so_far: Counter[date | None] = Counter()
    alive, rested, day = True, 0, first
    while True:
        period = calendar.last_day(day)
        gifts = given.count(day)
        paid, unpaid = min(most, paid + gifts), min(most, unpaid + gifts)
        if day in active:
            if alive and runs:
                runs[-1].days.append(day)
                runs[-1].rested += rested
            else:
                runs.append(Told([day]))
            paid = unpaid = paid if alive else unpaid
            alive, rested = True, 0
            so_far[period] += 1
            every = policy.freeze_every
            if every and sum(so_far.values()) % every == 0:
                paid, unpaid = min(most, paid + 1), min(most, unpaid + 1)
        elif day.weekday() in policy.rest_weekdays:
            rested += 1
        if day == as_of:
            break
        if day == period:  # it is over
            paid -= max(0, calendar.needed(day) - so_far[period])
            alive = alive and paid >= 0
        day += ONE_DAY

    def met(run: Told) -> int:
        return sum(
            so_far[last] >= calendar.needed(one)
            for last, one in {calendar.last_day(one): one for one in run.days}.items()
        )

    none = Told([])
    current = runs[-1] if runs and alive else none
    longest = max(runs, key=lambda run: run.length, default=none)
    last, needed = calendar.last_day(as_of), calendar.needed(as_of)
    if not current.length:
        status = "broken" if runs else "none"
    else:
        status = "done" if so_far[last] >= max(1, needed) else "pending"
    return {
        "current": current.length,
        "current_first": min(current.days, default=None),
        "current_last": max(current.days, default=None),
        "longest": longest.length,
        "longest_first": min(longest.days, default=None),
        "longest_last": max(longest.days, default=None),
        "freezes_left": paid if alive else unpaid,
        "status": status,
        "periods": met(current),
        "longest_periods": met(longest),
        "unit": {DaysAWeek: "week", Recurring: "due date"}.get(type(policy.schedule), "day"),
        "due": last,
        "active": so_far[last] if current.length else 0,
        "needed": needed,
    }

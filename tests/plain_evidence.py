"""Evidence again, as plain as can be: a dictionary a row, dates as sets, pairs one by one."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from mainstay import ActivityWindow, ActivityYear, consistency_score, year_score

#: Each user's days, with how many events there were on each.
Days = Mapping[str, Counter[date]]
Row = dict[str, float | str]


def dates(days: Days) -> Iterator[date]:
    """Every 28 days back from 28 before the last day, while 28 days of history lie before."""
    every = [day for own in days.values() for day in own]
    at = max(every) - timedelta(28)
    while at - timedelta(28) >= min(every):
        yield at
        at -= timedelta(28)


def rows(days: Days, at: date, population: int = 28) -> list[Row]:
    """A row for each user who was active in so many days up to a date."""
    there = [user for user, own in days.items() if within(own, at, population)]
    known = {user: [day for day in days[user] if day <= at] for user in there}
    year = {user: within(days[user], at, 364) for user in there}
    parts: list[dict[str, int]] = [
        {user: -(at - max(known[user])).days for user in there},
        {user: len(year[user]) for user in there},
        {user: sum(days[user][day] for day in year[user]) for user in there},
    ]
    return [
        {
            "user": user,
            "returned": float(bool(within(days[user], at + timedelta(28), 28))),
            "rfm": sum(fifth(part[user], [*part.values()]) for part in parts),
            "lifetime": len(known[user]),
            "days_since": parts[0][user],
            "ewma": round(math.fsum(0.5 ** ((at - day).days / 13) for day in known[user]), 9),
            "tenure": (at - min(known[user])).days,
            **scores(known[user], at),
        }
        for user in there
    ]


def scores(known: Sequence[date], at: date) -> dict[str, float]:
    year = year_score(ActivityYear.from_days(known, last_day=at))
    return {
        "year": round(year.total, 9),
        "points": year.points,
        "v1": round(consistency_score(ActivityWindow.from_days(known, last_day=at)).total, 9),
        "active_days": year.active_days,
        "active_weeks": year.active_weeks,
    }


def within(own: Counter[date], end: date, length: int) -> list[date]:
    return [day for day in own if timedelta(0) <= end - day < timedelta(length)]


def fifth(value: int, values: Sequence[int]) -> int:
    """⌈5 · the mean percentile rank⌉."""
    less, equal = sum(other < value for other in values), sum(other == value for other in values)
    return math.ceil(5 * (less + Fraction(equal + 1, 2)) / len(values))


def spread(rows_by_date: Sequence[Sequence[tuple[str, bool, float]]]) -> tuple[float, float]:
    """The area within dates and its variance, pair by pair: rows are (user, returned, value)."""
    ordered, pairs = 0.0, 0
    met: Counter[str] = Counter()
    beaten: dict[str, float] = {}
    for rows_of_date in rows_by_date:
        for user, _, value in (row for row in rows_of_date if row[1]):
            for other, _, less in (row for row in rows_of_date if not row[1]):
                won = (value > less) + (value == less) / 2
                ordered, pairs = ordered + won, pairs + 1
                for one in (user, other):
                    met[one] += 1
                    beaten[one] = beaten.get(one, 0.0) + won
    area, users = ordered / pairs, {user for some in rows_by_date for user, _, _ in some}
    influence = [(beaten[user] - area * met[user]) / pairs for user in beaten]
    return area, len(users) / (len(users) - 1) * math.fsum(one * one for one in influence)

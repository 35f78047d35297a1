"""What is kept of a user's events that are gone, since they were before the floor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import TypeAlias

import attrs

from mainstay.activity.counts import Counts
from mainstay.streaks.daily import streak_of

__all__ = ["NOTHING_GONE", "Gone", "Totals"]

#: Posts, those of them that were rated, and the ratings' sum in millionths.
Totals: TypeAlias = tuple[int, int, int]

_ONE_DAY = timedelta(days=1)


@attrs.frozen
class Gone:
    """What is kept of events before a day.

    Attributes:
        kinds: How often each kind of activity happened.
        totals: What the posts among them came to.
        longest: The longest run of active days.
        run: The length of the run that ended on the day before ``since``; 0 if there was none.
        since: The day from which on events are kept.
        posts_by_day: How many of the posts were written on each day.
    """

    kinds: Counts = attrs.field(factory=lambda: Counts({}))
    totals: Totals = (0, 0, 0)
    longest: int = 0
    run: int = 0
    since: date = date.min
    posts_by_day: Sequence[tuple[date, int]] = ()

    def plus(self, other: Gone) -> Gone:
        """Return what two accounts come to; whose days were whose is not known any more."""
        kinds = Counter(self.kinds)
        kinds.update(other.kinds)
        totals = [one + another for one, another in zip(self.totals, other.totals, strict=True)]
        latest = max(self.since, other.since)
        runs = [each.run for each in (self, other) if each.since == latest]
        longest = max(self.longest, other.longest)
        posts = Counter(dict(self.posts_by_day))
        posts.update(dict(other.posts_by_day))
        known = (Counts(kinds), (totals[0], totals[1], totals[2]), longest, max(runs), latest)
        return Gone(*known, sorted(posts.items()))

    def longest_run(self, days: Collection[date]) -> int:
        """Return the longest run of active days, these ones included."""
        if not days:
            return self.longest
        later = streak_of(days, as_of=max(days)).longest
        return max(self.longest, later, self.run + self._first_run(days))

    def _first_run(self, days: Collection[date]) -> int:
        """Return the length of the run that goes on from before ``since``."""
        day = self.since
        while day in days:
            day += _ONE_DAY
        return (day - self.since).days

    def last_run(self, days: Collection[date], through: date) -> int:
        """Return the length of the run that ends on a day, these days included."""
        day = through
        while day in days:
            day -= _ONE_DAY
        goes_on = self.run if day + _ONE_DAY == self.since else 0
        return (through - day).days + goes_on


NOTHING_GONE = Gone()

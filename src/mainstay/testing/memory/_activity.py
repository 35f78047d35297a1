"""Sessions by the days on which they count, and what of it can't be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

import attrs

from mainstay.activity.counts import Counts
from mainstay.activity.session import Session
from mainstay.errors import InvalidValueError
from mainstay.ports import LONGEST, average_quality, millionths
from mainstay.testing.memory._gone import NOTHING_GONE, Gone, Totals
from mainstay.testing.memory.sessions import MemorySessions

__all__ = ["Activity", "Unreadables", "UserDays", "average", "count_kinds", "durations_of"]

#: One user's days on which they did something, each with what they did.
UserDays = Mapping[date, Sequence[Session]]

_ONE_DAY = timedelta(days=1)


def count_kinds(sessions: Collection[Session]) -> Counts:
    """Return how often each kind of activity happened."""
    return Counts(Counter(session.kind for session in sessions))


def durations_of(sessions: Iterable[Session]) -> dict[str, timedelta]:
    """Return how long each kind of activity was done, as far as that is known."""
    found: dict[str, timedelta] = {}
    for session in sessions:
        if session.duration:
            duration = min(session.duration, LONGEST)
            found[session.kind] = found.get(session.kind, timedelta(0)) + duration
    return found


def average(totals: Totals) -> float | None:
    """Return the average quality of the posts that were rated."""
    _, rated, ratings = totals
    return average_quality(ratings, rated)


@attrs.frozen
class Activity:
    """Everybody's days.

    Attributes:
        sessions: What happened.
        posts: The kinds of activity that count as posts.
    """

    sessions: MemorySessions
    posts: frozenset[str]

    @property
    def local_days(self) -> bool:
        """Whether an activity counts on the date where the user was, and not on UTC's."""
        return self.sessions.local_days

    @property
    def floor(self) -> date:
        """The first day of which anything is kept."""
        return self.sessions.floor or date.min

    def by_user(self) -> Mapping[str, UserDays]:
        """Return everybody's active days that are kept, by user id, in order."""
        users: dict[str, dict[date, list[Session]]] = {}
        for session in self.sessions.all():
            days = users.setdefault(session.user_id, {})
            days.setdefault(self.sessions.day(session), []).append(session)
        return dict(sorted(users.items()))

    def gone(self, user_id: str) -> Gone:
        """Return what is kept of a user's days that are not."""
        return self.sessions.gone.get(user_id, NOTHING_GONE)

    def totals(self, user_id: str, days: UserDays, through: date) -> Totals:
        """Return what a user's posts through a day come to."""
        posts, rated, ratings = self.gone(user_id).totals
        for day, sessions in days.items():
            for session in sessions:
                if day <= through and session.kind in self.posts:
                    posts += 1
                    rated += session.quality is not None
                    ratings += 0 if session.quality is None else millionths(session.quality)
        return posts, rated, ratings

    def posts_by_day(self, user_id: str) -> Sequence[tuple[date, int]]:
        """Return how many posts a user wrote on each day, those included that are gone."""
        found = Counter(dict(self.gone(user_id).posts_by_day))
        mine = (session for session in self.sessions.all() if session.user_id == user_id)
        found.update(self.sessions.day(each) for each in mine if each.kind in self.posts)
        return sorted(found.items())

    def before(self, user_id: str, days: UserDays, floor: date) -> Gone:
        """Return what is to be kept of a user's days before one."""
        gone, last = self.gone(user_id), floor - _ONE_DAY
        old = {day: sessions for day, sessions in days.items() if day < floor}
        kinds = Counter(gone.kinds)
        kinds.update(session.kind for sessions in old.values() for session in sessions)
        return Gone(
            Counts(kinds),
            self.totals(user_id, days, last),
            gone.longest_run(old),
            gone.last_run(old, last),
            floor,
            tuple((day, count) for day, count in self.posts_by_day(user_id) if day < floor),
        )


class Unreadables(set[str]):
    """The users and the cases of whom nothing can be read."""

    def error(self, key: str) -> InvalidValueError:
        """Return what reading their row comes to."""
        return InvalidValueError(
            "can't be read",
            field=f"the state of {key!r}",
            value="corrupt",
            remedy="MemoryStore.mend makes it readable again.",
        )

    def rename(self, user_id: str, to: str) -> None:
        """Have nothing readable of the one who gets what can't be read of another."""
        if user_id in self:
            self.discard(user_id)
            self.add(to)

    def saved(self) -> Callable[[], None]:
        """Return what makes them as they are now again."""
        before = set(self)

        def put_back() -> None:
            self.clear()
            self.update(before)

        return put_back

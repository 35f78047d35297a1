"""Sessions by the days on which they count, and what of it can't be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import attrs

from mainstay.activity.counts import Counts
from mainstay.activity.session import Session
from mainstay.errors import InvalidValueError
from mainstay.localdays import counted_day
from mainstay.ports import average_quality, millionths
from mainstay.testing.memory.sessions import MemorySessions

__all__ = ["Activity", "Unreadables", "UserDays", "count_kinds"]

#: One user's days on which they did something, each with what they did.
UserDays = Mapping[date, Sequence[Session]]


def count_kinds(sessions: Sequence[Session]) -> Counts:
    """Return how often each kind of activity happened."""
    counts: dict[str, int] = defaultdict(int)
    for session in sessions:
        counts[session.kind] += 1
    return Counts(counts)


@attrs.frozen
class Activity:
    """Everybody's days.

    Attributes:
        sessions: What happened.
        posts: The kinds of activity that count as posts.
        local_days: Whether an activity counts on the date where the user was, and not on UTC's.
    """

    sessions: MemorySessions
    posts: frozenset[str]
    local_days: bool

    def by_user(self) -> Mapping[str, UserDays]:
        """Return everybody's active days, by user id, in order."""
        users: dict[str, dict[date, list[Session]]] = {}
        for session in self.sessions.all():
            days = users.setdefault(session.user_id, {})
            days.setdefault(self._day(session), []).append(session)
        return dict(sorted(users.items()))

    def _day(self, session: Session) -> date:
        return counted_day(
            session.started_at,
            zone=session.timezone,
            local_days=self.local_days,
            day_start=self.sessions.day_start,
        )

    def totals(self, days: UserDays, through: date) -> tuple[int, float | None]:
        """Return a user's posts through a day, and the average quality of those rated."""
        posts = [
            session
            for day, sessions in days.items()
            if day <= through
            for session in sessions
            if session.kind in self.posts
        ]
        ratings = [millionths(post.quality) for post in posts if post.quality is not None]
        return len(posts), average_quality(sum(ratings), len(ratings))


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

"""Everybody's weeks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import attrs

from mainstay.activity.counts import Counts
from mainstay.daystarts import DayStart
from mainstay.localdays import IsoWeek
from mainstay.ports.pages import Unreadable
from mainstay.ports.policies import JudgedPage, JudgedPages
from mainstay.reputation.multiplier import Reputation
from mainstay.streaks.weekly import WeeklyStreakPolicy

__all__ = ["DueWeeks", "ReputationPage", "ReputationStore"]


@attrs.frozen
class DueWeeks:
    """A user with weeks to be recorded.

    Attributes:
        reputation: What is kept of them.
        weeks: What happened in each week after the last recorded one through the week asked for,
            and in the last recorded one too if it was not active: interactions that arrived late
            may make it so. Idle weeks may be left out.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import Session
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> _ = store.sessions.add([Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), id="1")])
        >>> with store.reputations.page() as page:
        ...     [due] = page.due(IsoWeek(2024, 18), limit=10)
        >>> due.key, [(str(week), dict(counts)) for week, counts in due.weeks.items()]
        ('ada', [('2024-W18', {'session': 1})])
    """

    reputation: Reputation
    weeks: Mapping[IsoWeek, Counts]

    @property
    def key(self) -> str:
        """The user's id."""
        return self.reputation.user_id


class ReputationPage(JudgedPage[IsoWeek, DueWeeks, Reputation, WeeklyStreakPolicy], Protocol):
    """One transaction on everybody's weeks.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import Session
        >>> from mainstay.jobs import plan_weeks
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, week, at = MemoryStore(), IsoWeek(2024, 18), datetime(2024, 5, 1, 8, tzinfo=UTC)
        >>> _ = store.sessions.add([Session("ada", at, id=each) for each in ("1", "2")])
        >>> with store.reputations.page() as page:
        ...     page.keep([plan_weeks(due, week) for due in page.due(week, limit=10)])
        ...     page.due(week, limit=10)
        []
    """

    def due(
        self, week: IsoWeek, /, *, after: str | None = None, limit: int
    ) -> Sequence[DueWeeks | Unreadable]:
        """Return users whose weeks through ``week`` may have something to record, by user id.

        Those whose first activity is after ``week`` are not due, unless a week of theirs was
        recorded, and its events were removed since. The same holds for those for whom
        ``week`` was recorded as active, or a later one recorded.

        Args:
            week: The last week to record.
            after: Only users after this one.
            limit: How many at most. Fewer may come, if all their weeks would be too many together;
                but one, if there is one.
        """
        ...

    def reopen(
        self,
        user_ids: Sequence[str] | None,
        /,
        *,
        late: bool,
        after: str | None = None,
        limit: int,
    ) -> Sequence[DueWeeks | Unreadable]:
        """Take back all weeks that were recorded, and return them as due, to be recorded again.

        Each user's are due through the last that was recorded, which is among them, though it may
        be idle: from their first event on, or from the floor with the streak that is kept of it.
        ``keep`` takes what they come to, in the same transaction. A user without a recorded
        week since the floor is not returned; nor is one without an event up to the last one, whose
        weeks are taken back for good.

        Args:
            user_ids: Whose; ``None`` for everybody.
            late: Whether only those are meant to whose recorded weeks something has happened.
            after: Only users after this one.
            limit: How many at most. Fewer may come, if all their weeks would be too many together.
        """
        ...


class ReputationStore(JudgedPages[IsoWeek, DueWeeks, Reputation, WeeklyStreakPolicy], Protocol):
    """Everybody's weeks.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import Session
        >>> from mainstay.jobs import update_multipliers
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, wednesday = MemoryStore(), datetime(2024, 5, 1, tzinfo=UTC)
        >>> _ = store.sessions.add([Session("ada", wednesday, id=each) for each in ("1", "2")])
        >>> _ = update_multipliers(store.reputations).run(JobContext(target=IsoWeek(2024, 18)))
        >>> kept = store.reputations.reputations(["ada", "nobody"])
        >>> {user_id: reputation.streak.weeks for user_id, reputation in kept.items()}
        {'ada': 1}
    """

    @property
    def local_days(self) -> bool:
        """Whether an activity counts on the date where the user was, and not on UTC's."""
        ...

    @property
    def day_start(self) -> DayStart:
        """The time at which a day begins: on the user's wall clock with local days, else in UTC.

        Or a :class:`mainstay.DayEnd`.
        """
        ...

    def page(self) -> AbstractContextManager[ReputationPage]:
        """Begin a transaction, as :meth:`Pages.page` does."""
        ...

    def reputations(self, user_ids: Iterable[str]) -> Mapping[str, Reputation]:
        """Return what is kept of some users, by user id; those who are unknown are left out.

        Raises:
            MainstayError: A row can't be read.
        """
        ...

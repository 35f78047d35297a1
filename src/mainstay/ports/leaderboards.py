"""Leaderboards: who has how many points, over all time or a span of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import attrs

from mainstay import _checks as checks
from mainstay._reprs import of_policy
from mainstay.ports.pages import Page, Pages, Unreadable
from mainstay.recognition import (
    Board,
    LeaderboardPolicy,
    Period,
    PointsRank,
    Ranked,
    Span,
    Ties,
    UserRank,
)
from mainstay.recognition._amounts import whole_sum
from mainstay.recognition.boards import checked_period
from mainstay.recognition.leaderboards import check_by_total, check_ties, user_ids

__all__ = [
    "ALL_TIME",
    "BoardPage",
    "BoardQuery",
    "BoardTarget",
    "DueBoard",
    "LeaderboardStore",
    "is_due",
]

#: A snapshot that is dated later than this after now was made by a clock that was wrong.
_CLOCKS_DIFFER = timedelta(minutes=15)


def _ties(field: str, value: object) -> None:  # noqa: ARG001  (the field is always ties)
    check_ties(value)


def _exclude(users: Iterable[str] | None) -> frozenset[str] | None:
    return None if users is None else user_ids("exclude", users)


def _among(users: Iterable[str] | None) -> frozenset[str] | None:
    return None if users is None else user_ids("among", users)


@attrs.frozen
class BoardQuery:
    """Which leaderboard is asked for.

    Attributes:
        period: What is counted: a :class:`~mainstay.recognition.Period` or its name, or any
            :class:`~mainstay.recognition.Span`.
        ties: How those with the same points are ranked, as in :func:`mainstay.recognition.rank`.
        exclude: Users to leave out; by default those whom the policy kept excludes.
        among: Users to rank among themselves, such as one's friends; everybody without it.

    Raises:
        InvalidValueError: There is no such period, or ``ties`` is another word.

    Examples:
        >>> BoardQuery("weekly", among=["ada", "bob"]).period.value
        'weekly'
    """

    period: Period | Span = attrs.field(default=Period.ALL, converter=checked_period)
    ties: Ties = attrs.field(default="competition", validator=checks.each(_ties), kw_only=True)
    exclude: frozenset[str] | None = attrs.field(default=None, converter=_exclude, kw_only=True)
    among: frozenset[str] | None = attrs.field(default=None, converter=_among, kw_only=True)

    def __repr__(self) -> str:
        return of_policy(self)

    @property
    def needs_live(self) -> bool:
        """Whether no snapshot can answer it, whomever that leaves out."""
        by_total = self.ties in {"competition", "dense"}
        return not by_total or self.among is not None or isinstance(self.period, Span)

    def span(self, now: datetime) -> Span:
        """Return the span of time that is counted."""
        period = self.period
        return period if isinstance(period, Span) else period.span(now)


#: The standard leaderboard.
ALL_TIME = BoardQuery()


@attrs.frozen
class BoardTarget:
    """What snapshots are to show.

    Attributes:
        now: As of when.
        policy: Whom they show, and for how long; by default what is kept, else the standard one.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.ports import BoardTarget
        >>> from mainstay.testing.memory import MemoryStore
        >>> target = BoardTarget(datetime(2024, 5, 1, tzinfo=UTC))
        >>> MemoryStore().leaderboards.count_due(target)  # one a period: all, weekly and daily
        3
    """

    now: datetime = attrs.field(validator=checks.each(checks.instant))
    policy: LeaderboardPolicy | None = attrs.field(
        default=None,
        kw_only=True,
        validator=checks.optional(partial(checks.instance, kind=LeaderboardPolicy)),
    )


@attrs.frozen
class DueBoard:
    """A leaderboard whose snapshot is to be made; it is done as it is due.

    Attributes:
        period: What it counts.
        as_of: As of when the snapshot is that is there; ``None`` without one.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.ports import BoardTarget
        >>> from mainstay.testing.memory import MemoryStore
        >>> with MemoryStore().leaderboards.page() as page:
        ...     due = page.due(BoardTarget(datetime(2024, 5, 1, tzinfo=UTC)), limit=10)
        >>> [(board.key, board.as_of) for board in due]
        [('all', None), ('daily', None), ('weekly', None)]
    """

    period: Period = attrs.field(validator=checks.each(partial(checks.instance, kind=Period)))
    as_of: datetime | None = attrs.field(default=None, validator=checks.optional(checks.instant))

    @property
    def key(self) -> str:
        """The period's name."""
        return self.period.value


class BoardPage(Page[BoardTarget, DueBoard, DueBoard], Protocol):
    """One transaction on snapshots.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.ports import BoardTarget
        >>> from mainstay.testing.memory import MemoryStore
        >>> target = BoardTarget(datetime(2024, 5, 1, tzinfo=UTC))
        >>> with MemoryStore().leaderboards.page() as page:
        ...     page.keep(page.due(target, limit=2))
        ...     [board.key for board in page.due(target, limit=10)]
        ['weekly']
    """

    def due(
        self, target: BoardTarget, /, *, after: str | None = None, limit: int
    ) -> Sequence[DueBoard | Unreadable]:
        """Return boards without a snapshot as of the target's ``now``, by key.

        One that is up to 15 minutes ahead will do, since clocks differ; a later one was made by a
        clock that was wrong. If the target's policy differs from the one kept, all are due.

        Args:
            target: As of when, and what snapshots are to show.
            after: Only boards with a later key than this one.
            limit: How many at most.
        """
        ...

    def keep(self, done: Iterable[DueBoard], /) -> None:
        """Make the snapshots of boards that :meth:`due` has returned in this transaction.

        Each counts the credits in the span that ends at the target's ``now``, half-open. With them,
        the target's policy is kept; if it differs from the one kept before, the snapshots of all
        other boards go. So do those that are as old as the policy's ``kept``.

        Raises:
            RejectedError: One of them was not due.
        """
        ...


class LeaderboardStore(Pages[BoardTarget, DueBoard, DueBoard], Protocol):
    """Leaderboards: counted when they are asked for, or read from snapshots.

    A snapshot answers from its instant on until the policy's ``fresh`` has passed, in every
    question that it can: of one of the three periods, by competition or dense ranking, of everybody
    but those whom the policy excludes. All else is counted live: boards as of another time, the
    places after one or around a user, and more of the first places than it keeps. Answers say
    which.

    A user is listed if they have a credit in the span, even with 0 points or fewer. With ties
    ``"earliest"``, they reached their points with the latest credit within the span whose amount
    is not 0, or with the first if all are.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.recognition import Credit
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> points = {"ada": 250, "bob": 300, "cyd": 250}
        >>> credits = [Credit(user, "quiz", amount, noon) for user, amount in points.items()]
        >>> _ = store.points.add(credits, now=noon)
        >>> board = store.leaderboards.top(now=noon + timedelta(seconds=1))
        >>> [(place.rank, place.user_id) for place in board.entries]
        [(1, 'bob'), (2, 'ada'), (2, 'cyd')]
    """

    def page(self) -> AbstractContextManager[BoardPage]:
        """Begin a transaction, as :meth:`Pages.page` does."""
        ...

    def policy(self) -> LeaderboardPolicy | None:
        """Return the policy that is kept; ``None`` while none is."""
        ...

    def top(
        self,
        query: BoardQuery = ALL_TIME,
        /,
        *,
        now: datetime,
        limit: int = 100,
        after: Ranked[int] | None = None,
    ) -> Board:
        """Return the first places, or those after a place: so page after page has everybody.

        Args:
            query: Which board.
            now: What time it is: where its period ends.
            limit: How many places at most.
            after: The last place of the page before. If its user has moved meanwhile, nobody else
                is left out; with ties ``"earliest"``, others of the same points may come again.
        """
        ...

    def rank_of(self, user_id: str, query: BoardQuery = ALL_TIME, /, *, now: datetime) -> UserRank:
        """Return a user's place; its rank is ``None`` if they are not listed.

        From a snapshot, their points are those of its instant.
        """
        ...

    def around(
        self, user_id: str, query: BoardQuery = ALL_TIME, /, *, now: datetime, count: int = 2
    ) -> Board:
        """Return the places around a user: ``count`` before, their own, and ``count`` after.

        At an end of the board there are fewer. Nobody is around a user who is not listed. They are
        always counted live.
        """
        ...

    def rank_for(
        self, points: int, query: BoardQuery = ALL_TIME, /, *, now: datetime
    ) -> PointsRank:
        """Return the rank that somebody with so many points has, or would have.

        Raises:
            InvalidValueError: ``ties`` is neither ``"competition"`` nor ``"dense"``.
        """
        ...


def is_due(as_of: datetime | None, target: BoardTarget, *, same_policy: bool) -> bool:
    """Return whether a board needs another snapshot than that as of an instant."""
    if as_of is None or not same_policy:
        return True
    return not target.now <= as_of <= target.now + _CLOCKS_DIFFER


def check_rank_for(points: int, query: BoardQuery) -> int:
    """Return points that a board can rank."""
    check_by_total(query.ties)
    return whole_sum("points", points)

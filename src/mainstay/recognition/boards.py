"""What a leaderboard counts, and what asking a store for one gives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay import _html
from mainstay._reprs import in_utc, of_policy
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError
from mainstay.recognition.dicts import BoardDict, PointsRankDict, UserRankDict
from mainstay.recognition.leaderboards import Ranked, user_ids

__all__ = [
    "LONGEST",
    "Board",
    "LeaderboardPolicy",
    "Period",
    "PointsRank",
    "Span",
    "UserRank",
    "checked_period",
]

#: The longest that a snapshot may answer, or be kept: about 32 years, so that the instant at which
#: it ends is one.
LONGEST = timedelta(seconds=10**9)


@schema("span/1")
@attrs.frozen
class Span:
    """A span of time, half-open: from ``since`` to just before ``until``.

    Attributes:
        since: Its first instant; ``None`` for all time.
        until: The first instant after it.

    Raises:
        InvalidValueError: ``until`` is not after ``since``.
        NaiveDatetimeError: An instant has no offset.

    Examples:
        >>> from datetime import UTC
        >>> print(Span(datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)))
        2024-05-01T00:00:00Z/2024-06-01T00:00:00Z
    """

    since: datetime | None = attrs.field(validator=checks.optional(checks.instant))
    until: datetime = attrs.field(validator=checks.each(checks.instant))

    def __attrs_post_init__(self) -> None:
        if self.since is not None and self.until <= self.since:
            raise InvalidValueError(
                f"must be after since, {in_utc(self.since)}",
                field="until",
                value=self.until,
                remedy="A span begins before it ends: swap the two, or make it longer.",
            )

    def __contains__(self, at: datetime) -> bool:
        """Return whether an instant lies within it."""
        at = checks.instant("an instant in a span", at)
        return (self.since is None or self.since <= at) and at < self.until

    def __str__(self) -> str:
        return f"{'..' if self.since is None else in_utc(self.since)}/{in_utc(self.until)}"


class Period(StrEnum):
    """What the standard boards count: half-open spans that end at the present.

    Examples:
        >>> from datetime import UTC
        >>> noon = datetime(2024, 5, 8, 12, tzinfo=UTC)
        >>> for period in Period:
        ...     print(period, period.span(noon))
        all ../2024-05-08T12:00:00Z
        weekly 2024-05-01T12:00:00Z/2024-05-08T12:00:00Z
        daily 2024-05-07T12:00:00Z/2024-05-08T12:00:00Z
    """

    #: All time.
    ALL = "all"
    #: The last 7 days, as 168 hours.
    WEEKLY = "weekly"
    #: The last 24 hours.
    DAILY = "daily"

    def span(self, now: datetime) -> Span:
        """Return the span that ends at an instant.

        Examples:
            >>> from datetime import UTC
            >>> print(Period.DAILY.span(datetime(2024, 5, 2, 12, tzinfo=UTC)))
            2024-05-01T12:00:00Z/2024-05-02T12:00:00Z
        """
        lasting = _LASTING[self]
        now = checks.instant("now", now)
        return Span(None if lasting is None else now - lasting, now)


_LASTING = {Period.ALL: None, Period.WEEKLY: timedelta(days=7), Period.DAILY: timedelta(days=1)}


def checked_period(period: Period | Span | str) -> Period | Span:
    """Return a period or a span, and refuse all else."""
    if isinstance(period, Span):
        return period
    if period not in tuple(Period):
        raise InvalidValueError(
            f"must be one of {', '.join(repr(one.value) for one in Period)}",
            field="period",
            value=period,
            remedy="Of any other time, give a Span.",
        )
    return Period(period)


@attrs.frozen
class Board:
    """Some places of a leaderboard.

    Attributes:
        period: What was counted.
        as_of: As of when.
        live: Whether it was counted for this answer, and not read from a snapshot.
        listed: How many users are on the whole board.
        entries: The places, best first.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.recognition import Credit
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> won = [Credit("ada", "welcome", 50, noon), Credit("bob", "win", 80, noon)]
        >>> _ = store.points.add(won, now=noon)
        >>> board = store.leaderboards.top(now=noon + timedelta(hours=1), limit=1)
        >>> board.listed, [(place.rank, place.user_id, place.total) for place in board.entries]
        (2, [(1, 'bob', 80)])
    """

    period: Period | Span
    as_of: datetime
    live: bool
    listed: int
    entries: tuple[Ranked[int], ...]

    def _repr_html_(self) -> str:
        heading = f"{self.period}, as of {in_utc(self.as_of)}: {self.listed:,} listed"
        rows = [(f"{place.rank}", place.user_id, f"{place.total:,}") for place in self.entries]
        return _html.card(heading, _html.table(("rank", "user", "points"), rows))

    def to_dict(self) -> BoardDict:
        """Return plain data for a JSON response."""
        return {
            "period": str(self.period),
            "as_of": in_utc(self.as_of),
            "live": self.live,
            "listed": self.listed,
            "entries": [
                {"rank": place.rank, "user_id": place.user_id, "points": place.total}
                for place in self.entries
            ],
        }


@attrs.frozen
class UserRank:
    """A user's place on a leaderboard.

    Attributes:
        user_id: Who.
        period: What was counted.
        rank: Their rank, from 1; ``None`` if they are not listed.
        points: Their points in the period; 0 if they are not listed.
        listed: How many users are on the whole board.
        as_of: As of when.
        live: Whether it was counted for this answer, and not read from a snapshot.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.recognition import Credit
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> won = [Credit("ada", "welcome", 50, noon), Credit("bob", "win", 80, noon)]
        >>> _ = store.points.add(won, now=noon)
        >>> one = noon + timedelta(hours=1)
        >>> ada, cyd = (store.leaderboards.rank_of(user, now=one) for user in ("ada", "cyd"))
        >>> (ada.rank, ada.points), (cyd.rank, cyd.points)
        ((2, 50), (None, 0))
    """

    user_id: str
    period: Period | Span
    rank: int | None
    points: int
    listed: int
    as_of: datetime
    live: bool

    def to_dict(self) -> UserRankDict:
        """Return plain data for a JSON response."""
        return {
            "user_id": self.user_id,
            "period": str(self.period),
            "rank": self.rank,
            "points": self.points,
            "listed": self.listed,
            "as_of": in_utc(self.as_of),
            "live": self.live,
        }


@attrs.frozen
class PointsRank:
    """The rank that somebody with so many points has, or would have.

    Attributes:
        points: How many.
        period: What was counted.
        rank: The rank, from 1.
        listed: How many users are on the whole board.
        as_of: As of when.
        live: Whether it was counted for this answer, and not read from a snapshot.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.recognition import Credit
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> won = [Credit("ada", "welcome", 50, noon), Credit("bob", "win", 80, noon)]
        >>> _ = store.points.add(won, now=noon)
        >>> found = store.leaderboards.rank_for(60, now=noon + timedelta(hours=1))
        >>> found.rank, found.listed
        (2, 2)
    """

    points: int
    period: Period | Span
    rank: int
    listed: int
    as_of: datetime
    live: bool

    def to_dict(self) -> PointsRankDict:
        """Return plain data for a JSON response."""
        return {
            "points": self.points,
            "period": str(self.period),
            "rank": self.rank,
            "listed": self.listed,
            "as_of": in_utc(self.as_of),
            "live": self.live,
        }


def _excluded(users: Iterable[str]) -> frozenset[str]:
    return user_ids("excluded", users)


_top = partial(checks.integer, low=1, remedy="Give 1 for the first place alone.")


def _lasting(field: str, value: object) -> timedelta:
    duration = checks.instance(field, value, timedelta)
    if not timedelta(0) < duration <= LONGEST:
        raise InvalidValueError(
            f"must be longer than 0, and at most {LONGEST.total_seconds():.0f} seconds",
            field=field,
            value=value,
            remedy="Such as timedelta(minutes=15).",
        )
    return duration


@schema("leaderboard-policy/1")
@attrs.frozen(kw_only=True)
class LeaderboardPolicy:
    """What the snapshots of leaderboards show, and how long they do: at most 10⁹ seconds.

    Raises:
        InvalidValueError: A number is out of its range, or ``kept`` is shorter than ``fresh``.

    Examples:
        >>> LeaderboardPolicy(excluded=["staff"]).excluded
        frozenset({'staff'})
    """

    #: Users that no board shows. Those below them move up.
    excluded: frozenset[str] = attrs.field(default=frozenset(), converter=_excluded)
    #: How many places a snapshot keeps with their users; it ranks everybody.
    top: int = attrs.field(default=100, validator=checks.each(_top))
    #: How long a snapshot answers; after that the store counts again.
    fresh: timedelta = attrs.field(default=timedelta(minutes=15), validator=checks.each(_lasting))
    #: How long a snapshot is kept.
    kept: timedelta = attrs.field(default=timedelta(hours=1), validator=checks.each(_lasting))

    def __attrs_post_init__(self) -> None:
        if self.kept < self.fresh:
            raise InvalidValueError(
                f"must not be shorter than fresh, {self.fresh}",
                field="kept",
                value=self.kept,
                remedy="Make it longer, or fresh shorter.",
            )

    def __repr__(self) -> str:
        return of_policy(self)

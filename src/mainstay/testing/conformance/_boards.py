"""How the suites ask for leaderboards, and make snapshots of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from mainstay.ports import BoardQuery, BoardTarget, DueBoard, HasLeaderboards
from mainstay.recognition import MOST_POINTS, Board, Credit, LeaderboardPolicy, Period, Ranked, rank
from mainstay.testing.conformance._activity import readable
from mainstay.testing.conformance._credits import DAY, NOON, credit, give
from mainstay.testing.conformance._expect import expect

__all__ = [
    "due",
    "give_twice_as_many",
    "pages",
    "places",
    "ranking",
    "refresh",
    "snapshots",
    "twice_as_many",
]


def due(store: HasLeaderboards, target: BoardTarget) -> dict[str, datetime | None]:
    """Return as of when the snapshots are of the boards that are due, by key."""
    with store.leaderboards.page() as page:
        return {board.key: board.as_of for board in readable(page.due(target, limit=9))}


def refresh(
    store: HasLeaderboards,
    now: datetime = NOON,
    *,
    policy: LeaderboardPolicy | None = None,
    periods: Collection[Period] = tuple(Period),
) -> list[DueBoard]:
    """Make snapshots of some boards, in one transaction."""
    with store.leaderboards.page() as page:
        found = readable(page.due(BoardTarget(now, policy=policy), limit=9))
        boards = [board for board in found if board.period in periods]
        page.keep(boards)
    return boards


def places(board: Board) -> list[tuple[int, str, int]]:
    """Return a board's places."""
    return [(place, user, total) for place, user, total in board.entries]


def give_twice_as_many(store: HasLeaderboards, less: str, more: str) -> None:
    """Credit two users in a week with sums of which 64 bits of a float make one and the same.

    Their totals are in their range, since as much was taken from them before.
    """
    for user, gap in ((less, 2), (more, 1)):
        before = credit(user, -MOST_POINTS, NOON - 8 * DAY)
        twice = [credit(user, MOST_POINTS - fewer, NOON - DAY) for fewer in (0, gap)]
        give(store, before, *twice)


def twice_as_many(less: str, more: str) -> list[tuple[int, str, int]]:
    """Return their places in that week."""
    return [(1, more, 2 * MOST_POINTS - 1), (2, less, 2 * MOST_POINTS - 2)]


def pages(
    store: HasLeaderboards, query: BoardQuery, limit: int, now: datetime = NOON
) -> list[Ranked[int]]:
    """Return a whole board, page after page."""
    found: list[Ranked[int]] = []
    while some := store.leaderboards.top(
        query, now=now, limit=limit, after=found[-1] if found else None
    ).entries:
        expect(len(some) <= limit, True, f"a page has {limit} places at most")
        found += some
    return found


def snapshots(store: HasLeaderboards, now: datetime = NOON) -> dict[str, datetime]:
    """Return as of when the snapshots are that answer, by period."""
    found = {period: store.leaderboards.top(BoardQuery(period), now=now) for period in Period}
    return {period.value: board.as_of for period, board in found.items() if not board.live}


def ranking(
    credits: Iterable[Credit],
    query: BoardQuery,
    now: datetime = NOON,
    excluded: Collection[str] = (),
) -> tuple[Ranked[int], ...]:
    """Return a whole board as the pure functions rank it."""
    span = query.span(now)
    listed: dict[str, list[Credit]] = {}
    for each in credits:
        if each.at in span:
            listed.setdefault(each.user_id, []).append(each)
    return rank(
        {user: sum(each.amount for each in theirs) for user, theirs in listed.items()},
        ties=query.ties,
        reached=_reached(listed),
        exclude=excluded if query.exclude is None else query.exclude,
        among=query.among,
    )


def _reached(listed: Mapping[str, list[Credit]]) -> dict[str, datetime]:
    """Return the instant of each user's latest credit of other than 0, else of their first."""
    return {
        user: max(
            (each.at for each in theirs if each.amount),
            default=min(each.at for each in theirs),
        )
        for user, theirs in listed.items()
    }

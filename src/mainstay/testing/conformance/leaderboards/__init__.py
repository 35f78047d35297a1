"""What every :class:`mainstay.ports.LeaderboardStore` must do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mainstay.ports import BoardTarget, DueBoard, HasLeaderboards, LeaderboardStore
from mainstay.recognition import Period
from mainstay.testing.conformance._boards import refresh
from mainstay.testing.conformance._credits import NOON
from mainstay.testing.conformance.leaderboards.counted import CountedBoardsConformance
from mainstay.testing.conformance.leaderboards.due_boards import DueBoardsConformance
from mainstay.testing.conformance.leaderboards.snapshots import SnapshotsConformance
from mainstay.testing.conformance.pages import PagesConformance

__all__ = ["LeaderboardStoreConformance"]


class LeaderboardStoreConformance(
    PagesConformance[HasLeaderboards, BoardTarget, DueBoard, DueBoard],
    CountedBoardsConformance,
    DueBoardsConformance,
    SnapshotsConformance,
):
    """Tests of a leaderboard store: give them an empty one as ``store``.

    Each is one promise of :class:`mainstay.ports.LeaderboardStore` or its pages, in the words of
    their docstrings.

    Examples:
        >>> from unittest import TestCase
        >>> from mainstay.testing.memory import MemoryStore
        >>> class TestMyBoards(LeaderboardStoreConformance, TestCase):
        ...     def make_store(self):
        ...         return MemoryStore()  # here: yours
        >>> TestMyBoards("test_earliest_is_who_reached_their_points_first").run().wasSuccessful()
        True
    """

    def keys(self) -> Sequence[str]:
        """Return the keys of all boards."""
        return sorted(Period)

    def pages(self, store: HasLeaderboards) -> LeaderboardStore:
        """Return the port."""
        return store.leaderboards

    def make_due(self, store: HasLeaderboards, keys: Iterable[str]) -> BoardTarget:
        """Make snapshots of all other boards, as of the target's ``now``."""
        refresh(store, periods={*Period} - {Period(key) for key in keys})
        return BoardTarget(NOON)

    def done(self, due: DueBoard, target: BoardTarget) -> DueBoard:  # noqa: ARG002
        """Return the board: it is done as it is due."""
        return due

    def done_by_a_stranger(self) -> DueBoard:
        """Return a board of which there is a snapshot already."""
        return DueBoard(Period.WEEKLY)

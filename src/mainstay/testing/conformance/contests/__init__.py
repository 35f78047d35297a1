"""What every :class:`mainstay.ports.ContestStore` must do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from mainstay.contest import Verification, commit
from mainstay.ports import CaseClosing, ContestStore, DueCase, HasContests, KeptCase
from mainstay.testing.conformance._activity import CODE_POINTS
from mainstay.testing.conformance._contests import END, case, closing, opened
from mainstay.testing.conformance._credits import DAY, NOON
from mainstay.testing.conformance.contests.closed_cases import ClosedCasesConformance
from mainstay.testing.conformance.contests.commitments import CommitmentsConformance
from mainstay.testing.conformance.contests.drafts import DraftsConformance
from mainstay.testing.conformance.contests.due_cases import DueCasesConformance
from mainstay.testing.conformance.contests.followed import FollowedConformance
from mainstay.testing.conformance.contests.reading import ReadingConformance
from mainstay.testing.conformance.contests.takes import TakesConformance
from mainstay.testing.conformance.pages import PagesConformance

__all__ = ["ContestStoreConformance"]


class ContestStoreConformance(
    PagesConformance[HasContests, datetime, DueCase, CaseClosing],
    DraftsConformance,
    CommitmentsConformance,
    TakesConformance,
    ReadingConformance,
    DueCasesConformance,
    ClosedCasesConformance,
    FollowedConformance,
):
    """Tests of a contest store: give them an empty one as ``store``.

    Each is one promise of :class:`mainstay.ports.ContestStore` or its pages, in the words of their
    docstrings.

    Examples:
        >>> from unittest import TestCase
        >>> from mainstay.testing.memory import MemoryStore
        >>> class TestMyContests(ContestStoreConformance, TestCase):
        ...     def make_store(self):
        ...         return MemoryStore()  # here: yours
        >>> TestMyContests("test_nobody_votes_for_their_own_argument").run().wasSuccessful()
        True
    """

    def keys(self) -> Sequence[str]:
        """Return ids of cases."""
        return CODE_POINTS

    def pages(self, store: HasContests) -> ContestStore:
        """Return the port."""
        return store.contests

    def make_due(self, store: HasContests, keys: Iterable[str]) -> datetime:
        """Open cases, and let their time be over."""
        opened(store, *keys)
        return END

    def done(self, due: DueCase, target: datetime) -> CaseClosing:
        """Return what closing it comes to."""
        return closing(due, target)

    def done_by_a_stranger(self) -> CaseClosing:
        """Return what closing a case comes to of which nobody has heard."""
        stranger = case("stranger")
        commitment, secret = commit(stranger, "no")
        kept = KeptCase(
            stranger.opened(NOON, lasting=DAY), commitment.digest, Verification.VERIFIED
        )
        return closing(DueCase(kept, secret, [], [], []), END)

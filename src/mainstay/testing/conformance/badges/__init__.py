"""What every :class:`mainstay.ports.BadgeStore` must do."""

from __future__ import annotations

from collections.abc import Iterable

from mainstay.ports import BadgeCheck, BadgeStanding, BadgeStore, BadgeTarget, HasBadges
from mainstay.testing.conformance._badges import award, target
from mainstay.testing.conformance.badges.due_users import DueUsersConformance
from mainstay.testing.conformance.badges.kept_awards import KeptAwardsConformance
from mainstay.testing.conformance.badges.standing import StandingConformance
from mainstay.testing.conformance.pages import PagesConformance

__all__ = ["BadgeStoreConformance"]


class BadgeStoreConformance(
    PagesConformance[HasBadges, BadgeTarget, BadgeStanding, BadgeCheck],
    DueUsersConformance,
    StandingConformance,
    KeptAwardsConformance,
):
    """Tests of a badge store: give them an empty one as ``store``.

    Each is one promise of :class:`mainstay.ports.BadgeStore` or its pages, in the words of their
    docstrings.

    Examples:
        >>> from unittest import TestCase
        >>> from mainstay.testing.memory import MemoryStore
        >>> class TestMyBadges(BadgeStoreConformance, TestCase):
        ...     def make_store(self):
        ...         return MemoryStore()  # here: yours
        >>> TestMyBadges("test_an_award_that_stands_stays_as_it_is").run().wasSuccessful()
        True
    """

    def pages(self, store: HasBadges) -> BadgeStore:
        """Return the port."""
        return store.badges

    def make_due(self, store: HasBadges, keys: Iterable[str]) -> BadgeTarget:
        """Have users win a case each."""
        store.metrics.put({key: {"wins": 1} for key in keys})
        return target()

    def done(self, due: BadgeStanding, target: BadgeTarget) -> BadgeCheck:
        """Return the award that is due."""
        return BadgeCheck(due.user_id, [award(due.user_id, at=target.now)])

    def done_by_a_stranger(self) -> BadgeCheck:
        """Return a look at somebody of whom nobody has heard."""
        return BadgeCheck(self.stranger())

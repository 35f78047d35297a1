"""What every :class:`mainstay.ports.ReputationStore` must do."""

from __future__ import annotations

from collections.abc import Iterable

from mainstay.jobs import plan_weeks
from mainstay.localdays import IsoWeek
from mainstay.ports import DueWeeks, HasReputations, ReputationStore
from mainstay.reputation.multiplier import Reputation
from mainstay.testing.conformance._activity import did, may
from mainstay.testing.conformance.pages import PagesConformance
from mainstay.testing.conformance.policies import WeekPoliciesConformance
from mainstay.testing.conformance.reputations.due_weeks import DueWeeksConformance
from mainstay.testing.conformance.reputations.kept_weeks import KeptWeeksConformance

__all__ = ["ReputationStoreConformance"]


class ReputationStoreConformance(
    PagesConformance[HasReputations, IsoWeek, DueWeeks, Reputation],
    DueWeeksConformance,
    KeptWeeksConformance,
    WeekPoliciesConformance,
):
    """Tests of a reputation store: give them an empty one as ``store``.

    Each is one promise of :class:`mainstay.ports.ReputationStore` or its pages, in the words of
    their docstrings.

    Examples:
        >>> from unittest import TestCase
        >>> from mainstay.testing.memory import MemoryStore
        >>> class TestMyWeeks(ReputationStoreConformance, TestCase):
        ...     def make_store(self):
        ...         return MemoryStore()  # here: yours
        >>> TestMyWeeks("test_years_turn_by_the_iso_calendar").run().wasSuccessful()
        True
    """

    def pages(self, store: HasReputations) -> ReputationStore:
        """Return the port."""
        return store.reputations

    def make_due(self, store: HasReputations, keys: Iterable[str]) -> IsoWeek:
        """Have users be active enough in a week."""
        for key in keys:
            store.sessions.add(did(key, may(1), times=2))
        return IsoWeek.of(may(1))

    def done(self, due: DueWeeks, target: IsoWeek) -> Reputation:
        """Return the user with an active week."""
        planned = plan_weeks(due, target)
        assert planned is not None  # noqa: S101  (a first week always changes something)
        return planned

    def done_by_a_stranger(self) -> Reputation:
        """Return what is kept of somebody who was never active."""
        return Reputation(self.stranger())

"""What every :class:`mainstay.ports.EngagementStore` must do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from mainstay.jobs import plan_days
from mainstay.ports import DueDays, EngagementStore, EvaluatedDays, HasEngagements
from mainstay.scores.engagement.day import DayActivity
from mainstay.scores.engagement.evaluate import Engagement
from mainstay.testing.conformance._activity import did, may
from mainstay.testing.conformance.engagements.candidates import CandidatesConformance
from mainstay.testing.conformance.engagements.due_days import DueDaysConformance
from mainstay.testing.conformance.engagements.idle_days import IdleDaysConformance
from mainstay.testing.conformance.engagements.judging import JudgingConformance
from mainstay.testing.conformance.engagements.kept_days import KeptDaysConformance
from mainstay.testing.conformance.engagements.standing import StandingConformance
from mainstay.testing.conformance.pages import PagesConformance
from mainstay.testing.conformance.policies import DayPoliciesConformance

__all__ = ["EngagementStoreConformance"]


class EngagementStoreConformance(
    PagesConformance[HasEngagements, date, DueDays, EvaluatedDays],
    DueDaysConformance,
    IdleDaysConformance,
    KeptDaysConformance,
    CandidatesConformance,
    StandingConformance,
    JudgingConformance,
    DayPoliciesConformance,
):
    """Tests of an engagement store: give them an empty one as ``store``.

    Each is one promise of :class:`mainstay.ports.EngagementStore` or its pages, in the words of
    their docstrings. The store is to count the kind ``post`` as posts.

    Examples:
        >>> from unittest import TestCase
        >>> from mainstay.testing.memory import MemoryStore
        >>> class TestMyDays(EngagementStoreConformance, TestCase):
        ...     def make_store(self):
        ...         return MemoryStore()  # here: yours
        >>> TestMyDays("test_the_day_after_a_streak_is_due").run().wasSuccessful()
        True
    """

    def pages(self, store: HasEngagements) -> EngagementStore:
        """Return the port."""
        return store.engagements

    def make_due(self, store: HasEngagements, keys: Iterable[str]) -> date:
        """Have users be active for two days."""
        for key in keys:
            store.sessions.add([*did(key, may(1)), *did(key, may(2), "like")])
        return may(2)

    def done(self, due: DueDays, target: date) -> EvaluatedDays:  # noqa: ARG002  (due knows it)
        """Return what the days come to."""
        return plan_days(due)

    def done_by_a_stranger(self) -> EvaluatedDays:
        """Return what a day comes to for somebody who was never active."""
        return plan_days(DueDays(Engagement(self.stranger()), [DayActivity(may(2))], may(2)))

"""What every :class:`mainstay.ports.EngagementStore` must do."""

from __future__ import annotations

from mainstay.testing.conformance.engagements.candidates import CandidatesConformance
from mainstay.testing.conformance.engagements.due_days import DueDaysConformance
from mainstay.testing.conformance.engagements.kept_days import KeptDaysConformance
from mainstay.testing.conformance.policies import DayPoliciesConformance

__all__ = ["EngagementStoreConformance"]


class EngagementStoreConformance(
    DueDaysConformance, KeptDaysConformance, CandidatesConformance, DayPoliciesConformance
):
    """Tests of an engagement store: give them an empty one as the fixture ``store``.

    Each is one promise of :class:`mainstay.ports.EngagementStore` or its pages, in the words of
    their docstrings. The store is to count the kind ``post`` as posts.
    """

"""What every :class:`mainstay.ports.ReputationStore` must do."""

from __future__ import annotations

from mainstay.testing.conformance.policies import WeekPoliciesConformance
from mainstay.testing.conformance.reputations.due_weeks import DueWeeksConformance
from mainstay.testing.conformance.reputations.kept_weeks import KeptWeeksConformance

__all__ = ["ReputationStoreConformance"]


class ReputationStoreConformance(
    DueWeeksConformance, KeptWeeksConformance, WeekPoliciesConformance
):
    """Tests of a reputation store: give them an empty one as the fixture ``store``.

    Each is one promise of :class:`mainstay.ports.ReputationStore` or its pages, in the words of
    their docstrings.
    """

"""What every :class:`mainstay.ports.CorrectionStore` must do."""

from __future__ import annotations

from mainstay.testing.conformance.corrections.accounts import AccountsConformance
from mainstay.testing.conformance.corrections.events import CorrectedEventsConformance
from mainstay.testing.conformance.corrections.floor import FloorConformance
from mainstay.testing.conformance.corrections.forgotten import ForgottenConformance
from mainstay.testing.conformance.corrections.policies import CorrectedPoliciesConformance
from mainstay.testing.conformance.corrections.pruned import PrunedConformance
from mainstay.testing.conformance.corrections.renamed import RenamedConformance
from mainstay.testing.conformance.corrections.reopened_days import ReopenedDaysConformance
from mainstay.testing.conformance.corrections.reopened_weeks import ReopenedWeeksConformance
from mainstay.testing.conformance.corrections.transactions import TransactionsConformance

__all__ = ["CorrectionConformance"]


class CorrectionConformance(
    TransactionsConformance,
    ForgottenConformance,
    RenamedConformance,
    AccountsConformance,
    CorrectedEventsConformance,
    ReopenedDaysConformance,
    ReopenedWeeksConformance,
    FloorConformance,
    PrunedConformance,
    CorrectedPoliciesConformance,
):
    """Tests of corrections: give them an empty store as ``store``, with all ports.

    Each is one promise of :class:`mainstay.ports.CorrectionStore`, of its page, or of the pages'
    ``reopen``, in the words of their docstrings. The store is to count the kind ``post`` as posts.

    Examples:
        >>> from unittest import TestCase
        >>> from mainstay.testing.memory import MemoryStore
        >>> class TestMyCorrections(CorrectionConformance, TestCase):
        ...     def make_store(self):
        ...         return MemoryStore()  # here: yours
        >>> TestMyCorrections("test_a_floor_is_a_monday_and_never_lowered").run().wasSuccessful()
        True
    """

"""What every :class:`mainstay.ports.OutlookStore` must do."""

from __future__ import annotations

from collections.abc import Iterable

from mainstay.ports import HasOutlooks, OutlookMade, OutlookStanding, OutlookStore, OutlookTarget
from mainstay.testing.conformance._credits import NOON
from mainstay.testing.conformance._outlooks import HOUR, did_at, outlook, target
from mainstay.testing.conformance.outlooks.added import AddedOutlooksConformance
from mainstay.testing.conformance.outlooks.due_users import DueOutlooksConformance
from mainstay.testing.conformance.outlooks.figures import FiguresConformance
from mainstay.testing.conformance.outlooks.kept import KeptOutlooksConformance
from mainstay.testing.conformance.outlooks.marks import MarksConformance
from mainstay.testing.conformance.outlooks.planned import PlannedAtOnceConformance
from mainstay.testing.conformance.outlooks.reading import ToldConformance
from mainstay.testing.conformance.pages import PagesConformance

__all__ = ["OutlookConformance"]


class OutlookConformance(
    PagesConformance[HasOutlooks, OutlookTarget, OutlookStanding, OutlookMade],
    DueOutlooksConformance,
    KeptOutlooksConformance,
    AddedOutlooksConformance,
    PlannedAtOnceConformance,
    ToldConformance,
    MarksConformance,
    FiguresConformance,
):
    """Tests of an outlook store: give them an empty one as ``store``.

    Each is one promise of :class:`mainstay.ports.OutlookStore` or its pages, in the words of their
    docstrings.

    Examples:
        >>> from unittest import TestCase
        >>> from mainstay.testing.memory import MemoryStore
        >>> class TestMyOutlooks(OutlookConformance, TestCase):
        ...     def make_store(self):
        ...         return MemoryStore()  # here: yours
        >>> TestMyOutlooks("test_the_first_outlook_of_a_day_stays").run().wasSuccessful()
        True
    """

    def pages(self, store: HasOutlooks) -> OutlookStore:
        """Return the port."""
        return store.outlooks

    def make_due(self, store: HasOutlooks, keys: Iterable[str]) -> OutlookTarget:
        """Have users do something."""
        for key in keys:
            did_at(store, key, NOON - HOUR)
        return target()

    def done(self, due: OutlookStanding, target: OutlookTarget) -> OutlookMade:
        """Return what they are told."""
        return OutlookMade(due.user_id, outlook(due.user_id, target.day))

    def done_by_a_stranger(self) -> OutlookMade:
        """Return what somebody is told of whom nobody has heard."""
        return OutlookMade(self.stranger())

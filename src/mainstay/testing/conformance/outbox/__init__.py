"""What every :class:`mainstay.ports.Outbox` must do."""

from __future__ import annotations

from mainstay.testing.conformance.outbox.claimed_entries import ClaimedEntriesConformance
from mainstay.testing.conformance.outbox.finished_entries import FinishedEntriesConformance
from mainstay.testing.conformance.outbox.put_entries import PutEntriesConformance

__all__ = ["OutboxConformance"]


class OutboxConformance(
    PutEntriesConformance, ClaimedEntriesConformance, FinishedEntriesConformance
):
    """Tests of an outbox: give them an empty one as ``store``.

    Each is one promise of :class:`mainstay.ports.Outbox`, in the words of its docstrings.
    """

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

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> count = store.outbox.count_waiting
        >>> store.outbox.count_waiting = lambda kind=None, *, due_by=None: count(kind)
        >>> OutboxConformance().test_those_that_wait_are_counted(store)
        Traceback (most recent call last):
            ...
        AssertionError: all, of a kind, due by then, due earlier
        expected: [3, 2, 1, 0]
        found:    [3, 2, 2, 3]
    """

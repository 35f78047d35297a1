"""What makes cases: a file, people, or a language model."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from mainstay.contest import CaseDraft

__all__ = ["CaseGenerator"]


class CaseGenerator(Protocol):
    """Makes cases.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.jobs import generate_cases
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> class Doctors:
        ...     def generate(self, slot):
        ...         return CaseDraft(f"May a doctor lie on {slot:%A}?", ["yes", "no"], verdict="no")
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> job = generate_cases(store, ledger=store.ledger, generator=Doctors())
        >>> _ = job.run(JobContext(clock=lambda: noon))
        >>> store.contests.of_slot(noon).case.question
        'May a doctor lie on Wednesday?'
    """

    def generate(self, slot: datetime, /) -> CaseDraft:
        """Return a case for a slot.

        It may be asked more than once for a slot: one of what it returns is used. No transaction
        is open meanwhile, so that it may take its time: less than the lease of the claim loop,
        five minutes.

        Args:
            slot: When the slot begins, in UTC.

        Raises:
            Exception: It has none, or can't make one now. The next run tries again, once. What the
                error says is logged, reported and kept: it must not say what the verdict is.
        """
        ...

"""What makes cases: a file, people, or a language model."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from mainstay.contest import CaseDraft

__all__ = ["CaseGenerator"]


class CaseGenerator(Protocol):
    """Makes cases."""

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

"""The policies that days, or weeks, are judged by."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import date
from typing import Protocol, TypeVar

from mainstay.scores.policies import AnyPolicy, PolicyHistory

__all__ = ["PolicyPage", "PolicyStore"]

P = TypeVar("P", bound=AnyPolicy)


class PolicyPage(Protocol[P]):
    """What a transaction reads and keeps of policies.

    Two that keep one happen one after the other, as do one that keeps one and one that has read
    them and keeps what was judged by them: the second reads what the first has kept.
    """

    def policies(self) -> PolicyHistory[P] | None:
        """Return the policies that are kept; ``None`` while none is kept from the beginning."""
        ...

    def keep_policy(self, policy: P, /, *, since: date | None = None) -> P:
        """Keep a policy, and return the one that is kept since then afterwards.

        There is one a date: one that is kept already stays if ``since`` or a later day has been
        evaluated for anybody; else it is replaced.

        Args:
            policy: The policy.
            since: The day from which on it holds, for weeks a Monday; by default it holds from
                the beginning.
        """
        ...

    def last_day(self) -> date | None:
        """Return the last day evaluated for anybody, or the Sunday of the last week recorded.

        ``None`` means that nothing has been. Rows that can't be read are left out.
        """
        ...

    def kinds(self) -> Collection[str]:
        """Return the kinds of activity that there are, as :meth:`SessionStore.kinds` does."""
        ...


class PolicyStore(Protocol[P]):
    """Keeps policies: the part of a store of days, or of weeks, that is about them."""

    def policies(self) -> PolicyHistory[P] | None:
        """Return the policies that are kept; ``None`` while none is kept from the beginning."""
        ...

    def page(self) -> AbstractContextManager[PolicyPage[P]]:
        """Begin a transaction: kept if the block ends well, undone if it raises."""
        ...

"""The policies that days, or weeks, are judged by: what ports of judged work share."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import date
from typing import Protocol, TypeVar

from mainstay.ports.pages import Done_contra, Due_co, Page, Pages, Target_contra
from mainstay.scores.policies import AnyPolicy, PolicyHistory

__all__ = ["JudgedPage", "JudgedPages", "PolicyPage", "PolicyStore"]

P = TypeVar("P", bound=AnyPolicy)


class PolicyPage(Protocol[P]):
    """What a transaction reads and keeps of policies."""

    def policies(self) -> PolicyHistory[P] | None:
        """Return the policies that are kept; ``None`` while none is kept from the beginning."""
        ...

    def keep_policy(self, policy: P, /, *, since: date | None = None, anyway: bool = False) -> P:
        """Keep a policy, and return the one that is kept since then afterwards.

        There is one a date: one that is kept already stays if ``since`` or a later day has been
        evaluated for anybody; else it is replaced.

        Args:
            policy: The policy.
            since: The day from which on it holds, for weeks a Monday; by default it holds from
                the beginning.
            anyway: Whether it is replaced even then: what was evaluated is to be evaluated again.
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


class JudgedPage(
    Page[Target_contra, Due_co, Done_contra],
    PolicyPage[P],
    Protocol[Target_contra, Due_co, Done_contra, P],
):
    """A page of what is judged by policies."""


class JudgedPages(
    Pages[Target_contra, Due_co, Done_contra],
    PolicyStore[P],
    Protocol[Target_contra, Due_co, Done_contra, P],
):
    """A port of work that is judged by policies."""

    def page(self) -> AbstractContextManager[JudgedPage[Target_contra, Due_co, Done_contra, P]]:
        """Begin a transaction, as :meth:`Pages.page` does."""
        ...

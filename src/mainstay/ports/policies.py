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
    """What a transaction reads and keeps of policies.

    Examples:
        >>> from mainstay import EngagementPolicy
        >>> from mainstay.testing.memory import MemoryStore
        >>> first, later = EngagementPolicy(), EngagementPolicy(posts_half=100)
        >>> with MemoryStore().engagements.page() as page:
        ...     _ = page.keep_policy(first), page.keep_policy(later, since=date(2024, 6, 3))
        ...     policies = page.policies()
        >>> policies.on(date(2024, 6, 2)) == first, policies.on(date(2024, 6, 3)) == later
        (True, True)
    """

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
    """Keeps policies: the part of a store of days, or of weeks, that is about them.

    Examples:
        >>> from mainstay import WeeklyStreakPolicy
        >>> from mainstay.testing.memory import MemoryStore
        >>> store: PolicyStore[WeeklyStreakPolicy] = MemoryStore().reputations
        >>> with store.page() as page:
        ...     _ = page.keep_policy(WeeklyStreakPolicy(min_interactions=3))
        >>> store.policies().first.min_interactions
        3
    """

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
    """A page of what is judged by policies.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import EngagementPolicy, Session
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, day = MemoryStore(), date(2024, 5, 1)
        >>> _ = store.sessions.add([Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), id="1")])
        >>> with store.engagements.page() as page:
        ...     _ = page.keep_policy(EngagementPolicy())
        ...     policies, due = page.policies(), page.due(day, limit=10)
        ...     page.keep([each.evaluate(policies=policies) for each in due])
        ...     page.last_day()
        datetime.date(2024, 5, 1)
    """


class JudgedPages(
    Pages[Target_contra, Due_co, Done_contra],
    PolicyStore[P],
    Protocol[Target_contra, Due_co, Done_contra, P],
):
    """A port of work that is judged by policies.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import EngagementPolicy, Session
        >>> from mainstay.jobs import evaluate_consistency
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, strict = MemoryStore(), EngagementPolicy(posts_half=100)
        >>> _ = store.sessions.add([Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), id="1")])
        >>> job = evaluate_consistency(store.engagements, policy=strict)
        >>> _ = job.run(JobContext(target=date(2024, 5, 1)))
        >>> store.engagements.policies().first == strict  # the first run keeps its policy
        True
    """

    def page(self) -> AbstractContextManager[JudgedPage[Target_contra, Due_co, Done_contra, P]]:
        """Begin a transaction, as :meth:`Pages.page` does."""
        ...

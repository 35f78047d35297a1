"""The shape that all ports of paged work share: what is due, page by page, and what it came to."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

import attrs

from mainstay.errors import RejectedError

__all__ = ["Keyed", "Page", "Pages", "Unreadable", "not_due"]


class Keyed(Protocol):
    """Something that is due.

    Examples:
        >>> from datetime import date
        >>> from mainstay.ports import DueNotification
        >>> def keys(due: Sequence[Keyed]) -> list[str]:
        ...     return [each.key for each in due]
        >>> keys([DueNotification(user, date(2024, 5, 1)) for user in ("ada", "bob")])
        ['2024-05-01:ada', '2024-05-01:bob']
    """

    @property
    def key(self) -> str:
        """What orders it, and names it in reports: a user's id, mostly."""
        ...


@attrs.frozen
class Unreadable:
    """What stands where something is due that can't be read, because of what its row holds.

    Attributes:
        key: Its key.
        error: What is wrong.

    Examples:
        >>> from datetime import UTC, date, datetime
        >>> from mainstay import Session
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> _ = store.sessions.add([Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), id="1")])
        >>> store.corrupt("ada")
        >>> with store.engagements.page() as page:
        ...     [(each.key, str(each.error)) for each in page.due(date(2024, 5, 1), limit=10)]
        [('ada', "the state of 'ada' can't be read, got 'corrupt'. ...")]
    """

    key: str
    error: Exception


Target_contra = TypeVar("Target_contra", contravariant=True)
Due_co = TypeVar("Due_co", bound=Keyed, covariant=True)
Done_contra = TypeVar("Done_contra", contravariant=True)


class Page(Protocol[Target_contra, Due_co, Done_contra]):
    """One transaction: what is read stays as it is until what was made of it is kept.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.ports import BoardTarget
        >>> from mainstay.testing.memory import MemoryStore
        >>> target = BoardTarget(datetime(2024, 5, 1, tzinfo=UTC))
        >>> with MemoryStore().leaderboards.page() as page:
        ...     first = page.due(target, limit=2)
        ...     rest = page.due(target, after=first[-1].key, limit=2)
        >>> [each.key for each in first], [each.key for each in rest]
        (['all', 'daily'], ['weekly'])
    """

    def due(
        self, target: Target_contra, /, *, after: str | None = None, limit: int
    ) -> Sequence[Due_co | Unreadable]:
        """Return what is due, in the order of the keys, by code point; nothing at the end.

        Args:
            target: What to work on: a day, for instance.
            after: Only what has a later key than this one.
            limit: How much at most, in what the port counts; one at least, if there is one.
        """
        ...

    def keep(self, done: Sequence[Done_contra], /) -> None:
        """Keep what was made of that which :meth:`due` has returned in this transaction.

        Raises:
            RejectedError: Some of it can't be kept. Nothing of this transaction is, then.
        """
        ...


class Pages(Protocol[Target_contra, Due_co, Done_contra]):
    """A port of paged work. A loop takes page after page until nothing is due.

    Examples:
        >>> from contextlib import suppress
        >>> from datetime import UTC, datetime
        >>> from mainstay.ports import BoardTarget
        >>> from mainstay.testing.memory import MemoryStore
        >>> pages: Pages = MemoryStore().leaderboards
        >>> target = BoardTarget(datetime(2024, 5, 1, tzinfo=UTC))
        >>> with suppress(KeyError), pages.page() as page:
        ...     page.keep(page.due(target, limit=2))
        ...     raise KeyError("a run that ends here")
        >>> pages.count_due(target)  # nothing was kept
        3
    """

    def page(self) -> AbstractContextManager[Page[Target_contra, Due_co, Done_contra]]:
        """Begin a transaction: kept if the block ends well, undone if it raises.

        Two of the same port happen one after the other, also in different processes: the second
        reads what the first has kept. Anyone who adds events for a user of a page waits until
        the page ends. Nobody else does: neither those who add for other users, nor the log of runs.
        """
        ...

    def count_due(self, target: Target_contra, /) -> int:
        """Return about how much is due; progress is measured by it."""
        ...


def not_due(field: str, key: str) -> RejectedError:
    """Return the error of what :meth:`Page.due` has not returned in this transaction."""
    return RejectedError(
        "was not due in this transaction",
        field=field,
        value=key,
        remedy="Keep what was made of what due has returned, before the block ends.",
    )

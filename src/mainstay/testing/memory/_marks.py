"""Whom to look at again, since something was added for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

__all__ = ["Marks"]


class Marks(dict[str, datetime | None]):
    """When each user is due: ``None`` for at once."""

    def at_once(self, users: Iterable[str]) -> None:
        """Make users due, whatever they were."""
        self.update(dict.fromkeys(users))

    def due(self, now: datetime) -> list[str]:
        """Return who is due, by user id."""
        return sorted(user for user, at in self.items() if at is None or at <= now)

    def saved(self) -> Callable[[], None]:
        """Return what makes them as they are now again."""
        before = dict(self)

        def put_back() -> None:
            self.clear()
            self.update(before)

        return put_back

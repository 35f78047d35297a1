"""What holds for every transaction, whatever it is about."""

from __future__ import annotations

from typing import Generic, TypeVar

import attrs

from mainstay.errors import RejectedError
from mainstay.ports.pages import not_due

__all__ = ["Transaction"]

Due = TypeVar("Due")


@attrs.define
class Transaction(Generic[Due]):
    """What a transaction has read of each user, and whether it was given what can't be kept.

    Attributes:
        rejected: Whether nothing of it is to be kept.
        read: What ``due`` has returned in it, by its key.
    """

    rejected: bool = False
    read: dict[str, Due] = attrs.field(factory=dict)

    def due(self, key: str, *, field: str = "user_id") -> Due:
        """Return what was read of a user, or of what else has a key; others are refused."""
        if key not in self.read:
            self.rejected = True
            raise not_due(field, key)
        return self.read[key]

    def reject(self, problem: str, *, field: str, value: object, remedy: str) -> RejectedError:
        """Return the error, and keep nothing of this transaction, even if the block goes on."""
        self.rejected = True
        return RejectedError(problem, field=field, value=value, remedy=remedy)

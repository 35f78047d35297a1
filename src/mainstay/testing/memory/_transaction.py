"""What holds for every transaction, whatever it is about."""

from __future__ import annotations

from typing import Generic, TypeVar

import attrs

from mainstay.errors import RejectedError

__all__ = ["Transaction"]

Due = TypeVar("Due")


@attrs.define
class Transaction(Generic[Due]):
    """What a transaction has read of each user, and whether it was given what can't be kept.

    Attributes:
        rejected: Whether nothing of it is to be kept.
        read: What ``due`` has returned in it, by user id.
    """

    rejected: bool = False
    read: dict[str, Due] = attrs.field(factory=dict)

    def due(self, user_id: str) -> Due:
        """Return what a user's new state has to be made of; that of others is refused."""
        if user_id not in self.read:
            raise self.reject(
                "must be that of a user whom due has returned in this transaction",
                field="user_id",
                value=user_id,
                remedy="Keep what was made of what due has returned, before the block ends.",
            )
        return self.read[user_id]

    def reject(self, problem: str, *, field: str, value: object, remedy: str) -> RejectedError:
        """Return the error, and keep nothing of this transaction, even if the block goes on."""
        self.rejected = True
        return RejectedError(problem, field=field, value=value, remedy=remedy)

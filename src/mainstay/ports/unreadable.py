"""What takes the place of a user whose row can't be read."""

from __future__ import annotations

import attrs

__all__ = ["Unreadable"]


@attrs.frozen
class Unreadable:
    """A user whose row can't be read, because of what it holds.

    Attributes:
        user_id: Who.
        error: What is wrong.
    """

    user_id: str
    error: Exception

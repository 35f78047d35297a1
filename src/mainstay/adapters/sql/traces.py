"""What ports keep of users, told of what happens to them."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import Connection

__all__ = ["Traces"]


class Traces(Protocol):
    """A port that keeps something of users, and so has to know what happens to them."""

    def events_arrived(self, connection: Connection) -> None:
        """Take notice of new events, in the transaction that adds them.

        They are in the table ``staged``, and not yet among the others. Rows of users are locked
        in the order of their ids, so that two who add events never block each other for good.
        """
        ...

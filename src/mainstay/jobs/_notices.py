"""Whether a run leaves notices in the outbox, for what delivers them."""

from __future__ import annotations

from mainstay.scheduling import Option

__all__ = ["NOTICES"]

NOTICES = Option("notices", default=False, help="leave notices in the outbox, to be delivered")

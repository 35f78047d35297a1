"""Notices: what people are to be told, left in the outbox for what delivers it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from mainstay.ports.outbox import OutboxEntry
from mainstay.scheduling import PlainData

__all__ = ["NOTICE", "notice"]

#: The kind of the entries.
NOTICE = "notice"


def notice(about: str, user_id: str, data: Mapping[str, object], *, at: datetime) -> OutboxEntry:
    """Return a notice for a user, to be put in the transaction that causes it.

    Its key is random: that the transaction happens once is what makes it a single one.

    Args:
        about: What it is about: ``case``, ``badge`` or ``reward``.
        user_id: Whom to tell.
        data: What to tell them, as plain data.
        at: When it came about.

    Examples:
        >>> from datetime import UTC
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> told = notice("badge", "ada", {"key": "first_win"}, at=noon)
        >>> told.key.startswith("notice:badge:"), told.payload["about"]
        (True, 'badge')
    """
    return OutboxEntry(
        key=f"{NOTICE}:{about}:{secrets.token_hex(16)}",
        kind=NOTICE,
        user_id=user_id,
        payload=PlainData({"about": about, **data}),
        due_at=at,
    )

"""What tells people: by mail, push message or whatever the host has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol

import attrs

from mainstay import _checks as checks
from mainstay._plain import PlainData, kept_data

__all__ = ["Notification", "Notifier"]

_text = checks.each(checks.text)


@attrs.frozen(kw_only=True)
class Notification:
    """What somebody is to be told.

    Attributes:
        key: What tells it from every other, for good: one that comes twice is the same.
        kind: ``outlook``, or ``notice``.
        user_id: Whom to tell.
        day: For which day it is, if it is an outlook.
        channel: How they want to be told, in the host's own words, if they have said so.
        title: Its title.
        body: Its text.
        data: What else the host's app needs to show it, as plain data.

    Examples:
        >>> told = Notification(
        ...     key="outlook:2024-05-01:ada",
        ...     kind="outlook",
        ...     user_id="ada",
        ...     channel="push",
        ...     title="Keep your streak going",
        ...     body="You have a streak of 5 days.",
        ... )
        >>> print(f"{told.channel} to {told.user_id}: {told.title}")
        push to ada: Keep your streak going
    """

    key: str = attrs.field(validator=_text)
    kind: str = attrs.field(validator=_text)
    user_id: str = attrs.field(validator=_text)
    day: date | None = attrs.field(default=None, validator=checks.optional(checks.day))
    channel: str | None = attrs.field(default=None, validator=checks.optional(checks.text))
    title: str = attrs.field(validator=_text)
    body: str = attrs.field(validator=_text)
    data: PlainData = attrs.field(default=PlainData(), converter=kept_data)


class Notifier(Protocol):
    """Tells people: the host's own way, such as FCM, APNs, SMTP or a WebSocket.

    No transaction is open while it is asked. What it raises is a failure: it is asked twice more,
    after one and two minutes, and never later than two hours after the instant that was wanted.
    :class:`CallsFailedError <mainstay.CallsFailedError>` says that nobody can be told now: then the
    run ends, and nobody is to blame. So do :class:`StoreError <mainstay.StoreError>`,
    :class:`TimeLimitError <mainstay.TimeLimitError>`, ``MemoryError`` and Celery's soft time limit.

    Examples:
        >>> class Letters:
        ...     def __init__(self):
        ...         self.sent = {}
        ...     def notify(self, notification, /):
        ...         self.sent.setdefault(notification.key, notification.body)
        ...         return {"letters": len(self.sent)}
        >>> letters = Letters()
        >>> won = Notification(key="1", kind="notice", user_id="ada", title="Case", body="You won.")
        >>> letters.notify(won), letters.notify(won)  # by the key, they are told once
        ({'letters': 1}, {'letters': 1})
    """

    def notify(self, notification: Notification, /) -> Mapping[str, object] | None:
        """Tell somebody something, and return what is worth keeping of the answer, as plain data.

        It may be called more than once for one notification, and must then tell them once: by
        the key. An answer that is not plain data is logged, and not kept: they were told.
        """
        ...

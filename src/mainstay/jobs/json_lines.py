"""The embedded notifier: a line of JSON for each notification, for whatever reads them."""

from __future__ import annotations

import json
from typing import TextIO

import attrs

from mainstay.errors import CallsFailedError
from mainstay.ports import Notification

__all__ = ["JsonLinesNotifier"]


@attrs.frozen
class JsonLinesNotifier:
    """A :class:`mainstay.ports.Notifier` that writes each notification as a line of JSON.

    A line is one object with ``key``, ``kind``, ``user_id``, ``day``, ``channel``, ``title``,
    ``body`` and ``data``, in this order; ``day`` and ``channel`` are null where there is none. The
    stream is flushed after each line, so that a notification counts as delivered only once its
    line has left this process. What reads the lines must expect that one comes twice, and know it
    by its ``key``.

    Attributes:
        stream: Where they are written; best in UTF-8.

    Examples:
        >>> import sys
        >>> from datetime import date
        >>> hello = Notification(key="outlook:2024-05-01:ada", kind="outlook", user_id="ada",
        ...                      day=date(2024, 5, 1), title="Hello", body="A new day.")
        >>> JsonLinesNotifier(sys.stdout).notify(hello)  # doctest: +NORMALIZE_WHITESPACE
        {"key": "outlook:2024-05-01:ada", "kind": "outlook", "user_id": "ada", "day": "2024-05-01",
         "channel": null, "title": "Hello", "body": "A new day.", "data": {}}
    """

    stream: TextIO

    def notify(self, notification: Notification, /) -> None:
        """Write a notification.

        Raises:
            CallsFailedError: The stream can't be written, since its reader has gone or the disk is
                full; the run ends, and the notification stays undelivered.
        """
        line = json.dumps(_plain(notification), ensure_ascii=False)
        try:
            self.stream.write(f"{line}\n")
            self.stream.flush()
        except OSError as error:
            raise CallsFailedError(
                f"can't be written: {error}",
                field="the stream of notifications",
                remedy="Nothing is lost: the next run delivers what is due.",
            ) from error


def _plain(notification: Notification) -> dict[str, object]:
    day = notification.day
    return {
        "key": notification.key,
        "kind": notification.kind,
        "user_id": notification.user_id,
        "day": None if day is None else day.isoformat(),
        "channel": notification.channel,
        "title": notification.title,
        "body": notification.body,
        "data": notification.data.to_dict(),
    }

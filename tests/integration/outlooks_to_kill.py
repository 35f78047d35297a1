"""A program that does one part of the daily outlook, and may be killed.

python -m tests.integration.outlooks_to_kill URL FILE PART ATTEMPT: it prints a line after each page
or call, and adds the key of each notification to a file before it says that somebody was told.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from mainstay.adapters.sql import SqlStore
from mainstay.jobs import deliver_due, generate_outlooks, send_notifications
from mainstay.outlook import Content, OutlookContext
from mainstay.ports import Notification
from mainstay.scheduling import JobContext, JobReport
from tests.telling import DUE, EVE, MORNING, Host, text_for

USERS = [f"u{number}" for number in range(12)]
#: Every lease of a killed attempt has ended when the next one begins.
BETWEEN_ATTEMPTS = timedelta(minutes=6)
BEGIN = {"embedded": DUE, "host": DUE, "plan": EVE, "deliver": MORNING}

Says = Callable[[str], None]


class File:
    """A :class:`mainstay.ports.Notifier`."""

    def __init__(self, path: Path, say: Says) -> None:
        self.path, self.say = path, say

    def notify(self, notification: Notification) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{notification.key}\n")
        self.say("told")


def do(
    store: SqlStore, told: Path, part: str, *, attempt: int = 0, say: Says = lambda _: None
) -> JobReport:
    """Do one part, and return what it reports."""
    now = BEGIN[part] + attempt * BETWEEN_ATTEMPTS

    def write(context: OutlookContext) -> Content:
        say("asked")
        return text_for(context)

    context = JobContext(
        task_id=f"{part} {attempt}",
        clock=lambda: now,
        due=BEGIN[part],
        options={} if part == "deliver" else {"page_size": 2},
        progress=lambda done, total: say(f"{done} of {total}"),
    )
    if part == "deliver":
        return deliver_due(store, File(told, say), context=context)
    if part == "plan":
        return send_notifications(store.notifications).run(context)
    host = Host(*[write] * len(USERS)) if part == "host" else None
    return generate_outlooks(store, generator=host).run(context)


if __name__ == "__main__":
    url, path, what, attempts = sys.argv[1:]
    with SqlStore.open(url) as opened:
        do(
            opened,
            Path(path),
            what,
            attempt=int(attempts),
            say=lambda line: print(line, flush=True),
        )

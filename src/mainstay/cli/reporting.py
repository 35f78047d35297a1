"""The page that ``mainstay report`` makes of events."""

from __future__ import annotations

from datetime import datetime

from rich.console import Console

from mainstay.cli import terminal
from mainstay.cli.all_events import Read
from mainstay.cli.score.options import Options
from mainstay.notebook import Report, report

__all__ = ["page"]


def page(read: Read, options: Options, messages: Console, *, as_of: datetime, title: str) -> Report:
    """Return the page on what was read."""
    zoned = "timezone" in read.batches[0].schema.names
    with terminal.progress(messages, "looking at users") as progress:
        return report(
            read.batches,
            as_of=as_of,
            title=title,
            timezone="timezone" if zoned else None,
            user_zone=options.zone,
            day_start=options.day_start,
            policy=options.policy,
            progress=progress,
        )

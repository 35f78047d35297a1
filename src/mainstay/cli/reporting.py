"""The page that ``mainstay report`` makes of events."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
from rich.console import Console

from mainstay.cli import terminal
from mainstay.cli.score.from_columns import EPOCH, Events
from mainstay.cli.score.options import Options
from mainstay.errors import InvalidValueError
from mainstay.notebook import Report, report

__all__ = ["Collected", "collected", "page"]


@attrs.frozen
class Collected:
    """All events.

    Attributes:
        batches: The events, the first batch empty.
        latest: When the latest one was, also one after the instant that is looked back from.
    """

    batches: list[Any]
    latest: datetime


def collected(events: Events) -> Collected:
    """Keep all events, since what the page says depends on the latest."""
    batches = [*events.batches]
    if events.tally.latest is None:
        raise InvalidValueError(
            "must not be empty",
            field="the input",
            remedy="There is no event in it up to that instant.",
        )
    return Collected(batches, EPOCH + timedelta(microseconds=events.tally.latest[0]))


def page(
    events: Collected, options: Options, messages: Console, *, as_of: datetime, title: str
) -> Report:
    """Return the page on what was read."""
    zoned = "timezone" in events.batches[0].schema.names
    with terminal.progress(messages, "looking at users") as progress:
        return report(
            events.batches,
            as_of=as_of,
            title=title,
            timezone="timezone" if zoned else None,
            user_zone=options.zone,
            day_start=options.day_start,
            policy=options.policy,
            progress=progress,
        )

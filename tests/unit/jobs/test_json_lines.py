"""The embedded notifier: a line of JSON for each notification."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO

import pytest

from mainstay import CallsFailedError
from mainstay.jobs import JsonLinesNotifier
from mainstay.ports import Notification
from mainstay.scheduling import PlainData

OUTLOOK = Notification(
    key="outlook:2024-05-01:ada",
    kind="outlook",
    user_id="ada",
    day=date(2024, 5, 1),
    channel="email",
    title="Your day",
    body="Two\nlines, 🦉.",
    data=PlainData({"days": [1, 2], "more": {"a": None}}),
)
NOTICE = Notification(key="notice:1", kind="notice", user_id="bob", title="A", body="B")


class Recorded(StringIO):
    """A stream that remembers what had been written whenever it was flushed."""

    def __init__(self) -> None:
        super().__init__()
        self.flushed: list[str] = []

    def flush(self) -> None:
        self.flushed.append(self.getvalue())


def test_a_line_has_all_fields_in_their_order() -> None:
    """By hand: an outlook with all there is, on one line."""
    stream = StringIO()
    JsonLinesNotifier(stream).notify(OUTLOOK)
    assert stream.getvalue() == (
        '{"key": "outlook:2024-05-01:ada", "kind": "outlook", "user_id": "ada", '
        '"day": "2024-05-01", "channel": "email", "title": "Your day", '
        '"body": "Two\\nlines, 🦉.", "data": {"days": [1, 2], "more": {"a": null}}}\n'
    )


def test_what_a_notice_does_not_have_is_null() -> None:
    """A notice is not of a day; keys are never left out."""
    stream = StringIO()
    JsonLinesNotifier(stream).notify(NOTICE)
    line = json.loads(stream.getvalue())
    assert (line["day"], line["channel"], line["data"]) == (None, None, {})


def test_each_line_is_flushed_before_the_next() -> None:
    """Else one that counts as delivered could be lost with this process."""
    stream = Recorded()
    notifier = JsonLinesNotifier(stream)
    notifier.notify(OUTLOOK)
    notifier.notify(NOTICE)
    assert [text.count("\n") for text in stream.flushed] == [1, 2]


class Gone(StringIO):
    """A stream whose reader has gone."""

    def flush(self) -> None:
        raise BrokenPipeError(32, "Broken pipe")


def test_a_stream_that_can_not_be_written_ends_the_run() -> None:
    """It is not the notification's fault: no attempt is lost."""
    with pytest.raises(CallsFailedError, match="stream of notifications can't be written") as error:
        JsonLinesNotifier(Gone()).notify(OUTLOOK)
    assert isinstance(error.value.__cause__, BrokenPipeError)

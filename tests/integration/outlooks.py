"""Stores with outlooks of which users are to be told by now."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from mainstay.adapters.sql import SqlStore
from mainstay.outlook import Content, Outlook, Preferences
from mainstay.ports.notices import notice
from tests.command import database, mainstay

_MINUTE = timedelta(minutes=1)


def content(title: str = "Your day") -> Content:
    """A text with a title."""
    return Content("rhythm", "state", title, "Two days in a row.")


def outlook(user: str, day: date, title: str = "Your day") -> Outlook:
    """An outlook of a user for a day."""
    return Outlook(
        user_id=user,
        day=day,
        content=content(title),
        known_through=day,
        generated_at=datetime(2024, 5, 1, tzinfo=UTC),
    )


def prepared(folder: Path) -> str:
    """Prepare a store, and return its URL."""
    url = database(folder)
    assert mainstay("init", "--db", url).status == 0
    return url


def told(url: str, *users: str, ago: timedelta = _MINUTE) -> date:
    """Have users wait to be told of an outlook since so long ago, and return its day."""
    now = datetime.now(UTC)
    at = (now - ago).replace(microsecond=0)
    with SqlStore.open(url) as store:
        for user in users:
            wanted = Preferences("UTC", at.time(), at.time(), channel="email")
            store.notifications.prefer(user, wanted, now=now)
            assert store.outlooks.add(outlook(user, at.date()))
    planned = mainstay("run", "send-notifications", "--date", f"{at.date()}", "--db", url)
    assert planned.status == 0, planned.err
    return at.date()


def put_notices(url: str, *users: str) -> None:
    """Leave a notice for each user, due now."""
    now = datetime.now(UTC)
    said = {"title": "Hello", "body": "A word."}
    with SqlStore.open(url) as store:
        store.outbox.put([notice("word", user, said, at=now) for user in users])

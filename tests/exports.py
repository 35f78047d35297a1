"""Exports of other programs in tests/files: what they score, and what is in them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mainstay import BadRecordError, Session
from mainstay.reading import Event
from tests.command import mainstay

FILES = Path(__file__).parent / "files"


def scores(*arguments: str) -> dict[str, int]:
    """Return each user's points as of the end of 2024-05-28, day 28 of the window."""
    done = mainstay(*arguments, "--as-of", "2024-05-28", "--zone", "UTC", "--json")
    assert done.status == 0, done.err
    return {user["user_id"]: user["score"] for user in done.json["users"]}


def events_of(rows: Iterable[Event | BadRecordError]) -> list[Session]:
    """Return all of them, of which none is bad."""
    found = [*rows]
    assert all(isinstance(row, Event) for row in found), found
    return [row.session for row in found if isinstance(row, Event)]

"""Entries of the outbox as what people are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from mainstay import _checks as checks
from mainstay._plain import PlainData
from mainstay.errors import InvalidValueError
from mainstay.outlook import Outlook, Preferences
from mainstay.ports import Notification, OutboxEntry
from mainstay.ports.notices import NOTICE
from mainstay.ports.notification_entries import OUTLOOK

__all__ = ["asked_for", "notice_message", "outlook_message"]

_Words = tuple[str, str]


def asked_for(entry: OutboxEntry) -> tuple[str, date]:
    """Return the user and the day of a notification.

    Raises:
        InvalidValueError: Somebody else has put it, and it has none.
    """
    user = checks.text("user_id", entry.user_id)
    day = checks.text("payload.day", entry.payload.get("day"))
    try:
        return user, date.fromisoformat(day)
    except ValueError as error:
        raise InvalidValueError("is not a date", field="payload.day", value=day) from error


def outlook_message(
    entry: OutboxEntry, outlook: Outlook, preferences: Preferences | None
) -> Notification:
    """Return what a user is told of an outlook."""
    return Notification(
        key=entry.key,
        kind=OUTLOOK,
        user_id=outlook.user_id,
        day=outlook.day,
        channel=None if preferences is None else preferences.channel,
        title=outlook.content.title,
        body=outlook.content.body,
        data=outlook.content.data,
    )


def notice_message(entry: OutboxEntry, preferences: Preferences | None) -> Notification:
    """Return what a user is told by a notice: its own title and body, else ours.

    Raises:
        InvalidValueError: It has no title and body, and is about something of the host's.
    """
    title, body = _words(entry.payload)
    return Notification(
        key=entry.key,
        kind=NOTICE,
        user_id=checks.text("user_id", entry.user_id),
        channel=None if preferences is None else preferences.channel,
        title=title,
        body=body,
        data=entry.payload,
    )


def _words(data: PlainData) -> _Words:
    if "title" in data or "body" in data:
        return checks.text("title", data.get("title")), checks.text("body", data.get("body"))
    about = data.get("about")
    if about not in _NOTICES:
        raise InvalidValueError(
            f"must be one of {', '.join(map(repr, _NOTICES))}",
            field="about",
            value=about,
            remedy="Or give the notice a title and a body.",
        )
    return _NOTICES[str(about)](data)


def _badge(data: PlainData) -> _Words:
    return f"Badge: {data['name']}", f"{data['icon']} You have a new badge, worth {_points(data)}."


def _case(data: PlainData) -> _Words:
    won = "You voted for it" if data["won"] else "You took part"
    verdict = f"The verdict of {data['case_id']} is {data['verdict']!r}."
    return "A case has closed", f"{verdict} {won}: {_points(data)}."


def _reward(data: PlainData) -> _Words:
    return "A reward was paid", f"You have been given {_points(data)} for {data['case_id']}."


def _points(data: PlainData) -> str:
    return "1 point" if data["points"] == 1 else f"{data['points']} points"


_NOTICES: Mapping[str, Callable[[PlainData], _Words]] = MappingProxyType(
    {"badge": _badge, "case": _case, "reward": _reward}
)

"""Reading events: CSV and JSON Lines, line by line, each either an event or a clear complaint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, tzinfo

import attrs

from mainstay import checks
from mainstay.activity import Session
from mainstay.errors import BadLineError, InvalidValueError
from mainstay.localdays import find_zone
from mainstay.rows import Columns, Values, layout, rows
from mainstay.timestamps import parse_instant

__all__ = ["Event", "read_events"]

_EMPTY = (None, "")


@attrs.frozen
class Event:
    """One line of a file.

    Attributes:
        line: The line that it starts on; the first is 1.
        session: What it says.
        member_since: When the user joined, a date or an instant, if the file has such a column.
    """

    line: int
    session: Session
    member_since: date | None = None


def read_events(
    lines: Iterable[str],
    *,
    columns: Columns | None = None,
    member_since: str | None = None,
    naive_zone: str | None = None,
) -> Iterator[Event | BadLineError]:
    """Yield the event of each line, or the error that it holds, without stopping at it.

    Lines whose first character is ``{`` make the file JSON Lines; everything else is CSV. The
    columns ``user_id``, ``started_at`` and, if there is one, ``timezone`` are read, all others
    ignored; blank lines are passed over. Integers are taken as user ids and as Unix seconds.

    Args:
        lines: The text, such as an open file (``newline=""``).
        columns: The columns' names in order, if a CSV file has no header; or a mapping from ours
            to the file's, if they differ.
        member_since: The column with the date (or instant) at which a user joined.
        naive_zone: The zone of timestamps without an offset, which are an error without it. A
            time that a clock change skipped is moved on by the gap; of two, the first is meant.

    Raises:
        InvalidValueError: ``columns`` lacks a required column, or maps an unknown one.
        UnknownZoneError: ``naive_zone`` is not known.
        BadLineError: The header lacks a column, so that no line can be read.

    Examples:
        >>> lines = ["user_id,started_at", "ada,2024-05-01T08:00:00Z", "bob,yesterday"]
        >>> for item in read_events(lines):
        ...     print(item.line, type(item).__name__)
        2 Event
        3 BadLineError
    """
    zone = None if naive_zone is None else find_zone(naive_zone, field="naive_zone")
    for line, values in rows(lines, layout(columns, member_since)):
        if isinstance(values, InvalidValueError):
            yield BadLineError.at(line, values)
            continue
        try:
            yield _event(line, values, zone)
        except InvalidValueError as error:
            yield BadLineError.at(line, error)


def _event(line: int, values: Values, naive_zone: tzinfo | None) -> Event:
    user, started, timezone, member = values
    session = Session(
        _user_id(user),
        parse_instant(started, field="started_at", naive_zone=naive_zone),
        timezone=None if timezone in _EMPTY else checks.text("timezone", timezone),
    )
    return Event(line, session, None if member in _EMPTY else _joined(member, naive_zone))


def _user_id(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    user = checks.text("user_id", value)
    if not user.isascii() and any("\ud800" <= char <= "\udfff" for char in user):
        raise InvalidValueError(
            "is not valid UTF-8", field="user_id", value=user, remedy="Save the file as UTF-8."
        )
    return user


def _joined(value: object, naive_zone: tzinfo | None) -> date:
    if isinstance(value, str) and len(value) == len("2024-05-01"):
        with suppress(ValueError):  # no date: then it must be an instant, or that is the complaint
            return date.fromisoformat(value)
    joined = parse_instant(value, field="member_since", naive_zone=naive_zone)
    return checks.instant("member_since", joined)

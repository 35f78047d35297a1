"""Reading votes and arguments: CSV and JSON Lines, each line one of them or a clear complaint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import TypeAlias

import attrs

from mainstay import _checks as checks
from mainstay.contest import ArgumentVote, CaseArgument, CaseVote
from mainstay.errors import BadRecordError, InvalidValueError
from mainstay.localdays import find_zone
from mainstay.reading.identity import ContentIds
from mainstay.reading.layout import Layout, Values
from mainstay.reading.names import name_of
from mainstay.reading.rows import text_cells
from mainstay.reading.timestamps import parse_moment

__all__ = ["Contribution", "read_contributions"]

_FIELDS = ("case_id", "user_id", "side", "text", "argument_id", "at", "id")
_LAYOUT = Layout(
    fields={field: (field,) for field in _FIELDS},
    required=frozenset({"user_id", "at"}),
    remedy=f"Begin the file with its columns' names: {', '.join(_FIELDS)}. Those that no line "
    "needs may be left out.",
)
_EMPTY = (None, "")
_NO_OFFSET = ", or name the zone of all such (--naive-zone Europe/Berlin)"

_What: TypeAlias = CaseVote | CaseArgument | ArgumentVote


@attrs.frozen
class Contribution:
    """One line of a file: what somebody did about a case.

    Attributes:
        line: The line that it starts on; the first is 1.
        about: The id of the case that it is about; that of the argument, if it is a vote for one.
        what: What they did.

    Examples:
        >>> (read,) = read_contributions([
        ...     "argument_id,user_id,at",
        ...     "a1,bob,2024-05-01T08:00:00Z",
        ... ])
        >>> read.line, read.about, type(read.what).__name__
        (2, 'a1', 'ArgumentVote')
    """

    line: int
    about: str
    what: _What


def read_contributions(
    lines: Iterable[str], *, naive_zone: str | None = None
) -> Iterator[Contribution | BadRecordError]:
    """Return an iterator over what each line says, or the error that it holds; it goes on after.

    Lines whose first character is ``{`` make the file JSON Lines; everything else is CSV with a
    header. Each line has ``user_id`` and ``at``, and says by exactly one of three more what it is:
    ``side`` makes it a vote, ``text`` an argument, both with ``case_id``; ``argument_id`` makes it
    a vote for an argument. Other columns are ignored, and blank lines passed over.

    Instants are those of :func:`mainstay.reading.read_events`; a date alone is not one.

    Votes and arguments may have an ``id``. Without it, it is made as
    :func:`mainstay.reading.identified` makes those of sessions, of all that the line says and its
    place among equal ones. A vote for an argument needs none: a user has one for each.

    Args:
        lines: The lines, such as an open file (``newline=""``) or ``text.splitlines()``.
        naive_zone: The zone of times without an offset; they are an error without it.

    Raises:
        InvalidTypeError: ``lines`` is a text, or yields something else than texts.
        UnknownZoneError: ``naive_zone`` is not known.
        BadRecordError: The header lacks a column, so that no line can be read.

    Examples:
        >>> lines = [
        ...     "case_id,user_id,side,at",
        ...     "case-7,ada,yes,2024-05-01T08:00:00Z",
        ...     "case-7,bob,,2024-05-01T08:00:00Z",
        ... ]
        >>> vote, error = read_contributions(lines)
        >>> vote.about, vote.what.user_id, vote.what.side
        ('case-7', 'ada', 'yes')
        >>> error.number, error.problem
        (3, 'has neither side nor text nor argument_id')
    """
    zone = None if naive_zone is None else find_zone(naive_zone, field="naive_zone")
    ids = ContentIds()
    return (_item(line, values, zone, ids) for line, values in text_cells(lines, _LAYOUT))


def _item(
    line: int, values: Values | InvalidValueError, naive_zone: tzinfo | None, ids: ContentIds
) -> Contribution | BadRecordError:
    if isinstance(values, InvalidValueError):
        return BadRecordError.at("line", line, values)
    try:
        return _contribution(line, values, naive_zone, ids)
    except InvalidValueError as error:
        return BadRecordError.at("line", line, error)


def _contribution(
    line: int, values: Values, naive_zone: tzinfo | None, ids: ContentIds
) -> Contribution:
    case, user, side, text, argument, when, own_id = values
    _require_one(side=side, text=text, argument_id=argument)
    user_id, at = name_of("user_id", user), _instant(when, naive_zone)
    if argument not in _EMPTY:
        argument_id = name_of("argument_id", argument)
        return Contribution(line, argument_id, ArgumentVote(argument_id, user_id, at))
    case_id = name_of("case_id", case)
    field, said = ("side", side) if text in _EMPTY else ("text", text)
    words = name_of(field, said)
    id_ = ids.next(_content(case_id, user_id, field, words, at)) if own_id in _EMPTY else ""
    made = CaseVote if field == "side" else CaseArgument
    return Contribution(line, case_id, made(id_ or name_of("id", own_id), user_id, words, at))


def _require_one(**given: object) -> None:
    """Refuse a line that does not say what it is, or that says several things."""
    said = [name for name, value in given.items() if value not in _EMPTY]
    if len(said) != 1:
        raise InvalidValueError(
            f"has {' and '.join(said)}" if said else f"has neither {' nor '.join(given)}",
            field="the line",
            remedy="A side makes it a vote, a text an argument, and an argument_id a vote for that "
            "argument: write one of them.",
        )


def _instant(value: object, naive_zone: tzinfo | None) -> datetime:
    at = parse_moment(value, field="at", naive_zone=naive_zone, or_else=_NO_OFFSET)
    if not isinstance(at, datetime):
        raise InvalidValueError(
            "is a date, not an instant",
            field="at",
            value=value,
            remedy=f"Write its time too, such as {at}T08:00:00+02:00.",
        )
    return checks.instant("at", at)


def _content(case_id: str, user_id: str, field: str, words: str, at: datetime) -> bytes:
    """Write all that a line says except its id, so that equal ones alone are written alike.

    Stored ids rest on it: it must never change. The lengths tell where each text ends.
    """
    when = at.astimezone(UTC).isoformat()
    lengths = f"{field},{len(case_id)},{len(user_id)},{len(words)},{when},"
    return (lengths + case_id + user_id + words).encode()

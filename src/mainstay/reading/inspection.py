"""Looking into a file: what it seems to be, what it says, and which of its rows will fail."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from io import BytesIO
from typing import Any, BinaryIO, cast

import attrs

from mainstay.errors import BadRecordError
from mainstay.localdays import local_day
from mainstay.reading.events import Event, EventFile, read_events
from mainstay.reading.format import FIELDS, EventFormat, check_format
from mainstay.reading.guessing import guess, guess_header
from mainstay.reading.rows import text_lines
from mainstay.reading.samples import Sample, sample_of
from mainstay.reading.sniffing import conversion

__all__ = ["ColumnSample", "Inspection", "Problem", "inspect_events"]

_EXAMPLES, _LONGEST = 3, 40
_STANDARD = EventFormat()
_NO_HEADER = "The first line is an event already, not a header: --columns names all columns."
_NOT_UTF_8 = (
    f"Not all of it is UTF-8: save it as UTF-8 first. {conversion('other-encodings')} shows how."
)


@attrs.frozen
class ColumnSample:
    """A column of a file.

    Attributes:
        name: What it is called there.
        field: The field of ours that it seems to be, or a part of; empty for none.
        examples: Some different values of the first rows.

    Examples:
        >>> found = inspect_events(["author,when", "ada,2024-05-31"])
        >>> [(column.name, column.field) for column in found.columns]
        [('author', 'user_id'), ('when', 'started_at')]
    """

    name: str
    field: str
    examples: tuple[str, ...]


@attrs.frozen
class Problem:
    """What is wrong with some rows.

    Attributes:
        message: What it is, of the first of them, and what to do about it.
        rows: How many there are.

    Examples:
        >>> found = inspect_events(["author,when", "ada,2024-05-31", "bob,soon"])
        >>> found.problems[0].rows, found.problems[0].message[:38]
        (1, 'line 3: started_at is not a timestamp,')
    """

    message: str
    rows: int


@attrs.frozen
class Inspection:
    """What a file seems to be, and what reading it comes to.

    Attributes:
        what: What it is, in words.
        known: The name of the format that it is, one of ``FORMATS``; ``None`` for another.
        columns: Its columns.
        format: How it seems to say who was active, and when; ``None`` if no column is a time.
        notes: What somebody who knows the file has to settle.
        events: How many rows are events.
        users: How many users there are.
        first_day: The first local day with an event; ``None`` without one.
        last_day: The last one.
        left_out: How many rows don't count.
        repeated: How many say the same as one before.
        failing: How many rows will fail.
        problems: Why they do, the most frequent first.

    Examples:
        >>> found = inspect_events(["author,when", "ada,2024-05-31", "ada,2024-05-31"])
        >>> found.events, found.users, found.repeated, found.last_day
        (2, 1, 1, datetime.date(2024, 5, 31))
    """

    what: str
    known: str | None
    columns: tuple[ColumnSample, ...]
    format: EventFormat | None
    notes: tuple[str, ...] = ()
    events: int = 0
    users: int = 0
    first_day: date | None = None
    last_day: date | None = None
    left_out: int = 0
    repeated: int = 0
    failing: int = 0
    problems: tuple[Problem, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "what": self.what,
            "known": self.known,
            "columns": [attrs.asdict(column) for column in self.columns],
            "format": None if self.format is None else self.format.differing,
            "notes": [*self.notes],
            "events": self.events,
            "users": self.users,
            "first_day": None if self.first_day is None else self.first_day.isoformat(),
            "last_day": None if self.last_day is None else self.last_day.isoformat(),
            "left_out": self.left_out,
            "repeated": self.repeated,
            "failing": self.failing,
            "problems": [attrs.asdict(problem) for problem in self.problems],
        }


def inspect_events(source: EventFile, *, format: EventFormat = _STANDARD) -> Inspection:  # noqa: A002  (the field's word)
    """Look into a file of events: all that can be told of it without knowing where it is from.

    It is read twice: the first rows tell what it is and what its columns seem to say, and then all
    are read so.

    Args:
        source: What :func:`read_events` takes.
        format: What is known of it; all else is guessed.

    Raises:
        UnreadableFileError: It is something else, or empty.
        OSError: There is no such file.

    Examples:
        >>> found = inspect_events(["author,when", "ada,31.5.2024", "ada,31.5.2024", "bob,soon"])
        >>> found.what, found.events, found.users, found.repeated, found.failing
        ('CSV, separated by commas', 2, 1, 1, 1)
        >>> found.format
        EventFormat(columns={'user_id': 'author', 'started_at': 'when'}, time_formats=['dmy'])
    """
    check_format(format)
    again = _again(source)
    sample, notes = sample_of(again(), format.header), list[str]()
    own_columns = format.header or format.columns
    if not own_columns and (header := guess_header(sample)) is not None:
        format = attrs.evolve(format, header=header)  # noqa: A001  (the field's word)
        sample, notes = sample_of(again(), format.header), [_NO_HEADER]
    if sample.is_damaged:
        notes.append(_NOT_UTF_8)
    told = guess(sample, format)
    columns = tuple(_column(name, sample, told.format) for name in sample.columns)
    notes += told.notes
    found = Inspection(sample.what, told.name, columns, told.format, (*notes,))
    if told.format is None and sample.columns:
        return found
    count = _Count()
    rows = read_events(again(), format=told.format or format, whole=True)  # of no column: why not
    try:
        for item in rows:
            count.add(item)
    except BadRecordError as error:  # from here on nothing can be read
        count.add(error)
    return attrs.evolve(found, left_out=rows.left_out, **count.told())


def _again(source: EventFile) -> Callable[[], EventFile]:
    """Return what gives the source again, each time it is asked."""
    if isinstance(source, os.PathLike):
        return lambda: source
    if hasattr(source, "read") and not hasattr(source, "encoding"):
        content = cast(BinaryIO, source).read()
        return lambda: BytesIO(content)
    lines = [*text_lines(cast(Iterable[str], source))]
    return lambda: lines


def _column(name: str, sample: Sample, form: EventFormat | None) -> ColumnSample:
    values = [_short(value) for value in sample.values(name)]
    examples = tuple([*dict.fromkeys(values)][:_EXAMPLES])
    return ColumnSample(name, "" if form is None else _field(name, form), examples)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _field(name: str, form: EventFormat) -> str:
    """Return the field that a column is, or a part of."""
    own = {field: (field,) for field in FIELDS if field != "member_since"}
    for field, names in (own | {**form.columns}).items():
        is_said = field == "user_id" and form.user_id is not None
        if name in names and not is_said:
            return field
    return ""


class _Count:
    """What reading a file comes to."""

    def __init__(self) -> None:
        self._events = self._repeated = 0
        self._users: set[str] = set()
        self._seen: set[int] = set()
        self._days: list[date] = []
        self._first: dict[tuple[str, str], str] = {}
        self._problems: Counter[tuple[str, str]] = Counter()

    def add(self, item: Event | BadRecordError) -> None:
        """Count a row."""
        if isinstance(item, BadRecordError):
            kind = item.field, re.sub(r"\d+", "0", item.problem)  # such as what a date can mean
            self._problems[kind] += 1
            self._first.setdefault(kind, str(item))
            return
        session = item.session
        known = hash(session if session.id is None else session.id)
        self._events += 1
        self._repeated += known in self._seen
        self._seen.add(known)
        self._users.add(session.user_id)
        day = local_day(session.started_at, zone=session.timezone)
        self._days = [min([day, *self._days]), max([day, *self._days])]

    def told(self) -> dict[str, Any]:
        """Return what was counted, as :class:`Inspection` has it."""
        return {
            "events": self._events,
            "users": len(self._users),
            "first_day": self._days[0] if self._days else None,
            "last_day": self._days[-1] if self._days else None,
            "repeated": self._repeated,
            "failing": self._problems.total(),
            "problems": tuple(
                Problem(self._first[kind], rows) for kind, rows in self._problems.most_common()
            ),
        }

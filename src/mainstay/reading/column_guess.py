"""A guess at which column of a file has what, by the columns' names and values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import attrs

from mainstay.errors import InvalidValueError
from mainstay.reading.durations import read_duration
from mainstay.reading.format import EventFormat
from mainstay.reading.samples import Sample
from mainstay.reading.time_guess import guess_times
from mainstay.reading.zones import read_zone

__all__ = ["doubts_of", "guess_columns", "joined"]

#: What other programs call our fields, the likeliest first; written without blanks and marks.
_CALLED: Final = {
    "user_id": (
        "userid user username memberid member accountid account customerid customer actorlogin "
        "actorid actor authorid author authoremail login email emailaddress useremail player "
        "playerid athleteid athlete student studentid person personid who by uid userfullname "
        "fullname distinctid userpseudoid name "
        "benutzer benutzername nutzer mitglied utilisateur membre usuario miembro"
    ),
    "started_at": (
        "startedat starttime startdate startdatetime timestamp createdat occurredat activitydate "
        "eventtime eventtimestamp eventdate datetime time date when at ts start created logged "
        "loggedat day epoch unixtime "
        "zeitstempel zeitpunkt datum beginn zeit horodatage fecha"
    ),
    "timezone": "timezone tz zone timezonename",
    "duration": (
        "duration elapsedtime elapsed durationseconds seconds movingtime length dauer duree"
    ),
    "kind": "kind type eventtype activitytype event activity action category exercise project",
    "quality": "quality",
    "id": "id eventid uuid activityid sessionid sha logid",
}
#: The columns that may have a date and its time apart.
_PAIRS = (
    *(("startdate", "starttime"), ("date", "starttime"), ("fulldate", "time")),
    *(("date", "time"), ("day", "time")),
    *(("datum", "uhrzeit"), ("datum", "zeit"), ("date", "heure"), ("fecha", "hora")),
)
_MOST_KINDS = 50


def guess_columns(sample: Sample, given: EventFormat) -> EventFormat | None:
    """Return what the columns' names and values tell; ``None`` without a column of times."""
    columns = {"started_at": _time_columns(sample)} | dict(given.columns)
    if not columns["started_at"]:
        return None
    for field in ("user_id", "timezone", "duration", "kind", "id"):
        used = {name for names in columns.values() for name in names}
        left = [name for name in sample.columns if name not in used]
        found = _called(field, left)
        if field == "user_id" and found is None:
            found = _recurring(left, sample)
        asked = field not in columns and (field != "user_id" or given.user_id is None)
        if asked and found is not None and _fits(field, sample.values(found)):
            columns[field] = (found,)
    ours = {field: names for field, names in columns.items() if names != (field,)}
    return attrs.evolve(given, columns=ours)


def doubts_of(form: EventFormat) -> Iterator[str]:
    """Yield what is doubtful of a column that only its values tell."""
    for name in form.columns.get("user_id", ()):
        if _called("user_id", [name]) is None:
            yield (
                f"{name} is taken for whose the events are, since its values come again: if they "
                "are one person's, add --user-id NAME."
            )


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()


def _called(field: str, columns: Iterable[str]) -> str | None:
    """Return the column that is called as others call a field, by the likeliest name."""
    by_name = _by_name(columns, within=field == "user_id")
    return next((by_name[name] for name in _CALLED[field].split() if name in by_name), None)


def _by_name(columns: Iterable[str], *, within: bool) -> dict[str, str]:
    """Return columns by their bare names; and if asked keys within objects by their last parts."""
    last_first = [*reversed([*columns])]
    inner = {_bare(column.rpartition(".")[2]): column for column in last_first if "." in column}
    inner.pop("name", None)  # of whom, or of what, is not known
    return (inner if within else {}) | {_bare(column): column for column in last_first}


def _recurring(columns: Iterable[str], sample: Sample) -> str | None:
    """Return the first column of ids of which some are there several times."""
    for column in columns:
        values = [*map(str, sample.values(column))]
        if _bare(column).endswith("id") and len({*values}) < len(values):
            return column
    return None


def _fits(field: str, values: Sequence[object]) -> bool:
    """Return whether values can be a field's: not each column of its name has what we mean."""
    if field == "timezone":
        return _all(read_zone, values)
    if field == "duration":
        return _all(read_duration, values)
    if field == "kind":
        return len({*map(str, values)}) <= _MOST_KINDS
    return field != "id" or len({*map(str, values)}) == len(values)


def _all(read: Callable[[object], object], values: Iterable[object]) -> bool:
    try:
        return all(read(value) is not None for value in values)
    except InvalidValueError:
        return False


def _time_columns(sample: Sample) -> tuple[str, ...]:
    """Return the column of times, or two that are joined: a date's and a time's."""
    if "started_at" in sample.columns:
        return ("started_at",)
    by_name = _by_name(sample.columns, within=True)
    for pair in _PAIRS:
        if by_name.keys() >= {*pair}:
            date, time = (by_name[name] for name in pair)
            if _are_halves(date, time, sample):
                return date, time
    named = [by_name[name] for name in _CALLED["started_at"].split() if name in by_name]
    texts = [name for name in sample.columns if not _are_numbers(sample.values(name))]
    for column in dict.fromkeys([*named, *texts]):
        if guess_times(sample.values(column)) is not None:
            return (column,)
    return ()


def _are_halves(date: str, time: str, sample: Sample) -> bool:
    """Return whether two columns are a time only together.

    Of dates that have their time already, the other one is how long it took.
    """
    has_clock = any(":" in str(value) for value in sample.values(date))
    whole = guess_times(joined((date, time), sample))
    return not has_clock and whole is not None and guess_times(sample.values(time)) is None


def _are_numbers(values: Sequence[object]) -> bool:
    return all(str(value).lstrip("-").replace(".", "", 1).isdigit() for value in values)


def joined(columns: Sequence[str], sample: Sample) -> list[object]:
    """Return what columns say together in each of the first rows."""
    rows = ([row.get(column) for column in columns] for row in sample.rows)
    return [" ".join(str(cell) for cell in row if cell not in (None, "")) for row in rows]

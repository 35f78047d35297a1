"""A guess at what a file says: which column has what, and how times are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import attrs

from mainstay.errors import InvalidValueError
from mainstay.reading.durations import read_duration
from mainstay.reading.format import EventFormat
from mainstay.reading.formats import FORMATS, recognised
from mainstay.reading.samples import Sample
from mainstay.reading.time_guess import guess_times
from mainstay.reading.zones import read_zone

__all__ = ["Guess", "guess"]

#: What other programs call our fields, the likeliest first; written without blanks and marks.
_CALLED: Final = {
    "user_id": (
        "userid user username memberid member accountid account customerid customer actorlogin "
        "actorid actor authorid author authoremail login email player playerid athleteid athlete "
        "student studentid person personid who by uid name "
        "benutzer benutzername nutzer mitglied utilisateur membre usuario miembro"
    ),
    "started_at": (
        "startedat starttime startdate startdatetime timestamp createdat occurredat activitydate "
        "eventtime eventdate datetime time date when at ts start created logged loggedat day "
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
    *(("startdate", "starttime"), ("date", "starttime"), ("date", "time"), ("day", "time")),
    *(("datum", "uhrzeit"), ("datum", "zeit"), ("date", "heure"), ("fecha", "hora")),
)
#: Somebody whose events all are, until it is said who.
_SOMEBODY = "me"
_MOST_KINDS = 50


@attrs.frozen
class Guess:
    """What a file probably says.

    Attributes:
        name: The known format that it is; ``None`` for none of them.
        format: How it says who was active and when; ``None`` if no column looks like a time.
        notes: What is to be settled by somebody who knows the file.
    """

    name: str | None
    format: EventFormat | None
    notes: Sequence[str] = ()


def guess(sample: Sample, given: EventFormat) -> Guess:
    """Return what a file probably says, with all that the caller knows of it."""
    name = None if given.columns else recognised(sample.columns, sample.rows)
    form = _merged(FORMATS[name].format, given) if name else _mapped(sample, given)
    if form is None:
        return Guess(name, None, ["No column looks like the time at which something was."])
    return _settled(name, form, sample)


def _merged(known: EventFormat, given: EventFormat) -> EventFormat:
    """Return a known format with what the caller has changed of it."""
    standard = EventFormat()
    own = {
        field.name: value
        for field in attrs.fields(EventFormat)
        if (value := getattr(given, field.name)) != getattr(standard, field.name)
    }
    return attrs.evolve(known, **own)


def _mapped(sample: Sample, given: EventFormat) -> EventFormat | None:
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


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()


def _called(field: str, columns: Iterable[str]) -> str | None:
    """Return the column that is called as others call a field, by the likeliest name."""
    by_name = {_bare(column): column for column in reversed([*columns])}
    return next((by_name[name] for name in _CALLED[field].split() if name in by_name), None)


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
    by_name = {_bare(column): column for column in reversed(sample.columns)}
    for pair in _PAIRS:
        if by_name.keys() >= {*pair}:
            date, time = (by_name[name] for name in pair)
            if not _has_clock(sample.values(date)) and guess_times(sample.values(time)) is None:
                return date, time
    named = [by_name[name] for name in _CALLED["started_at"].split() if name in by_name]
    texts = [name for name in sample.columns if not _are_numbers(sample.values(name))]
    for column in dict.fromkeys([*named, *texts]):
        if guess_times(sample.values(column)) is not None:
            return (column,)
    return ()


def _has_clock(values: Iterable[object]) -> bool:
    """Return whether dates have their time already: a second one is how long it took."""
    return any(":" in str(value) for value in values)


def _are_numbers(values: Sequence[object]) -> bool:
    return all(str(value).lstrip("-").replace(".", "", 1).isdigit() for value in values)


def _settled(name: str | None, form: EventFormat, sample: Sample) -> Guess:
    """Return a guess with how its times are written, and whose they are."""
    notes, changes = list[str](), dict[str, Any]()
    if form.user_id is None and not {*form.columns.get("user_id", ("user_id",))} & {
        *sample.columns
    }:
        changes["user_id"] = _SOMEBODY
        notes.append(f"No column says whose the events are: put a name in place of {_SOMEBODY}.")
    times = guess_times(_times(form, sample))
    if times is not None and not (form.time_formats or form.unit or name):
        changes |= {"time_formats": times.formats, "unit": times.unit}
    has_zone = (
        form.naive_zone is not None or "timezone" in form.columns or "timezone" in sample.columns
    )
    if times is not None and times.is_naive and not has_zone:
        changes["naive_zone"] = "UTC"
        notes.append("Times have no offset: put the zone of their clock in place of UTC.")
    if times is not None and not times.is_certain and not form.time_formats:
        notes.append("Say whether the day is first, --time-format dmy, or the month, mdy.")
    return Guess(name, attrs.evolve(form, **changes), notes)


def _times(form: EventFormat, sample: Sample) -> list[object]:
    """Return the times of the first rows, joined where they are in two columns."""
    columns = form.columns.get("started_at", ("started_at",))
    if len(columns) == 1:
        return sample.values(columns[0].removesuffix(".0"))
    rows = ([row.get(column) for column in columns] for row in sample.rows)
    return [" ".join(str(cell) for cell in row if cell not in (None, "")) for row in rows]

"""A guess at what a file says: its format, its header, and how times are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from mainstay.reading.column_guess import doubts_of, guess_columns, joined
from mainstay.reading.format import EventFormat
from mainstay.reading.formats import FORMATS, recognised
from mainstay.reading.samples import Sample
from mainstay.reading.sniffing import conversion
from mainstay.reading.time_guess import guess_times

__all__ = ["Guess", "guess", "guess_header"]

#: Somebody whose events all are, until it is said who.
_SOMEBODY = "me"
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_NO_TIME = "No column looks like the time at which something was."
_DAY = 86_400
_LONG = (
    "Durations are read as seconds, and are days then: if they are milliseconds, say "
    'duration_unit = "ms" in a format of your own, with --format FILE.'
)
_NOBODY = "No column says whose the events are: put a name in place of me."
_PERHAPS_NOBODY = (
    "No column seems to say whose the events are. If all are one person's, put a name in place of "
    "me; else {}, in place of --user-id."
)


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
    form = _merged(FORMATS[name].format, given) if name else guess_columns(sample, given)
    if form is None:
        return Guess(name, None, [_NO_TIME, *_lists_in(sample)])
    told = _settled(name, form, sample)
    doubts = () if name or given.columns else doubts_of(form)
    return attrs.evolve(told, notes=[*doubts, *told.notes])


def _lists_in(sample: Sample) -> Iterator[str]:
    """Yield what to do about objects of JSON that hold lists of others, which may be events."""
    for name in sample.columns:
        first = next(iter(sample.values(name)), None)
        if isinstance(first, list) and first and isinstance(first[0], Mapping):
            yield (
                f"If {name} has the events, write that list alone into a file: "
                f"{conversion('one-json-object')} shows how."
            )


def guess_header(sample: Sample) -> list[str] | None:
    """Return names for the columns of CSV whose first line seems to be an event; else ``None``.

    It does if a column is called by a time, and has times below that. Of the others it names only
    one of mail addresses: which of them says whose the events are, is not for us to tell.
    """
    if not sample.is_csv or recognised(sample.columns) is not None:
        return None
    times = [name for name in sample.columns if _is_time(name) and _has_times(name, sample)]
    if not times:
        return None
    users = [name for name in sample.columns if _ADDRESS.fullmatch(name)]
    ours = dict(zip([times[0], *users[:1]], ("started_at", "user_id"), strict=False))
    return [ours.get(name, f"column_{place}") for place, name in enumerate(sample.columns, 1)]


def _is_time(name: str) -> bool:
    """Return whether a column's name is a time, without the number that tells it from others."""
    return guess_times([re.sub(r"\.\d+$", "", name)]) is not None


def _has_times(name: str, sample: Sample) -> bool:
    return not sample.rows or guess_times(sample.values(name)) is not None


def _merged(known: EventFormat, given: EventFormat) -> EventFormat:
    """Return a known format with what the caller has changed of it."""
    standard = EventFormat()
    own = {
        field.name: value
        for field in attrs.fields(EventFormat)
        if (value := getattr(given, field.name)) != getattr(standard, field.name)
    }
    return attrs.evolve(known, **own)


def _settled(name: str | None, form: EventFormat, sample: Sample) -> Guess:
    """Return a guess with how its times are written, and whose they are."""
    notes, changes = list[str](), dict[str, Any]()
    if form.user_id is None and not {*form.columns.get("user_id", ("user_id",))} & {
        *sample.columns
    }:
        changes["user_id"] = _SOMEBODY
        notes.append(_nobody(name, form))
    times = guess_times(_cells("started_at", form, sample))
    if times is not None and not (form.time_formats or form.unit):
        changes |= {"time_formats": times.formats, "unit": times.unit}
    has_zone = (
        form.naive_zone is not None or "timezone" in form.columns or "timezone" in sample.columns
    )
    if times is not None and times.is_naive and not has_zone:
        changes["naive_zone"] = "UTC"
        notes.append("Times have no offset: put the zone of their clock in place of UTC.")
    if times is not None and not times.is_certain and not form.time_formats:
        notes.append(
            "Say whether the day is first, --time-format dmy, or the month, mdy, in place of auto."
        )
    if form.duration_unit == "s" and _are_days(_cells("duration", form, sample)):
        notes.append(_LONG)
    return Guess(name, attrs.evolve(form, **changes), notes)


def _are_days(durations: Sequence[object]) -> bool:
    """Return whether most durations are numbers that would be days, were they seconds."""
    texts = [str(value).strip() for value in durations]
    long = [text for text in texts if text.isascii() and text.isdigit() and int(text) > _DAY]
    return len(long) * 2 > len(texts)


def _nobody(name: str | None, form: EventFormat) -> str:
    """Return what to do where no column says whose the events are."""
    if name is not None:
        return _NOBODY
    if form.header is not None:
        return _PERHAPS_NOBODY.format("write user_id for the name of the column that does")
    return _PERHAPS_NOBODY.format("add the column that does to --columns, as user_id=NAME")


def _cells(field: str, form: EventFormat, sample: Sample) -> list[object]:
    """Return what the first rows say of a field, joined where it is in two columns."""
    columns = form.columns.get(field, (field,))
    if len(columns) == 1:
        return sample.values(columns[0].removesuffix(".0"))
    return joined(columns, sample)

"""Formats that we know by name: what other programs export, as they write it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import attrs

from mainstay.reading.conditions import Condition
from mainstay.reading.format import EventFormat

__all__ = ["FORMATS", "KnownFormat", "recognised"]


@attrs.frozen
class KnownFormat:
    """A format of another program's.

    Attributes:
        title: What the file is, in words.
        format: How it says who was active, and when.
        tells: The columns, or keys of JSON, that tell it from all others: it has them all.
        cells: A regular expression for the cells of all columns but these, if the columns alone
            don't tell it.

    Examples:
        >>> FORMATS["toggl"].title
        "Toggl Track's detailed report"
    """

    title: str
    format: EventFormat
    tells: frozenset[str]
    cells: str | None = None

    @property
    def is_of_one(self) -> bool:
        """Whether it is the export of one person, which does not say whose."""
        return "user_id" not in self.format.columns


_STRAVA = KnownFormat(
    "Strava's activities.csv",
    EventFormat(
        columns={
            "started_at": "Activity Date",
            "duration": "Elapsed Time.0",
            "kind": "Activity Type",
            "id": "Activity ID",
        },
        time_formats=["%b %d, %Y, %I:%M:%S %p", "%d %b %Y, %H:%M:%S"],  # American, and British
        naive_zone="UTC",
    ),
    tells=frozenset({"Activity ID", "Activity Date", "Activity Type"}),
)
_GARMIN = KnownFormat(
    "Garmin Connect's list of activities",
    EventFormat(columns={"started_at": "Date", "duration": "Time", "kind": "Activity Type"}),
    tells=frozenset({"Activity Type", "Date", "Favorite", "Title"}),
)
_TOGGL = KnownFormat(
    "Toggl Track's detailed report",
    EventFormat(
        columns={
            "user_id": "Email",
            "started_at": ("Start date", "Start time"),
            "duration": "Duration",
            "kind": "Project",
        },
        kind="time entry",
    ),
    tells=frozenset({"Email", "Start date", "Start time", "Duration"}),
)
#: How Loop writes, in all of its versions, that a habit was not performed on a day.
_NOT_PERFORMED = "|NO|UNKNOWN|SKIP|YES_AUTO|-1|0|1|3"
_LOOP = KnownFormat(
    "Loop Habit Tracker's Checkmarks.csv, of all habits",
    EventFormat(
        columns={"started_at": "Date", "kind": "variable"},
        unpivot=True,
        where=[Condition("value", "!=", _NOT_PERFORMED)],
    ),
    tells=frozenset({"Date", ""}),  # each line ends with a separator
    cells=r"(YES_MANUAL|YES_AUTO|NO|UNKNOWN|SKIP|-?\d+)?",  # with fractions it is its Scores.csv
)
_LOOP_HABIT = KnownFormat(
    "Loop Habit Tracker's Checkmarks.csv, of one habit",
    EventFormat(
        columns={"started_at": "Date"},
        where=[Condition("Value", "!=", _NOT_PERFORMED)],
        kind="habit",
    ),
    tells=frozenset({"Date", "Value", "Notes"}),
)
_GITHUB = KnownFormat(
    "events of GitHub's",
    EventFormat(
        columns={
            "user_id": "actor.login",
            "started_at": "created_at",
            "kind": "type",
            "id": "id",
        }
    ),
    tells=frozenset({"actor.login", "created_at", "type", "id"}),
)
_FITBIT = KnownFormat(
    "Fitbit's exercise-N.json",
    EventFormat(
        columns={
            "started_at": "startTime",
            "duration": "duration",
            "kind": "activityName",
            "id": "logId",
        },
        time_formats=["%m/%d/%y %H:%M:%S"],
        duration_unit="ms",
        naive_zone="UTC",
    ),
    tells=frozenset({"logId", "activityName", "startTime", "duration"}),
)

#: The formats that we know, by their names.
FORMATS: Final[Mapping[str, KnownFormat]] = MappingProxyType(
    {
        "strava": _STRAVA,
        "garmin": _GARMIN,
        "toggl": _TOGGL,
        "loop": _LOOP,
        "loop-habit": _LOOP_HABIT,
        "github": _GITHUB,
        "fitbit": _FITBIT,
    }
)


def recognised(names: Iterable[str], rows: Iterable[Mapping[str, object]] = ()) -> str | None:
    """Return the name of the format whose columns, or keys, a file has.

    Args:
        names: The file's columns.
        rows: Some rows of it, by column.

    Examples:
        >>> recognised(["Activity ID", "Activity Date", "Activity Type", "Distance"])
        'strava'
    """
    there, sample = {*names}, [*rows]
    for name, known in FORMATS.items():
        if known.tells <= there and all(_fits(known, row) for row in sample):
            return name
    return None


def _fits(known: KnownFormat, row: Mapping[str, object]) -> bool:
    cells = (str(cell) for name, cell in row.items() if name not in known.tells)
    return known.cells is None or all(re.fullmatch(known.cells, cell) for cell in cells)

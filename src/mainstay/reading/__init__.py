"""Files of events, of cases and of votes: what they are, and what each row of them says."""

from mainstay.reading.cases import CaseFile, read_cases
from mainstay.reading.conditions import Condition
from mainstay.reading.contributions import Contribution, read_contributions
from mainstay.reading.events import Event, EventFile, EventRows, read_events
from mainstay.reading.format import Columns, EventFormat
from mainstay.reading.formats import FORMATS, KnownFormat
from mainstay.reading.identity import identified
from mainstay.reading.inspection import ColumnSample, Inspection, Problem, inspect_events
from mainstay.reading.timestamps import parse_moment

__all__ = [
    "FORMATS",
    "CaseFile",
    "ColumnSample",
    "Columns",
    "Condition",
    "Contribution",
    "Event",
    "EventFile",
    "EventFormat",
    "EventRows",
    "Inspection",
    "KnownFormat",
    "Problem",
    "identified",
    "inspect_events",
    "parse_moment",
    "read_cases",
    "read_contributions",
    "read_events",
]

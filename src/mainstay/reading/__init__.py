"""Files of events, of cases and of votes: each line one of them, or a clear complaint."""

from mainstay.reading.cases import CaseFile, read_cases
from mainstay.reading.contributions import Contribution, read_contributions
from mainstay.reading.events import Event, read_events
from mainstay.reading.identity import identified
from mainstay.reading.timestamps import parse_moment

__all__ = [
    "CaseFile",
    "Contribution",
    "Event",
    "identified",
    "parse_moment",
    "read_cases",
    "read_contributions",
    "read_events",
]

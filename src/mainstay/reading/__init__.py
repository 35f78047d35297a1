"""Files of events and of cases, line by line, each either one of them or a clear complaint."""

from mainstay.reading.cases import CaseFile, read_cases
from mainstay.reading.events import Event, read_events
from mainstay.reading.identity import identified
from mainstay.reading.timestamps import parse_moment

__all__ = ["CaseFile", "Event", "identified", "parse_moment", "read_cases", "read_events"]

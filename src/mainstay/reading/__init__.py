"""Files of events: CSV and JSON Lines, line by line, each either an event or a clear complaint."""

from mainstay.reading.events import Event, read_events
from mainstay.reading.identity import identified
from mainstay.reading.timestamps import parse_moment

__all__ = ["Event", "identified", "parse_moment", "read_events"]

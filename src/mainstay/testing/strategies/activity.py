"""What users do: sessions, windows, counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.activity import WINDOW_DAYS, ActivityWindow, Session
from mainstay.counts import Counts
from mainstay.testing.strategies.calendar import around, days, instants, turning_points, zones

__all__ = ["counts", "histories", "kinds", "qualities", "sessions", "user_ids", "windows"]


# Letters of several scripts, composed and not, and what breaks files, queries and terminals (but
# NUL, which PostgreSQL can't store). Not all of Unicode: Hypothesis takes a second to list it, and
# its own health check then fails.
_CHARACTERS = "abzAZ019 _-.@/\\'\"`%,;:\t\n\x1b\u200b\u202eéßÄIıİ\u0301Ωжש字한🙂\U0010fffd"


def user_ids() -> SearchStrategy[str]:
    """User ids: a few that come up often, so that they meet, and others of odd characters."""
    return st.sampled_from(["ada", "bob", "cy", "Ärzte", "字"]) | _texts(20)


def _texts(longest: int) -> SearchStrategy[str]:
    return st.text(_CHARACTERS, min_size=1, max_size=longest)


def kinds() -> SearchStrategy[str]:
    """Kinds of activity: those of the standard criteria, and one that no criteria name."""
    return st.sampled_from(["post", "like", "comment", "view"])


def qualities() -> SearchStrategy[float]:
    """Ratings from 0 to 10, often the ends."""
    return st.sampled_from([0.0, 10.0]) | st.floats(0, 10)


def counts(most: int = 8) -> SearchStrategy[Counts]:
    """How often each kind of activity happened, often close to the standard criteria.

    Args:
        most: The largest count of one kind.
    """
    return st.dictionaries(kinds(), st.integers(0, most), max_size=4).map(Counts)


@st.composite
def sessions(
    draw: DrawFn,
    user_id: SearchStrategy[str] | None = None,
    started_at: SearchStrategy[datetime] | None = None,
    timezone: SearchStrategy[str] | None = None,
) -> Session:
    """Sessions with any of their fields, about clock changes and midnights.

    Args:
        user_id: Whose; anybody's by default.
        started_at: When; :func:`instants` by default.
        timezone: Where they were recorded, if they say so; any of :func:`zones` by default.
    """
    return Session(
        draw(user_ids() if user_id is None else user_id),
        draw(instants() if started_at is None else started_at),
        duration=draw(st.none() | st.timedeltas(timedelta(0), timedelta(days=2))),
        timezone=draw(st.none() | (zones() if timezone is None else timezone)),
        kind=draw(st.just("session") | kinds()),
        quality=draw(st.none() | qualities()),
        id=draw(st.none() | _texts(8)),
    )


@st.composite
def histories(
    draw: DrawFn, user_id: SearchStrategy[str] | None = None
) -> tuple[list[Session], datetime]:
    """One user's sessions about one clock change or midnight, and an instant to look back from.

    Most are recorded in one zone, some elsewhere or without saying where.

    Args:
        user_id: Whose; anybody's by default.
    """
    home = draw(zones())
    at = around(draw(turning_points(home)), home)
    user = st.just(draw(user_ids() if user_id is None else user_id))
    known = draw(st.lists(sessions(user, at, st.just(home) | zones()), max_size=30))
    return known, draw(st.one_of(at, *[st.just(session.started_at) for session in known[:3]]))


@st.composite
def windows(
    draw: DrawFn, last_day: SearchStrategy[date] | None = None, length: int = WINDOW_DAYS
) -> ActivityWindow:
    """Windows with any of their days active.

    Args:
        last_day: The days on which they end; any by default.
        length: How many days they span.
    """
    ending = draw(days() if last_day is None else last_day)
    return ActivityWindow(ending, draw(st.integers(0, 2**length - 1)), length)

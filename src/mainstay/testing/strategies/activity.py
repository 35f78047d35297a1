"""What users do: sessions, windows, counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from hashlib import blake2b

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.activity.counts import Counts
from mainstay.activity.session import Session
from mainstay.activity.window import WINDOW_DAYS, ActivityWindow
from mainstay.activity.year import YEAR_DAYS, ActivityYear
from mainstay.testing.strategies.calendar import (
    DISTANCES,
    PLACES,
    ZONES,
    days,
    instants,
    seen_from,
    turning_point,
    zones,
)
from mainstay.testing.strategies.making import made

__all__ = [
    "TEXTS",
    "counts",
    "histories",
    "kinds",
    "qualities",
    "sessions",
    "user_ids",
    "windows",
    "years",
]


# Letters of several scripts, composed and not, and what breaks files, queries and terminals (except
# NUL, which PostgreSQL can't store). Not all of Unicode: Hypothesis takes a second to list it, and
# its own health check then fails.
_CHARACTERS = "abzAZ019 _-.@/\\'\"`%,;:\t\n\x1b\u200b\u202eéßÄIıİ\u0301Ωжש字한🙂\U0010fffd"


#: What every store takes.
TEXTS = st.text(_CHARACTERS, min_size=1, max_size=20)
_USER_IDS = st.sampled_from(["ada", "bob", "cy", "Ärzte", "字"]) | TEXTS
_KINDS = "post", "like", "comment", "view"
_KIND = st.sampled_from(_KINDS)
_QUALITIES = st.sampled_from([0.0, 10.0]) | st.floats(0, 10)
_DURATIONS = st.none() | st.timedeltas(timedelta(0), timedelta(days=2))
_OWN_KINDS = st.sampled_from(["session"] * 4 + [*_KINDS])
_BEGINNINGS_OF_IDS = st.none() | st.text(_CHARACTERS, max_size=8)
_NO_ZONES = st.none() | zones()
_PERHAPS_QUALITIES = st.none() | _QUALITIES
_HOME = "home"
_ABOUT_A_MOMENT = st.lists(
    st.tuples(
        DISTANCES,
        PLACES,
        _DURATIONS,
        st.sampled_from([_HOME, _HOME, None] * len(ZONES) + [*ZONES]),
        _OWN_KINDS,
        _PERHAPS_QUALITIES,
        _BEGINNINGS_OF_IDS,
    ),
    max_size=30,
)
_ONE_OF_FOUR = st.integers(0, 11)


def user_ids() -> SearchStrategy[str]:
    """User ids: a few that come up often, so that they meet, and others of odd characters.

    Examples:
        >>> from hypothesis import find
        >>> find(user_ids(), lambda user_id: user_id != "ada")
        'bob'
    """
    return _USER_IDS


def kinds() -> SearchStrategy[str]:
    """Kinds of activity: those of the standard criteria, and one that no criteria name.

    Examples:
        >>> from hypothesis import find
        >>> find(kinds(), lambda kind: kind not in {"post", "like", "comment"})
        'view'
    """
    return _KIND


def qualities() -> SearchStrategy[float]:
    """Ratings from 0 to 10, often the ends.

    Examples:
        >>> from hypothesis import find
        >>> find(qualities(), lambda quality: quality > 9)
        10.0
    """
    return _QUALITIES


def counts(most: int = 8) -> SearchStrategy[Counts]:
    """How often each kind of activity happened, often close to the standard criteria.

    Args:
        most: The largest count of one kind.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(counts(most=3))
        ... def test_counts_have_a_bound(counts):
        ...     assert max(counts.values(), default=0) <= 3
        >>> test_counts_have_a_bound()
    """
    orders = st.sampled_from([_KINDS, _KINDS[::-1]])
    return made(_counts, orders, *[st.integers(0, most + 1)] * len(_KINDS))


def _counts(order: tuple[str, ...], *one_more: int) -> Counts:
    """Return counts in an order, from one more than each, so that 0 is for those left out."""
    return Counts({kind: more - 1 for kind, more in zip(order, one_more, strict=True) if more})


def sessions(
    user_id: SearchStrategy[str] | None = None,
    started_at: SearchStrategy[datetime] | None = None,
    timezone: SearchStrategy[str] | None = None,
) -> SearchStrategy[Session]:
    """Sessions with any of their fields, about clock changes and midnights.

    Two that have the same id are equal, as a store demands: each id ends with a digest of what
    its session says. So any number of them can be added to one store.

    Args:
        user_id: Whose; anybody's by default.
        started_at: When; :func:`instants` by default.
        timezone: Where they were recorded, if they say so; any of :func:`zones` by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay.reading import identified
        >>> from mainstay.testing.memory import MemoryStore
        >>> @settings(max_examples=1)
        ... @given(sessions(user_id=st.just("ada")))
        ... def test_a_session_is_kept_once(session):
        ...     store, known = MemoryStore().sessions, [*identified([session])]
        ...     assert (store.add(known), store.add(known)) == (1, 0)
        >>> test_a_session_is_kept_once()
    """
    said = st.builds(
        Session,
        _USER_IDS if user_id is None else user_id,
        instants() if started_at is None else started_at,
        duration=_DURATIONS,
        timezone=_NO_ZONES if timezone is None else st.none() | timezone,
        kind=_OWN_KINDS,
        quality=_PERHAPS_QUALITIES,
    )
    return made(_identified, said, _BEGINNINGS_OF_IDS)


def _identified(session: Session, beginning: str | None) -> Session:
    """Return a session with an id that no session with other contents has, or without any."""
    if beginning is None:
        return session
    digest = blake2b(repr(session).encode(), digest_size=4).hexdigest()
    return attrs.evolve(session, id=beginning + digest)


@st.composite
def histories(
    draw: DrawFn, user_id: SearchStrategy[str] | None = None
) -> tuple[list[Session], datetime]:
    """One user's sessions about one clock change or midnight, and an instant to look back from.

    Most are recorded in one zone, some elsewhere or without saying where. A store takes them, as
    it takes all of :func:`sessions`, once those without an id have one
    (:func:`mainstay.reading.identified`).

    Args:
        user_id: Whose; anybody's by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay import score_sessions
        >>> @settings(max_examples=1)
        ... @given(histories())
        ... def test_nobody_is_active_on_more_days_than_sessions(history):
        ...     sessions, as_of = history
        ...     assert score_sessions(sessions, as_of=as_of).active_days <= len(sessions)
        >>> test_nobody_is_active_on_more_days_than_sessions()
    """
    home = draw(zones())
    moment = turning_point(draw, home)
    user = draw(_USER_IDS if user_id is None else user_id)
    known = []
    for distance, place, duration, zone, kind, quality, beginning in draw(_ABOUT_A_MOMENT):
        at = seen_from(moment, home, distance, place)
        where = home if zone == _HOME else zone
        known.append(_identified(Session(user, at, duration, where, kind, quality), beginning))
    instants = [
        seen_from(moment, home, draw(DISTANCES), draw(PLACES)),
        *(session.started_at for session in known[:3]),
    ]
    return known, instants[draw(_ONE_OF_FOUR) % len(instants)]


@st.composite
def windows(
    draw: DrawFn, last_day: SearchStrategy[date] | None = None, length: int = WINDOW_DAYS
) -> ActivityWindow:
    """Windows with any of their days active.

    Args:
        last_day: The days on which they end; any by default.
        length: How many days they span.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(windows(length=7))
        ... def test_a_streak_is_made_of_active_days(window):
        ...     assert window.current_streak <= window.active_days <= 7
        >>> test_a_streak_is_made_of_active_days()
    """
    ending = draw(days() if last_day is None else last_day)
    return ActivityWindow(ending, draw(st.integers(0, 2**length - 1)), length)


@st.composite
def years(draw: DrawFn, last_day: SearchStrategy[date] | None = None) -> ActivityYear:
    """States of a year, with any of its days active: few, many, or each but a few.

    Args:
        last_day: The days on which they end; any by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(years())
        ... def test_there_are_days_enough_for_the_weeks(year):
        ...     assert year.window.active_days == year.active_days <= 28
        >>> test_there_are_days_enough_for_the_weeks()
    """
    ending = draw(days() if last_day is None else last_day)
    known = min(YEAR_DAYS, ending.toordinal())
    ages = draw(st.sets(st.integers(0, known - 1), max_size=40))
    bits = sum(1 << age for age in ages)
    if draw(st.booleans()):
        bits ^= (1 << known) - 1
    return ActivityYear.from_window(ActivityWindow(ending, bits, YEAR_DAYS))

"""What tells sessions apart that have no id of their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import repeat
from typing import Any

import attrs
import pytest

from mainstay import InvalidTypeError, Session
from mainstay.reading import identified

EIGHT = datetime(2024, 5, 1, 8, tzinfo=UTC)
LIKE = Session("ada", EIGHT, kind="like")
RUN = Session("Ärzte", EIGHT, timedelta(seconds=90.5), "Europe/Berlin", "run", 7)


def ids(*sessions: Session) -> list[str | None]:
    return [session.id for session in identified(sessions)]


def test_ids_are_the_published_digests_of_the_content() -> None:
    """Stores hold them, so they never change.

    ``printf '3,0,4,2024-05-01T08:00:00+00:00,,,adalike' | b2sum -l 128`` prints the first, and
    ``printf '5,13,3,2024-05-01T08:00:00+00:00,90500000,7.0,ÄrzteEurope/Berlinrun' | b2sum -l 128``
    the second.
    """
    assert ids(LIKE, RUN) == [
        "ee2711f84ee7a6b9831b3b36f77ce1b1.1",
        "e376b7ddfe2220e9f379653c0cde8275.1",
    ]


def test_equal_sessions_are_told_apart_by_their_place() -> None:
    first, other, second, third = ids(LIKE, RUN, LIKE, LIKE)
    assert [first, second, third] == ids(LIKE, LIKE, LIKE)
    assert {str(each).partition(".")[2] for each in (first, second, third)} == {"1", "2", "3"}
    assert other == ids(RUN)[0]


def test_an_id_that_is_given_is_kept_and_takes_no_place() -> None:
    own = attrs.evolve(LIKE, id="7")
    assert list(identified([own])) == [own]
    assert ids(LIKE, own, LIKE, own) == [ids(LIKE)[0], "7", ids(LIKE, LIKE)[1], "7"]


def test_all_but_the_id_stays_as_it_was() -> None:
    for session in (LIKE, RUN):
        (with_id,) = identified([session])
        assert attrs.evolve(with_id, id=None) == session
        assert with_id.started_at.tzinfo == session.started_at.tzinfo


@pytest.mark.parametrize(
    "other",
    [
        attrs.evolve(RUN, user_id="Ärzt"),
        attrs.evolve(RUN, started_at=EIGHT + timedelta(microseconds=1)),
        attrs.evolve(RUN, started_at=EIGHT.astimezone(timezone(timedelta(hours=2)))),
        attrs.evolve(RUN, duration=None),
        attrs.evolve(RUN, duration=timedelta(seconds=90)),
        attrs.evolve(RUN, timezone=None),
        attrs.evolve(RUN, timezone="Europe/Paris"),
        attrs.evolve(RUN, kind="ride"),
        attrs.evolve(RUN, quality=None),
        attrs.evolve(RUN, quality=7.5),
        attrs.evolve(RUN, duration=None, quality=0),
        attrs.evolve(RUN, duration=timedelta(0), quality=None),
    ],
)
def test_every_field_counts(other: Session) -> None:
    assert ids(other) != ids(RUN)


def test_where_one_text_ends_and_the_next_begins_counts() -> None:
    assert ids(Session("ab", EIGHT, kind="c")) != ids(Session("a", EIGHT, kind="bc"))
    assert ids(Session("a", EIGHT, kind="UTCb")) != ids(
        Session("a", EIGHT, timezone="UTC", kind="b")
    )


def test_equal_numbers_written_differently_do_not_count() -> None:
    assert ids(attrs.evolve(RUN, quality=7.0)) == ids(RUN)
    assert ids(attrs.evolve(RUN, quality=-0.0)) == ids(attrs.evolve(RUN, quality=0))


def test_what_is_no_valid_text_has_an_id_all_the_same() -> None:
    """A store may refuse it; this does not."""
    assert ids(Session("\ud800", EIGHT)) != ids(Session("\ud801", EIGHT))


def test_sessions_are_read_one_by_one() -> None:
    sessions = identified(repeat(LIKE))
    assert [next(sessions).id for _ in range(3)] == ids(LIKE, LIKE, LIKE)


@pytest.mark.parametrize("sessions", [LIKE, [LIKE, "ada"], None])
def test_what_are_no_sessions_is_refused(sessions: list[Session]) -> None:
    with pytest.raises(InvalidTypeError, match="sessions must be"):
        list(identified(sessions))


@pytest.mark.parametrize("sessions", [None, "ada", b"ada", LIKE])
def test_what_is_not_several_is_refused_at_the_call(sessions: Any) -> None:
    """And not when the first id is asked for; a text is not taken letter by letter."""
    with pytest.raises(InvalidTypeError, match="sessions must be several"):
        identified(sessions)

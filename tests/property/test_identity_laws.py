"""The laws of ids: the same rows have the same ones, whatever their order, and all differ."""

from __future__ import annotations

from collections import Counter
from random import Random

import attrs
from hypothesis import given
from hypothesis import strategies as st

from mainstay import Session
from mainstay.reading import identified
from mainstay.testing import strategies

#: A few sessions, some of them several times.
files = st.lists(strategies.sessions(), max_size=8).flatmap(
    lambda drawn: st.lists(st.sampled_from(drawn), max_size=20) if drawn else st.just(drawn)
)


@given(files, st.randoms(use_true_random=False))
def test_a_file_has_the_same_ids_in_whatever_order_its_lines_are(
    rows: list[Session], random: Random
) -> None:
    shuffled = [*rows]
    random.shuffle(shuffled)
    assert Counter(identified(shuffled)) == Counter(identified(rows))


@given(files)
def test_no_two_sessions_without_an_id_get_the_same(rows: list[Session]) -> None:
    without = [attrs.evolve(row, id=None) for row in rows]
    ids = [session.id for session in identified(without)]
    assert len({*ids}) == len(rows)


@given(files)
def test_ids_that_are_there_are_kept_and_nothing_else_changes(rows: list[Session]) -> None:
    for row, session in zip(rows, identified(rows), strict=True):
        assert session.id is not None
        assert session == attrs.evolve(row, id=session.id)
        assert row.id in {None, session.id}


@given(files)
def test_giving_ids_twice_is_giving_them_once(rows: list[Session]) -> None:
    once = list(identified(rows))
    assert list(identified(once)) == once


@given(files, st.integers(0, 20))
def test_lines_that_are_added_at_the_end_leave_the_ids_before_them_as_they_were(
    rows: list[Session], cut: int
) -> None:
    assert list(identified(rows[:cut])) == list(identified(rows))[:cut]


@given(strategies.sessions(), strategies.sessions())
def test_different_sessions_have_different_ids_and_equal_ones_the_same(
    one: Session, other: Session
) -> None:
    """Equal instants at different offsets are the same time, read off different walls."""
    one, other = (attrs.evolve(each, id=None) for each in (one, other))
    alike = one == other and one.started_at.utcoffset() == other.started_at.utcoffset()
    assert ([*identified([one])] == [*identified([other])]) == alike

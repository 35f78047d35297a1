"""Numbering users: as a dictionary would, however ids collide and whoever looks on."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from threading import Event
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from mainstay.columnar import keys, users
from mainstay.columnar.users import Users

Id = int | str
WORDS = [
    end.join([prefix, "x" * repeat])
    for prefix in ("", "a", "user-00", "user-000", "user-0000", "user-00000000001")
    for end in ("", "\x00", "\x00\x00", "é", "🙂")
    for repeat in (0, 1, 7, 8, 9, 16, 30)
]
TEXTS = st.sampled_from(WORDS)
WHOLES = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3)
BATCHES = st.lists(st.lists(TEXTS, max_size=16), max_size=8) | st.lists(
    st.lists(WHOLES, max_size=16), max_size=8
)
HASHES = st.sampled_from([1, 2, 5, None])


def column(ids: Sequence[Id], *, of: Any) -> Any:
    return pa.array(ids, pa.int64() if of is int else pa.string())


def kind_of(batches: Sequence[Sequence[Id]]) -> type:
    return int if any(isinstance(user, int) for batch in batches for user in batch) else str


def numbered(batches: Sequence[Sequence[Id]]) -> list[list[int]]:
    """The numbers that a dictionary gives."""
    known: dict[Id, int] = {}
    return [[known.setdefault(user, len(known)) for user in batch] for batch in batches]


@contextmanager
def crowded(hashes: int | None, slots: int = 8, few_rows: int = 1) -> Iterator[None]:
    """Leave so few hashes, and so few slots at first, that ids collide and the table grows."""
    mixed = keys._mixed

    def few(values: Any) -> Any:
        spread = np.uint64(2**64 // (hashes or 1) - 1)
        return values.copy() if hashes is None else mixed(values) % np.uint64(hashes) * spread

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(users, "_FEWEST_SLOTS", slots)
        patch.setattr(users, "_FEW", few_rows)
        if hashes is not None:
            patch.setattr(keys, "_mixed", few)
        yield


@given(BATCHES, HASHES)
def test_users_get_the_numbers_that_a_dictionary_would_give(
    batches: list[list[Id]], hashes: int | None
) -> None:
    kind = kind_of(batches)
    with crowded(hashes):
        known = Users(column([], of=kind).type)
        found = [known.number(known.look_up(column(batch, of=kind))).tolist() for batch in batches]
    assert found == numbered(batches)
    assert known.column().to_pylist() == list(dict.fromkeys([*chain(*batches)]))
    assert len(known) == len(known.column())


@given(BATCHES, HASHES, st.sampled_from([1, 3, 9]))
def test_batches_may_be_looked_up_before_earlier_ones_are_numbered(
    batches: list[list[Id]], hashes: int | None, few_rows: int
) -> None:
    kind = kind_of(batches)
    with crowded(hashes, few_rows=few_rows):
        known = Users(column([], of=kind).type)
        looked_up = [known.look_up(column(batch, of=kind)) for batch in batches]
        assert [known.number(found).tolist() for found in looked_up] == numbered(batches)


@given(BATCHES, HASHES, st.booleans())
def test_dictionaries_shared_or_not_make_no_difference(
    batches: list[list[Id]], hashes: int | None, shared: bool
) -> None:
    kind = kind_of(batches)
    whole = column([*chain(*batches)], of=kind).dictionary_encode()
    with crowded(hashes):
        known = Users(whole.type)
        start, looked_up = 0, []
        for batch in batches:
            part = whole.slice(start, len(batch))
            own = column(batch, of=kind).dictionary_encode()
            looked_up.append(known.look_up(part if shared else own))
            start += len(batch)
        assert [known.number(found).tolist() for found in looked_up] == numbered(batches)


def test_the_table_grows_with_its_users() -> None:
    """Ten thousand users, one by one at first, from eight slots on: each keeps its number."""
    ids = [f"user-{n:020}" for n in range(10_000)]
    with crowded(None):
        known = Users(pa.string())
        for start in [*range(64), *range(64, len(ids), 16)]:
            known.number(known.look_up(column(ids[start : start + 16], of=str)))
        again = known.number(known.look_up(column(ids, of=str)))
    assert again.tolist() == list(range(len(ids)))


def test_the_largest_unsigned_numbers_are_not_the_negative_ones() -> None:
    known = Users(pa.uint64())
    ids = pa.array([2**64 - 1, 0, 2**63, 2**64 - 1], pa.uint64())
    assert known.number(known.look_up(ids)).tolist() == [0, 1, 2, 0]
    assert known.column().to_pylist() == [2**64 - 1, 0, 2**63]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("user-00000000001x", "user-00000000001y"),  # the same first 16 bytes
        ("user-00000000001", "user-00000000001\x00"),
        ("a", "a\x00"),
        ("a" * 8, "a" * 8 + "\x00"),
        ("é", "e\u0301"),
        ("a" * 100_000 + "b", "a" * 100_000 + "c"),
    ],
)
def test_ids_alike_are_still_two(one: str, other: str) -> None:
    with crowded(1):
        known = Users(pa.string())
        assert known.number(known.look_up(pa.array([one]))).tolist() == [0]
        assert known.number(known.look_up(pa.array([other, one]))).tolist() == [1, 0]


def test_a_slice_of_a_longer_column_is_looked_up_alone() -> None:
    known = Users(pa.string())
    part = pa.array(["ada", "bob", "", "cy", "ada"]).slice(1, 3)
    assert known.number(known.look_up(part)).tolist() == [0, 1, 2]
    assert known.column().to_pylist() == ["bob", "", "cy"]


@pytest.mark.parametrize("kind", [int, str])
def test_threads_look_users_up_while_one_numbers_them(kind: type) -> None:
    """What they find is never another user's number, however often they are interrupted."""
    ids = [n if kind is int else f"user-{n * n:030}" for n in range(3000)]
    pieces = [column(ids[start : start + 16], of=kind) for start in range(0, len(ids), 16)]
    interval = sys.getswitchinterval()
    with crowded(None, slots=64), ThreadPoolExecutor(2) as pool:
        known, done = Users(column([], of=kind).type), Event()
        everybody = column(ids, of=kind)

        def look_on() -> list[Any]:
            seen = []
            while not done.is_set():
                seen.append(known.look_up(everybody).numbers)
            return seen

        sys.setswitchinterval(1e-6)
        try:
            lookers = [pool.submit(look_on) for _ in range(2)]
            for piece in pieces:
                known.number(known.look_up(piece))
        finally:
            done.set()
            sys.setswitchinterval(interval)
        expected = np.arange(len(ids))
        for looker in lookers:
            for numbers in looker.result():
                assert ((numbers == expected) | (numbers == -1)).all()
    assert known.number(known.look_up(everybody)).tolist() == expected.tolist()

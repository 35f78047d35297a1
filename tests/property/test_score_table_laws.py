"""The columnar engine is the pure-Python core, whatever the table and however it comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

import attrs
import pyarrow as pa
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay import ConsistencyPolicy
from mainstay.columnar import score_table
from mainstay.testing import strategies
from tests import effort
from tests.event_tables import Case, Event, any_policies, by_user, cases, in_chunks

NOON = datetime(2024, 5, 28, 12, tzinfo=UTC)
ROWS = st.sampled_from([1, 3, 7])
any_cases = cases(policy=any_policies)
INTEGERS = [pa.int8(), pa.int16(), pa.int32(), pa.int64()]
NATURALS = [pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]
TEXTS = [pa.string(), pa.large_string(), pa.string_view()]
#: Arrow's durations have 64 bits.
LONGEST = timedelta(days=100_000_000)


@settings(max_examples=effort.scaled(40))  # all that the engine is for
@given(any_cases)
def test_every_column_of_every_user_is_the_cores(case: Case) -> None:
    assert case.scores() == case.expected()


@given(any_cases, ROWS, st.integers(1, 3), st.integers(1, 3))
def test_chunks_and_threads_change_nothing(case: Case, rows: int, threads: int, held: int) -> None:
    with in_chunks(rows, threads, held):
        assert case.scores() == case.expected()


@given(any_cases, st.randoms(use_true_random=False))
def test_the_order_of_events_decides_on_the_order_of_users_alone(case: Case, random: Any) -> None:
    events = [*case.events]
    random.shuffle(events)
    shuffled = attrs.evolve(case, events=events)
    assert by_user(shuffled.scores()) == by_user(case.scores())
    assert shuffled.scores() == shuffled.expected()


@given(any_cases, st.integers(0, 10))
def test_repeated_events_change_nothing(case: Case, repeated: int) -> None:
    twice = attrs.evolve(case, events=[*case.events, *case.events[:repeated]])
    assert twice.scores() == case.scores()


@given(any_cases)
def test_events_after_as_of_change_nothing(case: Case) -> None:
    known = [event for event in case.events if event.at <= case.as_of]
    assert attrs.evolve(case, events=known).scores() == case.scores()


@given(any_cases)
def test_how_as_of_is_written_changes_nothing(case: Case) -> None:
    assert attrs.evolve(case, as_of=case.as_of.astimezone(UTC)).scores() == case.scores()


@given(any_cases, st.sets(st.integers(0, 3)))
def test_shards_by_user_make_the_whole(case: Case, some: set[int]) -> None:
    shards = [[e for e in case.events if (e.user in some) is shard] for shard in (True, False)]
    rows = [row for shard in shards for row in attrs.evolve(case, events=shard).scores()]
    assert by_user(rows) == by_user(case.scores())


@given(any_cases, st.lists(st.integers(0, 25), max_size=4), ROWS)
def test_batches_are_one_table(case: Case, cuts: list[int], rows: int) -> None:
    """Of any sizes, none included; each dictionary-encoded on its own."""
    bounds = [0, *sorted(cuts), len(case.events)]
    parts = [attrs.evolve(case, events=case.events[start:end]) for start, end in pairwise(bounds)]
    batches = [encoded(part.table()) for part in parts]
    with in_chunks(rows):
        assert case.scores(iter(batches)) == case.expected()


def encoded(table: Any) -> Any:
    columns = {name: table[name] for name in table.column_names}
    for name in {"user_id", "zone", "home"} & {*columns}:
        columns[name] = columns[name].dictionary_encode()
    return pa.table(columns)


@given(any_cases, st.sampled_from(["s", "ms", "us", "ns"]), st.integers(0, 999))
def test_any_unit_will_do_and_nanoseconds_are_cut(case: Case, unit: str, odd: int) -> None:
    step = timedelta(microseconds={"s": 1_000_000, "ms": 1000}.get(unit, 1))
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    events = [attrs.evolve(e, at=epoch + (e.at - epoch) // step * step) for e in case.events]
    assume(unit != "ns" or all(e.at.year > 1678 for e in events))
    case = attrs.evolve(case, events=events)
    ticks = [(e.at - epoch) // step * (1000 if unit == "ns" else 1) for e in events]
    odd = odd if unit == "ns" else 0
    column = pa.array([tick + odd for tick in ticks], pa.int64())
    table = case.table()
    place = table.column_names.index("started_at")
    instants = column.cast(pa.timestamp(unit, case.carried))
    assert case.scores(table.set_column(place, "started_at", instants)) == case.expected()


@given(strategies.zones(), strategies.day_starts(), st.integers(1, 28), st.data())
def test_a_user_of_every_day_has_every_bit(zone: str, day_start: Any, days: int, data: Any) -> None:
    """An event every six hours leaves no day out, and none before the window in."""
    as_of = data.draw(strategies.instants())
    policy = ConsistencyPolicy(window_days=days, member_min_days=1)
    events = [Event(0, as_of.astimezone(UTC) - timedelta(hours=6 * n), zone) for n in range(160)]
    case = Case(events=events, as_of=as_of, day_start=day_start, policy=policy)
    assert case.scores() == case.expected()


@st.composite
def integers(draw: DrawFn) -> Any:
    """A column of whole numbers of any width, often at its ends."""
    kind = draw(st.sampled_from(INTEGERS + NATURALS))
    low, high = (-(1 << kind.bit_width - 1), (1 << kind.bit_width - 1) - 1)
    if kind in NATURALS:
        low, high = 0, (1 << kind.bit_width) - 1
    ends = st.sampled_from([low, low + 1, 0, 1, high - 1, high])
    return pa.array(draw(st.lists(ends | st.integers(low, high), max_size=40)), kind)


def words() -> SearchStrategy[str]:
    """Texts alike in their first bytes, about the lengths of one and two words."""
    lengths = st.sampled_from([1, 6, 7, 8, 9, 14, 15, 16, 17, 23, 24, 25, 40, 3000])
    alike = st.builds(
        lambda length, end: ("user-" * length)[: length - 1] + end,
        lengths,
        st.sampled_from(["1", "2", "\x00", "\x7f", "é", "字", "🙂"]),
    )
    zeros = st.builds(lambda text, zeros: text + "\x00" * zeros, alike, st.integers(0, 9))
    return alike | zeros | strategies.user_ids() | st.text("\x00a", min_size=1, max_size=20)


@st.composite
def texts(draw: DrawFn) -> Any:
    """A column of texts of any kind."""
    known = draw(st.lists(words(), min_size=1, max_size=8))
    values = draw(st.lists(st.sampled_from(known) | words(), max_size=40))
    return pa.array(values, draw(st.sampled_from(TEXTS)))


@st.composite
def dictionaries(draw: DrawFn) -> Any:
    """A column that points into a dictionary: values unused, there twice, or null."""
    values = draw(integers() | texts())
    used = [n for n in range(len(values)) if draw(st.booleans())]
    index = st.sampled_from([pa.int8(), pa.uint8(), pa.int32(), pa.uint32(), pa.int64()])
    places = pa.array(
        draw(st.lists(st.sampled_from(used), max_size=40)) if used else [], pa.int64()
    )
    if draw(st.booleans()):
        values = pa.array([*values.to_pylist(), None], values.type)
    return pa.DictionaryArray.from_arrays(places.cast(draw(index)), values)


@st.composite
def others(draw: DrawFn) -> Any:
    """A column of another type that compares, some of it the same twice."""
    kind, values = draw(
        st.sampled_from(
            [
                (pa.decimal128(38, 0), st.decimals(-(10**37), 10**37, places=0)),
                (pa.decimal128(9, 2), st.decimals(-100, 100, places=2)),
                (pa.binary(), st.binary(min_size=1, max_size=20)),
                (pa.large_binary(), st.binary(min_size=1, max_size=3)),
                (pa.binary(16), st.binary(min_size=16, max_size=16)),
                (pa.bool_(), st.booleans()),
                (pa.date32(), st.dates()),
                (pa.timestamp("us"), st.datetimes()),
                (pa.time64("us"), st.times()),
                (pa.duration("us"), st.timedeltas(-LONGEST, LONGEST)),
            ]
        )
    )
    some = draw(st.lists(values, min_size=1, max_size=8))
    column = pa.array(draw(st.lists(st.sampled_from(some), max_size=40)), kind)
    return column.dictionary_encode() if draw(st.booleans()) else column


@given(
    integers() | texts() | dictionaries() | others(),
    st.integers(0, 5),
    st.sampled_from([1, 3, 7, 100]),
)
def test_users_are_told_apart_by_their_ids_alone_and_come_in_order(
    ids: Any, skipped: int, rows: int
) -> None:
    ids = ids[skipped:]
    windows: dict[object, int] = {}
    for row, user in enumerate(ids.to_pylist()):
        windows[user] = windows.get(user, 0) | 1 << row % 28
    instants = [NOON - timedelta(days=row % 28) for row in range(len(ids))]
    events = pa.table({"user_id": ids, "started_at": pa.array(instants, pa.timestamp("us", "UTC"))})
    with in_chunks(rows):
        scores = pa.table(score_table(events, as_of=NOON, user_zone="UTC"))
    found = zip(scores["user_id"].to_pylist(), scores["bits"].to_pylist(), strict=True)
    assert [*found] == [*windows.items()]

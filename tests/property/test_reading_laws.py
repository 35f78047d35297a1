"""Files: the same records say the same, however they are written, separated and packed."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay import BadRecordError, Session
from mainstay.reading import Event, EventFormat, inspect_events, read_events
from tests.packings import ENCODINGS, PACKINGS

HEADER = ("user_id", "started_at", "note", "duration", "kind")
#: Letters that separate, quote, end lines, or begin JSON in a file.
ODD = st.sampled_from(",;\t|\"'\n\r {}[]<>=\ufeff\u2028\x85ä小\U0001f600")
texts = st.text(ODD | st.characters(min_codepoint=32, max_codepoint=383), max_size=8)
users = texts.filter(lambda text: text.strip() != "")
times = st.datetimes(datetime(2024, 1, 1), datetime(2025, 1, 1)).map(  # noqa: DTZ001  (Z follows)
    lambda at: f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"
) | st.dates(date(2024, 1, 1), date(2025, 1, 1)).map(str)
durations = st.sampled_from(["", "90", "0:01:30", "PT1M30S"])
rows = st.lists(
    st.tuples(users, times, texts, durations, st.sampled_from(["", "run", "läuft"])), max_size=6
)
packings = st.sampled_from([*PACKINGS])

Read = list[Session | tuple[str, str]]


def read(source: Any, form: EventFormat = EventFormat()) -> Read:  # noqa: B008  (it is frozen)
    """Return what a file says, without the lines on which it does."""
    return [
        item.session if isinstance(item, Event) else (item.field, item.problem)
        for item in read_events(source, format=form, whole=True)
    ]


def table(rows: Sequence[Sequence[str]], separator: str = ",", end: str = "\n") -> str:
    text = io.StringIO(newline="")
    # Before Python 3.13 other line ends than its own are left unquoted.
    has_ends = any({*cell} & {*"\r\n"} for row in rows for cell in row)
    csv.writer(
        text,
        delimiter=separator,
        lineterminator=end,
        quoting=csv.QUOTE_ALL if has_ends else csv.QUOTE_MINIMAL,
    ).writerows(rows)
    return text.getvalue()


def file_of(text: str, encoding: str, packing: tuple[str, ...]) -> io.BytesIO:
    return io.BytesIO(PACKINGS[packing](text.encode(encoding)))


@given(
    rows,
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(ENCODINGS),
    packings,
    st.booleans(),
)
def test_a_table_says_the_same_with_any_separator_encoding_and_packing(
    rows: list[tuple[str, ...]],
    separator: str,
    end: str,
    encoding: str,
    packing: tuple[str, ...],
    named: bool,
) -> None:
    plain = read(io.BytesIO(table([HEADER, *rows]).encode()))
    text = table([HEADER, *rows], separator, end)
    text = f"sep={separator}{end}{text}" if named else text
    assert len(plain) == len(rows)
    assert read(file_of(text, encoding, packing)) == plain


@given(rows, st.sampled_from(",;\t|"), st.sampled_from(ENCODINGS))
def test_so_it_does_without_a_header(
    rows: list[tuple[str, ...]], separator: str, encoding: str
) -> None:
    plain = read(io.BytesIO(table([HEADER, *rows]).encode()))
    text = f"sep={separator}\n" + table(rows, separator)
    assert read(file_of(text, encoding, ()), EventFormat(header=HEADER)) == plain


@given(rows, st.sampled_from([None, 0, 3]), packings)
def test_json_lines_an_array_and_csv_say_the_same(
    rows: list[tuple[str, ...]], indent: int | None, packing: tuple[str, ...]
) -> None:
    plain = read(io.BytesIO(table([HEADER, *rows]).encode()))
    records = [dict(zip(HEADER, row, strict=True)) for row in rows]
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    assert read(file_of(lines, "utf-8", packing)) == plain
    assert read(file_of(json.dumps(records, indent=indent), "utf-8", packing)) == plain


@given(rows=rows)
def test_parquet_says_the_same(tmp_path_factory: pytest.TempPathFactory, rows: Any) -> None:
    pa = pytest.importorskip("pyarrow", reason="needs mainstay[columnar]")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path_factory.getbasetemp() / "law.parquet"
    columns = [pa.array([row[n] for row in rows], pa.string()) for n in range(len(HEADER))]
    parquet.write_table(pa.table(columns, names=[*HEADER]), path)
    assert read(path) == read(io.BytesIO(table([HEADER, *rows]).encode()))


@given(rows, st.lists(st.sampled_from("abc"), min_size=1, max_size=3))
def test_dots_lead_into_objects_unless_a_key_has_them_itself(
    rows: list[tuple[str, ...]], path: list[str]
) -> None:
    plain = read(io.BytesIO(table([HEADER[:2], *(row[:2] for row in rows)]).encode()))
    name = ".".join(path)
    nested, dotted = [], []
    for user, at, *_ in rows:
        inner: Any = user
        for key in reversed(path):
            inner = {key: inner}
        nested.append(json.dumps({"started_at": at} | inner))
        dotted.append(json.dumps({"started_at": at, "a": {"b": 7, "c": 8}} | {name: user}))
    form = EventFormat(columns={"user_id": name})
    assert read(nested, form) == read(dotted, form) == plain


cells = st.sampled_from(["YES", "NO", "0", "1", "1.0", "-2", "", " ", "many", "1e1"])
conditions = st.sampled_from(
    ["done=YES", "done!=YES", "done>0", "done>=1", "done<1", "done<=-2", "done=", "done=1"]
)


@given(st.lists(st.tuples(users, times | st.just("soon"), cells), max_size=10), conditions)
def test_each_row_is_an_event_or_left_out_or_failing(
    rows: list[tuple[str, str, str]], condition: str
) -> None:
    text = table([("user_id", "started_at", "done"), *rows])
    items = read_events(io.BytesIO(text.encode()), format=EventFormat(where=[condition]))
    kinds = Counter(isinstance(item, BadRecordError) for item in items)
    assert kinds.total() + items.left_out == len(rows)
    found = inspect_events(io.BytesIO(text.encode()), format=EventFormat(where=[condition]))
    if rows and found.format is not None:
        assert found.events + found.left_out + found.failing == len(rows)


@given(st.lists(st.tuples(times, *[cells] * 3), max_size=6), st.data())
def test_columns_become_rows_as_pandas_melts_them(
    rows: list[tuple[str, ...]], data: st.DataObject
) -> None:
    names = data.draw(st.lists(users.map(str.strip), min_size=3, max_size=3, unique=True))
    names = [f"habit {name}" for name in names]
    form = EventFormat(
        columns={"started_at": "day", "kind": "variable"},
        unpivot=True,
        user_id="ada",
        where=["value=YES"],
    )
    found = read(io.BytesIO(table([("day", *names), *rows]).encode()), form)
    plain = [
        {"user_id": "ada", "started_at": at, "kind": name}
        for at, *values in rows
        for name, value in zip(names, values, strict=True)
        if value == "YES"
    ]
    assert found == read([json.dumps(row) for row in plain])
    pandas = pytest.importorskip("pandas", reason="the other half of the law")
    frame = pandas.DataFrame([*map(list, rows)], columns=["day", *names], dtype=str)
    melted = frame.melt(id_vars="day")
    kept = melted[melted["value"] == "YES"]
    assert Counter(
        (session.kind, session.started_at) for session in found if isinstance(session, Session)
    ) == Counter(
        (session.kind, session.started_at)
        for session in read(
            [
                json.dumps({"user_id": "ada", "started_at": at, "kind": name})
                for at, name in zip(kept["day"], kept["variable"], strict=True)
            ]
        )
        if isinstance(session, Session)
    )


@given(st.lists(st.sampled_from(["when", "x", "a.1", "when.0"]), min_size=1, max_size=5))
def test_of_several_columns_of_one_name_each_has_the_number_that_pandas_gives(
    others: list[str],
) -> None:
    """Where pandas has ``NAME``, ``NAME.1``, ``NAME.2``, we have ``NAME.0`` for the first."""
    header = ["user_id", *others]
    row = ["ada", *(f"2024-01-{n:02}" for n in range(1, len(others) + 1))]
    for name in {*others}:
        places = [n for n, each in enumerate(others) if each == name]
        for number, place in enumerate(places):
            asked = name if len(places) == 1 else f"{name}.{number}"
            if len(places) > 1 and asked in others:
                continue  # a column that is called so comes first
            form = EventFormat(columns={"started_at": asked})
            (event,) = read_events([",".join(header), ",".join(row)], format=form)
            assert isinstance(event, Event)
            assert event.day == date(2024, 1, place + 1)

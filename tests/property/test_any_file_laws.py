"""Whatever a file holds, reading it gives events or our own errors, and nothing else."""

from __future__ import annotations

import io
import random
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay import BadRecordError, MainstayError
from mainstay.reading import Event, EventFormat, inspect_events, read_events
from tests.packings import ENCODINGS, PACKINGS

TABLES = [
    "user_id,started_at,timezone,duration,kind,quality,id\nada,2024-05-27T08:00Z,utc,1:00:00,a,7,x\n",
    'sep=;\nuser_id;started_at;n\n"a;b";27.5.2024;1\n"c""d";1716800000;2\n',
    '{"user_id": "ada", "started_at": "2024-05-27T08:00+02:00[Europe/Berlin]", "n": 1}\n' * 3,
    '[{"user_id": 7, "started_at": 1716800000, "a": {"b": null}},\n{"user_id": true}]',
    'Date\tTime\tWho\n27/05/2024\t8:00\tada\n"Mon, 27 May 2024 08:00:00 +0200"\t\tbob\n',
    '<?xml version="1.0"?><gpx>%PDF-',
]
PIECES = [*"\0\n\r\"'\\,;\t|{}[]:=+-. /_%TZ0123456789", "\ufeff", "\udcff", "sep=", "e400", "nan"]
PIECES += ["null", "9" * 30, "[Europe/Berlin]", "\u0663", "\N{MINUS SIGN}", "P1D", "99:99"]
FORMATS = [
    EventFormat(),
    EventFormat(header=["user_id", "started_at"]),
    EventFormat(columns={"user_id": "a.b", "started_at": ("started_at", "n")}, where=["n>0"]),
    EventFormat(columns={"started_at": "Date", "kind": "variable"}, unpivot=True, user_id="ada"),
    EventFormat(time_formats=["auto", "%d.%m.%Y"], naive_zone="Africa/Casablanca"),
    EventFormat(time_formats=["mdy", "iso", "ymd"], unit="ms", duration_unit="h"),
    EventFormat(unit="ns", columns={"member_since": "n"}),
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A file of which some places hold something else."""
    text = draw(st.sampled_from(TABLES))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(text)))
        gone = draw(st.integers(0, 3))
        text = text[:place] + draw(st.sampled_from(PIECES)) + text[place + gone :]
    content = text.encode(draw(st.sampled_from(ENCODINGS)), "replace")
    content = PACKINGS[draw(st.sampled_from([*PACKINGS]))](content)
    if draw(st.integers(0, 3)) == 0:
        place = draw(st.integers(0, len(content)))
        content = content[:place] + draw(st.binary(max_size=3)) + content[place + 2 :]
    return content


def check(content: bytes, form: EventFormat) -> None:
    items: list[Any] = []
    try:
        items.extend(read_events(io.BytesIO(content), format=form, whole=True))
    except MainstayError:  # from here on nothing can be read
        items.append(None)
    assert {*map(type, items)} <= {Event, BadRecordError, type(None)}
    for item in items:
        if isinstance(item, BadRecordError):
            assert item.field
            assert item.number >= 1
    with suppress(MainstayError):
        found = inspect_events(io.BytesIO(content), format=form)
        assert found.failing == sum(problem.rows for problem in found.problems)
        assert found.users <= found.events


@given(damaged() | st.binary(max_size=200), st.sampled_from(FORMATS))
def test_any_bytes_are_events_or_errors_of_ours(content: bytes, form: EventFormat) -> None:
    check(content, form)


@pytest.mark.parametrize("form", FORMATS)
def test_each_table_cut_off_anywhere_is_so_too(form: EventFormat) -> None:
    for table in TABLES:
        for end in range(0, len(table), 7):
            check(table[:end].encode(), form)


@given(st.integers(), st.sampled_from(["gzip", "bzip2", "xz", "zip"]))
def test_packed_files_with_a_wrong_byte_are_events_or_errors_of_ours(
    seed: int, packing: str
) -> None:
    content = bytearray(PACKINGS[packing,](TABLES[0].encode() * 50))
    chosen = random.Random(seed)
    content[chosen.randrange(len(content))] = chosen.randrange(256)
    check(bytes(content), FORMATS[0])

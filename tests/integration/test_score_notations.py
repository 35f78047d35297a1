"""``mainstay score`` with either engine: JSON, other separators and gzip get one answer, too."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.command import Done, mainstay
from tests.effort import scaled

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("pyarrow", reason="needs mainstay[columnar]")

from mainstay.cli.score import engines
from mainstay.columnar import folding

AT = '"2024-05-27T08:00:00Z"'
TEXTS = ['"ada"', '"bob"', '"\\u0061da"', '"ädä"', '"a\\u2028b"', '"a\u2028b"', '"a\\u0000b"', '""']
ODD_TEXTS = ['"\\ud800"', '"\\ud83d\\ude00"', '"a\0b"', '"a\tb"', '"a\ufeffb"', '"\\x"', '"\udcff"']
NUMBERS = "0 7 -7 -0 1.0 1.5 1e3 1E400 .5 01 18446744073709551615 18446744073709551616".split()
NUMBERS += ["-9223372036854775809", "9" * 5000, "NaN", "Infinity", "-Infinity", "nan", "inf", "0x7"]
OTHERS = ["null", "true", "false", "[]", "[1,]", "{}", '{"login": "cy"}', '{"a": 1,}', "", "x"]
TIMES = [AT, '"2024-05-26T23:30:00-02:00"', '"2024-05-26"', "1716800000", '"1716800000"', "-5"]
TIMES += ['"soon"', '"2024-05-27T08:00:00Z[Europe/Berlin]"', '"Mon, 27 May 2024 08:00:00 +0200"']
ZONES = ['"Asia/Tokyo"', '"+05:45"', '"europe/berlin"', '"Mars"', '""']
KEYS = ["user_id", "started_at", "timezone", "joined", "actor", "actor.login", "x", "us\\u0065r_id"]
ANYTHING = TEXTS + ODD_TEXTS + NUMBERS + OTHERS + TIMES + ZONES
ODD_LINES = [
    "",
    " ",
    "null",
    "[]",
    "{",
    "}",
    '"x"',
    "\ufeff",
    "\u00a0",
    "z" * 70_000,
    "{},",
    "// c",
]
ENDS = ["\n", "\n", "\r\n", "\n\n", "\r", " ", ""]
OPTIONS = [
    "",
    "--user-id ada",
    "--skip-bad",
    "--member-since joined",
    "--zone Asia/Tokyo",
    "--columns user_id=actor.login",
    "--columns user_id=x.y.z,timezone=actor.login --skip-bad",
    "--policy year --csv",
]


def objects(pairs: st.SearchStrategy[tuple[str, str]]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda pairs, blank: (
            "{" + f",{blank}".join(f'"{key}":{blank}{value}' for key, value in pairs) + "}"
        ),
        st.lists(pairs, min_size=1, max_size=5),
        st.sampled_from(["", " "]),
    )


def whole(user: str, at: str, more: list[tuple[str, str]]) -> str:
    inner = f'{{"login": {user}, "n": [1, {{"m": null}}]}}'
    pairs = [("user_id", user), ("started_at", at), ("actor", inner), *more]
    return "{" + ", ".join(f'"{key}": {value}' for key, value in pairs) + "}"


plain_row = st.builds(
    whole,
    st.sampled_from([*TEXTS[:7], "7", "-7"]),
    st.sampled_from(TIMES[:2]),
    st.lists(
        st.sampled_from([("timezone", zone) for zone in [*ZONES[:2], "null", '""']]), max_size=1
    ),
)
anything = st.sampled_from(ANYTHING) | objects(
    st.tuples(st.sampled_from(["login", "login", "y", "z"]), st.sampled_from(ANYTHING))
)
odd_pair = st.tuples(st.sampled_from(KEYS), anything)
odd_row = st.builds(whole, anything, st.sampled_from(TIMES), st.lists(odd_pair, max_size=2))
odd_row |= objects(odd_pair) | st.sampled_from(ODD_LINES)


@st.composite
def texts(draw: st.DrawFn, row: st.SearchStrategy[str], *, tidy: bool) -> str:
    """Lines of JSON, or an array."""
    rows = draw(st.lists(row, min_size=1, max_size=8))
    end = draw(st.sampled_from(ENDS[:3] if tidy else ENDS))
    if draw(st.booleans()):
        return draw(st.just("") | st.just("\ufeff")) + end.join([*rows, ""])
    close = "]" if tidy else draw(st.sampled_from(["]", "]", "", ",", "x", ",]", "]x", "\n]\n["]))
    return "[" + f",{end}".join(rows) + close + draw(st.sampled_from(["", "\n"]))


@pytest.fixture(scope="module", autouse=True)
def _small_steps() -> Iterator[None]:
    """Let the fast engine have even small files."""
    with patch.object(engines, "WORTH_IT", 0), patch.object(folding, "ROWS", 3):
        yield


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notations") / "events.dat"


def score(file: Path, options: str, engine: str = "") -> Done:
    asked = ["--as-of", "2024-05-28T12:00:00Z", "--json", *options.split()]
    if "--csv" in options:
        asked.remove("--json")
    return mainstay("score", str(file), *asked, *engine.split())


def written(file: Path, text: str, *, packed: bool) -> None:
    octets = text.encode("utf-8", "surrogateescape")
    file.write_bytes(gzip.compress(octets) if packed else octets)


def agree(file: Path, options: str) -> None:
    """Compare what the engines say: the one on columns may leave a file to the other."""
    slow = score(file, options, "--engine python")
    assert score(file, options) == slow
    fast = score(file, options, "--engine columnar")
    assert fast == slow or (fast.status, fast.out) == (1, "")
    assert fast.err.strip() != "mainstay:", "it says what is wrong"


@given(
    texts(plain_row, tidy=True),
    st.sampled_from([OPTIONS[0], OPTIONS[1], *OPTIONS[4:6], OPTIONS[7]]),
    st.booleans(),
)
def test_plain_json_is_scored_in_columns_with_the_very_same_answer(
    file: Path, text: str, options: str, packed: bool
) -> None:
    written(file, text, packed=packed)
    fast = score(file, options, "--engine columnar")
    assert fast == score(file, options, "--engine python")


@given(texts(odd_row | plain_row, tidy=False), st.sampled_from(OPTIONS), st.booleans())
@example(f'{{"user_id": "ada", "started_at": {AT},}}', "", False)
@example(f'{{"user_id": "ada", "started_at": {AT}, "x": nan}}', "", False)
@example(f'{{"actor": {{"login": "a", "login": "b"}}, "started_at": {AT}}}', OPTIONS[5], True)
@example(f'{{"x": {{"y": {{"z": 1, "z": 2}}}}, "started_at": {AT}}}', OPTIONS[6], False)
@example(f'[{{"user_id": "ada", "started_at": {AT}}}]x', "", False)
@example(f'[{{"user_id": "ada", "started_at": {AT}}},', "", False)
@example("\xa0\n[]\n", "", False)  # DuckDB cuts it within the first letter in its message
def test_any_json_gets_the_same_answer_and_the_same_complaints(
    file: Path, text: str, options: str, packed: bool
) -> None:
    written(file, text, packed=packed)
    agree(file, options)


cell = st.sampled_from(["ada", "bob", '"a;b"', '"a,b"', '"a""b"', "a b", "ä", '"x" ', '"', "'", ""])
time = st.sampled_from([AT.strip('"'), AT, "2024-05-26", "1716800000", '"1716800000"', "soon", ""])


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, str]:
    """A table with any separator, and what says how it is read."""
    separator = draw(st.sampled_from(",;\t|:"))
    named = draw(st.booleans()) or separator == ":"
    rows = draw(st.lists(st.tuples(cell, cell, time), max_size=6))
    if draw(st.booleans()):
        rows += [("ada", "x", AT)] * 2
    has_header = draw(st.booleans())
    head = [("user_id", "note", "started_at")] if has_header else []
    lines = [f"sep={separator}"] * named + [separator.join(row) for row in head + rows]
    options = draw(st.sampled_from(["", "--user-id cy", "--skip-bad"]))
    if not has_header:
        options += " --columns user_id,note,started_at"
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    return draw(st.sampled_from(["", "\ufeff"])) + end.join([*lines, ""]), options


@given(tables(), st.booleans())
@example(('user_id,started_at\n"a" ,2024-05-27T08:00:00Z\n', ""), True)
@example(("\ufeff", "--columns user_id,started_at"), False)
@example(("\ufeffada;0\n", "--columns user_id,started_at"), True)
def test_any_separator_gets_the_same_answer_and_the_same_complaints(
    file: Path, some: tuple[str, str], packed: bool
) -> None:
    text, options = some
    written(file, text, packed=packed)
    agree(file, options)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("packed", [False, True])
def test_plain_tables_with_each_separator_are_read_in_columns(
    file: Path, separator: str, packed: bool
) -> None:
    rows = [["user_id", "note", "started_at"], ["ada", "x", "1716800000"], ["bob", "", "0"]]
    written(file, "".join(separator.join(row) + "\n" for row in rows), packed=packed)
    fast = score(file, "", "--engine columnar")
    assert fast == score(file, "", "--engine python")
    assert [user["user_id"] for user in fast.json["users"]] == ["ada", "bob"]


@pytest.mark.parametrize("damage", ["cut", "checksum", "more"])
@pytest.mark.parametrize("notation", ["csv", "json"])
def test_damaged_gzip_is_told_by_either_engine(file: Path, notation: str, damage: str) -> None:
    """DuckDB itself checks neither the end nor the sum."""
    users = [f"user{number * 7919 % 100_003}" for number in range(scaled(20_000))]
    if notation == "csv":
        text = "".join(f"{user},{AT}\n" for user in ["user_id", *users]).replace(
            AT, "started_at", 1
        )
    else:
        text = "".join(json.dumps({"user_id": user, "started_at": 0}) + "\n" for user in users)
    octets = gzip.compress(text.encode())
    broken = {"cut": octets[:-9], "checksum": octets[:-8] + b"12345678", "more": octets + b"junk"}
    file.write_bytes(broken[damage])
    for engine in ("python", "columnar"):
        done = score(file, "", f"--engine {engine}")
        assert (done.status, done.out) == (1, "")
        assert "FILE is damaged" in done.err


def test_what_goes_wrong_late_in_a_large_file_is_said_with_its_line(file: Path) -> None:
    """Beyond what DuckDB looks at before it begins to hand over rows."""
    rows = [json.dumps({"user_id": f"u{number}", "started_at": 0}) for number in range(5_000)]
    file.write_text("\n".join([*rows, "{", *rows, ""]))
    for engine in ("python", "columnar", "auto"):
        done = score(file, "", f"--engine {engine}")
        assert (done.status, done.out) == (1, "")
        assert done.err.startswith("mainstay: line 5001: the line must be a JSON object, got")

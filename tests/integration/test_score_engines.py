"""``mainstay score`` with either engine: one answer, whatever the file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command import Done, database, mainstay, write_runs

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pa = pytest.importorskip("pyarrow", reason="needs mainstay[columnar]")
parquet = pytest.importorskip("pyarrow.parquet", reason="needs mainstay[columnar]")

from rich.console import Console  # noqa: E402  (after what they need)

from mainstay.cli import terminal  # noqa: E402
from mainstay.cli.score import engines  # noqa: E402
from mainstay.columnar import folding  # noqa: E402

ZONES = ["", "", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "+05:45", "UTC"]
OFFSETS = ["Z", "+00:00", "-00:00", "+02:00", "-09:30", "+14:00", "-23:59"]
USERS = ["ada", "bob", "Bob", "ädä", "a b", "\U0001f600", '"bob"']
IN_ORDER = "timezone,user_id,started_at,joined"
OUTPUTS = ["", "--json", "--csv", "--top 2", "--user ada", "--csv --user bob", "--csv --top 1"]
OPTIONS = [
    "",
    "--zone Pacific/Apia",
    "--day-start 04:00",
    "--member-since joined",
    "--naive-zone Asia/Tokyo --zone Europe/Berlin",
    "--as-of 2025-01-01T00:00:00Z",
    "--as-of 2024-05-02T00:00:00+14:00 --member-since joined",
    "--as-of 2024-05-14",
    "--as-of 2024-05-14 --zone Pacific/Apia --day-start 12:00",
    "--as-of 2024-05-14T08:00:00Z",
    "--as-of 2024-05-13T21:00:00Z --zone Asia/Tokyo",
    "--day-start 12:30",
    "--day-end 13:00",
    "--policy year",
    "--policy year --member-since joined --zone Europe/Berlin",
    "--policy year --as-of 2025-02-01T00:00:00Z --day-end 12:00",
]
ODD_OPTIONS = [
    "--skip-bad",
    "--skip-bad --member-since joined --naive-zone Europe/Paris",
    f"--columns {IN_ORDER}",
    "--columns user_id=who,started_at=when",
    "--columns user_id=timezone",
    "--member-since left",
]
ODD_TIMES = """\
2024-05-01 soon 2024-05-01T08:00:00 2024-05-01T08:00Z 20240501T080000Z 2024-05-01T08:00:00+0200
2024-05-01T24:00:00Z 2024-02-30T08:00:00Z 0001-12-31T23:00:00Z 0001-12-31T23:00:00-05:00
9998-12-31T23:59:59-01:00 1714550400 0001714550400 99999999999 2024-05-01T08:00:00.1234567Z
2024-05-01T08:00:00,5Z 2024-05-01t08:00:00z 2024-05-01T08:00:00+02:00:30 2024-05-01T08:00:60Z
20240501 20240501080000 20240230 2024-W18-3 2024-02-30 2024-05-28 0001-05-01 0000-05-01
2024-05-01T08:00:00+24:00 2024-05-01T08:00:00+02:60 2024-05-01T08:00:00-5:00 ２０２４ -5""".split()
ODD_USERS = ["", '"a,b"', 'a"b', '"a""b"', '"a', '"two\nlines"', "a\0b", "\ufeffada", "\udcff"]
ODD_ZONES = ["Mars", "Europe", "+2", " ", '""', '"UTC"']
ODD_DATES = ["2024-05-14T23:30:00Z", "2024-W18-1", "20240501", "soon", "2024-05-02", "2024-06-30"]
ODD_LINES = ["", " ", "ada", "a,b,c,d,e", ",,,", '"', "\ufeff", "{}", "z" * 70_000, "z" * 140_000]
ODD_HEADERS = [
    "\ufeff" + IN_ORDER,
    ' timezone,"user_id",started_at ,joined',
    "timezone,who,when,joined",
]

NAIVE = datetime(2024, 5, 1)  # noqa: DTZ001  (to be refused)

days = st.dates(date(2024, 3, 1), date(2024, 4, 30)).map(str)
seconds = st.integers(1_713_600_000, 1_717_300_000).map(str)


@st.composite
def iso(draw: st.DrawFn) -> str:
    """Timestamps from April to June 2024."""
    at = draw(st.datetimes(datetime(2024, 4, 20), datetime(2024, 6, 2)))  # noqa: DTZ001  (the offset follows)
    fraction = draw(st.sampled_from(["", f".{at:%f}", f".{at:%f}"[:4]]))
    separator, offset = draw(st.sampled_from("T ")), draw(st.sampled_from(OFFSETS))
    return f"{at:%Y-%m-%d}{separator}{at:%H:%M:%S}{fraction}{offset}"


dates = st.dates(date(2024, 4, 20), date(2024, 6, 2)).map(str)


def row(time: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    zone, user = st.sampled_from(ZONES), st.sampled_from(USERS)
    return st.tuples(zone, user, time, st.just("") | days).map(",".join)


@st.composite
def files(draw: st.DrawFn, header: str, line: st.SearchStrategy[str]) -> str:
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return end.join([header, *draw(st.lists(line, max_size=12))]) + draw(st.sampled_from([end, ""]))


odd_row = st.tuples(
    st.sampled_from(ZONES + ODD_ZONES),
    st.sampled_from(USERS + ODD_USERS),
    iso() | seconds | dates | st.sampled_from(ODD_TIMES),
    days | st.sampled_from(ODD_DATES),
).map(",".join)
plain = st.sampled_from([row(iso()), row(seconds), row(dates), row(iso()) | st.just("")]).flatmap(
    lambda line: files(IN_ORDER, line)
)
odd = st.sampled_from([IN_ORDER, *ODD_HEADERS, *ODD_LINES]).flatmap(
    lambda header: files(header, row(iso()) | odd_row | st.sampled_from(ODD_LINES))
)
questions = st.tuples(st.sampled_from(OUTPUTS), st.sampled_from(OPTIONS)).map(" ".join)
odd_questions = st.tuples(st.sampled_from(OUTPUTS), st.sampled_from(OPTIONS + ODD_OPTIONS)).map(
    " ".join
)


@pytest.fixture(scope="module", autouse=True)
def _small_steps() -> Iterator[None]:
    """Let blocks and chunks hold but a few lines, and the fast engine have even small files."""
    with (
        patch.object(engines, "WORTH_IT", 0),
        patch.object(folding, "ROWS", 3),
    ):
        yield


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engines") / "events.csv"


def score(file: Path | str, options: str = "", *more: str) -> Done:
    return mainstay("score", str(file), "--as-of", "2024-05-28T12:00:00Z", *options.split(), *more)


@given(plain, questions)
def test_a_plain_file_is_scored_in_columns_with_the_very_same_answer(
    file: Path, text: str, question: str
) -> None:
    file.write_bytes(text.encode())
    fast = score(file, question, "--engine", "columnar")
    assert fast == score(file, question, "--engine", "python")


@given(odd, odd_questions)
def test_any_file_gets_the_same_answer_and_the_same_complaints(
    file: Path, text: str, question: str
) -> None:
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    slow = score(file, question, "--engine", "python")
    assert score(file, question) == slow
    fast = score(file, question, "--engine", "columnar")
    assert fast == slow or (fast.status, fast.out) == (1, "")


@pytest.mark.parametrize("command", ["score", "streaks"])
@pytest.mark.parametrize(
    ("text", "encoding", "why"),
    [
        ("user_id,started_at\nada,2024-05-27\n", "utf-16", "is written in utf-16"),
        (
            'user_id,started_at\n"ada" ,2024-05-27\n',
            "utf-8",
            "has blanks behind a closing quote",
        ),
        ("user_id,started_at\nada,2024-05-27\n", "utf-8", None),
        ("user_id,started_at\nada,soon\n", "utf-8", None),
    ],
)
def test_on_a_terminal_it_is_said_why_a_large_file_is_read_line_by_line(
    tmp_path: Path, command: str, text: str, encoding: str, why: str | None
) -> None:
    file, screen = tmp_path / "events.csv", StringIO()
    file.write_bytes(text.encode(encoding))
    messages = Console(file=screen, force_terminal=True, width=400, color_system=None)
    with patch.object(terminal, "console", lambda _file: messages):
        mainstay(command, str(file), "--as-of", "2024-05-28", "--json")
    said = f"Reading line by line: {file} {why}: so it can't be read in columns.\n"
    assert screen.getvalue().count("Reading line by line") == (why is not None)
    assert why is None or said in screen.getvalue()


@pytest.mark.parametrize("command", ["score", "streaks"])
@pytest.mark.parametrize(
    ("options", "why"),
    [
        ("--where done=1", "conditions"),
        ("--columns user_id=user_id,started_at=day+time", "joined columns"),
        ("--time-format ymd --unit s", "formats of time and a unit of time"),
        ("--user-id ada", None),
    ],
)
def test_on_a_terminal_it_is_said_which_options_make_a_large_file_be_read_line_by_line(
    tmp_path: Path, command: str, options: str, why: str | None
) -> None:
    file, screen = tmp_path / "events.csv", StringIO()
    file.write_text("user_id,started_at,done,day,time\nada,2024-05-27,1,2024-05-27,08:00Z\n")
    messages = Console(file=screen, force_terminal=True, width=400, color_system=None)
    call = (command, str(file), *options.split(), "--as-of", "2024-05-28", "--json")
    with patch.object(terminal, "console", lambda _file: messages):
        done = mainstay(*call)
    said = [] if why is None else [f"Reading line by line, because of {why}."]
    shown = [line.rstrip() for line in screen.getvalue().splitlines()]
    assert (done.status, [line for line in shown if "line by line" in line]) == (0, said)
    assert "line by line" not in mainstay(*call).err  # which is not a terminal


def test_each_events_own_offset_decides_its_day(file: Path) -> None:
    file.write_text(
        "user_id,started_at\nada,2024-05-27T23:30:00Z\nbob,2024-05-28T01:30:00+02:00\n"
        "cy,2024-05-27T22:30:00-01:00\n"
    )
    done = score(file, "--csv --engine columnar")
    last_days = [line.split(",")[-2] for line in done.out.splitlines()[1:]]
    assert last_days == ["2024-05-27", "2024-05-28", "2024-05-27"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ada,2024-05-27T08:00:00Z\nada,soon\n", 3),
        ("\nada,2024-05-27T08:00:00Z\n\nada,2024-02-30T08:00:00Z\n", 5),
        ("ada,2024-05-27T08:00:00Z\n,2024-05-27T08:00:00Z\n", 3),
        ('ada,2024-05-27T08:00:00Z\n"a"da,2024-05-27T08:00:00Z\n', 3),
        ("ada,1716800000\nada,17168000000001\n", 3),
        ("ada,2024-05-27T08:00:00Z\n\n\nada\n", 5),
        ("ada,2024-05-27T08:00:00Z\n\nada,1,2\n", 4),
    ],
)
def test_a_line_that_columns_are_not_read_from_is_named(file: Path, text: str, line: int) -> None:
    file.write_text("user_id,started_at\n" + text)
    done = score(file, "--engine columnar")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"mainstay: line {line}: ")
    assert score(file).err.startswith(f"mainstay: line {line}: ") or score(file).status == 0


def test_a_column_that_is_not_there_is_named(file: Path) -> None:
    file.write_text("user,started_at\nada,0\n")
    assert "line 1: column user_id is missing" in score(file, "--engine columnar").err


def parquet_file(folder: Path, **columns: object) -> Path:
    """Write what three people did, their names and all, but for what is given instead."""
    events = {
        "user_id": ["ada", "bob", "ada"],
        "started_at": [datetime(2024, 5, day, 23, tzinfo=UTC) for day in (26, 26, 27)],
        "timezone": ["Asia/Tokyo", "America/Lima", None],
    }
    there = {name: values for name, values in (events | columns).items() if values is not None}
    parquet.write_table(pa.table(there), folder / "events.parquet")
    return folder / "events.parquet"


@given(
    st.lists(st.tuples(st.sampled_from(ZONES), st.sampled_from(USERS[:6]), seconds, days)),
    questions,
)
def test_parquet_is_scored_like_the_same_csv(
    file: Path, events: list[tuple[str, str, str, str]], question: str
) -> None:
    file.write_text("\n".join([IN_ORDER, *map(",".join, events), ""]))
    zones, users, times, dates = zip(*events, strict=True) if events else ((), (), (), ())
    path = parquet_file(
        file.parent,
        user_id=pa.array(users, pa.string()),
        started_at=pa.array(map(int, times), pa.int64()).cast(pa.timestamp("s", "UTC")),
        timezone=pa.array([zone or None for zone in zones], pa.string()),
        joined=pa.array(map(date.fromisoformat, dates), pa.date32()),
    )
    question = question.replace("--naive-zone Asia/Tokyo", "")
    lines, columns = score(file, question), score(path, question)
    assert (columns.status, columns.out) == (lines.status, lines.out)
    assert columns.err == lines.err.replace(f" on line {_line(lines)}.", ".")


@given(
    st.lists(st.tuples(st.sampled_from(ZONES), st.sampled_from(USERS[:6]), dates, days)), questions
)
def test_dates_in_parquet_are_scored_like_the_same_csv(
    file: Path, events: list[tuple[str, str, str, str]], question: str
) -> None:
    file.write_text("\n".join([IN_ORDER, *map(",".join, events), ""]))
    zones, users, at, joined = zip(*events, strict=True) if events else ((), (), (), ())
    path = parquet_file(
        file.parent,
        user_id=pa.array(users, pa.string()),
        started_at=pa.array(map(date.fromisoformat, at), pa.date32()),
        timezone=pa.array([zone or None for zone in zones], pa.string()),
        joined=pa.array(map(date.fromisoformat, joined), pa.date32()),
    )
    question = question.replace("--naive-zone Asia/Tokyo", "").replace("12:30", "11:30")
    lines, columns = score(file, question), score(path, question)
    assert (columns.status, columns.out) == (lines.status, lines.out)


def _line(done: Done) -> str:
    return done.err.partition(" on line ")[2].partition(".")[0]


def test_parquet_columns_may_have_other_names(tmp_path: Path) -> None:
    path = parquet_file(tmp_path)
    renamed = tmp_path / "renamed.parquet"
    parquet.write_table(
        parquet.read_table(path).rename_columns(["author", "date", "zone"]), renamed
    )
    mapping = "--columns user_id=author,started_at=date,timezone=zone"
    assert score(renamed, f"--csv {mapping}") == score(path, "--csv")


def test_numbers_are_user_ids_too_and_ordered_as_numbers(tmp_path: Path) -> None:
    path = parquet_file(tmp_path, user_id=[10, 9, 10], timezone=None)
    at = [datetime(2024, 5, 28, hour, tzinfo=UTC) for hour in (1, 2, 3)]
    path = parquet_file(tmp_path, user_id=[10, 9, 10], started_at=at, timezone=None)
    users = [user["user_id"] for user in score(path, "--json").json["users"]]
    assert users == ["9", "10"]
    assert score(path, "--json --user 10").json["users"][0]["score"] == 9


@pytest.mark.parametrize(
    ("columns", "options", "complaint"),
    [
        ({"user_id": ["ada", None, "bob"]}, "", "row 1: user_id is missing"),
        ({"user_id": ["ada", "bob", ""]}, "", "row 2: user_id must not be empty"),
        (
            {"timezone": ["UTC", "UTC", "Mars"]},
            "",
            "row 2: timezone is not a known zone, got 'Mars'",
        ),
        ({"started_at": [NAIVE] * 3}, "", "row 2: started_at has no UTC offset"),
        ({"started_at": [20240501] * 3}, "", "row 0: started_at is a calendar date, not Unix"),
        (
            {"started_at": [date(2024, 5, 1), None, date(2024, 5, 1)]},
            "",
            "row 1: started_at is missing",
        ),
        (
            {"started_at": [date(2024, 5, 1)] * 3},
            "--day-start 12:30",
            "row 0: started_at is a date without a time",
        ),
        ({"user_id": None}, "", "column user_id is missing"),
        ({}, "--columns timezone=zone", "column zone is missing"),
        ({}, "--member-since joined", "column joined is missing"),
        ({"joined": [date(2024, 6, 1)] * 3}, "--member-since joined", "must not be after today"),
        ({}, "--columns user_id,started_at", "header must not be given for Parquet"),
        (
            {},
            "--naive-zone UTC --engine columnar",
            "--engine can't be columnar with --naive-zone",
        ),
        ({}, "--user adah", "Did you mean ada?"),
    ],
)
def test_what_is_wrong_with_parquet_is_said(
    tmp_path: Path, columns: dict[str, object], options: str, complaint: str
) -> None:
    done = score(parquet_file(tmp_path, **columns), options)
    assert (done.status, done.out) == (1, "")
    assert complaint in done.err


def test_a_damaged_parquet_file_is_an_error(tmp_path: Path) -> None:
    path = parquet_file(tmp_path)
    path.write_bytes(path.read_bytes()[:-8])
    done = score(path)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("mainstay: FILE is damaged")


def test_a_pipe_is_read_in_columns_if_asked_to(tmp_path: Path) -> None:
    text = Path(write_runs(tmp_path)).read_bytes()
    done = in_a_process("-", "--engine", "columnar", "--csv", stdin=text)
    assert done.out == score(tmp_path / "runs.csv", "--csv").out


def in_a_process(*arguments: str, stdin: bytes = b"", path: str = "") -> Done:
    inherited = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    done = subprocess.run(
        [sys.executable, "-m", "mainstay", "score", "--as-of", "2024-05-28T12:00:00Z", *arguments],
        input=stdin,
        capture_output=True,
        env={**inherited, "PYTHONUTF8": "1", "PYTHONPATH": path},
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


LIBRARIES = pytest.mark.parametrize("library", ["duckdb", "numpy", "pyarrow"])


@LIBRARIES
def test_without_the_libraries_who_insists_on_columns_is_refused(
    tmp_path: Path, library: str
) -> None:
    runs, events = write_runs(tmp_path), parquet_file(tmp_path)
    with patch.dict(sys.modules, {library: None}):
        refused = score(runs, "--engine columnar")
        assert (refused.status, refused.out) == (1, "")
        assert refused.err == (
            f"mainstay: --engine is not available without {library}, got 'columnar'. "
            'Install it: pip install "mainstay[columnar]".\n'
        )
        refused = score(events)
        assert f"FILE is Parquet, which can't be read without {library}" in refused.err


@LIBRARIES
def test_without_the_libraries_large_files_are_scored_line_by_line(
    tmp_path: Path, library: str
) -> None:
    (tmp_path / library).mkdir()
    (tmp_path / library / "__init__.py").write_text(f"raise ModuleNotFoundError(name='{library}')")
    large = tmp_path / "large.csv"
    large.write_text("user_id,started_at\n" + "ada,2024-05-28T08:00:00Z\n" * 90_000)
    done = in_a_process(str(large), "--json", path=str(tmp_path))
    assert done.status == 0
    assert done.json["events"] == 90_000


def test_the_engine_is_for_files_alone(tmp_path: Path) -> None:
    for engine in ("auto", "columnar", "python"):
        done = mainstay("score", "--db", database(tmp_path), "--engine", engine)
        assert done.status == 2
        assert "argument --engine: not allowed with argument --db" in done.err


def test_help_shows_how_parquet_is_scored() -> None:
    assert "mainstay score events.parquet" in mainstay("score", "--help").out

"""``mainstay evidence``: what Python finds, from a file of any kind and from a store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("pyarrow", reason="evidence needs mainstay[columnar]")

import pyarrow as pa
from pyarrow import parquet
from rich.console import Console
from rich.progress import Progress

from mainstay.cli import terminal
from mainstay.cli.score import engines
from mainstay.evidence import evidence
from tests.command import Done, database, mainstay

START = datetime(2023, 1, 1, 12, tzinfo=UTC)


def rows() -> Iterator[tuple[str, datetime]]:
    """Every other user comes once a week for a year and a half, the others for nine days."""
    for n in range(240):
        for day in range(n % 7, 540, 7) if n % 2 else range(n, n + 9, 2):
            yield f"u{n}", START + timedelta(days=day)


def csv_of(folder: Path, *more: str) -> str:
    file = folder / "events.csv"
    lines = ["user_id,started_at", *(f"{user},{at.isoformat()}" for user, at in rows()), *more]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


def table() -> Any:
    users, instants = zip(*rows(), strict=True)
    return pa.table({"user_id": users, "started_at": instants})


def asked(*arguments: str, stdin: bytes = b"") -> Done:
    done = mainstay("evidence", *arguments, stdin=stdin)
    assert done.status == 0, done.err
    return done


def test_its_json_is_what_python_finds(tmp_path: Path) -> None:
    done = asked(csv_of(tmp_path), "--json")
    assert done.json == json.loads(json.dumps(evidence(table()).to_dict()))
    assert done.err == ""


def test_a_file_of_any_kind_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = csv_of(tmp_path)
    by_line = asked(file).out
    assert asked("-", stdin=Path(file).read_bytes()).out == by_line
    parquet.write_table(table(), tmp_path / "events.parquet")
    assert asked(str(tmp_path / "events.parquet")).out == by_line
    lines = [json.dumps({"user_id": user, "started_at": at.isoformat()}) for user, at in rows()]
    (tmp_path / "events.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert asked(str(tmp_path / "events.jsonl")).out == by_line
    monkeypatch.setattr(engines, "WORTH_IT", 0)
    assert asked(file).out == by_line


def test_a_store_gives_that_of_its_file(tmp_path: Path) -> None:
    file, url = csv_of(tmp_path), database(tmp_path)
    for command in (["init"], ["import", file, "--kind", "post"]):
        assert mainstay(*command, "--db", url).status == 0
    assert asked("--db", url).out == asked(file).out


def test_a_zone_and_a_day_start_and_a_population_count(tmp_path: Path) -> None:
    asked_for = ("--zone", "Asia/Tokyo", "--day-start", "22:00", "--population", "56")
    found = asked(csv_of(tmp_path), *asked_for, "--json").json
    assert found["first_day"] == "2022-12-31"  # 12:00 in UTC is 21:00 in Tokyo
    assert found["population"] == 56


def test_the_table_says_what_the_json_says(tmp_path: Path) -> None:
    file = csv_of(tmp_path)
    lines, found = asked(file).out.splitlines(), asked(file, "--json").json
    assert lines[0].startswith(f"{found['users']} users at {found['dates']} dates from ")
    by_name = {line.split()[0]: line.split() for line in lines[3:11]}
    assert by_name.keys() == found["measures"].keys()
    for name, one in found["measures"].items():
        assert by_name[name][1] == f"{one['auc']:.3f}"
        if name != "year":
            less = found["differences"][f"year - {name}"]
            assert float(by_name[name][5]) == pytest.approx(-less["auc"], abs=5e-4)
            assert float(by_name[name][6]) == pytest.approx(-less["high"], abs=5e-4)
            assert by_name[name][-1] == found["verdicts"][name]
    for name, key in (("as shipped", "shipped"), ("fitted", "own")):
        one = found["calibration"][key]
        numbers = next(line for line in lines if line.startswith(name)).removeprefix(name).split()
        assert float(numbers[0]) == pytest.approx(one["intercept"], abs=0.006)
        assert float(numbers[1]) == pytest.approx(one["slope"], abs=0.0006)
        assert numbers[2] == f"{100 * one['expected_calibration_error']:.1f}"
        assert float(numbers[4]) == pytest.approx(one["brier"], abs=0.0006)
    for sentence in found["explanations"]:
        assert sentence in lines


def test_events_after_an_instant_are_ignored_and_counted(tmp_path: Path) -> None:
    done = asked(csv_of(tmp_path), "--as-of", "2024-03-01", "--json")
    later = sum(at >= datetime(2024, 3, 2, tzinfo=UTC) for _, at in rows())
    assert f"Later events, ignored: {later:,}." in done.err
    assert done.json["last_day"] == "2024-03-01"


def test_a_short_history_is_warned_of_on_standard_error(tmp_path: Path) -> None:
    done = asked(csv_of(tmp_path), "--as-of", "2023-09-01", "--json")
    assert "fewer than the 364 that the year score looks back on" in done.err
    assert done.json["warnings"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--as-of", "2023-01-20"], "users must be at least 100, got 0. Take a longer history"),
        (
            ["--as-of", "2022-01-20"],
            "events must not be empty. There is no event up to that instant.",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    done = mainstay("evidence", csv_of(tmp_path), *arguments)
    assert (done.status, done.out) == (1, "")
    assert said in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--population", "27"], "argument --population: it must be between 28 and 3652059"),
        (["--measure", "karma"], "argument --measure: write NAME=COLUMN, such as karma=points"),
        (["--measure", "a=b", "--measure", "a=c"], "argument --measure: each needs a name of its"),
        (["--db", "sqlite://", "--measure", "a=b"], "--measure: not allowed with argument --db"),
    ],
)
def test_what_is_asked_wrongly_is_refused_at_once(arguments: list[str], said: str) -> None:
    done = mainstay("evidence", *arguments)
    assert (done.status, done.out) == (2, "")
    assert said in " ".join(done.err.split())


def with_karma() -> Any:
    """Each event says how many there were before, but every fifth, which says nothing."""
    every = table()
    karma = [None if n % 5 == 0 else float(n % 97) for n in range(every.num_rows)]
    return every.append_column("karma", pa.array(karma, pa.float64()))


def in_csv(events: Any) -> str:
    lines = [
        f"{row['user_id']},{'' if row['karma'] is None else row['karma']},{row['started_at']}\n"
        for row in events.to_pylist()
    ]
    return "".join(["user_id,karma,started_at\n", *lines])


def test_a_column_is_a_measure_from_parquet_and_from_plain_csv(tmp_path: Path) -> None:
    parquet.write_table(with_karma(), tmp_path / "events.parquet")
    text = in_csv(with_karma())
    (tmp_path / "events.csv").write_text(text)
    found = evidence(with_karma(), measures={"our karma": "karma", "again": "karma"}).to_dict()
    for file in ("events.parquet", "events.csv", "-"):
        place = file if file == "-" else str(tmp_path / file)
        own = ("--measure", "our karma=karma", "--measure", "again=karma")
        assert asked(place, *own, "--json", stdin=text.encode()).json == json.loads(
            json.dumps(found)
        )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("u1,many,2024-01-01T00:00:00Z", "column karma must be a number, got 'many'. With --mea"),
        ("u1,inf,2024-01-01T00:00:00Z", "column karma must be finite, got inf"),
        ("u1,2,2024-01-01", "With --measure, the file must be Parquet, or CSV or JSON as most"),
    ],
)
def test_a_measure_that_cannot_be_read_is_refused(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "events.csv").write_text(f"{in_csv(with_karma())}{line}\n")
    done = mainstay("evidence", str(tmp_path / "events.csv"), "--measure", "karma=karma")
    assert (done.status, done.out) == (1, "")
    assert said in done.err
    assert "--engine" not in done.err


def test_a_measure_must_be_there(tmp_path: Path) -> None:
    parquet.write_table(table(), tmp_path / "events.parquet")
    for file in (csv_of(tmp_path), str(tmp_path / "events.parquet")):
        done = mainstay("evidence", file, "--measure", "karma=karma")
        assert (done.status, done.out) == (1, "")
        assert "column karma" in done.err


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
@pytest.mark.parametrize("worth_it", [0, 1 << 30])
def test_on_a_terminal_there_is_one_bar_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, worth_it: int
) -> None:
    """Releases of rich before 14.1 know no other."""
    place, shown = tmp_path / f"events.{kind}", []
    if kind == "parquet":
        parquet.write_table(table(), place)
    elif kind == "jsonl":
        lines = [json.dumps({"user_id": user, "started_at": str(at)}) for user, at in rows()]
        place.write_text("\n".join(lines), encoding="utf-8")
    else:
        csv_of(tmp_path)

    @contextmanager
    def bar(_messages: Console, _counts: str) -> Iterator[Progress]:
        assert "now" not in shown
        shown.append("now")
        yield Progress(disable=True)
        shown[-1] = "before"

    monkeypatch.setattr(terminal, "_has_bars", lambda _: True)
    monkeypatch.setattr(terminal, "_bar", bar)
    monkeypatch.setattr(engines, "WORTH_IT", worth_it)
    assert asked(str(place)).out
    assert shown == ["before", "before"]


def test_a_bad_line_stops_it_or_is_counted(tmp_path: Path) -> None:
    file = csv_of(tmp_path, "u1,yesterday")
    done = mainstay("evidence", file)
    assert (done.status, done.out) == (1, "")
    assert "started_at is not a timestamp" in done.err
    skipped = mainstay("evidence", file, "--skip-bad", "--json")
    assert skipped.status == 3
    assert "Bad lines, skipped: 1." in skipped.err
    assert skipped.json == asked(csv_of(tmp_path), "--json").json


def test_a_page_is_written_too_if_asked(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="pages need mainstay[notebook]")
    from mainstay.notebook import report_evidence  # noqa: PLC0415  (it needs matplotlib)

    place = tmp_path / "evidence.html"
    done = asked(csv_of(tmp_path), "--html", str(place))
    assert place.read_text(encoding="utf-8") == report_evidence(evidence(table())).html
    assert done.err == f"{place} is ready: open it in a browser.\n"
    assert done.out == asked(csv_of(tmp_path)).out


def test_a_page_that_cannot_be_written_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="pages need mainstay[notebook]")
    done = mainstay("evidence", csv_of(tmp_path), "--html", str(tmp_path / "no" / "page.html"))
    assert done.status == 1
    assert "--html must be in a folder that is there, got " in done.err
    assert done.out == ""

"""``mainstay report``: one page, the same from a file of any kind and from a store."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("matplotlib", reason="reports need mainstay[notebook]")

import pyarrow as pa
from pyarrow import parquet

from mainstay import YearPolicy
from mainstay.cli.score import engines
from mainstay.notebook import Report, report
from tests.command import Done, filled, mainstay, write_runs

LATEST = datetime(2024, 5, 28, 8, tzinfo=UTC)
LIMITS = 'id="limits"'
SCRIPT = "<script>alert(1)</script>"
ACTIVE = {"ada": (0, 1, 3, 6, 13, 18, 19), "bob": (2, 3, 4, 5, 40), SCRIPT: (2, 9, 16)}


def rows() -> list[tuple[str, str]]:
    return [
        (user, (LATEST - timedelta(days=age)).isoformat())
        for user in ACTIVE
        for age in ACTIVE[user]
    ]


def csv_of(folder: Path, *more: str) -> str:
    file = folder / "events.csv"
    lines = ["user_id,started_at", *[",".join(row) for row in rows()], *more]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


def page(folder: Path, *arguments: str) -> str:
    done = mainstay("report", *arguments, "-o", str(folder / "report.html"))
    assert done.status == 0, done.err
    return (folder / "report.html").read_text(encoding="utf-8")


class Checked(HTMLParser):
    """What a page holds: its text, and everything that would be loaded or run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.loaded: list[str] = []
        self.ids: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [value for name, value in attrs if name == "id" and value]
        outside = [given.get(name) or "" for name in ("src", "href", "xlink:href", "style")]
        if tag in {"script", "link", "iframe", "img", "object"} or any(
            re.search(r"https?:|//|@import", value) for value in outside
        ):
            self.loaded.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def test_the_page_loads_and_runs_nothing_and_what_users_are_called_is_text(tmp_path: Path) -> None:
    checked = Checked(page(tmp_path, csv_of(tmp_path)))
    assert checked.loaded == []
    assert len(checked.ids) == len({*checked.ids})
    assert SCRIPT in checked.texts


def test_it_says_what_there_is(tmp_path: Path) -> None:
    texts = Checked(page(tmp_path, csv_of(tmp_path), "--title", "May & June")).texts
    assert "May & June" in texts
    asked = "As of 2024-05-28T08:00:00Z: 15 events from 2024-04-18 to 2024-05-28."
    assert f"{asked} Today is 2024-05-28." in texts
    compared = "2 (200 %) more than the 1 in the 28 days before."
    assert f"3 users were active in the last 28 days, {compared}" in texts
    assert any(text.startswith("bob: 37 of 100") for text in texts)  # 4 days, even, 2 ago


def in_parquet(folder: Path) -> str:
    users, instants = zip(*rows(), strict=True)
    table = pa.table({"user_id": users, "started_at": map(datetime.fromisoformat, instants)})
    parquet.write_table(table, folder / "events.parquet")
    return str(folder / "events.parquet")


def in_json(folder: Path) -> str:
    lines = [f'{{"user_id": "{user}", "started_at": "{at}"}}\n' for user, at in rows()]
    (folder / "events.jsonl").write_text("".join(lines), encoding="utf-8")
    return str(folder / "events.jsonl")


def test_a_file_of_any_kind_gives_the_same_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_line = page(tmp_path, csv_of(tmp_path))
    assert page(tmp_path, in_json(tmp_path)) == by_line
    by_column = page(tmp_path, in_parquet(tmp_path))  # which names no zones, and says so last
    assert by_column.partition(LIMITS)[0] == by_line.partition(LIMITS)[0]
    monkeypatch.setattr(engines, "WORTH_IT", 0)
    assert page(tmp_path, csv_of(tmp_path)) == by_line


def test_a_store_gives_the_page_of_its_file(tmp_path: Path) -> None:
    url, file = filled(tmp_path), write_runs(tmp_path)
    assert page(tmp_path, "--db", url) == page(tmp_path, file)


def test_it_is_the_notebooks(tmp_path: Path) -> None:
    users, instants = zip(*rows(), strict=True)
    table = pa.table({"user_id": users, "started_at": instants, "timezone": [None] * len(users)})
    zoned = table.set_column(2, "timezone", table["timezone"].cast(pa.string()))
    assert page(tmp_path, csv_of(tmp_path)) == report(zoned, as_of=LATEST, timezone="timezone").html
    by_year = report(zoned, as_of=LATEST, timezone="timezone", policy=YearPolicy()).html
    assert page(tmp_path, csv_of(tmp_path), "--policy", "year") == by_year


def test_it_goes_to_standard_output_alone_if_asked(tmp_path: Path) -> None:
    done = mainstay("report", csv_of(tmp_path), "-o", "-")
    assert done.out == page(tmp_path, csv_of(tmp_path))
    assert done.err == "As of 2024-05-28T08:00:00Z.\n"


def test_it_looks_back_from_the_instant_asked_for(tmp_path: Path) -> None:
    html = page(tmp_path, csv_of(tmp_path), "--as-of", "2024-05-20")
    assert "As of 2024-05-20T23:59:59.999999Z: 6 events" in html


@pytest.mark.parametrize("bad", ["ada,yesterday", "ada"])
def test_a_bad_line_stops_it_and_leaves_the_page_before(tmp_path: Path, bad: str) -> None:
    before = page(tmp_path, csv_of(tmp_path))
    done = mainstay("report", csv_of(tmp_path, bad), "-o", str(tmp_path / "report.html"))
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("mainstay: line 17: ")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == before
    assert {path.name for path in tmp_path.iterdir()} == {"events.csv", "report.html"}


def test_bad_lines_are_skipped_and_counted_if_asked(tmp_path: Path) -> None:
    file = csv_of(tmp_path, "ada,yesterday")
    done = mainstay("report", file, "--skip-bad", "-o", str(tmp_path / "report.html"))
    assert done.status == 3
    assert "Bad lines, skipped: 1." in done.err


@pytest.mark.parametrize("arguments", [[], ["--as-of", "2020-01-01"]])
def test_without_events_there_is_no_page(tmp_path: Path, arguments: list[str]) -> None:
    file = tmp_path / "events.csv"
    file.write_text("user_id,started_at\n" + ("ada,2024-05-28\n" if arguments else ""))
    done: Done = mainstay("report", str(file), *arguments, "-o", str(tmp_path / "report.html"))
    assert done.status == 1
    assert not (tmp_path / "report.html").exists()
    assert "event" in done.err


def test_a_page_that_cannot_be_written_leaves_the_one_before_and_no_draft(tmp_path: Path) -> None:
    whole = page(tmp_path, csv_of(tmp_path))
    with pytest.raises(UnicodeEncodeError):
        Report(whole + "\ud800").save(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == whole
    assert {path.name for path in tmp_path.iterdir()} == {"events.csv", "report.html"}

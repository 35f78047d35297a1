"""``mainstay demo``: it works at once, shows somebody worth it, and leaves nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from tests.command import Done, mainstay


def demo(folder: Path, *arguments: str) -> Done:
    own = f"sqlite:///{folder}/mainstay.db"
    return mainstay("demo", *arguments, MAINSTAY_DB=own, COLUMNS="80")


def test_it_recognises_somebody_worth_it_and_says_why(tmp_path: Path) -> None:
    done = demo(tmp_path)
    assert done.status == 0
    best = r"^ada +48 +streak +31\.9 of 40  You reached your daily goal 55 days in a row\.$"
    assert re.search(best, done.out, re.MULTILINE)
    assert "ada: 84 of 100" in done.out
    assert done.err.endswith("\nTheir scores: mainstay score FILE\n")


def test_it_shows_the_commands_that_it_calls(tmp_path: Path) -> None:
    called = re.findall(r"^\$ mainstay (\w+)", demo(tmp_path).out, re.MULTILINE)
    assert called == ["init", "import", "run", "score"]


def test_it_leaves_nothing_and_touches_no_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    demo(tmp_path)
    assert Path.cwd() == tmp_path
    assert [*tmp_path.iterdir()] == []


def test_it_leaves_all_of_it_in_a_new_folder_if_asked(tmp_path: Path) -> None:
    assert demo(tmp_path, "--keep", str(tmp_path / "demo")).status == 0
    assert {path.name for path in (tmp_path / "demo").iterdir()} >= {"events.csv", "demo.db"}


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    done = demo(tmp_path, "--keep", str(tmp_path))
    assert done.status == 1
    assert "--keep must be a folder that is not there yet" in done.err
    assert [*tmp_path.iterdir()] == []

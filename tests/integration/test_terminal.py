"""What commands print is tidy, on wide and narrow terminals, with colours and without."""

from __future__ import annotations

import io
import pydoc
import re
import sys
from pathlib import Path

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from rich.table import Table

from mainstay.cli import terminal
from tests.command import filled, mainstay, write_runs

AS_OF = ("--as-of", "2024-05-28T12:00:00Z")
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def commands(folder: Path) -> list[tuple[str, ...]]:
    """Some that print tables, and one user in full."""
    url = filled(folder)
    run = ("run", "evaluate-consistency", "--criteria", "run=1", "--date", "2024-05-27")
    assert mainstay(*run, "--db", url).status == 0
    file = write_runs(folder)
    return [
        ("score", file, *AS_OF),
        ("score", file, *AS_OF, "--user", "ada"),
        ("candidates", "--db", url),
        ("badges", "ada", "--db", url),
        ("jobs", "--db", url),
        ("status", "--db", url),
    ]


@pytest.mark.parametrize("columns", ["40", "80"])
@pytest.mark.parametrize("colour", ["", "1"])
def test_no_line_ends_in_blanks_or_is_longer_than_the_terminal(
    tmp_path: Path, columns: str, colour: str
) -> None:
    for command in commands(tmp_path):
        done = mainstay(*command, COLUMNS=columns, FORCE_COLOR=colour, TERM="xterm-256color")
        for line in STYLE.sub("", done.out).splitlines():
            assert line == line.rstrip(), command
            assert len(line) <= int(columns), command


def test_without_colour_there_is_nothing_bold_either(tmp_path: Path) -> None:
    for command in commands(tmp_path):
        done = mainstay(*command, FORCE_COLOR="1", NO_COLOR="1", TERM="xterm-256color")
        assert not STYLE.search(done.out + done.err)


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("rows", "paged"), [(3, False), (200, True)])
def test_what_no_screen_holds_is_paged(
    rows: int, paged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(pydoc, "pager", shown.append)
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("TERM", "dumb")
    table = Table("number")
    for number in range(rows):
        table.add_row(str(number))
    terminal.console(screen).print(table)
    assert bool(shown) is paged
    assert bool(screen.getvalue()) is not paged
    assert str(rows - 1) in "".join([*shown, screen.getvalue()])

"""What commands print is readable on wide and narrow terminals, in colour, without, in ASCII."""

from __future__ import annotations

import os
import pydoc
import re
import shlex
import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from rich.cells import cell_len
from rich.table import Table

from mainstay.cli import commands, terminal
from mainstay.cli.spelling import continued
from mainstay.cli.tables import Listing, exact, label, number, words
from tests.command import Done, database, mainstay
from tests.integration.shown import FOR_MACHINES, LONG, SHOWN, Filled, filled

STYLE = re.compile(r"\x1b\[[0-9;]*m")
NEEDS = {"report": "matplotlib", "sql": "sqlglot", "evidence": "pyarrow", "streaks": "pyarrow"}
CALLS = [
    pytest.param(
        what,
        marks=pytest.mark.skipif(
            what in NEEDS and find_spec(NEEDS[what]) is None, reason="needs another extra"
        ),
    )
    for what in SHOWN
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """A store that is filled once, since nothing here changes what is shown."""
    return filled(tmp_path_factory.mktemp("filled"))


def test_every_command_is_looked_at() -> None:
    called = {call.partition(" ")[0] for call in SHOWN.values()}
    assert called == {*commands.NAMES, "scor"}


def lines(what: str, done: Done) -> list[str]:
    """What a call printed for people, line by line."""
    out = "" if what in FOR_MACHINES else done.out
    return STYLE.sub("", out + done.err).splitlines()


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("what", CALLS)
def test_no_line_is_too_long_or_ends_in_blanks_and_nothing_is_cut_off(
    store: Filled, what: str, columns: int
) -> None:
    done = mainstay(*store.call(what), COLUMNS=f"{columns}")
    printed = lines(what, done)
    assert printed or what in FOR_MACHINES
    for line in printed:
        assert line == line.rstrip()
        assert cell_len(line) <= columns
        assert "…" not in line


@pytest.mark.parametrize("what", CALLS)
def test_where_there_is_only_ascii_everything_is_said_in_it(store: Filled, what: str) -> None:
    """And so no sign of ours comes out as an escape."""
    done = mainstay(*store.call(what), COLUMNS="40", encoding="ascii")
    printed = lines(what, done)
    assert all(map(str.isascii, printed))
    assert all(len(line) <= 40 for line in printed)
    assert not re.search(r"\\[xuUN]", done.out + done.err)


@pytest.mark.parametrize("what", CALLS)
def test_without_colour_there_is_nothing_but_text(store: Filled, what: str) -> None:
    """On a terminal, too: nothing bold, and no bar that moves."""
    done = mainstay(*store.call(what), FORCE_COLOR="1", NO_COLOR="1", TERM="xterm-256color")
    assert "\x1b" not in done.out + done.err
    assert "\r" not in done.out + done.err


@pytest.mark.parametrize("what", ["candidates", "score one user", "case show"])
def test_with_colour_no_line_ends_in_blanks_either(store: Filled, what: str) -> None:
    done = mainstay(*store.call(what), FORCE_COLOR="1", TERM="xterm-256color", COLUMNS="80")
    plain = mainstay(*store.call(what), COLUMNS="80")
    assert STYLE.search(done.out)
    assert STYLE.sub("", done.out).split() == plain.out.split()
    assert all(line == line.rstrip() for line in STYLE.sub("", done.out).splitlines())


def test_in_ascii_columns_stand_below_each_other_though_a_name_is_escaped(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("user_id,started_at\nJosé,2024-05-28T08:00:00Z\n", encoding="utf-8")
    done = mainstay("score", str(file), "--as-of", "2024-05-28T12:00:00Z", encoding="ascii")
    header, row = done.out.splitlines()
    assert row.startswith("Jos\\xe9 ")
    assert header.index("score") + len("score") == row.index(" 9 ") + len(" 9")


def test_in_ascii_our_own_signs_are_words(tmp_path: Path) -> None:
    url = database(tmp_path)
    assert mainstay("init", "--db", url).status == 0
    credit = ("points", "ada", "--db", url, "--credit", f"{2**53 - 1}", "--reason")
    assert mainstay(*credit, "much").status == 0
    done = mainstay(*credit, "more", encoding="ascii")
    assert "a total beyond +/-9007199254740991" in done.err


def listing() -> Listing:
    """A table with columns of each kind."""
    rows = Listing(label("user"), number("points"), exact("day"), words("reason"))
    rows.add("ada", "+1,234,567", "2024-05-28", "You were active on 9 of the last 28 days.")
    rows.add(LONG, "-5", "2024-05-28", "")
    return rows


def shown(columns: int, rows: Listing) -> str:
    """What a terminal shows of a table."""
    screen = StringIO()
    console = terminal.console(screen)
    console.width = columns
    console.print(rows)
    return screen.getvalue()


@pytest.mark.parametrize("columns", [20, 30, 40, 53, 54, 55, 60, 70, 80, 100, 120])
def test_a_table_keeps_every_character_on_every_terminal(columns: int) -> None:
    text = shown(columns, listing())
    values = "".join(str(cell) for cells, _ in listing().rows for cell in cells)
    assert not Counter(values.replace(" ", "")) - Counter(text)
    assert max(map(len, text.splitlines())) <= columns


def test_a_table_that_does_not_fit_is_a_block_a_row() -> None:
    assert shown(40, listing()) == (
        "user    ada\n"
        "points  +1,234,567\n"
        "day     2024-05-28\n"
        "reason  You were active on 9 of the last\n"
        "        28 days.\n"
        "\n"
        "user    marguerite.van.den.berg@example.\n"
        "        org\n"
        "points  -5\n"
        "day     2024-05-28\n"
    )


def test_an_empty_table_has_its_headings() -> None:
    assert shown(40, Listing(label("user"), number("points"))) == "user  points\n"


@pytest.mark.parametrize("width", [16, 20, 40, 60, 90])
@pytest.mark.parametrize("schema", ["plain", "my app's own"])
def test_a_command_that_needs_several_lines_is_the_same_to_a_shell(width: int, schema: str) -> None:
    command = shlex.join(
        ["mainstay", "import", "FILE", "--db", f"sqlite:///{'folder/' * 8}x.db", "--schema", schema]
    )
    written = [*continued(command, width)]
    assert shlex.split("\n".join(written).replace("\\\n", "")) == shlex.split(command)
    assert all(len(line) <= width for line in written if "'" not in line)


def test_what_comes_next_can_be_copied(store: Filled) -> None:
    printed = mainstay(*store.call("init"), COLUMNS="40").err
    command = printed.partition("Next:\n")[2].replace("\\\n", "")
    assert shlex.split(command) == ["mainstay", "import", "FILE", "--db", store.names["db"]]


class Screen(StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("rows", "paged"), [(3, False), (200, True)])
def test_what_no_screen_holds_is_paged(
    rows: int, paged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[str] = []
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(pydoc, "pager", pages.append)
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("TERM", "dumb")
    table = Table("number")
    for row in range(rows):
        table.add_row(str(row))
    terminal.console(screen).print(table)
    assert bool(pages) is paged
    assert bool(screen.getvalue()) is not paged
    assert str(rows - 1) in "".join([*pages, screen.getvalue()])


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal of POSIX")
def test_the_pager_is_the_one_that_is_asked_for(store: Filled) -> None:
    """Here one that marks each line, on a real terminal of a few lines."""
    ours, theirs = os.openpty()
    settings = {"PAGER": "sed 's/^/page: /'", "TERM": "xterm", "LINES": "5", "COLUMNS": "80"}
    with subprocess.Popen(
        [sys.executable, "-m", "mainstay", "jobs", "--db", store.names["db"]],
        env={name: value for name, value in os.environ.items() if name != "MANPAGER"} | settings,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        assert process.wait(timeout=60) == 0
    printed = os.read(ours, 1 << 16).decode()
    os.close(ours)
    os.close(theirs)
    assert "page: evaluate-consistency" in printed


@pytest.mark.skipif(os.name != "posix", reason="needs a shell of POSIX")
def test_a_reader_that_has_seen_enough_is_no_error(store: Filled) -> None:
    """It has gone before the first line is written."""
    command = f"{sys.executable} -m mainstay jobs --db {store.names['db']} | true"
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False)
    assert done.stderr == b""

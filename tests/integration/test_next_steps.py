"""What the commands of contests say to do next, which works as it is printed."""

from __future__ import annotations

import shlex
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from mainstay.adapters.sql import SqlStore
from mainstay.cli import main
from mainstay.contest import Case, CaseVote, Verification, commit
from tests.command import Done, database, mainstay
from tests.integration.configured import config

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of an empty store."""
    url = database(tmp_path)
    assert mainstay("init", "--db", url).status == 0
    return url


def printed_command(done: Done) -> Sequence[str]:
    """The arguments of the command that is to come next."""
    line = next(line for line in done.err.splitlines() if ": mainstay " in line)
    return shlex.split(line.partition(": mainstay ")[2])


def open_case(url: str, *options: str) -> Done:
    words = ("case", "open", "May a doctor lie?", "--side", "yes", "--side", "no", "--id", "c")
    return mainstay(*words, "--db", url, *options, stdin=b"no\n")


def test_an_argument_is_voted_for_as_it_says_there(url: str) -> None:
    assert open_case(url).status == 0
    argued = mainstay("case", "argue", "c", "bob", "Why?", "--id", "bob's first", "--db", url)
    told = ["ada" if word == "USER" else word for word in printed_command(argued)]
    assert mainstay(*told).err == "ada has voted for it.\n"


def test_a_case_whose_commitment_could_not_be_published_opens_later_as_configured(
    url: str, tmp_path: Path
) -> None:
    """Its verdict was kept: who is asked for it again would open a second case."""
    file, path = config(tmp_path, "[contest]\nlasting = 90\n"), tmp_path / "mainstay.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE mainstay_ledger RENAME TO away")
    failed = open_case(url, "--config", file)
    assert (failed.status, failed.out) == (1, "")
    assert failed.err.startswith("c is a draft, and opens once the ledger has its commitment. ")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE away RENAME TO mainstay_ledger")
    assert mainstay(*printed_command(failed)).status == 0
    with SqlStore.open(url) as store:
        kept = store.contests.case("c")
    assert kept is not None
    begin, end = kept.case.span()
    assert end - begin == timedelta(seconds=90)


def test_rewards_are_paid_by_the_configuration_by_which_the_case_was_closed(
    url: str, tmp_path: Path
) -> None:
    case = Case("c", "May a doctor lie?", ["yes", "no"])
    commitment, secret = commit(case, "no")
    with SqlStore.open(url) as store:
        store.contests.draft(case, commitment, secret, now=NOON)
        day = timedelta(hours=24)
        store.contests.verified("c", Verification.VERIFIED, now=NOON, lasting=day)
        store.contests.vote("c", [CaseVote("1", "ada", "no", NOON)])
    file = config(tmp_path, "[contest]\npool = 7\n")
    closed = mainstay("case", "close", "c", "--db", url, "--config", file)
    assert closed.status == 0
    told = printed_command(closed)
    assert told[told.index("--config") + 1] == file
    assert "1 succeeded" in mainstay(*told).err


@pytest.mark.parametrize("arguments", [["case", "import", "-"], ["import", "-"], ["score"]])
def test_a_closed_standard_input_is_told(
    arguments: list[str],
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MAINSTAY_DB", url)
    monkeypatch.setattr(sys, "stdin", None)
    assert main(arguments) == 1
    assert capsys.readouterr().err.endswith(
        "mainstay: standard input is closed. Name a file, or write one to it.\n"
    )

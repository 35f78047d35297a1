"""The commands that correct what a store keeps: what they do, say and ask."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")

from mainstay.adapters.sql import SqlStore
from mainstay.cli import terminal
from tests.command import Done, mainstay

LINES = [f"{user},2024-05-{day:02}T08:00Z,post,{user}-{day}" for user in "ab" for day in (1, 2, 4)]


@pytest.fixture
def db(tmp_path: Path) -> str:
    """A store in which a and b posted on May 1, 2 and 4, evaluated through the 6th."""
    url = f"sqlite:///{tmp_path}/mainstay.db"
    assert mainstay("init", "--db", url).status == 0
    imported(url, *LINES)
    daily = ("run", "evaluate-consistency", "--criteria", "post=1", "--date", "2024-05-06")
    assert mainstay(*daily, "--db", url).status == 0
    return url


def imported(url: str, *lines: str, options: tuple[str, ...] = ()) -> Done:
    file = "\n".join(["user_id,started_at,kind,id", *lines]).encode()
    return mainstay("import", "-", "--db", url, *options, stdin=file)


def streak(url: str, user: str, day: int) -> int | None:
    from datetime import date  # noqa: PLC0415  (here alone)

    with SqlStore.open(url) as store:
        outcome = store.engagements.outcome(user, date(2024, 5, day))
    return None if outcome is None else outcome.streak_after


def answering(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """Have somebody at a terminal who answers."""
    monkeypatch.setattr(terminal, "is_asked", lambda: True)
    monkeypatch.setattr(terminal, "standard_input", lambda: io.StringIO(answer))


def test_a_user_is_forgotten_and_the_report_is_json(db: str) -> None:
    dry = mainstay("forget", "a", "--db", db, "--dry-run")
    assert dry.err.startswith("Would erase 1 user: ")
    done = mainstay("forget", "a", "z", "--db", db, "--json")
    assert (done.status, done.json["succeeded"], done.json["skipped"]) == (0, 1, 1)
    assert done.json["result"]["changed"]["events"] == 3
    assert "Not known: 1." in done.err
    with SqlStore.open(db) as store:
        assert store.sessions.users() == ["b"]


@pytest.mark.parametrize(
    ("answer", "left"), [("n\n", ["a", "b"]), ("", ["a", "b"]), ("Yes\n", ["b"])]
)
def test_on_a_terminal_only_yes_is_yes(
    db: str, monkeypatch: pytest.MonkeyPatch, answer: str, left: list[str]
) -> None:
    answering(monkeypatch, answer)
    done = mainstay("forget", "a", "--db", db, FORCE_COLOR="1")
    assert "of a for good? [y/N]" in done.err
    assert ("Nothing was changed." in done.err) == (len(left) == 2)
    assert done.status == (1 if len(left) == 2 else 0)
    with SqlStore.open(db) as store:
        assert store.sessions.users() == left


@pytest.mark.parametrize(
    "command",
    [
        "rename a c",
        "remove a-1",
        "reevaluate",
        "prune --before 2024-05-06",
        "policy set --from 2024-05-02 --criteria post=2 --reevaluate",
    ],
)
def test_each_asks_before_it_changes_anything(
    db: str, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    answering(monkeypatch, "no\n")
    done = mainstay(*command.split(), "--db", db, FORCE_COLOR="1")
    assert (done.status, "[y/N]" in done.err) == (1, True)
    monkeypatch.setattr(terminal, "standard_input", lambda: pytest.fail("asked all the same"))
    assert mainstay(*command.split(), "--yes", "--db", db, FORCE_COLOR="1").status == 0


def test_late_history_counts_at_once_if_that_is_asked(db: str) -> None:
    told = imported(db, "a,2024-05-03T08:00Z,post,a-3")
    assert (
        "Evaluated days that events have come late for, or were edited on: 1, of 1 users."
        in told.err
    )
    assert (streak(db, "a", 4), streak(db, "b", 4)) == (1, 1)
    done = imported(db, "b,2024-05-03T08:00Z,post,b-3", options=("--reevaluate",))
    assert "Evaluated " in done.err
    assert (streak(db, "a", 4), streak(db, "b", 4)) == (4, 4)
    assert "come late" not in imported(db, "b,2024-05-03T08:00Z,post,b-3").err


def test_days_are_evaluated_again_by_request(db: str) -> None:
    done = mainstay("reevaluate", "--user", "a", "--since", "2024-05-02", "--db", db, "--json")
    assert (done.status, done.json["succeeded"], done.json["target"]) == (0, 1, "2024-05-02")
    assert done.json["result"]["days"] == 4
    assert done.err == "Evaluated 4 days of 1 user again, weeks of 0.\n"


def test_events_are_removed_by_id_or_from_a_file(db: str, tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_text("a-2\n\nnone\n")
    done = mainstay("remove", "a-1", "--file", str(file), "--db", db)
    assert done.err.startswith("Deleted 2 events. Not there: 1. Late days: 2. Next: mainstay reev")
    again = mainstay("reevaluate", "--db", db)
    assert "Closed days whose candidates would be others now: 2024-05-03" in again.err
    assert (streak(db, "a", 2), streak(db, "a", 4)) == (None, 1)
    wrong = mainstay("remove", "--db", db)
    assert (wrong.status, "say which events" in wrong.err) == (2, True)


def test_an_account_is_merged_and_evaluated_again(db: str) -> None:
    imported(db, "b,2024-05-03T08:00Z,post,b-3")
    assert mainstay("rename", "b", "a", "--db", db).status == 0
    assert streak(db, "a", 4) == 4
    with SqlStore.open(db) as store:
        assert store.sessions.users() == ["a"]
        assert store.corrections.late().days == 0


def test_policies_are_shown_and_put_from_an_earlier_day(db: str) -> None:
    shown = mainstay("policy", "--db", db)
    assert shown.out.startswith("days:\n  from the beginning: criteria post=1, ")
    assert "weeks:\n  none yet" in shown.out
    command = ("policy", "set", "--from", "2024-05-02", "--criteria", "post=2", "--db", db)
    refused = mainstay(*command)
    assert (refused.status, "mainstay policy set --reevaluate" in refused.err) == (1, True)
    assert mainstay(*command, "--reevaluate").status == 0
    assert (streak(db, "a", 1), streak(db, "a", 2)) == (1, 0)
    kept = mainstay("policy", "show", "--json", "--db", db).json["days"]
    assert [each["since"] for each in kept] == [None, "2024-05-02"]
    assert mainstay("policy", "set", "--from", "2024-05-02", "--db", db).status == 2
    later = ("policy", "set", "--from", "2024-06-01", "--criteria", "post=3", "--db", db)
    assert mainstay(*later).err == "Days from 2024-06-01 on are judged by this policy.\n"


def test_what_is_old_is_pruned(db: str) -> None:
    late = ("run", "evaluate-consistency", "--date", "2025-12-31", "--db", db)
    assert mainstay(*late).status == 0
    done = mainstay("prune", "--before", "2025-01-01", "--db", db)
    assert (done.status, "The first day that is kept: 2024-12-23." in done.err) == (0, True)
    assert "Events from before it are not taken any more." in done.err
    lower = mainstay("prune", "--before", "2020-01-01", "--db", db)
    assert "Deleted nothing. The first day that is kept: 2024-12-23." in lower.err
    told = imported(db, *LINES, "a,2025-12-30T08:00Z,post,new")
    assert "Imported 7 events: 1 new, 6 there already." in told.err
    assert "Not taken, because they are from before the first day that is kept" in told.err
    assert "and so count as known: 6." in told.err
    assert mainstay("prune", "--before", "2025", "--db", db).status == 2

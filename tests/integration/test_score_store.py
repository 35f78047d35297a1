"""``mainstay score --db``: the same figures as from the file that the store was filled from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from tests.command import database, filled, mainstay, write_runs
from tests.conformance.databases import in_schema

AS_OF = ("--as-of", "2024-05-28T12:00:00Z")


@pytest.mark.parametrize(
    "options",
    [
        ["--csv"],
        ["--top", "2", "--csv"],
        ["--user", "bob"],
        [],
        ["--zone", "Asia/Tokyo", "--day-start", "20:00", "--csv"],
        ["--as-of", "2024-05-14T07:00:00Z", "--csv"],
        ["--as-of", "2024-09-01T00:00:00Z", "--csv"],
    ],
    ids=" ".join,
)
def test_a_store_and_its_file_are_scored_alike(tmp_path: Path, options: list[str]) -> None:
    url = filled(tmp_path)
    stored = mainstay("score", "--db", url, *AS_OF, *options)
    file = mainstay("score", write_runs(tmp_path), *AS_OF, *options)
    assert stored.status == file.status == 0
    assert stored.out == file.out


@pytest.mark.parametrize(
    "options", [["--csv"], ["--user", "bob", "--json"], ["--json"]], ids=" ".join
)
@pytest.mark.parametrize("as_of", ["2024-05-28T08:30:00Z", "2024-05-27", "2024-05-28T09:00:00Z"])
def test_a_store_is_scored_by_its_own_days_unless_others_are_asked_for(
    tmp_path: Path, options: list[str], as_of: str
) -> None:
    """They ran at 08:00: with days that begin at 08:30, that is still the day before."""
    url, file = filled(tmp_path, "--day-start", "08:30"), write_runs(tmp_path)
    asked = ("--as-of", as_of, *options)
    stored = mainstay("score", "--db", url, *asked)
    by_file = mainstay("score", file, *asked, "--day-start", "08:30")
    assert without_events(stored.out) == without_events(by_file.out)
    assert stored.status == 0
    other = mainstay("score", "--db", url, *asked, "--day-start", "00:00")
    assert without_events(other.out) == without_events(mainstay("score", file, *asked).out)
    assert other.out != stored.out


def without_events(out: str) -> str:
    """All but how many events there are, which stores don't say."""
    return re.sub(r'"events": \w+', "", out)


def test_a_date_without_a_time_is_that_date_in_a_store_too(tmp_path: Path) -> None:
    """And the time without an offset is of its own row: in Lima it is the 28th until 05:00Z."""
    file = tmp_path / "dates.csv"
    file.write_text(
        "user_id,started_at,timezone\n"
        "ada,2024-05-26,\nada,2024-05-27,Asia/Tokyo\nada,2024-05-28T20:00,America/Lima\n"
    )
    url = database(tmp_path)
    assert mainstay("init", "--db", url).status == 0
    for new in (3, 0):
        assert mainstay("import", str(file), "--db", url, "--json").json["new"] == new
    for zone in ("UTC", "America/Lima", "Asia/Tokyo"):
        options = ("--as-of", "2024-05-29T03:00:00Z", "--zone", zone, "--json")
        (stored,) = mainstay("score", "--db", url, *options).json["users"]
        (read,) = mainstay("score", str(file), *options).json["users"]
        assert stored == read
        assert (stored["active_days"], stored["last_active_day"]) == (3, "2024-05-28")
    number = tmp_path / "numbers.csv"
    number.write_text("user_id,started_at\nada,20240528\n")
    refused = mainstay("import", str(number), "--db", url)
    assert "line 2: started_at is a calendar date, not Unix seconds" in refused.err


def test_postgresql_is_a_store_like_any_other(tmp_path: Path, postgres_url: str) -> None:
    url = filled(tmp_path, url=in_schema(postgres_url, "command"))
    stored = mainstay("score", "--db", url, *AS_OF, "--csv")
    assert stored.out == mainstay("score", write_runs(tmp_path), *AS_OF, "--csv").out
    options = ("--db", url, "--date", "2024-05-24", "--json")
    ran = mainstay("run", "evaluate-consistency", *options, "--criteria", "run=1")
    assert (ran.status, ran.json["succeeded"]) == (0, 3)
    assert mainstay("candidates", *options).json["candidates"] == ran.json["candidates"]
    assert mainstay("run", "update-multipliers", *options).status == 0
    assert mainstay("status", "--db", url).out.count(" ok ") == 2
    assert "postgresql+psycopg" in mainstay("init", "--db", url).err


def test_users_whose_sessions_are_all_later_are_left_out_as_they_are_of_a_file(
    tmp_path: Path,
) -> None:
    """Bob began on the 20th."""
    done = mainstay("score", "--db", filled(tmp_path), "--as-of", "2024-05-19T00:00:00Z", "--json")
    assert [user["user_id"] for user in done.json["users"]] == ["ada", "cy"]
    assert "2 of 2." in done.err


def test_json_has_the_same_users_and_does_not_count_events(tmp_path: Path) -> None:
    stored = mainstay("score", "--db", filled(tmp_path), *AS_OF, "--json").json
    file = mainstay("score", write_runs(tmp_path), *AS_OF, "--json").json
    assert stored == file | {"events": None}
    assert file["events"] == 16


def test_the_summary_is_that_of_a_file(tmp_path: Path) -> None:
    done = mainstay("score", "--db", filled(tmp_path), *AS_OF)
    assert done.err == "Users active in the 28 days up to 2024-05-28T12:00:00Z: 3 of 3.\n"


def test_one_user_is_explained_and_an_unknown_one_is_an_error_with_a_suggestion(
    tmp_path: Path,
) -> None:
    url = filled(tmp_path)
    done = mainstay("score", "--db", url, *AS_OF, "--user", "ada", "--json")
    assert len(done.json["users"]) == 1
    assert "what_if" in done.json["users"][0]
    unknown = mainstay("score", "--db", url, *AS_OF, "--user", "bobb")
    assert (unknown.status, unknown.out) == (1, "")
    assert "Did you mean bob?" in unknown.err


def test_nobody_active_names_the_latest_event_and_an_instant_that_shows_something(
    tmp_path: Path,
) -> None:
    url = filled(tmp_path)
    done = mainstay("score", "--db", url, "--as-of", "2025-01-01T00:00:00Z")
    assert (done.status, done.out) == (0, "")
    assert done.err == (
        "Nobody was active in the 28 days up to 2025-01-01T00:00:00Z.\n"
        "The latest event is ada's.\n"
        "Try --as-of 2024-05-28T08:00:00Z\n"
    )
    one = mainstay("score", "--db", url, "--as-of", "2025-01-01T00:00:00Z", "--user", "bob")
    assert one.err.startswith("bob was not active in the 28 days up to 2025-01-01T00:00:00Z.\n")
    none = mainstay("score", "--db", url, "--as-of", "2024-01-01T00:00:00Z")
    assert none.err == "There are no events in the store up to 2024-01-01T00:00:00Z.\n"


def test_more_users_than_a_page_are_all_scored(tmp_path: Path) -> None:
    url, file = database(tmp_path), tmp_path / "many.csv"
    rows = "".join(f"user{n:04},2024-05-28T08:00:00Z\n" for n in range(1_001))
    file.write_text("user_id,started_at\n" + rows)
    mainstay("init", "--db", url)
    mainstay("import", str(file), "--db", url)
    done = mainstay("score", "--db", url, *AS_OF)
    assert "1,001 of 1,001." in done.err
    assert "Shown are the best 20; --top N shows more." in done.err


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (["events.csv"], "FILE"),
        (["-"], "FILE"),
        (["--columns", "user_id,started_at"], "--columns"),
        (["--member-since", "joined"], "--member-since"),
        (["--naive-zone", "UTC"], "--naive-zone"),
        (["--skip-bad"], "--skip-bad"),
    ],
)
def test_what_is_for_files_is_refused_with_a_store(options: list[str], name: str) -> None:
    done = mainstay("score", "--db", "sqlite:///x.db", *options)
    assert done.status == 2
    assert f"argument {name}: not allowed with argument --db" in done.err


def test_the_environment_alone_does_not_mean_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAINSTAY_DB", "sqlite:////nowhere/x.db")
    done = mainstay("score", write_runs(tmp_path), *AS_OF, "--json")
    assert len(json.loads(done.out)["users"]) == 3

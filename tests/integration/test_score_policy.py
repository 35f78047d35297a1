"""``mainstay score --policy year``: one answer, the core's, of files, columns and stores."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from mainstay import Session, YearPolicy, score_sessions
from tests.command import database, mainstay

#: A Sunday, as in SPEC §2a.
TODAY = datetime(2026, 3, 1, 20, tzinfo=UTC)
AS_OF = ("--as-of", TODAY.isoformat())
#: How many days ago, and how many points SPEC §2a has for them.
AGES = {
    "burst": ((0, 1, 2), 26),
    "fortnights": (range(0, 364, 14), 50),
    "idle": ((364,), 0),
    "regular": ([age for age in range(364) if (TODAY - timedelta(age)).weekday() in (0, 2, 4)], 74),
    "resting": (range(28, 364), 43),
    "sundays": (range(0, 364, 7), 66),
}
SESSIONS = {
    user: [Session(user, TODAY - timedelta(days=age, hours=8)) for age in ages]
    for user, (ages, _) in AGES.items()
}
JOINED = date(2026, 2, 1)
ENGINES = ["python", "columnar"] if find_spec("pyarrow") else ["python"]
COLUMNS = [
    *("user_id", "score", "total", "days", "freshness", "weeks"),
    *("active_days", "possible_days", "active_weeks", "possible_weeks"),
    *("last_active_day", "today"),
]


@pytest.fixture
def events(tmp_path: Path) -> str:
    """A file of what they did."""
    file = tmp_path / "events.csv"
    rows = [
        f"{each.user_id},{each.started_at.isoformat()},{JOINED}"
        for own in SESSIONS.values()
        for each in own
    ]
    file.write_text("\n".join(["user_id,started_at,joined", *rows, ""]), encoding="utf-8")
    return str(file)


@pytest.fixture
def url(tmp_path: Path, events: str) -> str:
    """A store of the same."""
    url = database(tmp_path)
    assert mainstay("init", "--db", url).status == 0
    assert mainstay("import", events, "--db", url).status == 0
    return url


def of_year(*arguments: str) -> str:
    done = mainstay("score", "--policy", "year", *AS_OF, *arguments)
    assert done.status == 0, done.err
    return done.out


def expected(joined: date | None = None) -> dict[str, object]:
    """What the core has for each, as JSON has it."""
    scores = {
        user: score_sessions(own, as_of=TODAY, member_since=joined, policy=YearPolicy())
        for user, own in SESSIONS.items()
    }
    return {user: {"user_id": user, **score.to_dict()} for user, score in scores.items()}


def users_of(out: str) -> dict[str, object]:
    document = json.loads(out)
    assert document["policy"] == "year"
    return {user["user_id"]: user for user in document["users"]}


@pytest.mark.parametrize("engine", ENGINES)
def test_each_engine_has_the_year_score_of_the_core(events: str, engine: str) -> None:
    found = of_year(events, "--json", "--engine", engine)
    assert users_of(found) == expected()
    points = {user["user_id"]: user["score"] for user in json.loads(found)["users"]}
    assert points == {user: known for user, (_, known) in AGES.items()}


@pytest.mark.parametrize("engine", ENGINES)
def test_new_users_are_measured_by_the_days_and_weeks_they_had(events: str, engine: str) -> None:
    asked = (events, "--member-since", "joined", "--engine", engine)
    assert users_of(of_year(*asked, "--json")) == expected(JOINED)
    rows = csv.DictReader(StringIO(of_year(*asked, "--csv")))
    assert {(row["possible_days"], row["possible_weeks"]) for row in rows} == {("28", "26")}


def test_a_store_has_the_same_by_one_query_and_of_one_user(events: str, url: str) -> None:
    assert users_of(of_year("--db", url, "--json")) == expected()
    for options in (["--csv"], ["--top", "3", "--csv"], ["--user", "resting"], []):
        assert of_year("--db", url, *options) == of_year(events, *options)


@pytest.mark.parametrize("engine", ENGINES)
def test_csv_has_the_columns_of_the_year_the_best_first(events: str, engine: str) -> None:
    rows = [*csv.DictReader(StringIO(of_year(events, "--csv", "--engine", engine)))]
    assert [*rows[0]] == COLUMNS
    names = [row["user_id"] for row in rows]
    assert names == ["regular", "sundays", "fortnights", "resting", "burst", "idle"]
    resting = rows[3]
    assert (resting["days"], resting["freshness"]) == ("0.0", "0.0")
    assert float(resting["weeks"]) == pytest.approx(43.234602, abs=5e-7)
    assert (resting["active_days"], resting["active_weeks"]) == ("0", "48")
    assert (resting["last_active_day"], resting["today"]) == ("", "2026-03-01")


def test_the_table_and_the_messages_speak_of_weeks(events: str) -> None:
    done = mainstay("score", events, "--policy", "year", *AS_OF, COLUMNS="100")
    header, first, *_ = done.out.splitlines()
    assert header.split() == "user score active days active weeks days freshness weeks".split()
    assert first.split()[:4] == ["regular", "74", "12/28", "52/52"]
    assert "Users active in the 52 weeks up to 2026-03-01T20:00:00Z: 5 of 6." in done.err
    later = mainstay("score", events, "--policy", "year", "--as-of", "2028-01-01T00:00:00Z")
    assert "Nobody was active in the 52 weeks up to 2028-01-01T00:00:00Z." in later.err


@pytest.mark.parametrize("engine", ENGINES)
def test_one_user_is_explained_by_the_parts_of_the_year(events: str, engine: str) -> None:
    asked = ("--user", "fortnights", "--engine", engine)
    text = " ".join(of_year(events, *asked).split())
    assert "fortnights: 50 of 100" in text
    assert "You were active in 26 of the last 52 weeks." in text
    assert "If you were active tomorrow: " in text
    (user,) = json.loads(of_year(events, *asked, "--json"))["users"]
    assert user["what_if"]["days"] == ["2026-03-02"]
    assert [*user["breakdown"]] == ["days", "freshness", "weeks"]


def test_the_consistency_score_is_what_is_meant_if_nothing_is_said(events: str) -> None:
    plain = mainstay("score", events, *AS_OF, "--json")
    named = mainstay("score", events, *AS_OF, "--json", "--policy", "consistency")
    assert plain.out == named.out
    assert plain.json["policy"] == "consistency"
    refused = mainstay("score", events, "--policy", "month")
    assert (refused.status, refused.out) == (2, "")

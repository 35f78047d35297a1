"""Rows of the SQL store that hold what they can't hold, or are gone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path

import attrs
import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from mainstay import CorruptRowError, DailyCriteria, NoLongerKeptError
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql import settings as settings_
from mainstay.adapters.sql.engagements import _column_days
from mainstay.jobs import evaluate_consistency, update_multipliers
from mainstay.ports import Unreadable
from mainstay.scheduling import Daily, InstalledJob, JobContext, JobRun
from mainstay.scores.policies import PolicyHistory
from tests.conformance.databases import empty, in_schema
from tests.integration.stores import DAY, POLICY, change, clock, evaluate, ran


@pytest.fixture(params=[False, True], ids=["a user at a time", "on columns"])
def _on_columns(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have one day of however few users judged on columns; as otherwise of many."""
    if request.param:
        pytest.importorskip("numpy", reason="columns need mainstay[columnar]")
        monkeypatch.setattr(_column_days, "MANY", 1)


either_way = pytest.mark.usefixtures("_on_columns")

CORRUPT = {
    "a streak below 0": ("streak = -1", "streak = 0"),
    "posts below 0": ("posts = -7", "posts = 0"),
    "a streak before the first day": ("streak = 4", "streak = 0"),
}


@either_way
@pytest.mark.parametrize("how", CORRUPT)
def test_a_poison_user_is_reported_and_skipped_and_caught_up_once_mended(
    store: SqlStore, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are done, and the candidates of a closed day stay as they were."""
    store.sessions.add([ran(user) for user in ("ada", "bob", "cy")])
    corrupt, mended = CORRUPT[how]
    change(store, f"UPDATE mainstay_engagements SET {corrupt} WHERE user_id = 'bob'")
    with caplog.at_level(logging.ERROR):
        assert evaluate(store, DAY) == (2, 1)
    assert [record.exc_info is not None for record in caplog.records] == [True]
    assert "Traceback" in caplog.text
    assert caplog.records[0].__dict__["item"] == "bob"
    assert store.engagements.outcome("bob", DAY) is None
    assert evaluate(store, DAY + timedelta(days=1)) == (2, 1)
    picked = store.engagements.candidates(DAY + timedelta(days=1))
    assert picked is not None
    assert [outcome.user_id for outcome in picked] == ["ada", "cy"]
    change(store, f"UPDATE mainstay_engagements SET {mended} WHERE user_id = 'bob'")
    assert evaluate(store, DAY + timedelta(days=1)) == (1, 0)
    outcome = store.engagements.outcome("bob", DAY + timedelta(days=1))
    assert outcome is not None
    assert outcome.streak_before == 1
    assert store.engagements.candidates(DAY + timedelta(days=1)) == picked


@either_way
def test_text_for_a_day_or_a_number_is_reported_and_skipped(tmp_path: Path) -> None:
    """SQLite keeps text where a number should be."""
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        users = [f"u{number}" for number in range(7)]
        store.sessions.add([ran(user) for user in users])
        for user, column in zip(
            users, ["first_day", "last_day", "streak", "posts", "ratings"], strict=False
        ):
            change(
                store, f"UPDATE mainstay_engagements SET {column} = 'x' WHERE user_id = '{user}'"
            )
        change(store, "UPDATE mainstay_engagements SET rated = 1 WHERE user_id = 'u4'")
        assert evaluate(store, DAY) == (2, 5)
        week = update_multipliers(store.reputations)
        for user, column in zip(users, ["first_day", "last_recorded", "weeks"], strict=False):
            change(
                store, f"UPDATE mainstay_reputations SET {column} = 'x' WHERE user_id = '{user}'"
            )
        report = week.run(JobContext(target=DAY, clock=clock))
        assert (report.succeeded, report.failed) == (4, 3)


NOT_A_DAY = ["''", "'x'", "'10000-01-01'", "'0000-00-00'", "'-0044-03-15'", "'2024-04-31'", "x'00'"]


@either_way
@pytest.mark.parametrize("first", NOT_A_DAY)
def test_a_first_day_that_is_not_a_date_keeps_nobody_elses_days_open(
    tmp_path: Path, first: str
) -> None:
    """SQLite keeps any text for a day: SPEC §9, one bad item "never stops the run"."""
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        store.sessions.add([ran(user) for user in ("ada", "bob", "cy")])
        change(store, f"UPDATE mainstay_engagements SET first_day = {first} WHERE user_id = 'bob'")
        job = evaluate_consistency(store.engagements, policy=POLICY)
        for day in (DAY, DAY + timedelta(days=1)):
            report = job.run(JobContext(target=day, clock=clock))
            assert (report.succeeded, report.failed) == (2, 1)
            (error,) = report.errors
            assert error.item == "bob"
            assert error.error.startswith("mainstay_engagements.first_day is not a date, got ")
            assert "Repair the row with user_id = 'bob'" in error.error
            assert store.engagements.candidates(day) is not None
        change(store, "UPDATE mainstay_engagements SET first_day = '2024-05-01'")
        assert evaluate(store, DAY + timedelta(days=1)) == (1, 0)
        assert store.engagements.outcome("bob", DAY) is not None


@either_way
@pytest.mark.parametrize("first", ["0044-03-15 BC", "-infinity", "infinity", "10000-01-01"])
@pytest.mark.parametrize("table", ["engagements", "reputations"])
def test_a_first_day_that_python_has_no_date_for_stops_nobody_else(
    postgres_url: str, table: str, first: str
) -> None:
    """PostgreSQL has dates before the year 1 and after 9999."""
    with SqlStore.create(in_schema(postgres_url, "no_date")) as store:
        empty(store)
        store.sessions.add([ran(user) for user in ("ada", "bob", "cy")])
        change(store, f"UPDATE mainstay_{table} SET first_day = '{first}' WHERE user_id = 'bob'")
        if table == "engagements":
            assert evaluate(store, DAY) == (2, 1)
            assert store.engagements.candidates(DAY) == []
        else:
            report = update_multipliers(store.reputations).run(JobContext(target=DAY, clock=clock))
            assert (report.succeeded, report.failed) == (2, 1)
            assert "mainstay_reputations.first_day is not a date" in report.errors[0].error


@either_way
@pytest.mark.parametrize("half_life", [None, 7])
def test_a_user_id_that_is_not_text_is_reported(tmp_path: Path, half_life: float | None) -> None:
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        store.sessions.add([ran(user) for user in ("ada", "bob", "cy")])
        change(store, "UPDATE mainstay_engagements SET user_id = x'00ff' WHERE user_id = 'bob'")
        policy = attrs.evolve(POLICY, half_life=half_life)
        job = evaluate_consistency(store.engagements, policy=policy)
        report = job.run(JobContext(target=DAY, clock=clock))
        assert (report.succeeded, report.failed) == (2, 1)
        assert report.errors[0].item == repr(b"\0\xff")
        assert store.engagements.candidates(DAY) == []


@pytest.mark.parametrize(
    ("corrupt", "words"),
    [
        ("total = 'x'", "mainstay_outcomes.total is not a number, got 'x'"),
        ("total = 99", "mainstay_outcomes.total is not the sum of its parts, got 99.0"),
        ("streak_before = ''", "mainstay_outcomes.streak_before is not a whole number, got ''"),
        ("posts_points = -1", "mainstay_outcomes.posts must be between 0 and 100, got -1.0"),
        ("idle_points = 'x'", "mainstay_outcomes.idle_points is not a number, got 'x'"),
        ("idle_points = 3", "mainstay_outcomes.idle_points is not the sum of its parts, got 3.0"),
    ],
)
def test_an_outcome_that_cannot_be_read_is_left_out_and_the_day_is_closed(
    tmp_path: Path, corrupt: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Also if it would have come first, and only so many are asked for."""
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        users = [f"u{number}" for number in range(8)]
        store.sessions.add([ran(user, kind="post") for user in users])
        with store.engagements.page() as page:
            due = [each for each in page.due(DAY, limit=100) if not isinstance(each, Unreadable)]
            page.keep([each.evaluate(policies=PolicyHistory(POLICY)) for each in due])
        where = "WHERE user_id IN ('u0', 'u3')"
        change(store, f"UPDATE mainstay_outcomes SET {corrupt} {where}")
        with caplog.at_level(logging.ERROR):
            assert evaluate(store, DAY) == (0, 0)
        assert [words in record.getMessage() for record in caplog.records] == [True, True]
        assert "user_id = 'u0' and day = '2024-05-01'" in caplog.text
        picked = store.engagements.candidates(DAY)
        assert picked is not None
        assert [outcome.user_id for outcome in picked] == ["u1", "u2", "u4", "u5", "u6"]
        with pytest.raises(CorruptRowError, match="mainstay_outcomes"):
            store.engagements.outcome("u0", DAY)


@pytest.mark.parametrize(
    ("corrupt", "words"),
    [
        ("outcomes SET previous = 'x'", "outcomes.previous is not a date, got 'x'"),
        ("outcomes SET idle_points = 'x'", "outcomes.idle_points is not a number, got 'x'"),
        ("engagements SET next_day = 'x'", "engagements.next_day is not a date, got 'x'"),
        ("engagements SET idle_points = 'x'", "engagements.idle_points is not what it is in"),
        ("engagements SET idle_points = 99", "engagements.idle_points is not what it is in"),
    ],
)
def test_an_outcome_of_which_nobody_knows_where_it_stands_is_left_out(
    tmp_path: Path, corrupt: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        store.sessions.add([ran(f"u{number}", kind="post") for number in range(8)])
        evaluate(store, DAY)
        change(store, f"UPDATE mainstay_{corrupt} WHERE user_id IN ('u0', 'u3')")
        with caplog.at_level(logging.ERROR):
            evaluate(store, DAY + timedelta(days=1))
        left_out = [each for each in caplog.messages if each.startswith("left out")]
        assert [words in message for message in left_out] == [True, True]
        picked = store.engagements.candidates(DAY + timedelta(days=1))
        assert picked is not None
        assert [outcome.user_id for outcome in picked] == ["u1", "u2", "u4", "u5", "u6"]


def settings_read(store: SqlStore) -> object:
    return settings_.read(store._database)


def all_of_ada(store: SqlStore) -> object:
    return store.sessions.sessions("ada", since=clock() - timedelta(days=60), until=clock())


def closing(store: SqlStore) -> object:
    with store.engagements.page() as page:
        return page.open_days(DAY, limit=9)


def reputation(store: SqlStore) -> object:
    return store.reputations.reputations(["ada"])


def last_run(store: SqlStore) -> object:
    return store.runs.last("tidy", now=clock())


def installed(store: SqlStore) -> object:
    return store.runs.installed()


def candidates(store: SqlStore) -> object:
    return store.engagements.candidates(DAY)


#: Table, column, what it holds, which row, and how it is read.
CORRUPT_ROWS = [
    ("events", "started_at", "2024-05-01", "id = 'ada 1 run'", all_of_ada),
    ("events", "utc_offset_us", "x", "id = 'ada 1 run'", all_of_ada),
    ("events", "utc_offset_us", 10**12, "id = 'ada 1 run'", all_of_ada),
    ("events", "timezone", "Mars/Base", "id = 'ada 1 run'", all_of_ada),
    ("events", "kind", b"\xff", "id = 'ada 1 run'", all_of_ada),
    ("events", "duration_us", "x", "id = 'ada 1 run'", all_of_ada),
    ("events", "quality", 11.0, "id = 'ada 1 run'", all_of_ada),
    ("reputations", "weeks", "x", "user_id = 'ada'", reputation),
    ("reputations", "weeks", -1, "user_id = 'ada'", reputation),
    ("reputations", "last_active", "x", "user_id = 'ada'", reputation),
    ("runs", "started_at", "", "attempt = '1'", last_run),
    ("runs", "finished_at", "x", "attempt = '1'", last_run),
    ("runs", "report", "{", "attempt = '1'", last_run),
    ("runs", "report", "[]", "attempt = '1'", last_run),
    ("runs", "due", "x", "attempt = '1'", last_run),
    ("runs", "target", "", "attempt = '1'", last_run),
    ("runs", "options", "{", "attempt = '1'", last_run),
    ("runs", "options", "[]", "attempt = '1'", last_run),
    ("installed", "schedule", "{", "job = 'tidy'", installed),
    ("installed", "schedule", "{}", "job = 'tidy'", installed),
    ("installed", "limit_us", "x", "job = 'tidy'", installed),
    ("candidates", "streak_points", "x", "place = 1", candidates),
    ("candidates", "average_quality", "x", "place = 1", candidates),
    ("closed_days", "day", "", "day = ''", closing),
    ("settings", "value", "x", "key = 'version'", settings_read),
    ("settings", "value", "{", "key = 'posts'", settings_read),
    ("settings", "value", "[1]", "key = 'posts'", settings_read),
    ("settings", "value", "1", "key = 'local_days'", settings_read),
    ("settings", "value", "25:00", "key = 'day_start'", settings_read),
    ("settings", "value", "04:00+00:00", "key = 'day_start'", settings_read),
    ("settings", "value", "until 00:00", "key = 'day_start'", settings_read),
]


@pytest.mark.parametrize(("table", "column", "holds", "key", "read"), CORRUPT_ROWS)
def test_a_corrupt_row_is_an_error_that_names_column_value_row_and_remedy(
    tmp_path: Path,
    table: str,
    column: str,
    holds: object,
    key: str,
    read: Callable[[SqlStore], object],
) -> None:
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        store.sessions.add([ran("ada"), ran("bob", kind="post")])
        evaluate(store, DAY)
        update_multipliers(store.reputations).run(JobContext(target=DAY, clock=clock))
        store.runs.put(JobRun(job="tidy", task_id="1", attempt="1", started_at=clock()))
        store.runs.install(InstalledJob("tidy", Daily(time(3))))
        where = "" if table == "closed_days" else f"WHERE {key}"
        with store._database.writing() as connection:
            changed = f"UPDATE mainstay_{table} SET {column} = ? {where}"
            assert connection.exec_driver_sql(changed, (holds,)).rowcount == 1
        with pytest.raises(CorruptRowError) as caught:
            read(store)
    error = caught.value
    assert error.field == f"mainstay_{table}.{column}"
    assert error.value == holds
    assert key in error.remedy


def test_a_setting_that_is_missing_is_an_error(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/mainstay.db"
    with SqlStore.create(url) as store:
        change(store, "DELETE FROM mainstay_settings WHERE key = 'posts'")
    for begin in (SqlStore.open, SqlStore.create):
        with pytest.raises(CorruptRowError, match=r"settings\.value is missing") as caught:
            begin(url)
        assert "key = 'posts'" in caught.value.remedy


@either_way
def test_a_state_set_back_keeps_its_outcomes_and_is_reported(store: SqlStore) -> None:
    """Nobody is evaluated twice, even if a state says so; those on the same page are done."""
    store.sessions.add([ran(user) for user in ("ada", "bob", "cy")])
    evaluate(store, DAY + timedelta(days=1))
    kept = store.engagements.outcome("bob", DAY + timedelta(days=1))
    back = "last_day = '2024-05-01', streak = 9, next_day = '2024-05-02'"
    change(store, f"UPDATE mainstay_engagements SET {back} WHERE user_id = 'bob'")
    store.sessions.add([ran("ada", 3), ran("cy", 3)])
    assert evaluate(store, DAY + timedelta(days=2)) == (2, 1)
    assert store.engagements.outcome("bob", DAY + timedelta(days=1)) == kept


def test_candidates_stay_whole_when_outcomes_are_deleted(store: SqlStore) -> None:
    """SPEC §4: a candidate row holds its whole outcome."""
    store.sessions.add([ran("ada"), ran("bob"), ran("bob", 2)])
    evaluate(store, DAY + timedelta(days=2))
    picked = [store.engagements.candidates(DAY + timedelta(days=day)) for day in range(3)]
    assert [[each.user_id for each in of_day or ()] for of_day in picked] == [[], ["ada"], ["bob"]]
    change(store, "DELETE FROM mainstay_outcomes")
    change(store, "DELETE FROM mainstay_maxima")
    found = [store.engagements.candidates(DAY + timedelta(days=day)) for day in range(3)]
    assert found == picked


def test_an_outcome_that_was_deleted_is_not_one_that_never_was(store: SqlStore) -> None:
    """Ada began on May 2; what arrives late of May 1 makes that no evaluated day."""
    store.sessions.add([ran("ada", 2), ran("ada", 4), ran("bob", 3)])
    evaluate(store, date(2024, 5, 4))
    store.sessions.add([ran("ada", 1)])
    change(store, "DELETE FROM mainstay_outcomes WHERE day < '2024-05-04'")
    for user, day in (("ada", 2), ("ada", 3), ("bob", 3)):
        with pytest.raises(NoLongerKeptError, match=f"outcome is no longer kept, got '{user} on"):
            store.engagements.outcome(user, date(2024, 5, day))
    for user, day in (("ada", 1), ("ada", 5), ("bob", 2), ("cy", 3)):
        assert store.engagements.outcome(user, date(2024, 5, day)) is None
    assert store.engagements.outcome("ada", date(2024, 5, 4)) is not None


@pytest.mark.parametrize(
    ("deleted", "gone", "there"),
    [(5, [4, 5, 6, 7], [3, 8]), (9, [9, 12], [8]), (3, [2, 3, 4], [1, 5])],
)
def test_no_outcome_stands_for_one_that_was_deleted(
    store: SqlStore, deleted: int, gone: list[int], there: list[int]
) -> None:
    """Nothing is kept of idle days: the one before would stand on them, nobody knows how long."""
    store.sessions.add([ran("ada", day, "like") for day in (1, 3, 5, 8, 9)])
    evaluate(store, date(2024, 5, 12))
    change(store, f"DELETE FROM mainstay_outcomes WHERE day = '2024-05-{deleted:02}'")
    for day in gone:
        with pytest.raises(NoLongerKeptError):
            store.engagements.outcome("ada", date(2024, 5, day))
    for day in there:
        assert store.engagements.outcome("ada", date(2024, 5, day)) is not None


def test_a_users_first_evaluated_day_stays_the_first(store: SqlStore) -> None:
    """Days that are evaluated after something late has arrived do not begin earlier."""
    store.sessions.add([ran("ada", 3)])
    evaluate(store, date(2024, 5, 3))
    store.sessions.add([ran("ada", 1)])
    evaluate(store, date(2024, 5, 5))
    assert store.engagements.outcome("ada", date(2024, 5, 2)) is None


def test_candidates_that_were_deleted_are_not_none(store: SqlStore) -> None:
    store.sessions.add([ran("ada")])
    evaluate(store, DAY + timedelta(days=1))
    change(store, "DELETE FROM mainstay_candidates")
    assert store.engagements.candidates(DAY) == []
    with pytest.raises(NoLongerKeptError, match="candidates are no longer kept, got '2024-05-02'"):
        store.engagements.candidates(DAY + timedelta(days=1))


def test_policies_outlast_a_state_that_can_not_be_read(tmp_path: Path) -> None:
    """The last day evaluated is that of users who can be read; SQLite keeps any text."""
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        store.sessions.add([ran("ada"), ran("bob")])
        evaluate(store, DAY)
        update_multipliers(store.reputations).run(JobContext(target=DAY, clock=clock))
        change(store, "UPDATE mainstay_engagements SET last_day = 'x' WHERE user_id = 'bob'")
        change(store, "UPDATE mainstay_reputations SET last_recorded = 'x' WHERE user_id = 'bob'")
        with store.engagements.page() as page:
            assert page.last_day() == DAY
        with store.reputations.page() as weeks:
            assert weeks.last_day() == date(2024, 5, 5)


@either_way
def test_posts_by_day_that_can_not_be_read_are_their_users_alone(store: SqlStore) -> None:
    """They are asked for by page, and only where old posts count less."""
    store.sessions.add([ran("ada"), ran("bob")])
    change(
        store,
        "INSERT INTO mainstay_bases VALUES "
        "('ada', '2024-01-01', 1, 0, 0, NULL, 1, 0, 0, NULL, NULL, 'nonsense')",
    )
    policy = attrs.evolve(POLICY, criteria=DailyCriteria({"run": 2}), half_life=7)
    job = evaluate_consistency(store.engagements, policy=policy)
    report = job.run(JobContext(target=DAY, clock=clock))
    assert (report.succeeded, report.failed) == (1, 1)
    assert "posts_by_day" in report.errors[0].error
    change(store, "UPDATE mainstay_bases SET posts_by_day = '{}'")
    assert job.run(JobContext(target=DAY, clock=clock)).succeeded == 1

"""Rows of recognition that hold what they can't hold: one is its user's trouble alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from mainstay import CorruptRowError, Session
from mainstay.adapters.sql import SqlStore
from mainstay.jobs import check_badges, refresh_leaderboards, run_job
from mainstay.ports import BadgeTarget, BoardQuery, earned_badges, user_points
from mainstay.recognition import Badge, BadgePolicy, Credit
from mainstay.scheduling import JobContext, JobReport

NOON = datetime(2024, 5, 28, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)
USERS = ("ada", "bob", "cy")


def badge(number: int, key: str, metric: str) -> Badge:
    return Badge(number, key, key.title(), "Reach 1.", "★", metric, "x", 1)


#: A badge for each kind of metric.
BADGES = [
    badge(1, "winner", "wins"),
    badge(2, "rich", "points"),
    badge(3, "steady", "score"),
    badge(4, "weekly", "streak_weeks"),
    badge(5, "daily", "streak_days"),
]
POLICY = BadgePolicy(badges=BADGES)


def fill(store: SqlStore) -> None:
    """Three users have all that badges ask for, and one that is gone from the catalogue."""
    at = NOON - timedelta(hours=3)
    store.sessions.add([Session(user, at, id=user) for user in USERS])
    store.metrics.put({user: {"wins": 1} for user in USERS})
    reasons = ("welcome", "badge:pioneer")
    store.points.add([Credit(user, why, 5, at) for user in USERS for why in reasons], now=NOON)


def change(store: SqlStore, statement: str) -> None:
    with store._database.writing() as connection:
        assert connection.exec_driver_sql(f"UPDATE mainstay_{statement}").rowcount


def check(store: SqlStore) -> JobReport:
    job = check_badges(store.badges, policy=POLICY)
    return job.run(JobContext(options={"page_size": 2}, clock=lambda: NOON))


def refresh(store: SqlStore, at: datetime = NOON) -> JobReport:
    return refresh_leaderboards(store.leaderboards).run(JobContext(clock=lambda: at))


@pytest.fixture
def lenient(tmp_path: Path) -> Iterator[SqlStore]:
    """A store in SQLite, which keeps anything in any column."""
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        fill(store)
        yield store


#: Table, what its row is set to, which row, what is wrong with it, and what says which row it is.
CORRUPT = [
    ("metrics", "value = 'x'", "metric = 'wins'", "value is not a whole number, got 'x'", "wins"),
    ("metrics", "value = 1.5", "metric = 'wins'", "value is not a whole number, got 1.5", "wins"),
    ("points", "total = 1.5", "true", "total is not a whole number, got 1.5", "bob"),
    ("credits", "amount = 'x'", "reason <> 'welcome'", "amount is not a whole number", "pioneer"),
    ("credits", "at = 'x'", "reason <> 'welcome'", "at is not an instant, got 'x'", "pioneer"),
    ("reputations", "weeks = 'x'", "true", "weeks is not a whole number, got 'x'", "bob"),
    ("events", "timezone = 'Mars/Base'", "true", "timezone is not a known zone", "id = 'bob'"),
    ("events", "started_at = '2024-05-28'", "true", "started_at is not an instant", "id = 'bob'"),
    ("events", "quality = 11", "true", "quality must be between", "id = 'bob'"),
    ("events", "kind = x'ff'", "true", "kind is not text", "id = 'bob'"),
]


@pytest.mark.parametrize(("table", "corrupt", "which", "words", "row"), CORRUPT)
def test_a_row_that_can_not_be_read_is_reported_and_stops_nobody_else(
    lenient: SqlStore, table: str, corrupt: str, which: str, words: str, row: str
) -> None:
    """SPEC §9: with the table, the column and the row; and again by each further run."""
    change(lenient, f"{table} SET {corrupt} WHERE user_id = 'bob' AND {which}")
    for done in (2, 0):
        report = check(lenient)
        assert (report.succeeded, report.failed) == (done, 1)
        (error,) = report.errors
        assert error.item == "bob"
        assert error.error.startswith(f"mainstay_{table}.{words}")
        assert "Repair the row with user_id = 'bob'" in error.error
        assert row in error.error
    for user in ("ada", "cy"):
        reasons = [credit.reason for credit in lenient.points.credits(user)]
        # All but that of weeks, of which none was recorded; and the one of before.
        assert sum(reason.startswith("badge:") for reason in reasons) == 5


def test_who_is_repaired_is_awarded_by_the_next_run(lenient: SqlStore) -> None:
    change(lenient, "metrics SET value = 'x' WHERE user_id = 'bob' AND metric = 'wins'")
    check(lenient)
    change(lenient, "metrics SET value = 1 WHERE user_id = 'bob' AND metric = 'wins'")
    report = check(lenient)
    assert (report.succeeded, report.failed, report.result["awarded"]) == (1, 0, 4)


def test_a_mark_whose_user_is_not_text_is_reported_and_stops_nobody_else(
    lenient: SqlStore,
) -> None:
    change(lenient, "badge_checks SET user_id = x'00ff' WHERE user_id = 'bob'")
    report = check(lenient)
    assert report.failed == 1
    assert report.errors[0].item == repr(b"\0\xff")
    assert report.errors[0].error.startswith("mainstay_badge_checks.user_id is not text")
    assert {"badge:winner"} <= {credit.reason for credit in lenient.points.credits("cy")}


def points_of(store: SqlStore) -> object:
    return user_points(store, "bob")


def standing_of(store: SqlStore) -> object:
    return store.badges.standing("bob", BadgeTarget(NOON, policy=POLICY))


def badges_of(store: SqlStore) -> object:
    return earned_badges(store, "bob", now=NOON, policy=BadgePolicy())


def policy_of(store: SqlStore) -> object:
    return store.badges.policy()


def checked(store: SqlStore) -> object:
    return check(store)


def board_policy(store: SqlStore) -> object:
    return store.leaderboards.policy()


def live_board(store: SqlStore) -> object:
    return store.leaderboards.top(BoardQuery(ties="earliest"), now=LATER)


def refreshed(store: SqlStore) -> object:
    return refresh(store, LATER)


def top(store: SqlStore) -> object:
    return store.leaderboards.top(now=LATER)


def rank_of(store: SqlStore) -> object:
    return store.leaderboards.rank_of("bob", now=LATER)


def rank_for(store: SqlStore) -> object:
    return store.leaderboards.rank_for(4, now=LATER)


#: Table, column, what it holds in SQL, and as we read it, which row, and how it is read.
CORRUPT_ROWS = [
    ("credits", "amount", "'x'", "x", "user_id = 'bob'", points_of),
    ("credits", "amount", "'x'", "x", "user_id = 'bob'", standing_of),
    ("metrics", "value", "'x'", "x", "user_id = 'bob'", standing_of),
    ("badges", "badge", "'{'", "{", "key = 'pioneer'", badges_of),
    ("badges", "badge", "'[]'", "[]", "key = 'pioneer'", badges_of),
    ("policies", "policy", "'{'", "{", "scope = 'badges'", policy_of),
    ("policies", "policy", "'{}'", "{}", "scope = 'badges'", checked),
    ("policies", "policy", "'{'", "{", "scope = 'boards'", board_policy),
    ("policies", "policy", "'{'", "{", "scope = 'boards'", live_board),
    ("policies", "policy", "'{'", "{", "scope = 'boards'", refreshed),
    ("boards", "excluded", "'{'", "{", "period = 'all'", rank_of),
    ("boards", "excluded", "'7'", "7", "period = 'all'", rank_of),
    ("boards", "listed", "'x'", "x", "period = 'all'", top),
    ("boards", "listed", "-1", -1, "period = 'all'", rank_of),
    ("boards", "listed", "'x'", "x", "period = 'all'", rank_for),
    ("boards", "as_of", "'2024-05'", "2024-05", "period = 'all'", rank_for),
    ("boards", "as_of", "'2024-05'", "2024-05", "period = 'all'", top),
    ("board_rungs", "above", "'x'", "x", "period = 'all'", rank_for),
]


@pytest.mark.parametrize(("table", "column", "holds", "value", "key", "read"), CORRUPT_ROWS)
def test_a_corrupt_row_is_an_error_that_names_column_value_row_and_remedy(
    lenient: SqlStore,
    table: str,
    column: str,
    holds: str,
    value: object,
    key: str,
    read: Callable[[SqlStore], object],
) -> None:
    pioneers = BadgePolicy(badges=[*BADGES, badge(6, "pioneer", "wins")])
    check_badges(lenient.badges, policy=pioneers).run(JobContext(clock=lambda: NOON))
    refresh(lenient)
    change(lenient, f"{table} SET {column} = {holds} WHERE {key}")
    with pytest.raises(CorruptRowError) as caught:
        read(lenient)
    assert caught.value.field == f"mainstay_{table}.{column}"
    assert caught.value.value == value
    assert key in caught.value.remedy


@pytest.mark.parametrize("as_of", ["x", "2024-05-28x", "9999-12-31"])
def test_a_snapshot_of_which_nobody_knows_of_when_it_is_is_made_again(
    lenient: SqlStore, as_of: str
) -> None:
    """It holds nothing that could not be counted again; until then, boards are counted."""
    refresh(lenient)
    change(lenient, f"boards SET as_of = '{as_of}'")
    assert store_top(lenient) == (True, LATER)
    report = refresh(lenient, LATER)
    assert (report.succeeded, report.failed) == (3, 0)
    assert store_top(lenient) == (False, LATER)


def store_top(store: SqlStore) -> tuple[bool, datetime]:
    board = store.leaderboards.top(now=LATER)
    assert [place.user_id for place in board.entries] == list(USERS)
    return board.live, board.as_of


def test_a_run_whose_kept_policy_can_not_be_read_fails_and_is_kept_as_failed(
    store: SqlStore,
) -> None:
    """On every database, since it is text."""
    fill(store)
    check(store)
    change(store, "policies SET policy = '{' WHERE scope = 'badges'")
    job = check_badges(store.badges)
    with pytest.raises(CorruptRowError, match=r"mainstay_policies\.policy can't be read"):
        run_job(job, store.runs, JobContext(clock=lambda: LATER), exclusive=False)
    last = store.runs.last("check-badges", now=LATER)
    assert last is not None
    assert last.error is not None
    assert "Repair the row with scope = 'badges' and since = '0001-01-01'" in last.error


def test_a_known_badge_that_can_not_be_read_hides_no_other_users_badges(store: SqlStore) -> None:
    """Only who has a badge that is gone from the catalogue needs those that were known."""
    fill(store)
    store.points.add([Credit("dan", "badge:winner", 0, NOON)], now=NOON)
    check(store)
    change(store, "badges SET badge = '{' WHERE key = 'rich'")
    assert earned_badges(store, "dan", now=NOON, policy=POLICY)["total_badges"] >= 1
    with pytest.raises(CorruptRowError, match=r"mainstay_badges\.badge can't be read") as caught:
        earned_badges(store, "ada", now=NOON, policy=POLICY)
    assert "key = 'rich'" in caught.value.remedy

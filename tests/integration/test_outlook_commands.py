"""``mainstay outlook`` and ``prefer``; and the jobs of the outlook, run by the command."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from mainstay import Session
from mainstay.adapters.sql import SqlStore
from mainstay.outlook import Preferences
from tests.command import mainstay
from tests.integration.configured import config
from tests.integration.outlooks import outlook, prepared, told

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def active(folder: Path, *users: str) -> str:
    """Prepare a store whose users did something an hour ago, and return its URL."""
    url, ran = prepared(folder), datetime.now(UTC) - HOUR
    with SqlStore.open(url) as store:
        store.sessions.add([Session(user, ran, id=user) for user in users])
    return url


def test_outlooks_are_made_for_a_day_once_and_by_force_again(tmp_path: Path) -> None:
    """The result has the words that are fixed for the job."""
    url = active(tmp_path, "ada", "bob")
    options = ("run", "generate-outlooks", "--date", "2024-05-02", "--db", url)
    first = mainstay(*options, "--json")
    assert first.status == 0, first.err
    assert (first.json["target_date"], first.json["generated_count"]) == ("2024-05-02", 2)
    assert mainstay(*options, "--json").json["skipped_count"] == 2
    mainstay("outlook", "ada", "--date", "2024-05-02", "--mark", "viewed", "--db", url)
    forced = mainstay(*options, "--force", "--json").json
    assert (forced["generated_count"], forced["skipped_count"]) == (1, 1)


def test_notifications_of_a_day_are_planned_by_the_policy_of_a_file(tmp_path: Path) -> None:
    """06:45 may be a time, or a text; what is kept holds for later runs."""
    url = active(tmp_path, "ada")
    mainstay("run", "generate-outlooks", "--date", "2024-05-02", "--db", url)
    policy = '[notifications]\nzone = "Asia/Tokyo"\nweekday = 07:15:00\nweekend = "09:30"\n'
    options = ("run", "send-notifications", "--date", "2024-05-02", "--db", url)
    done = mainstay(*options, "--config", config(tmp_path, policy), "--json")
    assert done.status == 0, done.err
    assert (done.json["notifications_sent"], done.json["lost_count"]) == (1, 1)
    (notified,) = mainstay("notifications", "ada", "--db", url, "--json").json["notifications"]
    assert notified["due_at"] == "2024-05-01T22:15:00Z"
    assert mainstay(*options, "--json").json["notifications_sent"] == 0
    assert mainstay("prefer", "ada", "--db", url, "--json").json["weekend"] == "09:30:00"


def test_a_review_looks_back_for_so_many_days(tmp_path: Path) -> None:
    url = prepared(tmp_path)
    with SqlStore.open(url) as store:
        store.outlooks.add(outlook("ada", datetime(2024, 5, 2, tzinfo=UTC).date()))
    options = ("run", "optimize-content", "--days", "14", "--date", "2024-05-05", "--db", url)
    policy = config(tmp_path, '[outlook]\nmetric = "engagement_rate"\nleast_users = 2\n')
    done = mainstay(*options, "--config", policy, "--json")
    assert done.status == 0, done.err
    assert done.json["analysis_period"] == {
        "start_date": "2024-04-21",
        "end_date": "2024-05-04",
        "days": 14,
    }
    assert done.json["performance_metrics"]["total_outlooks"] == 1
    refused = mainstay(*options[:2], "--days", "0", "--db", url)
    assert (refused.status, refused.out) == (2, "")


def test_only_a_review_that_cron_starts_decides_and_once_a_week(tmp_path: Path) -> None:
    by_hand = ("run", "optimize-content", "--db", prepared(tmp_path), "--json")
    by_cron = (*by_hand, "--scheduled")
    runs = (by_hand, (*by_cron, "--days", "14"), by_cron, by_cron)
    assert [mainstay(*run).json["decided"] for run in runs] == [False, False, True, False]


def test_the_latest_outlook_is_shown_or_that_of_a_day(tmp_path: Path) -> None:
    """With its text, the day through which it knows, and what it was made from."""
    url, first = prepared(tmp_path), datetime(2024, 5, 2, tzinfo=UTC).date()
    with SqlStore.open(url) as store:
        store.outlooks.add(outlook("ada", first, "First"))
        store.outlooks.add(outlook("ada", first + DAY, "Second"))
    latest = mainstay("outlook", "ada", "--db", url)
    assert latest.status == 0
    assert [line.split() for line in latest.out.splitlines()] == [
        ["day", "2024-05-03"],
        ["title", "Second"],
        ["text", *"Two days in a row.".split()],
        ["known", "through", "2024-05-03"],
        ["made", "from", "rhythm,", "state"],
    ]
    assert latest.err == "The outlook of ada for 2024-05-03 has not been seen yet.\n"
    earlier = mainstay("outlook", "ada", "--date", "2024-05-02", "--db", url, "--json").json
    assert (earlier["schema"], earlier["content"]["title"]) == ("outlook/1", "First")


def test_of_each_mark_the_first_one_stays(tmp_path: Path) -> None:
    """A rating, and with it that the outlook was seen."""
    url, day = prepared(tmp_path), datetime(2024, 5, 2, tzinfo=UTC).date()
    with SqlStore.open(url) as store:
        store.outlooks.add(outlook("ada", day))
    options = ("outlook", "ada", "--date", "2024-05-02", "--db", url)
    rated = mainstay(*options, "--mark", "rated", "--rating", "4")
    assert (rated.status, rated.err) == (0, "The outlook of ada for 2024-05-02 was seen.\n")
    assert re.search(r"^rated +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ: 4 of 5 *$", rated.out, re.MULTILINE)
    again = mainstay(*options, "--mark", "rated", "--rating", "1", "--json").json
    assert (again["rating"], again["engaged_at"]) == (4, None)
    for mark in ("viewed", "engaged", "completed"):
        assert mainstay(*options, "--mark", mark, "--json").json[f"{mark}_at"] is not None


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["cy"], 1, "cy has not been given an outlook.\n"),
        (["ada", "--date", "2024-05-03"], 1, "ada has not been given an outlook for 2024-05-03."),
        (["ada", "--mark", "viewed"], 2, "argument --mark: say with --date which outlook"),
        (["ada", "--rating", "3"], 2, "argument --rating: only with --mark rated"),
        (["ada", "--date", "2024-05-02", "--mark", "seen"], 2, "argument --mark: invalid choice"),
        (
            ["ada", "--date", "2024-05-02", "--mark", "rated", "--rating", "6"],
            1,
            "rating must be between 1 and 5, got 6",
        ),
        (
            ["ada", "--date", "2024-05-02", "--mark", "rated", "--rating", "x"],
            1,
            "rating must be an integer, got 'x'",
        ),
        (
            ["cy", "--date", "2024-05-02", "--mark", "viewed"],
            1,
            "user_id has no outlook for 2024-05-02, got 'cy'",
        ),
    ],
)
def test_an_outlook_that_is_not_there_or_can_not_be_marked_is_an_error(
    tmp_path: Path, options: list[str], status: int, message: str
) -> None:
    """Nothing is written to standard output."""
    url = prepared(tmp_path)
    with SqlStore.open(url) as store:
        store.outlooks.add(outlook("ada", datetime(2024, 5, 2, tzinfo=UTC).date()))
    done = mainstay("outlook", *options, "--db", url)
    assert (done.status, done.out) == (status, "")
    assert message in done.err


def test_what_is_not_given_stays_as_it_is_kept(tmp_path: Path) -> None:
    """Preferences are set one by one; off, and on again."""
    url = prepared(tmp_path)
    steps = (
        (["--zone", "Asia/Tokyo"], Preferences("Asia/Tokyo")),
        (["--quiet", "mon,sun"], Preferences("Asia/Tokyo", quiet_weekdays=[0, 6])),
        (["--off"], Preferences("Asia/Tokyo", quiet_weekdays=[0, 6], enabled=False)),
        (["--quiet", "none", "--channel", "push"], None),
        (["--on"], Preferences("Asia/Tokyo", channel="push")),
    )
    for options, expected in steps:
        done = mainstay("prefer", "ada", *options, "--db", url)
        assert (done.status, done.err) == (0, "ada has said so.\n")
        with SqlStore.open(url) as store:
            kept = store.notifications.preferences(["ada"])["ada"]
        assert expected is None or kept == expected


def test_what_holds_is_shown_also_of_a_user_who_has_said_nothing(tmp_path: Path) -> None:
    """Then it is the policy's."""
    url = prepared(tmp_path)
    shown = mainstay("prefer", "ada", "--db", url)
    assert shown.err == "ada has not said anything: this is what holds for all such users.\n"
    assert [line.split() for line in shown.out.splitlines()] == [
        ["enabled", "yes"],
        ["zone", "UTC"],
        ["weekday", "06:45:00"],
        ["weekend", "08:30:00"],
        ["quiet", "none"],
    ]
    late = ("--weekday", "10:00", "--weekend", "11:30", "--quiet", "SUN,sat", "--channel", "sms")
    assert mainstay("prefer", "ada", *late, "--db", url, "--json").json == {
        "user_id": "ada",
        "own": True,
        "enabled": True,
        "zone": "UTC",
        "weekday": "10:00:00",
        "weekend": "11:30:00",
        "quiet": "sat,sun",
        "channel": "sms",
    }
    zoneless = mainstay("prefer", "ada", "--db", url)
    assert zoneless.err == "ada has said so. The zone is the policy's.\n"


def test_who_only_moves_keeps_the_times_of_the_policy(tmp_path: Path) -> None:
    """Not the standard ones, if the policy of the last run has others."""
    url = prepared(tmp_path)
    policy = config(tmp_path, '[notifications]\nweekday = "07:15"\nenabled = false\n')
    mainstay("run", "send-notifications", "--config", policy, "--db", url)
    done = mainstay("prefer", "ada", "--zone", "Asia/Tokyo", "--db", url, "--json")
    assert (done.json["weekday"], done.json["zone"]) == ("07:15:00", "Asia/Tokyo")
    assert done.err.startswith("Notifications are off for everybody")


def test_what_waits_is_planned_by_new_preferences_at_once(tmp_path: Path) -> None:
    """Who turns notifications off is not told any more."""
    url = prepared(tmp_path)
    told(url, "ada", ago=-HOUR)
    mainstay("prefer", "ada", "--off", "--db", url)
    (notified,) = mainstay("notifications", "ada", "--db", url, "--json").json["notifications"]
    assert notified["state"] == "cancelled"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--zone", "Mars/Olympus"], "argument --zone: the zone is not a known zone"),
        (["--weekday", "25:00"], "argument --weekday: write HH:MM, such as 04:00, not '25:00'"),
        (["--quiet", "mon,funday"], "argument --quiet: write weekdays such as mon,sun"),
        (["--quiet", ""], "argument --quiet: write weekdays such as mon,sun"),
        (["--on", "--off"], "argument --off: not allowed with argument --on"),
    ],
)
def test_preferences_that_can_not_be_are_refused(
    tmp_path: Path, options: list[str], message: str
) -> None:
    """And nothing is kept of them."""
    url = prepared(tmp_path)
    done = mainstay("prefer", "ada", *options, "--db", url)
    assert (done.status, done.out) == (2, "")
    assert message in done.err
    assert mainstay("prefer", "ada", "--db", url, "--json").json["own"] is False

"""``mainstay notifications``: what became of a day's, zone by zone, and of a user's."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import attrs
import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from mainstay.adapters.sql import SqlStore
from tests.command import mainstay
from tests.integration.configured import config
from tests.integration.outlooks import prepared, told


def delivered(folder: Path) -> tuple[str, str]:
    """A store in which two were told, one of whom has looked, and its day."""
    url = prepared(folder)
    day = str(told(url, "ada", "bob"))
    assert mainstay("deliver", "--db", url).status == 0
    mainstay("outlook", "ada", "--date", day, "--mark", "viewed", "--db", url)
    return url, day


def test_a_day_is_shown_by_zone_and_in_all(tmp_path: Path) -> None:
    """Two were delivered, about a minute late, and one was viewed then."""
    url, day = delivered(tmp_path)
    done = mainstay("notifications", "--date", day, "--db", url)
    assert done.status == 0
    head, utc, whole = (line.split() for line in done.out.splitlines())
    assert head == [
        *("zone", "planned", "waiting", "delivered", "failed", "expired", "cancelled"),
        *("viewed", "late", "p95"),
    ]
    assert utc[:8] == ["UTC", "2", "0", "2", "0", "0", "0", "1"]
    assert whole[:8] == ["all", *utc[1:8]]
    assert utc[9::2] == ["s", "s"]
    assert done.err == (
        f"Notifications for {day}: 2.\n"
        "With preferences of their own: 2 (off: 0, with quiet weekdays: 0, by channel: email: 2).\n"
    )


def test_a_day_as_json_has_the_figures_of_each_zone(tmp_path: Path) -> None:
    """Lateness in seconds, of which half and 95 % are not later."""
    url, day = delivered(tmp_path)
    found = mainstay("notifications", "--date", day, "--db", url, "--json").json
    assert (found["date"], [*found["zones"]]) == (day, ["UTC"])
    assert found["all"] == found["zones"]["UTC"]
    assert 60 <= found["all"]["lateness_median_s"] <= found["all"]["lateness_p95_s"] < 7200
    assert (found["all"]["delivered"], found["all"]["viewed"]) == (2, 1)


def test_errors_of_a_day_are_said_by_kind(tmp_path: Path) -> None:
    """The first word of each entry's error, as deliver has kept it."""
    url = prepared(tmp_path)
    day = told(url, "ada")
    with SqlStore.open(url) as store:
        (entry,) = store.outbox.entries("outlook")
        now = entry.due_at
        later = now + timedelta(minutes=5)
        store.outbox.claim("outlook", "me", now=now, until=later, limit=1)
        failed = attrs.evolve(entry, attempts=1, error="TimeoutError has stopped it: timed out.")
        assert store.outbox.finish(failed, "me")
    done = mainstay("notifications", "--date", f"{day}", "--db", url)
    assert "Errors: TimeoutError: 1.\n" in done.err


def test_a_day_without_notifications_is_empty(tmp_path: Path) -> None:
    """In both forms."""
    url = prepared(tmp_path)
    done = mainstay("notifications", "--date", "2024-05-02", "--db", url)
    assert (done.status, done.out) == (0, "")
    assert done.err == "Notifications for 2024-05-02: 0.\n"
    found = mainstay("notifications", "--date", "2024-05-02", "--db", url, "--json").json
    assert (found["zones"], found["all"]["planned"]) == ({}, 0)
    assert found["all"]["lateness_median_s"] is None


def test_a_users_history_has_what_became_of_each(tmp_path: Path) -> None:
    """Of ada, who has looked, and of somebody who was never told."""
    url, day = delivered(tmp_path)
    (notified,) = mainstay("notifications", "ada", "--db", url, "--json").json["notifications"]
    assert (notified["day"], notified["state"], notified["error"]) == (day, "done", None)
    at = {name: datetime.fromisoformat(notified[f"{name}_at"]) for name in ("due", "delivered")}
    late = (at["delivered"] - at["due"]).total_seconds()
    assert notified["late_s"] == late
    assert datetime.fromisoformat(notified["viewed_at"]) >= at["delivered"]
    shown = mainstay("notifications", "ada", "--db", url)
    head, row = shown.out.splitlines()
    assert head.split() == ["day", "due", "state", "delivered", "late", "viewed", "error"]
    assert row.split()[:3] == [day, notified["due_at"], "done"]
    assert f" {int(late)} s " in row
    assert shown.err == "Shown are notifications of ada, the latest first: 1.\n"
    nobody = mainstay("notifications", "cy", "--db", url)
    assert (nobody.status, nobody.out) == (0, "")


def test_why_one_was_cancelled_is_said(tmp_path: Path) -> None:
    """It is not an error, and stands in its place."""
    url = prepared(tmp_path)
    told(url, "ada")
    off = config(tmp_path, "[notifications]\nenabled = false\n")
    mainstay("deliver", "--db", url, "--config", off)
    assert "they want not to be told" in mainstay("notifications", "ada", "--db", url).out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "give either USER or --date"),
        (["ada", "--date", "2024-05-02"], "give either USER or --date"),
        (["--date", "2024-05-02", "--top", "3"], "argument --top: only with USER"),
        (["--date", "yesterday"], "write a date such as 2024-05-01"),
    ],
)
def test_wrong_usage_is_refused(tmp_path: Path, options: list[str], message: str) -> None:
    """With the exit status of all wrong command lines."""
    done = mainstay("notifications", *options, "--db", prepared(tmp_path))
    assert (done.status, done.out) == (2, "")
    assert message in done.err

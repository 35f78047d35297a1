"""``mainstay status``: how the database, the outbox, the ledger and the machine are doing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from mainstay import Session
from mainstay.adapters.sql import SqlStore
from mainstay.jobs import JobStatus
from mainstay.ports.notices import notice
from tests.command import Done, mainstay
from tests.integration.outlooks import prepared

GIB = 2**30
HOUR = timedelta(hours=1)
#: What the machine tells, by name.
Told = dict[str, float | int | None]
pytestmark = pytest.mark.usefixtures("machine")


def parts(done: Done) -> dict[str, str]:
    """What is said of all but the jobs."""
    lines = done.out.rstrip().split("\n")
    lines = lines[[line.strip() for line in lines].index("") + 1 :]
    return {line.split()[0]: " ".join(line.split()[1:]) for line in lines}


def put_notice(url: str, ago: timedelta) -> datetime:
    """Leave a notice that has been due for so long."""
    at = datetime.now(UTC) - ago
    with SqlStore.open(url) as store:
        store.outbox.put([notice("word", "ada", {}, at=at)])
    return at


def test_all_parts_are_shown_with_how_they_are_doing(tmp_path: Path) -> None:
    """Of a store with a user, an entry that waits, and a ledger without entries."""
    url = prepared(tmp_path)
    with SqlStore.open(url) as store:
        store.sessions.add([Session("ada", datetime.now(UTC) - HOUR, id="1")])
    at = put_notice(url, timedelta(minutes=1))
    done = mainstay("status", "--db", url)
    assert (done.status, done.err) == (0, "")
    found = parts(done)
    assert found.pop("database").endswith(" KiB")
    assert found == {
        "users": "1 active within 30 days",
        "outbox": f"1 waiting, the first due at {at:%Y-%m-%dT%H:%M:%SZ}",
        "ledger": "0 entries, unchanged",
        "load": "0.25 a core",
        "memory": "3.0 GiB free of 8.0 GiB",
        "disk": "512.0 GiB free of 1.0 TiB",
    }


def test_what_the_machine_does_not_tell_is_left_out(tmp_path: Path, machine: Told) -> None:
    """As on systems without a load, or without /proc."""
    machine.update(dict.fromkeys(machine))
    done = mainstay("status", "--db", prepared(tmp_path))
    assert [*parts(done)] == ["users", "database", "outbox", "ledger"]


def test_an_entry_that_is_overdue_raises_the_alarm(tmp_path: Path) -> None:
    """In all forms, by the exit status, and with words."""
    url = prepared(tmp_path)
    at = put_notice(url, HOUR)
    table = mainstay("status", "--db", url)
    assert parts(table)["outbox"] == (
        f"1 waiting, the first due at {at:%Y-%m-%dT%H:%M:%SZ}: "
        "has entries that were due 15 minutes ago: 1"
    )
    document = mainstay("status", "--db", url, "--json")
    assert [entry["item"] for entry in document.json["health"]["problems"]] == ["outbox"]
    metrics = mainstay("status", "--db", url, "--format", "prometheus")
    assert "\nmainstay_well 0\n" in metrics.out
    assert "\nmainstay_outbox_overdue 1\n" in metrics.out
    assert [done.status for done in (table, document, metrics)] == [4, 4, 4]


def test_a_disk_that_is_nearly_full_raises_the_alarm(tmp_path: Path, machine: Told) -> None:
    """With less than 5 % of it free."""
    machine["disk_free"] = 49 * GIB
    done = mainstay("status", "--db", prepared(tmp_path))
    assert done.status == 4
    assert parts(done)["disk"] == "49.0 GiB free of 1.0 TiB: has 4.9% free"


def test_json_has_health_next_to_the_jobs(tmp_path: Path, machine: Told) -> None:
    """``--json`` is short for ``--format json``."""
    url = prepared(tmp_path)
    short, long = (
        mainstay("status", "--db", url, *options).json
        for options in (("--json",), ("--format", "json"))
    )
    assert [*short] == [*long] == ["jobs", "health"]
    health = short["health"]
    assert (health["well"], health["active_users"], health["ledger"]["entries"]) == (True, 0, 0)
    assert health["outbox"] == {"waiting": 0, "overdue": 0, "oldest_due_at": None}
    assert health["machine"] == machine
    assert [job["job"] for job in health["jobs"]] == [job["job"] for job in short["jobs"]]


def test_a_table_and_json_at_once_are_refused(tmp_path: Path) -> None:
    """And a format that is not there."""
    url = prepared(tmp_path)
    for options in (("--json", "--format", "table"), ("--format", "xml")):
        done = mainstay("status", "--db", url, *options)
        assert (done.status, done.out) == (2, "")


def test_prometheus_is_told_when_each_job_was_last_done(tmp_path: Path) -> None:
    """By hand: one job of twelve has run; the file ends with a newline."""
    url = prepared(tmp_path)
    before = datetime.now(UTC).timestamp()
    assert mainstay("run", "check-badges", "--db", url).status == 0
    done = mainstay("status", "--db", url, "--format", "prometheus")
    assert (done.status, done.err) == (0, "")
    assert done.out.endswith("\n")
    values = dict(line.rsplit(" ", 1) for line in done.out.splitlines() if line[0] != "#")
    name = "mainstay_job_last_success_timestamp_seconds"
    known = {label: value for label, value in values.items() if label.startswith(name)}
    assert [*known] == [f'{name}{{job="check-badges"}}']
    assert before <= float(known[f'{name}{{job="check-badges"}}']) <= datetime.now(UTC).timestamp()
    assert values['mainstay_job_runs{job="check-badges"}'] == "1"
    assert values['mainstay_job_errors{job="check-badges"}'] == "0"
    holds = [label for label, value in values.items() if "_status{" in label and value == "1"]
    assert len(holds) == 12
    assert f'mainstay_job_status{{job="check-badges",status="{JobStatus.OK.value}"}}' in holds


def test_a_store_that_is_not_there_gives_no_metrics(tmp_path: Path) -> None:
    """So that the file of the collector stays as it was, and grows old."""
    missing = f"sqlite:///{tmp_path / 'missing.db'}"
    done = mainstay("status", "--db", missing, "--format", "prometheus")
    assert (done.status, done.out) == (1, "")
    assert "database is not there" in done.err

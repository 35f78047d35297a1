"""Whether the database, the jobs, the outbox, the ledger and the machine are well."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import attrs
import pytest

from mainstay.contest import LedgerEntry
from mainstay.errors import InvalidTypeError, StoreError, UnhealthyError
from mainstay.jobs import (
    CATALOGUE,
    Health,
    HealthPolicy,
    all_jobs,
    check_health,
    health,
    watched_jobs,
)
from mainstay.ports import OutboxEntry
from mainstay.scheduling import (
    Every,
    InstalledJob,
    JobContext,
    JobReport,
    JobSpec,
    RetryPolicy,
)
from mainstay.testing.memory import MemoryStore
from tests.contests import ScriptedLedger
from tests.recording import counted, did, may
from tests.tidying import HOUR, job, ran

#: The module, whose name the function of the same name has taken.
HEALTH = import_module("mainstay.jobs.health")
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROOMY = {"disk_total": 100, "disk_free": 50}


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """A store, on a machine that has room."""
    monkeypatch.setattr(HEALTH, "machine", lambda: ROOMY)
    return MemoryStore()


def check(
    store: MemoryStore, jobs: Iterable[JobSpec] | None = (), policy: HealthPolicy | None = None
) -> JobReport:
    spec = check_health(store, jobs=jobs, policy=policy)
    return spec.run(JobContext(task_id="t", clock=lambda: NOON))


def waits(store: MemoryStore, key: str, at: datetime) -> None:
    store.outbox.put([OutboxEntry(key=key, kind="mail", due_at=at)])


def problems(found: Health) -> list[tuple[str, str]]:
    assert found.is_well == (not [*found.problems()])
    return [*found.problems()]


def test_it_is_due_every_four_hours_without_retries() -> None:
    spec = check_health(MemoryStore())
    assert (spec.name, spec.schedule) == ("check-health", Every(4 * HOUR))
    assert spec.retry == RetryPolicy()


def test_a_store_in_which_nothing_is_wrong_is_well(store: MemoryStore) -> None:
    ran(store, NOON - MINUTE, job())
    did(store, "ada", may(1))
    did(store, "bob", may(1))
    waits(store, "later", NOON + HOUR)
    report = check(store, [job()])
    assert (counted(report), report.errors) == ((5, 0, 0), ())
    assert report.result.to_dict() == {
        "well": True,
        "problems": [],
        "database": {"reachable": True, "bytes": None},
        "jobs": [
            {
                "job": "tidy",
                "status": "ok",
                "last_run": "2024-05-01T11:59:00Z",
                "last_success": "2024-05-01T11:59:00Z",
                "runs": 1,
                "error_rate": 0.0,
                "items": 0,
                "item_error_rate": None,
            }
        ],
        "active_users": 0,  # both were active at noon, which is now
        "outbox": {"waiting": 1, "overdue": 0, "oldest_due_at": "2024-05-01T13:00:00Z"},
        "ledger": {"entries": 0, "fault": None},
        "machine": ROOMY,
    }


def test_active_users_are_those_with_an_event_within_30_days(store: MemoryStore) -> None:
    did(store, "ada", may(1))
    found = [health(store, [], now=NOON + days * 24 * HOUR).active_users for days in (1, 30, 31)]
    assert found == [1, 1, 0]


def test_a_job_that_is_late_is_a_problem(store: MemoryStore) -> None:
    """Every hour, last run at seven: eight and nine and ten were missed, and eleven, too."""
    ran(store, NOON - 5 * HOUR, job())
    report = check(store, [job()])
    assert [(each.item, each.error) for each in report.errors] == [("tidy", "tidy is late.")]
    assert counted(report) == (4, 0, 1)
    assert report.result["well"] is False
    assert report.result["problems"] == ({"item": "tidy", "problem": "is late"},)


def test_an_entry_is_overdue_once_it_has_been_due_for_a_quarter_of_an_hour(
    store: MemoryStore,
) -> None:
    waits(store, "a", NOON - 15 * MINUTE)
    waits(store, "b", NOON - 14 * MINUTE)
    found = health(store, [], now=NOON)
    assert (found.waiting, found.overdue) == (2, 1)
    assert found.oldest_due_at == NOON - 15 * MINUTE
    assert problems(found) == [("outbox", "has entries that were due 15 minutes ago: 1")]
    patient = HealthPolicy(overdue=16 * MINUTE)
    assert problems(health(store, [], now=NOON, policy=patient)) == []


def test_a_ledger_that_is_not_whole_is_a_problem(store: MemoryStore) -> None:
    for number in range(3):
        store.ledger.submit(f"case:{number}", "digest")
    assert health(store, [], now=NOON).ledger_entries == 3
    entries = [*store.ledger.entries()]
    broken = [entries[0], attrs.evolve(entries[1], payload="another"), entries[2]]
    store.ledger.entries = lambda: (each for each in broken)  # type: ignore[method-assign]  # a bad row
    found = health(store, [], now=NOON)
    ((item, problem),) = problems(found)
    assert (item, found.ledger_entries, problem) == ("ledger", None, found.ledger_fault)
    assert isinstance(entries[1], LedgerEntry)


def test_a_ledger_that_is_kept_somewhere_else_is_not_looked_at(store: MemoryStore) -> None:
    elsewhere: Any = store
    elsewhere.ledger = ScriptedLedger()
    found = health(elsewhere, [], now=NOON)
    assert (found.ledger_entries, found.ledger_fault) == (None, None)


def test_all_problems_are_reported_at_once(store: MemoryStore, caplog: Any) -> None:
    ran(store, NOON - 5 * HOUR, job())
    waits(store, "a", NOON - HOUR)
    report = check(store, [job(), job(name="other")])
    assert [each.item for each in report.errors] == ["tidy", "outbox"]
    assert counted(report) == (4, 0, 2)
    kinds = {type(record.exc_info[1]) for record in caplog.records if record.exc_info}
    assert kinds == {UnhealthyError}


def test_the_size_of_a_database_is_told_where_a_store_knows_it(store: MemoryStore) -> None:
    sized: Any = store
    sized.size = lambda: 12_345
    found = health(sized, [], now=NOON)
    assert (found.database_bytes, found.to_dict()["database"]) == (
        12_345,
        {"reachable": True, "bytes": 12_345},
    )


def test_a_store_that_cannot_be_read_ends_the_run(store: MemoryStore) -> None:
    def down(*_: object, **__: object) -> int:
        raise StoreError("is locked", field="database")

    store.outbox.count_waiting = down  # type: ignore[method-assign]  # as a database does
    with pytest.raises(StoreError, match="database is locked"):
        check(store)


def test_it_looks_at_all_other_jobs_of_the_catalogue(store: MemoryStore) -> None:
    report = check(store, None)
    names = [each["job"] for each in report.result.to_dict()["jobs"]]  # type: ignore[attr-defined]  # a list
    assert names == [name for name in CATALOGUE if name != "check-health"]


def test_jobs_are_looked_at_as_schedulers_have_them(store: MemoryStore) -> None:
    """Daily, a run of five hours ago is not late; every hour, it is."""
    ran(store, NOON - 5 * HOUR, job())
    assert counted(check(store, [job()])) == (4, 0, 1)
    installed = InstalledJob.of(attrs.evolve(job(), schedule=Every(24 * HOUR)))
    assert installed is not None
    store.runs.install(installed)
    assert counted(check(store, [job()])) == (5, 0, 0)
    schedules = [spec.schedule for spec in watched_jobs(store, [job(), job(name="other")])]
    assert schedules == [Every(24 * HOUR), Every(HOUR)]


def test_all_jobs_can_be_looked_at(store: MemoryStore) -> None:
    assert health(store, all_jobs(store), now=NOON).is_well


@pytest.mark.parametrize("arguments", [{"policy": 5}, {"jobs": 5}])
def test_arguments_of_another_type_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidTypeError, match=next(iter(arguments))):
        check_health(MemoryStore(), **arguments)

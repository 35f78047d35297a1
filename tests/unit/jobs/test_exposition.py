"""Health in Prometheus' text format: by hand, and as its own reader takes it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mainstay.jobs import Health, JobHealth, JobStatus, exposition

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
NOTHING: dict[str, float | int | None] = dict.fromkeys(
    ["load_per_core", "memory_total", "memory_available", "disk_total", "disk_free"]
)


def health(**fields: Any) -> Health:
    """How all is doing; by default nothing is known that may not be."""
    unknown = {
        "at": NOON,
        "database_bytes": None,
        "jobs": (),
        "active_users": 3,
        "waiting": 2,
        "overdue": 0,
        "oldest_due_at": None,
        "ledger_entries": None,
        "ledger_fault": None,
        "machine": NOTHING,
    }
    return Health(**(unknown | fields))


def samples(found: Health) -> dict[str, str]:
    """The values, by names with labels, as they are written."""
    lines = [line for line in exposition(found).splitlines() if not line.startswith("#")]
    return {name: value for name, _, value in (line.rpartition(" ") for line in lines)}


def test_what_is_not_known_is_left_out_with_its_head() -> None:
    """By hand: a store without jobs that does not say its size; the machine tells nothing."""
    assert exposition(health()) == (
        "# HELP mainstay_well Whether nothing is wrong: 1 or 0.\n"
        "# TYPE mainstay_well gauge\n"
        "mainstay_well 1\n"
        "# HELP mainstay_active_users Users with an event within the last 30 days.\n"
        "# TYPE mainstay_active_users gauge\n"
        "mainstay_active_users 3\n"
        "# HELP mainstay_outbox_waiting Entries of the outbox that wait.\n"
        "# TYPE mainstay_outbox_waiting gauge\n"
        "mainstay_outbox_waiting 2\n"
        "# HELP mainstay_outbox_overdue Entries that have waited for too long.\n"
        "# TYPE mainstay_outbox_overdue gauge\n"
        "mainstay_outbox_overdue 0\n"
    )


def test_numbers_are_written_in_full() -> None:
    """Bytes of large disks and instants, which are Unix seconds with their fractions."""
    machine = {
        "load_per_core": 0.125,
        "memory_total": 25_276_063_744,
        "memory_available": 23_794_094_080,
        "disk_total": 270_553_174_016_000,
        "disk_free": 80_465_383_424_001,
    }
    found = samples(
        health(
            database_bytes=294_912_000_001,
            oldest_due_at=NOON.replace(microsecond=250_000),
            ledger_entries=12_345_678,
            machine=machine,
        )
    )
    assert found == {
        "mainstay_well": "1",
        "mainstay_active_users": "3",
        "mainstay_database_bytes": "294912000001",
        "mainstay_ledger_entries": "12345678",
        "mainstay_outbox_waiting": "2",
        "mainstay_outbox_overdue": "0",
        "mainstay_outbox_oldest_due_timestamp_seconds": "1714564800.25",
        "mainstay_machine_load_per_core": "0.125",
        "mainstay_machine_memory_total_bytes": "25276063744",
        "mainstay_machine_memory_available_bytes": "23794094080",
        "mainstay_machine_disk_total_bytes": "270553174016000",
        "mainstay_machine_disk_free_bytes": "80465383424001",
    }


def test_a_job_has_one_status_and_its_counts() -> None:
    """One that is late, and that was done at noon; another that never ran."""
    late = JobHealth("tidy", JobStatus.LATE, runs=5, errors=2, items=9, failed=1, done_at=NOON)
    found = samples(health(jobs=(late, JobHealth("sweep", JobStatus.NEVER))))
    assert found["mainstay_well"] == "0"
    assert found['mainstay_job_last_success_timestamp_seconds{job="tidy"}'] == "1714564800.0"
    assert 'mainstay_job_last_success_timestamp_seconds{job="sweep"}' not in found
    assert found['mainstay_job_runs{job="tidy"}'] == "5"
    assert found['mainstay_job_errors{job="tidy"}'] == "2"
    for job, holds in (("tidy", "late"), ("sweep", "never")):
        states = {
            status.value: found[f'mainstay_job_status{{job="{job}",status="{status.value}"}}']
            for status in JobStatus
        }
        assert states == dict.fromkeys(map(str, JobStatus), "0") | {holds: "1"}


def test_labels_are_escaped() -> None:
    """By the format: backslashes, quotes and line feeds; all else stays as it is."""
    odd = JobHealth('a\\b"c\nd{é}', JobStatus.OK)
    assert samples(health(jobs=(odd,)))['mainstay_job_runs{job="a\\\\b\\"c\\nd{é}"}'] == "0"


def test_its_own_reader_takes_it() -> None:
    """A second implementation: the parser of Prometheus' client."""
    parser = pytest.importorskip("prometheus_client.parser")
    odd = JobHealth('a\\b"c\nd', JobStatus.TOO_LONG, runs=7, done_at=NOON)
    families = [*parser.text_string_to_metric_families(exposition(health(jobs=(odd,))))]
    assert {family.type for family in families} == {"gauge"}
    assert all(family.documentation for family in families)
    found = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }
    job = ("job", 'a\\b"c\nd')
    assert found["mainstay_job_runs", job] == 7
    assert found["mainstay_job_last_success_timestamp_seconds", job] == NOON.timestamp()
    assert found["mainstay_job_status", job, ("status", "too long")] == 1
    assert found["mainstay_job_status", job, ("status", "ok")] == 0
    assert found["mainstay_well",] == 0

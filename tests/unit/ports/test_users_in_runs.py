"""What the log of runs says of users who are renamed."""

from __future__ import annotations

from datetime import UTC, datetime

from mainstay.ports.users_in_runs import run_of_renamed
from mainstay.scheduling import ItemError, JobReport, JobRun

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def test_errors_of_a_user_are_those_of_the_other_id() -> None:
    errors = [ItemError("ada", "is ill"), ItemError("bob", "is ill")]
    report = JobReport(
        job="tidy", task_id="1", failed=2, errors=errors, started_at=NOON, finished_at=NOON
    )
    run = JobRun(job="tidy", task_id="1", started_at=NOON, finished_at=NOON, report=report)
    renamed = run_of_renamed(run, "ada", "cyd").report
    assert renamed is not None
    assert [error.item for error in renamed.errors] == ["cyd", "bob"]


def test_a_run_without_a_report_names_nobody() -> None:
    run = JobRun(job="tidy", task_id="1", started_at=NOON)
    assert run_of_renamed(run, "ada", "cyd") == run

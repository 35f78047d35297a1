"""Reports in the words of the contract: SPEC §8's result keys."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from mainstay.jobs import CATALOGUE, all_jobs, shaped
from mainstay.jobs.shapes import generation_result, notification_result, review_result
from mainstay.scheduling import ItemError, JobContext, JobReport
from mainstay.testing.memory import MemoryStore
from tests.telling import DUE, BoomError, Host, active, generate

GENERATION = [
    *("success", "target_date", "task_id", "total_users", "generated_count", "skipped_count"),
    *("failed_count", "errors"),
]
NOTIFICATIONS = [
    *("success", "target_date", "task_id", "total_users", "notifications_sent", "failed_count"),
    "errors",
]


def report(job: str, **fields: object) -> JobReport:
    given = {
        "target": "2024-05-29",
        "succeeded": 3,
        "skipped": 2,
        "failed": 1,
        "errors": [ItemError("ada", "is odd")],
        **fields,
    }
    end = DUE + timedelta(seconds=6)
    return JobReport(job=job, task_id="17", started_at=DUE, finished_at=end, **given)  # type: ignore[arg-type]  # by name


def test_what_generating_outlooks_came_to() -> None:
    result = {"total_users": 6, "fallback_count": 2, "circuit_open": True}
    found = generation_result(report("generate-outlooks", result=result))
    assert found == {
        "success": True,
        "target_date": "2024-05-29",
        "task_id": "17",
        "total_users": 6,
        "generated_count": 3,
        "skipped_count": 2,
        "failed_count": 1,
        "fallback_count": 2,
        "circuit_open": True,
        "seconds_per_user": 2.0,
        "errors": [{"item": "ada", "error": "is odd"}],
    }
    assert [key for key in found if key in GENERATION] == GENERATION


def test_if_nothing_was_generated_it_took_no_time_a_user() -> None:
    found = generation_result(report("generate-outlooks", succeeded=0))
    assert found["seconds_per_user"] is None


def test_a_report_that_says_no_more_than_its_counts_has_results_too() -> None:
    found = generation_result(report("generate-outlooks"))
    assert (found["total_users"], found["fallback_count"], found["circuit_open"]) == (6, 0, False)


def test_what_planning_notifications_came_to() -> None:
    result = {"total_users": 6, "lost_count": 1}
    found = notification_result(report("send-notifications", result=result))
    assert found == {
        "success": True,
        "target_date": "2024-05-29",
        "task_id": "17",
        "total_users": 6,
        "notifications_sent": 3,
        "lost_count": 1,
        "failed_count": 1,
        "errors": [{"item": "ada", "error": "is odd"}],
    }
    assert [key for key in found if key in NOTIFICATIONS] == NOTIFICATIONS
    assert notification_result(report("send-notifications"))["lost_count"] == 0


def test_what_a_review_came_to_is_plain_data() -> None:
    found = review_result(report("optimize-content", result={"a": {"b": [1]}, "decided": True}))
    assert found == {"success": True, "a": {"b": [1]}, "decided": True}


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_shape_of_every_job_is_json(name: str) -> None:
    (job,) = (job for job in all_jobs(MemoryStore()) if job.name == name)
    found = shaped(job.run(JobContext(clock=lambda: DUE)))
    assert json.loads(json.dumps(found)) == found
    has_one = name in {"generate-outlooks", "send-notifications", "optimize-content"}
    assert bool(found) == has_one


def test_a_job_of_the_hosts_has_no_shape() -> None:
    assert shaped(report("tidy")) == {}


def test_a_run_in_which_the_generator_failed_has_generated_all_the_same() -> None:
    found = shaped(generate(active(*map(str, range(7))), Host(*[BoomError()] * 7)))
    assert (found["generated_count"], found["fallback_count"]) == (7, 7)
    assert (found["success"], found["circuit_open"], found["errors"]) == (True, True, [])

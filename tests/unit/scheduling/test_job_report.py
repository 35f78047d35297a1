"""What a run is given, what it reports, and what is remembered of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from mainstay.errors import InvalidTypeError, InvalidValueError, NaiveDatetimeError, TimeLimitError
from mainstay.scheduling import ItemError, JobContext, JobReport, JobRun

MIDNIGHT = datetime(2024, 5, 2, tzinfo=UTC)
LATER = MIDNIGHT + timedelta(seconds=90)
REPORT = JobReport(job="tidy", task_id="1", succeeded=2, started_at=MIDNIGHT, finished_at=LATER)


def report(**fields: Any) -> JobReport:
    given: dict[str, Any] = {
        "job": "tidy",
        "task_id": "1",
        "started_at": MIDNIGHT,
        "finished_at": LATER,
    }
    return JobReport(**given | fields)


def run(**fields: Any) -> JobRun:
    given: dict[str, Any] = {"job": "tidy", "task_id": "1", "started_at": MIDNIGHT}
    return JobRun(**given | fields)


def test_a_context_has_a_task_id_of_its_own_and_the_time_in_utc() -> None:
    one, other = JobContext(), JobContext()
    assert one.task_id != other.task_id
    assert one.now().utcoffset() == timedelta(0)
    assert (one.target, one.deadline) == (None, None)


def test_a_run_that_is_started_by_hand_is_due_now() -> None:
    assert JobContext(clock=lambda: LATER).due == LATER
    started = run()
    assert (started.due, started.target) == (MIDNIGHT, None)
    assert started.attempt != run().attempt


def test_progress_may_be_told_to_nobody() -> None:
    JobContext().progress(1, 2)


@pytest.mark.parametrize("deadline", [None, LATER])
def test_a_run_may_go_on_until_its_deadline(deadline: datetime | None) -> None:
    just_before = LATER - timedelta(microseconds=1)
    JobContext(clock=lambda: just_before, deadline=deadline).check_deadline()


def test_a_run_is_stopped_from_its_deadline_on() -> None:
    context = JobContext(clock=lambda: LATER, deadline=LATER)
    with pytest.raises(TimeLimitError) as caught:
        context.check_deadline()
    assert str(caught.value) == (
        "deadline has come before the job was done, got '2024-05-02T00:01:30+00:00'. "
        "What was done is kept; the next run goes on from there."
    )


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(NaiveDatetimeError, match="what clock returns has no UTC offset"):
        JobContext(clock=lambda: datetime(2024, 5, 2))  # noqa: DTZ001


def test_what_no_context_can_have_is_refused() -> None:
    with pytest.raises(InvalidTypeError, match="target must be a date and not an instant"):
        JobContext(target=MIDNIGHT)
    with pytest.raises(InvalidValueError, match="task_id must not be empty"):
        JobContext(task_id="")
    with pytest.raises(NaiveDatetimeError, match="deadline has no UTC offset"):
        JobContext(deadline=datetime(2024, 5, 2))  # noqa: DTZ001
    assert JobContext(target=date(2024, 5, 1)).target == date(2024, 5, 1)


def test_processed_is_the_sum_of_what_became_of_the_items() -> None:
    assert report(succeeded=5, skipped=3, failed=2).processed == 10
    assert report().processed == 0
    assert report(succeeded=5, processed=5).processed == 5


def test_a_report_knows_how_long_the_run_took() -> None:
    assert report().duration == timedelta(seconds=90)


def test_what_a_run_found_is_kept_as_it_was() -> None:
    found = {"closed": ["2024-05-01"]}
    made = report(result=found)
    found["closed"].clear()
    assert made.result == {"closed": ("2024-05-01",)}
    assert hash(made) == hash(attrs.evolve(made))
    assert report().result == {}


def test_errors_are_kept_as_a_tuple() -> None:
    listed = [ItemError("ada", "is no date"), ItemError("bob", "is no date")]
    made = report(failed=2, errors=listed)
    listed.clear()
    assert made.errors == (ItemError("ada", "is no date"), ItemError("bob", "is no date"))
    assert hash(made) == hash(attrs.evolve(made))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"job": ""}, "job must not be empty, got ''."),
        ({"task_id": 7}, "task_id must be a string, got 7."),
        ({"target": date(2024, 5, 1)}, "target must be a string, got datetime.date(2024, 5, 1)."),
        ({"succeeded": -1}, "succeeded must be at least 0, got -1."),
        ({"skipped": 1.0}, "skipped must be an integer, got 1.0."),
        ({"failed": True}, "failed must be an integer, got True."),
        (
            {"succeeded": 1, "failed": 1, "processed": 3},
            "processed must be succeeded + skipped + failed, 2, got 3.",
        ),
        ({"errors": None}, "errors must be several, such as a list of them, got None."),
        ({"errors": ["ada"]}, "errors must be of type ItemError, got 'ada'."),
        ({"started_at": LATER, "finished_at": MIDNIGHT}, "finished_at must not be before"),
        ({"finished_at": None}, "finished_at must be an aware datetime, got None."),
        ({"result": {"rate": float("nan")}}, "result.rate must be finite, got nan."),
        ({"result": None}, "result must map names to plain data, got None."),
    ],
)
def test_what_no_report_can_have_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        report(**fields)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("fields", [("", "is no date"), ("ada", "")])
def test_an_error_of_an_item_says_which_and_why(fields: tuple[str, str]) -> None:
    with pytest.raises(InvalidValueError, match="must not be empty"):
        ItemError(*fields)


def test_a_run_is_under_way_or_has_reported_or_has_failed() -> None:
    assert run().finished_at is None
    assert run(finished_at=LATER, report=REPORT).report == REPORT
    assert run(finished_at=LATER, error="is locked").error == "is locked"


@pytest.mark.parametrize(
    "fields",
    [
        {"finished_at": LATER},
        {"report": REPORT},
        {"error": "is locked"},
        {"finished_at": LATER, "report": REPORT, "error": "is locked"},
    ],
)
def test_a_run_ends_with_either_a_report_or_an_error(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError, match="finished_at must be given exactly if"):
        run(**fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"job": ""}, "job must not be empty"),
        ({"task_id": None}, "task_id must be a string"),
        ({"started_at": "2024-05-02"}, "started_at must be an aware datetime"),
        ({"finished_at": LATER, "report": {}}, "report must be of type JobReport"),
        ({"finished_at": LATER, "error": ""}, "error must not be empty"),
        ({"attempt": ""}, "attempt must not be empty"),
        ({"due": datetime(2024, 5, 2)}, "due has no UTC offset"),  # noqa: DTZ001
        ({"target": LATER}, "target must be a string"),
        ({"options": {"most": LATER}}, "options.most is not plain data"),
        (
            {"finished_at": MIDNIGHT - timedelta(microseconds=1), "error": "down"},
            "finished_at must not be before started_at",
        ),
    ],
)
def test_what_no_run_can_have_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        run(**fields)

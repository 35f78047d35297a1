"""What a run can be asked: a target and options, as its job declares them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from mainstay import IsoWeek
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.scheduling import (
    Every,
    JobContext,
    JobReport,
    JobSpec,
    Option,
    TargetKind,
    checked_target,
    read_target,
)

DAY, WEEK = date(2024, 5, 1), IsoWeek(2024, 18)
MOST = Option("most", 100, "how many at once", low=1, high=1000)
FORCE = Option("force", False, "do it again")
HOLD = Option("hold", timedelta(0), "how long to wait")


def spec(asked: list[JobContext], **fields: Any) -> JobSpec:
    """A job that notes what it is asked."""

    def run(context: JobContext) -> JobReport:
        asked.append(context)
        at = context.now()
        return JobReport(job="tidy", task_id=context.task_id, started_at=at, finished_at=at)

    given: dict[str, Any] = {"schedule": Every(timedelta(hours=1)), "options": [MOST, FORCE]}
    return JobSpec(name="tidy", run=run, **given | fields)


def test_a_job_sees_what_was_asked_and_defaults_for_the_rest() -> None:
    asked: list[JobContext] = []
    spec(asked).run(JobContext(options={"most": 7}))
    spec(asked).run(JobContext())
    assert [dict(context.options) for context in asked] == [
        {"most": 7, "force": False},
        {"most": 100, "force": False},
    ]
    assert (MOST.of(asked[0].options), FORCE.of(asked[0].options)) == (7, False)


def test_a_job_can_be_given_other_defaults() -> None:
    asked: list[JobContext] = []
    fewer = attrs.evolve(spec(asked), options=[attrs.evolve(MOST, default=5)])
    fewer.run(JobContext())
    assert MOST.of(asked[0].options) == 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"most": 0}, "options.most must be between 1 and 1000, got 0."),
        ({"most": 1001}, "options.most must be between 1 and 1000, got 1001."),
        ({"most": 1.0}, "options.most must be an integer, got 1.0. Pass int(value)."),
        ({"most": True}, "options.most must be an integer, got True."),
        ({"most": None}, "options.most must be an integer, got None."),
        ({"force": 1}, "options.force must be true or false, got 1."),
        ({"least": 7}, "options.least is not an option of tidy, got 7. There are: most, force."),
    ],
)
def test_an_option_that_is_unknown_or_out_of_bounds_is_refused(
    options: dict[str, Any], message: str
) -> None:
    asked: list[JobContext] = []
    with pytest.raises(InvalidValueError) as caught:
        spec(asked).run(JobContext(options=options))
    assert (str(caught.value), asked) == (message, [])


@pytest.mark.parametrize(
    ("text", "duration", "again"),
    [
        ("0s", timedelta(0), "0s"),
        ("6h", timedelta(hours=6), "6h"),
        ("90m", timedelta(minutes=90), "1h30m"),
        ("1d12h", timedelta(days=1, hours=12), "1d12h"),
        ("1d1h1m1s", timedelta(days=1, hours=1, minutes=1, seconds=1), "1d1h1m1s"),
        ("366d", timedelta(days=366), "366d"),
    ],
)
def test_a_duration_is_asked_for_as_a_text(text: str, duration: timedelta, again: str) -> None:
    asked: list[JobContext] = []
    spec(asked, options=[HOLD]).run(JobContext(options={"hold": text}))
    assert HOLD.of(asked[0].options) == HOLD.checked(duration) == duration
    assert dict(asked[0].options) == {"hold": again}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "options.hold is not a duration, got ''. Write it as 6h, 90m or 1d12h: days, "),
        ("6", "options.hold is not a duration, got '6'."),
        ("1h1d", "options.hold is not a duration, got '1h1d'."),
        ("1.5h", "options.hold is not a duration, got '1.5h'."),
        ("\u0666h", "options.hold is not a duration, got '\u0666h'."),
        ("-6h", "options.hold is not a duration, got '-6h'."),
        ("366d1s", "options.hold must be in whole seconds, from 0s to 366d, got '366d1s'."),
        ("9999999d", "options.hold must be in whole seconds, from 0s to 366d, got '9999999d'."),
        ("99999999s", "options.hold is not a duration, got '99999999s'."),
        (6, "options.hold must be a duration, got 6. Write it as 6h"),
        (True, "options.hold must be a duration, got True."),
    ],
)
def test_what_is_not_a_duration_is_refused(value: object, message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        spec([], options=[HOLD]).run(JobContext(options={"hold": value}))
    assert str(caught.value).startswith(message)


def test_another_default_must_be_one_that_the_option_can_have() -> None:
    job = spec([], options=[HOLD, MOST])
    hold, most = job.with_defaults(hold="6h").options
    assert (hold.default, most) == (timedelta(hours=6), MOST)
    assert job.with_defaults() == job
    with pytest.raises(InvalidValueError, match=r"options\.most must be between 1 and 1000, got 0"):
        job.with_defaults(most=0)
    with pytest.raises(InvalidValueError, match=r"options\.least is not an option of tidy, got 7"):
        job.with_defaults(least=7)


def test_a_job_without_options_says_so() -> None:
    with pytest.raises(InvalidValueError, match=r"is not an option of tidy, got 7\. It has none\."):
        spec([], options=()).run(JobContext(options={"most": 7}))


@pytest.mark.parametrize(
    ("kind", "target", "seen"),
    [
        (TargetKind.DAY, DAY, DAY),
        (TargetKind.WEEK, WEEK, WEEK),
        (TargetKind.WEEK, date(2024, 5, 5), WEEK),
        (TargetKind.NONE, None, None),
        (TargetKind.DAY, None, None),
    ],
)
def test_a_job_sees_a_target_of_its_kind(
    kind: TargetKind, target: date | IsoWeek | None, seen: object
) -> None:
    asked: list[JobContext] = []
    spec(asked, target=kind).run(JobContext(target=target))
    assert asked[0].target == seen


@pytest.mark.parametrize(
    ("kind", "target", "message"),
    [
        (TargetKind.NONE, DAY, "target of tidy can't be chosen, got '2024-05-01'. Leave it out."),
        (TargetKind.NONE, WEEK, "target of tidy can't be chosen, got '2024-W18'. Leave it out."),
        (
            TargetKind.DAY,
            WEEK,
            "target of tidy must be a date such as 2024-05-01, not a week, got '2024-W18'.",
        ),
    ],
)
def test_a_target_of_another_kind_is_refused(
    kind: TargetKind, target: date | IsoWeek, message: str
) -> None:
    asked: list[JobContext] = []
    with pytest.raises(InvalidValueError) as caught:
        spec(asked, target=kind).run(JobContext(target=target))
    assert (str(caught.value), asked) == (message, [])


def test_an_instant_is_not_a_target() -> None:
    with pytest.raises(InvalidTypeError, match="target must be a date and not an instant"):
        checked_target(TargetKind.WEEK, datetime(2024, 5, 1, tzinfo=UTC))


@pytest.mark.parametrize("target", [DAY, WEEK, date(1, 1, 1), IsoWeek(2020, 53)])
def test_a_target_is_read_as_it_is_written(target: date | IsoWeek) -> None:
    assert read_target(str(target)) == target


@pytest.mark.parametrize(
    "text",
    ["soon", "2024-02-30", "20240501", "2024-5-1", "2024-W1", "2024-05-01T00", "２024-05-01"],
)
def test_a_text_that_is_neither_a_day_nor_a_week_is_not_a_target(text: str) -> None:
    words = "it must be a date such as 2024-05-01, or a week such as 2024-W18, got "
    with pytest.raises(InvalidValueError) as caught:
        read_target(text, field="it")
    assert str(caught.value) == f"{words}{text!r}."


def test_a_year_has_no_week_54() -> None:
    with pytest.raises(InvalidValueError, match="week must be between 1 and 53, got 54"):
        read_target("2024-W54")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "page-size"}, "name must be a name such as 'page_size', got 'page-size'."),
        ({"name": ""}, "name must not be empty"),
        ({"default": "5"}, "options.most must be an integer, got '5'."),
        ({"default": 0}, "options.most must be between 1 and 1000, got 0."),
        ({"help": ""}, "help must not be empty"),
        ({"low": None}, "low must be an integer, got None."),
        ({"high": 0.5}, "high must be an integer, got 0.5."),
    ],
)
def test_what_no_option_can_be_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        attrs.evolve(MOST, **fields)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"target": "day"}, "target must be of type TargetKind, got 'day'."),
        ({"options": ["most"]}, "options must be of type Option, got 'most'."),
        ({"options": None}, "options must be several"),
        ({"options": [MOST, MOST]}, "options must have names that differ, got ['most', 'most']."),
    ],
)
def test_what_no_job_can_declare_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        spec([], **fields)
    assert str(caught.value).startswith(message)


def test_what_runs_must_be_a_function() -> None:
    with pytest.raises(InvalidTypeError, match=r"^run must be a function of a JobContext, got 7"):
        attrs.evolve(spec([]), run=7)  # type: ignore[arg-type]  # refused


def test_a_run_is_asked_in_a_context() -> None:
    with pytest.raises(InvalidTypeError, match="context must be of type JobContext, got None"):
        spec([]).run(None)  # type: ignore[arg-type]  # refused

"""Users in the log of runs: what of it is theirs, once they are forgotten or renamed."""

from __future__ import annotations

import attrs

from mainstay.ports.corrections import forgotten_in
from mainstay.scheduling import ItemError, JobReport, JobRun, Plain, PlainData

__all__ = ["run_of_renamed", "run_without"]


def run_without(run: JobRun, user_id: str) -> JobRun:
    """Return a run without a user: their errors are left out, and texts don't name them.

    What has failed is counted as before.

    Examples:
        >>> from datetime import UTC, datetime
        >>> at = datetime(2024, 5, 1, tzinfo=UTC)
        >>> ended = {"started_at": at, "finished_at": at}
        >>> run = JobRun(job="tidy", task_id="1", error="'ada' and 'adam' differ", **ended)
        >>> run_without(run, "ada").error
        "'(forgotten)' and 'adam' differ"
    """
    report = run.report
    return attrs.evolve(
        run,
        options=_object_without(run.options, user_id),
        error=None if run.error is None else forgotten_in(run.error, [user_id]),
        report=None if report is None else _report_without(report, user_id),
    )


def _report_without(report: JobReport, user_id: str) -> JobReport:
    errors = [
        attrs.evolve(each, error=forgotten_in(each.error, [user_id]))
        for each in report.errors
        if each.item != user_id
    ]
    return attrs.evolve(report, errors=errors, result=_object_without(report.result, user_id))


def _object_without(data: PlainData, user_id: str) -> PlainData:
    return PlainData(
        {forgotten_in(key, [user_id]): _without(value, user_id) for key, value in data.items()}
    )


def _without(value: Plain, user_id: str) -> Plain:
    if isinstance(value, str):
        return forgotten_in(value, [user_id])
    if isinstance(value, tuple):
        return tuple(_without(each, user_id) for each in value)
    return _object_without(value, user_id) if isinstance(value, PlainData) else value


def run_of_renamed(run: JobRun, user_id: str, to: str) -> JobRun:
    """Return a run whose errors of a user are those of another one."""
    if run.report is None:
        return run
    errors = [
        ItemError(to, each.error) if each.item == user_id else each for each in run.report.errors
    ]
    return attrs.evolve(run, report=attrs.evolve(run.report, errors=errors))

"""Users in the log of runs: what of it is theirs, once they are forgotten or renamed."""

from __future__ import annotations

import re
from functools import lru_cache

import attrs

from mainstay.scheduling import ItemError, JobReport, JobRun, Plain, PlainData

__all__ = ["FORGOTTEN", "run_of_renamed", "run_without"]

#: What stands in texts where the id of a user was who is forgotten.
FORGOTTEN = "(forgotten)"


def run_without(run: JobRun, user_id: str) -> JobRun:
    """Return a run without a user: their errors are left out, and texts don't name them.

    What has failed is counted as before. The id is looked for as a word: not within a longer one,
    a date or an address.

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
        error=None if run.error is None else _text_without(run.error, user_id),
        report=None if report is None else _report_without(report, user_id),
    )


def _report_without(report: JobReport, user_id: str) -> JobReport:
    errors = [
        attrs.evolve(each, error=_text_without(each.error, user_id))
        for each in report.errors
        if each.item != user_id
    ]
    return attrs.evolve(report, errors=errors, result=_object_without(report.result, user_id))


def _object_without(data: PlainData, user_id: str) -> PlainData:
    return PlainData(
        {_text_without(key, user_id): _without(value, user_id) for key, value in data.items()}
    )


def _without(value: Plain, user_id: str) -> Plain:
    if isinstance(value, str):
        return _text_without(value, user_id)
    if isinstance(value, tuple):
        return tuple(_without(each, user_id) for each in value)
    return _object_without(value, user_id) if isinstance(value, PlainData) else value


def _text_without(text: str, user_id: str) -> str:
    return _word(user_id).sub(FORGOTTEN, text)


@lru_cache(maxsize=64)
def _word(user_id: str) -> re.Pattern[str]:
    """Return what finds an id where it is not a part of something longer."""
    before, after = r"(?<![\w@/+-])(?<!\w[.:])", r"(?![\w@/+-])(?![.:]\w)"
    return re.compile(f"{before}{re.escape(user_id)}{after}")


def run_of_renamed(run: JobRun, user_id: str, to: str) -> JobRun:
    """Return a run whose errors of a user are those of another one."""
    if run.report is None:
        return run
    errors = [
        ItemError(to, each.error) if each.item == user_id else each for each in run.report.errors
    ]
    return attrs.evolve(run, report=attrs.evolve(run.report, errors=errors))

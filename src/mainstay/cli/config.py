"""The policies that jobs are given: from a TOML file, or from the command line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import attrs

from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.scheduling import Schedule, schedule_from_plain
from mainstay.scores.engagement.policy import DailyCriteria, EngagementPolicy
from mainstay.streaks.weekly import WeeklyStreakPolicy

__all__ = ["Policies", "read_policies", "read_schedules"]

T = TypeVar("T", EngagementPolicy, WeeklyStreakPolicy)

_TABLES = ("engagement", "weekly", "schedules")


@attrs.frozen
class Policies:
    """What the jobs are given; ``None`` for those that are kept.

    Attributes:
        engagement: For the daily job.
        weekly: For the weekly one.
    """

    engagement: EngagementPolicy | None = None
    weekly: WeeklyStreakPolicy | None = None


def read_policies(path: str) -> Policies:
    """Read a file's tables ``[engagement]`` and ``[weekly]``, whose keys are our fields.

    A key that is left out has our default; a table that is left out gives no policy.

    Raises:
        InvalidValueError: It is not TOML; a table or key is unknown; a value can't be.
        OSError: It can't be read.
    """
    tables = _read(path)
    return Policies(
        _policy(path, "engagement", tables, EngagementPolicy),
        _policy(path, "weekly", tables, WeeklyStreakPolicy),
    )


def read_schedules(path: str, *, known: Sequence[str]) -> dict[str, Schedule]:
    """Read a file's table ``[schedules]``, with a schedule for some of the known jobs.

    Raises:
        InvalidValueError: It is not TOML; a table or job is unknown; a value can't be.
        OSError: It can't be read.
    """
    given = _table(path, "schedules", _read(path))
    _check_keys(path, "schedules.", given, known)
    return {
        job: schedule_from_plain(_table(path, job, given), field=f"{path}: schedules.{job}")
        for job in given
    }


def _read(path: str) -> dict[str, Any]:
    with open(path, "rb") as file:
        try:
            tables = tomllib.load(file)
        except ValueError as error:  # TOML's own, and text that is not UTF-8
            raise InvalidValueError(
                f"is not TOML ({error})", field="--config", value=path
            ) from error
    _check_keys(path, "", tables, _TABLES)
    return tables


def _table(path: str, name: str, tables: Mapping[str, Any]) -> dict[str, Any]:
    values = tables.get(name, {})
    if not isinstance(values, dict):
        raise InvalidTypeError("must be a table", field=f"{path}: {name}", value=values)
    return values


def _policy(path: str, table: str, tables: Mapping[str, Any], kind: type[T]) -> T | None:
    if table not in tables:
        return None
    values = _table(path, table, tables)
    _check_keys(path, f"{table}.", values, [field.name for field in attrs.fields(kind)])
    given: dict[str, Any] = {**values}
    try:
        if "criteria" in given:
            given["criteria"] = DailyCriteria(given["criteria"])
        return kind(**given)
    except InvalidValueError as error:
        field = error.field.replace("minimums", "criteria", 1)  # as they are called here
        raise InvalidValueError(
            error.problem,
            field=f"{path}: {table}.{field}",
            value=error.value,
            remedy=error.remedy,
        ) from error


def _check_keys(path: str, prefix: str, values: Mapping[str, object], known: Sequence[str]) -> None:
    for key, value in values.items():
        if key not in known:
            raise InvalidValueError(
                "is unknown",
                field=f"{path}: {prefix}{key}",
                value=value,
                remedy=f"Known: {', '.join(known)}.",
            )

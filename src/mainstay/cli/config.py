"""The policies that jobs are given: from a TOML file, or from the command line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.jobs import CATALOGUE, PolicyTable
from mainstay.scheduling import Schedule, schedule_from_plain
from mainstay.scores.engagement.policy import DailyCriteria

__all__ = ["read_policies", "read_schedules"]

_POLICIES = {row.policy.table: row.policy for row in CATALOGUE.values() if row.policy is not None}
_SCHEDULES = "schedules"


def read_policies(path: str) -> dict[str, object]:
    """Read a file's tables of policies, such as ``[engagement]``, whose keys are our fields.

    A key that is left out has our default; a table that is left out gives no policy.

    Returns:
        The policies, by their tables' names.

    Raises:
        InvalidValueError: It is not TOML; a table or key is unknown; a value can't be.
        OSError: It can't be read.
    """
    tables = _read(path)
    return {name: _policy(path, _POLICIES[name], tables) for name in tables if name in _POLICIES}


def read_schedules(path: str) -> dict[str, Schedule]:
    """Read a file's table ``[schedules]``, with a schedule for some of the jobs.

    Raises:
        InvalidValueError: It is not TOML; a table or job is unknown; a value can't be.
        OSError: It can't be read.
    """
    given = _table(path, _SCHEDULES, _read(path))
    _check_keys(path, "schedules.", given, CATALOGUE)
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
    _check_keys(path, "", tables, [*_POLICIES, _SCHEDULES])
    return tables


def _table(path: str, name: str, tables: Mapping[str, Any]) -> dict[str, Any]:
    values = tables.get(name, {})
    if not isinstance(values, dict):
        raise InvalidTypeError("must be a table", field=f"{path}: {name}", value=values)
    return values


def _policy(path: str, policy: PolicyTable, tables: Mapping[str, Any]) -> object:
    table, values = policy.table, _table(path, policy.table, tables)
    _check_keys(path, f"{table}.", values, policy.fields)
    given: dict[str, Any] = {**values}
    try:
        if "criteria" in given:
            given["criteria"] = DailyCriteria(given["criteria"])
        return policy.kind(**given)
    except InvalidValueError as error:
        field = error.field.replace("minimums", "criteria", 1)  # as they are called here
        raise InvalidValueError(
            error.problem,
            field=f"{path}: {table}.{field}",
            value=error.value,
            remedy=error.remedy,
        ) from error


def _check_keys(path: str, prefix: str, values: Mapping[str, object], known: Iterable[str]) -> None:

    for key, value in values.items():
        if key not in known:
            raise InvalidValueError(
                "is unknown",
                field=f"{path}: {prefix}{key}",
                value=value,
                remedy=f"Known: {', '.join(known)}.",
            )

"""What commands are given in a TOML file: policies, levels, schedules."""

from __future__ import annotations

import re
import tomllib
from ast import literal_eval
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.jobs import CATALOGUE
from mainstay.jobs.tables import check_keys
from mainstay.recognition import Levels
from mainstay.scheduling import Schedule, schedule_from_plain

__all__ = ["TomlFile", "read_levels", "read_policies", "read_schedules"]

_POLICIES = {row.policy.table: row.policy for row in CATALOGUE.values() if row.policy is not None}
_TIMES = 'Write a time of day with its seconds, 06:45:00, or as a text, "06:45".'
#: A key and a time of day, as people write it.
_TIME = re.compile(r"=\s*\d\d?:\d\d(:\d\d)?\s*(#.*)?$")
_LEVELS, _SCHEDULES = "levels", "schedules"


def read_policies(path: str) -> dict[str, object]:
    """Read a file's tables of policies, such as ``[engagement]``, whose keys are our fields.

    A key that is left out has our default; a table that is left out gives no policy.

    Returns:
        The policies, by their tables' names.

    Raises:
        InvalidValueError: It is not TOML; a table or key is unknown; a value can't be.
        OSError: It can't be read.
    """
    file, policies = _read(path), dict[str, object]()
    for name in filter(_POLICIES.__contains__, file.tables):
        given = file.table(name)
        with file.located(name):
            policies[name] = _POLICIES[name].read(given)
    return policies


def read_levels(path: str) -> Levels | None:
    """Read a file's table ``[levels]``, which has the threshold of each level by its name.

    Returns:
        The levels; ``None`` without the table.

    Raises:
        InvalidValueError: It is not TOML; a table is unknown; there is no level; thresholds
            descend, or can't be.
        OSError: It can't be read.
    """
    file = _read(path)
    if _LEVELS not in file.tables:
        return None
    given = file.table(_LEVELS)
    with file.located():
        _check_levels(given)
    names = list(given)
    with file.located(_LEVELS, names):
        return Levels(list(given.values()), names)


def _check_levels(given: Mapping[str, object]) -> None:
    if not given:
        raise InvalidValueError(
            "must have at least one level",
            field=_LEVELS,
            value=given,
            remedy="Such as Newcomer = 0.",
        )


def read_schedules(path: str) -> dict[str, Schedule]:
    """Read a file's table ``[schedules]``, with a schedule for some of the jobs.

    Raises:
        InvalidValueError: It is not TOML; a table or job is unknown; a value can't be.
        OSError: It can't be read.
    """
    file = _read(path)
    given = file.table(_SCHEDULES)
    with file.located(_SCHEDULES):
        check_keys(given, CATALOGUE)
        return {job: schedule_from_plain(_as_table(job, given[job]), field=job) for job in given}


def _read(path: str) -> TomlFile:
    file = TomlFile.read(path, option="--config")
    with file.located():
        check_keys(file.tables, [*_POLICIES, _LEVELS, _SCHEDULES])
    return file


def _tables(path: str, content: bytes, option: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode())
    except ValueError as error:  # TOML's own, and text that is not UTF-8
        remedy = _TIMES if _TIME.search(_faulty(content, error)) else ""
        raise InvalidValueError(
            f"is not TOML ({error})", field=option, value=path, remedy=remedy
        ) from error


def _faulty(content: bytes, error: ValueError) -> str:
    """Return the line that TOML's reader has stopped at, if it says so."""
    if (found := re.search(r"at line (\d+)", str(error))) is None:
        return ""
    return content.decode().replace("\r\n", "\n").split("\n")[int(found[1]) - 1]


@attrs.frozen
class TomlFile:
    """A file that is TOML.

    Attributes:
        path: Where it is.
        text: All of it.
        tables: What it says.
    """

    path: str
    text: str
    tables: dict[str, Any]

    @classmethod
    def read(cls, path: str, *, option: str) -> TomlFile:
        """Read a file that an option names.

        Raises:
            InvalidValueError: It is not TOML.
            OSError: It can't be read.
        """
        content = Path(path).read_bytes()
        tables = _tables(path, content, option)
        return cls(path, content.decode(), tables)

    def table(self, name: str) -> dict[str, Any]:
        """Return a table, empty if it is not there."""
        with self.located():
            return _as_table(name, self.tables.get(name, {}))

    @contextmanager
    def located(self, table: str = "", items: Sequence[str] = ()) -> Iterator[None]:
        """Have what is wrong with a table's fields say in which file, and on which line.

        Args:
            table: The table's name; empty for the file itself.
            items: The keys behind a sequence's numbers, if the table was read as sequences.
        """
        try:
            yield
        except InvalidValueError as error:
            field = _renamed(error.field, table, items)
            place = f"{self.path}, line {_line(self.text, _keys(field))}"
            raise type(error).like(error, field=f"{place}: {field}") from error


def _as_table(name: str, values: object) -> dict[str, Any]:
    if not isinstance(values, dict):
        raise InvalidTypeError("must be a table", field=name, value=values)
    return values


#: A text as Python writes it, and TOML too.
_QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""


def _renamed(field: str, table: str, items: Sequence[str]) -> str:
    """Return what a policy's field is called in the file.

    Examples:
        >>> _renamed("badges['night owl'].bonus", "badges", [])
        "badges.'night owl'.bonus"
        >>> _renamed("thresholds[1]", "levels", ["Newcomer", "Expert"])
        'levels.Expert'
    """
    if items and (numbered := re.fullmatch(r"\w+\[(\d+)\]", field)):
        field = _written(items[int(numbered[1])])
    field = field.replace("minimums", "criteria", 1)
    if inner := re.match(rf"{table}\[({_QUOTED})\]\.", field):
        field = f"{_written(_unquoted(inner[1]))}.{field[inner.end() :]}"
    return f"{table}.{field}" if table else field


def _written(key: str) -> str:
    """Return a key as TOML has it: in quotes unless it is bare."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else repr(key)


def _keys(field: str) -> list[str]:
    """Return the keys that lead to a field, as far as they are TOML's.

    Examples:
        >>> _keys("badges['night_owl'].requires[0]")
        ['badges', 'night_owl', 'requires']
        >>> _keys("levels.'Sr. Expert'")
        ['levels', 'Sr. Expert']
    """
    found = re.findall(rf"({_QUOTED})|\[\d+\]|([^.\[\]]+)", field)
    return [_unquoted(quoted) if quoted else bare for quoted, bare in found if quoted or bare]


def _unquoted(text: str) -> str:
    try:
        return str(literal_eval(text))
    except (SyntaxError, ValueError):  # a key of the file's that only looks like it
        return text


def _line(text: str, keys: Sequence[str]) -> int:
    """Return the line on which what keys lead to is complete, or as far as they lead.

    So many lines are read as hold it: TOML's reader says no lines.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    wanted = _depth(tomllib.loads(text), keys)
    for number in range(1, len(lines)):
        try:
            found = tomllib.loads("\n".join(lines[:number]))
        except ValueError:
            continue
        if _depth(found, keys) >= wanted:
            return number
    return len(lines)


def _depth(values: object, keys: Sequence[str]) -> int:
    """Return how many of the keys lead somewhere."""
    for depth, key in enumerate(keys):
        if not isinstance(values, dict) or key not in values:
            return depth
        values = values[key]
    return len(keys)

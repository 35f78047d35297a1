"""How a command is told what a file of events says, and where."""

from __future__ import annotations

import argparse
import shlex
from functools import partial
from pathlib import Path
from typing import Any

import attrs

from mainstay.cli import arguments
from mainstay.cli.config import TomlFile
from mainstay.errors import InvalidValueError
from mainstay.jobs.tables import check_keys
from mainstay.reading import FORMATS, Condition, EventFormat
from mainstay.reading.time_formats import check_time_format
from mainstay.reading.unix import UNITS

__all__ = ["OPTIONS", "add_leniency", "add_reading", "event_format", "options_of"]

#: The options that only files have, by what they are called in the command line's values.
OPTIONS = ("format", "columns", "user_id", "where", "time_format", "unit", "naive_zone", "skip_bad")
_FIELDS = [field.name for field in attrs.fields(EventFormat)]


def add_reading(group: argparse._ArgumentGroup, *, lenient: bool = True) -> None:
    """Add what says how to read a file of events, and unless told otherwise to skip bad lines."""
    group.add_argument(
        "--format",
        metavar="NAME|FILE",
        help=f"what the file is: {', '.join(FORMATS)}; or a TOML file that says so",
    )
    _add_columns(group)
    _add_times(group)
    if lenient:
        add_skipping(group)


def _add_columns(group: argparse._ArgumentGroup) -> None:
    """Add where the fields are, and which rows count."""
    group.add_argument(
        "--columns",
        type=arguments.columns,
        metavar="NAME,...",
        help="all columns in order, if there is no header; or user_id=NAME,started_at=NAME, with + "
        "between columns that are joined, and dots between keys of JSON",
    )
    group.add_argument(
        "--user-id", type=arguments.text, metavar="ID", help="whose events all of them are"
    )
    group.add_argument(
        "--where",
        type=arguments.checked(Condition.parse),
        action="append",
        metavar="CONDITION",
        help="only rows that say so, such as done=YES or count>0; may be given several times",
    )


def _add_times(group: argparse._ArgumentGroup) -> None:
    """Add how times are written."""
    group.add_argument(
        "--time-format",
        type=arguments.checked(partial(check_time_format, "it")),
        action="append",
        metavar="FORMAT",
        help="how times are written, such as '%%d.%%m.%%Y %%H:%%M'; or auto, dmy, mdy, ymd, iso; "
        "may be given several times",
    )
    group.add_argument(
        "--unit", choices=[*UNITS], help="what numbers since 1970 are in (default: s)"
    )
    add_zone(group)


def add_leniency(group: argparse._ArgumentGroup) -> None:
    """Add what else is taken than complete instants and good lines."""
    add_zone(group)
    add_skipping(group)


def add_zone(group: argparse._ArgumentGroup) -> None:
    """Add the zone of times that don't say theirs."""
    group.add_argument(
        "--naive-zone",
        type=arguments.zone,
        metavar="ZONE",
        help="the zone of times without an offset on lines that name no timezone, which are an "
        "error otherwise",
    )


def add_skipping(group: argparse._ArgumentGroup) -> None:
    """Add that bad lines are passed over."""
    group.add_argument(
        "--skip-bad", action="store_true", help="count bad lines instead of stopping at the first"
    )


def event_format(
    args: argparse.Namespace, *, member_since: str | None = None, kind: str | None = None
) -> EventFormat:
    """Return what the command line says of a file: a format, and what differs from it."""
    form = EventFormat() if args.format is None else _named(args.format)
    given: dict[str, Any] = {
        "user_id": args.user_id,
        "where": None if args.where is None else [*form.where, *args.where],
        "time_formats": args.time_format,
        "unit": args.unit,
        "naive_zone": args.naive_zone,
        "kind": kind,
    }
    mapped = {} if member_since is None else {"member_since": (member_since,)}
    if isinstance(args.columns, dict):
        mapped |= args.columns
    elif args.columns is not None:
        given["header"] = args.columns
    changes = {name: value for name, value in given.items() if value is not None}
    return attrs.evolve(form, columns={**form.columns, **mapped}, **changes)


def _named(name: str) -> EventFormat:
    """Return a format of ours, or one that a file keeps.

    Raises:
        InvalidValueError: There is none of this name; or the file isn't TOML, or says what can't
            be.
    """
    if name in FORMATS:
        return FORMATS[name].format
    if not Path(name).exists():
        raise InvalidValueError(
            f"must be one of {', '.join(FORMATS)}, or a TOML file",
            field="--format",
            value=name,
            remedy="mainstay inspect FILE says which it is.",
        )
    file = TomlFile.read(name, option="--format")
    with file.located():
        check_keys(file.tables, _FIELDS)
        return EventFormat(**file.tables)


def options_of(form: EventFormat, named: str | None) -> str:
    """Return the options that say what a format does, as somebody would type them.

    Examples:
        >>> options_of(EventFormat(columns={"user_id": "by", "started_at": ("Date", "Time")}), None)
        '--columns user_id=by,started_at=Date+Time'
    """
    base = EventFormat() if named is None else _named(named)
    words = [] if named is None else ["--format", named]
    words += _columns_of(form, base)
    for option, value, said in (
        ("--user-id", form.user_id, base.user_id),
        ("--unit", form.unit, base.unit),
        ("--naive-zone", form.naive_zone, base.naive_zone),
    ):
        words += [] if value in (None, said) else [option, str(value)]
    if form.time_formats != base.time_formats:
        words += [word for each in form.time_formats for word in ("--time-format", each)]
    more = [str(each) for each in form.where if each not in base.where]
    return shlex.join(words + [word for each in more for word in ("--where", each)])


def _columns_of(form: EventFormat, base: EventFormat) -> list[str]:
    """Return ``--columns`` with what differs: all in order, or the file's names for ours."""
    mapped = {
        field: names for field, names in form.columns.items() if base.columns.get(field) != names
    }
    if form.header not in (None, base.header):
        ours = {names[0]: field for field, names in mapped.items() if len(names) == 1}
        in_order = [ours.get(name, name) for name in form.header or ()]
        return ["--columns", ",".join(map(_quoted, in_order))]
    pairs = (f"{field}={'+'.join(map(_quoted, names))}" for field, names in mapped.items())
    return ["--columns", ",".join(pairs)] if mapped else []


def _quoted(name: str) -> str:
    """Return a name as ``--columns`` takes it: in quotes if it has what separates names."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"' if {*name} & {*',+="'} else name

"""What a run is asked, as its job declares it: its target, and a flag for each option."""

from __future__ import annotations

import argparse

from mainstay.cli import arguments
from mainstay.errors import InvalidValueError
from mainstay.jobs import CATALOGUE, CatalogueRow
from mainstay.scheduling import AnyOption, JobContext, Target, checked_options, checked_target

__all__ = ["add_to", "context", "target"]


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add a flag for each option that some job has, with the jobs that have it."""
    group = parser.add_argument_group("options of jobs")
    for name, options in _by_name().items():
        flag, dest = f"--{name.replace('_', '-')}", _dest(name)
        text = "; ".join(map(_described, options.items()))
        option = next(iter(options))
        if option.is_flag:
            action = argparse.BooleanOptionalAction
            group.add_argument(flag, dest=dest, action=action, default=None, help=text)
        elif option.is_duration:
            group.add_argument(flag, dest=dest, metavar="TIME", help=text)
        else:
            group.add_argument(flag, dest=dest, type=arguments.integer, metavar="N", help=text)


def _by_name() -> dict[str, dict[AnyOption, list[str]]]:
    """Return the options of all jobs by name, and who has each."""
    found: dict[str, dict[AnyOption, list[str]]] = {}
    for row in CATALOGUE.values():
        for option in row.options:
            found.setdefault(option.name, {}).setdefault(option, []).append(row.name)
    return found


def _described(item: tuple[AnyOption, list[str]]) -> str:
    option, jobs = item
    default = str(option.asked({})).lower()
    return f"{', '.join(jobs)}: {option.help} (default: {default})"


def _dest(name: str) -> str:
    return f"options.{name}"


def context(args: argparse.Namespace, row: CatalogueRow) -> JobContext:
    """Return what the run is asked; what its job can't be asked is wrong usage."""
    given = {name: getattr(args, _dest(name)) for name in _by_name()}
    options = {name: value for name, value in given.items() if value is not None}
    try:
        checked_options(row.name, row.options, options)
    except InvalidValueError as error:
        args.refuse(str(error))
    asked = target(args, row, "--date", args.date)
    return JobContext(target=asked, options=options, scheduled=args.scheduled)


def target(
    args: argparse.Namespace, row: CatalogueRow, flag: str, asked: Target | None
) -> Target | None:
    """Return the day or week that is asked for, as the job takes it."""
    try:
        return checked_target(row.target, asked, field=f"target of {row.name}")
    except InvalidValueError as error:
        args.refuse(f"argument {flag}: {error}")
        raise

"""The ``mainstay`` command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import mainstay
from mainstay._extras import Extra
from mainstay.cli import commands
from mainstay.cli.complaints import complain
from mainstay.cli.parsing import WRONG_USAGE, Parser, grouped
from mainstay.cli.spelling import make_safe
from mainstay.errors import MainstayError

__all__ = ["main"]

OK, FAILED, SKIPPED, UNWELL, FAULTY, INTERRUPTED = 0, 1, 3, 4, 5, 130

_EPILOG = """\
Begin with mainstay demo. mainstay COMMAND --help says more, with examples.

environment:
  MAINSTAY_DB            the store, unless --db says which
                         (default: sqlite:///mainstay.db)
  MAINSTAY_LOCK_TIMEOUT  how many seconds to wait for another writer
                         (default: 30)

exit status:
  0    done
  1    the input or the store can't be used; standard error says why
  2    the command line is wrong
  3    done, but bad lines were skipped, or some of a job's users failed
  4    a job is late, takes too long or is failing, or something else is wrong
       (mainstay status)
  5    a commitment, a reward or the ledger was changed (mainstay verify)
  130  interrupted
"""


def command_parser(asked: str | None) -> argparse.ArgumentParser:
    """Return what parses the command that is asked for, or all commands."""
    parser = Parser(
        prog="mainstay",
        usage="mainstay [-h] [--version] COMMAND ...",
        description="Turn activity into scores, and scores into recognition.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"mainstay {mainstay.__version__}")
    if asked != "--version":  # which is all that needs no command, and so no rich
        _add_commands(parser, asked)
    return parser


def _add_commands(parser: argparse.ArgumentParser, asked: str | None) -> None:
    parsers = parser.add_subparsers(
        prog="mainstay", metavar="COMMAND", required=True, help=argparse.SUPPRESS
    )
    with Extra("cli", "rich"):
        commands.add_to(parsers, asked)
    if asked not in commands.NAMES:
        # argparse itself shows them in one list
        summaries = {each.dest: each.help or "" for each in parsers._choices_actions}  # noqa: SLF001
        parser.description = f"{parser.description}\n\n{grouped(commands.GROUPS, summaries)}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the process that started us
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        make_safe(getattr(sys, name))
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(given)
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KeyboardInterrupt:
        return failure("interrupted", INTERRUPTED)
    except MainstayError as error:
        return failure(str(error))
    except OSError as error:
        return failure(": ".join(filter(None, (error.filename, error.strerror))))


def _run(given: Sequence[str]) -> int:
    parser = command_parser(next(iter(given), None))
    if not given:
        parser.print_help(sys.stderr)
        return WRONG_USAGE
    args = parser.parse_args(given)
    status: int = args.run(args)
    sys.stdout.flush()
    return status


def failure(message: str, status: int = FAILED) -> int:
    """Say why nothing came of it, and return the exit status."""
    complain(f"mainstay: {message}")
    return status

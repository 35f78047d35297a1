"""How contests go, as a file of ``--config`` has it."""

from __future__ import annotations

import argparse
import shlex

from mainstay.cli.config import read_policies
from mainstay.cli.store import option
from mainstay.contest import ContestPolicy
from mainstay.jobs.contest_table import CONTEST_TABLE, ContestTable

__all__ = ["add_config", "contest_policy", "same"]


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add the option that says how contests go."""
    parser.add_argument(
        "--config", metavar="FILE", help="a TOML file whose table [contest] says how contests go"
    )


def contest_policy(args: argparse.Namespace) -> ContestPolicy:
    """Return how contests go: as the file has it, else the standard way."""
    given = None if args.config is None else read_policies(args.config).get(CONTEST_TABLE.table)
    return given.policy if isinstance(given, ContestTable) else ContestPolicy()


def same(args: argparse.Namespace) -> str:
    """Return what to write behind a command so that it has the same policy, and the same store."""
    config = "" if args.config is None else f" --config {shlex.quote(args.config)}"
    return f"{config}{option(args.db, args.schema)}"

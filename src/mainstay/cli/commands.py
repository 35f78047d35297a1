"""All commands there are."""

from __future__ import annotations

import argparse
from importlib import import_module

__all__ = ["NAMES", "add_to"]

#: In the order in which somebody new will need them. Each is in the module of its name.
NAMES = (
    *("score", "init", "import", "run", "candidates", "points", "leaderboard", "badges", "case"),
    *("verify", "outlook", "prefer", "deliver", "notifications", "status", "jobs"),
)
_MODULES = {"import": "importing"}  # "import" is a word of Python's own


def add_to(parsers: argparse._SubParsersAction[argparse.ArgumentParser], asked: str | None) -> None:
    """Add a command to the parser, or every one unless it is one of them.

    What only the others need is not imported: that would take longer than most of what they do.
    """
    for name in [asked] if asked in NAMES else NAMES:
        import_module(f"mainstay.cli.{_MODULES.get(name, name)}").add_to(parsers)

"""All commands there are."""

from __future__ import annotations

import argparse
from importlib import import_module
from types import ModuleType

__all__ = ["NAMES", "add_to", "module_of"]

#: In the order in which somebody new will need them. Each is in the module of its name.
NAMES = (
    *("demo", "score", "report", "init", "import", "run", "candidates", "points", "leaderboard"),
    *("badges", "case", "verify", "outlook", "prefer", "deliver", "notifications", "status"),
    *("jobs", "reevaluate", "remove", "rename", "forget", "prune", "policy", "sql"),
)
_MODULES = {"import": "importing"}  # "import" is a word of Python's own


def module_of(name: str) -> ModuleType:
    """Import the module of a command, and return it."""
    return import_module(f"mainstay.cli.{_MODULES.get(name, name)}")


def add_to(parsers: argparse._SubParsersAction[argparse.ArgumentParser], asked: str | None) -> None:
    """Add a command to the parser, or every one unless it is one of them.

    What only the others need is not imported: that would take longer than most of what they do.
    """
    for name in [asked] if asked in NAMES else NAMES:
        module_of(name).add_to(parsers)

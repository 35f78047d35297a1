"""All commands there are."""

from __future__ import annotations

import argparse
from importlib import import_module
from types import ModuleType

__all__ = ["GROUPS", "NAMES", "add_to", "module_of"]

#: In the order in which somebody new will need them. Each is in the module of its name.
GROUPS: dict[str, tuple[str, ...]] = {
    "begin with a file, or with made-up people": (
        "demo",
        "inspect",
        "score",
        "streaks",
        "report",
        "evidence",
    ),
    "keep events in a store, and recognise people": ("init", "import", "run", "candidates"),
    "points and badges": ("points", "leaderboard", "badges"),
    "contests": ("case", "verify"),
    "tell people": ("outlook", "prefer", "deliver", "notifications"),
    "see how all is doing": ("status", "jobs"),
    "correct what is kept": ("reevaluate", "remove", "rename", "forget", "prune", "policy"),
    "score in your own database": ("sql",),
}
NAMES: tuple[str, ...] = tuple(name for names in GROUPS.values() for name in names)
#: "import" is a word of Python's own, and "inspect" the name of a library.
_MODULES = {"import": "importing", "inspect": "inspecting"}


def module_of(name: str) -> ModuleType:
    """Import the module of a command, and return it."""
    return import_module(f"mainstay.cli.{_MODULES.get(name, name)}")


def add_to(parsers: argparse._SubParsersAction[argparse.ArgumentParser], asked: str | None) -> None:
    """Add a command to the parser, or every one unless it is one of them.

    What only the others need is not imported: that would take longer than most of what they do.
    """
    for name in [name for name in NAMES if name == asked] or NAMES:
        module_of(name).add_to(parsers)

"""What is said on standard error if nothing comes of a command."""

from __future__ import annotations

import sys

from mainstay.cli.spelling import spelled

__all__ = ["complain"]


def complain(text: str) -> None:
    """Say what is wrong, on lines that fit the terminal if rich is there to find them."""
    try:
        from mainstay.cli import terminal  # noqa: PLC0415  (rich may be missing)
    except ModuleNotFoundError:
        print(spelled(text), file=sys.stderr)
    else:
        terminal.say(terminal.console(sys.stderr), text)

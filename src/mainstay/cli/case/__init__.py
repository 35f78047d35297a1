"""``mainstay case``: contests, from opening a case to closing it."""

from __future__ import annotations

import argparse

from mainstay.cli.case import closing, importing, listing, opening, showing, voting

__all__ = ["add_to"]

_EPILOG = """\
A case is a question with sides to take. Its verdict is fixed when it is
opened, and published only as a digest: when it closes, everybody can check
that the verdict was not changed.

examples:
  mainstay case open "May a doctor lie to spare a life?" --side yes --side no
  mainstay case vote case-0001 ada yes
  mainstay case argue case-0001 bob "Trust is hard to win back."
  mainstay case show case-0001
  mainstay case close case-0001
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command, and its own commands, to the parser."""
    parser = commands.add_parser(
        "case",
        help="open cases, vote and argue about them, and close them",
        description="Open cases, vote and argue about them, and close them.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    inner = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (opening, listing, showing, voting, closing, importing):
        command.add_to(inner)

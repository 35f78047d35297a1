"""All commands there are, in the order in which somebody new will need them."""

from __future__ import annotations

import argparse

from mainstay.cli import candidates, importing, init, jobs, run, score, status

__all__ = ["add_to"]


def add_to(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add every command to the parser."""
    for command in (score, init, importing, run, candidates, status, jobs):
        command.add_to(parsers)

"""All commands there are, in the order in which somebody new will need them."""

from __future__ import annotations

import argparse

from mainstay.cli import (
    badges,
    candidates,
    case,
    deliver,
    importing,
    init,
    jobs,
    leaderboard,
    notifications,
    outlook,
    points,
    prefer,
    run,
    score,
    status,
    verify,
)

__all__ = ["add_to"]


def add_to(parsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add every command to the parser."""
    first = (score, init, importing, run, candidates, points, leaderboard, badges, case, verify)
    told = (outlook, prefer, deliver, notifications)
    for command in (*first, *told, status, jobs):
        command.add_to(parsers)

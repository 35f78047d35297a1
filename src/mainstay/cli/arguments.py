"""The command line's own types: text to value, with errors that argparse reports."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import TypeVar

from mainstay import checks, localdays
from mainstay.errors import MainstayError
from mainstay.rows import Columns
from mainstay.timestamps import parse_instant

T = TypeVar("T")


def _argument(parse: Callable[[str], T]) -> Callable[[str], T]:
    """Report our own errors, remedy included, as wrong usage."""

    def parsed(text: str) -> T:
        try:
            return parse(text)
        except MainstayError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return parsed


@_argument
def instant(text: str) -> datetime:
    """Return the instant of an ISO 8601 timestamp with an offset, or of Unix seconds."""
    return checks.instant("it", parse_instant(text, field="it"))


def written(at: datetime) -> str:
    """Write an instant so that :func:`instant` reads it: UTC, ending in Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


@_argument
def zone(text: str) -> str:
    """Return the name of a known zone."""
    localdays.find_zone(text, field="it")
    return text


def wall_time(text: str) -> time:
    """Return a time of day from ``HH:MM``."""
    try:
        return checks.wall_time("it", time.fromisoformat(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"write HH:MM, such as 04:00, not {text!r}") from error


def positive(text: str) -> int:
    """Return an integer that is at least 1."""
    if not (text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"must be at least 1, not {text!r}")
    return int(text)


def columns(text: str) -> Columns:
    """Return names in order from ``a,b``; our names for the file's from ``user_id=a``."""
    parts = text.split(",")
    pairs = [part.partition("=") for part in parts if "=" in part]
    if pairs and len(pairs) < len(parts):
        raise argparse.ArgumentTypeError("write either all NAMEs or all user_id=NAME")
    return {ours: theirs for ours, _, theirs in pairs} or parts

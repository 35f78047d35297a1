"""The log on standard error, for as long as a job runs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from mainstay.cli.spelling import spelled

__all__ = ["logged"]


@contextmanager
def logged(messages: Console, *, verbose: bool) -> Iterator[None]:
    """Show warnings; or, if it is to be verbose, all from level INFO on, with tracebacks."""
    logger, handler = logging.getLogger("mainstay"), _Shown(messages, verbose=verbose)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO if verbose else logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)


class _Shown(logging.Handler):
    """Prints records above a progress bar, and in a pipe as they are.

    Rich's own handler would pad each line of a pipe to its endless width.
    """

    def __init__(self, messages: Console, *, verbose: bool) -> None:
        super().__init__()
        self._messages = messages
        self.setFormatter(_Spelled(verbose=verbose))
        if not verbose:
            self.addFilter(_not_said_otherwise)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._messages.print(Text(self.format(record), overflow="fold"))
        except OSError:  # nobody reads it any more; the job is to go on
            self.handleError(record)


def _not_said_otherwise(record: logging.LogRecord) -> bool:
    """Let pass what the command does not say itself: a job's errors are in its summary."""
    return record.name != "mainstay.jobs"


class _Spelled(logging.Formatter):
    """Spells out control characters, and leaves out tracebacks unless it is to be verbose."""

    def __init__(self, *, verbose: bool) -> None:
        super().__init__()
        self._verbose = verbose

    def format(self, record: logging.LogRecord) -> str:
        message = spelled(record.getMessage())
        if not self._verbose:
            return message
        lines = [f"{self.formatTime(record, '%H:%M:%S')} {record.levelname} {message}"]
        if record.exc_info:
            lines += map(spelled, self.formatException(record.exc_info).split("\n"))
        return "\n".join(lines)

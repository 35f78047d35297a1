"""``mainstay deliver``: tell people what is due."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import attrs
from rich.console import Console

from mainstay.cli import OK, SKIPPED, arguments, terminal
from mainstay.cli.config import read_policies
from mainstay.cli.logs import logged
from mainstay.cli.store import add_db, open_store
from mainstay.errors import CallsFailedError
from mainstay.jobs import JsonLinesNotifier, deliver_due
from mainstay.outlook import NotificationPolicy
from mainstay.ports import HasOutlooks
from mainstay.scheduling import JobContext, JobReport

_EPILOG = """\
Each notification is a line of JSON on standard output, with its key, kind,
user_id, day, channel, title, body and data. A line may come twice, if this
was killed between writing and keeping that it did: its key is the same.

With --follow, SIGTERM and Ctrl-C end it after the notification that is being
written; if the reader closes the pipe it ends, and nothing is lost.

config:
  [notifications]
  enabled = true
  zone = "Europe/Berlin"
  weekday = 06:45:00
  weekend = "08:30"

examples:
  mainstay deliver
  mainstay deliver --follow | ./send-mail
  mainstay deliver --follow --every 60 --config policy.toml
"""

_EVERY, _ERRORS_SHOWN = 10, 5
#: How often it is seen, between two looks, that it is to end.
_BLINK_S = 0.1


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "deliver",
        help="tell people what is due, as lines of JSON",
        description="Deliver the notifications that are due, as lines of JSON.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, refuse=parser.error)
    parser.add_argument(
        "--follow", action="store_true", help="go on until interrupted, as a service does"
    )
    parser.add_argument(
        "--every",
        type=arguments.positive,
        metavar="SECONDS",
        help=f"with --follow, how long to wait between two looks (default: {_EVERY})",
    )
    parser.add_argument(
        "--config", metavar="FILE", help="a TOML file whose [notifications] says what holds"
    )
    add_db(parser)
    parser.add_argument(
        "--json", action="store_true", help="only lines of JSON: no summary on standard error"
    )


@attrs.define
class _Ends:
    """Whether it is to end, and when a run between two notifications asks for it."""

    asked: bool = False

    def ask(self, _signal: int, _frame: FrameType | None) -> None:
        """Take a signal."""
        self.asked = True

    def progress(self, _done: int, _total: int) -> None:
        """Stop a run between two notifications.

        Raises:
            _EndedError: It is to end.
        """
        if self.asked:
            raise _EndedError

    def wait(self, seconds: float) -> None:
        """Wait, unless it is to end."""
        end = time.monotonic() + seconds
        while not self.asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _BLINK_S))


class _EndedError(Exception):
    """It is to end: what is not delivered yet stays so."""


def run(args: argparse.Namespace) -> int:
    """Deliver once, or again and again."""
    if args.every is not None and not args.follow:
        args.refuse("argument --every: only with --follow")
    given = None if args.config is None else read_policies(args.config).get("notifications")
    policy = given if isinstance(given, NotificationPolicy) else None
    messages = terminal.console(sys.stderr)
    told = None if args.json else messages
    with open_store(args.db, args.schema) as store, logged(messages, verbose=False), _pipe_errors():
        if not args.follow:
            report = _delivered(store, policy, JobContext())
            _say(report, told)
            return SKIPPED if report.failed else OK
        with _signals() as ends:
            _follow(store, policy, ends, args.every or _EVERY, told)
    return OK


def _follow(
    store: HasOutlooks,
    policy: NotificationPolicy | None,
    ends: _Ends,
    every: int,
    told: Console | None,
) -> None:
    while not ends.asked:
        try:
            report = _delivered(store, policy, JobContext(progress=ends.progress))
        except _EndedError:
            return
        if report.processed or report.result["expired_count"]:
            _say(report, told)
        ends.wait(every)


def _delivered(
    store: HasOutlooks, policy: NotificationPolicy | None, context: JobContext
) -> JobReport:
    notifier = JsonLinesNotifier(terminal.machine_output())
    return deliver_due(store, notifier, context=context, policy=policy)


@contextmanager
def _pipe_errors() -> Iterator[None]:
    """Have a reader that has gone end this as it ends every command."""
    try:
        yield
    except CallsFailedError as error:
        if isinstance(error.__cause__, BrokenPipeError):
            raise error.__cause__ from error
        raise


@contextmanager
def _signals() -> Iterator[_Ends]:
    """Have SIGTERM and Ctrl-C ask for the end, for as long as this lasts."""
    ends = _Ends()
    before = {number: signal.signal(number, ends.ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield ends
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say(report: JobReport, told: Console | None) -> None:
    if told is not None:
        terminal.say(told, *_sentences(report))


def _sentences(report: JobReport) -> Iterator[str]:
    counts = {name: report.result[f"{name}_count"] for name in ("cancelled", "later", "expired")}
    more = ", ".join(f"{name}: {count:,}" for name, count in counts.items())
    yield f"Delivered: {report.result['delivered_count']:,}, {more}, failed: {report.failed:,}."
    for error in report.errors[:_ERRORS_SHOWN]:
        yield f"failed {error.item}: {error.error}"

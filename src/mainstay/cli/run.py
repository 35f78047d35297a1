"""``mainstay run``: run a job now, for one day or week."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import date

from rich.console import Console

from mainstay.cli import OK, SKIPPED, arguments, candidates, policies, terminal
from mainstay.cli.logs import logged
from mainstay.cli.store import add_db, open_store, specs
from mainstay.codec import to_plain
from mainstay.jobs import run_job
from mainstay.jobs.evaluate_consistency import EVALUATE_CONSISTENCY
from mainstay.jobs.update_multipliers import UPDATE_MULTIPLIERS
from mainstay.localdays import IsoWeek
from mainstay.ports import Store
from mainstay.scheduling import JobContext, JobReport, JobSpec
from mainstay.scores.engagement.day import DayOutcome

_ERRORS_SHOWN = 5

_EPILOG = """\
jobs:
  evaluate-consistency  evaluates every user's days, once each, and picks the
                        candidates
  update-multipliers    records every user's weeks, on which the multiplier
                        rests

  Both catch up: all days (or weeks) that were missed are done, in order. What
  is done is kept as it is; running a job again changes nothing.

policies:
  The first run that evaluates anybody keeps its policy in the store: the one
  it is given, else the standard one (post=2 like=5 comment=5). Later runs need
  none; one that is given must equal the latest kept. --from adds one, for days
  (or weeks) that were not evaluated for anybody yet. Each day is judged by the
  policy of that day, however late.

config:
  [engagement]
  criteria = {post = 2, like = 5, comment = 5}  # a day's least; the defaults
  top_inactive_users = 5           # and every other field of EngagementPolicy
  [weekly]
  min_interactions = 2             # and every other field of WeeklyStreakPolicy

examples:
  mainstay run evaluate-consistency
  mainstay run evaluate-consistency --criteria commit=1 --date 2024-05-01
  mainstay run evaluate-consistency --criteria commit=2 --from 2024-06-01
  mainstay run update-multipliers --date 2024-W18 --config policy.toml
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "run",
        help="run a job now",
        description="Run a job now, up to and including one day or week.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, refuse=parser.error)
    parser.add_argument(
        "job", choices=(EVALUATE_CONSISTENCY, UPDATE_MULTIPLIERS), metavar="JOB", help="which job"
    )
    parser.add_argument(
        "--date",
        type=arguments.day_or_week,
        metavar="DATE",
        help="the last day to do, or the last week, such as 2024-W18, by itself or by one of its "
        "days (default: the last that is over)",
    )
    add_db(parser)
    policies.add_to(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--verbose", action="store_true", help="show the log, with tracebacks")


def run(args: argparse.Namespace) -> int:
    """Run it, and say what came of it."""
    messages = terminal.console(sys.stderr)
    target, since = _day_of(args, "date"), _day_of(args, "since")
    config = policies.asked(args)
    with open_store(args.db) as store:
        spec = specs(store, policies.settled(args, config, since, store, messages))[args.job]
        with logged(messages, verbose=args.verbose):
            report = _run(spec, store, target, messages)
        picked = _candidates(store, report)
    if args.json:
        _write_json(report, picked)
    elif picked is not None:
        candidates.show(picked)
    sys.stdout.flush()
    terminal.say(messages, *_sentences(report))
    if picked is not None:
        terminal.say(messages, candidates.in_words(picked, _day(report)))
    return SKIPPED if report.failed else OK


def _day_of(args: argparse.Namespace, option: str) -> date | None:
    """Return the day, or the Monday of the week, that an option asks for."""
    asked: date | IsoWeek | None = getattr(args, option)
    if not isinstance(asked, IsoWeek):
        return asked
    if args.job != UPDATE_MULTIPLIERS:
        name = "from" if option == "since" else option
        args.refuse(f"argument --{name}: {args.job} takes a date such as 2024-05-01, not a week")
    return asked.monday


def _run(spec: JobSpec, store: Store, target: date | None, messages: Console) -> JobReport:
    with terminal.progress(messages, spec.name) as progress:
        context = JobContext(target=target, progress=progress)
        return run_job(spec, store.runs, context, exclusive=False)


def _candidates(store: Store, report: JobReport) -> list[DayOutcome] | None:
    """Return the users that the daily job has picked for its last day."""
    if report.job != EVALUATE_CONSISTENCY:
        return None
    return list(store.engagements.candidates(_day(report)) or ())


def _day(report: JobReport) -> date:
    return date.fromisoformat(str(report.target))


def _write_json(report: JobReport, picked: list[DayOutcome] | None) -> None:
    more = {} if picked is None else {"candidates": candidates.as_plain(picked)}
    terminal.write_json(to_plain(report) | more)


def did(report: JobReport) -> str:
    """Say what a run did."""
    counts = f"{report.succeeded:,} succeeded, {report.skipped:,} skipped, {report.failed:,} failed"
    if not report.processed:
        counts = "nothing left to do"
    return f"{report.target}: {counts}, in {report.duration.total_seconds():.1f} s"


def _sentences(report: JobReport) -> Iterator[str]:
    yield f"{report.job} {did(report)}."
    for error in report.errors[:_ERRORS_SHOWN]:
        yield f"failed {error.item}: {error.error}"
    if report.failed > _ERRORS_SHOWN:
        yield f"Shown are the first {_ERRORS_SHOWN}; --json has up to 100, --verbose all."

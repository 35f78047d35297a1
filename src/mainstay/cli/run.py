"""``mainstay run``: run a job now."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterator, Mapping

import attrs
from rich.console import Console

from mainstay.cli import OK, SKIPPED, arguments, asking, candidates, policies, terminal
from mainstay.cli.logs import logged
from mainstay.cli.store import add_db, open_store
from mainstay.codec import to_plain
from mainstay.jobs import CATALOGUE, PolicyTable, run_job, shaped
from mainstay.ports import Store
from mainstay.scheduling import JobContext, JobReport, JobSpec
from mainstay.scores.engagement.day import DayOutcome

_ERRORS_SHOWN = 5
_WIDTH = 79


def _listed() -> str:
    """Return a line or two on each job."""
    return _table({name: row.summary for name, row in CATALOGUE.items()})


def _tables() -> str:
    """Return a line or two on each table of policies."""
    jobs: dict[PolicyTable, list[str]] = {}
    for name, row in CATALOGUE.items():
        if row.policy is not None:
            jobs.setdefault(row.policy, []).append(name)
    return _table(
        {
            f"[{policy.table}]": f"{policy.summary}, for {', '.join(names)}"
            for policy, names in jobs.items()
        }
    )


def _table(rows: Mapping[str, str]) -> str:
    """Return a name and some words a row, the words in a column of their own."""
    column = max(map(len, rows)) + 4
    return "\n".join(
        textwrap.fill(
            words,
            _WIDTH,
            initial_indent=f"  {name}".ljust(column),
            subsequent_indent=" " * column,
            break_on_hyphens=False,
        )
        for name, words in rows.items()
    )


_EPILOG = f"""\
jobs:
{_listed()}

  evaluate-consistency and update-multipliers catch up: all days or weeks that
  were missed are done, in order. generate-outlooks and send-notifications do
  one day, optimize-content the days before one. What is done is kept as it
  is; running a job again changes nothing.

policies:
  Days and weeks: the first run that evaluates anybody keeps its policy in the
  store: the one it is given, else the standard one (post=2 like=5 comment=5).
  Later runs need none; one that is given must equal the latest kept. --from
  adds one, for days (or weeks) that were not evaluated for anybody yet. Each
  day is judged by the policy of that day, however late.

  Leaderboards, badges and notifications: a policy that is given replaces the
  one kept; a run that is given none uses that, or the standard one if none is
  kept.

  Contests: none is kept. Give all four jobs, and mainstay case, the same file.
  Nor is any of reviews of content, [outlook].

config:
{_tables()}
  Fields that are left out have their defaults; criteria are written
  {{post = 2, like = 5, comment = 5}}.

examples:
  mainstay run evaluate-consistency
  mainstay run evaluate-consistency --criteria commit=1 --date 2024-05-01
  mainstay run evaluate-consistency --criteria commit=2 --from 2024-06-01
  mainstay run evaluate-consistency --hold 6h
  mainstay run update-multipliers --date 2024-W18 --config policy.toml
  mainstay run monitor-transactions --all --config contest.toml
  mainstay run generate-outlooks --date 2024-05-02 --force
  mainstay run send-notifications --date 2024-05-02 --config policy.toml
  mainstay run optimize-content --days 14
  mainstay run optimize-content --scheduled
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "run",
        help="run a job now",
        description="Run a job now.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, refuse=parser.error)
    parser.add_argument("job", choices=tuple(CATALOGUE), metavar="JOB", help="which job")
    parser.add_argument(
        "--date",
        type=arguments.target,
        metavar="DATE",
        help="evaluate-consistency, update-multipliers: the last day to do, or the last week, such "
        "as 2024-W18, by itself or by one of its days (default: the last that is over); "
        "generate-outlooks: the day that the outlooks are for (default: tomorrow); "
        "send-notifications: that day's alone (default: what is due within 24 hours); "
        "optimize-content: the day after those looked at (default: today); other jobs have none",
    )
    parser.add_argument(
        "--scheduled",
        action="store_true",
        help="say so if cron starts it: only then does optimize-content decide on trials of "
        "variants; other jobs do the same with it and without",
    )
    add_db(parser)
    policies.add_to(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--verbose", action="store_true", help="show the log, with tracebacks")
    asking.add_to(parser)


def run(args: argparse.Namespace) -> int:
    """Run it, and say what came of it."""
    messages, row = terminal.console(sys.stderr), CATALOGUE[args.job]
    context, policy = asking.context(args, row), policies.asked(args, row)
    with open_store(args.db) as store:
        spec = row.spec(store, policy=policy.settled(store, messages))
        with logged(messages, verbose=args.verbose):
            report = _run(spec, store, context, messages)
        picked = candidates.picked(store, report)
    if args.json:
        _write_json(report, picked)
    elif picked is not None:
        candidates.show(picked)
    sys.stdout.flush()
    terminal.say(messages, *_sentences(report))
    if picked is not None:
        terminal.say(messages, candidates.in_words(picked, candidates.day_of(report)))
    return SKIPPED if report.failed else OK


def _run(spec: JobSpec, store: Store, context: JobContext, messages: Console) -> JobReport:
    with terminal.progress(messages, spec.name) as progress:
        running = attrs.evolve(context, progress=progress)
        return run_job(spec, store.runs, running, exclusive=False)


def _write_json(report: JobReport, picked: list[DayOutcome] | None) -> None:
    more = {} if picked is None else {"candidates": candidates.as_plain(picked)}
    terminal.write_json(to_plain(report) | dict(shaped(report)) | more)


def did(report: JobReport) -> str:
    """Say what a run did."""
    counts = f"{report.succeeded:,} succeeded, {report.skipped:,} skipped, {report.failed:,} failed"
    if not report.processed:
        counts = "nothing left to do"
    worked_on = "" if report.target is None else f"{report.target}: "
    return f"{worked_on}{counts}, in {report.duration.total_seconds():.1f} s"


def _sentences(report: JobReport) -> Iterator[str]:
    yield f"{report.job} {did(report)}."
    for error in report.errors[:_ERRORS_SHOWN]:
        yield f"failed {error.item}: {error.error}"
    if report.failed > _ERRORS_SHOWN:
        yield f"Shown are the first {_ERRORS_SHOWN}; --json has up to 100, --verbose all."

"""``mainstay status``: whether the jobs run as they should."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

import attrs
from rich.table import Table
from rich.text import Text

from mainstay._reprs import in_utc
from mainstay.cli import OK, UNWELL, terminal
from mainstay.cli.run import did
from mainstay.cli.store import add_db, add_schedules, open_store, scheduled
from mainstay.jobs import CATALOGUE, JobStatus, job_status
from mainstay.ports import Store
from mainstay.scheduling import JobRun, JobSpec

_EPILOG = """\
status:
  never     it has not run yet
  late      it should have begun again since
  too long  its last run has not ended in its time
  failing   its last run raised an error, or all of its items failed
  ok        its last run did what there was to do, or is still running

  A job is late by the schedule that an app has installed it with (Celery,
  APScheduler), or that --config says, else by its standard one: see
  mainstay jobs. The exit status is 4 unless all jobs are ok or never ran,
  so that a monitor can call this.

config:
  [schedules]
  evaluate-consistency = {time = 03:00:00, zone = "Europe/Berlin"}
  update-multipliers = {weekday = 0, time = 04:00:00}  # 0 is Monday; UTC

examples:
  mainstay status
  mainstay status --json --config schedules.toml
"""

_STYLES = {JobStatus.OK: "green", JobStatus.NEVER: ""}

_COUNTS = ("target", "succeeded", "skipped", "failed")
_FACTS = ("started_at", "seconds", "options", *_COUNTS, "error", "result")


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "status",
        help="show whether the jobs run as they should",
        description="Show each job's last run, and whether it runs as it should.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    add_db(parser)
    add_schedules(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


@attrs.frozen
class _Health:
    """A job, how it is doing, and its last run."""

    job: str
    status: JobStatus
    last: JobRun | None

    def plain(self) -> dict[str, object]:
        """Return it as data for JSON, with ``None`` for what is not known."""
        known: dict[str, object] = {"job": self.job, "status": self.status.value}
        known.update(dict.fromkeys(_FACTS))
        if self.last is not None:
            known["started_at"] = in_utc(self.last.started_at)
            known["options"] = self.last.options.to_dict()
            known["error"] = self.last.error
            if self.last.finished_at is not None:
                known["seconds"] = (self.last.finished_at - self.last.started_at).total_seconds()
            if self.last.report is not None:
                for name in _COUNTS:
                    known[name] = getattr(self.last.report, name)
                known["result"] = self.last.report.result.to_dict()
        return known

    def row(self) -> tuple[str, Text, str, Text]:
        """Return it as a row of the table."""
        status = Text(self.status.value, _STYLES.get(self.status, "red"))
        if self.last is None:
            return self.job, status, "", Text()
        did_what = self.last.error or "has not ended"
        if self.last.report is not None:
            did_what = did(self.last.report)
        began = in_utc(self.last.started_at.replace(microsecond=0))
        return self.job, status, began, terminal.printable(did_what)


def run(args: argparse.Namespace) -> int:
    """Look up each job's last run, and show it."""
    now = datetime.now(UTC)
    with open_store(args.db) as store:
        found = [_health(store, spec, now) for spec in scheduled(store, args.config)]
    if args.json:
        terminal.write_json({"jobs": [health.plain() for health in found]})
    else:
        _show(found)
    unwell = {JobStatus.LATE, JobStatus.TOO_LONG, JobStatus.FAILING}
    return UNWELL if unwell & {health.status for health in found} else OK


def _health(store: Store, spec: JobSpec, now: datetime) -> _Health:
    last = store.runs.last(spec.name, now=now)
    leased = last is not None and last.attempt in store.runs.leases(spec.name, now=now)
    grace = CATALOGUE[spec.name].grace
    status = job_status(spec, last, now=now, leased=leased, grace=grace)
    return _Health(spec.name, status, last)


def _show(found: list[_Health]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("job", "status", "began"):
        table.add_column(name, no_wrap=True)
    table.add_column("last run", overflow="fold")
    for health in found:
        table.add_row(*health.row())
    terminal.console(sys.stdout).print(table)

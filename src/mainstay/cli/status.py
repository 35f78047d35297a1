"""``mainstay status``: whether the jobs run as they should, and all else is well."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from rich.console import Group
from rich.text import Text

from mainstay._reprs import in_utc
from mainstay.cli import OK, UNWELL, terminal
from mainstay.cli.run import did
from mainstay.cli.store import add_db, add_schedules, open_store, scheduled
from mainstay.cli.tables import Facts, Listing, exact, words
from mainstay.jobs import Health, JobHealth, JobStatus, exposition, health

_EPILOG = """\
status:
  never     it has not run yet
  late      it should have begun again since
  too long  its last run has not ended in its time
  failing   its last run raised an error, or all of its items failed
  ok        its last run did what there was to do, or is still running

  A job is late by the schedule that an app has installed it with (Celery,
  APScheduler), or that --config says, else by its standard one: see
  mainstay jobs. The exit status is 4 if a job is late, takes too long or is
  failing, if an entry of the outbox is overdue (by 15 minutes), if the ledger
  was changed, or if less than 5 % of this folder's disk is free: so a monitor
  can call this.

prometheus:
  Write it to a file, and rename it, for node_exporter's textfile collector:
  mainstay status --format prometheus > m.tmp; mv m.tmp mainstay.prom

config:
  [schedules]
  evaluate-consistency = {time = 03:00:00, zone = "Europe/Berlin"}
  update-multipliers = {weekday = 0, time = 04:00:00}  # 0 is Monday; UTC

examples:
  mainstay status
  mainstay status --json --config schedules.toml
  mainstay status --format prometheus
"""

_STYLES = {JobStatus.OK: "green", JobStatus.NEVER: ""}

_FORMATS = ("table", "json", "prometheus")
_KIBI, _UNITS = 1024, ("KiB", "MiB", "GiB", "TiB")
_COUNTS = ("target", "succeeded", "skipped", "failed")
_FACTS = ("started_at", "seconds", "options", *_COUNTS, "error", "result")


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "status",
        help="show whether the jobs run as they should, and all else is well",
        description="Show each job's last run, and whether it runs as it should; and how the\n"
        "database, the outbox, the ledger and the machine are doing.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    add_db(parser)
    add_schedules(parser)
    written = parser.add_mutually_exclusive_group()
    written.add_argument("--format", choices=_FORMATS, help="what to write (default: table)")
    written.add_argument(
        "--json",
        action="store_const",
        const="json",
        dest="format",
        help="one JSON object on stdout: the same as --format json",
    )


def run(args: argparse.Namespace) -> int:
    """Look how all is doing, and show it."""
    with open_store(args.db, args.schema) as store:
        found = health(store, scheduled(store, args.config), now=datetime.now(UTC))
    match args.format:
        case "json":
            jobs = [_plain(each) for each in found.jobs]
            terminal.write_json({"jobs": jobs, "health": found.to_dict()})
        case "prometheus":
            terminal.machine_output().write(exposition(found))
        case _:
            _show(found)
    return OK if found.is_well else UNWELL


def _plain(job: JobHealth) -> dict[str, object]:
    """Return a job as data for JSON, with ``None`` for what is not known."""
    known: dict[str, object] = {"job": job.job, "status": job.status.value}
    known.update(dict.fromkeys(_FACTS))
    if job.last is not None:
        known["started_at"] = in_utc(job.last.started_at)
        known["options"] = job.last.options.to_dict()
        known["error"] = job.last.error
        if job.last.finished_at is not None:
            known["seconds"] = (job.last.finished_at - job.last.started_at).total_seconds()
        if job.last.report is not None:
            for name in _COUNTS:
                known[name] = getattr(job.last.report, name)
            known["result"] = job.last.report.result.to_dict()
    return known


def _show(found: Health) -> None:
    jobs = Listing(exact("job"), exact("status"), exact("began"), words("last run"))
    for job in found.jobs:
        jobs.add(*_row(job))
    parts, problems = [], dict(found.problems())
    for part, state in _parts(found):
        problem = problems.get(part)
        said = ": ".join(filter(None, (state, problem)))
        parts.append((part, Text(said, "" if problem is None else "red", overflow="fold")))
    terminal.console(sys.stdout).print(Group(jobs, "", Facts(parts)))


def _row(job: JobHealth) -> tuple[str, Text, str, str]:
    """Return a job as a row of the table."""
    status = Text(job.status.value, _STYLES.get(job.status, "red"))
    if job.last is None:
        return job.job, status, "", ""
    did_what = job.last.error or "has not ended"
    if job.last.report is not None:
        did_what = did(job.last.report)
    began = in_utc(job.last.started_at.replace(microsecond=0))
    return job.job, status, began, did_what


def _parts(found: Health) -> Iterator[tuple[str, str]]:
    """Yield what else is looked at, and how it is doing."""
    yield "users", f"{found.active_users:,} active within 30 days"
    if found.database_bytes is not None:
        yield "database", _size(found.database_bytes)
    outbox = f"{found.waiting:,} waiting"
    if found.oldest_due_at is not None:
        outbox += f", the first due at {in_utc(found.oldest_due_at.replace(microsecond=0))}"
    yield "outbox", outbox
    if found.ledger_fault is not None:
        yield "ledger", ""
    elif found.ledger_entries is not None:
        yield "ledger", f"{found.ledger_entries:,} entries, unchanged"
    load = found.machine.get("load_per_core")
    if load is not None:
        yield "load", f"{load:g} a core"
    for name, total, free in (
        ("memory", "memory_total", "memory_available"),
        ("disk", "disk_total", "disk_free"),
    ):
        left, all_of_it = found.machine.get(free), found.machine.get(total)
        if left is not None and all_of_it is not None:
            yield name, f"{_size(left)} free of {_size(all_of_it)}"


def _size(count: float) -> str:
    """Write a number of bytes in a unit in which it is below a thousand.

    Examples:
        >>> _size(0), _size(1_500_000), _size(3 * 2**40)
        ('0 B', '1.4 MiB', '3.0 TiB')
    """
    if count < _KIBI:
        return f"{count:g} B"
    step = next((n for n in range(1, len(_UNITS)) if count < 1_000 * _KIBI**n), len(_UNITS))
    return f"{count / _KIBI**step:,.1f} {_UNITS[step - 1]}"

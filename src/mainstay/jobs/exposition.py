"""Health as Prometheus reads it: text for the textfile collector of its node exporter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs

from mainstay.jobs.health import Health, JobHealth
from mainstay.jobs.status import JobStatus

__all__ = ["exposition"]

_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
#: What the machine tells, and what its metrics are called.
_MACHINE = {
    "load_per_core": ("load_per_core", "The load of five minutes, by core."),
    "memory_total": ("memory_total_bytes", "How much memory the machine has."),
    "memory_available": ("memory_available_bytes", "How much of it is available."),
    "disk_total": ("disk_total_bytes", "How large the disk of the current folder is."),
    "disk_free": ("disk_free_bytes", "How much of it is free."),
}


def exposition(health: Health) -> str:
    """Return how a store, its jobs and its machine are doing, in Prometheus' text format.

    All are gauges. Instants are Unix seconds; counts of runs and errors are those of the last 24
    hours; ``mainstay_job_status`` is 1 for the status that a job has, and 0 for all others. What
    is not known is left out.

    Args:
        health: What :func:`mainstay.jobs.health` has found.

    Source:
        Prometheus, Exposition formats: text format 0.0.4.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.jobs import health
        >>> from mainstay.testing.memory import MemoryStore
        >>> found = health(MemoryStore(), [], now=datetime(2024, 5, 1, tzinfo=UTC))
        >>> print(exposition(found).partition("# HELP mainstay_active_users")[0], end="")
        # HELP mainstay_well Whether nothing is wrong: 1 or 0.
        # TYPE mainstay_well gauge
        mainstay_well 1
    """
    return "".join(text for metric in _metrics(health) for text in metric.lines())


@attrs.frozen
class _Metric:
    """A gauge: its name without our prefix, what it is, and its values by their labels."""

    name: str
    help: str
    values: Iterable[tuple[dict[str, str], float | None]]

    def lines(self) -> Iterator[str]:
        """Yield its lines; none if nothing is known."""
        name = f"mainstay_{self.name}"
        known = [(labels, value) for labels, value in self.values if value is not None]
        if known:
            yield f"# HELP {name} {self.help}\n# TYPE {name} gauge\n"
        for labels, value in known:
            yield f"{name}{_labels(labels)} {value!r}\n"


def _labels(labels: dict[str, str]) -> str:
    pairs = [f'{name}="{value.translate(_ESCAPED)}"' for name, value in labels.items()]
    return f"{{{','.join(pairs)}}}" if pairs else ""


def _metrics(health: Health) -> Iterator[_Metric]:
    yield from _of_the_store(health)
    for key, (name, words) in _MACHINE.items():
        yield _Metric(f"machine_{name}", words, [({}, health.machine.get(key))])
    yield from _of_jobs(health.jobs)


def _of_the_store(health: Health) -> Iterator[_Metric]:
    due = health.oldest_due_at
    for name, words, value in (
        ("well", "Whether nothing is wrong: 1 or 0.", int(health.is_well)),
        ("active_users", "Users with an event within the last 30 days.", health.active_users),
        ("database_bytes", "How much the database takes.", health.database_bytes),
        ("ledger_entries", "How many entries the ledger has.", health.ledger_entries),
        ("outbox_waiting", "Entries of the outbox that wait.", health.waiting),
        ("outbox_overdue", "Entries that have waited for too long.", health.overdue),
        (
            "outbox_oldest_due_timestamp_seconds",
            "When the first that waits is due.",
            None if due is None else due.timestamp(),
        ),
    ):
        yield _Metric(name, words, [({}, value)])


def _of_jobs(jobs: Sequence[JobHealth]) -> Iterator[_Metric]:
    yield _Metric(
        "job_last_success_timestamp_seconds",
        "When the last run ended that was done.",
        [
            ({"job": each.job}, None if each.done_at is None else each.done_at.timestamp())
            for each in jobs
        ],
    )
    yield _Metric(
        "job_status",
        "How the job is doing: 1 for its status.",
        [
            ({"job": each.job, "status": status.value}, int(status is each.status))
            for each in jobs
            for status in JobStatus
        ],
    )
    for name, words in (
        ("runs", "Runs that began within the last 24 hours."),
        ("errors", "How many of those ended with an error."),
    ):
        values = [({"job": each.job}, getattr(each, name)) for each in jobs]
        yield _Metric(f"job_{name}", words, values)

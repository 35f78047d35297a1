"""All jobs there are: what must know them goes through these rows.

The command, its help and its configuration, the status and the documents name no job; so a job
that is added here is in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mainstay.errors import InvalidValueError
from mainstay.jobs.check_badges import ROW as CHECK_BADGES
from mainstay.jobs.check_health import ROW as CHECK_HEALTH
from mainstay.jobs.close_cases import ROW as CLOSE_CASES
from mainstay.jobs.evaluate_consistency import ROW as EVALUATE_CONSISTENCY
from mainstay.jobs.generate_cases import ROW as GENERATE_CASES
from mainstay.jobs.generate_outlooks import ROW as GENERATE_OUTLOOKS
from mainstay.jobs.monitor_transactions import ROW as MONITOR_TRANSACTIONS
from mainstay.jobs.optimize_content import ROW as OPTIMIZE_CONTENT
from mainstay.jobs.refresh_leaderboards import ROW as REFRESH_LEADERBOARDS
from mainstay.jobs.row import CatalogueRow
from mainstay.jobs.send_notifications import ROW as SEND_NOTIFICATIONS
from mainstay.jobs.update_multipliers import ROW as UPDATE_MULTIPLIERS
from mainstay.jobs.verify_commitments import ROW as VERIFY_COMMITMENTS
from mainstay.ports import Store
from mainstay.scheduling import JobReport, JobSpec

__all__ = ["CATALOGUE", "all_jobs", "shaped"]

#: A row a job, by its name.
CATALOGUE: Mapping[str, CatalogueRow] = MappingProxyType(
    {
        row.name: row
        for row in (
            EVALUATE_CONSISTENCY,
            UPDATE_MULTIPLIERS,
            GENERATE_CASES,
            CLOSE_CASES,
            MONITOR_TRANSACTIONS,
            VERIFY_COMMITMENTS,
            REFRESH_LEADERBOARDS,
            CHECK_BADGES,
            GENERATE_OUTLOOKS,
            SEND_NOTIFICATIONS,
            OPTIMIZE_CONTENT,
            CHECK_HEALTH,
        )
    }
)

_NOTHING: Mapping[str, object] = MappingProxyType({})
_NO_OPTIONS: Mapping[str, Mapping[str, object]] = MappingProxyType({})


def all_jobs(
    store: Store,
    *,
    policies: Mapping[str, object] = _NOTHING,
    options: Mapping[str, Mapping[str, object]] = _NO_OPTIONS,
) -> tuple[JobSpec, ...]:
    """Return every job of the catalogue on a store, ready to be installed.

    Args:
        store: All ports.
        policies: What jobs judge by, by their names; those not named judge by the policies kept,
            else by the standard ones.
        options: What runs are asked if they don't say, by jobs' names: other defaults of their
            options, as :meth:`mainstay.scheduling.JobSpec.with_defaults` takes them.

    Raises:
        InvalidValueError: There is no such job, its policy is of another class, or an option
            can't be.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> [job.name for job in all_jobs(MemoryStore())][:2]
        ['evaluate-consistency', 'update-multipliers']
    """
    for name in (*policies, *options):
        if name not in CATALOGUE:
            raise InvalidValueError(
                "is not in the catalogue",
                field="job",
                value=name,
                remedy=f"There are: {', '.join(CATALOGUE)}.",
            )
    return tuple(
        row.spec(store, policy=policies.get(name)).with_defaults(**options.get(name, {}))
        for name, row in CATALOGUE.items()
    )


def shaped(report: JobReport) -> Mapping[str, object]:
    """Return what a report says in words of its job's own: see :attr:`CatalogueRow.shape`.

    A job of the host's, which is not in the catalogue, has none.

    Examples:
        >>> from datetime import UTC, datetime
        >>> begin, end = (datetime(2024, 5, 1, 5, 0, second, tzinfo=UTC) for second in (0, 6))
        >>> report = JobReport(job="generate-outlooks", task_id="1", target="2024-05-02",
        ...                    succeeded=3, skipped=1, started_at=begin, finished_at=end)
        >>> shaped(report)["generated_count"], shaped(report)["seconds_per_user"]
        (3, 2.0)
    """
    row = CATALOGUE.get(report.job)
    return {} if row is None else row.shape(report)

"""The job that looks every four hours whether all is well."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from mainstay import _checks as checks
from mainstay.errors import UnhealthyError
from mainstay.jobs._tally import Tally
from mainstay.jobs.health import HealthPolicy, health, watched_jobs
from mainstay.jobs.row import CatalogueRow
from mainstay.ports import Store
from mainstay.scheduling import Every, JobContext, JobReport, JobSpec, RetryPolicy

__all__ = ["CHECK_HEALTH", "check_health"]

CHECK_HEALTH = "check-health"

_INTERVAL = timedelta(hours=4)


def check_health(
    store: Store,
    *,
    jobs: Iterable[JobSpec] | None = None,
    policy: HealthPolicy | None = None,
) -> JobSpec:
    """Return the job that looks whether the database, the jobs, the outbox and the ledger are well.

    What is wrong is logged, and is among the report's errors; ``result`` has all that was looked
    at, as :meth:`mainstay.jobs.Health.to_dict` has it. Nothing is changed.

    It is due every four hours, without retries.

    Args:
        store: All ports.
        jobs: Which jobs to look at; by default all of the catalogue, as schedulers have them.
        policy: From when on something is wrong.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> report = check_health(MemoryStore()).run(JobContext())
        >>> report.result["active_users"], report.result["outbox"]["waiting"]
        (0, 0)
    """
    rules = HealthPolicy() if policy is None else checks.instance("policy", policy, HealthPolicy)
    looked_at = None if jobs is None else tuple(checks.iterable("jobs", jobs))
    run = partial(_run, store, looked_at, rules)
    return ROW.job(schedule=Every(_INTERVAL), run=run, retry=RetryPolicy())


ROW = CatalogueRow(
    name=CHECK_HEALTH,
    summary="looks whether the database, the jobs, the outbox and the ledger are well",
    make=lambda store, _: check_health(store),
)


def _run(
    store: Store, jobs: tuple[JobSpec, ...] | None, policy: HealthPolicy, context: JobContext
) -> JobReport:
    tally = Tally.begin(CHECK_HEALTH, context)
    watched = watched_jobs(store, _all_others(store) if jobs is None else jobs)
    found = health(store, watched, now=context.now(), policy=policy)
    problems = [*found.problems()]
    tally.succeeded = len(found.jobs) + _PARTS - len(problems)
    for item, problem in problems:
        tally.fail(item, UnhealthyError(problem, field=item))
    tally.result.update(found.to_dict())
    return tally.report()


#: What is looked at besides the jobs: the database, the outbox, the ledger and the machine.
_PARTS = 4


def _all_others(store: Store) -> list[JobSpec]:
    """Return all jobs but this one, which is running."""
    from mainstay.jobs.catalogue import all_jobs  # noqa: PLC0415  (this job is one of them)

    return [spec for spec in all_jobs(store) if spec.name != CHECK_HEALTH]

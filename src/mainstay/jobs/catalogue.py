"""All jobs there are: what must know them goes through these rows.

The command, its help and its configuration, the status and the documents name no job; so a job
that is added here is in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mainstay.errors import InvalidValueError
from mainstay.jobs.check_badges import ROW as CHECK_BADGES
from mainstay.jobs.close_cases import ROW as CLOSE_CASES
from mainstay.jobs.evaluate_consistency import ROW as EVALUATE_CONSISTENCY
from mainstay.jobs.generate_cases import ROW as GENERATE_CASES
from mainstay.jobs.monitor_transactions import ROW as MONITOR_TRANSACTIONS
from mainstay.jobs.refresh_leaderboards import ROW as REFRESH_LEADERBOARDS
from mainstay.jobs.row import CatalogueRow
from mainstay.jobs.update_multipliers import ROW as UPDATE_MULTIPLIERS
from mainstay.jobs.verify_commitments import ROW as VERIFY_COMMITMENTS
from mainstay.ports import Store
from mainstay.scheduling import JobSpec

__all__ = ["CATALOGUE", "all_jobs"]

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
        )
    }
)

_NOTHING: Mapping[str, object] = MappingProxyType({})


def all_jobs(store: Store, *, policies: Mapping[str, object] = _NOTHING) -> tuple[JobSpec, ...]:
    """Return every job of the catalogue on a store, ready to be installed.

    Args:
        store: All ports.
        policies: What jobs judge by, by their names; those not named judge by the policies kept,
            else by the standard ones.

    Raises:
        InvalidValueError: There is no such job, or its policy is of another class.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> [job.name for job in all_jobs(MemoryStore())][:2]
        ['evaluate-consistency', 'update-multipliers']
    """
    for name in policies:
        if name not in CATALOGUE:
            raise InvalidValueError(
                "is not in the catalogue",
                field="job",
                value=name,
                remedy=f"There are: {', '.join(CATALOGUE)}.",
            )
    return tuple(row.spec(store, policy=policies.get(name)) for name, row in CATALOGUE.items())

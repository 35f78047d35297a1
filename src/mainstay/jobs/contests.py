"""All jobs of contests at once: from making a case to the badge that somebody gets for it."""

from __future__ import annotations

from mainstay.contest import ContestPolicy
from mainstay.jobs.check_badges import check_badges
from mainstay.jobs.close_cases import close_cases
from mainstay.jobs.generate_cases import generate_cases
from mainstay.jobs.monitor_transactions import monitor_transactions
from mainstay.jobs.refresh_leaderboards import refresh_leaderboards
from mainstay.jobs.verify_commitments import verify_commitments
from mainstay.ports import CaseGenerator, Ledger, Store
from mainstay.recognition import BadgePolicy, LeaderboardPolicy
from mainstay.scheduling import JobSpec

__all__ = ["contest_jobs"]


def contest_jobs(
    store: Store,
    *,
    generator: CaseGenerator | None = None,
    ledger: Ledger | None = None,
    policy: ContestPolicy | None = None,
    badges: BadgePolicy | None = None,
    leaderboards: LeaderboardPolicy | None = None,
    notices: bool = False,
) -> tuple[JobSpec, ...]:
    """Return the six jobs that contests need, ready to be installed.

    Args:
        store: All ports.
        generator: Makes cases; without one, those that the host drafts are opened and closed.
        ledger: Where commitments are published and rewards paid; by default the store's own.
        policy: How contests go.
        badges: What there is to achieve.
        leaderboards: What boards show.
        notices: Whether to leave a notice in the outbox for each closed case that somebody took
            part in, each reward that is paid, and each badge.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> for job in contest_jobs(MemoryStore()):
        ...     print(job.name)
        generate-cases
        close-cases
        monitor-transactions
        verify-commitments
        refresh-leaderboards
        check-badges
    """
    chain = store.ledger if ledger is None else ledger
    return (
        generate_cases(store, ledger=chain, generator=generator, policy=policy),
        close_cases(store.contests, policy=policy, notices=notices),
        monitor_transactions(store, ledger=chain, policy=policy, notices=notices),
        verify_commitments(store, ledger=chain, policy=policy),
        refresh_leaderboards(store.leaderboards, policy=leaderboards),
        check_badges(store.badges, policy=badges, notices=notices),
    )

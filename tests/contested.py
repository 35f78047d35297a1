"""A store with contests that have come differently far."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mainstay.contest import Case, CaseVote, commit
from mainstay.jobs import close_now, monitor_transactions, verify_commitments
from mainstay.ports import Store
from mainstay.scheduling import JobContext
from mainstay.testing.memory import MemoryStore

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(hours=24)
NONCE = bytes(range(32))
#: SPEC §7's vector.
QUESTION = "May a doctor lie to spare a patient?"
DIGEST = "ace3002d650807500bae56a6d30bc9255366beee916f794d6b822c145da0e211"


def at(now: datetime) -> JobContext:
    return JobContext(clock=lambda: now)


def drafted(store: Store, case_id: str = "case-0001") -> None:
    case = Case(case_id, QUESTION, ["yes", "no"])
    store.contests.draft(case, *commit(case, "no", NONCE), now=NOON)


def contested() -> MemoryStore:
    """A store in memory with contests."""
    store = MemoryStore()
    contest_in(store)
    return store


def contest_in(store: Store) -> None:
    """Have a case that has closed and was paid, one that is open, and a draft."""
    drafted(store)
    drafted(store, "case-0002")
    verify_commitments(store, ledger=store.ledger).run(at(NOON))
    votes = [CaseVote("1", "ada", "no", NOON), CaseVote("2", "bob", "yes", NOON)]
    store.contests.vote("case-0001", votes)
    close_now(store.contests, "case-0001", now=NOON + DAY)
    monitor_transactions(store, ledger=store.ledger).run(at(NOON + DAY))
    drafted(store, "draft")

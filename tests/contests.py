"""Contests in tests of jobs: a ledger that says what it is told to, cases and rewards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import md5, sha1, sha256
from itertools import chain, permutations
from typing import TypeAlias

from mainstay.contest import Case, ContestPolicy, Secret, Sighting, Verification, commit
from mainstay.jobs import monitor_transactions
from mainstay.ports import HasContests, KeptCase, OutboxEntry
from mainstay.ports.ledger import other_payload
from mainstay.ports.rewards import new_reward, reward_of
from mainstay.scheduling import JobContext, JobReport, JobSpec
from mainstay.testing.memory import MemoryStore

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
MICROSECOND, MINUTE, HOUR, DAY = (
    timedelta(microseconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(hours=24),
)

#: A case as a draft and as an open one, and what is kept and what is secret of it.
DRAFT = Case("case-7", "May a doctor lie?", ["yes", "no"], "ada")
COMMITMENT_OF_DRAFT, SECRET = commit(DRAFT, "no", bytes(range(32)))
OPEN = DRAFT.opened(NOON, lasting=DAY)
KEPT = KeptCase(DRAFT, COMMITMENT_OF_DRAFT.digest)

#: What a ledger says of a transaction, or raises.
Said: TypeAlias = Sighting | BaseException

PENDING, NOT_FOUND, REFUSED = Sighting("pending"), Sighting("not_found"), Sighting("failed")
DOWN = ConnectionError("refused")

#: The credit of a reward that :func:`owed` has queued.
PAID = ("reward:case-0001", 400)


def confirmed(confirmations: int = 1, payload: str | None = None) -> Sighting:
    return Sighting("confirmed", confirmations, payload)


class ScriptedLedger:
    """A ledger that says of each transaction what a test wants, look by look.

    Args:
        script: What it says of any transaction; the last again and again.
        of: What it says of those under some keys instead.
        refusing: What it raises in turn when it is handed something, before it has taken it.
        crashing: Likewise, but after it has taken it.
    """

    def __init__(
        self,
        *script: Said,
        of: Mapping[str, Sequence[Said]] | None = None,
        refusing: Sequence[BaseException] = (),
        crashing: Sequence[BaseException] = (),
    ) -> None:
        self.script: Sequence[Said] = script
        self.of = dict(of or {})
        self.refusing, self.crashing = list(refusing), list(crashing)
        self.held: dict[str, str] = {}
        self.submitted: list[tuple[str, str]] = []
        self.asked: list[list[str]] = []
        self.looks = Counter[str]()

    def submit(self, key: str, payload: str) -> str:
        self.submitted.append((key, payload))
        if self.refusing:
            raise self.refusing.pop(0).with_traceback(None)
        if self.held.setdefault(key, payload) != payload:
            raise other_payload(key)
        if self.crashing:
            raise self.crashing.pop(0).with_traceback(None)
        return f"tx {key}"

    def look_up(self, transactions: Sequence[str]) -> Sequence[Sighting]:
        self.asked.append([*transactions])
        return [self._said(each) for each in transactions]

    def _said(self, transaction: str) -> Sighting:
        script = self.of.get(transaction.removeprefix("tx "), self.script)
        said = script[min(self.looks[transaction], len(script) - 1)]
        self.looks[transaction] += 1
        if isinstance(said, BaseException):
            raise said.with_traceback(None)  # else it grows with each time that it is raised
        return said


def run(job: JobSpec, at: datetime = NOON, **options: object) -> JobReport:
    """Run a job at an instant."""
    return job.run(JobContext(task_id="t", clock=lambda: at, options=options))


def owed(store: MemoryStore, *users: str, case_id: str = "case-0001") -> list[OutboxEntry]:
    """Queue a reward of 400 for each user, and return the entries, in the order of their keys."""
    entries = [new_reward(case_id, user, 400, at=NOON) for user in users]
    store.outbox.put(entries)
    return sorted(entries, key=lambda entry: entry.key)


def pay(
    store: MemoryStore,
    ledger: ScriptedLedger,
    at: datetime = NOON,
    *,
    policy: ContestPolicy | None = None,
    **options: object,
) -> JobReport:
    return run(monitor_transactions(store, ledger=ledger, policy=policy), at, **options)


def pay_each_minute(store: MemoryStore, ledger: ScriptedLedger, runs: int) -> list[JobReport]:
    return [pay(store, ledger, NOON + minute * MINUTE) for minute in range(runs)]


def states(store: MemoryStore) -> list[str]:
    """Return how far the rewards are, in the order of their keys."""
    entries = sorted(kept(store).items())
    return [reward_of(entry).state.value for _, entry in entries if entry.kind == "reward"]


def reward_id(entry: OutboxEntry) -> str:
    return reward_of(entry).id


def kept(store: MemoryStore) -> dict[str, OutboxEntry]:
    """Return all entries of the outbox, by key."""
    return {entry.key: entry for entry in store.outbox.all()}


def history(store: MemoryStore, user: str) -> list[tuple[str, int]]:
    """Return the reasons and amounts of a user's credits, the oldest first."""
    credits = sorted(store.points.credits(user), key=lambda credit: credit.at)
    return [(credit.reason, credit.amount) for credit in credits]


def drafted(store: HasContests, case_id: str = "case-0001", at: datetime = NOON) -> Secret:
    """Commit to the verdict of a new case, "no", and return what opens it."""
    case = Case(case_id, "May a doctor lie to spare a patient?", ["yes", "no"])
    commitment, secret = commit(case, "no")
    store.contests.draft(case, commitment, secret, now=at)
    return secret


def opened(store: HasContests, case_id: str = "case-0001", at: datetime = NOON) -> Secret:
    """Draft a case, and open it for 24 hours."""
    secret = drafted(store, case_id, at)
    store.contests.verified(case_id, Verification.VERIFIED, now=at, lasting=DAY)
    return secret


def case_of(store: HasContests, case_id: str = "case-0001") -> KeptCase:
    """Return a case that is there."""
    there = store.contests.case(case_id)
    assert there is not None
    return there


def digests(*parts: str) -> set[str]:
    """Return hashes that somebody could compute who knows, or tries, some texts.

    Of each choice of them in each order, joined in the usual ways.
    """
    orders = chain.from_iterable(permutations(parts, size) for size in range(1, len(parts) + 1))
    joined = {glue.join(order) for order in orders for glue in ("", ":", "|", ",", " ", "\n", "\0")}
    return {kind(text.encode()).hexdigest() for text in joined for kind in (sha256, sha1, md5)}

"""A program that runs the six jobs of contests through one time of several, and may be killed.

python -m tests.integration.contests_to_kill URL LEDGER TIME ATTEMPT CRASH: it prints a line after
each page, call or addition; and it ends without a word once its ledger has accepted CRASH entries.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from mainstay.adapters.sql import SqlStore
from mainstay.contest import (
    ArgumentVote,
    CaseArgument,
    CaseDraft,
    CaseVote,
    ContestPolicy,
    Sighting,
)
from mainstay.jobs import contest_jobs
from mainstay.scheduling import JobContext, JobReport, JobSpec
from tests.integration.outside_ledger import OutsideLedger

FIRST = datetime(2024, 5, 1, 1, tzinfo=UTC)
#: When each time begins, more than a day after the last one; and an attempt when the leases of the
#: one before have ended.
TIMES = {
    "opening": FIRST,
    "voting": FIRST,
    "closing": FIRST + timedelta(days=2),
    "reorganised": FIRST + timedelta(days=4),
    "final": FIRST + timedelta(days=6),
}
BETWEEN_ATTEMPTS = timedelta(minutes=6)

SLOTS = [datetime(2024, 4, 30, 0, tzinfo=UTC) + timedelta(hours=12 * n) for n in range(2)]
USERS = [f"u{number}" for number in range(4)]
POLICY = ContestPolicy(pool=1001, lost_after=timedelta(days=365))
OPTIONS = {"close-cases": {"page_size": 1}, "check-badges": {"page_size": 2}}
CRASHED = 77

Says = Callable[[str], None]


class Dilemmas:
    """A :class:`mainstay.ports.CaseGenerator`."""

    def generate(self, slot: datetime, /) -> CaseDraft:
        return CaseDraft(
            f"May a doctor lie at {slot:%d %H}?", ["yes", "no"], "no" if slot.hour else "yes", "cy"
        )


def sighting_at(time: str) -> Callable[[str], Sighting]:
    """Return how entries look: the rewards' are lost once, and come back."""
    if time == "final":
        return lambda _key: Sighting("confirmed", POLICY.final)
    if time == "reorganised":
        return lambda key: (
            Sighting("confirmed", 1) if key.startswith("verdict:") else Sighting("not_found")
        )
    return lambda _key: Sighting("confirmed", 1)


def take_part(store: SqlStore, say: Says) -> None:
    """Let users vote and argue in each case; what is there already changes nothing."""
    noon = FIRST.replace(hour=12)
    for kept in store.contests.cases():
        case, sides = kept.case.id, kept.case.sides
        votes = [CaseVote(user, user, sides[n % 2], noon) for n, user in enumerate(USERS)]
        say(f"{store.contests.vote(case, votes[:3])} votes")
        say(f"{store.contests.vote(case, votes)} votes")
        argued = [CaseArgument(f"{case} {who}", who, "Trust.", noon) for who in ("u0", "dan")]
        say(f"{store.contests.argue(case, argued)} arguments")
        upvotes = [ArgumentVote(argued[0].id, user, noon) for user in USERS[1:]]
        say(f"{store.contests.upvote([*upvotes, ArgumentVote(argued[1].id, 'u1', noon)])} upvotes")


def run_jobs(store: SqlStore, ledger: OutsideLedger, begin: datetime, say: Says) -> list[JobReport]:
    """Run each job once, one second after the other, and the first one for each slot."""
    seconds = count()

    def run(job: JobSpec, slot: datetime | None = None) -> JobReport:
        now = begin + timedelta(seconds=next(seconds))
        context = JobContext(
            clock=lambda: now,
            due=slot or now,
            options=OPTIONS.get(job.name, {}),
            progress=lambda done, total: say(f"{job.name}: {done} of {total}"),
        )
        return job.run(context)

    generate, *others = contest_jobs(
        store, generator=Dilemmas(), ledger=ledger, policy=POLICY, notices=True
    )
    return [*(run(generate, slot) for slot in SLOTS), *map(run, others)]


def live_through(
    store: SqlStore,
    path: Path,
    time: str,
    *,
    attempt: int = 0,
    crash: int = 0,
    say: Says = lambda _: None,
) -> list[JobReport]:
    """Do what is done at a time, and return what the jobs report."""
    accepted: list[str] = []

    def accept() -> None:
        accepted.append(time)
        if len(accepted) == crash:
            os._exit(CRASHED)
        say("accepted")

    if time == "voting":
        take_part(store, say)
        return []
    ledger = OutsideLedger(path, accepted=accept, seen=sighting_at(time))
    return run_jobs(store, ledger, TIMES[time] + attempt * BETWEEN_ATTEMPTS, say)


if __name__ == "__main__":
    url, ledger_path, now, attempts, crashes = sys.argv[1:]
    with SqlStore.open(url) as opened:
        live_through(
            opened,
            Path(ledger_path),
            now,
            attempt=int(attempts),
            crash=int(crashes),
            say=lambda line: print(line, flush=True),
        )

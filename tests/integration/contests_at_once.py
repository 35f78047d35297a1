"""A program that runs the six jobs of contests, or takes part in them, while others do the same.

python -m tests.integration.contests_at_once URL FOLDER CASES jobs|crowd: it prints ``ready``,
begins at the next line on standard input, ends once so many cases are closed and paid, and prints
as JSON how much its jobs did, or what was kept of what it added: of which case, and whose.

Time passes by what the crowd does: so it gets to each case while that is open, however fast or
slow the machine is, and goes on beyond its end.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, cycle
from pathlib import Path

import attrs

from mainstay.adapters.sql import SqlStore
from mainstay.contest import (
    ArgumentVote,
    CaseArgument,
    CaseDraft,
    CaseStatus,
    CaseVote,
    ContestPolicy,
)
from mainstay.errors import RejectedError
from mainstay.jobs import contest_jobs
from mainstay.ports import KeptCase
from mainstay.scheduling import JobContext
from tests.integration.outside_ledger import OutsideLedger

BEGIN = datetime(2024, 5, 1, tzinfo=UTC)
TICK = timedelta(milliseconds=10)
POLICY = ContestPolicy(pool=1000, lasting=100 * TICK, final=1)
USERS = [f"u{number}" for number in range(6)]
KINDS = ("case", "commitment", "reward")
TO_THE_LAST = timedelta(microseconds=1)


class Dilemmas:
    """A :class:`mainstay.ports.CaseGenerator`."""

    def generate(self, slot: datetime, /) -> CaseDraft:
        return CaseDraft(f"May a doctor lie at {slot:%d %H}?", ["yes", "no"], "no")


@attrs.frozen
class Clock:
    """A clock that all processes share: it is how long a file is, and never stands still."""

    path: Path
    calls: Iterator[int] = attrs.field(factory=count)

    def __call__(self) -> datetime:
        return BEGIN + self.path.stat().st_size * TICK + timedelta(microseconds=next(self.calls))

    def tick(self) -> None:
        with self.path.open("ab") as file:
            file.write(b".")


def run_jobs(store: SqlStore, folder: Path, cases: int) -> dict[str, int]:
    """Run all six, each time for another slot, and return how much each has done."""
    ledger, clock = OutsideLedger(folder / "chain.db"), Clock(folder / "ticks")
    jobs = contest_jobs(store, generator=Dilemmas(), ledger=ledger, policy=POLICY)
    slots = cycle(BEGIN - timedelta(hours=12 * number) for number in range(cases))
    done = {job.name: 0 for job in jobs}
    while not all_is_done(store, cases):
        slot = next(slots)
        for job in jobs:
            report = job.run(JobContext(due=slot, clock=clock))
            assert report.failed == 0, report.errors
            done[job.name] += report.succeeded
    return done


def all_is_done(store: SqlStore, cases: int) -> bool:
    return closed(store) == cases and not any(map(store.outbox.count_waiting, KINDS))


def closed(store: SqlStore) -> int:
    return len(store.contests.cases(status=CaseStatus.CLOSED))


def take_part(store: SqlStore, folder: Path, cases: int) -> Sequence[tuple[str, str, str]]:
    """Add to open cases until all are closed; return what was kept, of which case, and whose."""
    clock, numbers = Clock(folder / "ticks"), Counter[str]()
    kept: list[tuple[str, str, str]] = []
    while closed(store) < cases:
        for each in store.contests.cases(status=CaseStatus.OPEN):
            numbers[each.case.id] += 1
            number = numbers[each.case.id]
            user = USERS[number % len(USERS)]
            for what, add in additions(store, each, number, user, clock()):
                clock.tick()
                try:
                    kept += [(what, each.case.id, user)] * add()
                except RejectedError:
                    kept.append(("refused", each.case.id, user))
    return kept


def additions(
    store: SqlStore, kept: KeptCase, number: int, user: str, now: datetime
) -> Iterator[tuple[str, Callable[[], int]]]:
    """Yield what somebody adds to a case: now, at its beginning, right before its end, and then."""
    case, sides = kept.case.id, kept.case.sides
    begin, end = kept.case.span()
    for at in (now, begin, end - TO_THE_LAST, end):
        id_ = f"{case} {number} {at.isoformat()}"
        vote = CaseVote(id_, user, sides[number % 2], at)
        argument = CaseArgument(id_, user, "Trust.", at)
        upvote = ArgumentVote(f"{case} {number - 1} {begin.isoformat()}", user, at)
        yield "vote", partial(store.contests.vote, case, [vote])
        yield "argue", partial(store.contests.argue, case, [argument])
        yield "upvote", partial(store.contests.upvote, [upvote])


if __name__ == "__main__":
    url, where, how_many, who = sys.argv[1:]
    with SqlStore.open(url) as opened:
        print("ready", flush=True)
        sys.stdin.readline()
        does = run_jobs if who == "jobs" else take_part
        print(json.dumps(does(opened, Path(where), int(how_many))), flush=True)

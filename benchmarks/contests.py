"""A case of a million votes closed, a chain verified, and rewards settled.

python -m benchmarks.contests [--votes N] [--entries N] [--rewards N] [--rounds N] [--postgres URL]

Answers are compared first. Postgres's URL is that of a server on which databases may be created;
its settings are left as they are. Each run has a fresh copy of the database, in a process of its
own.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from statistics import median
from time import perf_counter

from sqlalchemy import Table, delete, select

from benchmarks.databases import copies, template
from benchmarks.machine import described, peak_memory
from benchmarks.recognition import analyse, clock_at, in_a_process
from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.bulk import insert_rows
from mainstay.adapters.sql.columns import instant_text
from mainstay.adapters.sql.contests.tables import case_votes
from mainstay.adapters.sql.entries import outbox
from mainstay.adapters.sql.ledger import ledger
from mainstay.adapters.sql.marks import checks_due
from mainstay.adapters.sql.metrics import metrics
from mainstay.contest import Case, ContestPolicy, Verification, commit
from mainstay.jobs import close_cases, monitor_transactions
from mainstay.ports.rewards import new_reward
from mainstay.recognition import Credit
from mainstay.scheduling import JobContext

NOW = datetime(2024, 5, 8, 12, tzinfo=UTC)
DAY = timedelta(hours=24)
CASE = "case-0001"


def user(number: int) -> str:
    return f"u{number:07}"


def prepare_votes(url: str, votes: int) -> None:
    """Fill a store: a case with many votes, two of three for the right side."""
    case = Case(CASE, "May a doctor lie to spare a patient?", ["yes", "no"])
    with SqlStore.create(url) as store:
        store.contests.draft(case, *commit(case, "no"), now=NOW)
        store.contests.verified(CASE, Verification.VERIFIED, now=NOW, lasting=DAY)
        at = [instant_text(NOW + timedelta(seconds=second)) for second in range(3600)]
        rows = [
            (CASE, f"v{number:07}", user(number), "no" if number % 3 else "yes", at[number % 3600])
            for number in range(votes)
        ]
        with store._database.writing() as connection:
            insert_rows(connection, case_votes, rows)


def closed(url: str, votes: int) -> tuple[float, float]:
    """Close the case: the seconds, and the memory beyond that of the imports."""
    policy = ContestPolicy(pool=10 * votes)
    with SqlStore.open(url) as store:
        job = close_cases(store.contests, policy=policy)
        before, begin = peak_memory(), perf_counter()
        report = job.run(clock_at(NOW + DAY))
        seconds = perf_counter() - begin
        assert report.result["closed"] == 1, report
        outcome = store.contests.case(CASE)
        right = sum(1 for number in range(votes) if number % 3)
        assert outcome is not None
        assert outcome.outcome is not None
        assert (outcome.outcome.voters, outcome.outcome.winners) == (votes, right)
    return seconds, peak_memory() - before


def read_and_inserted(url: str) -> float:
    """Read the votes of a closed case as rows, and write all that closing has written, again."""
    written: tuple[Table, ...] = (outbox, metrics, checks_due)
    with SqlStore.open(url) as store:
        with store._database.reading() as connection:
            rows = {table: as_kept(connection.execute(select(table)).all()) for table in written}
        with store._database.writing() as connection:
            for table in written:
                connection.execute(delete(table))
        begin = perf_counter()
        with store._database.writing() as connection:
            connection.execute(select(case_votes)).all()
            for table in written:
                insert_rows(connection, table, rows[table])
        return perf_counter() - begin


def as_kept(rows: object) -> list[tuple[object, ...]]:
    """Rows as the database takes them, instants as text."""
    assert isinstance(rows, list)
    return [
        tuple(instant_text(value) if isinstance(value, datetime) else value for value in row)
        for row in rows
    ]


def prepare_entries(url: str, entries: int) -> None:
    """Fill a ledger."""
    rows, previous = [], "0" * 64
    for sequence in range(1, entries + 1):
        at = NOW + timedelta(seconds=sequence)
        key, payload = f"{sequence:032x}", sha256(str(sequence).encode()).hexdigest()
        digest = plain_digest(sequence, at, key, payload, previous)
        rows.append((sequence, instant_text(at), key, payload, previous, digest))
        previous = digest
    with SqlStore.create(url) as store, store._database.writing() as connection:
        insert_rows(connection, ledger, rows)


def plain_digest(sequence: int, at: datetime, key: str, payload: str, previous: str) -> str:
    """What docs say of an entry's bytes, once more."""
    entry = {
        "at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "domain": "mainstay.ledger.v1",
        "key": key,
        "payload": payload,
        "previous": previous,
        "sequence": str(sequence),
    }
    return sha256(json.dumps(entry, separators=(",", ":")).encode()).hexdigest()


def chain_verified(url: str, entries: int) -> float:
    with SqlStore.open(url) as store:
        begin = perf_counter()
        head = store.ledger.verify()
        seconds = perf_counter() - begin
        assert head.length == entries
    return seconds


def chain_by_hand(url: str, entries: int) -> float:
    """Verify the chain in a bare loop, which checks neither types nor texts."""
    with SqlStore.open(url) as store, store._database.reading() as connection:
        begin, previous, count = perf_counter(), "0" * 64, 0
        for row in connection.execute(select(ledger).order_by(ledger.c.sequence)):
            count += 1
            assert (row.sequence, row.previous) == (count, previous)
            previous = plain_digest(row.sequence, row.at, row.key, row.payload, row.previous)
            assert previous == row.digest
        seconds = perf_counter() - begin
    assert count == entries
    return seconds


def prepare_rewards(url: str, rewards: int) -> None:
    """Fill an outbox with rewards that are to be paid."""
    with SqlStore.create(url) as store:
        store.outbox.put(new_reward(CASE, user(n), 10, at=NOW) for n in range(rewards))


def settled(url: str, rewards: int) -> float:
    """Submit, look up and credit them all."""
    with SqlStore.open(url) as store:
        job = monitor_transactions(store, ledger=store.ledger)
        begin = perf_counter()
        report = job.run(JobContext(due=NOW, clock=lambda: NOW, options={"all": True}))
        seconds = perf_counter() - begin
        assert report.succeeded == rewards, report
        assert store.points.totals([user(0), user(rewards - 1)]) == {
            user(0): 10,
            user(rewards - 1): 10,
        }
    return seconds


def settled_by_hand(url: str, rewards: int) -> float:
    """Submit and credit as many in a loop, which survives no crash and keeps no state."""
    with SqlStore.open(url) as store:
        begin = perf_counter()
        for number in range(rewards):
            store.ledger.submit(f"{number:032x}", "payload")
            credit = Credit(user(number), f"reward:{CASE}", 10, NOW)
            assert store.points.add([credit], now=NOW)
        return perf_counter() - begin


def closing(postgres: str | None, votes: int, rounds: int) -> None:
    with template(postgres, partial(prepare_votes, votes=votes)) as url, copies(url) as copy:
        runs = list[tuple[float, float, float]]()
        for _ in range(rounds):
            mine = copy("mainstay_closed")
            analyse(mine)
            seconds, memory = in_a_process(closed, mine, votes)
            runs.append((seconds, memory, in_a_process(read_and_inserted, mine)))
        seconds, memory, rows = (median(part) for part in zip(*runs, strict=True))
        print(f"  a case of {votes:,} votes closed      {seconds:8.2f} s, {memory:.0f} MiB")
        print(f"  its rows, read and inserted        {rows:8.2f} s, 1 : {seconds / rows:.1f}")


def verifying(postgres: str | None, entries: int, rounds: int) -> None:
    with template(postgres, partial(prepare_entries, entries=entries)) as url:
        ours = median(in_a_process(chain_verified, url, entries) for _ in range(rounds))
        bare = median(in_a_process(chain_by_hand, url, entries) for _ in range(rounds))
    print(f"  {entries:,} ledger entries verified     {ours:8.2f} s")
    print(f"  in a bare loop                     {bare:8.2f} s, 1 : {ours / bare:.1f}")


def settling(postgres: str | None, rewards: int, rounds: int) -> None:
    with template(postgres, partial(prepare_rewards, rewards=rewards)) as url, copies(url) as copy:
        ours = median(
            in_a_process(settled, copy("mainstay_settled"), rewards) for _ in range(rounds)
        )
        bare = median(
            in_a_process(settled_by_hand, copy("mainstay_settled"), rewards) for _ in range(rounds)
        )
    print(f"  {rewards:,} rewards settled             {ours:8.2f} s")
    print(f"  submitted and credited in a loop   {bare:8.2f} s, 1 : {ours / bare:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--votes", type=int, default=1_000_000)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--rewards", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgres")
    options = parser.parse_args()
    print(described())
    for name, url in {"SQLite": None, "PostgreSQL": options.postgres}.items():
        if url is not None or name == "SQLite":
            print(name)
            closing(url, options.votes, options.rounds)
            verifying(url, options.entries, options.rounds)
            settling(url, options.rewards, options.rounds)


if __name__ == "__main__":
    main()

"""Whoever is erased is not on the ledger, and the ledger stays whole: SPEC §7."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from sqlalchemy import Text, select

from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.columns import metadata
from mainstay.adapters.sql.contests.tables import cases
from mainstay.adapters.sql.entries import outbox
from mainstay.contest import ArgumentVote, CaseArgument, CaseDraft, CaseVote
from mainstay.jobs import contest_jobs
from mainstay.ports.rewards import REWARD
from tests.contests import DAY, HOUR, NOON, case_of, digests, run

CASE = "case-2024-05-01T12"
USER = "ada@example.org"
#: Columns in which a user is left out of a row that stays.
EMPTIED = {outbox.c.user_id, cases.c.creator}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        yield store


def settled(store: SqlStore) -> None:
    """Have a case made by a user, who votes, argues, wins, and is paid, awarded and told."""
    made: Any = SimpleNamespace(
        generate=lambda _: CaseDraft("May a doctor lie?", ["yes", "no"], "no", creator=USER)
    )
    jobs = contest_jobs(store, generator=made, notices=True)
    for job in jobs:
        assert run(job, NOON).failed == 0
    store.contests.vote(CASE, [CaseVote(u, u, "no", NOON) for u in (USER, "bob")])
    store.contests.argue(CASE, [CaseArgument(u, u, "So.", NOON) for u in (USER, "bob")])
    store.contests.upvote([ArgumentVote(USER, "bob", NOON), ArgumentVote("bob", USER, NOON)])
    for at in (DAY, DAY + HOUR):
        for job in jobs:
            assert run(job, NOON + at).failed == 0


def holding(store: SqlStore) -> dict[str, int]:
    """Return how many rows of each table have a user's id anywhere."""
    with store._database.reading() as connection:
        found = {
            table.name: sum(USER in repr(tuple(row)) for row in connection.execute(select(table)))
            for table in metadata.sorted_tables
        }
    return {name: rows for name, rows in found.items() if rows}


def erase(store: SqlStore) -> None:
    """Take a user out of every table, by hand."""
    with store._database.writing() as connection:
        for table in metadata.sorted_tables:
            for column in table.columns:
                if not isinstance(column.type, Text):
                    continue
                if column in EMPTIED:
                    where = table.update().where(column == USER)
                    connection.execute(where.values({column.name: None}))
                else:
                    connection.execute(table.delete().where(column == USER))


def test_a_user_can_be_taken_out_of_every_table_and_the_chain_still_verifies(
    store: SqlStore,
) -> None:
    settled(store)
    head = store.ledger.head()
    assert head.length == 4  # the commitments of two cases, and two rewards
    assert holding(store).keys() >= {"mainstay_outbox", "mainstay_credits", "mainstay_case_votes"}
    assert "mainstay_ledger" not in holding(store)
    erase(store)
    assert holding(store) == {}
    assert store.ledger.verify(expect=head) == head
    published = {entry.key: entry for entry in store.ledger.entries()}
    known = {CASE: published[f"verdict:{CASE}"].digest}
    assert store.ledger.verify(known=known, expect=head) == head
    assert case_of(store, CASE).digest == published[f"verdict:{CASE}"].payload


def test_no_entry_holds_a_user_or_what_their_id_can_be_computed_to(store: SqlStore) -> None:
    """With the case, any amount, the entry's key, or that in the outbox."""
    settled(store)
    with store._database.reading() as connection:
        rows = connection.execute(select(outbox).where(outbox.c.kind == REWARD)).all()
    entries = [entry for entry in store.ledger.entries() if not entry.key.startswith("verdict:")]
    assert len(rows) == len(entries) == 2
    for entry in entries:
        texts = (entry.key, entry.payload, entry.digest, entry.previous)
        assert not any(USER in text or CASE in text for text in texts)
        (row,) = (row for row in rows if row.key.endswith(entry.key))
        assert row.key == f"reward:{CASE}:{entry.key}"
        amounts = {str(credit.amount) for user in (USER, "bob") for credit in credits(store, user)}
        guessed: set[str] = set()
        for amount in amounts:
            guessed |= digests(USER, CASE, amount, entry.key) | digests(USER, amount, row.key)
        assert guessed.isdisjoint(texts)
        assert {guess[: len(entry.key)] for guess in guessed}.isdisjoint(texts)


def credits(store: SqlStore, user: str) -> Any:
    found = store.points.credits(user)
    assert any(credit.reason == f"reward:{CASE}" for credit in found)
    return found

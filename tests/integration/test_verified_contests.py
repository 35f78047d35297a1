"""Contests are verified on each kind of database."""

from __future__ import annotations

import pytest

pytest.importorskip("sqlalchemy", reason="the stores need mainstay[sql]")

from mainstay.adapters.sql import SqlStore
from mainstay.errors import ChainError, IllegalMoveError
from mainstay.jobs import close_now
from mainstay.ports import VerifiedContests, verify_contests
from tests.contested import DAY, NOON, contest_in
from tests.integration.stores import change


def test_all_is_as_it_was(store: SqlStore) -> None:
    contest_in(store)
    assert verify_contests(store) == VerifiedContests(3, 2, 2, store.ledger.head())


def test_what_was_changed_is_found(store: SqlStore) -> None:
    contest_in(store)
    change(store, f"UPDATE mainstay_cases SET digest = '{'ab' * 32}' WHERE id = 'case-0002'")
    with pytest.raises(ChainError, match="the commitment of case 'case-0002' is not what ledger"):
        verify_contests(store)


def test_entries_are_found_by_their_keys(store: SqlStore) -> None:
    store.ledger.submit("a", "x")
    store.ledger.submit("\u00e9", "y")
    found = store.ledger.find(["\u00e9", "e\u0301", "a", "a", "b"])
    assert {key: entry.payload for key, entry in found.items()} == {"a": "x", "\u00e9": "y"}
    assert store.ledger.find([]) == {}


def test_one_case_is_closed_alone(store: SqlStore) -> None:
    contest_in(store)
    with pytest.raises(IllegalMoveError, match="is closed, and can't become closed"):
        close_now(store.contests, "case-0001", now=NOON + DAY)
    assert close_now(store.contests, "case-0002", now=NOON + DAY).closed.case.id == "case-0002"

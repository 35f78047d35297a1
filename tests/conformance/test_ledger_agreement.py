"""The ledgers in memory, in SQLite and in PostgreSQL are one chain, whatever is submitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

pytest.importorskip("sqlalchemy", reason="two of the ledgers need mainstay[sql]")

from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.ledger import SqlLedger
from mainstay.contest import ChainHead, verify_chain
from mainstay.testing.memory import MemoryLedger
from tests.conformance.agreeing import require_agreement
from tests.conformance.asking import same_answer
from tests.conformance.databases import empty

T = TypeVar("T")
AnyLedger = MemoryLedger | SqlLedger

KEYS = ["Zoë", "a", "b", "\u00e9", "e\u0301", "\uff5a", "\U0001f600", "'\"\\\n\x7f", "", "\0"]
UNKNOWN = ["unknown", "1" * 64, "a\0b", "\ud800", "a"]
PAYLOADS = ["x", "y", "\u2028 🙂 \x01", "\ud800"]

#: Mostly at a time that has been, since clocks are set back; in all years and at odd offsets.
instants = st.datetimes(
    min_value=datetime(2, 1, 2),  # noqa: DTZ001  (Hypothesis adds the zone)
    max_value=datetime(9998, 12, 30),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45, seconds=7))]),
)


class Agreement(RuleBasedStateMachine):
    """Asks all ledgers the same; they have one clock."""

    def __init__(self, databases: Sequence[SqlStore]) -> None:
        super().__init__()
        self.now = datetime(2024, 5, 1, tzinfo=UTC)
        self.ledgers: list[AnyLedger] = [MemoryLedger(clock=self.clock)]
        for database in databases:
            empty(database)
            self.ledgers.append(SqlLedger(database._database, clock=self.clock))
        self.heads = [ChainHead()]
        #: What was submitted, by its transaction.
        self.ids: dict[str, tuple[str, str]] = {}

    def clock(self) -> datetime:
        return self.now

    def ask(self, question: Callable[[AnyLedger], T]) -> T | str:
        """Require the same answer of all ledgers, or the same refusal."""
        return same_answer(self.ledgers, question)

    @rule(at=instants)
    def turn_clock(self, at: datetime) -> None:
        self.now = at

    @rule(key=st.sampled_from(KEYS), payload=st.sampled_from(PAYLOADS))
    def submit(self, key: str, payload: str) -> None:
        transaction = self.ask(lambda ledger: ledger.submit(key, payload))
        entries = [*self.ledgers[0].entries()]
        if len(entries) > len(self.ids):
            self.ids[transaction] = (key, payload)
            self.heads.append(entries[-1].head)

    @rule(data=st.data())
    def look_up(self, data: st.DataObject) -> None:
        asked = data.draw(st.lists(st.sampled_from([*self.ids, *UNKNOWN]), max_size=6))
        self.ask(lambda ledger: list(ledger.look_up(asked)))

    @rule(data=st.data())
    def verify(self, data: st.DataObject) -> None:
        noted = data.draw(st.sampled_from([*self.heads, ChainHead(99, "0" * 63 + "1")]))
        known = {key: each for each, (key, _) in self.ids.items()}
        self.ask(lambda ledger: ledger.verify(known=known, expect=noted))
        self.ask(lambda ledger: ledger.verify(known={"ada": "1" * 64}))

    @invariant()
    def nothing_differs(self) -> None:
        entries = self.ask(lambda ledger: list(ledger.entries()))
        assert not isinstance(entries, str)
        assert verify_chain(entries) == self.ask(lambda ledger: ledger.head()) == self.heads[-1]
        found = {entry.digest: (entry.key, entry.payload) for entry in entries}
        assert found == self.ids
        assert len({key for key, _ in found.values()}) == len(entries)


def test_all_ledgers_give_the_same_answers(databases: list[SqlStore]) -> None:
    require_agreement(partial(Agreement, databases), examples=10, steps=20)

"""How databases find what contests ask them for, where tables are large."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from mainstay.adapters.sql import SqlStore
from mainstay.adapters.sql.bulk import insert_rows
from mainstay.adapters.sql.columns import instant_text
from mainstay.adapters.sql.contests.tables import argument_votes, arguments, case_votes, cases
from mainstay.adapters.sql.entries import outbox
from mainstay.jobs.close_cases import plan_closing
from mainstay.ports import DueCase
from mainstay.testing.conformance._contests import END, argument, opened, upvotes, vote
from mainstay.testing.conformance._credits import NOON
from tests.conformance.databases import analyze, in_schema
from tests.integration.test_recognition_plans import explained

CASES, EACH = 3000, 10
BEFORE, AT = instant_text(NOON - timedelta(days=9)), instant_text(NOON)
NEW = ("over", "young")

Row = Sequence[object]


def closed_cases() -> Iterator[Row]:
    for number in range(CASES):
        slot = instant_text(NOON - timedelta(hours=12 * number))
        said = f"c{number}", f"What about {number}?", '["yes", "no"]', None, "closed"
        known = slot, "0" * 64, "verified", "no", "0" * 64
        yield *said, BEFORE, AT, *known, AT, EACH, EACH, EACH, 1000, 0


def entries() -> Iterator[Row]:
    """Rewards and commitments that are done, and some that wait."""
    for number in range(CASES):
        for kind, key in (
            *(("reward", f"reward:c{number}:{place:032x}") for place in range(3)),
            ("commitment", f"verdict:c{number}"),
        ):
            state = "done" if number % 50 else "waiting"
            about = json.dumps({"case_id": f"c{number}", "amount": 7, "nonce": "00"})
            yield key, kind, "ada", about, AT, None, 0, state, None, None, None, None


def fill(store: SqlStore) -> None:
    """Many closed cases with all that belongs to them, and two that are open."""
    numbers, users = range(CASES), range(EACH)
    with store._database.writing() as connection:
        insert_rows(connection, cases, [*closed_cases()])
        votes = [(f"c{n}", f"v{u}", f"u{u}", "no", AT) for n in numbers for u in users]
        insert_rows(connection, case_votes, votes)
        argued = [(f"a{n} {u}", f"c{n}", f"u{u}", "So.", AT, None) for n in numbers for u in (1, 2)]
        insert_rows(connection, arguments, argued)
        upvoted = [(f"a{n} {u}", f"u{v}", AT) for n in numbers for u in (1, 2) for v in users]
        insert_rows(connection, argument_votes, upvoted)
        insert_rows(connection, outbox, [*entries()])
    opened(store, *NEW)
    if not store._database.is_sqlite:
        with store._database.writing() as connection:
            analyze(connection)


def do_all(store: SqlStore) -> None:
    """Do what is done often: by jobs, and by everybody who takes part."""
    contests = store.contests
    assert not contests.has_question("What about something else?")
    assert contests.case("c77") is not None
    assert contests.of_slot(NOON) is not None
    assert contests.cases(after="c77", limit=10)
    assert contests.vote("over", [vote("ada")]) == 1
    assert contests.argue("over", [argument("ada's", "ada")]) == 1
    assert contests.upvote(upvotes("ada's", "bob")) == 1
    assert contests.count_votes("over") == len(contests.arguments("over")) == 1
    assert len(contests.rewards("c77")) == 3
    for kind in ("reward", "commitment"):
        store.outbox.count_waiting(kind, due_by=END)
        store.outbox.expire(kind, now=END)
        until = END + timedelta(minutes=5)
        assert len(store.outbox.claim(kind, "me", now=END, until=until, limit=10)) == 10
    opened(store, "third", now=END)
    assert contests.count_due(END) == len(NEW)
    with contests.page() as page:
        due = [each for each in page.due(END, limit=100) if isinstance(each, DueCase)]
        assert tuple(each.key for each in due) == NEW
        page.keep([plan_closing(each, now=END) for each in due])


TABLES = "cases|case_votes|arguments|argument_votes|outbox"


def test_sqlite_finds_all_by_an_index(tmp_path: Path) -> None:
    with SqlStore.create(f"sqlite:///{tmp_path}/mainstay.db") as store:
        fill(store)
        with explained(store) as plans:
            do_all(store)
    assert plans
    assert {plan for plan in plans if re.match(rf"SCAN mainstay_({TABLES})\b", plan)} == {
        "SCAN mainstay_cases USING INDEX mainstay_cases_open"  # those that are open alone
    }
    for index in ("question", "open"):
        assert any(f"INDEX mainstay_cases_{index}" in plan for plan in plans), index


def test_postgresql_finds_all_by_an_index(postgres_url: str) -> None:
    with SqlStore.create(in_schema(postgres_url, "contest_plans")) as store:
        fill(store)
        with explained(store) as plans:
            do_all(store)
    assert plans
    whole = rf"Seq Scan on mainstay_({TABLES})\b"
    assert [plan for plan in plans if re.search(whole, plan)] == []
    for index in ("question", "open"):
        assert any(f"mainstay_cases_{index}" in plan for plan in plans), index

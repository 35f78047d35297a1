"""``mainstay verify``: what was changed is found, with its place, and the exit status is 5."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("rich", reason="the command needs mainstay[cli]")
pytest.importorskip("sqlalchemy", reason="the command needs mainstay[cli]")

from mainstay.adapters.sql import SqlStore
from mainstay.contest import ChainHead
from tests.command import Done, mainstay
from tests.integration.stores import change
from tests.integration.test_case_commands import closed, open_case, url

__all__ = ["url"]  # a fixture


def contested(url: str) -> None:
    """Have a case that has closed, whose three rewards are paid, and one that is open."""
    closed(url)
    assert mainstay("run", "monitor-transactions", "--all", "--db", url).status == 0
    open_case(url, "--id", "case-0002")


def verify(url: str, *options: str) -> Done:
    return mainstay("verify", "--db", url, *options)


def changed(url: str, statement: str) -> None:
    with SqlStore.open(url) as store:
        change(store, statement)


def test_all_is_as_it_was_and_the_head_is_printed_alone(url: str) -> None:
    contested(url)
    done = verify(url)
    assert done.status == 0
    assert re.fullmatch(r"5:[0-9a-f]{64}\n", done.out)
    assert done.err == (
        "All is as it was. Cases: 2. Ledger entries: 5, of which commitments: 2, rewards: 3.\n"
    )
    head = done.out.strip()
    assert verify(url, "--expect", head, "--json").json == {
        "verified": True,
        "head": head,
        "cases": 2,
        "commitments": 2,
        "rewards": 3,
        "fault": None,
        "place": None,
    }


def test_a_store_without_contests_is_fine(url: str) -> None:
    done = verify(url)
    assert (done.status, done.out) == (0, f"{ChainHead()}\n")


OTHER = "ab" * 32
#: What is changed, and where that is found.
CHANGES = [
    ("ledger SET payload = 'x' WHERE sequence = 3", "ledger entry 3 is not what it was"),
    ("ledger SET key = 'x' WHERE sequence = 2", "ledger entry 2 is not what it was"),
    ("ledger SET at = '2001' || substr(at, 5) WHERE sequence = 5", "ledger entry 5 is not what"),
    ("ledger SET at = 'noon' WHERE sequence = 5", "ledger entry 5 can't be read"),
    (f"ledger SET digest = '{OTHER}' WHERE sequence = 1", "ledger entry 1 is not what it was"),
    (f"ledger SET previous = '{OTHER}' WHERE sequence = 4", "ledger entry 4 is not what it was"),
    ("ledger SET sequence = 9 WHERE sequence = 2", "ledger entry 2 is missing"),
    ("cases SET verdict = 'yes' WHERE id = 'case-0001'", "the commitment of a case is not opened"),
    (f"cases SET nonce = '{OTHER}' WHERE id = 'case-0001'", "the commitment of a case is not o"),
    ("cases SET question = 'Tea?' WHERE id = 'case-0001'", "the commitment of a case is not op"),
    ("""cases SET sides = '["no","yes"]' WHERE id = 'case-0001'""", "the commitment of a case is"),
    ("cases SET nonce = 'x' WHERE id = 'case-0001'", "mainstay_cases.nonce "),
    (f"cases SET digest = '{OTHER}' WHERE id = 'case-0002'", "the commitment of case 'case-0002' "),
    ("outbox SET payload = replace(payload, '417,', '999,')", "reward '"),
    ("outbox SET payload = 'x' WHERE kind = 'reward'", "mainstay_outbox.payload "),
]
DELETIONS = [
    ("ledger WHERE sequence = 4", "ledger entry 4 is missing"),
    ("ledger WHERE sequence = 5", "the commitment of case 'case-0002' is not on the ledger"),
    ("ledger WHERE sequence > 1", "the commitment of case 'case-0002' is not on the ledger"),
    ("cases WHERE id = 'case-0002'", "the commitment of case 'case-0002' is not to a case that"),
]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        *((f"UPDATE mainstay_{change}", words) for change, words in CHANGES),
        *((f"DELETE FROM mainstay_{rows}", words) for rows, words in DELETIONS),
    ],
)
def test_what_was_changed_is_found_with_its_place(url: str, statement: str, words: str) -> None:
    contested(url)
    changed(url, statement)
    done = verify(url)
    assert (done.status, done.out) == (5, "")
    assert done.err.startswith(f"mainstay: {words}")


def test_a_fault_is_plain_data_too(url: str) -> None:
    contested(url)
    changed(url, "UPDATE mainstay_ledger SET payload = 'x' WHERE sequence = 3")
    done = verify(url, "--json")
    assert done.status == 5
    assert done.json["verified"] is False
    assert done.json["place"] == "ledger entry 3"
    assert done.err == f"mainstay: {done.json['fault']}\n"


def test_a_chain_that_was_rewritten_with_all_that_knew_of_it_needs_a_head_noted_before(
    url: str,
) -> None:
    """Whoever cuts the tail, and what refers to it, leaves a smaller chain that is whole."""
    contested(url)
    noted = verify(url).out.strip()
    changed(url, "DELETE FROM mainstay_ledger WHERE sequence = 5")
    changed(url, "DELETE FROM mainstay_cases WHERE id = 'case-0002'")
    changed(url, "DELETE FROM mainstay_outbox WHERE key = 'verdict:case-0002'")
    assert verify(url).status == 0
    done = verify(url, "--expect", noted)
    assert done.status == 5
    assert done.err.startswith("mainstay: ledger entry 5 is missing: the chain ends with 4.")


def test_another_head_than_the_one_noted_is_found(url: str) -> None:
    contested(url)
    done = verify(url, "--expect", f"2:{'ab' * 32}")
    assert done.status == 5
    assert done.err.startswith("mainstay: ledger entry 2 is not the one that was noted")


@pytest.mark.parametrize("head", ["", "5", "5:ab", f"x:{'ab' * 32}", f"0:{'ab' * 32}"])
def test_what_is_not_a_head_is_refused_with_usage(head: str) -> None:
    done = mainstay("verify", "--expect", head)
    assert (done.status, done.out) == (2, "")
    assert "argument --expect: " in " ".join(done.err.split())


def test_a_store_that_is_not_there_is_not_a_fault(tmp_path: Path) -> None:
    done = verify(f"sqlite:///{tmp_path / 'none.db'}")
    assert (done.status, "database is not there" in done.err) == (1, True)

"""The [contest] table of a configuration, as TOML has it."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from typing import Any

import attrs
import pytest

from mainstay.contest import ContestPolicy
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.jobs.catalogue import CATALOGUE
from mainstay.jobs.contest_table import CONTEST_TABLE, ContestTable
from mainstay.recognition import RewardPolicy
from mainstay.testing.memory import MemoryStore

#: Its keys, written by hand.
KEYS = "pool lasting rewards confirmations final lost_after misses_apart most cases".split()
JOBS = ("generate-cases", "close-cases", "monitor-transactions", "verify-commitments")


def read(text: str) -> object:
    return CONTEST_TABLE.read(tomllib.loads(text).get("contest", {}))


def test_an_empty_table_is_the_standard_policy() -> None:
    assert read("[contest]") == ContestTable() == ContestTable(policy=ContestPolicy(), cases=None)


def test_all_keys_are_read() -> None:
    table = read(
        """
        [contest]
        cases = "cases.jsonl"
        pool = 500
        lasting = 3600
        confirmations = 3
        final = 20
        lost_after = 0.5
        misses_apart = 1e-6
        most = 7

        [contest.rewards]
        winners = 100
        arguments = 0
        participants = 0
        creator = 0
        places = [60, 40]
        creator_from = 1
        """
    )
    assert table == ContestTable(
        cases="cases.jsonl",
        policy=ContestPolicy(
            pool=500,
            lasting=timedelta(hours=1),
            rewards=RewardPolicy(
                winners=100,
                arguments=0,
                places=(60, 40),
                participants=0,
                creator=0,
                creator_from=1,
            ),
            confirmations=3,
            final=20,
            lost_after=timedelta(milliseconds=500),
            misses_apart=timedelta(microseconds=1),
            most=7,
        ),
    )


def test_the_summary_names_each_key() -> None:
    assert sorted(KEYS) == sorted([*(f.name for f in attrs.fields(ContestPolicy)), "cases"])
    assert all(key in CONTEST_TABLE.summary for key in KEYS)


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("pol = 5", "pol", "is unknown, got 5. Known: pool, lasting, rewards, confirmations"),
        ("policy = 5", "policy", "is unknown"),
        ("[contest.rewards]\nwinner = 40", "rewards.winner", "is unknown, got 40. Known: winners"),
        ("pool = -1", "pool", "must be between 0 and 9007199254740991, got -1"),
        ("pool = 1.5", "pool", "must be an integer, got 1.5"),
        ("pool = true", "pool", "must be an integer, got True"),
        ("pool = '5'", "pool", "must be an integer, got '5'"),
        ("lasting = 0", "lasting", "got 0"),
        ("lasting = -3600", "lasting", "got -3600"),
        ("lasting = '24h'", "lasting", "got '24h'"),
        ("lasting = nan", "lasting", "got nan"),
        ("lasting = inf", "lasting", "got inf"),
        ("lasting = true", "lasting", "got True"),
        ("lasting = 1e10", "lasting", "got 10000000000.0"),
        ("lasting = 12:00:00", "lasting", "got datetime.time(12, 0)"),
        ("lost_after = 0", "lost_after", "got 0"),
        ("misses_apart = []", "misses_apart", "got []"),
        ("confirmations = 0", "confirmations", "got 0"),
        ("final = 0", "final", "got 0"),
        ("confirmations = 13", "final", "must not be below confirmations, 13, got 12"),
        ("most = 0", "most", "got 0"),
        ("rewards = 40", "rewards", "must be a mapping, got 40"),
        ("[contest.rewards]\nwinners = 41", "rewards.", "100"),
        ("[contest.rewards]\nwinners = 'most'", "rewards.winners", "got 'most'"),
        ("[contest.rewards]\nplaces = [1, 2]", "rewards.places", "100"),
        ("cases = ''", "cases", "must not be empty, got ''"),
        ("cases = 5", "cases", "must be a string, got 5"),
        ("cases = ['a']", "cases", "must be a string, got ['a']"),
    ],
)
def test_what_cannot_be_is_refused_with_its_key(text: str, field: str, words: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        read(f"[contest]\n{text}")
    assert caught.value.field.startswith(field)
    assert words in str(caught.value)


@pytest.mark.parametrize("given", [{"policy": None}, {"policy": {}}, {"cases": 1}])
def test_a_table_made_in_python_is_checked_likewise(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidTypeError, match=next(iter(given))):
        ContestTable(**given)


@pytest.mark.parametrize("name", JOBS)
def test_all_four_jobs_of_the_catalogue_take_it(name: str) -> None:
    row = CATALOGUE[name]
    assert row.policy is CONTEST_TABLE
    for table in (None, ContestTable(), ContestTable(cases="cases.jsonl")):
        assert row.spec(MemoryStore(), policy=table).name == name
    with pytest.raises(InvalidTypeError, match="policy"):
        row.spec(MemoryStore(), policy=ContestPolicy())

"""The job that pays rewards, on ledgers that are slow, and lose things: SPEC §7."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import attrs
import pytest

from mainstay.contest import ContestPolicy, Sighting
from mainstay.contest.payloads import reward_payload
from mainstay.errors import (
    InvalidTypeError,
)
from mainstay.jobs import monitor_transactions
from mainstay.ports import OutboxEntry, OutboxState
from mainstay.ports.rewards import new_reward
from mainstay.recognition import Credit
from mainstay.scheduling import Every, PlainData, RetryPolicy
from mainstay.testing.memory import MemoryStore
from tests.contests import (
    DOWN,
    HOUR,
    MICROSECOND,
    MINUTE,
    NOON,
    NOT_FOUND,
    PAID,
    PENDING,
    REFUSED,
    Said,
    ScriptedLedger,
    confirmed,
    digests,
    history,
    kept,
    owed,
    pay,
    pay_each_minute,
    reward_id,
    run,
    states,
)
from tests.recording import counted

#: What says that a transaction is lost.
GONE = "has failed: the ledger has refused it, or has lost it"


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def test_it_is_due_every_30_seconds_without_retries(store: MemoryStore) -> None:
    job = monitor_transactions(store, ledger=store.ledger)
    assert (job.name, job.schedule) == ("monitor-transactions", Every(timedelta(seconds=30)))
    assert job.retry == RetryPolicy()
    assert run(job).result == {}


@pytest.mark.parametrize("given", [{"policy": 12}, {"notices": 1}])
def test_what_is_of_another_type_is_refused(store: MemoryStore, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidTypeError, match=next(iter(given))):
        monitor_transactions(store, ledger=store.ledger, **given)


def test_a_confirmed_reward_is_credited_once_however_often_it_is_looked_at(
    store: MemoryStore,
) -> None:
    owed(store, "ada")
    ledger = ScriptedLedger(confirmed(1))
    reports = pay_each_minute(store, ledger, 5)
    assert history(store, "ada") == [PAID]
    assert [report.result.to_dict() for report in reports] == 5 * [{"completed": 1}]
    assert len(ledger.submitted) == 1


def test_with_too_few_confirmations_it_is_processing(store: MemoryStore) -> None:
    owed(store, "ada")
    ledger, policy = ScriptedLedger(PENDING, *map(confirmed, range(4))), ContestPolicy()
    three = attrs.evolve(policy, confirmations=3)
    found = []
    for minute in range(5):
        assert history(store, "ada") == []
        report = pay(store, ledger, NOON + minute * MINUTE, policy=three)
        found.append(report.result.to_dict())
    assert history(store, "ada") == [PAID]
    assert found == [*4 * [{"processing": 1}], {"completed": 1}]


def test_what_a_reorganisation_takes_back_is_credited_again_when_it_returns(
    store: MemoryStore,
) -> None:
    owed(store, "ada")
    back = confirmed(1)
    pay_each_minute(store, ScriptedLedger(PENDING, back, NOT_FOUND, back, PENDING, back), 6)
    assert history(store, "ada") == [
        PAID,
        ("reward:case-0001:reversed:1", -400),
        ("reward:case-0001:again:1", 400),
        ("reward:case-0001:reversed:2", -400),
        ("reward:case-0001:again:2", 400),
    ]
    assert store.points.totals(["ada"]) == {"ada": 400}


def test_between_a_reorganisation_and_its_return_nothing_is_left_of_it(store: MemoryStore) -> None:
    owed(store, "ada")
    pay_each_minute(store, ScriptedLedger(confirmed(1), NOT_FOUND), 4)
    assert store.points.totals(["ada"]) == {"ada": 0}
    assert states(store) == ["processing"]


def test_what_the_ledger_refuses_has_failed_and_stays_so(store: MemoryStore) -> None:
    """It is reported when that is found, and never asked about again."""
    (entry,) = owed(store, "ada")
    ledger = ScriptedLedger(PENDING, REFUSED, confirmed(12))
    reports = pay_each_minute(store, ledger, 4)
    assert [counted(report) for report in reports] == [(0, 1, 0), (0, 0, 1), (0, 0, 0), (0, 0, 0)]
    (error,) = reports[1].errors
    assert (error.item, GONE in error.error) == (entry.key, True)
    assert reports[1].result == {"failed": 1}
    assert (history(store, "ada"), states(store)) == ([], ["failed"])
    assert len(ledger.asked) == 2
    assert kept(store)[entry.key].state is OutboxState.FAILED


def test_one_that_fails_after_it_was_paid_is_taken_back(store: MemoryStore) -> None:
    owed(store, "ada")
    pay_each_minute(store, ScriptedLedger(confirmed(1), REFUSED, confirmed(12)), 4)
    assert history(store, "ada") == [PAID, ("reward:case-0001:reversed:1", -400)]
    assert states(store) == ["failed"]


@pytest.mark.parametrize(
    ("script", "looks", "state"),
    [
        # Unseen for exactly 24 h, with two looks an hour or more apart; and a microsecond more.
        ([NOT_FOUND], [0 * HOUR, HOUR, 24 * HOUR], "processing"),
        ([NOT_FOUND], [0 * HOUR, HOUR, 24 * HOUR + MICROSECOND], "failed"),
        ([NOT_FOUND], [0 * HOUR, 23 * HOUR, 24 * HOUR], "processing"),
        ([NOT_FOUND], [0 * HOUR, 23 * HOUR, 24 * HOUR + MICROSECOND], "failed"),
        # A single look after an outage of 25 h; the next counts once it is an hour later.
        ([PENDING, NOT_FOUND], [0 * HOUR, 25 * HOUR], "processing"),
        ([PENDING, NOT_FOUND], [0 * HOUR, 25 * HOUR, 26 * HOUR - MICROSECOND], "processing"),
        ([PENDING, NOT_FOUND], [0 * HOUR, 25 * HOUR, 26 * HOUR], "failed"),
        # That it has not spread when it is submitted is not a look in vain.
        ([NOT_FOUND], [0 * HOUR, 25 * HOUR], "processing"),
        ([NOT_FOUND], [0 * HOUR, 25 * HOUR, 26 * HOUR - MICROSECOND], "processing"),
        ([NOT_FOUND], [0 * HOUR, 25 * HOUR, 26 * HOUR], "failed"),
        # A ledger that is away says nothing; what was seen since is not lost.
        ([PENDING, DOWN, NOT_FOUND], [0 * HOUR, 25 * HOUR, 50 * HOUR], "processing"),
        ([NOT_FOUND, PENDING, NOT_FOUND], [0 * HOUR, 23 * HOUR, 25 * HOUR], "processing"),
        ([NOT_FOUND, PENDING, NOT_FOUND], [0 * HOUR, HOUR, 24 * HOUR, 25 * HOUR], "processing"),
        (
            [NOT_FOUND, PENDING, NOT_FOUND],
            [0 * HOUR, HOUR, 24 * HOUR, 25 * HOUR + MICROSECOND],
            "failed",
        ),
    ],
)
def test_lost_is_what_two_looks_an_hour_apart_missed_and_nobody_saw_for_more_than_24_hours(
    store: MemoryStore, script: Sequence[Said], looks: Sequence[timedelta], state: str
) -> None:
    owed(store, "ada")
    ledger = ScriptedLedger(*script)
    reports = [pay(store, ledger, NOON + after) for after in looks]
    assert states(store) == [state]
    assert len(ledger.asked) == len(looks)
    assert (GONE in str(reports[-1].errors)) is (state == "failed")
    assert history(store, "ada") == []


def test_the_times_after_which_one_is_lost_are_a_policy(store: MemoryStore) -> None:
    owed(store, "ada")
    ledger = ScriptedLedger(NOT_FOUND)
    hasty = ContestPolicy(lost_after=MINUTE, misses_apart=MICROSECOND)
    pay(store, ledger, policy=hasty)
    pay(store, ledger, NOON + MINUTE, policy=hasty)
    assert states(store) == ["processing"]
    pay(store, ledger, NOON + MINUTE + MICROSECOND, policy=hasty)
    assert states(store) == ["failed"]


@pytest.mark.parametrize("final", [12, 3])
def test_it_is_watched_until_it_is_final_and_never_asked_about_again(
    store: MemoryStore, final: int
) -> None:
    (entry,) = owed(store, "ada")
    ledger = ScriptedLedger(*map(confirmed, range(1, 20)))
    for minute in range(15):
        pay(store, ledger, NOON + minute * MINUTE, policy=ContestPolicy(final=final))
    assert len(ledger.asked) == final
    assert kept(store)[entry.key].state is OutboxState.DONE
    assert history(store, "ada") == [PAID]


def test_a_hundred_that_are_stuck_starve_no_later_one(store: MemoryStore) -> None:
    """At most 100 are looked at by a run, those first that were looked at longest ago."""
    entries = owed(store, *(f"u{number:03}" for number in range(150)))
    stuck, later = entries[:100], entries[100:]
    ledger = ScriptedLedger(confirmed(12), of={reward_id(entry): [PENDING] for entry in stuck})
    first, second, third = pay_each_minute(store, ledger, 3)
    assert (counted(first), counted(second), counted(third)) == (
        (0, 100, 0),
        (50, 50, 0),
        (0, 100, 0),
    )
    assert [ledger.looks[f"tx {reward_id(entry)}"] for entry in later] == 50 * [1]
    assert {ledger.looks[f"tx {reward_id(entry)}"] for entry in stuck} == {2, 3}


def test_asked_for_all_a_run_looks_at_each_once(store: MemoryStore) -> None:
    owed(store, *(f"u{number:03}" for number in range(250)))
    ledger = ScriptedLedger(PENDING)
    for looks in (1, 2):
        report = pay(store, ledger, NOON + looks * MINUTE, all=True)
        assert counted(report) == (0, 250, 0)
        assert set(ledger.looks.values()) == {looks}


def test_many_are_looked_up_at_once(store: MemoryStore) -> None:
    """Each that is new is looked up when it was submitted; those known are one question."""
    owed(store, *(f"u{number:03}" for number in range(120)))
    ledger = ScriptedLedger(PENDING)
    pay(store, ledger, all=True)
    ledger.asked.clear()
    pay(store, ledger, NOON + MINUTE, all=True)
    assert [len({*asked}) for asked in ledger.asked] == [100, 20]


def test_rewards_that_cannot_be_read_stop_nobody_however_many_they_are(store: MemoryStore) -> None:
    """Such as those of users who were erased; each run reports them."""
    good = owed(store, *"uvwxyz")
    bad = [attrs.evolve(new_reward("case-0000", "erased", 1, at=NOON), user_id=None)] + [
        attrs.evolve(new_reward("case-0000", "bob", 1, at=NOON), payload=PlainData(payload))
        for payload in (
            {},
            {"case_id": "case-0000", "amount": 0, "nonce": "00"},
            {"case_id": "case-0000", "amount": "1", "nonce": "00"},
            {"case_id": "case-0000", "amount": 1, "nonce": ""},
            {"case_id": "case-0000", "amount": 1},
            {"amount": 1, "nonce": "00"},
        )
    ]
    store.outbox.put(bad)
    ledger = ScriptedLedger(confirmed(12))
    assert counted(pay(store, ledger)) == (6, 0, 7)
    for minute in range(1, 15):
        report = pay(store, ledger, NOON + minute * MINUTE)
        assert counted(report) == (0, 0, 7)
        assert {error.item for error in report.errors} == {entry.key for entry in bad}
    assert {key for key, _ in ledger.submitted} == set(map(reward_id, good))


def test_what_a_ledger_is_given_holds_neither_user_nor_case_nor_what_they_hash_to(
    store: MemoryStore,
) -> None:
    (entry,) = owed(store, "ada", case_id="case-0001")
    ledger = ScriptedLedger(confirmed(12))
    pay(store, ledger)
    ((key, payload),) = ledger.submitted
    assert re.fullmatch("[0-9a-f]{32}", key)
    assert re.fullmatch("[0-9a-f]{64}", payload)
    found = digests("ada", "case-0001", "400", key) | digests("ada", "case-0001", entry.key)
    assert {payload, payload[:32], key}.isdisjoint(found | {each[:32] for each in found})
    nonce = entry.payload["nonce"]
    assert payload == reward_payload(key, 400, str(nonce))
    assert payload != reward_payload(key, 400, "00" * 16)


def test_the_same_reward_of_the_same_user_is_published_as_another_text_each_time() -> None:
    given = set[tuple[str, str]]()
    for _ in range(3):
        store, ledger = MemoryStore(), ScriptedLedger(confirmed(12))
        owed(store, "ada")
        pay(store, ledger)
        given |= {*ledger.submitted}
    assert (len({key for key, _ in given}), len({payload for _, payload in given})) == (3, 3)


def test_a_total_that_would_be_too_large_is_one_users_trouble(store: MemoryStore) -> None:
    """2⁵³ - 1 points and any reward are more than a total can be: nothing of it is kept."""
    owed(store, "ada", "bob")
    store.points.add([Credit("bob", "jackpot", 2**53 - 1, NOON)], now=NOON)
    ledger = ScriptedLedger(confirmed(12))
    assert counted(pay(store, ledger, notices=True)) == (1, 0, 1)
    assert (history(store, "ada"), history(store, "bob")) == ([PAID], [("jackpot", 2**53 - 1)])
    assert [entry.user_id for entry in notices(store)] == ["ada"]


def notices(store: MemoryStore) -> list[OutboxEntry]:
    found = [entry for entry in kept(store).values() if entry.kind == "notice"]
    return sorted(found, key=lambda entry: (entry.due_at, str(entry.user_id)))


def test_nobody_is_told_by_default(store: MemoryStore) -> None:
    owed(store, "ada")
    pay(store, ScriptedLedger(confirmed(12)))
    assert notices(store) == []


@pytest.mark.parametrize("asked", [False, True])
def test_whoever_is_paid_is_told_once_and_again_if_it_returns(
    store: MemoryStore, asked: bool
) -> None:
    """If the run is asked to, or the job always does."""
    owed(store, "ada", "bob")
    back = confirmed(1)
    ledger = ScriptedLedger(PENDING, back, back, NOT_FOUND, back, confirmed(12))
    job = monitor_transactions(store, ledger=ledger, notices=not asked)
    told = []
    for minute in range(7):
        run(job, NOON + minute * MINUTE, **({"notices": True} if asked else {}))
        told.append(len(notices(store)))
    assert told == [0, 2, 2, 2, 4, 4, 4]
    for entry in notices(store):
        assert entry.payload == {"about": "reward", "case_id": "case-0001", "points": 400}
        assert entry.key.startswith("notice:reward:")
    assert [entry.user_id for entry in notices(store)] == ["ada", "bob", "ada", "bob"]
    assert [entry.due_at for entry in notices(store)] == [
        NOON + minute * MINUTE for minute in (1, 1, 4, 4)
    ]


def test_who_has_finished_it_meanwhile_has_credited_it(store: MemoryStore) -> None:
    """A run that took longer than its lease keeps nothing: neither credit nor notice."""
    owed(store, "ada")
    quick = ScriptedLedger(confirmed(12))

    class Slow(ScriptedLedger):
        def look_up(self, transactions: Sequence[str]) -> Sequence[Sighting]:
            pay(store, quick, NOON + HOUR, notices=True)
            return super().look_up(transactions)

    report = pay(store, Slow(confirmed(12)), notices=True)
    assert counted(report) == (0, 1, 0)
    assert history(store, "ada") == [PAID]
    assert len(notices(store)) == 1

"""The job that pays rewards, on ledgers that are away, crash, answer nonsense, or lie: SPEC §7."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import attrs
import pytest

from mainstay.contest import Sighting
from mainstay.errors import (
    CallsFailedError,
    InvalidValueError,
    RejectedError,
    StoreError,
)
from mainstay.ports import OutboxState
from mainstay.testing.memory import MemoryStore
from tests.contests import (
    DAY,
    DOWN,
    HOUR,
    MINUTE,
    NOON,
    PAID,
    PENDING,
    Said,
    ScriptedLedger,
    confirmed,
    history,
    kept,
    owed,
    pay,
    pay_each_minute,
    reward_id,
    states,
)
from tests.recording import counted

SEEN = confirmed(12)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.mark.parametrize("owing", [5, 7, 150])
def test_a_ledger_that_is_down_changes_nothing(store: MemoryStore, owing: int) -> None:
    """But that the entries say so, for whoever looks at them."""
    owed(store, *(f"u{number:03}" for number in range(owing)))
    before, down = kept(store), ScriptedLedger(PENDING, refusing=10_000 * [DOWN])
    for hour in range(30):
        with pytest.raises(CallsFailedError, match="5 calls for reward have failed in a row"):
            pay(store, down, NOON + hour * HOUR)
    found = kept(store)
    assert {entry.error for entry in found.values()} <= {None, "refused"}
    assert {key: attrs.evolve(entry, error=None) for key, entry in found.items()} == before
    assert counted(pay(store, ScriptedLedger(confirmed(12)), NOON + 31 * HOUR, all=True)) == (
        (owing, 0, 0)
    )


@pytest.mark.parametrize("owing", [1, 2, 4, 7])
def test_a_ledger_that_says_itself_that_it_is_away_changes_not_a_byte(
    store: MemoryStore, owing: int
) -> None:
    owed(store, *(f"u{number:03}" for number in range(owing)))
    away = CallsFailedError("can't be reached", field="the ledger")
    ledger = ScriptedLedger(confirmed(1), away)
    for hour in range(30):
        ledger.refusing[:] = [away] if hour < 15 else []
        before = kept(store)
        if hour == 15:
            assert pay(store, ledger, NOON + hour * HOUR).result == {"completed": owing}
        else:
            with pytest.raises(CallsFailedError, match="the ledger can't be reached"):
                pay(store, ledger, NOON + hour * HOUR)
            assert kept(store) == before


@pytest.mark.parametrize("owing", [1, 2, 4])
def test_few_rewards_wait_for_a_ledger_however_long_it_is_down(
    store: MemoryStore, owing: int
) -> None:
    """They are reported by each run, never given up, and paid when it is back."""
    users = [f"u{number}" for number in range(owing)]
    owed(store, *users)
    down = ScriptedLedger(PENDING, refusing=10_000 * [DOWN])
    for hour in range(50):
        report = pay(store, down, NOON + hour * HOUR)
        assert counted(report) == (0, 0, owing)
        assert {error.error for error in report.errors} == {"refused"}
        assert {entry.state for entry in kept(store).values()} == {OutboxState.WAITING}
    assert states(store) == owing * ["queued"]
    pay(store, ScriptedLedger(confirmed(12)), NOON + 51 * HOUR)
    assert [history(store, user) for user in users] == owing * [[PAID]]


@pytest.mark.parametrize("owing", [2, 7])
@pytest.mark.parametrize("error", [DOWN, StoreError("is locked"), KeyboardInterrupt()])
def test_what_was_submitted_is_not_lost_because_the_ledger_is_down(
    store: MemoryStore, owing: int, error: BaseException
) -> None:
    """Nor is what was credited taken back, whatever the ledger raises, for days."""
    users = [f"u{number}" for number in range(owing)]
    entries = owed(store, *users)
    of: dict[str, Sequence[Said]] = {
        reward_id(entries[0]): [confirmed(1), error],
        reward_id(entries[1]): [PENDING, error],
    }
    ledger = ScriptedLedger(confirmed(1), error, of=of)
    pay(store, ledger)
    before = {entry.key: entry.result for entry in kept(store).values()}
    credited = {user: history(store, user) for user in users}
    for day in range(1, 20):
        with suppress(CallsFailedError, StoreError, KeyboardInterrupt):
            pay(store, ledger, NOON + day * DAY)
    assert {entry.key: entry.result for entry in kept(store).values()} == before
    assert {user: history(store, user) for user in users} == credited
    ledger.of, ledger.script = {}, [confirmed(12)]
    pay(store, ledger, NOON + 21 * DAY)
    assert [history(store, user) for user in users] == owing * [[PAID]]
    assert {entry.state for entry in kept(store).values()} == {OutboxState.DONE}


@pytest.mark.parametrize("error", [DOWN, TimeoutError(), StoreError("went away"), MemoryError()])
def test_a_ledger_that_crashes_after_accepting_pays_and_credits_once(
    store: MemoryStore, error: BaseException
) -> None:
    owed(store, "ada")
    ledger = ScriptedLedger(confirmed(1), confirmed(12), crashing=[error])
    for minute in range(4):
        try:
            pay(store, ledger, NOON + minute * MINUTE)
        except (StoreError, MemoryError):
            assert minute == 0
    assert history(store, "ada") == [PAID]
    assert (len(ledger.held), len(ledger.submitted)) == (1, 2)
    assert len({*ledger.submitted}) == 1


@pytest.mark.parametrize(
    ("method", "answer", "words"),
    [
        ("submit", "", "what submit returns must not be empty"),
        ("submit", None, "what submit returns must be a string, got None"),
        ("submit", 7, "what submit returns must be a string, got 7"),
        ("look_up", None, "what look_up returns must be several"),
        ("look_up", 7, "what look_up returns must be several"),
        ("look_up", "confirmed", "what look_up returns must be several"),
        ("look_up", [], "what look_up returns must be 1 sightings, one for each transaction"),
        ("look_up", [SEEN, SEEN], "what look_up returns must be 1 sightings, one for each"),
        ("look_up", ["confirmed"], "what look_up returns must be of type Sighting"),
        ("look_up", [None], "what look_up returns must be of type Sighting"),
    ],
)
@pytest.mark.parametrize("submitted", [False, True])
def test_a_ledger_that_answers_nonsense_credits_nothing(
    store: MemoryStore, method: str, answer: object, words: str, submitted: bool
) -> None:
    """Whether it does so at first or later on; it is believed again once it makes sense."""
    (entry,) = owed(store, "ada")
    ledger = ScriptedLedger(PENDING)
    if submitted:
        pay(store, ledger)
    setattr(ledger, method, lambda *_: answer)
    report = pay(store, ledger, NOON + MINUTE)
    if method == "look_up" or not submitted:
        assert counted(report) == (0, 0, 1)
        assert words in report.errors[0].error
        assert report.errors[0].item == entry.key
    assert (history(store, "ada"), report.succeeded) == ([], 0)
    delattr(ledger, method)
    ledger.script = [SEEN]
    assert counted(pay(store, ledger, NOON + 2 * MINUTE)) == (1, 0, 0)
    assert history(store, "ada") == [PAID]


def test_an_answer_for_too_few_of_many_credits_nobody(store: MemoryStore) -> None:
    """Who is who would be a guess; alone they are told apart."""
    owed(store, "ada", "bob", "cy")
    ledger = ScriptedLedger(PENDING, confirmed(12))
    pay(store, ledger)
    look_up = ledger.look_up

    def short(transactions: Sequence[str]) -> Sequence[Sighting]:
        return look_up(transactions)[:2]

    setattr(ledger, "look_up", short)  # noqa: B010  (mypy lets nobody assign to a method)
    assert counted(pay(store, ledger, NOON + MINUTE)) == (3, 0, 0)
    assert [history(store, user) for user in ("ada", "bob", "cy")] == 3 * [[PAID]]


def test_one_poisonous_transaction_does_not_stop_the_others(store: MemoryStore) -> None:
    """Neither when it is submitted, nor in each question about many that it is part of."""
    entries = owed(store, *"abcdefghi")
    poisonous = entries[4]
    ledger = ScriptedLedger(
        PENDING, confirmed(1), confirmed(12), of={reward_id(poisonous): [ValueError("poison")]}
    )
    reports = pay_each_minute(store, ledger, 5)
    assert [counted(report) for report in reports] == [
        (0, 8, 1),
        (0, 8, 1),
        (8, 0, 1),
        (0, 0, 1),
        (0, 0, 1),
    ]
    for report in reports:
        assert [(each.item, each.error) for each in report.errors] == [(poisonous.key, "poison")]
    for entry in entries:
        assert history(store, str(entry.user_id)) == ([] if entry == poisonous else [PAID])


def test_a_key_that_is_there_with_another_payload_is_reported_and_pays_nobody(
    store: MemoryStore,
) -> None:
    entry, other = owed(store, "ada", "bob")
    ledger = ScriptedLedger(confirmed(12))
    ledger.held[reward_id(entry)] = "of somebody else"
    for minute, done in enumerate([1, 0, 0]):
        report = pay(store, ledger, NOON + minute * MINUTE)
        assert counted(report) == (done, 0, 1)
        assert report.errors[0].item == entry.key
        assert "key is there already, with another payload" in report.errors[0].error
    assert history(store, str(entry.user_id)) == []
    assert history(store, str(other.user_id)) == [PAID]
    assert kept(store)[entry.key].state is OutboxState.WAITING


def test_a_reward_whose_payload_the_ledger_contradicts_is_reported_and_not_credited(
    store: MemoryStore,
) -> None:
    (entry,) = owed(store, "ada")
    ledger = ScriptedLedger(confirmed(12, "something else"))
    for minute in range(3):
        report = pay(store, ledger, NOON + minute * MINUTE)
        assert counted(report) == (0, 0, 1)
        assert "is contradicted: the ledger holds something else" in report.errors[0].error
        assert report.result == {}
    assert history(store, "ada") == []
    ledger.script = [confirmed(12, ledger.held[reward_id(entry)])]
    assert counted(pay(store, ledger, NOON + 3 * MINUTE)) == (1, 0, 0)
    assert history(store, "ada") == [PAID]


def test_a_contradiction_takes_nothing_back(store: MemoryStore) -> None:
    """The ledger has not lost the reward: somebody must look at what happened."""
    owed(store, "ada")
    reports = pay_each_minute(store, ScriptedLedger(confirmed(1), confirmed(2, "something")), 3)
    assert [report.failed for report in reports] == [0, 1, 1]
    assert history(store, "ada") == [PAID]


@pytest.mark.parametrize("error", [RejectedError, InvalidValueError])
def test_what_a_ledger_says_of_a_value_is_the_rewards_own_fault(
    store: MemoryStore, error: type[InvalidValueError]
) -> None:
    """However many there are: any other error is the ledger's, and five of those end the run."""
    owed(store, *"abcdefg")
    refusing = [error("is closed to us", field="the account") for _ in range(7)]
    assert counted(pay(store, ScriptedLedger(PENDING, refusing=refusing))) == (0, 0, 7)
    with pytest.raises(CallsFailedError):
        pay(store, ScriptedLedger(PENDING, refusing=7 * [ValueError("no JSON")]), NOON + MINUTE)

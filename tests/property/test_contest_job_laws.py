"""Laws of settlement by the job, whatever a ledger says in whatever order."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from mainstay.contest import Reward, RewardState, Sighting
from mainstay.errors import CallsFailedError
from mainstay.jobs import monitor_transactions
from mainstay.ports import OutboxEntry, OutboxState
from mainstay.ports.rewards import new_reward, reward_of
from mainstay.testing.memory import MemoryStore
from tests.contests import (
    DAY,
    DOWN,
    HOUR,
    MICROSECOND,
    MINUTE,
    NOON,
    NOT_FOUND,
    PENDING,
    REFUSED,
    Said,
    ScriptedLedger,
    confirmed,
    run,
)

#: What a ledger may say of a transaction; of another payload, it is a contradiction.
SIGHTINGS: st.SearchStrategy[Said] = st.one_of(
    st.sampled_from(
        [PENDING, NOT_FOUND, REFUSED, DOWN, ValueError("is nonsense"), confirmed(9, "another")]
    ),
    st.integers(0, 13).map(confirmed),
)
STEPS = st.sampled_from([MICROSECOND, MINUTE, HOUR - MICROSECOND, HOUR, DAY, 30 * DAY])
#: A script a reward: what is said of it, run by run.
SCRIPTS = st.lists(st.lists(SIGHTINGS, min_size=1, max_size=12), min_size=1, max_size=3)


def queued(store: MemoryStore, count: int) -> list[OutboxEntry]:
    """Queue two rewards, of two cases, for each of some users."""
    entries = [
        new_reward(f"case-{case}", f"u{number}", 100 + number, at=NOON)
        for number in range(count)
        for case in range(2)
    ]
    store.outbox.put(entries)
    return entries


def state(store: MemoryStore, entry: OutboxEntry) -> tuple[OutboxState, Reward]:
    there = store.outbox.entry(entry.key)
    assert there is not None
    return there.state, reward_of(there)


def credited(store: MemoryStore, reward: Reward) -> int:
    """Return what a user's credits for a case come to."""
    prefix = f"reward:{reward.case_id}"
    credits = store.points.credits(reward.user_id)
    return sum(credit.amount for credit in credits if credit.reason.startswith(prefix))


def scripted(entries: Sequence[OutboxEntry], scripts: Sequence[Sequence[Said]]) -> ScriptedLedger:
    of = {reward_of(entry).id: scripts[n // 2] for n, entry in enumerate(entries)}
    return ScriptedLedger(PENDING, of=of)


@example([[confirmed(1), NOT_FOUND, confirmed(1), REFUSED]], [MINUTE] * 5, False)
@example([[PENDING, NOT_FOUND, NOT_FOUND, NOT_FOUND]], [DAY] * 5, False)
@given(SCRIPTS, st.lists(STEPS, min_size=1, max_size=14), st.booleans())
def test_a_user_has_a_reward_exactly_while_it_is_completed(
    scripts: list[list[Said]], steps: list[timedelta], all_of_them: bool
) -> None:
    """The credits for a case come to the reward's amount then, and else to 0; never to more."""
    store, now = MemoryStore(), NOON
    entries = queued(store, len(scripts))
    job = monitor_transactions(store, ledger=scripted(entries, scripts))
    failed = set[str]()
    for step in steps:
        with suppress(CallsFailedError):
            run(job, now, all=all_of_them)
        now += step
        for entry in entries:
            stands, reward = state(store, entry)
            completed = reward.state is RewardState.COMPLETED
            assert credited(store, reward) == (reward.amount if completed else 0)
            assert (stands is OutboxState.FAILED) is (reward.state is RewardState.FAILED)
            assert entry.key not in failed or stands is OutboxState.FAILED
            failed |= {entry.key} if stands is OutboxState.FAILED else set()


@given(SCRIPTS, st.lists(STEPS, min_size=1, max_size=6))
def test_whatever_happened_before_what_becomes_final_is_paid_once(
    scripts: list[list[Said]], steps: list[timedelta]
) -> None:
    """Unless it has failed meanwhile: no ledger that was away holds up a reward for good."""
    store, now = MemoryStore(), NOON
    entries = queued(store, len(scripts))
    ledger = scripted(entries, scripts)
    job = monitor_transactions(store, ledger=ledger)
    for step in steps:
        with suppress(CallsFailedError):
            run(job, now)
        now += step
    before = [state(store, entry) for entry in entries]
    ledger.of, ledger.script = {}, [Sighting("confirmed", 12)]
    run(job, now)
    for entry, (stood, _) in zip(entries, before, strict=True):
        stands, reward = state(store, entry)
        failed = stood is OutboxState.FAILED
        assert stands is (OutboxState.FAILED if failed else OutboxState.DONE)
        assert credited(store, reward) == (0 if failed else reward.amount)

"""Over any looks at any ledger, a reward is paid once, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import accumulate
from operator import or_

from hypothesis import given
from hypothesis import strategies as st

from mainstay.contest import ContestPolicy, Reward, RewardState, Seen, Settlement, Sighting, settle
from mainstay.recognition import Credit
from mainstay.testing import strategies

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
HOUR, DAY, MICROSECOND = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)
SUBMITTED = Reward("3f1c", "ada", "case-0001", 400).submitted(NOON)
POLICY = ContestPolicy(confirmations=2, final=4)
#: Often just at, below or above what a policy counts by.
waits = st.sampled_from(
    [timedelta(0), MICROSECOND, HOUR - MICROSECOND, HOUR, HOUR + MICROSECOND, DAY - HOUR, DAY]
) | st.timedeltas(timedelta(0), 2 * DAY)
sightings = strategies.sightings() | st.builds(Sighting, st.just("confirmed"), st.integers(0, 5))
looks = st.lists(st.tuples(waits, sightings), max_size=12)
Looks = list[tuple[timedelta, Sighting]]


def after_each(
    looks: Looks, policy: ContestPolicy = POLICY, reward: Reward = SUBMITTED
) -> list[Settlement]:
    """What each look in turn comes to."""
    settled = [Settlement(reward)]
    for now, (_, sighting) in zip(times(looks), looks, strict=True):
        settled.append(settle(settled[-1].reward, sighting, now=now, policy=policy))
    return settled


def times(looks: Looks) -> list[datetime]:
    waits = accumulate(wait for wait, _ in looks)
    return [NOON + wait for wait in waits]


def credits_of(settled: list[Settlement]) -> list[Credit]:
    return [credit for one in settled for credit in one.credits]


@given(looks, strategies.contest_policies())
def test_it_is_paid_exactly_if_it_is_completed(looks: Looks, policy: ContestPolicy) -> None:
    """At every moment: the credits add up to the amount, or to nothing."""
    total = 0
    for one in after_each(looks, policy):
        total += sum(credit.amount for credit in one.credits)
        assert total == (400 if one.reward.state is RewardState.COMPLETED else 0)


@given(looks)
def test_no_two_credits_have_one_reason(looks: Looks) -> None:
    """They alternate: paid, taken back, paid again."""
    credits = credits_of(after_each(looks))
    expected = ["reward:case-0001"]
    for n in range(1, len(credits)):
        expected += [f"reward:case-0001:reversed:{n}", f"reward:case-0001:again:{n}"]
    assert [credit.reason for credit in credits] == expected[: len(credits)]
    assert [credit.amount for credit in credits] == [400, -400] * (len(credits) // 2) + [400] * (
        len(credits) % 2
    )
    assert {credit.user_id for credit in credits} <= {"ada"}


@given(looks, looks)
def test_what_has_failed_stays_failed(looks: Looks, later: Looks) -> None:
    failed = after_each([*looks, (HOUR, Sighting("failed"))])[-1]
    assert (failed.reward.state, failed.final) == (RewardState.FAILED, True)
    for one in after_each(later, reward=failed.reward)[1:]:
        assert one == Settlement(failed.reward, final=True)


@given(strategies.rewards(submitted=True), sightings, strategies.instants())
def test_any_sighting_at_any_time_settles_any_reward(
    reward: Reward, sighting: Sighting, now: datetime
) -> None:
    """Also at a time before it was submitted, by a clock that runs behind.

    Instants are compared in UTC: Python finds those of an hour that occurs twice equal to no other.
    """
    settled = settle(reward, sighting, now=now)
    assert settled.reward.state is not RewardState.QUEUED
    kept = ("id", "user_id", "case_id", "amount", "submitted_at")
    assert all(getattr(settled.reward, name) == getattr(reward, name) for name in kept)
    assert {credit.at for credit in settled.credits} <= {now.astimezone(UTC)}


@given(looks)
def test_it_is_final_once_it_is_deep_or_has_failed(looks: Looks) -> None:
    for one, (_, sighting) in zip(after_each(looks)[1:], looks, strict=True):
        deep = sighting.confirmations >= POLICY.final
        state = one.reward.state
        assert one.final is (
            state is RewardState.FAILED or (state is RewardState.COMPLETED and deep)
        )


def lost_by_hand(looks: Looks) -> list[bool]:
    """Whether each look finds it lost: by all looks in vain since it was last seen."""
    lost: list[bool] = []
    last_seen, vain = NOON, list[datetime]()
    for now, (_, sighting) in zip(times(looks), looks, strict=True):
        if sighting.seen is Seen.NOT_FOUND:
            vain.append(now)
            apart = any(later - earlier >= HOUR for earlier in vain for later in vain)
            lost.append(apart and now - last_seen > DAY)
        else:
            last_seen, vain = now, []
            lost.append(False)
    return lost


unseen = st.lists(
    st.tuples(waits, st.sampled_from([Sighting("not_found"), Sighting("pending")])),
    max_size=12,
)


@given(unseen)
def test_it_is_lost_when_it_was_missed_long_enough_and_twice(looks: Looks) -> None:
    """Against a reading of SPEC §7 that keeps every look in vain."""
    states = [one.reward.state for one in after_each(looks)[1:]]
    lost: list[bool] = [*accumulate(lost_by_hand(looks), or_)]
    assert [state is RewardState.FAILED for state in states] == lost


@given(st.lists(waits, min_size=1, max_size=6), st.lists(waits, max_size=6))
def test_a_sighting_makes_earlier_looks_in_vain_undone(
    before: list[timedelta], after: list[timedelta]
) -> None:
    """As if it had been submitted just then."""
    missed = [(wait, Sighting("not_found")) for wait in before if wait < HOUR]
    seen = [*missed, (HOUR, Sighting("pending"))]
    later: Looks = [(wait, Sighting("not_found")) for wait in after]
    states = [one.reward.state for one in after_each([*seen, *later])[len(seen) :]]
    assert states == [one.reward.state for one in after_each(later)]


@given(st.lists(st.timedeltas(timedelta(0), timedelta(minutes=5)), max_size=12))
def test_looks_within_an_hour_lose_nothing_however_late(waits: list[timedelta]) -> None:
    looks: Looks = [(100 * DAY, Sighting("not_found"))]
    looks += [(min(wait, HOUR / 13), Sighting("not_found")) for wait in waits]
    assert after_each(looks)[-1].reward.state is RewardState.PROCESSING


@given(looks, sightings)
def test_looking_twice_at_one_instant_changes_nothing_more(
    looks: Looks, sighting: Sighting
) -> None:
    *_, once, twice = after_each([*looks, (HOUR, sighting), (timedelta(0), sighting)])
    assert once.reward.state is twice.reward.state
    assert twice.credits == ()

"""Whom the daily job picks, if its policy says more than the score."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from mainstay import (
    DailyCriteria,
    DayActivity,
    DayOutcome,
    Engagement,
    EngagementPolicy,
    InvalidValueError,
    PickPolicy,
    Session,
    evaluate_day,
    explain_pick,
    historical_score,
    pick_candidates,
)
from mainstay.jobs import (
    evaluate_consistency,
    explain_candidate,
    forget,
    reevaluate,
    rename,
)
from mainstay.jobs._picking import picked_of
from mainstay.scheduling import JobContext
from mainstay.testing.memory import MemoryStore
from mainstay.testing.memory._engagement_page import EngagementsPage

USERS = [f"u{number:02}" for number in range(40)]
FIRST = date(2024, 5, 1)
RUN = DailyCriteria({"run": 1})
NOW = datetime(2024, 7, 1, tzinfo=UTC)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def posted(user: str, number: int, times: int = 1, kind: str = "post") -> list[Session]:
    at = datetime.combine(day(number), datetime.min.time(), UTC)
    return [Session(user, at, kind=kind, id=f"{user} {number} {kind} {n}") for n in range(times)]


def store_of(pick: PickPolicy, events: Iterable[Session], top: int = 5) -> MemoryStore:
    store = MemoryStore()
    store.sessions.add(events)
    policy = EngagementPolicy(criteria=RUN, top_inactive_users=top, pick=pick)
    with store.engagements.page() as page:
        page.keep_policy(policy)
    return store


def run(store: MemoryStore, number: int) -> None:
    job = evaluate_consistency(store.engagements)
    assert job.run(JobContext(target=day(number), clock=lambda: NOW)).failed == 0


def picks(store: MemoryStore, numbers: Iterable[int]) -> list[list[str]]:
    found = [store.engagements.candidates(day(number)) for number in numbers]
    return [[each.user_id for each in some or ()] for some in found]


def forty() -> list[Session]:
    """The first of them has most posts, the last one."""
    return [each for n, user in enumerate(USERS) for each in posted(user, 0, 40 - n)]


def test_by_default_the_same_five_are_picked_on_ten_days_of_ten() -> None:
    store = store_of(PickPolicy(), forty())
    run(store, 10)
    assert picks(store, range(1, 11)) == [USERS[:5]] * 10


def test_with_a_cooldown_everybody_is_picked_in_turn() -> None:
    store = store_of(PickPolicy(cooldown=30), forty())
    run(store, 10)
    in_fives = [USERS[at : at + 5] for at in range(0, 40, 5)]
    assert picks(store, range(8)) == in_fives
    again = picks(store, range(8, 11))
    assert again == in_fives[:3], "too few remain: those whose pick is the longest ago"


def test_a_cooldown_of_two_days_lets_five_return_on_the_third() -> None:
    store = store_of(PickPolicy(cooldown=2), forty())
    run(store, 4)
    assert picks(store, range(5)) == [USERS[at : at + 5] for at in (0, 5, 10, 0, 5)]


def test_who_cools_down_waits_for_all_who_are_there_however_low_their_scores() -> None:
    """Two who are gone come first, and Ada, who was picked the day before, ahead of Bob."""
    gone = [*posted("gone", 0, 40), *posted("lost", 0, 30)]
    there = [*posted("ada", 0, 20), *posted("bob", 0)]
    there += [each for at in (4, 5) for each in posted("ada", at, kind="visit")]
    there += posted("bob", 5, kind="visit")
    store = store_of(PickPolicy(cooldown=1, active_within=1), [*gone, *there], top=1)
    run(store, 5)
    assert picks(store, (4, 5)) == [["ada"], ["bob"]]


def test_a_cooldown_is_of_what_closed_days_have_picked_and_not_would_pick_now() -> None:
    some = [*posted("ada", 0, 3), *posted("bob", 0, 2)]
    store = store_of(PickPolicy(cooldown=1), some, top=1)
    run(store, 2)
    assert picks(store, range(3)) == [["ada"], ["bob"], ["ada"]]
    store.sessions.add(posted("zoe", 0, 9))
    run(store, 2)
    policies = store.engagements.policies()
    assert policies is not None
    with store.engagements.page() as page:
        now = picked_of(page, [day(0), day(1)], policies)
    assert [[each.user_id for each in now[day(n)]] for n in (0, 1)] == [["zoe"], ["zoe"]]


def test_a_late_run_picks_whom_punctual_ones_have_picked() -> None:
    pick = PickPolicy(cooldown=2, active_within=6, exclude={"u01"}, ties_by_day=True)
    some = [*forty(), *posted("u39", 5, 9), *posted("u20", 3, 40)]
    late, punctual = store_of(pick, some), store_of(pick, some)
    run(late, 20)
    for number in range(21):
        run(punctual, number)
        run(punctual, number)
    assert picks(late, range(21)) == picks(punctual, range(21))
    again = reevaluate(late, since=day(0), context=JobContext(clock=lambda: NOW))
    assert not again.result["candidates_differ"]
    assert picks(late, [5]) != [[]]
    assert picks(late, [15]) == [[]], "nobody had been there for six days"


def test_many_days_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store goes through all it has kept for each reading of days that are long past."""
    asked, best_missed = list[int](), EngagementsPage.best_missed

    def counted(
        page: EngagementsPage, days: Collection[date], *, limit: int
    ) -> Mapping[date, Sequence[DayOutcome]]:
        asked.append(len(days))
        return best_missed(page, days, limit=limit)

    monkeypatch.setattr(EngagementsPage, "best_missed", counted)
    store = store_of(PickPolicy(cooldown=5), forty())
    run(store, 50)
    assert asked == [51]
    assert picks(store, range(48, 51)) == [USERS[:5], USERS[5:10], USERS[10:15]]


def test_users_who_are_gone_are_skipped_however_many_they_are() -> None:
    gone = [each for user in USERS[:39] for each in posted(user, 0, 9)]
    store = store_of(PickPolicy(active_within=1), [*gone, *posted("u39", 9)])
    run(store, 9)
    assert picks(store, [9]) == [["u39"]]


def test_ties_go_to_others_each_day_by_a_hash_that_anybody_can_compute() -> None:
    tied = [each for user in USERS for each in posted(user, 0)]
    store = store_of(PickPolicy(ties_by_day=True), tied, top=1)
    run(store, 9)
    lots = [
        min(USERS, key=lambda user: sha256(f"{day(number)} {user}".encode()).hexdigest())
        for number in range(10)
    ]
    assert picks(store, range(10)) == [[user] for user in lots]
    assert len({*lots}) > 5


def test_nobody_is_picked_where_none_is_to_be() -> None:
    store = store_of(PickPolicy(cooldown=1, ties_by_day=True), forty(), top=0)
    run(store, 3)
    assert picks(store, range(1, 4)) == [[], [], []]


def test_who_leaves_or_is_renamed_does_so_in_the_list_of_those_excluded() -> None:
    store = store_of(PickPolicy(exclude={"u00", "u01"}), forty())
    context = JobContext(clock=lambda: NOW)
    rename(store.corrections, "u00", "v00", context=context)
    forget(store.corrections, ["u01"], context=context)
    policies = store.engagements.policies()
    assert policies is not None
    assert policies.first.pick.exclude == {"v00"}


def missed(user: str, streak: int) -> DayOutcome:
    state = Engagement(user, streak, FIRST)
    return evaluate_day(state, DayActivity(day(1)))[1]


def test_a_cooldown_of_a_day_is_over_on_the_day_after_the_next() -> None:
    policy = EngagementPolicy(top_inactive_users=1, pick=PickPolicy(cooldown=1))
    both = [missed("ada", 9), missed("bob", 3)]
    for ago, picked in ((0, "ada"), (1, "bob"), (2, "ada")):
        last = {"ada": day(1 - ago)}
        found = pick_candidates(both, policy=policy, last_picked=last)
        assert [each.user_id for each in found] == [picked]


def test_active_within_three_days_is_on_that_day_or_one_of_the_two_before() -> None:
    policy = EngagementPolicy(pick=PickPolicy(active_within=3))
    for ago, picked in ((0, ["ada"]), (2, ["ada"]), (3, [])):
        last = {"ada": day(1 - ago)}
        found = pick_candidates([missed("ada", 9)], policy=policy, last_active=last)
        assert [each.user_id for each in found] == picked


@pytest.mark.parametrize(
    ("pick", "field"),
    [(PickPolicy(cooldown=1), "last_picked"), (PickPolicy(active_within=1), "last_active")],
)
def test_what_the_policy_needs_must_be_given(pick: PickPolicy, field: str) -> None:
    policy = EngagementPolicy(pick=pick)
    with pytest.raises(InvalidValueError, match=f"{field} must be given, since the policy needs"):
        pick_candidates([missed("ada", 3)], policy=policy)
    with pytest.raises(InvalidValueError, match=f"{field} must be given, since the policy needs"):
        explain_pick(missed("ada", 3), policy=policy)


HALF_OF_40 = "You can be picked, by your score of 20.0."
COOLS_DOWN = "You were picked on 2024-05-01: until 2024-05-08, others come first."


@pytest.mark.parametrize(
    ("outcome", "pick", "why"),
    [
        (missed("ada", 0), {}, "Your score is 0: only those who have points can be picked."),
        (DayOutcome("ada", day(1), 9, None), {}, "You reached your daily goal."),
        (DayOutcome("ada", day(1), 9, None, rest=True), {}, "It is a rest day."),
        (missed("ada", 9), {"exclude": {"ada"}, "cooldown": 7}, "You are excluded."),
        (missed("bob", 9), {"active_within": 1}, "You have not been active today."),
        (missed("bob", 9), {"active_within": 90}, "You have not been active in the last 90 days."),
        (missed("ada", 9), {"active_within": 2, "cooldown": 7}, COOLS_DOWN),
        (missed("bob", 14), {"exclude": {"ada"}, "cooldown": 7}, HALF_OF_40),
    ],
)
def test_why_somebody_is_not_picked(outcome: DayOutcome, pick: dict[str, Any], why: str) -> None:
    policy = EngagementPolicy(pick=PickPolicy(**pick))
    days = {"ada": FIRST}
    assert explain_pick(outcome, policy=policy, last_picked=days, last_active=days) == why


def test_a_cooldown_until_the_last_day_there_is() -> None:
    outcome = DayOutcome("ada", date.max, 0, historical_score(streak=0, posts=1))
    policy, last = EngagementPolicy(pick=PickPolicy(cooldown=366)), date.max - timedelta(days=1)
    told = explain_pick(outcome, policy=policy, last_picked={"ada": last})
    assert told == "You were picked on 9999-12-30: until 9999-12-31, others come first."


def why(store: MemoryStore, user: str, number: int) -> str:
    outcome = store.engagements.outcome(user, day(number))
    assert outcome is not None
    return explain_candidate(store.engagements, outcome)


def test_a_store_tells_why_by_what_it_keeps_of_days_before_and_of_the_policy_of_the_day() -> None:
    pick = PickPolicy(cooldown=2, active_within=3, exclude={"bot"})
    store = store_of(pick, [*posted("bot", 0, 9), *posted("ada", 0, 2), *posted("bob", 1)], top=1)
    with store.engagements.page() as page:
        page.keep_policy(EngagementPolicy(criteria=RUN), since=day(4))
    run(store, 4)
    assert picks(store, range(5)) == [["ada"], ["bob"], ["ada"], ["bob"], ["bot", "ada", "bob"]]
    assert why(store, "bot", 0) == "You are excluded."
    assert why(store, "ada", 0) == "You can be picked, by your score of 1.2."
    assert why(store, "ada", 1) == (
        "You were picked on 2024-05-01: until 2024-05-03, others come first."
    )
    assert why(store, "ada", 3) == "You have not been active in the last 3 days."
    assert why(store, "bot", 4) == "You can be picked, by your score of 4.6."


def test_a_store_that_keeps_no_policy_goes_by_the_standard_one() -> None:
    store = MemoryStore()
    assert explain_candidate(store.engagements, missed("ada", 9)) == (
        "You can be picked, by your score of 15.7."
    )


def test_the_first_days_there_are_have_none_before() -> None:
    """A cooldown of a year looks back no further than dates go."""
    first = DayOutcome("ada", date.min, 0, historical_score(streak=0, posts=1))
    store = store_of(PickPolicy(cooldown=366, active_within=366), [])
    policies = store.engagements.policies()
    assert policies is not None
    with store.engagements.page() as page:
        assert picked_of(page, [first.day], policies) == {first.day: ()}

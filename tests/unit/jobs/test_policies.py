"""Policies by date: SPEC §9, "Policies are kept by date", on stores in memory."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from mainstay import (
    DailyCriteria,
    EngagementPolicy,
    InvalidTypeError,
    InvalidValueError,
    IsoWeek,
    OtherPolicyError,
    OutOfOrderError,
    PolicyHistory,
    Reputation,
    WeeklyStreak,
    WeeklyStreakPolicy,
)
from mainstay.activity.counts import Counts
from mainstay.jobs import change_policy, evaluate_consistency, plan_weeks, update_multipliers
from mainstay.ports import DueDays, DueWeeks
from mainstay.scheduling import JobContext, JobReport
from mainstay.scores.engagement.day import DayActivity
from mainstay.scores.engagement.evaluate import Engagement
from mainstay.testing.memory import MemoryStore
from tests.recording import counted, did, may, midnight_after

STANDARD, WEEKLY = EngagementPolicy(), WeeklyStreakPolicy()
W18 = IsoWeek(2024, 18)


def posts(least: int, top: int = 5) -> EngagementPolicy:
    return EngagementPolicy(criteria=DailyCriteria({"post": least}), top_inactive_users=top)


def evaluate(
    store: MemoryStore, day: date, policy: EngagementPolicy | None = None, size: int = 100
) -> JobReport:
    clock = midnight_after(day)
    job = evaluate_consistency(store.engagements, policy=policy)
    return job.run(JobContext(options={"page_size": size}, clock=lambda: clock))


def record(
    store: MemoryStore, week: IsoWeek, policy: WeeklyStreakPolicy | None = None
) -> JobReport:
    clock = midnight_after(week.monday + timedelta(days=6))
    return update_multipliers(store.reputations, policy=policy).run(JobContext(clock=lambda: clock))


def streaks(store: MemoryStore, user: str, *days: int) -> list[int]:
    outcomes = [store.engagements.outcome(user, may(day)) for day in days]
    return [-1 if outcome is None else outcome.streak_after for outcome in outcomes]


def any_history(*given: Any) -> object:
    """Return a history of what a type checker would not let through."""
    return PolicyHistory(*given)


def test_a_policy_holds_from_its_date_to_the_next() -> None:
    one, two, three = posts(1), posts(2), posts(3)
    policies = PolicyHistory(one, [(may(3), two), (may(5), three)])
    held = [policies.on(may(day)) for day in (1, 2, 3, 4, 5, 6)]
    assert held == [one, one, two, two, three, three]
    assert (policies.on(date.min), policies.on(date.max)) == (one, three)
    assert (policies.latest, PolicyHistory(one).latest) == (three, one)
    assert PolicyHistory(one).on(may(9)) is one


def test_histories_are_values() -> None:
    one, two = WeeklyStreakPolicy(), WeeklyStreakPolicy(min_interactions=5)
    changes = [(may(6), two)]
    assert PolicyHistory(one, changes) == PolicyHistory(one, iter(changes))
    assert len({PolicyHistory(one, changes), PolicyHistory(one, tuple(changes))}) == 1


@pytest.mark.parametrize(
    ("history", "words"),
    [
        (partial(any_history, None), "first must be of type EngagementPolicy or Weekly"),
        (partial(any_history, STANDARD, 7), "changes must be several"),
        (partial(any_history, STANDARD, [STANDARD]), "changes must be pairs of a date and"),
        (partial(any_history, STANDARD, [(may(1), WEEKLY)]), "changes must be of type Engage"),
        (partial(any_history, WEEKLY, [(may(6), STANDARD)]), "changes must be of type WeeklySt"),
        (partial(any_history, STANDARD, [(datetime(2024, 5, 1), posts(1))]), "must be a date"),  # noqa: DTZ001
        (
            partial(any_history, STANDARD, [(may(1), posts(1)), (may(1), posts(2))]),
            "changes must be in rising order, after 2024-05-01, got datetime.date",
        ),
    ],
)
def test_what_is_not_a_history_is_refused(history: Callable[[], object], words: str) -> None:
    with pytest.raises(InvalidValueError, match=words):
        history()


def test_a_bare_policy_is_not_a_history() -> None:
    day = DueDays(Engagement("ada"), [DayActivity(may(1))], may(1))
    with pytest.raises(InvalidTypeError, match="policies must be of type PolicyHistory"):
        day.evaluate(policies=posts(1))  # type: ignore[arg-type]  # refused
    week = DueWeeks(Reputation("ada"), {})
    with pytest.raises(InvalidTypeError, match="policies must be of type PolicyHistory"):
        plan_weeks(week, W18, policies=WEEKLY)  # type: ignore[arg-type]  # refused


def test_each_day_is_judged_by_the_policy_of_that_day() -> None:
    """Two posts a day meet a minimum of 1 and of 2, and not one of 3."""
    policies = PolicyHistory(posts(1), [(may(3), posts(3)), (may(4), posts(2))])
    days = [DayActivity(may(day), {"post": 2}) for day in range(1, 6)]
    outcomes = DueDays(Engagement("ada"), days, may(5)).evaluate(policies=policies).outcomes
    assert [outcome.streak_after for outcome in outcomes] == [1, 2, 0, 1, 2]


def test_each_week_is_judged_by_the_policy_of_its_monday() -> None:
    """A change in midweek holds from the next Monday on."""
    weeks = {W18 + number: Counts({"post": 2}) for number in range(4)}
    strict = WeeklyStreakPolicy(min_interactions=3)
    for since in ((W18 + 2).monday, (W18 + 1).monday + timedelta(days=1)):
        planned = plan_weeks(
            DueWeeks(Reputation("ada"), weeks),
            W18 + 3,
            policies=PolicyHistory(WEEKLY, [(since, strict)]),
        )
        assert planned == Reputation("ada", WeeklyStreak(2, W18 + 1, W18 + 3))


def test_policies_from_before_the_first_week_or_after_the_last_decide_nothing_between() -> None:
    """Weeks before the last recorded one would be out of order, later ones are not over."""
    recorded = Reputation("ada", WeeklyStreak(1, W18, W18))
    due = DueWeeks(recorded, {W18 + 2: Counts({"post": 2})})
    strict = WeeklyStreakPolicy(forgiven_weeks=0)
    changes = [(date.min, strict), ((W18 - 9).monday, WEEKLY), ((W18 + 5).monday, strict)]
    planned = plan_weeks(due, W18 + 2, policies=PolicyHistory(strict, changes))
    assert planned == Reputation("ada", WeeklyStreak(2, W18 + 2, W18 + 2))


def test_what_a_policy_did_not_forgive_no_later_one_forgives() -> None:
    """Week 18 is active, 19 to 21 are idle, which ends the streak (SPEC §5: 8 - 5 > 2)."""
    due = DueWeeks(Reputation("ada"), {W18: Counts({"post": 2}), W18 + 4: Counts({"post": 2})})
    lenient = WeeklyStreakPolicy(forgiven_weeks=9)
    changed = PolicyHistory(WEEKLY, [((W18 + 4).monday, lenient)])
    late = plan_weeks(due, W18 + 4, policies=changed)
    assert late is not None
    assert late.streak.weeks == 1
    kept = plan_weeks(due, W18 + 4, policies=PolicyHistory(lenient))
    assert kept is not None
    assert kept.streak.weeks == 2


def test_the_first_run_that_evaluates_keeps_its_policy() -> None:
    store = MemoryStore()
    assert store.engagements.policies() is None
    did(store, "ada", may(2), post=2)
    evaluate(store, may(2), posts(2))
    assert store.engagements.policies() == PolicyHistory(posts(2))
    evaluate(store, may(3))
    assert streaks(store, "ada", 2, 3) == [1, 0]
    assert store.engagements.policies() == PolicyHistory(posts(2))


def test_without_a_policy_the_standard_one_is_kept() -> None:
    store = MemoryStore()
    did(store, "ada", may(2), post=2, like=5, comment=5)
    evaluate(store, may(2))
    record(store, W18)
    assert store.engagements.policies() == PolicyHistory(STANDARD)
    assert store.reputations.policies() == PolicyHistory(WEEKLY)


def test_a_run_that_evaluates_nobody_keeps_no_policy() -> None:
    """So a mistake in the first run is not for good unless days were judged by it."""
    store = MemoryStore()
    evaluate(store, may(1), posts(9))
    did(store, "ada", may(2))
    evaluate(store, may(1), posts(9))
    store.corrupt("ada")
    assert counted(evaluate(store, may(2), posts(9))) == (0, 0, 1)
    assert store.engagements.policies() is None
    store.mend("ada")
    evaluate(store, may(2), posts(1))
    assert streaks(store, "ada", 2) == [1]


def test_another_policy_than_the_latest_kept_is_refused_with_what_differs() -> None:
    store = MemoryStore()
    did(store, "ada", may(1))
    evaluate(store, may(1), posts(1))
    with pytest.raises(OtherPolicyError) as caught:
        evaluate(store, may(2), posts(2, top=3))
    assert str(caught.value) == (
        "policy differs from the latest that is kept in criteria ({'post': 1} kept, {'post': 2} "
        "given), top_inactive_users (5 kept, 3 given). Leave it out to go on with those kept. To "
        "have later days judged by it, add it from a date after 2024-05-01: "
        "change_policy(..., since=DATE), or mainstay run ... --from DATE."
    )
    assert streaks(store, "ada", 1, 2) == [1, -1]
    record(store, W18, WeeklyStreakPolicy(kinds={"post"}))
    with pytest.raises(OtherPolicyError, match=r"in kinds \(\['post'\] kept, None given\)\."):
        record(store, W18 + 1, WEEKLY)


def test_it_is_refused_even_if_nothing_is_due() -> None:
    store = MemoryStore()
    did(store, "ada", may(1))
    evaluate(store, may(1), posts(1))
    with pytest.raises(OtherPolicyError):
        evaluate(store, may(1), posts(2))


def test_late_days_are_judged_and_their_candidates_counted_by_the_policy_of_their_time() -> None:
    """Until May 2 one post is enough, and one candidate is picked; from May 3 on two."""
    store, punctual = MemoryStore(), MemoryStore()
    for each in (store, punctual):
        did(each, "begin", may(1))
        evaluate(each, may(1), posts(1, top=1))
        change_policy(each.engagements, policy=posts(2, top=2), since=may(3))
    for day in (2, 3, 4):
        for user in ("ada", "bob", "cy"):
            for each in (store, punctual):
                did(each, user, may(day), post=1)
        evaluate(punctual, may(day))
    evaluate(store, may(4), size=1)
    assert streaks(store, "ada", 2, 3, 4) == [1, 0, 0]
    for day in (1, 2, 3, 4):
        picked = store.engagements.candidates(may(day))
        assert picked == punctual.engagements.candidates(may(day))
        assert picked is not None
        assert len(picked) == {1: 0, 2: 1, 3: 2, 4: 2}[day]


def test_late_weeks_are_judged_by_the_policy_of_their_time() -> None:
    store = MemoryStore()
    did(store, "ada", W18.monday, post=2)
    record(store, W18, WEEKLY)
    strict = WeeklyStreakPolicy(min_interactions=3)
    change_policy(store.reputations, policy=strict, since=(W18 + 2).monday)
    for number in (1, 2, 3):
        did(store, "ada", (W18 + number).monday, post=2)
    record(store, W18 + 3)
    streak = store.reputations.reputations(["ada"])["ada"].streak
    assert streak == WeeklyStreak(2, W18 + 1, W18 + 3)


def test_adding_the_same_policy_again_changes_nothing_even_once_days_rest_on_it() -> None:
    store = MemoryStore()
    did(store, "ada", may(1))
    evaluate(store, may(1), posts(1))
    added = change_policy(store.engagements, policy=posts(2), since=may(2))
    assert added == PolicyHistory(posts(1), [(may(2), posts(2))])
    evaluate(store, may(5), posts(2))
    assert change_policy(store.engagements, policy=posts(2), since=may(2)) == added


def test_a_policy_from_an_evaluated_day_on_is_refused() -> None:
    store = MemoryStore()
    did(store, "ada", may(1))
    did(store, "bob", may(1))
    store.corrupt("bob")
    evaluate(store, may(3), posts(1))
    with pytest.raises(OutOfOrderError, match="since must be after 2024-05-03, the last") as caught:
        change_policy(store.engagements, policy=posts(2), since=may(3))
    assert "needs a re-evaluation" in str(caught.value)
    change_policy(store.engagements, policy=posts(2), since=may(4))
    evaluate(store, may(4))
    with pytest.raises(OutOfOrderError, match="must be after 2024-05-04"):
        change_policy(store.engagements, policy=posts(3), since=may(4))


def test_a_weekly_policy_holds_from_the_monday_of_its_week() -> None:
    store = MemoryStore()
    did(store, "ada", may(1))
    record(store, W18, WEEKLY)
    strict = WeeklyStreakPolicy(min_interactions=3)
    with pytest.raises(OutOfOrderError, match="since must be after 2024-05-05"):
        change_policy(store.reputations, policy=strict, since=may(5))
    added = change_policy(store.reputations, policy=strict, since=may(8))
    assert added.changes == ((may(6), strict),)


def test_a_policy_that_nothing_rests_on_yet_can_be_replaced() -> None:
    store = MemoryStore()
    did(store, "ada", may(1))
    evaluate(store, may(1), posts(1))
    change_policy(store.engagements, policy=posts(99), since=may(3))
    mended = change_policy(store.engagements, policy=posts(2), since=may(3))
    assert mended == PolicyHistory(posts(1), [(may(3), posts(2))])


def test_a_date_is_refused_while_nothing_is_kept() -> None:
    store = MemoryStore()
    with pytest.raises(InvalidValueError, match="since must be left out while no policy is kept"):
        change_policy(store.engagements, policy=posts(2), since=may(3))


def test_a_policy_of_weeks_is_not_one_of_days() -> None:
    store = MemoryStore()
    did(store, "ada", may(1))
    evaluate(store, may(1), posts(1))
    with pytest.raises(InvalidTypeError, match="policy must be of type EngagementPolicy"):
        change_policy(store.engagements, policy=WEEKLY, since=may(6))  # type: ignore[misc]  # refused
    with pytest.raises(InvalidTypeError, match="policy must be of type EngagementPolicy"):
        evaluate_consistency(store.engagements, policy=WEEKLY)  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidTypeError, match="policy must be of type WeeklyStreakPolicy"):
        update_multipliers(store.reputations, policy=STANDARD)  # type: ignore[arg-type]  # refused


def test_a_run_that_is_overtaken_by_another_first_one_keeps_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where two transactions may begin at once, the unique key says which policy was first."""
    store = MemoryStore()
    did(store, "ada", may(1))
    with store.engagements.page() as page:
        kind = type(page)

    def overtaken(*_: object) -> EngagementPolicy:
        return posts(7)

    monkeypatch.setattr(kind, "keep_policy", overtaken)
    with pytest.raises(OtherPolicyError, match=r"\{'post': 7\} kept, \{'post': 1\} given"):
        evaluate(store, may(1), posts(1))
    assert streaks(store, "ada", 1) == [-1]


def test_kinds_that_no_event_has_are_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    for user in ("ada", "bob", "cy"):
        did(store, user, may(1), session=1, post=1)
    typo = EngagementPolicy(criteria=DailyCriteria({"sesion": 1}))
    with caplog.at_level(logging.WARNING, "mainstay.jobs"):
        evaluate(store, may(1), typo, size=1)
        evaluate(store, may(2), typo, size=1)
    (told,) = caplog.records
    assert told.getMessage() == (
        "the policy that is kept now names kinds that no event has: sesion. "
        "There are: session, post."
    )
    caplog.clear()
    with caplog.at_level(logging.WARNING, "mainstay.jobs"):
        change_policy(store.engagements, policy=posts(2), since=may(3))
        record(store, W18, WeeklyStreakPolicy(kinds={"post", "vote"}))
    (told,) = caplog.records
    assert "names kinds that no event has: vote." in told.getMessage()


def test_every_field_that_differs_is_named_with_both_values() -> None:
    store = MemoryStore()
    did(store, "ada", may(1))
    evaluate(store, may(1), posts(1))
    other = EngagementPolicy(
        criteria=DailyCriteria({"x" * 10**5: 1}),
        streak_weight=1,
        posts_weight=2,
        quality_weight=3,
        streak_half=4,
        posts_half=5,
        top_inactive_users=6,
    )
    with pytest.raises(OtherPolicyError) as caught:
        evaluate(store, may(2), other)
    for words in (
        *("streak_weight (0.4 kept, 1 given)", "posts_weight (0.3 kept, 2 given)"),
        *("quality_weight (0.3 kept, 3 given)", "streak_half (14.0 kept, 4 given)"),
        *("posts_half (50.0 kept, 5 given)", "top_inactive_users (5 kept, 6 given)"),
    ):
        assert words in str(caught.value)
    assert len(str(caught.value)) < 700


def test_no_more_than_ten_kinds_are_named(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    did(store, "ada", may(1), **{f"kind{number:04}": 1 for number in range(1_205)})
    with caplog.at_level(logging.WARNING, "mainstay.jobs"):
        evaluate(store, may(1), posts(1))
    assert caplog.messages[0].endswith("kind0008, kind0009 and 1,195 more.")


def test_a_kind_of_any_length_makes_no_long_message(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    did(store, "ada", may(1), **{"k" * 10**5: 1})
    with caplog.at_level(logging.WARNING, "mainstay.jobs"):
        evaluate(store, may(1), EngagementPolicy(criteria=DailyCriteria({"j" * 10**5: 1})))
    assert len(caplog.messages[0]) < 300

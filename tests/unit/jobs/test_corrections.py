"""Acts of correction say what they did, change nothing in a dry run, and skip what is bad."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from mainstay import (
    DailyCriteria,
    EngagementPolicy,
    InvalidTypeError,
    InvalidValueError,
    NoLongerKeptError,
    RejectedError,
    Session,
    TimeLimitError,
    WeeklyStreakPolicy,
)
from mainstay.jobs import (
    evaluate_consistency,
    forget,
    judge_again,
    prune,
    reevaluate,
    remove,
    rename,
    replace,
    update_multipliers,
)
from mainstay.scheduling import JobContext, JobReport, PlainData
from mainstay.testing.memory import MemoryStore

NOW = datetime(2024, 6, 3, tzinfo=UTC)
CONTEXT = JobContext(clock=lambda: NOW)
LAST = date(2024, 5, 26)
ONE, TWO = (EngagementPolicy(criteria=DailyCriteria({"post": n})) for n in (1, 2))


def may(day: int) -> date:
    return date(2024, 5, day)


def did(user: str, *days: int, times: int = 1) -> list[Session]:
    return [
        Session(user, datetime(2024, 5, day, 8, tzinfo=UTC), kind="post", id=f"{user} {day} {n}")
        for day in days
        for n in range(times)
    ]


def evaluate(store: MemoryStore, last: date = LAST) -> MemoryStore:
    """Evaluate days, and record weeks, through one."""
    context = attrs.evolve(CONTEXT, target=last)
    evaluate_consistency(store.engagements, policy=ONE).run(context)
    update_multipliers(store.reputations).run(context)
    return store


def streaks(store: MemoryStore, user: str, *days: int) -> list[int | None]:
    outcomes = [store.engagements.outcome(user, may(day)) for day in days]
    return [None if each is None else each.streak_after for each in outcomes]


def came_of(report: JobReport) -> tuple[int, int, int]:
    return report.succeeded, report.skipped, report.failed


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    store.sessions.add([*did("ada", 1, 2, 4), *did("bob", 6, 7)])
    return evaluate(store)


def test_users_are_forgotten_and_those_who_are_unknown_are_skipped(store: MemoryStore) -> None:
    seen: list[tuple[int, int]] = []
    context = attrs.evolve(CONTEXT, progress=lambda *done: seen.append(done))
    report = forget(store.corrections, ["ada", "nobody", "ada"], context=context)
    assert came_of(report) == (1, 1, 0)
    changed: Any = report.result["changed"]
    assert (report.job, changed["events"]) == ("forget", 3)
    assert seen == [(0, 2), (1, 2), (2, 2)]
    assert store.sessions.users() == ["bob"]
    assert came_of(forget(store.corrections, ["ada"])) == (0, 1, 0)


@pytest.mark.parametrize(
    "act",
    [
        lambda store: forget(store, ["ada"]),
        lambda store: rename(store, "ada", "bob"),
        lambda store: remove(store, ["1"]),
        lambda store: replace(store, []),
    ],
)
def test_a_whole_store_is_refused_at_once(act: Callable[[Any], object], store: MemoryStore) -> None:
    """Otherwise each user would be a failure of its own, in a report that nobody may read."""
    with pytest.raises(InvalidTypeError, match=r"^store must be the corrections of a store, .*"):
        act(store)


def test_one_who_cannot_be_forgotten_is_reported(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.corrections.page() as page:
        kind = type(page)

    def fails(_: object, users: list[str]) -> dict[str, int]:
        if users == ["ada"]:
            raise RejectedError("is bad", field="row", value="ada")
        return {"events": 1}

    monkeypatch.setattr(kind, "forget", fails)
    report = forget(store.corrections, ["ada", "bob"], context=CONTEXT)
    assert came_of(report) == (1, 0, 1)
    assert [each.item for each in report.errors] == ["ada"]


def test_a_dry_run_says_what_would_be_and_changes_nothing(store: MemoryStore) -> None:
    acts = [
        forget(store.corrections, ["ada"], dry_run=True, context=CONTEXT),
        rename(store.corrections, "ada", "bob", dry_run=True, context=CONTEXT),
        remove(store.corrections, ["ada 1 0"], dry_run=True, context=CONTEXT),
        replace(store.corrections, did("ada", 1), dry_run=True, context=CONTEXT),
        reevaluate(store, since=may(1), dry_run=True, context=CONTEXT),
        judge_again(store, policy=TWO, since=may(1), dry_run=True, context=CONTEXT),
    ]
    assert [report.result["dry_run"] for report in acts] == [True] * 6
    assert [report.succeeded for report in acts] == [1, 1, 1, 0, 2, 2]
    assert acts[4].result["candidates_differ"] is None
    assert store.sessions.users() == ["ada", "bob"]
    assert streaks(store, "ada", 1, 2, 4) == [1, 2, 1]
    assert store.corrections.late().days == 0


def test_events_are_removed_and_replaced_in_transactions_of_a_thousand() -> None:
    store = MemoryStore()
    many = did("ada", 1, times=1500)
    store.sessions.add(many)
    others = [attrs.evolve(each, kind="like") for each in many]
    assert came_of(replace(store.corrections, others, context=CONTEXT)) == (1500, 0, 0)
    assert came_of(replace(store.corrections, others, context=CONTEXT)) == (0, 1500, 0)
    ids = [str(each.id) for each in many]
    report = remove(store.corrections, [*ids, "none"], context=CONTEXT)
    assert (came_of(report), report.result["late_days"]) == ((1500, 1, 0), 0)
    assert came_of(remove(store.corrections, [], context=CONTEXT)) == (0, 0, 0)
    with pytest.raises(RejectedError, match="is not there"):
        replace(store.corrections, did("bob", 1), context=CONTEXT)


def test_who_has_two_accounts_gets_one(store: MemoryStore) -> None:
    report = rename(store.corrections, "ada", "bob", context=CONTEXT)
    assert (came_of(report), report.result["late_days"]) == ((1, 0, 0), 1)
    assert reevaluate(store, context=CONTEXT).succeeded == 1
    assert streaks(store, "bob", 1, 2, 4, 5, 6, 7, 8) == [1, 2, 1, 0, 1, 2, 0]
    again = rename(store.corrections, "ada", "bob", context=CONTEXT)
    assert came_of(again) == (0, 1, 0)


def test_what_is_late_comes_to_count_and_nobody_else_is_touched(store: MemoryStore) -> None:
    store.sessions.add(did("ada", 3))
    report = reevaluate(store, context=CONTEXT)
    assert came_of(report) == (1, 0, 0)
    assert streaks(store, "ada", 1, 2, 3, 4, 5) == [1, 2, 3, 4, 0]
    assert report.result["users_with_weeks"] == 1
    assert report.result["candidates_differ"] == ("2024-05-03", "2024-05-05", *_rest(6, 26))
    assert reevaluate(store, context=CONTEXT).processed == 0


def _rest(first: int, last: int) -> tuple[str, ...]:
    return tuple(str(may(day)) for day in range(first, last + 1))


def test_some_users_are_evaluated_again_slice_by_slice(store: MemoryStore) -> None:
    users = ["ada", *(f"nobody {n}" for n in range(5)), "bob"]
    report = reevaluate(store, users, since=may(1), page_size=1, context=CONTEXT)
    assert came_of(report) == (2, 0, 0)
    assert report.result["candidates_differ"] == ()
    assert reevaluate(store, ["nobody"], since=may(1), context=CONTEXT).processed == 0


def test_one_who_cannot_be_read_is_reported_twice(store: MemoryStore) -> None:
    store.corrupt("ada")
    report = reevaluate(store, since=may(1), context=CONTEXT)
    assert (report.succeeded, report.failed) == (1, 2)
    assert [each.item for each in report.errors] == ["ada", "ada"]


def test_where_nobody_was_evaluated_there_is_nothing_to_do_again() -> None:
    store = MemoryStore()
    store.sessions.add(did("ada", 1))
    report = reevaluate(store, since=may(1), context=CONTEXT)
    assert (report.processed, report.result["candidates_differ"]) == (0, ())
    with pytest.raises(InvalidValueError, match="while no policy is kept"):
        judge_again(store, policy=ONE, since=may(1), context=CONTEXT)


def test_days_are_judged_again_by_another_policy(store: MemoryStore) -> None:
    judge_again(store, policy=TWO, since=may(2), context=CONTEXT)
    assert streaks(store, "ada", 1, 2, 4) == [1, 0, 0]
    judge_again(store, policy=ONE, since=may(2), context=CONTEXT)
    assert streaks(store, "ada", 1, 2, 4) == [1, 2, 1]


def test_weeks_are_recorded_again_by_another_policy(store: MemoryStore) -> None:
    assert store.reputations.reputations(["ada"])["ada"].streak.weeks == 0
    easy = WeeklyStreakPolicy(min_interactions=1)
    judge_again(store, policy=easy, since=may(1), context=CONTEXT)
    streak = store.reputations.reputations(["ada"])["ada"].streak
    assert streak.last_active is not None
    assert str(streak.last_active) == "2024-W18"


def test_a_run_that_is_to_stop_does(store: MemoryStore) -> None:
    over = attrs.evolve(CONTEXT, deadline=NOW)
    with pytest.raises(TimeLimitError):
        forget(store.corrections, ["ada"], context=over)
    with pytest.raises(TimeLimitError):
        remove(store.corrections, ["ada 1 0"], context=over)
    with pytest.raises(TimeLimitError):
        reevaluate(store, since=may(1), context=over)
    assert streaks(store, "ada", 1, 2) == [1, 2]


def test_nothing_is_pruned_before_a_day_is_closed() -> None:
    store = MemoryStore()
    store.sessions.add(did("ada", 1))
    with pytest.raises(InvalidValueError, match="none is yet"):
        prune(store, before=may(1), context=CONTEXT)
    with store.engagements.page() as page:
        page.keep_policy(ONE)
        page.idle(may(3))
    with pytest.raises(InvalidValueError, match="none is yet"):
        prune(store, before=may(1), context=CONTEXT)


def old_store() -> MemoryStore:
    """A store with two years of a user, evaluated."""
    store = MemoryStore()
    first = datetime(2022, 5, 2, 8, tzinfo=UTC)
    store.sessions.add(
        Session("ada", first + timedelta(days=day), kind="post", id=str(day))
        for day in range(0, 750, 3)
    )
    return evaluate(store)


def test_what_is_old_is_pruned_and_what_it_came_to_stays() -> None:
    store, whole = old_store(), old_store()
    seen = prune(store, before=date(2030, 1, 1), dry_run=True, context=CONTEXT)
    assert store.corrections.floor() is None
    report = prune(store, before=date(2030, 1, 1), context=CONTEXT)
    assert came_of(report) == (1, 0, 0)
    # 53 weeks before May 26, 2024, a Sunday; and the Monday before.
    assert report.result["floor"] == seen.result["floor"] == "2023-05-15"
    assert report.result["changed"] == seen.result["changed"]
    assert store.metrics.metrics(["ada"]) == whole.metrics.metrics(["ada"])
    assert store.reputations.reputations(["ada"]) == whole.reputations.reputations(["ada"])
    for day in (date(2023, 5, 15), date(2024, 5, 26)):
        assert store.engagements.outcome("ada", day) == whole.engagements.outcome("ada", day)
    again = prune(store, before=date(2030, 1, 1), context=CONTEXT)
    assert came_of(again) == (0, 0, 0)
    assert again.result["changed"] == PlainData()
    lower = prune(store, before=date(2020, 1, 1), context=CONTEXT)
    assert lower.result["floor"] == "2023-05-15"
    too_early = date(2023, 5, 14)
    with pytest.raises(NoLongerKeptError, match="before 2023-05-15"):
        reevaluate(store, since=too_early, context=CONTEXT)
    with pytest.raises(NoLongerKeptError, match="before 2023-05-15"):
        judge_again(store, policy=TWO, since=too_early, context=CONTEXT)


def test_the_floor_follows_from_the_last_day_that_is_closed() -> None:
    store = old_store()
    with store.engagements.page() as page:
        page.idle(LAST + timedelta(days=21))
    report = prune(store, before=date(2030, 1, 1), dry_run=True, context=CONTEXT)
    assert report.result["floor"] == "2023-05-15"


def test_candidates_that_are_gone_are_not_compared(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: object, day: date) -> None:
        raise NoLongerKeptError("are no longer kept", field="candidates", value=str(day))

    store.sessions.add(did("ada", 3))
    monkeypatch.setattr(type(store.engagements), "candidates", gone)
    assert reevaluate(store, context=CONTEXT).result["candidates_differ"] == ()


def test_weeks_that_were_never_recorded_are_not_at_the_floor() -> None:
    store = MemoryStore()
    store.sessions.add(did("ada", 1))
    late = datetime(2026, 1, 1, tzinfo=UTC)
    context = JobContext(target=date(2025, 12, 30), clock=lambda: late)
    evaluate_consistency(store.engagements, policy=ONE).run(context)
    report = prune(store, before=date(2025, 1, 1), context=JobContext(clock=lambda: late))
    assert came_of(report) == (1, 0, 0)
    assert store.reputations.reputations(["ada"])["ada"].streak.last_recorded is None

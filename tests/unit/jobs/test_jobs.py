"""The daily job on stores in memory: SPEC §4 and §9, end to end."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

import attrs
import pytest

from mainstay import DailyCriteria, EngagementPolicy, InvalidValueError, Session
from mainstay.errors import OutOfOrderError, RejectedError, StoreError, TimeLimitError
from mainstay.jobs import evaluate_consistency, update_multipliers
from mainstay.jobs._tally import Tally
from mainstay.jobs.pages import run_pages
from mainstay.ports import EngagementPage, EvaluatedDays
from mainstay.scheduling import Daily, ItemError, JobContext, JobReport, Progress, Weekly
from mainstay.testing.memory import MemoryStore
from tests.recording import counted, did, may, midnight_after

#: What the standard criteria ask for.
ENOUGH = {"post": 2, "like": 5, "comment": 5}
ONE_POST = EngagementPolicy(criteria=DailyCriteria({"post": 1}))


def no_progress(done: int, total: int) -> None:
    pass


def evaluate(
    store: MemoryStore,
    day: date,
    policy: EngagementPolicy = ONE_POST,
    *,
    size: int = 1000,
    progress: Progress = no_progress,
) -> JobReport:
    """Run the daily job just after a day."""
    job = evaluate_consistency(store.engagements, policy=policy)
    clock, options = midnight_after(day), {"page_size": size}
    context = JobContext(task_id="t", options=options, clock=lambda: clock, progress=progress)
    return job.run(context)


def streaks_after(store: MemoryStore, user: str, days: Sequence[date]) -> list[int | None]:
    outcomes = [store.engagements.outcome(user, day) for day in days]
    return [None if outcome is None else outcome.streak_after for outcome in outcomes]


def picked(store: MemoryStore, day: date) -> list[str] | None:
    candidates = store.engagements.candidates(day)
    return None if candidates is None else [outcome.user_id for outcome in candidates]


def everything(store: MemoryStore, users: Sequence[str], days: Sequence[date]) -> object:
    """All that the daily job leaves."""
    return (
        [store.engagements.outcome(user, day) for user in users for day in days],
        [store.engagements.candidates(day) for day in days],
    )


@attrs.frozen
class PickyPage:
    """A page that keeps nobody together with one user."""

    page: EngagementPage
    culprit: str
    tried: list[list[str]]

    def keep(self, evaluated: Sequence[EvaluatedDays]) -> None:
        users = [each.state.user_id for each in evaluated]
        self.tried.append(users)
        if self.culprit in users:
            raise RejectedError("is refused", field="a row", value=self.culprit)
        self.page.keep(evaluated)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.page, name)


def reject(monkeypatch: pytest.MonkeyPatch, store: MemoryStore, culprit: str) -> list[list[str]]:
    """Let a store reject pages with one user; return whom it is asked to keep, page by page."""
    tried: list[list[str]] = []
    page = store.engagements.page

    @contextmanager
    def picky() -> Iterator[PickyPage]:
        with page() as inner:
            yield PickyPage(inner, culprit, tried)

    monkeypatch.setattr(store.engagements, "page", picky)
    return tried


def fail(monkeypatch: pytest.MonkeyPatch, store: MemoryStore, after: int) -> None:
    """Let a store fail at the end of a transaction, after so many that end well."""
    page, left = store.engagements.page, iter(range(after))

    @contextmanager
    def failing() -> Iterator[EngagementPage]:
        with page() as inner:
            yield inner
            if next(left, None) is None:
                raise StoreError("is down", field="database", value="memory")

    monkeypatch.setattr(store.engagements, "page", failing)


DIVISION = ZeroDivisionError("division by zero")


def break_on_odd(monkeypatch: pytest.MonkeyPatch, error: BaseException = DIVISION) -> None:
    """Let criteria break on what they don't expect."""
    met = DailyCriteria.met

    def broken(
        criteria: DailyCriteria, counts: Mapping[str, int], *_: object, **__: object
    ) -> bool:
        if "odd" in counts:
            raise error
        return met(criteria, counts)

    monkeypatch.setattr(DailyCriteria, "met", broken)


def test_a_streak_of_14_days_with_50_posts_rated_10_is_worth_65_points() -> None:
    """SPEC §4: 100 · (0.4·14/28 + 0.3·50/100 + 0.3·10/10)."""
    store = MemoryStore()
    did(store, "ada", may(1), quality=10, post=11, like=5, comment=5)
    for day in range(2, 15):
        did(store, "ada", may(day), quality=10, post=3, like=5, comment=5)
    evaluate(store, may(15), EngagementPolicy())
    candidates = store.engagements.candidates(may(15))
    assert candidates is not None
    (candidate,) = candidates
    assert (candidate.user_id, candidate.streak_before, candidate.total) == ("ada", 14, 65.0)
    assert candidate.streak_after == 0
    assert [part.points for part in candidate.explain()] == [20.0, 15.0, 30.0]


def test_whoever_meets_the_criteria_has_no_score_and_is_no_candidate() -> None:
    store = MemoryStore()
    did(store, "ada", may(1), may(2), quality=10, **ENOUGH)
    did(store, "bob", may(1), may(2), quality=10, **ENOUGH | {"like": 4})
    assert counted(evaluate(store, may(2), EngagementPolicy())) == (2, 0, 0)
    outcome = store.engagements.outcome("ada", may(2))
    assert outcome is not None
    assert (outcome.met, outcome.score, outcome.streak_after) == (True, None, 2)
    assert picked(store, may(2)) == ["bob"]


def test_the_five_best_are_picked_ties_by_user_id() -> None:
    """More posts give more points; nobody has a streak, or a rating."""
    store = MemoryStore()
    posts = {"g": 7, "f": 3, "a": 3, "b": 9, "c": 1, "d": 2, "e": 4}
    for user, number in posts.items():
        did(store, user, may(1), post=number)
    did(store, "nobody", may(1), like=9)
    evaluate(store, may(1), EngagementPolicy())
    assert picked(store, may(1)) == ["b", "g", "e", "a", "f"]


def test_running_again_changes_nothing() -> None:
    store = MemoryStore()
    did(store, "ada", may(1))
    did(store, "bob", may(2), like=1)
    evaluate(store, may(2))
    before = everything(store, ["ada", "bob"], [may(1), may(2)])
    did(store, "bob", may(2), post=9)
    assert counted(evaluate(store, may(2))) == (0, 0, 0)
    assert everything(store, ["ada", "bob"], [may(1), may(2)]) == before


def test_three_days_late_give_what_three_punctual_runs_give() -> None:
    late, punctual = MemoryStore(), MemoryStore()
    days = [may(day) for day in range(1, 5)]
    active = {"ada": (1, 2, 4), "bob": (2, 3), "cy": (4,)}
    for day in days:
        for user, own in active.items():
            if day.day in own:
                did(punctual, user, day, quality=day.day)
                did(late, user, day, quality=day.day)
        evaluate(punctual, day)
        if day == may(1):
            evaluate(late, day)
    assert counted(evaluate(late, may(4))) == (3, 0, 0)
    assert everything(late, [*active], days) == everything(punctual, [*active], days)
    assert streaks_after(late, "ada", days) == [1, 2, 0, 1]
    assert streaks_after(late, "bob", days) == [None, 1, 2, 0]
    assert [picked(late, day) for day in days] == [[], [], ["ada"], ["bob"]]


def test_a_long_outage_closes_every_day_of_it() -> None:
    store = MemoryStore()
    first, last = may(1), may(1) + timedelta(days=250)
    did(store, "ada", first)
    job = evaluate_consistency(store.engagements)
    job.run(JobContext(target=last, clock=lambda: midnight_after(last)))
    closed = [store.engagements.candidates(first + timedelta(days=day)) for day in range(251)]
    assert None not in closed


def test_everything_is_the_same_whatever_the_size_of_a_page() -> None:
    stores = [MemoryStore() for _ in range(4)]
    users, days = [f"user {number}" for number in range(7)], [may(1), may(2), may(3)]
    for store in stores:
        for number, user in enumerate(users):
            did(store, user, *days[number % 3 :], post=number + 1)
    for store, size in zip(stores, (1, 2, 5, 1000), strict=True):
        assert counted(evaluate(store, may(3), size=size)) == (7, 0, 0)
    whole = everything(stores[-1], users, days)
    assert all(everything(store, users, days) == whole for store in stores)


def test_local_days_are_evaluated_once_they_are_over_everywhere() -> None:
    store = MemoryStore(local_days=True)
    late = datetime(2024, 5, 1, 23, 30, tzinfo=UTC)
    berlin = Session("ada", late, timezone="Europe/Berlin", kind="post", id="1")
    store.sessions.add([berlin, attrs.evolve(berlin, user_id="bob", timezone="UTC", id="2")])
    job = evaluate_consistency(store.engagements, policy=ONE_POST)
    noon = datetime(2024, 5, 3, 12, tzinfo=UTC)
    before = job.run(JobContext(clock=lambda: noon - timedelta(seconds=1)))
    assert (before.target, before.succeeded) == ("2024-05-01", 1)
    assert job.run(JobContext(clock=lambda: noon)).target == "2024-05-02"
    assert streaks_after(store, "ada", [may(1), may(2)]) == [None, 1]
    assert streaks_after(store, "bob", [may(1), may(2)]) == [1, 0]


def test_the_result_says_which_days_were_closed_and_how_many_candidates_they_have() -> None:
    """All three post on the 1st, Ada on the 2nd: two miss the 2nd, three the 3rd."""
    store = MemoryStore()
    for user, day in (("ada", 1), ("bob", 1), ("cy", 1), ("ada", 2)):
        did(store, user, may(day), post=1)
    closed = {"start_date": "2024-05-01", "end_date": "2024-05-03", "days": 3}
    found = evaluate(store, may(3), ONE_POST).result
    assert found == {"closed_period": closed, "candidates_count": 5}
    again = evaluate(store, may(3), ONE_POST).result
    assert again == {"closed_period": None, "candidates_count": 0}


def test_the_job_is_due_when_the_day_is_over() -> None:
    utc, local = MemoryStore(), MemoryStore(local_days=True)
    assert evaluate_consistency(utc.engagements).schedule == Daily(time(0))
    assert evaluate_consistency(local.engagements).schedule == Daily(time(12))
    assert update_multipliers(utc.reputations).schedule == Weekly(0, time(0))
    assert update_multipliers(local.reputations).schedule == Weekly(0, time(12))


def test_a_day_that_is_not_over_is_refused() -> None:
    store = MemoryStore()
    did(store, "ada", may(1))
    job = evaluate_consistency(store.engagements)
    context = JobContext(target=may(2), clock=lambda: midnight_after(may(1)))
    with pytest.raises(InvalidValueError, match="the last such day is 2024-05-01") as caught:
        job.run(context)
    assert (caught.value.field, caught.value.value) == ("target", "2024-05-02")
    assert store.engagements.outcome("ada", may(1)) is None


@pytest.mark.parametrize("late", [timedelta(seconds=-0.2), timedelta(0), timedelta(hours=30)])
def test_the_target_follows_from_when_a_run_was_due_and_not_from_when_it_begins(
    late: timedelta,
) -> None:
    """A worker's clock that is 0.2 s behind takes no other day, nor does a start hours late."""
    due = midnight_after(may(1))
    context = JobContext(due=due, clock=lambda: due + late)
    assert evaluate_consistency(MemoryStore().engagements).run(context).target == "2024-05-01"


def test_a_target_must_be_over_when_the_run_was_due_or_begins() -> None:
    """The later of both counts: a day that was not over at a late run's due is by its start."""
    due = midnight_after(may(1))
    job = evaluate_consistency(MemoryStore().engagements)
    for begins in (due - timedelta(seconds=1), due + timedelta(days=1)):
        on_time = JobContext(due=due, target=may(1), clock=partial(max, begins, begins))
        assert job.run(on_time).target == "2024-05-01"
    late = JobContext(due=due, target=may(2), clock=lambda: due + timedelta(days=1))
    assert job.run(late).target == "2024-05-02"
    with pytest.raises(InvalidValueError, match="the last such day is 2024-05-01"):
        job.run(JobContext(due=due, target=may(2), clock=lambda: due))


def test_an_earlier_target_leaves_later_days_alone() -> None:
    store = MemoryStore()
    did(store, "ada", may(1), may(2))
    job = evaluate_consistency(store.engagements, policy=ONE_POST)
    clock = midnight_after(may(9))
    assert job.run(JobContext(target=may(1), clock=lambda: clock)).target == "2024-05-01"
    assert streaks_after(store, "ada", [may(1), may(2)]) == [1, None]
    assert (picked(store, may(1)), picked(store, may(2))) == ([], None)


def test_a_corrupt_user_is_reported_and_skipped(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    for user in ("ada", "bob", "cy"):
        did(store, user, may(1))
    store.corrupt("bob")
    with caplog.at_level(logging.INFO, "mainstay.jobs"):
        report = evaluate(store, may(2), size=2)
    assert counted(report) == (2, 0, 1)
    (error,) = report.errors
    assert error.item == "bob"
    assert error.error.startswith("the state of 'bob' can't be read")
    (logged,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert (
        vars(logged).items()
        >= {
            "job": "evaluate-consistency",
            "task_id": "t",
            "target": "2024-05-02",
            "item": "bob",
        }.items()
    )
    assert logged.exc_info is not None
    assert isinstance(logged.exc_info[1], InvalidValueError)
    assert picked(store, may(2)) == ["ada", "cy"]


def test_a_mended_user_is_caught_up_while_closed_days_stay() -> None:
    store = MemoryStore()
    did(store, "ada", may(1))
    did(store, "bob", may(1), may(2), may(3), quality=10)
    store.corrupt("bob")
    for day in range(1, 5):
        evaluate(store, may(day))
    assert picked(store, may(4)) == ["ada"]
    store.mend("bob")
    assert counted(evaluate(store, may(5))) == (1, 0, 0)
    days = [may(day) for day in range(1, 6)]
    assert streaks_after(store, "bob", days) == [1, 2, 3, 0, 0]
    missed = store.engagements.outcome("bob", may(4))
    assert missed is not None
    assert missed.streak_before == 3
    assert [picked(store, day) for day in days] == [[], *[["ada"]] * 3, ["bob", "ada"]]


def test_a_user_who_cannot_be_evaluated_is_reported_and_stays_due(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = MemoryStore()
    did(store, "ada", may(1), odd=1)
    did(store, "bob", may(1))
    with monkeypatch.context() as patch:
        break_on_odd(patch)
        report = evaluate(store, may(2))
    assert counted(report) == (1, 0, 1)
    assert report.errors == (ItemError("ada", "division by zero"),)
    assert streaks_after(store, "ada", [may(1), may(2)]) == [None, None]
    assert counted(evaluate(store, may(2))) == (1, 0, 0)
    assert streaks_after(store, "ada", [may(1), may(2)]) == [0, 0]


@pytest.mark.parametrize(
    "error",
    [
        ArithmeticError("bad"),
        AssertionError("bad"),
        AttributeError("bad"),
        ConnectionError("bad"),
        InvalidValueError("is bad", field="it", value=1),
        KeyError("bad"),
        NotImplementedError("bad"),
        OSError("bad"),
        OutOfOrderError("is bad", field="it", value=1),
        RecursionError("bad"),
        RejectedError("is bad", field="it", value=1),
        RuntimeError("bad"),
        TimeoutError("bad"),
        TypeError("bad"),
        UnicodeError("bad"),
        ValueError("bad"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_a_bad_value_raises_is_one_items_and_the_others_are_done(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """SPEC §9: our own errors; arithmetic, attribute, lookup, type, value errors, and four more."""
    store = MemoryStore()
    did(store, "ada", may(1), odd=1)
    did(store, "bob", may(1))
    break_on_odd(monkeypatch, error)
    report = evaluate(store, may(1))
    assert counted(report) == (1, 0, 1)
    assert report.errors == (ItemError("ada", str(error)),)


@pytest.mark.parametrize(
    "error",
    [
        KeyboardInterrupt(),
        MemoryError(),
        StoreError("is down", field="database", value="memory"),
        SystemExit(),
        TimeLimitError("has come", field="deadline", value="now"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_no_item_is_to_blame_for_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """SPEC §9: "never StoreError, TimeLimitError, MemoryError, ... or an interrupt"."""
    store = MemoryStore()
    did(store, "ada", may(1))
    did(store, "bob", may(1), odd=1)
    break_on_odd(monkeypatch, error)
    with pytest.raises(type(error)) as caught:
        evaluate(store, may(1))
    assert caught.value is error
    assert streaks_after(store, "ada", [may(1)]) == [None]


def test_the_one_whom_the_store_rejects_is_found_and_the_others_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = MemoryStore()
    users = [*"abcdefgh"]
    for user in users:
        did(store, user, may(1))
    tried = reject(monkeypatch, store, "f")
    report = evaluate(store, may(1))
    assert counted(report) == (7, 0, 1)
    assert report.errors == (ItemError("f", "a row is refused, got 'f'."),)
    assert streaks_after(store, "f", [may(1)]) == [None]
    assert all(streaks_after(store, user, [may(1)]) == [1] for user in users if user != "f")
    assert [pages for pages in tried if "f" in pages][-1] == ["f"]


def test_a_rejection_that_is_nobodys_fault_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore()

    @contextmanager
    def rejecting() -> Iterator[EngagementPage]:
        raise RejectedError("is refused", field="everything", value=None)
        yield  # so that it is a generator

    monkeypatch.setattr(store.engagements, "page", rejecting)
    with pytest.raises(RejectedError, match="everything is refused"):
        evaluate(store, may(1))


@attrs.frozen
class Numbered:
    """An item of :class:`Picky`."""

    number: int

    @property
    def key(self) -> str:
        return f"{self.number:05}"


@attrs.define
class Picky:
    """A port of numbered items, of which it refuses some; and so its own transaction."""

    bad: set[int]

    @contextmanager
    def page(self) -> Iterator[Picky]:
        yield self

    def count_due(self, target: int) -> int:
        return target

    def due(self, target: int, *, after: str | None = None, limit: int) -> list[Numbered]:
        return [Numbered(each) for each in range(target)[int(after or -1) + 1 :][:limit]]

    def keep(self, done: Sequence[int]) -> None:
        if not self.bad.isdisjoint(done):
            raise RejectedError("is refused", field="a page", value=done[0])


@pytest.mark.parametrize("where", [range(0, 20_000, 200), range(137, 20_000, 200), range(100)])
def test_a_hundred_bad_items_of_20_000_cost_little_more_than_none(where: range) -> None:
    """At most 3 · 20,000 + 2 · 5,000 are planned.

    A page of a length is rejected only on the way down from the first one (5,000 + 2,500 + ...,
    below 2 · 5,000), or after one of half that length was kept (2 for each of the 20,000 items).
    """
    planned = Counter[int]()

    def plan(item: Numbered) -> int:
        planned[item.number] += 1
        return item.number

    tally = Tally.begin("sort", JobContext(), "all")
    run_pages(Picky({*where}), 20_000, plan, tally, size=5_000)
    assert counted(tally.report()) == (19_900, 0, 100)
    assert planned.total() <= 3 * 20_000 + 2 * 5_000


def test_only_the_first_hundred_errors_are_listed() -> None:
    store = MemoryStore()
    for number in range(101):
        did(store, f"user {number:03}", may(1))
        store.corrupt(f"user {number:03}")
    report = evaluate(store, may(1))
    assert (report.failed, report.processed, len(report.errors)) == (101, 101, 100)
    assert report.errors[-1].item == "user 099"


def test_a_store_that_fails_ends_the_run_and_the_next_goes_on_from_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, whole = MemoryStore(), MemoryStore()
    users, days = [*"abcdef"], [may(1), may(2)]
    for each in (store, whole):
        for number, user in enumerate(users):
            did(each, user, may(1), post=number + 1)
    for transactions in (0, 1, 1, 2):  # the last time as the days are closed
        with monkeypatch.context() as patch:
            fail(patch, store, transactions)
            with pytest.raises(StoreError, match="is down"):
                evaluate(store, may(2), size=4)
    assert counted(evaluate(store, may(2), size=4)) == (0, 0, 0)
    assert counted(evaluate(whole, may(2))) == (6, 0, 0)
    assert everything(store, users, days) == everything(whole, users, days)


def test_a_run_stops_at_its_deadline_between_two_pages() -> None:
    store = MemoryStore()
    for user in ("ada", "bob", "cy"):
        did(store, user, may(1))
    start = midnight_after(may(1))
    now = [start]

    def a_minute_a_page(_: int, __: int) -> None:
        now.append(now[-1] + timedelta(minutes=1))

    job = evaluate_consistency(store.engagements, policy=ONE_POST)
    context = JobContext(
        options={"page_size": 1},
        clock=lambda: now[-1],
        progress=a_minute_a_page,
        deadline=start + timedelta(minutes=3),
    )
    with pytest.raises(TimeLimitError, match="deadline has come"):
        job.run(context)
    done = [streaks_after(store, user, [may(1)])[0] for user in ("ada", "bob", "cy")]
    assert done == [1, 1, None]
    assert picked(store, may(1)) is None
    assert counted(evaluate(store, may(1))) == (1, 0, 0)
    assert picked(store, may(1)) == []


def test_progress_is_told_of_after_each_page() -> None:
    store = MemoryStore()
    for user in ("ada", "bob", "cy"):
        did(store, user, may(1))
    told: list[tuple[int, int]] = []
    evaluate(store, may(1), size=2, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (2, 3), (3, 3)]


def test_a_report_says_what_when_and_how_many() -> None:
    store = MemoryStore()
    did(store, "ada", may(1))
    moments = [datetime(2024, 5, 2, 0, 1, tzinfo=UTC)]
    context = JobContext(
        task_id="7",
        clock=lambda: moments[-1],
        progress=lambda *_: moments.append(moments[0] + timedelta(minutes=1)),
    )
    report = evaluate_consistency(store.engagements).run(context)
    assert (report.job, report.task_id, report.target) == (
        "evaluate-consistency",
        "7",
        "2024-05-01",
    )
    assert (report.processed, report.errors) == (1, ())
    assert report.duration == timedelta(minutes=1)


def test_the_log_tells_how_a_run_went(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    did(store, "ada", may(1))
    did(store, "bob", may(2))
    with caplog.at_level(logging.DEBUG, "mainstay.jobs"):
        evaluate(store, may(2))
    told = [(each.levelname, each.getMessage()) for each in caplog.records]
    assert told[:3] == [
        ("INFO", "evaluate-consistency: 2024-05-02 begins"),
        ("DEBUG", "evaluate-consistency: page to bob: 2 items"),
        ("INFO", "evaluate-consistency: closed 2024-05-01 to 2024-05-02"),
    ]
    level, words = told[-1]
    assert level == "INFO"
    assert "2 succeeded, 0 skipped, 0 failed" in words
    assert (
        vars(caplog.records[-1]).items()
        >= {
            "job": "evaluate-consistency",
            "task_id": "t",
            "target": "2024-05-02",
            "processed": 2,
            "succeeded": 2,
            "skipped": 0,
            "failed": 0,
            "duration_s": 0.0,
        }.items()
    )


def test_a_run_with_failures_ends_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    did(store, "ada", may(1))
    store.corrupt("ada")
    with caplog.at_level(logging.INFO, "mainstay.jobs"):
        evaluate(store, may(1))
    last = caplog.records[-1]
    assert (last.levelname, vars(last)["failed"]) == ("WARNING", 1)

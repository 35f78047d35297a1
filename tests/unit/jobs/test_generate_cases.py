"""The job that makes a case for each slot of 12 hours, and opens it: SPEC §7."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any

import pytest

from mainstay.codec import to_json
from mainstay.contest import CaseDraft, CaseStatus, ContestPolicy, commit
from mainstay.errors import CallsFailedError, InvalidTypeError
from mainstay.jobs import close_cases, generate_cases
from mainstay.jobs.catalogue import CATALOGUE
from mainstay.jobs.contest_table import ContestTable
from mainstay.ports import OutboxState
from mainstay.scheduling import Every, JobContext, JobReport, RetryPolicy
from mainstay.testing.memory import MemoryStore
from tests.contests import (
    DAY,
    DOWN,
    HOUR,
    MICROSECOND,
    MINUTE,
    NOON,
    PENDING,
    ScriptedLedger,
    case_of,
    confirmed,
    drafted,
    kept,
    run,
)
from tests.recording import counted

SLOT = timedelta(hours=12)
NAME = "case-2024-05-01T12"


class Dilemmas:
    """Makes another case each time, or raises what it is told to."""

    def __init__(self, *raising: BaseException) -> None:
        self.raising = list(raising)
        self.asked: list[datetime] = []

    def generate(self, slot: datetime) -> CaseDraft:
        self.asked.append(slot)
        if self.raising:
            raise self.raising.pop(0).with_traceback(None)
        return CaseDraft(f"Question {len(self.asked)}?", ["yes", "no"], "no", creator="eve")


def generate(
    store: MemoryStore,
    generator: Any = None,
    at: datetime = NOON,
    *,
    due: datetime | None = None,
    policy: ContestPolicy | None = None,
    ledger: Any = None,
) -> JobReport:
    job = generate_cases(store, ledger=ledger or store.ledger, generator=generator, policy=policy)
    return job.run(JobContext(task_id="t", clock=lambda: at, due=due or at))


def always(made: object) -> Any:
    """Return a generator that makes the same each time."""
    return SimpleNamespace(generate=lambda _: made)


def names(store: MemoryStore) -> list[str]:
    return [each.case.id for each in store.contests.cases()]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def test_it_is_due_every_12_hours_without_retries(store: MemoryStore) -> None:
    job = generate_cases(store, ledger=store.ledger)
    assert (job.name, job.schedule) == ("generate-cases", Every(SLOT))
    assert job.retry == RetryPolicy()
    assert job.schedule.next_after(NOON) == NOON + SLOT
    assert job.schedule.next_after(NOON - MICROSECOND) == NOON


def test_a_policy_of_another_type_is_refused(store: MemoryStore) -> None:
    policy: Any = 12
    with pytest.raises(InvalidTypeError, match="policy"):
        generate_cases(store, ledger=store.ledger, policy=policy)


def test_a_case_is_made_committed_published_and_opened_in_one_run(store: MemoryStore) -> None:
    generator = Dilemmas()
    report = generate(store, generator)
    assert (counted(report), report.result.to_dict()) == ((1, 1, 0), {"verified": 1})
    there = case_of(store, NAME)
    assert there.case.span() == (NOON, NOON + DAY)
    assert (there.case.question, there.case.creator, there.slot) == ("Question 1?", "eve", NOON)
    (published,) = store.ledger.entries()
    assert (published.key, published.payload) == (f"verdict:{NAME}", there.digest)
    assert generator.asked == [NOON]


def test_for_how_long_a_case_goes_on_is_a_policy(store: MemoryStore) -> None:
    generate(store, Dilemmas(), policy=ContestPolicy(lasting=HOUR))
    assert case_of(store, NAME).case.span() == (NOON, NOON + HOUR)


def test_a_slow_ledger_opens_it_later(store: MemoryStore) -> None:
    ledger, generator = ScriptedLedger(PENDING, confirmed(1)), Dilemmas()
    generate(store, generator, ledger=ledger)
    assert case_of(store, NAME).case.status is CaseStatus.DRAFT
    generate(store, generator, NOON + HOUR, ledger=ledger)
    assert case_of(store, NAME).case.span() == (NOON + HOUR, NOON + HOUR + DAY)


@pytest.mark.parametrize(
    ("due", "slot"),
    [
        (NOON, NOON),
        (NOON - MICROSECOND, NOON - SLOT),
        (NOON + SLOT - MICROSECOND, NOON),
        (NOON + SLOT, NOON + SLOT),
        (datetime(2024, 5, 1, 1, 59, tzinfo=timezone(timedelta(hours=2))), NOON - DAY),
        (datetime(2024, 5, 1, 2, tzinfo=timezone(timedelta(hours=2))), NOON - SLOT),
    ],
)
def test_slots_begin_at_00_00_and_12_00_utc(
    store: MemoryStore, due: datetime, slot: datetime
) -> None:
    generator = Dilemmas()
    generate(store, generator, NOON + DAY, due=due)
    assert generator.asked == [slot]
    assert generator.asked[0].tzinfo is UTC
    assert [each.slot for each in store.contests.cases()] == [slot]
    assert names(store) == [f"case-{slot:%Y-%m-%dT%H}"]


def test_a_slot_has_one_case_however_often_it_is_run(store: MemoryStore) -> None:
    generator = Dilemmas()
    for minute in range(0, 720, 60):
        generate(store, generator, NOON + minute * MINUTE)
    assert (names(store), len(generator.asked)) == ([NAME], 1)
    generate(store, generator, NOON + SLOT)
    assert names(store) == [NAME, "case-2024-05-02T00"]


def test_a_run_that_is_late_makes_the_case_of_the_slot_it_was_due_in(store: MemoryStore) -> None:
    """It opens when it is made, and lasts as long as any other; slots between have none."""
    generator = Dilemmas()
    for _ in range(2):
        generate(store, generator, NOON, due=NOON - 3 * DAY + MINUTE)
    assert names(store) == ["case-2024-04-28T12"]
    assert case_of(store, names(store)[0]).case.span() == (NOON, NOON + DAY)
    generate(store, generator, NOON)
    assert names(store) == ["case-2024-04-28T12", NAME]


def test_runs_at_once_make_one_case() -> None:
    for _ in range(10):
        store, barrier, generator = MemoryStore(), Barrier(6), Dilemmas()

        def at_once(store: MemoryStore, barrier: Barrier, generator: Dilemmas) -> None:
            barrier.wait()
            generate(store, generator)

        runs = [Thread(target=at_once, args=(store, barrier, generator)) for _ in range(6)]
        for each in runs:
            each.start()
        for each in runs:
            each.join()
        generate(store, generator, NOON + 10 * MINUTE)
        assert (names(store), len(generator.asked)) == ([NAME], 1)
        assert case_of(store, NAME).case.status is CaseStatus.OPEN
        assert len([*store.ledger.entries()]) == 1


def test_a_generator_that_takes_longer_than_its_lease_makes_no_second_case(
    store: MemoryStore,
) -> None:
    """Another run has made the case meanwhile: that one stays."""
    other = Dilemmas()

    class Slow(Dilemmas):
        def generate(self, slot: datetime) -> CaseDraft:
            generate(store, other, NOON + 6 * MINUTE)
            return super().generate(slot + HOUR)

    generate(store, Slow())
    (entry,) = store.ledger.entries()
    assert entry.payload == case_of(store, NAME).digest
    assert len(other.asked) == 1


def test_no_generator_is_asked_about_a_slot_that_has_a_case(store: MemoryStore) -> None:
    """Such as one whose run was killed once the case was kept: asking may be slow, or cost."""
    case = CaseDraft("First?", ["yes", "no"], "no").case(NOON)
    store.contests.draft(case, *commit(case, "no"), now=NOON, slot=NOON)
    generator = Dilemmas()
    assert counted(generate(store, generator)) == (1, 1, 0)
    assert (generator.asked, names(store)) == ([], [NAME])


def test_without_a_generator_drafts_of_the_host_are_opened_all_the_same(
    store: MemoryStore,
) -> None:
    drafted(store)
    report = generate(store)
    assert (counted(report), report.result.to_dict()) == ((0, 1, 0), {"verified": 1})
    assert names(store) == ["case-0001"]
    assert case_of(store).case.status is CaseStatus.OPEN


@pytest.mark.parametrize("error", [RuntimeError("is busy"), DOWN, ValueError(), KeyError("text")])
def test_a_generator_that_fails_is_reported_and_asked_again_by_the_next_run(
    store: MemoryStore, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """What waits to be opened is opened all the same."""
    drafted(store)
    generator = Dilemmas(error)
    with caplog.at_level(logging.ERROR, "mainstay.jobs"):
        report = generate(store, generator)
    assert counted(report) == (0, 1, 1)
    assert report.errors[0].item == "slot:2024-05-01T12:00:00+00:00"
    assert report.errors[0].error == (str(error) or "ValueError")
    assert [record.exc_info is not None for record in caplog.records] == [True]
    assert names(store) == ["case-0001"]
    assert case_of(store).case.status is CaseStatus.OPEN
    generate(store, generator, NOON + SLOT)
    assert names(store) == ["case-0001", NAME, "case-2024-05-02T00"]
    assert generator.asked == [NOON, NOON, NOON + SLOT]


def test_a_generator_that_was_away_for_weeks_leaves_no_heap_of_cases(store: MemoryStore) -> None:
    """Each slot is tried by its own run and by the next one."""
    generator = Dilemmas(*(ConnectionError("refused") for _ in range(1000)))
    for number in range(30):
        report = generate(store, generator, NOON + number * SLOT)
        assert report.failed == (1 if number == 0 else 2)
    assert len(generator.asked) == 59
    states = [entry.state for entry in kept(store).values()]
    assert (states.count(OutboxState.FAILED), states.count(OutboxState.WAITING)) == (29, 1)
    generator.raising.clear()
    assert counted(generate(store, generator, NOON + 30 * SLOT))[0] == 2
    assert len(names(store)) == 2


def test_an_error_of_another_kind_ends_the_run_and_the_next_goes_on(store: MemoryStore) -> None:
    generator = Dilemmas(MemoryError(), CallsFailedError("is away", field="the model"))
    for error in (MemoryError, CallsFailedError):
        with pytest.raises(error):
            generate(store, generator)
    assert counted(generate(store, generator)) == (1, 1, 0)
    assert names(store) == [NAME]


SECRET = "aye-4711"


class Telling:
    def __repr__(self) -> str:
        return SECRET


@pytest.mark.parametrize(
    "made",
    [
        None,
        SECRET,
        {"question": "May it?", "sides": [SECRET, "nay"], "verdict": SECRET},
        ("May it?", [SECRET, "nay"], SECRET),
        [CaseDraft("May it?", [SECRET, "nay"], SECRET)],
        CaseDraft,
        Telling(),
    ],
)
def test_what_is_not_a_case_is_refused_without_showing_it(
    store: MemoryStore, made: object, caplog: pytest.LogCaptureFixture
) -> None:
    """It may hold the verdict: which is in no error, log or report."""
    generator = always(made)
    with caplog.at_level(logging.DEBUG):
        report = generate(store, generator)
    assert counted(report) == (0, 0, 1)
    (error,) = report.errors
    assert error.error.startswith(
        f"what generate returns must be a CaseDraft, and is of type {type(made).__name__}."
    )
    assert SECRET not in caplog.text + repr(report) + to_json(report)
    assert SECRET not in repr(kept(store))
    assert names(store) == []


def test_a_case_whose_id_another_has_is_reported_and_makes_no_case(store: MemoryStore) -> None:
    drafted(store)
    generator = always(CaseDraft("Another?", ["yes", "no"], "no", id="case-0001"))
    report = generate(store, generator)
    assert counted(report) == (0, 1, 1)
    assert "id is there already, with other contents, got 'case-0001'" in report.errors[0].error
    assert names(store) == ["case-0001"]


# From a file, as the catalogue has it.


def from_file(store: MemoryStore, path: Path, at: datetime = NOON) -> JobReport:
    table = ContestTable(cases=str(path), policy=ContestPolicy(lasting=HOUR))
    return run(CATALOGUE["generate-cases"].spec(store, policy=table), at)


def line(question: str, **more: object) -> str:
    return json.dumps({"question": question, "sides": [SECRET, "nay"], "verdict": SECRET} | more)


def test_cases_of_a_file_have_their_turns_one_a_slot(store: MemoryStore, tmp_path: Path) -> None:
    """Bad lines are logged by each run; once all were asked, each run says so."""
    path = tmp_path / "cases.jsonl"
    bad = [
        '{"question": "Bad?"',
        line("Bad?", verdict="yes"),
        line("Bad?\0"),
        line("Bad?", id="x:again:1"),
    ]
    path.write_text("\n".join([bad[0], line("One?"), *bad[1:], line("Two?")]), encoding="utf-8")
    done = [counted(from_file(store, path, NOON + number * SLOT)) for number in range(4)]
    assert [each[0] for each in done] == [1, 1, 0, 0]
    assert [each[2] for each in done] == [0, 0, 1, 2]
    questions = [each.case.question for each in store.contests.cases()]
    assert questions == ["One?", "Two?"]
    assert case_of(store, NAME).case.span() == (NOON, NOON + HOUR)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{line('Three?')}")
    report = from_file(store, path, NOON + 4 * SLOT)
    assert [each.case.question for each in store.contests.cases()] == [*questions, "Three?"]
    assert "has no case left whose question was not asked yet" in report.errors[0].error


@pytest.mark.parametrize("table", [None, ContestTable()])
def test_without_a_file_the_catalogue_makes_no_cases(
    store: MemoryStore, table: ContestTable | None
) -> None:
    report = run(CATALOGUE["generate-cases"].spec(store, policy=table))
    assert (counted(report), kept(store)) == ((0, 0, 0), {})


def test_a_file_that_is_not_there_is_reported(store: MemoryStore, tmp_path: Path) -> None:
    report = from_file(store, tmp_path / "none")
    assert "none" in report.errors[0].error
    assert names(store) == []


# Killed at any step.


class Killed(BaseException):
    """What ends a run at once."""


class Steps:
    """Kills a run at one of the calls that it makes, before or after it.

    Args:
        at: At which call, from 0.
        after: Whether the call is done first.
        dead: Whether nothing can be called any more then, as after ``kill -9``.
    """

    def __init__(self, at: int | None = None, *, after: bool = False, dead: bool = False) -> None:
        self.at, self.after, self.dead = at, after, dead
        self.taken = 0

    def of(self, thing: object) -> Any:
        """Return what calls a thing, step by step."""
        steps = self

        class Stepping:
            def __getattr__(self, name: str) -> Callable[..., object]:
                return lambda *args, **kwargs: steps.take(getattr(thing, name), args, kwargs)

        return Stepping()

    def take(
        self, call: Callable[..., object], args: Sequence[object], kwargs: dict[str, object]
    ) -> object:
        step, self.taken = self.taken, self.taken + 1
        dying = self.at is not None and (step == self.at or (self.dead and step > self.at))
        if dying and not (self.after and step == self.at):
            raise Killed
        done = call(*args, **kwargs)
        if dying:
            raise Killed
        return done


def run_in_steps(store: MemoryStore, steps: Steps) -> None:
    """Run the job with a host's draft waiting, and a generator that makes one case."""
    stepping: Any = SimpleNamespace(
        contests=steps.of(store.contests), outbox=steps.of(store.outbox), points=store.points
    )
    generator = always(CaseDraft("One?", ["yes", "no"], "no"))
    job = generate_cases(stepping, ledger=steps.of(store.ledger), generator=steps.of(generator))
    job.run(JobContext(task_id="t", clock=lambda: NOON))


def summary(store: MemoryStore) -> object:
    """Return all that a store has, but what is random and when cases opened."""
    found = [*store.contests.cases()]
    on_ledger = {entry.digest: entry for entry in store.ledger.entries()}
    for each in found:
        watching = kept(store)[f"verdict:{each.case.id}"]
        assert watching.result is not None
        published = on_ledger.pop(str(watching.result["transaction"]))
        assert (published.key, published.payload) == (watching.key, each.digest)
    assert on_ledger == {}
    return (
        [(x.case.id, x.case.question, x.case.status, x.verification, x.slot) for x in found],
        sorted((x.key, x.kind, x.state, x.error) for x in kept(store).values()),
    )


def test_killed_at_any_step_the_next_run_ends_as_if_it_had_not_been() -> None:
    clean, steps = MemoryStore(), Steps()
    run_in_steps(clean, steps)
    expected = summary(clean)
    assert expected[0] == [  # type: ignore[index]  # a tuple
        (NAME, "One?", CaseStatus.OPEN, "verified", NOON)
    ]
    assert steps.taken > 10
    for at in range(steps.taken):
        for after in (False, True):
            for dead in (False, True):
                store = MemoryStore()
                with pytest.raises(Killed):
                    run_in_steps(store, Steps(at, after=after, dead=dead))
                dilemmas = always(CaseDraft("One?", ["yes", "no"], "no"))
                generate(store, dilemmas, NOON + 6 * MINUTE)
                assert summary(store) == expected, (at, after, dead)
                closed = run(close_cases(store.contests), NOON + 2 * DAY)
                assert counted(closed) == (1, 0, 0)
                outcome = case_of(store, NAME).outcome
                assert outcome is not None
                assert outcome.secret.verdict == "no"

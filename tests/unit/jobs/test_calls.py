"""What the outside says becomes of an entry, with all that follows from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from mainstay import CallsFailedError, InvalidValueError, RejectedError
from mainstay.jobs import Cancelled, ClaimPolicy, Done, GivenUp, LookAgain, check_badges, outbox_job
from mainstay.jobs.calls import Answer, Call, after_call
from mainstay.ports import OutboxEntry, OutboxState
from mainstay.recognition import MOST_POINTS, Credit
from mainstay.scheduling import JobContext, JobReport, PlainData, RetryPolicy
from mainstay.testing.memory import MemoryStore

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)
PAID = Credit("ada", "reward:1", 40, NOW + MINUTE)
NOTICE = OutboxEntry(key="notice", kind="tell", due_at=NOW)
TOO_MUCH = Credit("ada", "reward:2", MOST_POINTS, NOW)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def entry(key: str) -> OutboxEntry:
    return OutboxEntry(key=key, kind="pay", due_at=NOW)


def run(
    store: MemoryStore, call: Call, *, minute: int = 0, policy: ClaimPolicy | None = None
) -> JobReport:
    job = outbox_job("pay", store.outbox, "pay", call, policy=policy or ClaimPolicy())
    return job.run(JobContext(clock=lambda: NOW + minute * MINUTE))


def counts(report: JobReport) -> tuple[int, int, int]:
    return report.succeeded, report.skipped, report.failed


def kept(store: MemoryStore, key: str) -> OutboxEntry:
    found = store.outbox.entry(key)
    assert found is not None
    return found


ANSWERS: dict[str, Callable[[], Answer]] = {
    "done": lambda: Done(credits=[PAID], entries=[NOTICE]),
    "look again": lambda: LookAgain(credits=[PAID], entries=[NOTICE]),
    "given up": lambda: GivenUp(ValueError("lost"), credits=[PAID], entries=[NOTICE]),
    "cancelled": lambda: Cancelled(credits=[PAID], entries=[NOTICE]),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_follows_from_an_answer_is_kept_with_it(store: MemoryStore, answer: str) -> None:
    store.outbox.put([entry("a")])
    run(store, lambda _: ANSWERS[answer]())
    assert [*store.points.credits("ada")] == [PAID]
    assert kept(store, "notice") == NOTICE


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_was_lost_to_another_is_followed_by_nothing(store: MemoryStore, answer: str) -> None:
    store.outbox.put([entry("a")])

    def slow(_: OutboxEntry) -> Answer:
        run(store, lambda _: Done(), minute=5)
        return ANSWERS[answer]()

    run(store, slow)
    assert kept(store, "a").state is OutboxState.DONE
    assert [*store.points.credits("ada")] == []
    assert store.outbox.entry("notice") is None


def test_who_is_credited_is_looked_at_for_badges(store: MemoryStore) -> None:
    badges, later = check_badges(store.badges), JobContext(clock=lambda: NOW + MINUTE)
    assert badges.run(later).processed == 0
    store.outbox.put([entry("a")])
    run(store, lambda _: Done(credits=[PAID]))
    assert [badges.run(later).processed for _ in range(2)] == [1, 0]


def test_without_a_time_an_entry_is_due_a_microsecond_later(store: MemoryStore) -> None:
    store.outbox.put([entry("a")])
    so_far = PlainData({"seen": 1})
    assert counts(run(store, lambda _: LookAgain(result=so_far))) == (0, 1, 0)
    assert kept(store, "a") == attrs.evolve(entry("a"), due_at=NOW + MICROSECOND, result=so_far)


def test_a_problem_is_reported_by_each_run_and_costs_no_attempt(
    store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    store.outbox.put([entry("a")])
    so_far = PlainData({"seen": 1})
    wrong = RejectedError("is another one", field="payload")
    for minute in range(30):
        report = run(store, lambda _: LookAgain(result=so_far, problem=wrong), minute=minute)
        assert counts(report) == (0, 0, 1)
        assert [(e.item, e.error) for e in report.errors] == [("a", "payload is another one.")]
        found = kept(store, "a")
        assert (found.state, found.attempts, found.result) == (OutboxState.WAITING, 0, so_far)
        assert found.error == "payload is another one."
    assert caplog.text.count("pay: a failed: payload is another one.") == 30
    run(store, lambda _: LookAgain(), minute=30)
    assert kept(store, "a").error is None


def test_what_is_given_up_is_not_called_again(
    store: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    store.outbox.put([entry("a")])
    report = run(store, lambda _: GivenUp(TimeoutError(), PlainData({"looks": 2})))
    assert counts(report) == (0, 0, 1)
    assert [(error.item, error.error) for error in report.errors] == [("a", "TimeoutError")]
    assert "pay: a failed" in caplog.text
    found = kept(store, "a")
    assert (found.state, found.error) == (OutboxState.FAILED, "TimeoutError")
    assert found.result == {"looks": 2}
    assert counts(run(store, lambda _: Done(), minute=999)) == (0, 0, 0)


def test_what_is_cancelled_is_not_called_again_and_is_not_a_failure(store: MemoryStore) -> None:
    store.outbox.put([entry("a")])
    report = run(store, lambda _: Cancelled(PlainData({"why": "off"})))
    assert counts(report) == (0, 1, 0)
    found = kept(store, "a")
    assert (found.state, found.error) == (OutboxState.CANCELLED, None)
    assert found.result == {"why": "off"}
    assert counts(run(store, lambda _: Done(), minute=999)) == (0, 0, 0)


def test_what_is_looked_at_later_may_expire_later(store: MemoryStore) -> None:
    """Unless the answer says so, it expires when it did."""
    first, later = (NOW + hours * timedelta(hours=1) for hours in (1, 3))
    store.outbox.put([attrs.evolve(entry("a"), expires_at=first)])
    run(store, lambda _: LookAgain(NOW + MINUTE))
    assert kept(store, "a").expires_at == first
    run(store, lambda _: LookAgain(first + MINUTE, expires_at=later), minute=2)
    assert kept(store, "a").expires_at == later
    assert counts(run(store, lambda _: Done(), minute=62)) == (1, 0, 0)


@pytest.mark.parametrize(
    "answer", [LookAgain(problem=ValueError("bad")), GivenUp(ValueError("bad"))]
)
def test_any_number_of_problems_is_not_an_outside_that_is_away(
    store: MemoryStore, answer: Answer
) -> None:
    store.outbox.put([entry(f"{number:02}") for number in range(20)])
    assert counts(run(store, lambda _: answer)) == (0, 0, 20)


@pytest.mark.parametrize(
    "answer", [LookAgain(problem=ValueError("bad")), GivenUp(ValueError("bad"))]
)
def test_a_problem_shows_that_the_outside_can_be_reached(
    store: MemoryStore, answer: Answer
) -> None:
    """Of nine that fail, four are before it and four after it: none of them ends the run."""
    store.outbox.put([entry(key) for key in "abcdefghi"])

    def call(given: OutboxEntry) -> Answer:
        if given.key == "e":
            return answer
        raise ConnectionError("refused")

    assert counts(run(store, call)) == (0, 0, 9)
    assert {kept(store, key).attempts for key in "abcdfghi"} == {1}


def test_what_the_store_refuses_is_the_entrys_failure(store: MemoryStore) -> None:
    """Nothing of it is kept; it is called again later, and given up in the end."""
    store.outbox.put([entry("a")])
    store.points.add([PAID], now=PAID.at)
    refused = Done(PlainData({"seen": 1}), credits=[TOO_MUCH], entries=[NOTICE])
    policy, called = ClaimPolicy(retry=RetryPolicy(1, MINUTE)), []
    for minute in range(9):
        report = run(store, lambda _: refused, minute=minute, policy=policy)
        called += [minute] * report.failed
    assert called == [0, 1]
    found = kept(store, "a")
    assert (found.state, found.result) == (OutboxState.FAILED, None)
    assert "would have a total beyond" in str(found.error)
    assert store.points.totals(["ada"]) == {"ada": 40}
    assert store.outbox.entry("notice") is None


def test_however_many_the_store_refuses_the_others_are_done(store: MemoryStore) -> None:
    store.points.add([PAID], now=PAID.at)
    store.outbox.put([entry(f"{number:02}") for number in range(20)])

    def call(given: OutboxEntry) -> Done:
        return Done() if given.key == "19" else Done(credits=[TOO_MUCH])

    assert counts(run(store, call)) == (1, 0, 19)
    assert kept(store, "19").state is OutboxState.DONE


def test_what_is_refused_still_shows_that_the_outside_can_be_reached(store: MemoryStore) -> None:
    store.points.add([PAID], now=PAID.at)
    store.outbox.put([entry(key) for key in "abcdefghi"])

    def call(given: OutboxEntry) -> Done:
        if given.key == "e":
            return Done(credits=[TOO_MUCH])
        raise ConnectionError("refused")

    assert counts(run(store, call)) == (0, 0, 9)


def test_five_that_fail_after_what_was_refused_end_the_run(store: MemoryStore) -> None:
    store.points.add([PAID], now=PAID.at)
    store.outbox.put([entry(key) for key in "abcdef"])

    def call(given: OutboxEntry) -> Done:
        if given.key == "a":
            return Done(credits=[TOO_MUCH])
        raise ConnectionError("refused")

    with pytest.raises(CallsFailedError, match="5 calls for pay"):
        run(store, call)
    assert [kept(store, key).attempts for key in "abcdef"] == [1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("kind", [Done, LookAgain, GivenUp, Cancelled])
@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("credits", PAID, "credits must be several"),
        ("credits", [40], "credits must be of type Credit"),
        ("entries", NOTICE, "entries must be several"),
        ("entries", ["notice"], "entries must be of type OutboxEntry"),
        ("result", [1], "result must map names to plain data"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(
    kind: type[Answer], field: str, value: object, words: str
) -> None:
    problem = {"problem": ValueError("bad")} if kind is GivenUp else {}
    with pytest.raises(InvalidValueError, match=words):
        kind(**problem, **{field: value})  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize("problem", ["a text", KeyboardInterrupt()])
def test_a_problem_is_an_exception(problem: object) -> None:
    with pytest.raises(InvalidValueError, match="problem must be of type Exception"):
        GivenUp(problem)  # type: ignore[arg-type]  # that is the point
    with pytest.raises(InvalidValueError, match="problem must be of type Exception"):
        LookAgain(problem=problem)  # type: ignore[arg-type]  # that is the point


def test_a_time_to_look_again_has_an_offset() -> None:
    with pytest.raises(InvalidValueError, match="at has no UTC offset"):
        LookAgain(NOW.replace(tzinfo=None))


def test_several_may_be_anything_to_loop_over() -> None:
    answer = Done(credits=iter([PAID]), entries=(each for each in [NOTICE]))
    assert (answer.credits, answer.entries) == ((PAID,), (NOTICE,))


def test_a_problem_without_words_goes_by_its_name() -> None:
    looked = after_call(entry("a"), LookAgain(problem=KeyError()), now=NOW)
    assert looked.error == "KeyError"

"""The claim loop calls once for each entry that is due, and says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from mainstay import (
    CallsFailedError,
    InvalidTypeError,
    InvalidValueError,
    StoreError,
    TimeLimitError,
)
from mainstay.jobs import ClaimPolicy, Done, LookAgain, outbox_job
from mainstay.ports import OutboxEntry, OutboxState, Unreadable
from mainstay.scheduling import JobContext, JobReport, PlainData, RetryPolicy
from mainstay.testing.memory import MemoryOutbox, MemoryStore

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
Answer = Callable[[OutboxEntry], Done | LookAgain]


@pytest.fixture
def outbox() -> MemoryOutbox:
    return MemoryStore().outbox


def entry(key: str, *, minute: int = 0, expires: int | None = None) -> OutboxEntry:
    """An entry that is due, and expires, so many minutes after noon."""
    return OutboxEntry(
        key=key,
        kind="send",
        payload=PlainData({"to": key}),
        due_at=NOW + minute * MINUTE,
        expires_at=None if expires is None else NOW + expires * MINUTE,
    )


def run(
    outbox: MemoryOutbox,
    call: Answer,
    *,
    minute: int = 0,
    policy: ClaimPolicy | None = None,
    context: JobContext | None = None,
) -> JobReport:
    job = outbox_job("send-messages", outbox, "send", call, policy=policy or ClaimPolicy())
    return job.run(context or JobContext(clock=lambda: NOW + minute * MINUTE))


def counts(report: JobReport) -> tuple[int, int, int]:
    return report.succeeded, report.skipped, report.failed


def always(answer: Done | LookAgain) -> Answer:
    return lambda _: answer


def kept(outbox: MemoryOutbox, key: str) -> OutboxEntry:
    found = outbox.entry(key)
    assert found is not None
    return found


class Outside:
    """Records what it is called for; fails for some, with the errors that they are to raise."""

    def __init__(self, **failing: Exception) -> None:
        self.failing = failing
        self.calls: list[str] = []

    def __call__(self, entry: OutboxEntry) -> Done:
        self.calls.append(entry.key)
        if entry.key in self.failing:
            raise self.failing[entry.key]
        return Done(PlainData({"sent": entry.payload["to"]}))


def test_each_due_entry_is_called_once_the_oldest_first(outbox: MemoryOutbox) -> None:
    outbox.put([entry("b"), entry("a"), entry("older", minute=-1), entry("later", minute=1)])
    outside = Outside()
    assert counts(run(outbox, outside)) == (3, 0, 0)
    assert outside.calls == ["older", "a", "b"]
    assert counts(run(outbox, outside)) == (0, 0, 0)
    assert outside.calls == ["older", "a", "b"]


def test_a_result_is_kept(outbox: MemoryOutbox) -> None:
    outbox.put([entry("a")])
    run(outbox, Outside())
    sent = PlainData({"sent": "a"})
    done = attrs.evolve(entry("a"), attempts=1, state=OutboxState.DONE, result=sent)
    assert kept(outbox, "a") == done


def test_nothing_is_locked_or_open_during_a_call(outbox: MemoryOutbox) -> None:
    """The call itself can put, and sees that nobody else could have its entry."""
    outbox.put([entry("a"), entry("b")])

    def call(given: OutboxEntry) -> Done:
        assert not outbox._lock._is_owned()  # type: ignore[attr-defined]  # Python's own
        until = NOW + 4 * MINUTE
        others = outbox.claim("send", "another", now=NOW, until=until, limit=9)
        assert given.key not in [other.key for other in others]
        outbox.put([entry(f"after {given.key}", minute=1)])
        return Done()

    assert counts(run(outbox, call, policy=ClaimPolicy(at_once=1))) == (1, 0, 0)
    assert kept(outbox, "after a") == entry("after a", minute=1)


def test_an_entry_can_be_looked_at_again_and_again(outbox: MemoryOutbox) -> None:
    outbox.put([entry("a")])
    for minute in range(30):
        later = LookAgain(NOW + (minute + 1) * MINUTE, PlainData({"minute": minute}))
        assert counts(run(outbox, always(later), minute=minute)) == (0, 1, 0)
    known = PlainData({"minute": 29})
    assert kept(outbox, "a") == attrs.evolve(entry("a", minute=30), result=known)
    assert counts(run(outbox, Outside(), minute=29)) == (0, 0, 0)
    assert counts(run(outbox, Outside(), minute=30)) == (1, 0, 0)


@pytest.mark.parametrize("at", [NOW, NOW - MINUTE])
def test_looking_again_at_once_is_a_failure(outbox: MemoryOutbox, at: datetime) -> None:
    outbox.put([entry("a")])
    report = run(outbox, always(LookAgain(at)))
    assert counts(report) == (0, 0, 1)
    assert "at must be after now" in report.errors[0].error


def test_what_becomes_due_during_a_run_is_left_to_the_next(outbox: MemoryOutbox) -> None:
    """Else a run that goes on until nothing is due might never end."""
    outbox.put([entry("a")])
    seconds = iter(range(10_000))
    context = JobContext(
        clock=lambda: NOW + timedelta(seconds=next(seconds)), options={"all": True}, due=NOW
    )
    soon: Answer = lambda _: LookAgain(context.now() + timedelta(seconds=2))  # noqa: E731
    assert counts(run(outbox, soon, context=context)) == (0, 1, 0)


@pytest.mark.parametrize("said", [None, {"sent": 1}, "sent"])
def test_what_is_not_an_answer_is_a_failure(outbox: MemoryOutbox, said: object) -> None:
    outbox.put([entry("a")])
    report = run(outbox, lambda _: said)  # type: ignore[arg-type, return-value]  # that is the point
    assert "what is returned must be of type Done" in report.errors[0].error
    assert kept(outbox, "a").state is OutboxState.WAITING


def test_one_bad_entry_stops_nobody(outbox: MemoryOutbox) -> None:
    outbox.put([entry(key) for key in "abc"])
    report = run(outbox, Outside(b=KeyError("to")))
    assert counts(report) == (2, 0, 1)
    assert [(error.item, error.error) for error in report.errors] == [("b", "'to'")]
    assert kept(outbox, "b") == attrs.evolve(entry("b", minute=1), attempts=1, error="'to'")


def test_what_fails_is_called_ever_later_and_given_up_in_the_end(outbox: MemoryOutbox) -> None:
    """Three retries after 1, 2 and 4 minutes: at minutes 0, 1, 3 and 7 it is called."""
    outbox.put([entry("a")])
    outside = Outside(a=OSError("unknown address"))
    policy = ClaimPolicy(retry=RetryPolicy(3, MINUTE))
    called = []
    for minute in range(60):
        before = len(outside.calls)
        run(outbox, outside, minute=minute, policy=policy)
        called += [minute] * (len(outside.calls) - before)
    assert called == [0, 1, 3, 7]
    given_up = kept(outbox, "a")
    assert (given_up.state, given_up.error) == (OutboxState.FAILED, "unknown address")


def test_a_look_that_goes_well_forgives_earlier_failures(outbox: MemoryOutbox) -> None:
    outbox.put([entry("a")])
    run(outbox, Outside(a=OSError("away")))
    run(outbox, always(LookAgain(NOW + 2 * MINUTE)), minute=1)
    assert kept(outbox, "a") == entry("a", minute=2)


def test_five_failures_in_a_row_end_the_run_and_no_entry_is_to_blame(outbox: MemoryOutbox) -> None:
    outbox.put([entry(key) for key in "abcdefgh"])
    away = {key: ConnectionError("refused") for key in "bcdefgh"}
    outside = Outside(**away)
    with pytest.raises(CallsFailedError, match="5 calls for send have failed in a row") as caught:
        run(outbox, outside)
    assert caught.value.__cause__ is away["f"]
    assert outside.calls == [*"abcdef"]
    for key in "bcdef":
        assert kept(outbox, key) == attrs.evolve(entry(key), error="refused")
    assert [kept(outbox, key) for key in "gh"] == [entry("g"), entry("h")]
    assert outbox.count_waiting("send", due_by=NOW) == 7


def test_an_outside_that_is_away_for_long_gives_nothing_up(outbox: MemoryOutbox) -> None:
    outbox.put([entry(key) for key in "abcde"])
    away = Outside(**{key: ConnectionError("refused") for key in "abcde"})
    for minute in range(100):
        with pytest.raises(CallsFailedError):
            run(outbox, away, minute=minute)
    assert counts(run(outbox, Outside(), minute=100)) == (5, 0, 0)


def test_a_call_can_say_that_the_outside_is_away(outbox: MemoryOutbox) -> None:
    outbox.put([entry("a"), entry("b")])
    away = Outside(a=CallsFailedError("can't be reached", field="the ledger"))
    with pytest.raises(CallsFailedError, match="the ledger can't be reached"):
        run(outbox, away)
    assert [kept(outbox, key) for key in "ab"] == [entry("a"), entry("b")]
    assert counts(run(outbox, Outside())) == (2, 0, 0)


def test_failures_that_are_not_in_a_row_do_not_end_the_run(outbox: MemoryOutbox) -> None:
    outbox.put([entry(f"{number:02}") for number in range(20)])
    bad = {f"{number:02}": ValueError("bad") for number in range(20) if number % 5}
    assert counts(run(outbox, Outside(**bad))) == (4, 0, 16)
    assert [kept(outbox, key).attempts for key in sorted(bad)] == [1] * 16


def test_what_has_expired_is_counted_and_never_called(outbox: MemoryOutbox) -> None:
    outbox.put([entry("a", expires=120), entry("b", expires=121), entry("c")])
    outside = Outside()
    report = run(outbox, outside, minute=120)
    assert (counts(report), report.result["expired_count"]) == ((2, 0, 0), 1)
    assert outside.calls == ["b", "c"]
    assert kept(outbox, "a").state is OutboxState.EXPIRED


def test_a_run_looks_at_as_many_as_it_may_or_at_all(outbox: MemoryOutbox) -> None:
    outbox.put([entry(key) for key in "abcdefg"])
    outside, two = Outside(), ClaimPolicy(most=2, at_once=3)
    assert counts(run(outbox, outside, policy=two)) == (2, 0, 0)
    everything = JobContext(clock=lambda: NOW, options={"all": True})
    assert counts(run(outbox, outside, policy=two, context=everything)) == (5, 0, 0)


def test_a_run_stops_at_its_deadline_between_two_calls(outbox: MemoryOutbox) -> None:
    outbox.put([entry(key) for key in "abc"])
    times = [NOW]

    def call(_: OutboxEntry) -> Done:
        times.append(times[-1] + MINUTE)
        return Done()

    context = JobContext(clock=lambda: times[-1], deadline=NOW + 2 * MINUTE)
    with pytest.raises(TimeLimitError):
        run(outbox, call, context=context)
    assert [kept(outbox, key).state.value for key in "abc"] == ["done", "done", "waiting"]
    assert kept(outbox, "c") == entry("c")


@pytest.mark.parametrize(
    "error", [StoreError("is down"), TimeLimitError("has come"), KeyboardInterrupt(), MemoryError()]
)
def test_what_was_interrupted_is_given_back_at_once(
    outbox: MemoryOutbox, error: BaseException
) -> None:
    """The attempt counts: nobody knows what came of it. The rest was not called."""
    outbox.put([entry("a"), entry("b")])

    def call(_: OutboxEntry) -> Done:
        raise error

    with pytest.raises(type(error)):
        run(outbox, call)
    assert kept(outbox, "a") == attrs.evolve(entry("a"), attempts=1)
    assert kept(outbox, "b") == entry("b")
    assert counts(run(outbox, Outside())) == (2, 0, 0)


def test_what_kills_its_workers_is_given_up(outbox: MemoryOutbox) -> None:
    outbox.put([entry("poison"), entry("well")])
    policy, outside = ClaimPolicy(retry=RetryPolicy(2, MINUTE)), Outside()
    for minute in (0, 6, 12):  # claimed, and never finished
        until = NOW + (minute + 5) * MINUTE
        outbox.claim("send", "killed", now=NOW + minute * MINUTE, until=until, limit=1)
    report = run(outbox, outside, minute=18, policy=policy)
    assert (counts(report), outside.calls) == ((1, 0, 1), ["well"])
    assert kept(outbox, "poison").state is OutboxState.FAILED
    assert "3 attempts ended without an answer" in report.errors[0].error


def test_what_is_claimed_with_what_kills_its_workers_is_not_given_up(
    outbox: MemoryOutbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is killed during the first call has claimed all, and finishes nothing."""
    outbox.put([entry("poison"), *(entry(f"well {number}") for number in range(4))])
    policy = ClaimPolicy(retry=RetryPolicy(2, MINUTE))

    class Killed(BaseException):
        pass

    def kill(_: OutboxEntry) -> Done:
        monkeypatch.setattr(outbox, "finish", lambda *_, **__: False)
        raise Killed

    for minute in (0, 6, 12):
        with pytest.raises(Killed):
            run(outbox, kill, minute=minute, policy=policy)
        monkeypatch.undo()
    outside = Outside()
    report = run(outbox, outside, minute=18, policy=policy)
    assert (counts(report), outside.calls) == ((4, 0, 1), [f"well {number}" for number in range(4)])
    assert kept(outbox, "poison").state is OutboxState.FAILED


def test_who_took_longer_than_the_lease_does_not_finish_over_another(outbox: MemoryOutbox) -> None:
    outbox.put([entry("a")])

    def slow(_: OutboxEntry) -> Done:
        assert counts(run(outbox, always(Done(PlainData({"by": "quick"}))), minute=5)) == (1, 0, 0)
        return Done(PlainData({"by": "slow"}))

    assert counts(run(outbox, slow)) == (0, 1, 0)
    assert kept(outbox, "a").result == {"by": "quick"}


def test_a_failure_does_not_undo_what_another_has_finished(outbox: MemoryOutbox) -> None:
    outbox.put([entry("a")])

    def slow(_: OutboxEntry) -> Done:
        run(outbox, always(Done()), minute=5)
        raise TimeoutError("no answer")

    run(outbox, slow)
    assert (kept(outbox, "a").state, kept(outbox, "a").error) == (OutboxState.DONE, None)


def test_what_a_run_had_no_time_for_is_called_by_another(outbox: MemoryOutbox) -> None:
    """One call took as long as the lease: the rest of what was claimed is free again."""
    outbox.put([entry("a"), entry("b")])
    times, calls = [NOW], list[str]()

    def call(given: OutboxEntry) -> Done:
        calls.append(given.key)
        times.append(times[-1] + 5 * MINUTE)
        return Done()

    context = JobContext(clock=lambda: times[-1])
    assert counts(run(outbox, call, context=context)) == (2, 0, 0)
    assert calls == ["a", "b"]


def test_a_run_ends_however_short_its_lease(outbox: MemoryOutbox) -> None:
    """The lease of what was claimed has ended before its first call begins."""
    outbox.put([entry(key) for key in "abc"])
    seconds = iter(range(10_000))
    context = JobContext(clock=lambda: NOW + timedelta(seconds=next(seconds)), due=NOW)
    shortest = ClaimPolicy(lease=timedelta(microseconds=1))
    assert counts(run(outbox, Outside(), policy=shortest, context=context)) == (3, 0, 0)


class Corrupt(MemoryOutbox):
    """One whose entry ``a`` can't be read."""

    def __init__(self) -> None:
        store = MemoryStore()
        super().__init__(store.outbox._lock, store.points)

    def claim(self, *args: object, **kwargs: object) -> Sequence[OutboxEntry]:
        found = super().claim(*args, **kwargs)  # type: ignore[arg-type]  # as they came
        broken = Unreadable("a", ValueError("is not JSON"))
        return [broken if each.key == "a" else each for each in found]  # type: ignore[misc]  # as a database's would


def test_a_row_that_cannot_be_read_is_reported_and_the_others_go_on() -> None:
    outbox = Corrupt()
    outbox.put([entry("a"), entry("b")])
    report = run(outbox, Outside())
    assert counts(report) == (1, 0, 1)
    assert (report.errors[0].item, report.errors[0].error) == ("a", "is not JSON")


def test_a_row_that_cannot_be_read_is_not_given_back() -> None:
    """Its lease ends by itself; those that were claimed with it are free at once."""
    outbox = Corrupt()
    outbox.put([entry("A"), entry("a"), entry("b")])

    def interrupted(_: OutboxEntry) -> Done:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(outbox, interrupted)
    assert [kept(outbox, key).attempts for key in ("A", "a", "b")] == [1, 1, 0]


def test_what_cannot_be_given_back_is_logged_and_hides_no_error(
    outbox: MemoryOutbox, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.put([entry("a")])

    def finish(*_: object, **__: object) -> bool:
        raise StoreError("is down")

    def call(_: OutboxEntry) -> Done:
        monkeypatch.setattr(outbox, "finish", finish)
        raise MemoryError

    with pytest.raises(MemoryError):
        run(outbox, call)
    assert "a could not be given back" in caplog.text


def test_progress_is_told_after_each_call(outbox: MemoryOutbox) -> None:
    outbox.put([entry(key) for key in "ab"])
    told: list[tuple[int, int]] = []
    context = JobContext(clock=lambda: NOW, progress=lambda *numbers: told.append(numbers))
    run(outbox, Outside(), context=context)
    assert told == [(0, 2), (1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lease", timedelta(0)),
        ("lease", timedelta(minutes=31)),
        ("lease", 5),
        ("retry", 3),
        ("failures_in_a_row", 0),
        ("at_once", 0),
        ("most", 0),
    ],
)
def test_a_policy_that_cannot_be_is_refused(field: str, value: object) -> None:
    with pytest.raises(InvalidValueError) as caught:
        ClaimPolicy(**{field: value})  # type: ignore[arg-type]  # that is the point
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("payload", "a text"),
        ("payload", {"to": {1, 2}}),
        ("payload", {"to": float("inf")}),
        ("result", [1]),
        ("state", "done"),
        ("due_at", datetime(2024, 5, 1)),  # noqa: DTZ001
        ("attempts", -1),
        ("key", ""),
    ],
)
def test_an_entry_that_cannot_be_is_refused(field: str, value: object) -> None:
    with pytest.raises(InvalidValueError) as caught:
        attrs.evolve(entry("a"), **{field: value})  # type: ignore[arg-type]  # that is the point
    assert caught.value.field.startswith(field)


def test_what_is_called_must_be_a_function(outbox: MemoryOutbox) -> None:
    with pytest.raises(InvalidTypeError, match="call must be a function"):
        outbox_job("send", outbox, "send", "print")  # type: ignore[arg-type]  # that is the point

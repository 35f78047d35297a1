"""The claim loop asks about all entries of a batch at once; whom that fails for is found alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from mainstay import CallsFailedError, StoreError
from mainstay.jobs import ClaimPolicy, Done, LookAgain
from mainstay.jobs._tally import Tally
from mainstay.jobs.calls import Call, Prepare
from mainstay.jobs.claims import run_claims
from mainstay.ports import OutboxEntry, OutboxState, Unreadable
from mainstay.scheduling import JobContext, JobReport, PlainData, RetryPolicy
from mainstay.testing.memory import MemoryOutbox, MemoryStore

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def outbox() -> MemoryOutbox:
    return MemoryStore().outbox


def entry(key: str, *, kind: str = "pay", minute: int = 0) -> OutboxEntry:
    return OutboxEntry(key=key, kind=kind, due_at=NOW + minute * MINUTE)


def context_at(minute: int = 0, **more: object) -> JobContext:
    return attrs.evolve(JobContext(clock=lambda: NOW + minute * MINUTE), **more)  # type: ignore[arg-type]  # any field's


def run(
    outbox: MemoryOutbox,
    prepare: Prepare,
    *,
    policy: ClaimPolicy | None = None,
    context: JobContext | None = None,
) -> JobReport:
    tally = Tally.begin("pay-all", context or context_at())
    run_claims(outbox, "pay", prepare, tally, policy=policy or ClaimPolicy())
    return tally.report()


def counts(report: JobReport) -> tuple[int, int, int]:
    return report.succeeded, report.skipped, report.failed


def kept(outbox: MemoryOutbox, key: str) -> OutboxEntry:
    found = outbox.entry(key)
    assert found is not None
    return found


class Ledger:
    """Tells of many at once what it has seen; it fails whenever it is asked about some."""

    def __init__(self, **failing: BaseException) -> None:
        self.failing = failing
        self.asked: list[str] = []
        self.called: list[str] = []

    def prepare(self, entries: Sequence[OutboxEntry]) -> Call:
        keys = [entry.key for entry in entries]
        self.asked.append("".join(keys))
        for key in keys:
            if key in self.failing:
                raise self.failing[key]
        seen = {key: key.upper() for key in keys}

        def call(entry: OutboxEntry) -> Done:
            self.called.append(entry.key)
            return Done(PlainData({"seen": seen[entry.key]}))

        return call


def test_a_batch_is_asked_about_at_once(outbox: MemoryOutbox) -> None:
    outbox.put(map(entry, "abcdefg"))
    ledger = Ledger()
    assert counts(run(outbox, ledger.prepare, policy=ClaimPolicy(at_once=3))) == (7, 0, 0)
    assert ledger.asked == ["abc", "def", "g"]
    assert [kept(outbox, key).result for key in "adg"] == [{"seen": key} for key in "ADG"]


def test_nobody_is_asked_about_nothing(outbox: MemoryOutbox) -> None:
    ledger = Ledger()
    assert counts(run(outbox, ledger.prepare)) == (0, 0, 0)
    assert ledger.asked == []


def test_nothing_is_locked_while_a_batch_is_asked_about(outbox: MemoryOutbox) -> None:
    outbox.put(map(entry, "ab"))

    def prepare(_: Sequence[OutboxEntry]) -> Call:
        assert not outbox._lock._is_owned()  # type: ignore[attr-defined]  # Python's own
        return lambda _: Done()

    assert counts(run(outbox, prepare)) == (2, 0, 0)


class Corrupt(MemoryOutbox):
    """One whose entry ``b`` can't be read."""

    def claim(self, *args: object, **kwargs: object) -> Sequence[OutboxEntry]:
        found = super().claim(*args, **kwargs)  # type: ignore[arg-type]  # as they came
        broken = Unreadable("b", ValueError("is not JSON"))
        return [broken if each.key == "b" else each for each in found]  # type: ignore[misc]  # as a database's would


def test_nobody_is_asked_about_what_cannot_be_read() -> None:
    store, ledger = MemoryStore(), Ledger()
    outbox = Corrupt(store.outbox._lock, store.points)
    outbox.put(map(entry, "abc"))
    assert counts(run(outbox, ledger.prepare)) == (2, 0, 1)
    assert ledger.asked == ["ac"]


def test_nobody_is_asked_about_what_has_killed_too_many(outbox: MemoryOutbox) -> None:
    outbox.put(map(entry, "abc"))
    for minute in (0, 6):  # claimed, and never finished
        now = NOW + minute * MINUTE
        outbox.claim("pay", "killed", now=now, until=now + 5 * MINUTE, limit=1)
    ledger, policy = Ledger(), ClaimPolicy(retry=RetryPolicy(1, MINUTE))
    report = run(outbox, ledger.prepare, policy=policy, context=context_at(12))
    assert (counts(report), "".join(ledger.asked)) == ((2, 0, 1), "bc")
    assert kept(outbox, "a").state is OutboxState.FAILED


def test_one_bad_entry_starves_no_other_of_its_batch(
    outbox: MemoryOutbox, caplog: pytest.LogCaptureFixture
) -> None:
    outbox.put(map(entry, "abcdef"))
    ledger = Ledger(b=KeyError("transaction"))
    report = run(outbox, ledger.prepare, policy=ClaimPolicy(at_once=3))
    assert counts(report) == (5, 0, 1)
    assert ledger.asked == ["abc", "a", "b", "c", "def"]
    assert ledger.called == [*"acdef"]
    assert [(error.item, error.error) for error in report.errors] == [("b", "'transaction'")]
    failed = attrs.evolve(entry("b", minute=1), attempts=1, error="'transaction'")
    assert kept(outbox, "b") == failed
    assert "3 entries are asked about one by one" in caplog.text


def test_one_bad_entry_is_given_up_in_the_end(outbox: MemoryOutbox) -> None:
    outbox.put(map(entry, "ab"))
    ledger, policy = Ledger(b=ValueError("bad")), ClaimPolicy(retry=RetryPolicy(2, MINUTE))
    for minute in range(9):
        run(outbox, ledger.prepare, policy=policy, context=context_at(minute))
    assert ledger.asked == ["ab", "a", "b", "b", "b"]
    assert kept(outbox, "b").state is OutboxState.FAILED


@pytest.mark.parametrize("at_once", [1, 2, 3, 5, 10])
def test_an_outside_that_is_down_changes_nothing(outbox: MemoryOutbox, at_once: int) -> None:
    outbox.put(map(entry, "abcdefgh"))
    down = Ledger(**dict.fromkeys("abcdefgh", ConnectionError("refused")))
    for minute in range(12):  # more often than it is tried again
        with pytest.raises(CallsFailedError, match="5 calls for pay have failed in a row"):
            run(
                outbox,
                down.prepare,
                policy=ClaimPolicy(at_once=at_once),
                context=context_at(minute),
            )
    assert down.called == []
    for key in "abcde":
        assert kept(outbox, key) == attrs.evolve(entry(key), error="refused")
    assert [kept(outbox, key) for key in "fgh"] == [entry(key) for key in "fgh"]
    assert counts(run(outbox, Ledger().prepare)) == (8, 0, 0)


def test_a_ledger_can_say_of_a_batch_that_it_is_away(outbox: MemoryOutbox) -> None:
    outbox.put(map(entry, "abc"))
    away = Ledger(b=CallsFailedError("can't be reached", field="the ledger"))
    with pytest.raises(CallsFailedError, match="the ledger can't be reached"):
        run(outbox, away.prepare)
    assert away.asked == ["abc"]
    assert [kept(outbox, key) for key in "abc"] == [entry(key) for key in "abc"]


@pytest.mark.parametrize("error", [StoreError("is down"), KeyboardInterrupt(), MemoryError()])
def test_a_batch_that_was_interrupted_is_free_at_once(
    outbox: MemoryOutbox, error: BaseException
) -> None:
    """The attempt counts for each: nobody knows whose fault it was."""
    outbox.put(map(entry, "abc"))
    with pytest.raises(type(error)):
        run(outbox, Ledger(b=error).prepare)
    for key in "abc":
        assert kept(outbox, key) == attrs.evolve(entry(key), attempts=1)
    assert counts(run(outbox, Ledger().prepare)) == (3, 0, 0)


def test_who_ends_each_run_that_asks_about_it_is_given_up(outbox: MemoryOutbox) -> None:
    """Those that were asked about with it are done: they are taken one by one then."""
    outbox.put(map(entry, "abc"))
    ledger, policy = Ledger(b=MemoryError()), ClaimPolicy(retry=RetryPolicy(2, MINUTE))
    ended = 0
    for _ in range(9):
        try:
            run(outbox, ledger.prepare, policy=policy)
        except MemoryError:
            ended += 1
    assert ended == 3
    states = [kept(outbox, key).state.value for key in "abc"]
    assert states == ["done", "failed", "done"]


def test_a_hundred_that_are_always_under_way_starve_no_later_one(outbox: MemoryOutbox) -> None:
    """The oldest look is first: 50 more are looked at by the second run, then 50 again."""
    stuck = [f"{number:03}" for number in range(100)]
    looks: list[str] = []
    outbox.put(map(entry, stuck))
    outbox.put(entry(f"new {number:02}") for number in range(50))

    def call(given: OutboxEntry) -> Done | LookAgain:
        looks.append(given.key)
        return LookAgain() if given.key in stuck else Done()

    first, second = (
        run(outbox, lambda _: call, policy=ClaimPolicy(most=100), context=context_at(minute))
        for minute in range(2)
    )
    assert (counts(first), counts(second)) == ((0, 100, 0), (50, 50, 0))
    assert looks[:100] == stuck
    assert sorted(looks[100:]) == sorted([*stuck[:50], *(f"new {n:02}" for n in range(50))])
    assert looks[100:150] == [f"new {number:02}" for number in range(50)]
    run(outbox, lambda _: call, policy=ClaimPolicy(most=100), context=context_at(2))
    assert looks[200:250] == stuck[50:]


@pytest.mark.parametrize("step", [timedelta(0), timedelta(seconds=1), timedelta(seconds=-1)])
@pytest.mark.parametrize("again", [LookAgain(), LookAgain(NOW + 5 * MINUTE)])
def test_asked_for_all_a_run_looks_at_each_once(
    outbox: MemoryOutbox, step: timedelta, again: LookAgain
) -> None:
    """Whether the clock stands, goes on or is put back meanwhile."""
    keys = [f"{number:03}" for number in range(250)]
    outbox.put(map(entry, keys))
    looks: list[str] = []

    def look(given: OutboxEntry) -> LookAgain:
        if len(looks) == len(keys):  # it might never end
            pytest.fail(f"{given.key} is looked at twice")
        looks.append(given.key)
        return again

    context = JobContext(clock=lambda: NOW + step * len(looks), due=NOW, options={"all": True})
    report = run(outbox, lambda _: look, policy=ClaimPolicy(most=100), context=context)
    assert (counts(report), looks) == ((0, 250, 0), keys)


def test_two_kinds_in_one_run_each_have_their_own_most(outbox: MemoryOutbox) -> None:
    outbox.put([*map(entry, "abc"), *(entry(key, kind="watch") for key in "xyz")])
    told: list[tuple[int, int]] = []
    context = context_at(progress=lambda *numbers: told.append(numbers))
    tally, ledger, two = Tally.begin("both", context), Ledger(), ClaimPolicy(most=2)
    for kind in ("pay", "watch"):
        run_claims(outbox, kind, ledger.prepare, tally, policy=two)
    assert (ledger.called, tally.succeeded) == ([*"abxy"], 4)
    assert told == [(0, 2), (1, 2), (2, 2), (2, 4), (3, 4), (4, 4)]


def test_how_many_have_expired_is_returned(outbox: MemoryOutbox) -> None:
    late = attrs.evolve(entry("a"), expires_at=NOW + MINUTE)
    outbox.put([late, attrs.evolve(late, key="b"), entry("c")])
    ledger = Ledger()
    tally = Tally.begin("pay-all", context_at(1))
    assert run_claims(outbox, "pay", ledger.prepare, tally) == 2
    assert ledger.called == ["c"]

"""The job that publishes commitments, and sees that they stay on the ledger: SPEC §7."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from mainstay.contest import CaseStatus, ContestPolicy, Verification
from mainstay.errors import CallsFailedError, InvalidTypeError
from mainstay.jobs import close_cases, verify_commitments
from mainstay.ports import OutboxEntry, OutboxState
from mainstay.scheduling import Every, JobReport, PlainData, RetryPolicy
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
    case_of,
    confirmed,
    drafted,
    kept,
    run,
)
from tests.recording import counted

KEY = "verdict:case-0001"
OTHER = "ab" * 32
#: Later than any case of these tests closes.
LATER = NOON + 3 * DAY


def verify(
    store: MemoryStore,
    ledger: ScriptedLedger,
    minute: float = 0,
    *,
    policy: ContestPolicy | None = None,
    **options: object,
) -> JobReport:
    job = verify_commitments(store, ledger=ledger, policy=policy)
    return run(job, NOON + minute * MINUTE, **options)


def seen(store: MemoryStore, *script: Said, case_id: str = "case-0001") -> list[tuple[str, str]]:
    """Run the job once for each thing that the ledger says, and return what the case was then."""
    ledger, found = ScriptedLedger(*script), []
    for minute in range(len(script)):
        verify(store, ledger, minute)
        there = case_of(store, case_id)
        found.append((there.case.status.value, there.verification.value))
    return found


def close(store: MemoryStore, at: timedelta = 3 * DAY) -> JobReport:
    return run(close_cases(store.contests), NOON + at)


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    drafted(store)
    return store


def test_it_is_due_every_2_minutes_without_retries(store: MemoryStore) -> None:
    job = verify_commitments(store, ledger=store.ledger)
    assert (job.name, job.schedule) == ("verify-commitments", Every(timedelta(minutes=2)))
    assert job.retry == RetryPolicy()


def test_a_policy_of_another_type_is_refused(store: MemoryStore) -> None:
    policy: Any = 12
    with pytest.raises(InvalidTypeError, match="policy"):
        verify_commitments(store, ledger=store.ledger, policy=policy)


def test_what_is_published_is_the_digest_under_the_name_of_its_case(store: MemoryStore) -> None:
    ledger = ScriptedLedger(confirmed(1))
    for minute in range(5):
        verify(store, ledger, minute)
    assert ledger.submitted == [(KEY, case_of(store).digest)]


def test_a_draft_opens_at_one_confirmation_and_its_24_hours_begin_then(store: MemoryStore) -> None:
    ledger = ScriptedLedger(PENDING, confirmed(0), confirmed(1), confirmed(2))
    for minute in (0, 30):
        report = verify(store, ledger, minute)
        assert (case_of(store).case.status, report.result.to_dict()) == (
            CaseStatus.DRAFT,
            {"unverified": 1},
        )
    for minute in (90, 120):
        assert verify(store, ledger, minute).result == {"verified": 1}
        case = case_of(store).case
        assert case.status is CaseStatus.OPEN
        assert case.span() == (NOON + 90 * MINUTE, NOON + 90 * MINUTE + DAY)


def test_confirmations_and_how_long_a_case_goes_on_are_a_policy(store: MemoryStore) -> None:
    ledger, policy = ScriptedLedger(*map(confirmed, range(5))), ContestPolicy(lasting=HOUR)
    strict = attrs.evolve(policy, confirmations=3)
    for minute in range(3):
        verify(store, ledger, minute, policy=strict)
        assert case_of(store).case.status is CaseStatus.DRAFT
    verify(store, ledger, 3, policy=strict)
    assert case_of(store).case.span() == (NOON + 3 * MINUTE, NOON + 3 * MINUTE + HOUR)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (PENDING, "unverified"),
        (confirmed(0), "unverified"),
        (REFUSED, "missing"),
        (confirmed(12, OTHER), "contradicted"),
        (attrs.evolve(PENDING, payload=OTHER), "contradicted"),
        (attrs.evolve(NOT_FOUND, payload=OTHER), "contradicted"),
    ],
)
def test_no_draft_opens_whose_commitment_is_not_verified(
    store: MemoryStore, said: Said, status: str
) -> None:
    """Missing and contradicted ones are reported by each run."""
    ledger = ScriptedLedger(said)
    for minute in range(4):
        report = verify(store, ledger, minute)
        assert report.result == {status: 1}
        wrong = status != "unverified"
        assert counted(report) == (0, not wrong, wrong)
        if wrong:
            (error,) = report.errors
            assert error.item == KEY
            assert f"the commitment of a case is {status}, got 'case-0001'" in error.error
    there = case_of(store)
    assert (there.case.status, there.verification.value) == (CaseStatus.DRAFT, status)


def test_what_has_not_spread_when_it_is_published_is_missing_from_the_next_look_on(
    store: MemoryStore,
) -> None:
    """Else each case would be reported on a ledger that takes a moment to show what it took."""
    ledger = ScriptedLedger(NOT_FOUND)
    first, *later = [verify(store, ledger, minute) for minute in range(4)]
    assert (counted(first), first.result.to_dict()) == ((0, 1, 0), {"unverified": 1})
    for report in later:
        assert (counted(report), report.result.to_dict()) == ((0, 0, 1), {"missing": 1})
    assert case_of(store).case.status is CaseStatus.DRAFT


def test_a_key_that_the_ledger_has_given_to_another_digest_contradicts_it(
    store: MemoryStore,
) -> None:
    ledger = ScriptedLedger(confirmed(12))
    ledger.held[KEY] = OTHER
    for minute in range(3):
        report = verify(store, ledger, minute)
        assert (counted(report), report.result.to_dict()) == ((0, 0, 1), {"contradicted": 1})
    assert case_of(store).case.status is CaseStatus.DRAFT


def test_the_lost_commitment_of_a_draft_is_published_again_under_its_key(
    store: MemoryStore,
) -> None:
    ledger = ScriptedLedger(PENDING, NOT_FOUND, PENDING, confirmed(1))
    for minute in range(4):
        verify(store, ledger, minute)
    assert ledger.submitted == 2 * [(KEY, case_of(store).digest)]
    assert case_of(store).case.opens_at == NOON + 3 * MINUTE


def test_the_lost_commitment_of_an_open_case_is_not_published_again(store: MemoryStore) -> None:
    """That it is there now would say nothing of what was there before people voted."""
    ledger = ScriptedLedger(confirmed(1), NOT_FOUND)
    for minute in range(5):
        verify(store, ledger, minute)
    assert len(ledger.submitted) == 1


def test_the_commitment_of_an_open_case_may_go_and_come_back(store: MemoryStore) -> None:
    script = [confirmed(1), NOT_FOUND, PENDING, confirmed(1, OTHER), confirmed(3)]
    assert seen(store, *script) == [
        ("open", "verified"),
        ("open", "missing"),
        ("open", "unverified"),
        ("open", "contradicted"),
        ("open", "verified"),
    ]
    assert case_of(store).case.span() == (NOON, NOON + DAY)


@pytest.mark.parametrize("gone", [NOT_FOUND, PENDING, confirmed(9, OTHER)])
def test_a_case_does_not_close_while_its_commitment_is_gone(store: MemoryStore, gone: Said) -> None:
    ledger = ScriptedLedger(confirmed(1), gone, confirmed(9))
    verify(store, ledger)
    verify(store, ledger, 1)
    for _ in range(2):
        assert counted(close(store)) == (0, 0, 1)
    verify(store, ledger, 2)
    assert counted(close(store)) == (1, 0, 0)


def test_commitments_of_open_cases_are_looked_at_however_final_they_are(
    store: MemoryStore,
) -> None:
    ledger = ScriptedLedger(confirmed(2**31 - 1))
    for minute in range(10):
        verify(store, ledger, minute)
    assert len(ledger.asked) == 10


def test_those_of_closed_cases_are_watched_until_they_are_final(store: MemoryStore) -> None:
    ledger = ScriptedLedger(
        confirmed(1), NOT_FOUND, confirmed(11), confirmed(1, OTHER), confirmed(12)
    )
    verify(store, ledger)
    assert counted(close(store)) == (1, 0, 0)
    reports = [verify(store, ledger, 3 * 24 * 60 + minute) for minute in range(8)]
    assert [counted(report) for report in reports] == [
        (0, 0, 1),
        (0, 1, 0),
        (0, 0, 1),
        (1, 0, 0),
        *4 * [(0, 0, 0)],
    ]
    assert len(ledger.asked) == 5
    assert kept(store)[KEY].state is OutboxState.DONE
    there = case_of(store)
    assert (there.case.status, there.verification) == (CaseStatus.CLOSED, Verification.VERIFIED)


def test_a_ledger_that_is_down_changes_nothing(store: MemoryStore) -> None:
    for number in range(2, 8):
        drafted(store, f"case-000{number}")
    before = kept(store)
    down = ScriptedLedger(refusing=1000 * [DOWN])
    for minute in range(0, 600, 60):
        with pytest.raises(CallsFailedError, match="5 calls for commitment have failed in a row"):
            verify(store, down, minute)
    assert {key: attrs.evolve(each, error=None) for key, each in kept(store).items()} == before
    assert {each.case.status for each in store.contests.cases()} == {CaseStatus.DRAFT}
    assert verify(store, ScriptedLedger(confirmed(1)), 601).result == {"verified": 7}


def test_one_draft_waits_for_a_ledger_however_long_it_is_down(store: MemoryStore) -> None:
    down = ScriptedLedger(confirmed(1), refusing=40 * [DOWN])
    for minute in range(40):
        assert counted(verify(store, down, minute)) == (0, 0, 1)
        assert case_of(store).verification is Verification.UNVERIFIED
    assert verify(store, down, 41).result == {"verified": 1}


@pytest.mark.parametrize("error", [DOWN, TimeoutError()])
def test_a_ledger_that_crashes_after_accepting_has_it_once(
    store: MemoryStore, error: Exception
) -> None:
    ledger = ScriptedLedger(confirmed(1), crashing=[error])
    assert counted(verify(store, ledger)) == (0, 0, 1)
    assert verify(store, ledger, 1).result == {"verified": 1}
    assert len({*ledger.submitted}) == len(ledger.held) == 1


def test_what_is_known_is_looked_up_at_once_a_hundred_a_run(store: MemoryStore) -> None:
    """Those first that were looked at longest ago: 100 that are stuck starve no later one."""
    for number in range(2, 151):
        drafted(store, f"case-{number:04}")
    ledger = ScriptedLedger(PENDING)
    for minute in range(2):
        assert counted(verify(store, ledger, minute)) == (0, 100, 0)
    assert sorted(ledger.looks.values()) == [*100 * [1], *50 * [2]]
    assert max(map(len, ledger.asked)) == 50
    ledger.asked.clear()
    assert counted(verify(store, ledger, 4, all=True)) == (0, 150, 0)
    assert [len(asked) for asked in ledger.asked] == [100, 50]


def entry(key: str, payload: dict[str, object]) -> OutboxEntry:
    return OutboxEntry(key=key, kind="commitment", payload=PlainData(payload), due_at=NOON)


def test_entries_of_cases_that_cannot_be_read_stop_nobody(store: MemoryStore) -> None:
    """However many they are; each run reports them."""
    store.outbox.put(
        [
            *(entry(f"verdict:a{number}", {"case_id": f"a{number}"}) for number in range(7)),
            *(entry(f"verdict:b{number}", {"case_id": number}) for number in range(3)),
        ]
    )
    drafted(store, "case-0000")
    store.corrupt("case-0000")
    ledger = ScriptedLedger(confirmed(1))
    assert counted(verify(store, ledger)) == (0, 1, 11)
    reports = [verify(store, ledger, minute) for minute in range(1, 15)]
    assert {counted(report) for report in reports} == {(0, 1, 11)}
    words = {error.error for error in reports[-1].errors}
    assert any(each.startswith("case_id is not a case that is there, got 'a3'.") for each in words)
    assert "case_id must be a string, got 2." in words
    assert any("'case-0000' can't be read" in each for each in words)
    assert [key for key, _ in ledger.submitted] == [KEY]
    store.mend("case-0000")
    assert verify(store, ledger, 16).result == {"verified": 2}


@pytest.mark.parametrize("change", ["question", "sides", "digest", "creator"])
def test_a_draft_whose_digest_was_changed_before_it_was_published_never_pays(
    store: MemoryStore, change: str
) -> None:
    """The ledger is given what the store has then; closing finds out."""
    tampered(store, change)
    verify(store, ScriptedLedger(confirmed(1)))
    assert counted(close(store)) == ((1, 0, 0) if change == "creator" else (0, 0, 1))


def test_a_digest_that_was_changed_later_is_contradicted_by_a_ledger_that_says_what_it_has(
    store: MemoryStore,
) -> None:
    ledger = ScriptedLedger(confirmed(1, case_of(store).digest))
    assert verify(store, ledger).result == {"verified": 1}
    tampered(store, "digest")
    assert verify(store, ledger, 1).result == {"contradicted": 1}


def tampered(store: MemoryStore, change: str) -> None:
    """Change a case behind the store's back."""
    contest = store.contests._contests["case-0001"]
    there = contest.kept
    case = there.case
    others: dict[str, Any] = {
        "question": attrs.evolve(there, case=attrs.evolve(case, question="May it?")),
        "sides": attrs.evolve(there, case=attrs.evolve(case, sides=["no", "yes"])),
        "creator": attrs.evolve(there, case=attrs.evolve(case, creator="eve")),
        "digest": attrs.evolve(there, digest=OTHER),
    }
    store.contests._put(attrs.evolve(contest, kept=others[change]))


@pytest.mark.parametrize("change", ["question", "sides", "digest"])
def test_a_case_that_was_tampered_with_never_closes_and_is_reported_by_each_run(
    store: MemoryStore, change: str
) -> None:
    verify(store, ScriptedLedger(confirmed(1)))
    tampered(store, change)
    for hour in range(3):
        report = close(store, DAY + hour * HOUR)
        assert counted(report) == (0, 0, 1)
        assert report.errors[0].item == "case-0001"
        assert "is not opened by its secret" in report.errors[0].error
        assert report.result == {"closed": 0, "points": 0}
    there = case_of(store)
    assert (there.case.status, there.outcome) == (CaseStatus.OPEN, None)
    assert {entry.kind for entry in kept(store).values()} == {"commitment"}


def test_a_clock_that_is_put_back_opens_a_case_once(store: MemoryStore) -> None:
    ledger = ScriptedLedger(confirmed(1))
    verify(store, ledger, 5)
    verify(store, ledger, 4)
    verify(store, ledger, 6)
    assert case_of(store).case.opens_at == NOON + 5 * MINUTE
    assert run(verify_commitments(store, ledger=ledger), LATER + MICROSECOND).failed == 0

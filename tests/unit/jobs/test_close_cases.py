"""The job that closes cases whose time is over: SPEC §7."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest

from mainstay.contest import (
    ArgumentVote,
    CaseArgument,
    CaseStatus,
    CaseVote,
    ContestPolicy,
    Verification,
)
from mainstay.errors import InvalidTypeError
from mainstay.jobs import close_cases
from mainstay.jobs.close_cases import plan_closing
from mainstay.ports import DueCase, OutboxEntry
from mainstay.ports.rewards import reward_of
from mainstay.recognition import RewardPolicy
from mainstay.scheduling import Every, JobContext, JobReport, RetryPolicy
from mainstay.testing.memory import MemoryStore
from tests.contests import DAY, HOUR, MICROSECOND, MINUTE, NOON, case_of, drafted, kept, opened, run
from tests.recording import counted

END = NOON + DAY


def vote(store: MemoryStore, case_id: str = "case-0001", **sides: str) -> None:
    """Have users vote, at noon."""
    store.contests.vote(case_id, [CaseVote(user, user, side, NOON) for user, side in sides.items()])


def close(
    store: MemoryStore, at: datetime = END, policy: ContestPolicy | None = None, **options: object
) -> JobReport:
    return run(close_cases(store.contests, policy=policy), at, **options)


def rewards(store: MemoryStore) -> dict[str, int]:
    found = [reward_of(entry) for entry in kept(store).values() if entry.kind == "reward"]
    return {reward.user_id: reward.amount for reward in found}


def notices(store: MemoryStore) -> list[OutboxEntry]:
    found = [entry for entry in kept(store).values() if entry.kind == "notice"]
    return sorted(found, key=lambda entry: str(entry.user_id))


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def test_it_is_due_every_5_minutes_without_retries(store: MemoryStore) -> None:
    job = close_cases(store.contests)
    assert (job.name, job.schedule) == ("close-cases", Every(timedelta(minutes=5)))
    assert job.retry == RetryPolicy()
    assert run(job).result == {"closed": 0, "points": 0}


@pytest.mark.parametrize("given", [{"policy": 12}, {"notices": "yes"}])
def test_what_is_of_another_type_is_refused(store: MemoryStore, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidTypeError, match=next(iter(given))):
        close_cases(store.contests, **given)


def test_a_case_closes_exactly_when_its_time_is_over(store: MemoryStore) -> None:
    opened(store)
    vote(store, ada="no")
    assert counted(close(store, END - MICROSECOND)) == (0, 0, 0)
    assert case_of(store).case.status is CaseStatus.OPEN
    assert counted(close(store, END)) == (1, 0, 0)
    assert case_of(store).case.status is CaseStatus.CLOSED


def test_a_run_that_begins_early_closes_what_is_over_when_it_was_due(store: MemoryStore) -> None:
    """The clock that starts runs may be up to a minute ahead."""
    opened(store)
    vote(store, ada="no")
    early = END - timedelta(seconds=20)
    report = close_cases(store.contests).run(JobContext(clock=lambda: early, due=END))
    assert counted(report) == (1, 0, 0)
    outcome = case_of(store).outcome
    assert outcome is not None
    assert outcome.closed_at == END


def test_a_run_that_begins_late_closes_what_is_over_by_then(store: MemoryStore) -> None:
    opened(store)
    report = close_cases(store.contests).run(JobContext(clock=lambda: END, due=END - HOUR))
    assert counted(report) == (1, 0, 0)


def test_what_closing_comes_to_is_as_the_contract_has_it(store: MemoryStore) -> None:
    """The third vector of SPEC §6, with 1001 points: cyd's argument is second, ada's has no votes.

    Bob, dan and fay are right, too, and cyd and eve are not; gil only argues.
    """
    opened(store)
    vote(store, ada="no", bob="no", cyd="yes", dan="no", eve="yes", fay="no")
    store.contests.argue(
        "case-0001",
        [
            CaseArgument(f"by {user}", user, "So I think.", NOON + minute * MINUTE)
            for minute, user in enumerate(["gil", "cyd", "ada"])
        ],
    )
    store.contests.upvote(
        ArgumentVote(f"by {author}", f"voter {number}", NOON + HOUR)
        for author in ("gil", "cyd")
        for number in range(5)
    )
    report = close(store, policy=ContestPolicy(pool=1001))
    winners = dict.fromkeys(["ada", "bob", "dan", "fay"], 129)
    assert rewards(store) == {**winners, "cyd": 118, "eve": 28, "gil": 179}
    assert report.result == {"closed": 1, "points": 1001 - 160}
    outcome = case_of(store).outcome
    assert outcome is not None
    assert (outcome.secret.verdict, outcome.pool, outcome.undistributed) == ("no", 1001, 160)
    assert (outcome.voters, outcome.winners, outcome.participants) == (6, 4, 7)
    standings = store.contests.arguments("case-0001")
    assert [(each.argument.author, each.place) for each in standings] == [
        ("gil", 1),
        ("cyd", 2),
        ("ada", None),
    ]


def test_a_closed_case_is_closed_once(store: MemoryStore) -> None:
    opened(store)
    vote(store, ada="no")
    close(store)
    first, there = kept(store), case_of(store)
    assert counted(close(store, END + DAY)) == (0, 0, 0)
    assert (kept(store), case_of(store)) == (first, there)


def test_rewards_of_0_are_not_paid(store: MemoryStore) -> None:
    """SPEC §6: of a pool of 1, ada gets 1 and bob nothing."""
    opened(store)
    vote(store, ada="no", bob="yes")
    assert close(store, policy=ContestPolicy(pool=1)).result == {"closed": 1, "points": 1}
    assert rewards(store) == {"ada": 1}


def test_a_case_without_votes_closes_and_pays_nobody(store: MemoryStore) -> None:
    opened(store)
    assert close(store).result == {"closed": 1, "points": 0}
    assert rewards(store) == {}


def test_how_the_pool_is_shared_is_a_policy(store: MemoryStore) -> None:
    opened(store)
    vote(store, ada="no", bob="yes")
    shares = RewardPolicy(winners=100, arguments=0, participants=0, creator=0)
    close(store, policy=ContestPolicy(pool=70, rewards=shares))
    assert rewards(store) == {"ada": 70}


@pytest.mark.parametrize(
    "status", [Verification.UNVERIFIED, Verification.MISSING, Verification.CONTRADICTED]
)
def test_a_case_whose_commitment_is_not_verified_waits_and_is_reported_by_each_run(
    store: MemoryStore, status: Verification, caplog: pytest.LogCaptureFixture
) -> None:
    opened(store)
    opened(store, "case-0002")
    vote(store, ada="no")
    store.contests.verified("case-0001", status, now=NOON, lasting=DAY)
    with caplog.at_level(logging.ERROR, "mainstay.jobs"):
        for hour in range(3):
            report = close(store, END + hour * HOUR)
            assert counted(report) == (hour == 0, 0, 1)
            assert f"the commitment of a case is {status.value}" in report.errors[0].error
            assert report.errors[0].item == "case-0001"
    assert [record.exc_info is not None for record in caplog.records] == 3 * [True]
    assert (rewards(store), case_of(store).case.status) == ({}, CaseStatus.OPEN)
    store.contests.verified("case-0001", Verification.VERIFIED, now=NOON, lasting=DAY)
    assert counted(close(store, END + 4 * HOUR)) == (1, 0, 0)
    assert rewards(store) == {"ada": 600}


def test_drafts_do_not_close(store: MemoryStore) -> None:
    drafted(store)
    assert counted(close(store, NOON + 99 * DAY)) == (0, 0, 0)


def test_a_case_that_cannot_be_read_stops_no_other(store: MemoryStore) -> None:
    for number in range(1, 4):
        opened(store, f"case-000{number}")
    store.corrupt("case-0002")
    for done in (2, 0):
        report = close(store)
        assert counted(report) == (done, 0, 1)
        assert report.errors[0].item == "case-0002"
    store.mend("case-0002")
    assert counted(close(store)) == (1, 0, 0)


def test_everything_is_the_same_whatever_the_size_of_a_page() -> None:
    found = []
    for size in (1, 3, 20_000):
        store = MemoryStore()
        for number in range(5):
            opened(store, f"case-{number}")
            vote(store, f"case-{number}", ada="no", bob="yes", **{f"u{number}": "no"})
        report = close(store, page_size=size)
        metrics = store.metrics.metrics(["ada", "bob", "u3"])
        found.append((report.result.to_dict(), sorted(rewards(store).items()), metrics))
    assert found[0] == found[1] == found[2]
    assert found[0][0] == {"closed": 5, "points": 3000}
    assert found[0][2]["ada"] == {"participations": 5, "votes": 5, "wins": 5}
    assert found[0][2]["bob"] == {"participations": 5, "votes": 5}


def test_nobody_is_told_by_default(store: MemoryStore) -> None:
    opened(store)
    vote(store, ada="no", bob="yes")
    close(store)
    assert notices(store) == []


@pytest.mark.parametrize("asked", [False, True])
def test_each_participant_of_a_closed_case_is_told_once(store: MemoryStore, asked: bool) -> None:
    """Voters and authors, each once, also those who get nothing."""
    opened(store)
    vote(store, ada="no", bob="yes")
    store.contests.argue(
        "case-0001",
        [CaseArgument("1", "gil", "So.", NOON), CaseArgument("2", "ada", "So.", NOON)],
    )
    job = close_cases(store.contests, policy=ContestPolicy(pool=10), notices=not asked)
    for hour in range(3):
        run(job, END + hour * HOUR, **({"notices": True} if asked else {}))
    points = {user: rewards(store).get(user, 0) for user in ("ada", "bob", "gil")}
    # Of 10: 4 to ada, who is right, and 2 among all three. No argument has votes, and nobody made
    # the case: their parts have no taker.
    assert sum(points.values()) == 6
    assert points["ada"] >= 4
    assert [(entry.user_id, entry.payload.to_dict()) for entry in notices(store)] == [
        (
            user,
            {
                "about": "case",
                "case_id": "case-0001",
                "verdict": "no",
                "won": user == "ada",
                "points": points[user],
            },
        )
        for user in ("ada", "bob", "gil")
    ]
    for entry in notices(store):
        assert entry.key.startswith("notice:case:")
        assert entry.due_at == END


def test_a_plan_reads_and_writes_nothing(store: MemoryStore) -> None:
    opened(store)
    vote(store, ada="no")
    with store.contests.page() as page:
        (due,) = page.due(END, limit=1)
    assert isinstance(due, DueCase)
    planned = [plan_closing(due, now=END) for _ in range(2)]
    assert planned[0] == planned[1]
    assert planned[0].closed.split.awards == {"ada": 600}
    assert case_of(store).case.status is CaseStatus.OPEN

"""All six jobs of contests together: from a case that is made to the badge that somebody gets."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from mainstay.contest import CaseDraft, CaseVote, ContestPolicy
from mainstay.errors import CallsFailedError
from mainstay.jobs import CATALOGUE, contest_jobs
from mainstay.jobs.contest_table import ContestTable
from mainstay.ports import OutboxEntry
from mainstay.recognition import Badge, BadgePolicy, LeaderboardPolicy
from mainstay.scheduling import JobReport
from mainstay.testing.memory import MemoryStore
from tests.contests import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    NOT_FOUND,
    ScriptedLedger,
    case_of,
    confirmed,
    drafted,
    history,
    kept,
    run,
)

NAME = "case-2024-05-01T12"
SIX = [
    "generate-cases",
    "close-cases",
    "monitor-transactions",
    "verify-commitments",
    "refresh-leaderboards",
    "check-badges",
]
BADGES = BadgePolicy(badges=[Badge(1, "w", "Winner", "Win.", "★", "wins", "win", 1, bonus=7)])
BOARDS = LeaderboardPolicy(fresh=timedelta(minutes=1))


class Dilemmas:
    def generate(self, slot: datetime) -> CaseDraft:
        return CaseDraft(f"What about {slot:%H}?", ["yes", "no"], "no")


def run_all(store: MemoryStore, at: datetime, **given: object) -> dict[str, JobReport]:
    """Run the six jobs in their order."""
    jobs = contest_jobs(store, **given)  # type: ignore[arg-type]  # as a test has them
    return {job.name: run(job, at) for job in jobs}


def vote(store: MemoryStore, **sides: str) -> None:
    at = NOON + MINUTE
    store.contests.vote(NAME, [CaseVote(user, user, side, at) for user, side in sides.items()])


def notices(store: MemoryStore) -> list[OutboxEntry]:
    found = [entry for entry in kept(store).values() if entry.kind == "notice"]
    return sorted(found, key=lambda entry: (str(entry.payload["about"]), str(entry.user_id)))


def test_they_are_six_and_all_of_the_catalogue() -> None:
    store = MemoryStore()
    jobs = contest_jobs(store)
    assert [job.name for job in jobs] == SIX
    for job in jobs:
        row = CATALOGUE[job.name].spec(store)
        assert (job.schedule, job.retry, job.options) == (row.schedule, row.retry, row.options)


def test_from_a_case_to_its_badges_all_is_on_the_stores_own_ledger() -> None:
    """600 points of 1,000 have a taker: 400 for who is right, 200 among both."""
    store = MemoryStore()
    run_all(store, NOON, generator=Dilemmas())
    vote(store, ada="no", bob="yes")
    reports = run_all(store, NOON + DAY)
    assert not any(report.failed for report in reports.values())
    assert reports["close-cases"].result == {"closed": 1, "points": 600}
    assert reports["monitor-transactions"].result == {"completed": 2}
    assert history(store, "ada") == [(f"reward:{NAME}", 500), ("badge:first_win", 50)]
    assert history(store, "bob") == [(f"reward:{NAME}", 100)]
    assert len([*store.ledger.entries()]) == 3
    assert store.ledger.verify().length == 3
    again = {at: run_all(store, NOON + at) for at in (DAY + HOUR, 2 * DAY)}
    assert not any(report.failed for reports in again.values() for report in reports.values())
    assert store.points.totals(["ada", "bob"]) == {"ada": 550, "bob": 100}


def test_each_is_given_what_it_goes_by() -> None:
    store, ledger = MemoryStore(), ScriptedLedger(confirmed(3))
    given: dict[str, object] = {
        "generator": Dilemmas(),
        "ledger": ledger,
        "policy": ContestPolicy(pool=10, lasting=HOUR, confirmations=3, final=3),
        "badges": BADGES,
        "leaderboards": BOARDS,
    }
    run_all(store, NOON, **given)
    assert case_of(store, NAME).case.closes_at == NOON + HOUR
    vote(store, ada="no")
    run_all(store, NOON + HOUR, **given)
    assert history(store, "ada") == [(f"reward:{NAME}", 6), ("badge:w", 7)]
    assert [*store.ledger.entries()] == []
    assert len(ledger.held) == 2
    assert store.badges.policy() == BADGES
    assert store.leaderboards.policy() == BOARDS


def test_a_line_of_a_file_with_the_id_of_another_case_holds_up_no_later_one(
    tmp_path: Path,
) -> None:
    """As it was drafted by the host, say: it would be refused in each slot."""
    store, path = MemoryStore(), tmp_path / "cases.jsonl"
    drafted(store, "c1")
    lines = [
        {"question": f"{key}?", "sides": ["a", "b"], "verdict": "a", "id": key}
        for key in ("c1", "c2")
    ]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    job = CATALOGUE["generate-cases"].spec(store, policy=ContestTable(cases=str(path)))
    assert run(job).failed == 0
    assert case_of(store, "c2").case.question == "c2?"


def test_a_generator_that_says_itself_that_it_is_away_leaves_no_heap_of_cases() -> None:
    """A slot is tried in its own run and in the next, whatever is raised."""
    store, asked = MemoryStore(), list[datetime]()

    class Away:
        def generate(self, slot: datetime) -> CaseDraft:
            asked.append(slot)
            raise CallsFailedError("can't be reached", field="the model")

    for number in range(4):
        job, *_ = contest_jobs(store, generator=Away())
        with pytest.raises(CallsFailedError, match="the model can't be reached"):
            run(job, NOON + number * DAY / 2)
    slots = [NOON + number * DAY / 2 for number in range(4)]
    assert asked == [slots[0], *(slot for pair in pairwise(slots) for slot in pair)]
    run_all(store, NOON + 2 * DAY, generator=Dilemmas())
    assert [each.slot for each in store.contests.cases()] == [slots[3], NOON + 2 * DAY]


def test_without_a_generator_no_cases_are_made() -> None:
    store = MemoryStore()
    run_all(store, NOON)
    assert kept(store) == {}


@pytest.mark.parametrize("on", [False, True])
def test_notices_of_cases_rewards_and_badges_are_off_by_default(on: bool) -> None:
    """On, there is one for each participant, each paid reward and each badge, once."""
    store, back = MemoryStore(), confirmed(1)
    ledger = ScriptedLedger(back)
    given: dict[str, object] = {"generator": Dilemmas(), "ledger": ledger, "badges": BADGES}
    if on:
        given["notices"] = True
    run_all(store, NOON, **given)
    vote(store, ada="no", bob="yes", cy="yes")
    for minute in range(3):
        run_all(store, NOON + DAY + minute * MINUTE, **given)
    told = [(entry.payload["about"], entry.user_id) for entry in notices(store)]
    expected = [
        ("badge", "ada"),
        *(("case", user) for user in ("ada", "bob", "cy")),
        *(("reward", user) for user in ("ada", "bob", "cy")),
    ]
    assert told == (expected if on else [])
    if on:
        assert notices(store)[0].payload == {
            "about": "badge",
            "key": "w",
            "name": "Winner",
            "icon": "★",
            "points": 7,
        }
    ledger.script = [NOT_FOUND]
    run_all(store, NOON + DAY + HOUR, **given)
    ledger.script = [back]
    run_all(store, NOON + DAY + 2 * HOUR, **given)
    assert len(notices(store)) == (10 if on else 0)

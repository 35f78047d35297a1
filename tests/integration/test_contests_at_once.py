"""Two processes run all jobs of contests at once, while a third takes part in them to the end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from mainstay.adapters.sql import SqlStore
from mainstay.contest import Reward, RewardState
from mainstay.jobs import check_badges
from mainstay.ports import KeptCase
from mainstay.scheduling import JobContext
from tests import effort
from tests.conformance.databases import new_database
from tests.integration.contests_at_once import POLICY, USERS
from tests.integration.outside_ledger import OutsideLedger, due_on_ledger
from tests.programs import run_at_once

ADDING = ("vote", "argue", "upvote")

#: What was done, of which case, and by whom.
Added = tuple[str, str, str]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request.param, request, tmp_path)


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    with SqlStore.create(url) as opened:
        yield opened


def at_once(url: str, folder: Path, cases: int, *who: str) -> list[Any]:
    """Run programs at once, and return what each has printed in the end."""
    (folder / "ticks").touch()
    program = ["tests.integration.contests_at_once", url, str(folder), str(cases)]
    return [json.loads(each) for each in run_at_once([*program, one] for one in who)]


def test_nothing_is_doubled_lost_or_counted_though_it_was_refused(
    url: str, store: SqlStore, tmp_path: Path
) -> None:
    cases = effort.scaled(2)
    first, second, crowd = at_once(url, tmp_path, cases, "jobs", "jobs", "crowd")
    done, kept = Counter(first) + Counter(second), Counter(map(tuple, crowd))
    assert {what for what, _, _ in kept} == {"vote", "argue", "upvote", "refused"}
    found = store.contests.cases(limit=cases + 1)
    assert len(found) == done["close-cases"] == cases
    # Each slot is done once, and each commitment, whichever of the two jobs looks at it.
    assert done["generate-cases"] + done["verify-commitments"] == 2 * cases
    for case in found:
        require_that_all_counts(store, case, kept)
    rewards = [each for case in found for each in store.contests.rewards(case.case.id)]
    assert len(rewards) == done["monitor-transactions"]
    require_that_all_are_paid(store, rewards)
    assert OutsideLedger(tmp_path / "chain.db").entries() == due_on_ledger(store)


def require_that_all_counts(store: SqlStore, kept: KeptCase, added: Counter[Added]) -> None:
    """Require that a case has come to what was kept of what was added to it."""
    case, outcome = kept.case.id, kept.outcome
    who = {what: {user for did, of, user in added if (did, of) == (what, case)} for what in ADDING}
    times = {what: sum(added[what, case, user] for user in who[what]) for what in ADDING}
    assert outcome is not None
    assert (outcome.voters, outcome.participants) == (
        len(who["vote"]),
        len(who["vote"] | who["argue"]),
    )
    standings = store.contests.arguments(case, limit=10_000)
    assert (store.contests.count_votes(case), len(standings)) == (times["vote"], times["argue"])
    assert sum(standing.votes for standing in standings) == times["upvote"]
    awarded = sum(reward.amount for reward in store.contests.rewards(case))
    assert awarded == POLICY.pool - outcome.undistributed
    for user in USERS:
        reason, credits = f"reward:{case}", store.points.credits(user)
        assert [credit.amount for credit in credits if credit.reason == reason] == [
            reward.amount for reward in store.contests.rewards(case) if reward.user_id == user
        ]


def require_that_all_are_paid(store: SqlStore, rewards: Sequence[Reward]) -> None:
    """Require that points, metrics and badges are those of the rewards.

    Not everybody has some: where both cases are open at once, time passes twice as fast for each.
    """
    assert {reward.state for reward in rewards} == {RewardState.COMPLETED}
    taken_part = Counter(reward.user_id for reward in rewards)
    metrics = store.metrics.metrics(USERS)
    counted = {user: each.get("participations", 0) for user, each in metrics.items()}
    assert Counter(counted) == taken_part
    totals = store.points.totals(USERS)
    for user in USERS:
        credits = store.points.credits(user)
        assert totals.get(user, 0) == sum(credit.amount for credit in credits)
        won = "badge:first_win" in {credit.reason for credit in credits}
        assert won is (metrics.get(user, {}).get("wins", 0) > 0)
    assert check_badges(store.badges).run(JobContext()).processed == 0

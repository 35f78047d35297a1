"""Contests in each database, also behind PgBouncer, with texts of all kinds in all columns."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from random import Random

import attrs
import pytest

pytest.importorskip("sqlalchemy", reason="these stores need mainstay[sql]")

from mainstay import RejectedError
from mainstay.adapters.sql import SqlStore
from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseArgument,
    CaseVote,
    ContestPolicy,
    commit,
)
from mainstay.jobs import close_cases, contest_jobs
from mainstay.scheduling import JobContext
from mainstay.testing.conformance._contests import END, opened, vote
from mainstay.testing.conformance._credits import NOON

#: In the order of their code points, which neither dictionaries have nor UTF-16.
ODD = [
    *("\t", " ", '"', "%(a)s", "'", "A", "B:", "B:a", "\\", "a", "a b", "ab", "é", "ж"),
    *("\u2028", "\ufb01", "\U0001f600"),
]
#: More than fits into an entry of an ordered index of PostgreSQL's, and can't be compressed.
LONG = Random(16).randbytes(4_000).hex()
POLICY = ContestPolicy(pool=1000)


def run_jobs(store: SqlStore, now: datetime) -> None:
    for job in contest_jobs(store, policy=POLICY, notices=True):
        report = job.run(JobContext(clock=lambda: now))
        assert report.failed == 0, report.errors


def contest(store: SqlStore, case: Case, verdict: str) -> None:
    """Draft a case, open it, and let everybody vote and argue for each other."""
    store.contests.draft(case, *commit(case, verdict), now=NOON)
    run_jobs(store, NOON)
    votes = [CaseVote(odd, odd, verdict, NOON) for odd in ODD]
    argued = [CaseArgument(f"{case.id} {odd}", odd, odd, NOON) for odd in ODD]
    assert store.contests.vote(case.id, votes) == len(ODD)
    assert store.contests.argue(case.id, argued) == len(ODD)
    others = [ArgumentVote(argued[0].id, odd, NOON) for odd in ODD[1:]]
    assert store.contests.upvote(others) == len(ODD) - 1
    run_jobs(store, END)


def test_any_text_goes_into_all_columns_and_comes_back(store: SqlStore) -> None:
    for odd in ODD:
        sides = [odd, f"not {odd}"]
        case = Case(odd, f"{odd}? {LONG}", sides, odd)
        assert not store.contests.has_question(case.question)
        store.contests.draft(case, *commit(case, odd), now=NOON)
        kept = store.contests.case(odd)
        assert kept is not None
        assert kept.case == case
        assert store.contests.has_question(case.question)
    found = [kept.case.id for kept in store.contests.cases()]
    assert found == ODD == sorted(ODD)
    assert [kept.case.id for kept in store.contests.cases(after=ODD[4])] == ODD[5:]


def test_a_contest_of_odd_names_comes_to_its_end(store: SqlStore) -> None:
    """At one instant, places are given by the ids of arguments, and awards by those of users."""
    contest(store, Case("é:'%s", "May a doctor lie?", ["ja'", 'nein"%'], ODD[3]), "ja'")
    kept = store.contests.case("é:'%s")
    assert kept is not None
    assert kept.outcome is not None
    assert (kept.outcome.voters, kept.outcome.secret.verdict) == (len(ODD), "ja'")
    standings = store.contests.arguments("é:'%s")
    assert [each.argument.text for each in standings] == ODD
    assert [each.place for each in standings] == [1, *[None] * (len(ODD) - 1)]
    rewards = {each.user_id: each.amount for each in store.contests.rewards("é:'%s")}
    # 600 of the 1000 are for winners and participants, all of them both: 35 5/17 for each of the
    # 17, and the five units that are left for the first five. Of the 300 for arguments, 150 are
    # for the first place, and nobody has another.
    amounts = [186, *[36] * 4, *[35] * 12]
    assert rewards == dict(zip(ODD, amounts, strict=True))
    assert kept.outcome.undistributed == 1000 - sum(amounts) == 250
    for user, amount in rewards.items():
        credits = {each.reason: each.amount for each in store.points.credits(user)}
        assert credits["reward:é:'%s"] == amount


def test_rewards_of_a_case_are_not_those_of_one_with_a_longer_id(store: SqlStore) -> None:
    """Keys of theirs lie between."""
    cases = ("a", "a:b", "a:0")
    opened(store, *cases)
    for case_id in cases:
        store.contests.vote(case_id, map(vote, ODD[:6]))
    close_cases(store.contests).run(JobContext(clock=lambda: END))
    for case_id in cases:
        found = store.contests.rewards(case_id)
        assert [reward.case_id for reward in found] == [case_id] * 6
        ids = [reward.id for reward in found]
        after = store.contests.rewards(case_id, after=ids[1], limit=3)
        assert [reward.id for reward in after] == sorted(ids)[2:5]


def test_who_takes_part_while_cases_are_closed_counts_or_is_refused(store: SqlStore) -> None:
    """Also where many clients share few connections, in turns."""
    opened(store, "over")
    opened(store, "young", now=NOON + timedelta(hours=1))

    def take_part(number: int) -> int:
        case_id, at = ("over", "young")[number % 2], NOON + timedelta(hours=2)
        try:
            return store.contests.vote(case_id, [vote(f"u{number}", at=at)])
        except RejectedError:
            return 0

    with ThreadPoolExecutor(9) as threads:
        closing = threads.submit(run_jobs, store, END)
        kept = [*threads.map(take_part, range(60))]
        closing.result()
    over = store.contests.case("over")
    assert over is not None
    assert over.outcome is not None
    assert over.outcome.voters == sum(kept[::2]) == store.contests.count_votes("over")
    assert store.contests.count_votes("young") == sum(kept[1::2]) == 30


@pytest.mark.parametrize("bad", ["a\0b", "\ud800"], ids=["NUL", "a lone surrogate"])
def test_what_no_database_can_hold_is_refused_by_name_and_nothing_is_kept(
    store: SqlStore, bad: str
) -> None:
    contests = store.contests
    opened(store, "case")
    good = CaseArgument("good", "eve", "Trust.", NOON)
    contests.argue("case", [good])
    adds: list[tuple[str, Callable[[], int]]] = [
        ("id", lambda: contests.vote("case", [vote("ada"), vote("bob", vote_id=bad)])),
        ("user_id", lambda: contests.vote("case", [vote("ada"), vote(bad, vote_id="2")])),
        ("side", lambda: contests.vote("case", [vote("ada"), vote("bob", bad)])),
        ("author", lambda: contests.argue("case", [attrs.evolve(good, id="2", author=bad)])),
        ("text", lambda: contests.argue("case", [attrs.evolve(good, id="2", text=bad)])),
        ("user_id", lambda: contests.upvote([ArgumentVote("good", bad, NOON)])),
        ("argument_id", lambda: contests.upvote([ArgumentVote(bad, "ada", NOON)])),
    ]
    for field, add in adds:
        with pytest.raises(RejectedError) as caught:
            add()
        assert caught.value.field == field
    assert contests.count_votes("case") == 0
    (standing,) = contests.arguments("case")
    assert (standing.argument, standing.votes) == (good, 0)


@pytest.mark.parametrize(
    ("field", "case"),
    [
        ("id", Case("a\0b", "May a doctor lie?", ["yes", "no"])),
        ("question", Case("case", "a\0b", ["yes", "no"])),
        ("sides", Case("case", "May a doctor lie?", ["no", "a\0b"])),
        ("creator", Case("case", "May a doctor lie?", ["yes", "no"], "a\0b")),
    ],
)
def test_a_case_that_no_database_can_hold_is_refused_by_name(
    store: SqlStore, field: str, case: Case
) -> None:
    with pytest.raises(RejectedError) as caught:
        store.contests.draft(case, *commit(case, "no"), now=NOON)
    assert caught.value.field == field
    assert store.contests.cases() == []

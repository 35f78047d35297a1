"""What any store keeps of a case that closes."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from mainstay import RejectedError
from mainstay.contest import (
    ArgumentVote,
    CaseArgument,
    CaseStatus,
    CaseVote,
    ContestPolicy,
    Verification,
    close_case,
)
from mainstay.ports import CaseClosing, CaseOutcome, DueCase
from mainstay.ports.notices import NOTICE
from mainstay.ports.rewards import REWARD, reward_of
from mainstay.recognition import Argument
from mainstay.scheduling import PlainData
from tests.contests import COMMITMENT_OF_DRAFT, DAY, KEPT, NOON, OPEN, SECRET

END = NOON + DAY
VOTE = CaseVote("1", "bob", "no", NOON)
ARGUMENT = CaseArgument("1", "ada", "So it is.", NOON)
UPVOTE = ArgumentVote("1", "bob", NOON)


def closing(*, other: str = "cyd", pool: int = 1000, notices: bool = False) -> CaseClosing:
    """Bob is right, the other wrong, ada's argument takes the first place, and dan's none."""
    closed = close_case(
        OPEN,
        [VOTE, CaseVote("2", other, "yes", NOON)],
        [ARGUMENT.argument, Argument("2", "dan", NOON), Argument("3", "ada", NOON)],
        [UPVOTE, ArgumentVote("3", "bob", NOON)],
        commitment=COMMITMENT_OF_DRAFT,
        secret=SECRET,
        status=Verification.VERIFIED,
        now=END,
        policy=ContestPolicy(pool=pool),
    )
    return CaseClosing(closed, END, notices)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RejectedError) as caught:
        call()
    return str(caught.value)


def test_an_outcome_counts_who_took_part_and_what_was_split() -> None:
    # bob: 400 + 50 of 200, cyd: 50, ada: 50 + 150 + 90, dan: 50; 60 and the creator's 100 are left
    expected = CaseOutcome(SECRET, END, 2, 1, 4, pool=1000, undistributed=160)
    assert closing().outcome(SECRET) == expected


def test_each_reward_above_0_is_queued() -> None:
    entries = [*closing().entries()]
    assert {entry.kind for entry in entries} == {REWARD}
    paid = {entry.user_id: reward_of(entry).amount for entry in entries}
    assert paid == {"bob": 450, "cyd": 50, "ada": 290, "dan": 50}
    assert {(entry.due_at, reward_of(entry).case_id) for entry in entries} == {(END, "case-7")}
    assert [*closing(pool=0).entries()] == []


def test_everybody_who_took_part_is_told_if_that_is_asked_for() -> None:
    told = [each for each in closing(pool=0, notices=True).entries() if each.kind == NOTICE]
    assert [each.user_id for each in told] == ["ada", "bob", "cyd", "dan"]
    assert told[1].payload == PlainData(
        {"about": "case", "case_id": "case-7", "verdict": "no", "won": True, "points": 0}
    )
    assert [each.payload["won"] for each in told] == [False, True, False, False]


def test_metrics_grow_by_what_people_did() -> None:
    found = [*closing().metrics()]
    assert sorted(found) == [
        ("ada", "participations", 1),
        ("ada", "top_arguments", 2),
        ("bob", "participations", 1),
        ("bob", "votes", 1),
        ("bob", "wins", 1),
        ("cyd", "participations", 1),
        ("cyd", "votes", 1),
        ("dan", "participations", 1),
    ]


def test_metrics_are_of_users_that_can_be_stored() -> None:
    bad = closing(other="a\0b", pool=0)
    assert refused(lambda: [*bad.metrics()]).startswith("user_id can't be stored")


def test_a_due_case_has_its_cases_id_as_its_key() -> None:
    due = DueCase(attrs.evolve(KEPT, case=OPEN), SECRET, [], [], [])
    assert (due.key, due.kept.case.status) == ("case-7", CaseStatus.OPEN)

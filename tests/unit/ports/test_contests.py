"""What any store of contests refuses, in which words, and what it keeps of a case that closes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Any

import attrs
import pytest

from mainstay import (
    CommitmentError,
    IllegalMoveError,
    InvalidTypeError,
    InvalidValueError,
    NaiveDatetimeError,
    RejectedError,
)
from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseArgument,
    CaseStatus,
    CaseVote,
    ContestPolicy,
    Secret,
    Verification,
    close_case,
    commit,
)
from mainstay.ports import CaseClosing, CaseOutcome, DueCase, KeptCase
from mainstay.ports.drafting import (
    COMMITMENT,
    commitment_entry,
    known_case,
    new_case,
    with_status,
)
from mainstay.ports.notices import NOTICE
from mainstay.ports.rewards import REWARD, reward_of
from mainstay.ports.taking import (
    by_id,
    by_voter,
    require_arguments,
    require_new,
    require_upvotes,
    require_votes,
)
from mainstay.recognition import Argument
from mainstay.scheduling import PlainData

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
END = NOON + DAY
DRAFT = Case("case-7", "May a doctor lie?", ["yes", "no"], "ada")
COMMITMENT_, SECRET = commit(DRAFT, "no", bytes(range(32)))
OPEN = DRAFT.opened(NOON, lasting=DAY)
CLOSED = OPEN.closed(END)
KEPT = KeptCase(DRAFT, COMMITMENT_.digest)
VOTE = CaseVote("1", "bob", "no", NOON)
ARGUMENT = CaseArgument("1", "ada", "So it is.", NOON)
UPVOTE = ArgumentVote("1", "bob", NOON)
anything: Any = object()
draft = partial(new_case, slot=None)


def closing(*, other: str = "cyd", pool: int = 1000, notices: bool = False) -> CaseClosing:
    """Bob is right, the other wrong, ada's argument takes the first place, and dan's none."""
    closed = close_case(
        OPEN,
        [VOTE, CaseVote("2", other, "yes", NOON)],
        [ARGUMENT.argument, Argument("2", "dan", NOON), Argument("3", "ada", NOON)],
        [UPVOTE, ArgumentVote("3", "bob", NOON)],
        commitment=COMMITMENT_,
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


def test_a_draft_is_kept_with_its_digest_and_its_slot() -> None:
    expected = KeptCase(DRAFT, COMMITMENT_.digest, Verification.UNVERIFIED, NOON)
    assert new_case(DRAFT, COMMITMENT_, SECRET, slot=NOON) == expected
    assert draft(DRAFT, COMMITMENT_, SECRET) == KEPT
    assert KEPT.commitment == COMMITMENT_


@pytest.mark.parametrize("case", [OPEN, CLOSED])
def test_only_a_draft_is_a_new_case(case: Case) -> None:
    with pytest.raises(IllegalMoveError) as caught:
        draft(case, COMMITMENT_, SECRET)
    expected = f"case is {case.status.value}, and can't become draft, got 'case-7'"
    assert str(caught.value).startswith(expected)


@pytest.mark.parametrize(
    ("case", "secret"),
    [
        (attrs.evolve(DRAFT, id="case-8"), SECRET),
        (attrs.evolve(DRAFT, question="And now?"), SECRET),
        (attrs.evolve(DRAFT, sides=["no", "yes"]), SECRET),
        (DRAFT, Secret("yes", SECRET.nonce)),
        (DRAFT, Secret("no", bytes(32))),
    ],
)
def test_its_secret_opens_the_commitment_to_this_very_case(case: Case, secret: Secret) -> None:
    with pytest.raises(CommitmentError, match="is not opened by its secret"):
        draft(case, COMMITMENT_, secret)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "a\0b"},
        {"question": "a\0b"},
        {"creator": "a\0b"},
        {"creator": "\ud800"},
        {"sides": ["no", "a\0b"]},
    ],
)
def test_its_texts_can_be_stored(changes: dict[str, Any]) -> None:
    case = attrs.evolve(DRAFT, **changes)
    (field,) = changes
    said = refused(partial(draft, case, *commit(case, "no")))
    assert said.startswith(f"{field} can't be stored, got ")


def test_a_case_without_a_creator_is_fine() -> None:
    case = attrs.evolve(DRAFT, creator=None)
    assert draft(case, *commit(case, "no")).case.creator is None


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (("case-7", COMMITMENT_, SECRET), InvalidTypeError),
        ((DRAFT, "ace3", SECRET), InvalidTypeError),
        ((DRAFT, COMMITMENT_, "no"), InvalidTypeError),
    ],
)
def test_what_is_drafted_is_of_the_right_types(given: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        draft(*given)


def test_a_slot_is_an_instant() -> None:
    with pytest.raises(NaiveDatetimeError, match="slot"):
        new_case(DRAFT, COMMITMENT_, SECRET, slot=NOON.replace(tzinfo=None))


def test_a_draft_opens_once_it_is_verified() -> None:
    found = with_status(KEPT, Verification.VERIFIED, now=NOON, lasting=DAY)
    assert found == attrs.evolve(KEPT, case=OPEN, verification=Verification.VERIFIED)


@pytest.mark.parametrize("case", [DRAFT, OPEN, CLOSED])
@pytest.mark.parametrize("status", Verification)
def test_all_else_only_keeps_how_a_commitment_stands(case: Case, status: Verification) -> None:
    kept = attrs.evolve(KEPT, case=case)
    if case is not DRAFT or status is not Verification.VERIFIED:
        found = with_status(kept, status, now=NOON + 9 * DAY, lasting=2 * DAY)
        assert found == attrs.evolve(kept, verification=status)


def test_how_it_stands_is_one_of_four_words() -> None:
    with pytest.raises(InvalidValueError, match="status must be one of"):
        with_status(KEPT, anything, now=NOON, lasting=DAY)


def test_the_entry_of_a_commitment_says_what_to_publish_and_not_the_verdict() -> None:
    entry = commitment_entry(KEPT, at=NOON)
    assert (entry.key, entry.kind, entry.user_id) == ("verdict:case-7", COMMITMENT, None)
    assert entry.payload == PlainData({"case_id": "case-7", "digest": COMMITMENT_.digest})
    assert entry.due_at == NOON


def test_a_case_is_known_by_its_commitment_and_its_creator() -> None:
    opened = attrs.evolve(KEPT, case=OPEN, verification=Verification.VERIFIED, slot=NOON)
    assert known_case(opened, KEPT) is opened
    other = attrs.evolve(KEPT, digest="0" * 64)
    by_another = attrs.evolve(KEPT, case=attrs.evolve(DRAFT, creator="bob"))
    for new in (other, by_another):
        said = refused(partial(known_case, opened, new))
        assert said == (
            "id is there already, with other contents, got 'case-7'. "
            "Give each an id of its own; what was kept does not change."
        )


def test_votes_are_told_by_their_ids() -> None:
    again = attrs.evolve(VOTE, at=NOON.astimezone(timezone(timedelta(hours=2))))
    second = attrs.evolve(VOTE, id="2")
    assert by_id("votes", [VOTE, second, again], CaseVote) == {"1": VOTE, "2": second}
    assert by_id("arguments", iter([ARGUMENT]), CaseArgument) == {"1": ARGUMENT}
    assert by_id("votes", [], CaseVote) == {}


def test_two_of_one_id_must_not_differ() -> None:
    both = [VOTE, attrs.evolve(VOTE, side="yes")]
    said = refused(partial(by_id, "votes", both, CaseVote))
    assert said.startswith("id is there already, with other contents, got '1'")


@pytest.mark.parametrize("bad", ["a\0b", "\ud800"])
def test_texts_of_what_is_added_can_be_stored(bad: str) -> None:
    for field in ("id", "user_id", "side"):
        vote = attrs.evolve(VOTE, **{field: bad})  # type: ignore[arg-type]  # any text
        said = refused(partial(by_id, "votes", [vote], CaseVote))
        assert said.startswith(f"{field} can't be stored")
    for field in ("id", "author", "text"):
        argument = attrs.evolve(ARGUMENT, **{field: bad})  # type: ignore[arg-type]  # any text
        said = refused(partial(by_id, "arguments", [argument], CaseArgument))
        assert said.startswith(f"{field} can't be stored")
    for field in ("argument_id", "user_id"):
        upvote = attrs.evolve(UPVOTE, **{field: bad})  # type: ignore[arg-type]  # any text
        assert refused(partial(by_voter, [upvote])).startswith(f"{field} can't be stored")


@pytest.mark.parametrize("given", [VOTE, "1", [ARGUMENT], ["1"], [None]])
def test_what_is_added_is_several_of_a_type(given: Any) -> None:
    with pytest.raises(InvalidTypeError, match="votes must be"):
        by_id("votes", given, CaseVote)
    with pytest.raises(InvalidTypeError, match="votes must be"):
        by_voter(given)


def test_only_what_is_not_there_is_new() -> None:
    second = attrs.evolve(VOTE, id="2")
    assert require_new({"1": VOTE, "2": second}, {"1": VOTE}) == {"2": second}
    assert require_new({"1": VOTE}, {"1": VOTE, "2": second}) == {}
    other = attrs.evolve(VOTE, user_id="cyd")
    said = refused(partial(require_new, {"2": second, "1": other}, {"1": VOTE}))
    assert said.startswith("id is there already, with other contents, got '1'")


@pytest.mark.parametrize(
    ("at", "taken"),
    [(NOON - MICROSECOND, False), (NOON, True), (END - MICROSECOND, True), (END, False)],
)
def test_a_case_takes_what_is_in_its_time(at: datetime, taken: bool) -> None:
    calls = [
        partial(require_votes, OPEN, [VOTE, attrs.evolve(VOTE, at=at)]),
        partial(require_arguments, OPEN, [attrs.evolve(ARGUMENT, at=at)]),
        partial(require_upvotes, [attrs.evolve(UPVOTE, at=at)], {"1": (OPEN, "ada")}),
    ]
    for call in calls:
        if taken:
            call()
        else:
            written = at.isoformat().replace("+00:00", "Z")
            assert refused(call) == (
                "at must be from 2024-05-01T12:00:00Z to before 2024-05-02T12:00:00Z, "
                f"got '{written}'. That is when case-7 is open."
            )


@pytest.mark.parametrize("case", [DRAFT, CLOSED])
def test_only_an_open_case_takes_anything(case: Case) -> None:
    calls = [
        partial(require_votes, case, [VOTE]),
        partial(require_arguments, case, [ARGUMENT]),
        partial(require_upvotes, [UPVOTE], {"1": (case, "ada")}),
    ]
    for call in calls:
        assert refused(call) == (
            f"case is {case.status.value}, and takes neither votes nor arguments, "
            "got 'case-7'. Only one that is open does."
        )
    require_votes(case, [])
    require_arguments(case, [])


def test_a_vote_is_for_a_side_of_the_case() -> None:
    said = refused(partial(require_votes, OPEN, [attrs.evolve(VOTE, side="maybe")]))
    assert said == "side must be one of 'yes', 'no', got 'maybe'. These are the sides of case-7."


def test_a_vote_is_for_an_argument_that_is_there() -> None:
    said = refused(partial(require_upvotes, [UPVOTE], {"2": (OPEN, "ada")}))
    assert said.startswith("argument_id is not an argument that is there, got '1'")


def test_nobody_votes_for_their_own_argument() -> None:
    said = refused(partial(require_upvotes, [UPVOTE], {"1": (OPEN, "bob")}))
    assert said == (
        "user_id must not be the author of the argument, got 'bob'. Others vote for an argument."
    )


def test_of_a_users_votes_for_an_argument_the_first_is_kept() -> None:
    later, other = attrs.evolve(UPVOTE, at=END), attrs.evolve(UPVOTE, argument_id="2")
    found = by_voter([UPVOTE, later, other])
    assert found == {("1", "bob"): UPVOTE, ("2", "bob"): other}


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

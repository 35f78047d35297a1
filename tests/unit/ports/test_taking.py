"""What a case takes: what any store refuses, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Any

import attrs
import pytest

from mainstay import InvalidTypeError, RejectedError
from mainstay.contest import ArgumentVote, Case, CaseArgument, CaseVote
from mainstay.ports.taking import (
    by_id,
    by_voter,
    require_arguments,
    require_new,
    require_upvotes,
    require_votes,
)

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
END = NOON + DAY
DRAFT = Case("case-7", "May a doctor lie?", ["yes", "no"], "ada")
OPEN = DRAFT.opened(NOON, lasting=DAY)
CLOSED = OPEN.closed(END)
VOTE = CaseVote("1", "bob", "no", NOON)
ARGUMENT = CaseArgument("1", "ada", "So it is.", NOON)
UPVOTE = ArgumentVote("1", "bob", NOON)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(RejectedError) as caught:
        call()
    return str(caught.value)


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

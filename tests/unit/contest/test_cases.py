"""Cases: what they may be, how they move on, and what counts when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from mainstay import IllegalMoveError, InvalidTypeError, InvalidValueError, NaiveDatetimeError
from mainstay.contest import ArgumentVote, Case, CaseArgument, CaseStatus, CaseVote, Reward
from mainstay.recognition import Argument

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
HOUR, DAY, MICROSECOND = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)
QUESTION = "May a doctor lie to spare a patient?"
DRAFT = Case("case-0001", QUESTION, ["yes", "no"])
OPEN = DRAFT.opened(NOON, lasting=DAY)
CLOSED = OPEN.closed(NOON + DAY)
any_case: Any = Case
evolve: Any = attrs.evolve


def test_a_case_goes_from_draft_to_open_to_closed() -> None:
    assert DRAFT.status is CaseStatus.DRAFT
    assert (DRAFT.opens_at, DRAFT.closes_at) == (None, None)
    assert Case("case-0001", QUESTION, ("yes", "no"), None, "open", NOON, NOON + DAY) == OPEN
    assert attrs.evolve(OPEN, status=CaseStatus.CLOSED) == CLOSED


MOVES: dict[str, Callable[[Case], Case]] = {
    "open": lambda case: case.opened(NOON, lasting=DAY),
    "closed": lambda case: case.closed(NOON + DAY),
}
#: Every move but the two that there are.
ILLEGAL = [(OPEN, "open"), (CLOSED, "open"), (DRAFT, "closed"), (CLOSED, "closed")]


@pytest.mark.parametrize(("case", "move"), ILLEGAL)
def test_no_other_move_is_made(case: Case, move: str) -> None:
    before = {"open": "draft", "closed": "open"}[move]
    with pytest.raises(IllegalMoveError) as caught:
        MOVES[move](case)
    assert str(caught.value) == (
        f"case is {case.status.value}, and can't become {move}, got 'case-0001'. "
        f"Only one that is {before} does."
    )


def test_it_closes_at_the_microsecond_at_which_voting_ends() -> None:
    with pytest.raises(IllegalMoveError) as caught:
        OPEN.closed(NOON + DAY - MICROSECOND)
    assert str(caught.value) == (
        "case is open until 2024-05-02T12:00:00Z, and can't become closed before, "
        "got 'case-0001'. Close it then."
    )
    assert OPEN.closed(NOON + DAY).status is CaseStatus.CLOSED
    assert OPEN.closed(NOON + 300 * DAY) == CLOSED


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (NOON - MICROSECOND, False),
        (NOON, True),
        (NOON + DAY - MICROSECOND, True),
        (NOON + DAY, False),
    ],
)
def test_what_is_done_counts_from_opening_to_just_before_closing(
    at: datetime, counts: bool
) -> None:
    assert OPEN.takes_at(at) is counts
    assert CLOSED.takes_at(at) is counts
    assert not DRAFT.takes_at(at)


def test_an_instant_is_the_same_at_any_offset() -> None:
    assert OPEN.takes_at(datetime.fromisoformat("2024-05-01T14:00:00+02:00"))
    assert not OPEN.takes_at(datetime.fromisoformat("2024-05-01T13:59:59.999999+02:00"))


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(NaiveDatetimeError):
        OPEN.takes_at(NOON.replace(tzinfo=None))


def test_a_case_that_is_no_draft_has_a_span() -> None:
    assert OPEN.span() == CLOSED.span() == (NOON, NOON + DAY)
    with pytest.raises(InvalidValueError, match="of a case that is not a draft"):
        DRAFT.span()


COLLIDING = [
    "case-0001:reversed:1",
    "case-0001:again:1",
    "a:again:0012345678901234567890",
    ":reversed:7",
]


@pytest.mark.parametrize("name", COLLIDING)
@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("id", lambda name: Case(name, QUESTION, ["yes", "no"])),
        ("case_id", lambda name: Reward("3f1c", "ada", name, 1)),
    ],
)
def test_no_id_makes_one_reward_s_reason_another_s_reversal(
    name: str, field: str, make: Callable[[str], object]
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        make(name)
    assert str(caught.value) == (
        f"{field} must not end in ':reversed:' or ':again:' and a number, got {name!r}. "
        "The reasons of rewards that were taken back end so."
    )


@pytest.mark.parametrize("name", ["a:again", "a:again:", "again:1", "a:again:1b", "a:again:1\n"])
def test_other_ids_that_look_like_it_are_taken(name: str) -> None:
    """No reason of a reward that was taken back ends so."""
    assert Case(name, QUESTION, ["yes", "no"]).id == name
    assert Reward("3f1c", "ada", name, 1).case_id == name


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Case("", QUESTION, ["yes", "no"]), "id must not be empty, got ''."),
        (lambda: Case("c", "", ["yes", "no"]), "question must not be empty, got ''."),
        (lambda: any_case(7, QUESTION, ["yes", "no"]), "id must be a string, got 7."),
        (
            lambda: Case("c", QUESTION, "no"),
            "sides must be several, such as a list of them, got 'no'. Put a single one in a list.",
        ),
        (lambda: Case("c", QUESTION, ["yes", ""]), "sides must not be empty, got ''."),
        (lambda: any_case("c", QUESTION, ["yes", 2]), "sides must be a string, got 2."),
        (
            lambda: Case("c", QUESTION, ["no", "no"]),
            "sides must be at least two, and all different, got ('no', 'no'). "
            "Such as ('yes', 'no').",
        ),
        (
            lambda: Case("c", QUESTION, {"yes"}),
            "sides must be in an order, such as that of a list, got {'yes'}. "
            "Such as ('yes', 'no').",
        ),
        (
            lambda: Case("c", QUESTION, []),
            "sides must be at least two, and all different, got (). Such as ('yes', 'no').",
        ),
        (
            lambda: Case("c", QUESTION, ["yes", "no"], creator=""),
            "creator must not be empty, got ''.",
        ),
        (
            lambda: Case("c", QUESTION, ["yes", "no"], status="over"),
            "status must be one of 'draft', 'open', 'closed', got 'over'.",
        ),
        (
            lambda: evolve(DRAFT, closes_at=NOON),
            f"closes_at must be left out of a draft, got {NOON!r}. "
            "Voting begins once the commitment is on the ledger.",
        ),
        (
            lambda: evolve(OPEN, status="draft"),
            f"opens_at must be left out of a draft, got {NOON!r}. "
            "Voting begins once the commitment is on the ledger.",
        ),
        *[
            (
                lambda changed=changed: evolve(OPEN, **changed),
                "opens_at and closes_at must be two instants, the second later, "
                "of a case that is not a draft, got (",
            )
            for changed in (
                {"opens_at": None},
                {"closes_at": None},
                {"closes_at": NOON},
                {"status": "closed", "opens_at": NOON + 2 * DAY},
            )
        ],
        (
            lambda: evolve(OPEN, opens_at="noon"),
            "opens_at must be an aware datetime, got 'noon'. "
            "Such as datetime(2024, 5, 1, 12, tzinfo=UTC).",
        ),
        (
            lambda: DRAFT.opened(NOON, lasting=timedelta(0)),
            "lasting must be above 0, and at most 11,574 days, got datetime.timedelta(0). "
            "Such as timedelta(hours=24).",
        ),
        (
            lambda: DRAFT.opened(NOON, lasting=timedelta.max),
            "lasting must be above 0, and at most 11,574 days, got datetime.timedelta(",
        ),
        (
            lambda: DRAFT.opened(datetime(9998, 1, 1, tzinfo=UTC), lasting=11_000 * DAY),
            "lasting must not lead beyond the year 9998, got datetime.timedelta(days=11000).",
        ),
    ],
)
def test_what_cannot_be_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        call()
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: any_case("c", QUESTION, 7), "sides"),
        (lambda: evolve(DRAFT, question=7), "question"),
        (lambda: DRAFT.opened("noon", lasting=DAY), "at"),  # type: ignore[arg-type]  # refused
        (lambda: DRAFT.opened(NOON, lasting=24), "lasting"),  # type: ignore[arg-type]  # refused
        (lambda: OPEN.closed(7), "at"),  # type: ignore[arg-type]  # refused
    ],
)
def test_what_is_of_another_type_is_refused(call: Callable[[], object], field: str) -> None:
    with pytest.raises(InvalidTypeError) as caught:
        call()
    assert caught.value.field == field


VOTE = CaseVote("v-1", "ada", "no", NOON)
WRITTEN = CaseArgument("a-1", "gil", "Trust is worth more.", NOON)
UPVOTE = ArgumentVote("a-1", "bob", NOON)


@pytest.mark.parametrize(
    ("value", "field"),
    [(one, field.name) for one in (VOTE, WRITTEN, UPVOTE) for field in attrs.fields(type(one))],
)
def test_a_vote_or_an_argument_lacks_nothing(value: object, field: str) -> None:
    bad: list[object] = ["noon", NOON.replace(tzinfo=None)] if field == "at" else ["", 7]
    for wrong in bad:
        with pytest.raises(InvalidValueError) as caught:
            evolve(value, **{field: wrong})
        assert (caught.value.field, caught.value.value) == (field, wrong)


def test_what_is_counted_of_an_argument_is_who_wrote_it_and_when() -> None:
    assert WRITTEN.argument == Argument("a-1", "gil", NOON)

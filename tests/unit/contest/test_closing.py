"""Closing a case: the splits of SPEC §6, what counts, and every refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from mainstay import CommitmentError, IllegalMoveError, InvalidTypeError, InvalidValueError
from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseStatus,
    CaseVote,
    ClosedCase,
    ContestPolicy,
    Secret,
    close_case,
    commit,
)
from mainstay.recognition import Argument, RewardPolicy

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
HOUR, DAY, MICROSECOND = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)
DRAFT = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
NONCE = bytes(range(32))
COMMITMENT, SECRET = commit(DRAFT, "no", NONCE)
OPEN = DRAFT.opened(NOON, lasting=DAY)
END = NOON + DAY
HUNDRED = [f"u{n:03}" for n in range(100)]
any_close: Any = close_case
evolve: Any = attrs.evolve


def closed(
    votes: Sequence[CaseVote] = (),
    arguments: Sequence[Argument] = (),
    argument_votes: Sequence[ArgumentVote] = (),
    **changed: object,
) -> ClosedCase:
    given = {"case": OPEN, "commitment": COMMITMENT, "secret": SECRET, "status": "verified"}
    given |= {"now": END, **changed}
    made = any_close(votes=votes, arguments=arguments, argument_votes=argument_votes, **given)
    assert isinstance(made, ClosedCase)
    return made


def votes(right: str = "", wrong: str = "") -> list[CaseVote]:
    sides = dict.fromkeys(right.split(), "no") | dict.fromkeys(wrong.split(), "yes")
    return [CaseVote(f"v-{user}", user, side, NOON) for user, side in sides.items()]


def argument(author: str, at: datetime = NOON) -> Argument:
    return Argument(f"a-{author}", author, at)


def upvotes(author: str, count: int) -> list[ArgumentVote]:
    """Votes by others, who take no part in the case themselves."""
    return [ArgumentVote(f"a-{author}", f"reader-{n}", NOON) for n in range(count)]


def shared(case: ClosedCase) -> tuple[dict[str, int], int]:
    return dict(case.split.awards), case.split.undistributed


def test_the_first_vector_of_the_contract() -> None:
    found = closed(votes("ada", "bob"), policy=ContestPolicy(pool=1))
    assert shared(found) == ({"ada": 1, "bob": 0}, 0)
    assert (found.verdict, found.winners, found.voters) == ("no", ("ada",), ("ada", "bob"))


def test_the_second_vector_of_the_contract() -> None:
    found = closed(votes("", "ada bob cyd"), policy=ContestPolicy(pool=100))
    assert shared(found) == ({"ada": 7, "bob": 7, "cyd": 6}, 80)
    assert (found.winners, found.top) == ((), ())


def test_the_third_vector_of_the_contract() -> None:
    found = closed(
        votes("ada bob dan fay", "cyd eve"),
        [argument("ada"), argument("cyd", NOON + HOUR), argument("gil")],
        [*upvotes("gil", 5), *upvotes("cyd", 5)],
        policy=ContestPolicy(pool=1001),
    )
    right = dict.fromkeys(["ada", "bob", "dan", "fay"], 129)
    assert shared(found) == ({**right, "cyd": 118, "eve": 28, "gil": 179}, 160)
    assert found.winners == ("ada", "bob", "dan", "fay")
    assert found.voters == ("ada", "bob", "cyd", "dan", "eve", "fay")
    assert found.top == (
        Argument("a-gil", "gil", NOON, 5),
        Argument("a-cyd", "cyd", NOON + HOUR, 5),
    )


def test_as_plain_data_it_has_the_verdict_and_the_split() -> None:
    """Of 1000: 400 for ada, 150 for gil's place, 200/3 for each; ada and bob are rounded up."""
    found = closed(votes("ada", "bob"), [argument("gil")], upvotes("gil", 1))
    assert found.to_dict() == {
        "case_id": "case-0001",
        "verdict": "no",
        "winners": ["ada"],
        "voters": ["ada", "bob"],
        "top": [{"id": "a-gil", "author": "gil", "votes": 1}],
        "pool": 1000,
        "awards": {"ada": 467, "bob": 67, "gil": 216},
        "undistributed": 250,
        "explanations": [part.text for part in found.split.explanations],
    }


def test_the_fourth_vector_of_the_contract() -> None:
    wrong = [user for n, user in enumerate(HUNDRED) if n % 3]
    found = closed(
        votes(" ".join(HUNDRED[::3]), " ".join(wrong)),
        [argument(user) for user in HUNDRED[:3]],
        [vote for user, n in zip(HUNDRED, (9, 8, 7), strict=False) for vote in upvotes(user, n)],
        case=attrs.evolve(OPEN, creator="u000"),
        policy=ContestPolicy(pool=999),
    )
    expected = dict.fromkeys(HUNDRED, 2)
    expected |= dict.fromkeys(HUNDRED[3:76:3], 14) | dict.fromkeys(HUNDRED[78::3], 13)
    expected |= {"u000": 263, "u001": 92, "u002": 62}
    assert shared(found) == (expected, 0)


def test_the_pool_and_the_shares_are_the_policy_s() -> None:
    """By default 1000; 400 to who is right, 200 to who took part."""
    assert shared(closed(votes("ada"))) == ({"ada": 600}, 400)
    shares = RewardPolicy(winners=100, arguments=0, participants=0, creator=0)
    policy = ContestPolicy(pool=10, rewards=shares)
    assert shared(closed(votes("ada", "bob"), policy=policy)) == ({"ada": 10, "bob": 0}, 0)


def test_a_case_may_be_closed_without_anybody() -> None:
    found = closed()
    assert shared(found) == ({}, 1000)
    assert found.case == attrs.evolve(OPEN, status=CaseStatus.CLOSED)


@pytest.mark.parametrize(
    ("several", "winners"),
    [
        ([("1", "no", NOON), ("2", "yes", NOON + HOUR)], ("ada",)),
        ([("1", "no", NOON + HOUR), ("2", "yes", NOON)], ()),
        ([("1", "no", NOON), ("2", "yes", NOON)], ("ada",)),
        ([("2", "no", NOON), ("1", "yes", NOON)], ()),
        ([("10", "no", NOON), ("9", "yes", NOON)], ("ada",)),
        ([("1", "no", NOON - MICROSECOND), ("2", "yes", NOON)], ()),
        ([("1", "perhaps", NOON), ("2", "no", NOON + HOUR)], ("ada",)),
        ([("1", "yes", END), ("2", "no", END - MICROSECOND)], ("ada",)),
        ([("1", "yes", NOON), ("2", "no", datetime.fromisoformat("2024-05-01T13:59+02:00"))], ()),
    ],
)
def test_of_a_user_s_votes_the_earliest_that_counts_does(
    several: list[tuple[str, str, datetime]], winners: tuple[str, ...]
) -> None:
    """At one instant, that with the smaller id, which is a text."""
    made = [CaseVote(id_, "ada", side, at) for id_, side, at in several]
    assert closed(made).winners == closed(made[::-1]).winners == winners
    assert closed(made).voters == ("ada",)


@pytest.mark.parametrize("at", [NOON - MICROSECOND, END, END + DAY])
def test_who_comes_too_early_or_too_late_takes_no_part(at: datetime) -> None:
    late = CaseVote("v-1", "ada", "no", at)
    found = closed([late], [argument("gil", at)], upvotes("gil", 1))
    assert (found.voters, found.top, shared(found)) == ((), (), ({}, 1000))


def test_a_vote_for_no_side_of_the_case_is_passed_over() -> None:
    assert closed([CaseVote("v-1", "ada", "perhaps", NOON)]).voters == ()


@pytest.mark.parametrize(
    "vote",
    [
        ArgumentVote("a-gil", "gil", NOON),
        ArgumentVote("a-gil", "bob", NOON - MICROSECOND),
        ArgumentVote("a-gil", "bob", END),
        ArgumentVote("a-hal", "bob", NOON),
    ],
)
def test_a_vote_for_one_s_own_argument_outside_the_span_or_for_none_is_passed_over(
    vote: ArgumentVote,
) -> None:
    found = closed([], [argument("gil")], [vote])
    assert found.top == ()
    assert found.split.participants == {"gil"}


def test_who_votes_twice_for_an_argument_counts_once() -> None:
    twice = [ArgumentVote("a-gil", "bob", NOON), ArgumentVote("a-gil", "bob", NOON + HOUR)]
    found = closed([], [argument("gil")], twice)
    assert [one.votes for one in found.top] == [1]


def test_what_an_argument_says_of_its_votes_is_not_believed() -> None:
    assert closed([], [attrs.evolve(argument("gil"), votes=99)]).top == ()


def test_four_arguments_have_three_places() -> None:
    ranked = [vote for n, user in enumerate("abcd") for vote in upvotes(user, 4 - n)]
    found = closed([], [argument(user) for user in "dcba"], ranked)
    assert [(one.author, one.votes) for one in found.top] == [("a", 4), ("b", 3), ("c", 2)]


def test_a_vote_that_is_given_again_changes_nothing() -> None:
    once = closed(votes("ada", "bob"), [argument("gil")], upvotes("gil", 2))
    again = closed(
        votes("ada", "bob") * 2, [argument("gil"), argument("gil")], upvotes("gil", 2) * 3
    )
    assert again == once


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("id in votes", [votes("ada") + [CaseVote("v-ada", "bob", "no", NOON)]]),
        ("id in arguments", [[], [argument("gil"), Argument("a-gil", "hal", NOON)]]),
    ],
)
def test_two_that_differ_do_not_have_one_id(field: str, given: list[Any]) -> None:
    with pytest.raises(InvalidValueError) as caught:
        closed(*given)
    assert str(caught.value).startswith(f"{field} is of two that differ, got ")
    assert caught.value.remedy == "Give each an id of its own."


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"case": DRAFT},
            "case is draft, and can't become closed, got 'case-0001'. Only one that is open does.",
        ),
        (
            {"case": OPEN.closed(END)},
            "case is closed, and can't become closed, got 'case-0001'. Only one that is open does.",
        ),
        (
            {"now": END - MICROSECOND},
            "case is open until 2024-05-02T12:00:00Z, and can't become closed before, "
            "got 'case-0001'. Close it then.",
        ),
    ],
)
def test_only_a_case_that_is_open_and_over_closes(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(IllegalMoveError) as caught:
        closed(votes("ada"), **changed)
    assert str(caught.value) == message


@pytest.mark.parametrize("status", ["unverified", "contradicted", "missing"])
def test_only_a_verified_commitment_closes_a_case(status: str) -> None:
    with pytest.raises(CommitmentError) as caught:
        closed(votes("ada"), status=status)
    assert str(caught.value) == (
        f"the commitment of a case is {status}, got 'case-0001'. "
        "Nothing is shown and nobody is paid unless the ledger has it."
    )


FAILS = "is not opened by its secret"
MOVED = "is to another case, question or sides"


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"secret": Secret("yes", NONCE)}, FAILS),
        ({"secret": Secret("no", bytes(32))}, FAILS),
        ({"commitment": attrs.evolve(COMMITMENT, digest="0" * 64)}, FAILS),
        ({"commitment": commit(evolve(DRAFT, id="case-0002"), "no", NONCE)[0]}, MOVED),
        ({"commitment": commit(evolve(DRAFT, question="May she?"), "no", NONCE)[0]}, MOVED),
        ({"commitment": commit(evolve(DRAFT, sides=["no", "yes"]), "no", NONCE)[0]}, MOVED),
        ({"case": evolve(OPEN, question="May a doctor lie?")}, MOVED),
        ({"case": evolve(OPEN, sides=["yes", "no", "perhaps"])}, MOVED),
        ({"case": evolve(OPEN, id="case-0002")}, MOVED),
    ],
)
def test_what_does_not_open_the_case_s_own_commitment_closes_nothing(
    changed: dict[str, Any], problem: str
) -> None:
    with pytest.raises(CommitmentError) as caught:
        closed(votes("ada"), **changed)
    assert caught.value.problem == problem


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"case": "case-0001"}, "case"),
        ({"votes": None}, "votes"),
        ({"votes": ["ada"]}, "votes"),
        ({"arguments": 7}, "arguments"),
        ({"arguments": votes("ada")}, "arguments"),
        ({"argument_votes": "a-1"}, "argument_votes"),
        ({"argument_votes": votes("ada")}, "argument_votes"),
        ({"commitment": COMMITMENT.digest}, "commitment"),
        ({"now": "noon"}, "now"),
        ({"policy": RewardPolicy()}, "policy"),
        ({"secret": b"no"}, "secret"),
    ],
)
def test_what_is_of_another_type_is_refused(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidTypeError) as caught:
        closed(**changed)
    assert caught.value.field == field


def test_an_unknown_status_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="status must be one of 'unverified', "):
        closed(status="seen")


FULL = closed(votes("ada bob", "cyd"), [argument("gil"), argument("hal")], [*upvotes("gil", 2)])


@pytest.mark.parametrize(
    ("changed", "field", "problem"),
    [
        ({"case": OPEN}, "case", "must be closed"),
        ({"case": "case-0001"}, "case", "must be of type Case"),
        ({"verdict": "perhaps"}, "verdict", "must be a side of the case"),
        ({"verdict": ""}, "verdict", "must not be empty"),
        ({"winners": ("ada",)}, "winners", "must be those of the split"),
        ({"winners": ("bob", "ada")}, "winners", "must be those of the split"),
        ({"winners": ["ada", "bob"]}, "winners", "must be of type tuple"),
        ({"top": ()}, "top", "must be by the authors in the split"),
        ({"top": (argument("hal"),)}, "top", "must be by the authors in the split"),
        ({"top": ("gil",)}, "top", "must be of type Argument"),
        ({"split": 1000}, "split", "must be of type RewardSplit"),
        ({"voters": ("ada", "cyd")}, "voters", "must have taken part"),
        ({"voters": ("ada", "bob", "zoe")}, "voters", "must have taken part"),
        ({"voters": ("bob", "ada", "cyd")}, "voters", "must be sorted, and each there once"),
        ({"voters": ("ada", "ada", "bob")}, "voters", "must be sorted, and each there once"),
        ({"voters": ("ada", "")}, "voters[1]", "must not be empty"),
        ({"voters": "ada"}, "voters", "must be of type tuple"),
    ],
    ids=str,
)
def test_a_closed_case_does_not_contradict_itself(
    changed: dict[str, object], field: str, problem: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        evolve(FULL, **changed)
    assert (caught.value.field, caught.value.problem) == (field, problem)


def test_nothing_is_read_before_it_is_known_that_the_case_may_close() -> None:
    """A page of votes may be long."""

    def unread() -> Any:
        raise AssertionError
        yield

    refused: list[Callable[[], object]] = [
        lambda: closed(unread(), case=DRAFT),
        lambda: closed(unread(), status="missing"),
        lambda: closed(unread(), secret=Secret("yes", NONCE)),
    ]
    for call in refused:
        with pytest.raises(InvalidValueError):
            call()

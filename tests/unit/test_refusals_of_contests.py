"""What contests refuse, in full: field, problem, value and, if need be, the remedy.

What cases and rewards refuse is beside their other tests; nothing here shows a secret.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mainstay import ChainError, InvalidValueError
from mainstay.contest import (
    GENESIS,
    ArgumentVote,
    Case,
    CaseArgument,
    CaseVote,
    ChainHead,
    Commitment,
    ContestPolicy,
    LedgerEntry,
    Secret,
    commit,
    verified,
    verify_chain,
)

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
NAIVE = NOON.replace(tzinfo=None)
CASE = Case("c", "Why?", ["yes", "no"])
NONCE = bytes(32)
SHA = "0123456789abcdef" * 4
HEX = "Pass sha256(...).hexdigest()."
SUCH_AS = "Such as datetime(2024, 5, 1, 12, tzinfo=UTC)."
ENTRY = LedgerEntry(sequence=1, at=NOON, key="a", payload="b", previous=GENESIS)
BERLIN = "Say where it was read: value.replace(tzinfo=ZoneInfo('Europe/Berlin'))."


def call(
    function: Callable[..., object], *given: object, **options: object
) -> Callable[[], object]:
    return lambda: function(*given, **options)


def entry(**changed: object) -> Callable[[], object]:
    fields: dict[str, Any] = {"sequence": 1, "at": NOON, "key": "a", "payload": "b"}
    return call(LedgerEntry, **(fields | {"previous": GENESIS} | changed))


REFUSALS: list[tuple[Callable[[], object], object, str]] = [
    (call(CaseVote, "", "ada", "no", NOON), "", "id must not be empty, got ''."),
    (call(CaseVote, "v", "ada", 1, NOON), 1, "side must be a string, got 1."),
    (
        call(CaseVote, "v", "ada", "no", NAIVE),
        NAIVE,
        f"at has no UTC offset, got {NAIVE!r}. {BERLIN}",
    ),
    (call(CaseArgument, "a", "gil", "", NOON), "", "text must not be empty, got ''."),
    (call(CaseArgument, "a", None, "So.", NOON), None, "author must be a string, got None."),
    (
        call(ArgumentVote, "a", "bob", "noon"),
        "noon",
        f"at must be an aware datetime, got 'noon'. {SUCH_AS}",
    ),
    (
        call(Commitment, "c", "Why?", ["yes", "no"], SHA[1:]),
        SHA[1:],
        f"digest must be 64 hex digits in lower case, got '{SHA[1:]}'. {HEX}",
    ),
    (
        call(Commitment, "c", "Why?", "yes", SHA),
        "yes",
        "sides must be several, such as a list of them, got 'yes'. Put a single one in a list.",
    ),
    (
        call(Secret, 1, NONCE),
        None,
        "verdict must be a string. Give one of the case's sides.",
    ),
    (
        call(Secret, "", NONCE),
        None,
        "verdict must not be empty, nor hold a lone surrogate. Give one of the case's sides.",
    ),
    (
        call(Secret, "no", NONCE.hex()),
        None,
        "nonce must be 32 bytes. Leave it out for random ones.",
    ),
    (
        call(commit, CASE, "no", b""),
        None,
        "nonce must be 32 bytes. Leave it out for random ones.",
    ),
    (call(commit, "c", "no"), None, "case must be of type Case."),
    (
        call(commit, CASE, "perhaps"),
        None,
        "verdict is not a side of the case. Its sides are ('yes', 'no').",
    ),
    (
        call(commit, Case("c", "Wh\ud800?", ["yes", "no"]), "no"),
        "Wh\ud800?",
        "question must not hold a lone surrogate, got 'Wh\\ud800?'. "
        "Decode the text with errors='strict'.",
    ),
    (
        call(ContestPolicy, pool=-1),
        -1,
        "pool must be between 0 and 9007199254740991, got -1. Give 0 if there is nothing to split.",
    ),
    (
        call(ContestPolicy, lost_after=timedelta(0)),
        timedelta(0),
        "lost_after must be above 0, and at most 11,574 days, got datetime.timedelta(0). "
        "Such as timedelta(hours=24).",
    ),
    (
        call(ContestPolicy, confirmations=13),
        12,
        "final must not be below confirmations, 13, got 12. "
        "What counts as paid is watched until it is final.",
    ),
    (call(verified, 7, None), 7, "digest must be a string, got 7."),
    (entry(sequence=0), 0, "sequence must be at least 1, got 0."),
    (entry(at="noon"), "noon", f"at must be an aware datetime, got 'noon'. {SUCH_AS}"),
    (entry(key=""), "", "key must not be empty, got ''."),
    (
        entry(previous="0"),
        "0",
        f"previous must be 64 hex digits in lower case, got '0'. {HEX}",
    ),
    (
        entry(payload="\udfff"),
        "\udfff",
        "payload must not hold a lone surrogate, got '\\udfff'. "
        "Decode the text with errors='strict'.",
    ),
    (
        entry(digest="ABC"),
        "ABC",
        f"digest must be 64 hex digits in lower case, got 'ABC'. {HEX}",
    ),
    (
        call(ChainHead.parse, "1-2"),
        "1-2",
        "head must be N:HASH, a length and 64 hex digits in lower case, got '1-2'. "
        "Give it as it was noted.",
    ),
    (call(ChainHead.parse, 7), 7, "head must be a string, got 7."),
    (
        call(ChainHead, 0, SHA),
        SHA,
        f"digest must be 64 zeros of a chain without entries, got '{SHA}'. "
        "ChainHead() is the head of such a chain.",
    ),
    (
        call(verify_chain, ENTRY),
        ENTRY,
        "entries must be several, such as a list of them, got ",
    ),
    (call(verify_chain, [7]), 7, "entries must be of type LedgerEntry, got 7."),
    (
        call(verify_chain, [], expect=SHA),
        SHA,
        f"expect must be of type ChainHead, got '{SHA}'.",
    ),
    (
        call(verify_chain, [], known=[SHA]),
        [SHA],
        f"known must be a mapping, got ['{SHA}']. Such as a dict.",
    ),
    (
        call(verify_chain, [], known={"r": "x"}),
        "x",
        f"known['r'] must be 64 hex digits in lower case, got 'x'. {HEX}",
    ),
]


@pytest.mark.parametrize(
    ("refused", "value", "message"), REFUSALS, ids=[message[:40] for *_, message in REFUSALS]
)
def test_a_refusal_says_what_was_wrong_and_carries_the_value(
    refused: Callable[[], object], value: object, message: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        refused()
    assert str(caught.value).startswith(message)
    assert not message.endswith(".") or str(caught.value) == message
    assert caught.value.value == value
    assert message.startswith(caught.value.field)


def test_a_chain_that_is_not_whole_is_a_bad_value() -> None:
    with pytest.raises(ChainError) as caught:
        verify_chain([ENTRY, ENTRY])
    assert isinstance(caught.value, InvalidValueError)
    assert str(caught.value) == (
        "ledger entry 2 is missing, got 'a'. It was deleted, or another took its place."
    )

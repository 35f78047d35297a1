"""Cases to be committed to that no ledger or store could take, and what their errors show."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from mainstay.contest import CaseDraft, commit
from mainstay.errors import InvalidTypeError, InvalidValueError

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
QUESTION, SIDES = "May a doctor lie?", ("aye-4711", "nay-4711")
DRAFT = CaseDraft(QUESTION, SIDES, "aye-4711", "eve", "c1")


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"question": ""}, "question", "must not be empty"),
        ({"question": "a\0b"}, "question", "NUL"),
        ({"question": "\ud800"}, "question", "lone surrogates"),
        ({"sides": ["one"]}, "sides", "at least two"),
        ({"sides": ["one", "one"]}, "sides", "all different"),
        ({"sides": ["one", ""]}, "sides", "must not be empty"),
        ({"sides": [*SIDES, "\0"]}, "sides", "NUL"),
        ({"sides": [*SIDES, "\udc00"]}, "sides", "lone surrogates"),
        ({"creator": ""}, "creator", "must not be empty"),
        ({"creator": "\0"}, "creator", "NUL"),
        ({"id": ""}, "id", "must not be empty"),
        ({"id": "\ud83c"}, "id", "lone surrogates"),
        ({"id": "c1:again:3"}, "id", "must not end in"),
        ({"id": "c1:reversed:0"}, "id", "must not end in"),
        ({"verdict": "Aye-4711"}, "verdict", "must be one of the sides"),
        ({"verdict": ""}, "verdict", "must be one of the sides"),
    ],
)
def test_what_no_case_can_be_is_refused(change: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(InvalidValueError, match=words) as caught:
        attrs.evolve(DRAFT, **change)
    assert caught.value.field == field
    assert caught.value.remedy or "empty" in words


@pytest.mark.parametrize(
    "change",
    [
        {"question": 1},
        {"sides": "yes"},
        {"sides": None},
        {"sides": [1, 2]},
        {"verdict": 1},
        {"verdict": ["aye-4711"]},
        {"creator": 1},
        {"id": 1},
    ],
)
def test_what_is_of_another_type_is_refused(change: dict[str, Any]) -> None:
    (field,) = change
    with pytest.raises(InvalidTypeError) as caught:
        attrs.evolve(DRAFT, **change)
    assert caught.value.field == field


def test_a_wrong_verdict_is_not_in_the_error() -> None:
    """It may be the right one of another case, or nearly right."""
    wrong: list[Any] = ["maybe-4711", 4711, b"maybe-4711", "\ud800 4711", "4711\0"]
    for verdict in wrong:
        with pytest.raises(InvalidValueError) as caught:
            CaseDraft("May a doctor lie?", ["yes", "no"], verdict)
        assert "4711" not in f"{caught.value!s} {caught.value!r} {caught.value.value}"


def test_any_draft_can_be_committed_to() -> None:
    commitment, secret = commit(DRAFT.case(NOON), DRAFT.verdict)
    assert (commitment.case_id, secret.verdict) == ("c1", "aye-4711")

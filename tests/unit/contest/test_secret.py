"""A secret is shown, written and copied nowhere, whatever is done with it."""

from __future__ import annotations

import copy
import io
import json
import logging
import pickle
import pprint
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis.vendor.pretty import pretty
from rich.console import Console
from rich.pretty import pretty_repr
from rich.traceback import Traceback

from mainstay import CommitmentError, InvalidTypeError, InvalidValueError
from mainstay.codec import SCHEMAS, from_json, from_plain, to_json, to_plain
from mainstay.contest import (
    Case,
    CaseDraft,
    CaseStatus,
    Secret,
    close_case,
    commit,
    preimage,
    reveal,
)

#: Words that stand nowhere else.
VERDICT, NONCE = "the hidden side", b"never to be seen, thirty-two byt"
PARTS = ("hidden", "never to be", NONCE.hex(), ", ".join(map(str, NONCE)))
SECRET = Secret(VERDICT, NONCE)
CASE = Case("case-0001", "May a doctor lie?", [VERDICT, "the other one"])
COMMITMENT, _ = commit(CASE, VERDICT, NONCE)
OTHER = attrs.evolve(COMMITMENT, case_id="case-0002")
NOON, DAY = datetime(2024, 5, 1, 12, tzinfo=UTC), timedelta(days=1)
OPEN = CASE.opened(NOON, lasting=DAY)


DRAFT = CaseDraft("May a doctor lie?", CASE.sides, VERDICT)


@attrs.frozen
class Holder:
    """What a host may keep a secret in."""

    secret: Secret


def assert_hidden(text: str) -> None:
    assert not [part for part in PARTS if part in text]


def logged(value: object) -> str:
    record = logging.LogRecord("a", logging.INFO, "b", 1, "it is %s", (value,), None)
    return logging.Formatter().format(record)


WAYS = [repr, str, format, ascii, "{!r:>20}".format, logged, pprint.pformat, pretty, pretty_repr]


@pytest.mark.parametrize("show", WAYS)
@pytest.mark.parametrize(
    "held", [SECRET, [SECRET], {"a": (SECRET, {SECRET})}, Holder(SECRET), [Holder(SECRET)]]
)
def test_no_representation_shows_it(show: Callable[[object], str], held: object) -> None:
    """Not even those by rich and Hypothesis, which look at the fields of attrs classes."""
    assert_hidden(show(held))


@pytest.mark.parametrize("show", WAYS)
def test_no_representation_of_a_draft_says_which_side_is_right(
    show: Callable[[object], str],
) -> None:
    """Its sides are shown, so the verdict's words are there once."""
    assert show(DRAFT).count(VERDICT) == 1
    assert "verdict" not in show(DRAFT)


@pytest.mark.parametrize("shown", [VERDICT, repr(NONCE), NONCE.hex(), str([*NONCE])])
def test_they_would_be_found(shown: str) -> None:
    with pytest.raises(AssertionError):
        assert_hidden(shown)


def test_it_has_no_schema_and_no_json() -> None:
    assert Secret not in SCHEMAS
    any_json: Any = json.dumps
    for write in (to_json, to_plain, any_json):
        with pytest.raises(TypeError) as caught:
            write(SECRET)
        assert_hidden(str(caught.value))
    for read, written in ((from_json, "{}"), (from_plain, {})):
        any_read: Any = read
        with pytest.raises(InvalidTypeError):
            any_read(written, Secret)


@pytest.mark.parametrize(
    "take",
    [
        copy.copy,
        copy.deepcopy,
        pickle.dumps,
        lambda secret: pickle.dumps({"a": [secret]}),
        lambda secret: pickle.dumps(secret, protocol=0),
        lambda secret: copy.deepcopy(Holder(secret)),
    ],
)
def test_it_cannot_be_copied_or_pickled(take: Callable[[object], object]) -> None:
    with pytest.raises(InvalidTypeError) as caught:
        take(SECRET)
    assert str(caught.value) == (
        "a Secret can't be pickled or copied. It is kept by the store until its case closes."
    )


any_close: Any = close_case
any_secret: Any = Secret
any_commit: Any = commit
any_reveal: Any = reveal
any_preimage: Any = preimage
STANDING = {"commitment": COMMITMENT, "secret": SECRET, "status": "verified", "now": NOON + DAY}
SURROGATE = Case("case-\ud800", "May a doctor lie?", CASE.sides)


def closed(**changed: object) -> object:
    return any_close(OPEN, [], [], [], **(STANDING | changed))


WRONG: list[tuple[Callable[[], object], type[Exception]]] = [
    (lambda: reveal(OTHER, SECRET), CommitmentError),
    (lambda: closed(commitment=attrs.evolve(COMMITMENT, digest="0" * 64)), CommitmentError),
    (lambda: closed(status="contradicted"), CommitmentError),
    (lambda: closed(commitment=OTHER), CommitmentError),
    (lambda: closed(now=NOON), InvalidValueError),
    (lambda: closed(secret=VERDICT), InvalidTypeError),
    (lambda: closed(secret=(VERDICT, NONCE)), InvalidTypeError),
    (lambda: closed(policy=SECRET), InvalidTypeError),
    (lambda: any_reveal(COMMITMENT, VERDICT), InvalidTypeError),
    (lambda: any_reveal(VERDICT, COMMITMENT), InvalidTypeError),
    (lambda: any_reveal(SECRET, COMMITMENT), InvalidTypeError),
    (lambda: any_preimage(COMMITMENT, NONCE), InvalidTypeError),
    (lambda: any_reveal(COMMITMENT), TypeError),
    (lambda: any_secret(NONCE, VERDICT), InvalidTypeError),
    (lambda: any_secret(VERDICT, VERDICT), InvalidTypeError),
    (lambda: any_secret([VERDICT], NONCE), InvalidTypeError),
    (lambda: any_secret(VERDICT), TypeError),
    (lambda: Secret(VERDICT, NONCE[1:]), InvalidValueError),
    (lambda: Secret(VERDICT, NONCE * 2), InvalidValueError),
    (lambda: Secret(f"{VERDICT}\ud800", NONCE), InvalidValueError),
    (lambda: Secret("", NONCE), InvalidValueError),
    (lambda: any_commit(VERDICT, CASE), InvalidTypeError),
    (lambda: any_commit(NONCE, CASE, VERDICT), InvalidTypeError),
    (lambda: any_commit(CASE, VERDICT, NONCE.hex()), InvalidTypeError),
    (lambda: any_commit(CASE, [VERDICT], NONCE), InvalidTypeError),
    (lambda: commit(CASE, "the other one", NONCE[1:]), InvalidValueError),
    (lambda: commit(SURROGATE, VERDICT, NONCE), InvalidValueError),
]


@pytest.mark.parametrize(("wrong", "error"), WRONG)
def test_no_error_says_a_word_of_it(wrong: Callable[[], object], error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        wrong()
    assert_hidden(str(caught.value))
    assert_hidden(repr(getattr(caught.value, "value", None)))
    assert_hidden(repr(caught.value))


def test_a_verdict_that_is_not_a_side_is_not_in_the_error() -> None:
    case = Case("case-0001", "May a doctor lie?", ["yes", "no"])
    with pytest.raises(InvalidValueError) as caught:
        commit(case, VERDICT, NONCE)
    assert_hidden(str(caught.value))


def in_reveal() -> CommitmentError:
    try:
        reveal(OTHER, SECRET)
    except CommitmentError as error:
        return error
    raise AssertionError


def test_no_traceback_shows_it() -> None:
    error = in_reveal()
    shown = traceback.TracebackException.from_exception(error, capture_locals=False)
    text = "".join(shown.format())
    assert "in reveal" in text
    assert_hidden(text)


def test_the_locals_of_the_frame_that_raised_are_masked() -> None:
    """Some hosts log them: by repr, as the standard library does, or by rich."""
    error = in_reveal()
    frames = [*traceback.walk_tb(error.__traceback__)]
    held = {name: value for frame, _ in frames[1:] for name, value in frame.f_locals.items()}
    assert held["secret"] is SECRET
    captured = traceback.TracebackException.from_exception(error, capture_locals=True)
    by_repr = "".join(captured.format())
    assert not [part for part in PARTS[1:] if part in by_repr]
    assert "secret = Secret(...)" in by_repr
    console = Console(file=io.StringIO(), width=200, record=True)
    console.print(
        Traceback.from_exception(type(error), error, error.__traceback__, show_locals=True)
    )
    by_rich = console.export_text()
    assert "secret" in by_rich
    assert not [part for part in PARTS[1:] if part in by_rich]


@pytest.mark.parametrize("status", CaseStatus)
def test_a_case_and_its_commitment_say_nothing_of_the_nonce(status: CaseStatus) -> None:
    """Whatever is kept beside a secret: the case at each stage, and what is published."""
    case = {
        CaseStatus.DRAFT: CASE,
        CaseStatus.OPEN: OPEN,
        CaseStatus.CLOSED: OPEN.closed(NOON + DAY),
    }[status]
    text = f"{case} {to_json(case)} {COMMITMENT} {to_json(COMMITMENT)}"
    assert not [part for part in PARTS[1:] if part in text]


def test_it_is_equal_and_found_by_what_it_holds() -> None:
    assert Secret(VERDICT, NONCE) == SECRET
    assert {SECRET: 1}[Secret(VERDICT, NONCE)] == 1
    assert Secret("the other one", NONCE) != SECRET


def test_it_can_be_read_and_not_changed() -> None:
    assert (SECRET.verdict, SECRET.nonce) == (VERDICT, NONCE)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        SECRET.verdict = "the other one"  # type: ignore[misc]  # refused

"""Errors carry their data, in the message and beside it."""

from __future__ import annotations

import importlib
import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mainstay
from mainstay import (
    BadRecordError,
    CallsFailedError,
    ConsistencyPolicy,
    DailyCriteria,
    DayOutcome,
    DeliveryError,
    Engagement,
    InvalidTypeError,
    InvalidValueError,
    MainstayError,
    MissingExtraError,
    Reputation,
    StoreError,
    StreakPolicy,
    TimeLimitError,
    UnhealthyError,
    Vouch,
    explain_vouch,
    half_life,
    scepticism,
)
from mainstay._extras import Extra
from mainstay.activity.counts import Counts
from mainstay.codec import from_json, to_json
from mainstay.contest import Case, ChainHead, Reward, commit, verify_chain

SUBCLASSES = [
    value
    for value in vars(mainstay).values()
    if isinstance(value, type) and issubclass(value, MainstayError)
]


def test_message_names_field_value_and_remedy() -> None:
    error = InvalidValueError("must be odd", field="size", value=4, remedy="Add one.")
    assert str(error) == "size must be odd, got 4. Add one."
    assert (error.field, error.value, error.remedy) == ("size", 4, "Add one.")


def test_message_of_a_huge_value_stays_short() -> None:
    assert len(str(InvalidValueError("is long", field="user_id", value="x" * 10**6))) < 150


def test_a_message_says_nothing_of_what_was_not_given() -> None:
    assert str(StoreError("can't be reached")) == "can't be reached."
    assert str(StoreError("can't be reached", field="database")) == "database can't be reached."
    assert str(MainstayError("must be odd")) == "must be odd."
    assert str(MainstayError("must be odd", value=None)) == "must be odd, got None."
    assert str(BadRecordError.at("line", 7, MainstayError("is empty"))) == "line 7: is empty."
    assert MainstayError("must be odd").value is None


KIND = "x" * 10**5


@pytest.mark.parametrize(
    "refused",
    [
        lambda: Counts({KIND: -1}),
        lambda: DailyCriteria({KIND: 0}),
        lambda: Engagement(KIND, 1, date(2024, 5, 1), DayOutcome("bob", date(2024, 5, 1), 0, None)),
        lambda: explain_vouch(Vouch("ada", KIND), Reputation("bob")),
        lambda: scepticism(lambda _: 2)(Vouch(KIND, "bob"), Decimal(1)),
        lambda: half_life(now=datetime(2024, 5, 1, tzinfo=UTC))(Vouch(KIND, "bob"), Decimal(1)),
        lambda: from_json(f'{{"{KIND}": 1, "{KIND}": 1}}', Vouch),
        lambda: from_json(to_json(Vouch("ada", "bob"))[:-1] + f', "{KIND}": 1}}', Vouch),
        lambda: ConsistencyPolicy(streak_points=10**5000),
        lambda: StreakPolicy(freezes=-(10**5000)),
        lambda: Case(f"{KIND}:again:1", "Why?", ["yes", "no"]),
        lambda: Case(KIND, "Why?", ["yes", "no"]).closed(datetime(2024, 5, 1, tzinfo=UTC)),
        lambda: commit(Case("c", "Why?", [KIND, "no"]), "perhaps"),
        lambda: commit(Case("c", f"{KIND}\ud800", ["yes", "no"]), "no"),
        lambda: Reward(KIND, "ada", f"{KIND}:reversed:1", 1),
        lambda: ChainHead.parse(KIND),
        lambda: verify_chain([], known={KIND: KIND}),
        lambda: verify_chain([], known={KIND: "0" * 64}),
    ],
)
def test_a_message_that_quotes_what_it_was_given_stays_short(
    refused: Callable[[], object],
) -> None:
    with pytest.raises(MainstayError) as caught:
        refused()
    assert len(str(caught.value)) < 1000


#: Picked by number: Hypothesis warns of strategies that are long to print.
LONG = [KIND, KIND.encode(), 10**4000, Counts({KIND: 1}), [KIND] * 99, {KIND: KIND}]
WORDS = [KIND, f"{KIND}[{KIND}]"]
leaves = st.one_of(
    *(st.none(), st.booleans(), st.floats(), st.text(), st.binary(), st.dates(), st.decimals()),
    st.sampled_from(range(len(LONG))).map(lambda number: LONG[number]),
)
nested = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner), st.tuples(inner, inner), st.dictionaries(st.text(), inner)
    ),
)
words = st.text(max_size=10) | st.sampled_from(range(2)).map(lambda number: WORDS[number])


@given(st.sampled_from(SUBCLASSES), nested, words, words, words)
def test_no_message_is_longer_than_two_thousand_characters(
    error: type[MainstayError], value: object, problem: str, field: str, remedy: str
) -> None:
    raised = error(problem, field=field, value=value, remedy=remedy)
    assert len(str(raised)) < 2000
    assert (raised.problem, raised.field, raised.remedy) == (problem, field, remedy)
    assert raised.value is value


def test_bad_line_keeps_what_was_wrong_on_it() -> None:
    cause = InvalidTypeError("must be a string", field="user_id", value=None)
    assert str(BadRecordError.at("line", 7, cause)) == "line 7: user_id must be a string, got None."
    assert str(BadRecordError.at("row", 7, cause)) == "row 7: user_id must be a string, got None."


@pytest.mark.parametrize("error", SUBCLASSES)
def test_every_error_survives_pickling_with_its_data(error: type[MainstayError]) -> None:
    sent = error("is wrong", field="size", value=4, remedy="Add one.")
    received = pickle.loads(pickle.dumps(sent))
    assert type(received) is error
    assert (str(received), vars(received)) == (str(sent), vars(sent))


#: What no value is to blame for.
CIRCUMSTANCES = {
    CallsFailedError,
    DeliveryError,
    MainstayError,
    MissingExtraError,
    StoreError,
    TimeLimitError,
    UnhealthyError,
}


@pytest.mark.parametrize("error", [e for e in SUBCLASSES if e not in CIRCUMSTANCES])
def test_every_bad_value_is_a_value_error(error: type[MainstayError]) -> None:
    assert issubclass(error, ValueError)


def test_wrong_types_are_type_errors_too() -> None:
    assert issubclass(InvalidTypeError, TypeError)


def test_only_a_library_of_the_extra_that_is_missing_is_the_extras() -> None:
    with pytest.raises(MissingExtraError) as caught, Extra("colours", "crayons", "rainbow"):
        importlib.import_module("rainbow")
    assert (
        str(caught.value)
        == 'rainbow is not installed. Install it: pip install "mainstay[colours]".'
    )
    assert (caught.value.name, type(caught.value.__cause__)) == ("rainbow", ModuleNotFoundError)
    with pytest.raises(ModuleNotFoundError) as other, Extra("colours", "rainbow"):
        importlib.import_module("crayons")
    assert not isinstance(other.value, MissingExtraError)
    with pytest.raises(ZeroDivisionError), Extra("colours", "rainbow"):
        _ = 1 / 0

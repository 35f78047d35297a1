"""Errors carry their data, in the message and beside it."""

from __future__ import annotations

import importlib
import pickle

import pytest

import mainstay
from mainstay import (
    BadLineError,
    BadRowError,
    InvalidTypeError,
    InvalidValueError,
    MainstayError,
    MissingExtraError,
    StoreError,
    TimeLimitError,
)
from mainstay.extras import Extra

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


def test_bad_line_keeps_what_was_wrong_on_it() -> None:
    cause = InvalidTypeError("must be a string", field="user_id", value=None)
    assert str(BadLineError.at(7, cause)) == "line 7: user_id must be a string, got None."
    assert str(BadRowError.at(7, cause)) == "row 7: user_id must be a string, got None."


@pytest.mark.parametrize("error", SUBCLASSES)
def test_every_error_survives_pickling_with_its_data(error: type[MainstayError]) -> None:
    sent = error("is wrong", field="size", value=4, remedy="Add one.")
    received = pickle.loads(pickle.dumps(sent))
    assert type(received) is error
    assert (str(received), vars(received)) == (str(sent), vars(sent))


#: What no value is to blame for.
CIRCUMSTANCES = {MainstayError, MissingExtraError, StoreError, TimeLimitError}


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

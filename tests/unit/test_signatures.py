"""What ``help()`` and an editor show of a signature can be read."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module

import pytest

from mainstay import MissingExtraError
from tests.unit.test_package import SURFACES, public_callables

#: More than any needs: `mainstay.jobs.run_job` and its kind have ten arguments.
LONGEST = 900
#: A hash is the longest.
LONGEST_DEFAULT = 66


def callables(surface: str) -> list[tuple[str, Callable[..., object]]]:
    try:
        return [*public_callables(import_module(surface))]
    except MissingExtraError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("surface", SURFACES)
def test_a_signature_fits_a_screen(surface: str) -> None:
    lengths = {name: len(str(inspect.signature(function))) for name, function in callables(surface)}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


@pytest.mark.parametrize("surface", SURFACES)
def test_defaults_are_shown_by_their_names(surface: str) -> None:
    """A policy as `ConsistencyPolicy()`, a catalogue as `STANDARD_BADGES`: nothing is expanded."""
    for name, function in callables(surface):
        for parameter in inspect.signature(function).parameters.values():
            shown = repr(parameter.default)
            assert len(shown) <= LONGEST_DEFAULT, (name, parameter.name, shown)
            assert "<lambda>" not in shown, (name, parameter.name, shown)

"""Every public name is shown at work, in an example that the tests run."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from mainstay import MissingExtraError
from tests.unit.test_package import SURFACES

ROOT = Path(__file__).parents[2]
#: What needs a cluster, or a part of one: a document shows it, and is run with it.
IN_DOCUMENTS = {"score_spark": "docs/columnar.md"}


def named(surface: str) -> Iterator[tuple[str, object]]:
    """The classes and functions of a module's public names; aliases and numbers are neither."""
    try:
        module = import_module(surface)
        values = {name: getattr(module, name) for name in module.__all__}
    except MissingExtraError as error:
        pytest.skip(str(error))
    for name, value in values.items():
        if inspect.isclass(value) or inspect.isfunction(value):
            yield name, value


@pytest.mark.parametrize("surface", SURFACES)
def test_every_public_name_has_an_example(surface: str) -> None:
    """Its own: a docstring that is inherited does not count."""
    without = {name for name, value in named(surface) if ">>> " not in (value.__doc__ or "")}
    for name in without & IN_DOCUMENTS.keys():
        assert f"import {name}\n" in (ROOT / IN_DOCUMENTS[name]).read_text(encoding="utf-8")
    assert without - IN_DOCUMENTS.keys() == set()

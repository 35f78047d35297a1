"""The built site describes every public name. Nox runs it once the site is built."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

import pytest
from sphinx.util.inventory import InventoryFile

from mainstay import MissingExtraError
from tests.unit.test_package import SURFACES

SITE = Path(os.environ["MAINSTAY_SITE"])
#: It needs a Spark, and has a document of its own.
ELSEWHERE = {"mainstay.columnar.spark"}


def described() -> set[str]:
    """The names that the site has a place for."""
    inventory = InventoryFile.loads((SITE / "objects.inv").read_bytes(), uri="")
    return {name for kind, names in inventory.data.items() if kind[:3] == "py:" for name in names}


def test_what_results_share_is_described_with_each() -> None:
    """It stands once in the code, in a class that is not for use outside."""
    shared = {"ConsistencyScore.points", "YearScore.last_active_day", "YearWhatIf.difference"}
    assert {f"mainstay.{name}" for name in shared} <= described()


@pytest.mark.parametrize("surface", sorted({*SURFACES} - ELSEWHERE))
def test_every_public_name_has_its_place(surface: str) -> None:
    try:
        names = import_module(surface).__all__
    except MissingExtraError as error:
        pytest.skip(str(error))
    assert {f"{surface}.{name}" for name in names} - described() == set()

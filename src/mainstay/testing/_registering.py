"""Tells Hypothesis the strategies of mainstay's types, for ``st.from_type``.

Hypothesis calls :func:`register` when it is imported. Strategies are made once one is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

__all__ = ["MODULES", "register"]

#: The modules whose public types have strategies.
MODULES = (
    "mainstay",
    "mainstay.reading",
    "mainstay.recognition",
    "mainstay.contest",
    "mainstay.outlook",
    "mainstay.jobs",
    "mainstay.ports",
    "mainstay.scheduling",
)


def register() -> None:
    """Let ``st.from_type`` find the strategies of all public types."""
    for module in map(import_module, MODULES):
        for name in module.__all__:
            kind = getattr(module, name)
            if isinstance(kind, type):
                st.register_type_strategy(kind, _strategy)


def _strategy(kind: type[Any]) -> SearchStrategy[Any]:
    from mainstay.testing.strategies.by_type import of_type  # noqa: PLC0415  (only if asked for)

    return of_type(kind)

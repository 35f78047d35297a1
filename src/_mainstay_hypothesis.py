"""Tells Hypothesis the strategies of mainstay's types, for ``st.from_type``.

Hypothesis calls :func:`register` whenever it is imported, also in projects that do not use
mainstay. So this module stands outside the package, and loads none of it: types are registered
once their module is imported, and their strategies made once one is asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

#: The modules whose types have strategies.
MODULES = frozenset(
    {
        "mainstay",
        "mainstay.events",
        "mainstay.jobs",
        "mainstay.ports",
        "mainstay.report",
        "mainstay.schedule",
    }
)


def register() -> None:
    """Register the types of the modules that are there, and of others once they are imported."""
    for name in MODULES & sys.modules.keys():
        register_types(sys.modules[name])
    sys.meta_path.insert(0, _Imports())


def register_types(module: ModuleType) -> None:
    """Let ``st.from_type`` find the strategies of a module's public types."""
    for name in module.__all__:
        kind = getattr(module, name)
        if isinstance(kind, type):
            st.register_type_strategy(kind, _strategy)


def _strategy(kind: type[Any]) -> SearchStrategy[Any]:
    from mainstay.testing.strategies.by_type import of_type  # noqa: PLC0415  (only if asked for)

    return of_type(kind)


class _Imports(MetaPathFinder):
    """Finds a module as all others do, and has its types registered once it is executed."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in MODULES:
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        found = (finder.find_spec(name, path, target) for finder in others)
        spec = next((spec for spec in found if spec is not None), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _Registering(spec.loader)
        return spec


class _Registering(Loader):
    """Executes a module as its own loader does, which it leaves in its place."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        register_types(module)

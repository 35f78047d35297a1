"""Libraries that only some parts of mainstay need, and the extras that bring them."""

from __future__ import annotations

import sys
from functools import partial
from types import TracebackType

from mainstay.errors import MissingExtraError

__all__ = ["Extra"]


class Extra:
    """A context in which the libraries of an extra are imported: if one is missing, it says so.

    A module that is missing for another reason is left alone.

    Args:
        name: The extra that brings them.
        libraries: The names under which they are imported.

    Examples:
        >>> with Extra("colours", "rainbow"):
        ...     import rainbow
        Traceback (most recent call last):
            ...
        mainstay.errors.MissingExtraError: rainbow is not installed. \
Install it: pip install "mainstay[colours]".
    """

    def __init__(self, name: str, *libraries: str) -> None:
        self._name = name
        self._libraries = libraries

    def __enter__(self) -> None:
        """Begin to import."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, ModuleNotFoundError):
            for library in filter(partial(_is_missing, error.name), self._libraries):
                remedy = f'Install it: pip install "mainstay[{self._name}]".'
                missing = MissingExtraError("is not installed", field=library, remedy=remedy)
                missing.name = library
                raise missing from error


def _is_missing(name: str | None, library: str) -> bool:
    """Say whether a library itself is missing, or blocked by somebody, if a module is."""
    blocked = sys.modules.get(library, sys) is None
    return name == library or (blocked and str(name).startswith(f"{library}."))

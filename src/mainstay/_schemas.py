"""Which types can be written as JSON: each says so where it stands, and the codec asks here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import attrs

__all__ = ["DECLARED", "schema"]

Kind = TypeVar("Kind", bound=attrs.AttrsInstance)

#: The schema of each type declared so far.
DECLARED: dict[type[attrs.AttrsInstance], str] = {}


def schema(name: str) -> Callable[[type[Kind]], type[Kind]]:
    """Declare that a class can be written as JSON, and its schema's name and version.

    The version, as in ``session/1``, grows when the JSON of the class, or of one inside it,
    changes. The decorator stands above ``attrs.frozen``, which makes a new class.
    """

    def declare(kind: type[Kind]) -> type[Kind]:
        DECLARED[kind] = name
        return kind

    return declare

"""How values are made of drawn parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

__all__ = ["made"]

T = TypeVar("T")


@st.composite
def made(
    draw: DrawFn,
    /,
    make: Callable[..., T],
    *parts: SearchStrategy[Any],
    **more: SearchStrategy[Any],
) -> T:
    """Values that a function makes of drawn parts.

    It is ``st.builds``, except that a failing test prints the value itself, not a call of a
    function that its author doesn't know.
    """
    return make(*map(draw, parts), **{name: draw(part) for name, part in more.items()})

"""Templates that are offered with other variants: what stays, and what can't."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay import InvalidTypeError, InvalidValueError
from mainstay.outlook import Template, Trial
from mainstay.testing import strategies

TRIED = frozenset({("a", "c")})
TRIAL = Trial("a", date(2024, 5, 5), 3)
THERE = Template("t", ["a", "b", "c"], "b", TRIAL, TRIED)
variants = st.lists(st.sampled_from(["plain", "warm", "short", "new"]), min_size=1, unique=True)


@pytest.mark.parametrize(
    ("offered", "current", "trial"),
    [
        (("a", "b", "c"), "b", TRIAL),
        (("c", "b", "d", "a"), "b", TRIAL),
        (("b", "a"), "b", TRIAL),
        (("c", "b"), "b", None),
        (("b",), "b", None),
        (("c", "a"), "c", None),
        (("a", "c"), "a", None),
        (("d",), "d", None),
    ],
)
def test_what_is_still_offered_stays(
    offered: tuple[str, ...], current: str, trial: Trial | None
) -> None:
    """The challenger is a, the current one b."""
    assert THERE.offering(offered) == Template("t", offered, current, trial, TRIED)


@given(strategies.templates())
def test_the_same_variants_change_nothing(template: Template) -> None:
    assert template.offering(template.variants) == template


@given(strategies.templates(), variants)
def test_what_is_offered_is_what_there_is_to_choose_from(
    template: Template, offered: list[str]
) -> None:
    found = template.offering(offered)
    assert (found.name, found.variants, found.tried) == (template.name, (*offered,), template.tried)
    assert found.trial in {None, template.trial}
    assert found.offering(offered) == found


def test_variants_are_checked() -> None:
    with pytest.raises(InvalidValueError, match="variants must be at least one"):
        THERE.offering([])
    with pytest.raises(InvalidTypeError, match="must be in an order"):
        THERE.offering({"a", "b"})

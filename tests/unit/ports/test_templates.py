"""Templates of stores: what is offered, in place of what was there."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mainstay import InvalidTypeError, InvalidValueError
from mainstay.outlook import Template, Trial
from mainstay.ports.templates import offered, storable_templates

A, B = Template("a", ["x", "y"]), Template("b", ["x"])


def test_templates_are_in_the_order_of_their_names() -> None:
    found = storable_templates(iter([B, A]))
    assert [*found.items()] == [("a", A), ("b", B)]
    assert storable_templates([]) == {}


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidValueError, match="templates is there twice, got 'a'"):
        storable_templates([A, B, Template("a", ["z"])])


def test_what_is_not_a_template_is_an_error() -> None:
    some: Any = [A, "b"]
    with pytest.raises(InvalidTypeError, match=r"templates\[1\] must be of type Template"):
        storable_templates(some)
    none: Any = 7
    with pytest.raises(InvalidTypeError, match="templates"):
        storable_templates(none)


def test_a_new_template_stands_as_it_is_offered() -> None:
    tried = Template("a", ["x", "y"], "y", Trial("x", date(2024, 5, 5)))
    assert offered(None, tried) is tried


def test_one_that_is_there_takes_the_variants_alone() -> None:
    there = Template("a", ["x", "y"], "y", Trial("x", date(2024, 5, 5)))
    given = Template("a", ["z", "x", "y"], "z", None, {("x", "z")})
    assert offered(there, given) == Template("a", ["z", "x", "y"], "y", there.trial)

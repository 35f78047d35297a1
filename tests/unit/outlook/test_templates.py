"""Templates and their variants: which half a user is in, and what can't be."""

from __future__ import annotations

from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import attrs
import pytest
import rfc8785

from mainstay import InvalidTypeError, InvalidValueError
from mainstay.outlook import Template, Trial, variant_for

any_template: Any = Template
any_trial: Any = Trial
MAY = date(2024, 5, 1)
WELCOME = Template("welcome", ["plain", "warm"])
TRYING = attrs.evolve(WELCOME, trial=Trial("warm", MAY))
UNUSUAL = ["é", "e\u0301", '"', "\\", "a\nb", "\x7f", "\u2028", "😀", 'a","b', "\x01", " ", "1"]


def test_the_first_variant_is_current_unless_another_is() -> None:
    assert WELCOME.current == "plain"
    assert Template("welcome", ["plain", "warm"], "warm").current == "warm"
    assert (WELCOME.trial, WELCOME.tried) == (None, frozenset())


@pytest.mark.parametrize(
    ("name", "user", "digest"),
    [
        # printf '["welcome","ada"]' | sha256sum
        ("welcome", "ada", "95af313b3240c185c34c09e01d074044d1aa506e8d121af330ad0609713b19f7"),
        ("welcome", "u149", "7fff088442415fabaa6b451c0134ed9bb990ab1bfa519579b8fbbdcb09e60cca"),
        ("welcome", "u909", "80f00d3189dbde637978dace62ebb6f03fae54529b6bb2fe8ca2c7258d3a1ccf"),
        ("welcome", "gus", "098871179ca783a6b594b673d59c3d0528971d9c8bb852e44e5890b1cff38373"),
        # printf '["Grüße \\"x\\"","müller/1"]' | sha256sum
        (
            'Grüße "x"',
            "müller/1",
            "075e14568f22ff733201442f3a24453773551b76121047bfedbd40c73ffb7cd4",
        ),
    ],
)
def test_the_half_follows_from_the_digest_that_sha256sum_gives(
    name: str, user: str, digest: str
) -> None:
    template = Template(name, ["plain", "warm"], trial=Trial("warm", MAY))
    assert sha256(rfc8785.dumps([name, user])).hexdigest() == digest
    assert variant_for(template, user) == ("warm" if digest[0] in "89abcdef" else "plain")


@pytest.mark.parametrize("user", UNUSUAL)
def test_what_is_hashed_is_canonical_json(user: str) -> None:
    for name in UNUSUAL:
        template = Template(name, ["plain", "warm"], trial=Trial("warm", MAY))
        upper = sha256(rfc8785.dumps([name, user])).digest()[0] >> 7
        assert variant_for(template, user) == template.variants[upper]


def test_without_a_trial_everybody_gets_the_current_variant() -> None:
    assert {variant_for(WELCOME, f"u{n}") for n in range(100)} == {"plain"}


def test_a_user_s_halves_of_two_templates_have_nothing_to_do_with_each_other() -> None:
    other = attrs.evolve(TRYING, name="goodbye")
    users = [f"u{n}" for n in range(10_000)]
    same = sum(variant_for(TRYING, user) == variant_for(other, user) for user in users)
    assert abs(same - 5000) < 5 * 50


@pytest.mark.parametrize("text", ["", "a\0b", "\ud800", 7])
def test_a_text_that_nothing_can_keep_is_refused(text: Any) -> None:
    for call, field in (
        (lambda: Template(text, ["plain"]), "name"),
        (lambda: Template("welcome", ["plain", text]), "variants"),
        (lambda: Template("welcome", ["plain"], tried=frozenset({("plain", text)})), "tried"),
        (lambda: Trial(text, MAY), "challenger"),
        (lambda: variant_for(WELCOME, text), "user_id"),
        (lambda: variant_for(TRYING, text), "user_id"),
    ):
        with pytest.raises(InvalidValueError) as caught:
            call()
        assert caught.value.field == field


def test_a_pair_has_one_form() -> None:
    tried: Any = [["warm", "plain"], ("plain", "warm"), ("gone", "plain")]
    template = any_template("welcome", ["plain", "warm"], tried=tried)
    assert template.tried == {("plain", "warm"), ("gone", "plain")}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"variants": []}, "variants must be at least one, and all different, got ()."),
        (
            {"variants": ["plain", "plain"]},
            "variants must be at least one, and all different, got ('plain', 'plain').",
        ),
        ({"variants": {"plain"}}, "variants must be in an order, such as that of a list"),
        ({"variants": {"plain": 1}}, "variants must be in an order, such as that of a list"),
        ({"variants": "plain"}, "variants must be several"),
        (
            {"current": "short"},
            "current must be one of the variants, got 'short'. They are 'plain', 'warm'.",
        ),
        (
            {"trial": Trial("short", MAY)},
            "challenger must be one of the variants, got 'short'. They are 'plain', 'warm'.",
        ),
        ({"trial": Trial("plain", MAY)}, "challenger must not be the current variant"),
        ({"trial": "warm"}, "trial must be of type Trial"),
        ({"tried": [("plain", "plain")]}, "tried must hold pairs of two different variants"),
        ({"tried": [("plain",)]}, "tried must hold pairs of two different variants"),
        ({"tried": [("a", "b", "c")]}, "tried must hold pairs of two different variants"),
        ({"tried": ["plain"]}, "tried must be several"),
        ({"tried": 7}, "tried must be several"),
    ],
    ids=str,
)
def test_a_template_that_can_not_be_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        any_template(**{"name": "welcome", "variants": ["plain", "warm"], **fields})
    assert str(caught.value).startswith(message)


def test_a_trial_begins_on_a_date_and_counts_its_reads() -> None:
    with pytest.raises(InvalidTypeError, match="since must be a date and not an instant"):
        any_trial("warm", datetime(2024, 5, 1, tzinfo=UTC))
    with pytest.raises(InvalidValueError, match="reads must be at least 0"):
        Trial("warm", MAY, -1)


def test_only_templates_have_variants() -> None:
    any_variant_for: Any = variant_for
    with pytest.raises(InvalidTypeError, match="template must be of type Template"):
        any_variant_for("welcome", "ada")

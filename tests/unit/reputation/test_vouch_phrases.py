"""What the weight of a vouch says of itself, with products worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from mainstay import (
    IsoWeek,
    MultiplierPolicy,
    Reputation,
    Vouch,
    WeeklyStreak,
    explain_vouch,
    half_life,
    reciprocity,
    scepticism,
)

NOW = datetime(2024, 5, 1, tzinfo=UTC)


def consistent(weeks: int) -> Reputation:
    return Reputation("bob", WeeklyStreak(weeks, IsoWeek(2024, 20)))


def third(_: Vouch, weight: Decimal) -> Decimal:
    return weight / 3


def test_each_step_has_the_weight_that_it_leaves_and_its_sentence() -> None:
    """8 · ½ (returned) · ½ (half a year) · 0.9 (trust) = 1.8; · 1.10 = 1.98."""
    vouch = Vouch("ada", "bob", 8, NOW - timedelta(days=180))
    dampening = [
        reciprocity([vouch, Vouch("bob", "ada", 1)]),
        half_life(now=NOW),
        scepticism(lambda _: Decimal("0.9")),
    ]
    explained = explain_vouch(vouch, consistent(5), dampening=dampening)
    said = [(part.component, part.points, part.text) for part in explained.explanations]
    assert said == [
        ("base", 8.0, "The word of ada for bob weighs 8."),
        ("reciprocity", 4.0, "Taking into account who vouches in return, it weighs 4."),
        ("half_life", 2.0, "Taking its age into account, it weighs 2."),
        ("scepticism", 1.8, "Taking into account how far ada is trusted, it weighs 1.8."),
        (
            "multiplier",
            1.98,
            "Multiplied by 1.1, since bob has 5 active weeks in a row, it weighs 1.98.",
        ),
    ]
    assert {part.maximum for part in explained.explanations} == {None}


@pytest.mark.parametrize(
    ("weight", "base"),
    [
        (3, "The word of ada for bob weighs 3."),
        (0, "The word of ada for bob weighs 0."),
        (-3, "The word of ada against bob weighs -3."),
    ],
)
def test_distrust_is_called_so(weight: int, base: str) -> None:
    explained = explain_vouch(Vouch("ada", "bob", weight), consistent(5))
    assert explained.explanations[0].text == base


@pytest.mark.parametrize(
    ("weight", "weeks", "text"),
    [
        (3, 0, "bob has no weekly streak yet: it weighs 3."),
        (3, 1, "Multiplied by 1.02, since bob has 1 active week, it weighs 3.06."),
        (-3, 5, "Not multiplied, it weighs -3."),
        (-3, 0, "bob has no weekly streak yet: it weighs -3."),
        (0, 1, "Not multiplied, it weighs 0."),
    ],
)
def test_what_is_not_multiplied_is_not_said_to_be(weight: int, weeks: int, text: str) -> None:
    explained = explain_vouch(Vouch("ada", "bob", weight), consistent(weeks))
    assert explained.explanations[-1].text == text


def test_weeks_that_a_policy_gives_nothing_for_are_not_said_to_multiply() -> None:
    nothing = MultiplierPolicy(bonus_per_week=0)
    explained = explain_vouch(Vouch("ada", "bob", 3), consistent(5), policy=nothing)
    assert explained.explanations[-1].text == "Not multiplied, it weighs 3."


def test_a_dampening_of_the_host_s_own_is_named() -> None:
    explained = explain_vouch(Vouch("ada", "bob", 1), consistent(0), dampening=[third])
    part = explained.explanations[1]
    assert (part.component, part.points) == ("third", 1 / 3)
    assert part.text == "With third, it weighs 0.3333."


class German:
    """A phrasebook needs no base class."""

    def base(self, vouch: Vouch) -> str:
        return f"{vouch.voucher} sagt {vouch.weight}"

    def dampening(self, vouch: Vouch, name: str, weight: Decimal) -> str:
        return f"{name} für {vouch.vouchee}: {weight}"

    def multiplier(self, vouch: Vouch, weeks: int, multiplier: Decimal, weight: Decimal) -> str:
        return f"{weeks} Wochen von {vouch.vouchee}: × {multiplier} = {weight}"


def test_another_language_changes_only_the_words() -> None:
    halved = scepticism(lambda _: Decimal("0.5"))
    explained = explain_vouch(Vouch("ada", "bob", 4), consistent(5), dampening=[halved])
    said = explained.explain(German())
    assert [part.text for part in said] == [
        "ada sagt 4",
        "scepticism für bob: 2.0",
        "5 Wochen von bob: × 1.10 = 2.200",
    ]
    assert [part.points for part in said] == [part.points for part in explained.explanations]


def test_a_dict_holds_every_digit() -> None:
    vouch = Vouch("ada", "bob", Decimal("0.1234567890123456789012345"))
    plain = explain_vouch(vouch, consistent(5)).to_dict()
    assert (plain["voucher"], plain["vouchee"], plain["weeks"]) == ("ada", "bob", 5)
    assert (plain["base"], plain["multiplier"]) == ("0.1234567890123456789012345", "1.10")
    assert Decimal(plain["weight"]) == Decimal("0.13580246791358024679135795")
    assert plain["text"].startswith("base 0.1235 → × 1.1")

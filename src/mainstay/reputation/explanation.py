"""How the weight of a vouch came about."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._checks import EXACT, decimal
from mainstay._reprs import Explained, shown
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError
from mainstay.explanation import Explanation
from mainstay.reputation.dicts import VouchExplanationDict
from mainstay.reputation.phrases import ENGLISH, VouchPhrasebook, readable
from mainstay.reputation.vouches import HEAVIEST, Vouch

__all__ = [
    "DampenedWeight",
    "VouchExplanation",
]


@attrs.frozen
class DampenedWeight:
    """What one dampening left of a vouch's weight.

    Attributes:
        dampening: The dampening's name.
        weight: What it left.

    Raises:
        InvalidValueError: The name is empty, or the weight out of its range.

    Examples:
        >>> from mainstay import Reputation, explain_vouch, reciprocity
        >>> mutual = reciprocity([("ada", "bob"), ("bob", "ada")])
        >>> vouch = Vouch("ada", "bob", 4)
        >>> explained = explain_vouch(vouch, Reputation("bob"), dampening=[mutual])
        >>> [(step.dampening, str(step.weight)) for step in explained.dampened]
        [('reciprocity', '2.0')]
    """

    dampening: str = attrs.field(validator=checks.each(checks.text))
    weight: Decimal = attrs.field(
        validator=checks.each(partial(decimal, low=-HEAVIEST, high=HEAVIEST))
    )


def _dampened(field: str, value: object) -> tuple[DampenedWeight, ...]:
    steps = checks.instance(field, value, tuple)
    return tuple(checks.instance(field, step, DampenedWeight) for step in steps)


@schema("vouch-explanation/1")
@attrs.frozen
class VouchExplanation(Explained):
    """How the weight of a vouch came about.

    Attributes:
        vouch: The vouch, with the weight that all begins with.
        dampened: What each dampening left, in turn.
        weeks: The vouchee's weekly streak.
        multiplier: What the rest was multiplied by, 1 to 2; 1 where nothing is boosted.
        weight: What the vouch counts in the end: what the last dampening left · the multiplier.

    Raises:
        InvalidValueError: A number is out of its range, or ``weight`` is not that product.
        InvalidTypeError: A field is of another type.

    Examples:
        >>> from mainstay import IsoWeek, Reputation, WeeklyStreak, explain_vouch
        >>> bob = Reputation("bob", WeeklyStreak(5, IsoWeek(2024, 20)))
        >>> explained = explain_vouch(Vouch("ada", "bob", 4), bob)
        >>> explained.multiplier, explained.weight
        (Decimal('1.10'), Decimal('4.40'))
        >>> print(explained.text)
        base 4 → × 1.1 (bob: 5 weeks) = 4.4
    """

    vouch: Vouch = attrs.field(validator=checks.each(partial(checks.instance, kind=Vouch)))
    dampened: tuple[DampenedWeight, ...] = attrs.field(validator=checks.each(_dampened))
    weeks: int = attrs.field(validator=checks.each(checks.count))
    multiplier: Decimal = attrs.field(validator=checks.each(partial(decimal, low=1, high=2)))
    weight: Decimal = attrs.field(
        validator=checks.each(partial(decimal, low=-2 * HEAVIEST, high=2 * HEAVIEST))
    )

    def __attrs_post_init__(self) -> None:
        rest = self.dampened[-1].weight if self.dampened else self.vouch.weight
        expected = EXACT.multiply(rest, self.multiplier)
        if self.weight != expected:
            raise InvalidValueError(
                f"must be {rest} · {self.multiplier}, {expected}", field="weight", value=self.weight
            )

    def __repr__(self) -> str:
        return shown(
            self,
            weight=self.weight,
            vouch=self.vouch,
            dampened=self.dampened,
            weeks=self.weeks,
            multiplier=self.multiplier,
        )

    @property
    def text(self) -> str:
        """All of it in one line, each number in a few digits."""
        steps = [f"{step.dampening} {readable(step.weight)}" for step in self.dampened]
        weeks = f"{self.weeks} week{'' if self.weeks == 1 else 's'}"
        multiplied = f"× {readable(self.multiplier)} ({self.vouch.vouchee}: {weeks})"
        base = f"base {readable(self.vouch.weight)}"
        return " → ".join([base, *steps, f"{multiplied} = {readable(self.weight)}"])

    def explain(self, phrases: VouchPhrasebook = ENGLISH) -> tuple[Explanation, ...]:
        """Return one explanation a step: the base, each dampening, the multiplier.

        The points of each are what the vouch weighs after it, as the nearest ``float``.

        Examples:
            >>> from mainstay import Reputation, explain_vouch
            >>> explained = explain_vouch(Vouch("ada", "bob", 4), Reputation("bob"))
            >>> print(explained.explain()[0].text)
            The word of ada for bob weighs 4.
        """
        vouch, weeks = self.vouch, self.weeks
        last = phrases.multiplier(vouch, weeks, self.multiplier, self.weight)
        return (
            Explanation("base", float(vouch.weight), None, phrases.base(vouch)),
            *(self._left_by(step, phrases) for step in self.dampened),
            Explanation("multiplier", float(self.weight), None, last),
        )

    def _left_by(self, step: DampenedWeight, phrases: VouchPhrasebook) -> Explanation:
        text = phrases.dampening(self.vouch, step.dampening, step.weight)
        return Explanation(step.dampening, float(step.weight), None, text)

    @property
    def _heading(self) -> str:
        return f"{self.vouch.voucher} → {self.vouch.vouchee}: {self.weight}"

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """What :meth:`explain` gives, in the standard words."""
        return self.explain()

    def to_dict(self) -> VouchExplanationDict:
        """Return plain data for a JSON response; decimals are strings."""
        return {
            "voucher": self.vouch.voucher,
            "vouchee": self.vouch.vouchee,
            "base": str(self.vouch.weight),
            "weeks": self.weeks,
            "multiplier": str(self.multiplier),
            "weight": str(self.weight),
            "explanations": [explanation.text for explanation in self.explanations],
            "text": self.text,
        }

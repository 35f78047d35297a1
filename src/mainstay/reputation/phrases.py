"""The words for the weight of a vouch."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Protocol

import attrs

from mainstay.reputation.vouches import Vouch

__all__ = ["ENGLISH", "EnglishVouchPhrases", "VouchPhrasebook", "readable"]


class VouchPhrasebook(Protocol):
    """The words for the weight of a vouch, in whatever language: one sentence a step.

    Examples:
        >>> from mainstay import Reputation, explain_vouch
        >>> class Spanish(EnglishVouchPhrases):
        ...     def base(self, vouch: Vouch) -> str:
        ...         return f"{vouch.voucher} avala a {vouch.vouchee} con {vouch.weight}."
        >>> explained = explain_vouch(Vouch("ada", "bob", 4), Reputation("bob"))
        >>> print(explained.explain(Spanish())[0].text)
        ada avala a bob con 4.
    """

    def base(self, vouch: Vouch) -> str:
        """Say who vouches for whom, or against, and with what weight."""
        ...

    def dampening(self, vouch: Vouch, name: str, weight: Decimal) -> str:
        """Say what weight the dampening of that name left."""
        ...

    def multiplier(self, vouch: Vouch, weeks: int, multiplier: Decimal, weight: Decimal) -> str:
        """Say what the vouchee's weekly streak multiplied the rest by, and the weight that gives.

        The multiplier is 1 where nothing is boosted, however long the streak.
        """
        ...


_CAUSES = {
    "reciprocity": "Taking into account who vouches in return",
    "half_life": "Taking its age into account",
    "scepticism": "Taking into account how far {} is trusted",
}


@attrs.frozen
class EnglishVouchPhrases:
    """English sentences for the weight of a vouch, each number in a few digits.

    Examples:
        >>> phrases, vouch = EnglishVouchPhrases(), Vouch("ada", "bob", 4)
        >>> print(phrases.dampening(vouch, "half_life", Decimal("1.00")))
        Taking its age into account, it weighs 1.
        >>> print(phrases.multiplier(vouch, 5, Decimal("1.10"), Decimal("4.40")))
        Multiplied by 1.1, since bob has 5 active weeks in a row, it weighs 4.4.
    """

    def base(self, vouch: Vouch) -> str:
        """Say who vouches for whom, or against, and with what weight."""
        way = "against" if vouch.weight < 0 else "for"
        return f"The word of {vouch.voucher} {way} {vouch.vouchee} weighs {readable(vouch.weight)}."

    def dampening(self, vouch: Vouch, name: str, weight: Decimal) -> str:
        """Say what weight the dampening of that name left."""
        cause = _CAUSES[name].format(vouch.voucher) if name in _CAUSES else f"With {name}"
        return f"{cause}, it weighs {readable(weight)}."

    def multiplier(self, vouch: Vouch, weeks: int, multiplier: Decimal, weight: Decimal) -> str:
        """Say what the vouchee's weekly streak multiplied the rest by, and what that gives."""
        result, who = f"it weighs {readable(weight)}.", vouch.vouchee
        if multiplier != 1:
            streak = f"{weeks:,} active {'week' if weeks == 1 else 'weeks in a row'}"
            return f"Multiplied by {readable(multiplier)}, since {who} has {streak}, {result}"
        return f"Not multiplied, {result}" if weeks else f"{who} has no weekly streak yet: {result}"


def readable(number: Decimal) -> str:
    """Return a number with 4 decimals at most, below 1 with 4 digits at most."""
    digits = max(number.adjusted(), -1) + 5
    rounded = Context(prec=digits).plus(number).normalize(Context(prec=digits))
    return f"{rounded:f}" if rounded.adjusted() > -7 else f"{rounded:E}"


ENGLISH = EnglishVouchPhrases()

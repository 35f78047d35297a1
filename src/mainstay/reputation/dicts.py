"""What a weight looks like as plain data, for web frameworks that describe their responses."""

from __future__ import annotations

from mainstay._typing import TypedDict

__all__ = ["VouchExplanationDict"]


class VouchExplanationDict(TypedDict):
    """A vouch's weight as :meth:`mainstay.VouchExplanation.to_dict` gives it.

    Decimals are strings, as in :mod:`mainstay.codec`, so that they stay exact.

    Examples:
        >>> from mainstay import IsoWeek, Reputation, Vouch, WeeklyStreak, explain_vouch
        >>> bob = Reputation("bob", WeeklyStreak(5, IsoWeek(2024, 20)))
        >>> data = explain_vouch(Vouch("ada", "bob", 4), bob).to_dict()
        >>> data["base"], data["multiplier"], data["weight"]
        ('4', '1.10', '4.40')
    """

    voucher: str
    vouchee: str
    base: str
    weeks: int
    multiplier: str
    weight: str
    explanations: list[str]
    text: str

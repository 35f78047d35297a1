"""How the pool of a contest is shared."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._reprs import of_policy
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError

__all__ = ["ALL", "RewardPolicy"]

#: All of a pool, in per cents.
ALL = 100
_per_cent = partial(checks.integer, low=0, high=ALL, remedy="Give 40 for 40 %.")
_least = partial(checks.count, remedy="Give 0 to pay a known creator always.")


def _places(values: Iterable[int]) -> tuple[int, ...]:
    several = checks.iterable("places", values)
    return tuple(_per_cent(f"places[{n}]", value) for n, value in enumerate(several))


@schema("reward-policy/1")
@attrs.frozen(kw_only=True)
class RewardPolicy:
    """How a pool is shared, in whole per cents.

    Raises:
        InvalidValueError: The four groups, or the places, don't add up to 100; or a number is out
            of its range.

    Examples:
        >>> RewardPolicy(winners=70, arguments=0, participants=30, creator=0)
        RewardPolicy(winners=70, arguments=0, participants=30, creator=0)
    """

    #: The part of those who voted on the verdict's side, equally.
    winners: int = attrs.field(default=40, validator=checks.each(_per_cent))
    #: The part of the best arguments' authors.
    arguments: int = attrs.field(default=30, validator=checks.each(_per_cent))
    #: How that is shared by the first, second and third place, or any other number of places.
    places: tuple[int, ...] = attrs.field(default=(50, 30, 20), converter=_places)
    #: The part of all who took part, equally: being there counts, right or wrong.
    participants: int = attrs.field(default=20, validator=checks.each(_per_cent))
    #: The part of who made the case.
    creator: int = attrs.field(default=10, validator=checks.each(_per_cent))
    #: With fewer participants the creator gets nothing: a case for a few friends earns nothing.
    creator_from: int = attrs.field(default=100, validator=checks.each(_least))

    def __attrs_post_init__(self) -> None:
        groups = (self.winners, self.arguments, self.participants, self.creator)
        _check_sum("winners + arguments + participants + creator", groups)
        _check_sum("places", self.places)

    def __repr__(self) -> str:
        return of_policy(self)


def _check_sum(field: str, shares: tuple[int, ...]) -> None:
    if sum(shares) != ALL:
        raise InvalidValueError(
            f"must add up to {ALL}, not to {sum(shares)}",
            field=field,
            value=shares,
            remedy="Change another share along with the one you changed.",
        )

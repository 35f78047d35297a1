"""Badges: what there is to achieve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from graphlib import CycleError, TopologicalSorter
from operator import attrgetter

import attrs

from mainstay import _checks as checks
from mainstay import _html
from mainstay._reprs import of_policy
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError
from mainstay.recognition._amounts import MOST_POINTS
from mainstay.scores.by_policy import Policy, check_policy
from mainstay.scores.consistency.policy import DEFAULT_POLICY

__all__ = ["AWARD", "STANDARD_BADGES", "Badge", "BadgePolicy", "catalogue_of", "check_badges"]

#: What the reason of an award begins with.
AWARD = "badge:"

_number = partial(checks.integer, low=1, high=2**31 - 1, remedy="Number badges 1, 2, 3 and so on.")
_threshold = partial(
    checks.integer,
    low=1,
    high=MOST_POINTS,
    remedy="Give 1 at least. Count large amounts in larger units.",
)
_bonus = partial(
    checks.count, high=MOST_POINTS, remedy="Give 0 for no bonus. Count large ones in larger units."
)


def _keys(values: Iterable[str]) -> tuple[str, ...]:
    several = checks.iterable("requires", values)
    return tuple(checks.text(f"requires[{n}]", value) for n, value in enumerate(several))


@schema("badge/1")
@attrs.frozen
class Badge:
    """Something to achieve: a metric that reaches a threshold.

    An award is a credit of the bonus, with the reason ``badge:KEY``: so nobody has a badge twice.

    Attributes:
        number: Its number, from 1, after which badges are ordered.
        key: Its name for programs, such as ``first_win``.
        name: Its name for people.
        description: A sentence that says what is required.
        icon: A character to show, such as an emoji.
        metric: What is measured: ``wins``, ``top_arguments``, ``participations``, ``votes``,
            ``kind:<kind>`` (how many events of a kind), ``streak_days`` (the longest run of active
            days), ``streak_weeks``, ``points``, ``score``, or a metric of the host's own.
        unit: What is counted, as in "2/5 wins".
        threshold: How much of it is needed, 1 or more.
        bonus: How many points the award gives, 0 or more.
        requires: Keys of badges to have first.

    Raises:
        InvalidValueError: A text is empty, or a number is out of its range.

    Examples:
        >>> night_owl = Badge(
        ...     10, "night_owl", "Night Owl", "Write 5 posts.", "🦉", "kind:post", "posts", 5, 20
        ... )
        >>> night_owl.reason
        'badge:night_owl'
    """

    number: int = attrs.field(validator=checks.each(_number))
    key: str = attrs.field(validator=checks.each(checks.text))
    name: str = attrs.field(validator=checks.each(checks.text))
    description: str = attrs.field(validator=checks.each(checks.text))
    icon: str = attrs.field(validator=checks.each(checks.text))
    metric: str = attrs.field(validator=checks.each(checks.text))
    unit: str = attrs.field(validator=checks.each(checks.text))
    threshold: int = attrs.field(validator=checks.each(_threshold))
    bonus: int = attrs.field(default=0, validator=checks.each(_bonus))
    requires: tuple[str, ...] = attrs.field(default=(), converter=_keys)

    def _repr_html_(self) -> str:
        heading = f"{self.icon} {self.name}"
        return _html.card(heading, _html.text(f"{self.description} +{self.bonus} points"))

    @property
    def reason(self) -> str:
        """The reason of the credit that awards it."""
        return f"{AWARD}{self.key}"


class _Standard(tuple[Badge, ...]):
    """The standard badges, which signatures show by their name."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "STANDARD_BADGES"


#: The nine badges of a community that argues about cases.
STANDARD_BADGES: tuple[Badge, ...] = _Standard(
    (
        Badge(1, "first_win", "First Victory", "Win a case.", "🏆", "wins", "wins", 1, 50),
        Badge(
            2,
            "five_wins",
            "Winning Streak",
            "Win 5 cases, in a row or not.",
            "🔥",
            "wins",
            "wins",
            5,
            200,
        ),
        Badge(3, "ten_wins", "Champion", "Win 10 cases.", "👑", "wins", "wins", 10, 500),
        Badge(
            4,
            "top_argument",
            "Master Debater",
            "Write a top-3 argument.",
            "💬",
            "top_arguments",
            "top-3 arguments",
            1,
            100,
        ),
        Badge(
            5,
            "top_argument_3x",
            "Persuasion Expert",
            "Write 3 top-3 arguments.",
            "🎯",
            "top_arguments",
            "top-3 arguments",
            3,
            300,
        ),
        Badge(
            6,
            "active_participant",
            "Active Member",
            "Take part in 20 cases.",
            "⭐",
            "participations",
            "participations",
            20,
            150,
        ),
        Badge(
            7,
            "dedicated_voter",
            "Dedicated Voter",
            "Vote in 50 cases.",
            "🗳️",
            "votes",
            "votes",
            50,
            250,
        ),
        Badge(
            8,
            "early_adopter",
            "Early Adopter",
            "Join the beta.",
            "🚀",
            "kind:beta_joined",
            "beta user",
            1,
            100,
        ),
        Badge(
            9,
            "wallet_connected",
            "Blockchain Ready",
            "Connect a wallet.",
            "🔗",
            "kind:wallet_connected",
            "connected wallet",
            1,
            50,
        ),
    )
)


def check_badges(badges: Iterable[Badge]) -> tuple[Badge, ...]:
    """Return a catalogue of badges in the order of their numbers.

    Raises:
        InvalidValueError: Two badges have one key or one number, a badge requires one that is not
            there, or badges require each other.
    """
    catalogue = tuple(
        checks.instance(f"badges[{n}]", badge, Badge)
        for n, badge in enumerate(checks.iterable("badges", badges))
    )
    _check_differ("key", catalogue)
    _check_differ("number", catalogue)
    ordered = tuple(sorted(catalogue, key=attrgetter("number")))
    _check_required({badge.key: badge.requires for badge in ordered})
    return ordered


def _check_differ(field: str, badges: Iterable[Badge]) -> None:
    first: dict[object, Badge] = {}
    for badge in badges:
        value = getattr(badge, field)
        if value in first:
            raise InvalidValueError(
                f"must differ from that of {first[value].name!r}",
                field=f"badges[{badge.key!r}].{field}",
                value=value,
                remedy=f"Give each badge a {field} of its own.",
            )
        first[value] = badge


def _check_required(requires: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse what leads to a badge that is not there, or back to itself."""
    for badge, keys in requires.items():
        for key in keys:
            if key not in requires:
                raise InvalidValueError(
                    "is not the key of a badge",
                    field=_requires_of(badge),
                    value=key,
                    remedy=f"Known: {', '.join(sorted(requires))}.",
                )
    try:
        TopologicalSorter(requires).prepare()
    except CycleError as error:
        key, badge = error.args[1][:2]  # each is required by the next
        raise InvalidValueError(
            "must not lead back to the badge itself",
            field=_requires_of(badge),
            value=key,
            remedy="Leave out one of those that require each other.",
        ) from None


def _requires_of(badge: str) -> str:
    return f"badges[{badge!r}].requires"


def catalogue_of(badges: Iterable[Badge]) -> tuple[Badge, ...]:
    """Return a checked catalogue; the standard one at once."""
    return STANDARD_BADGES if badges is STANDARD_BADGES else check_badges(badges)


@schema("badge-policy/1")
@attrs.frozen(kw_only=True)
class BadgePolicy:
    """What there is to achieve.

    Raises:
        InvalidValueError: The badges don't go together.

    Examples:
        >>> [badge.key for badge in BadgePolicy().badges[:3]]
        ['first_win', 'five_wins', 'ten_wins']
    """

    #: The badges, in the order of their numbers.
    badges: tuple[Badge, ...] = attrs.field(default=STANDARD_BADGES, converter=catalogue_of)
    #: How the metric ``score`` is computed: its policy says which score it is.
    score: Policy = attrs.field(default=DEFAULT_POLICY, validator=checks.each(check_policy))

    def __repr__(self) -> str:
        return of_policy(self)

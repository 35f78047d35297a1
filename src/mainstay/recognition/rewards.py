"""Rewards: an integer pool, split among those who took part, to the last unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from heapq import nsmallest

import attrs

from mainstay import _checks as checks
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError
from mainstay.recognition.reward_policy import RewardPolicy
from mainstay.recognition.reward_split import RewardSplit

__all__ = ["Argument", "split_pool"]

DEFAULT_POLICY = RewardPolicy()
_count = partial(checks.count, remedy="Give 0 if nobody voted for it.")


@schema("argument/1")
@attrs.frozen
class Argument:
    """An argument in a contest.

    Attributes:
        id: Its id; of arguments that are equal otherwise, the one with the smaller id is first.
        author: Who wrote it.
        at: When.
        votes: How many voted for it.

    Raises:
        InvalidValueError: A text is empty, or ``votes`` negative.
        NaiveDatetimeError: ``at`` has no offset.

    Examples:
        >>> from datetime import UTC
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> arguments = [Argument("a1", "ada", noon, votes=2), Argument("a2", "bob", noon, votes=5)]
        >>> split = split_pool(100, votes={}, verdict="no", arguments=arguments)
        >>> split.top, dict(split.awards)
        (('bob', 'ada'), {'ada': 19, 'bob': 25})
    """

    id: str = attrs.field(validator=checks.each(checks.text))
    author: str = attrs.field(validator=checks.each(checks.text))
    at: datetime = attrs.field(validator=checks.each(checks.instant))
    votes: int = attrs.field(default=0, validator=checks.each(_count))


def split_pool(
    pool: int,
    *,
    votes: Mapping[str, str],
    verdict: str,
    arguments: Iterable[Argument],
    creator: str | None = None,
    policy: RewardPolicy = DEFAULT_POLICY,
) -> RewardSplit:
    """Split an integer pool among those who took part in a contest, to the last unit.

    By default, 40 % goes to the voters on the verdict's side in equal parts, 30 % to the authors
    of the best three arguments as 50, 30 and 20, 20 % to all who took part in equal parts, and
    10 % to the creator if they were 100 or more. The exact fractions of each person are added up,
    and then rounded together: those with the largest remainders get one unit more than the
    others, in a tie the smaller user id. So equals differ by one unit at most, and the awards and
    what has no taker add up to the pool.

    Args:
        pool: What is split, 0 or more.
        votes: The side that each voter took.
        verdict: The side that was right.
        arguments: The arguments that count. Their places follow from their votes: of those with
            as many, the earlier one is first, then the one with the smaller id. An argument
            without a vote takes no place, but its author took part.
        creator: Who made the case.
        policy: The shares, if not the standard ones.

    Raises:
        InvalidValueError: ``pool`` is negative, or two arguments have one id.
        InvalidTypeError: An argument of the function is of another type.

    Examples:
        >>> split = split_pool(1, votes={"ada": "no", "bob": "yes"}, verdict="no", arguments=[])
        >>> dict(split.awards), split.undistributed
        ({'ada': 1, 'bob': 0}, 0)
        >>> for part in split.explain_award("ada"):
        ...     print(f"{part.points:+.2f} {part.text}")
        +0.40 You voted on the verdict's side: all of 40 %.
        +0.10 You took part: one of 2 equal parts of 20 %.
        +0.50 Rounded up to whole units.
    """
    checks.text("verdict", verdict)
    sides = _votes(votes)
    counted = _arguments(arguments)
    best = placed(counted, checks.instance("policy", policy, RewardPolicy))
    return RewardSplit(
        pool=pool,
        winners=frozenset(user for user, side in sides.items() if side == verdict),
        participants=frozenset(sides).union(one.author for one in counted),
        top=tuple(one.author for one in best),
        creator=creator,
        policy=policy,
    )


def placed(arguments: Iterable[Argument], policy: RewardPolicy) -> tuple[Argument, ...]:
    """Return the arguments that take a place, best first; one without a vote takes none."""
    voted_for = (one for one in arguments if one.votes)
    return tuple(nsmallest(len(policy.places), voted_for, key=_by_votes))


def _by_votes(argument: Argument) -> tuple[int, datetime, str]:
    return -argument.votes, argument.at, argument.id


def _votes(votes: Mapping[str, str]) -> Mapping[str, str]:
    checks.mapping(
        "votes", votes, problem="must map user ids to sides", remedy="Such as {'ada': 'no'}."
    )
    for user, side in votes.items():
        if type(side) is not str or not side:  # at once, since there are many
            checks.text(f"votes[{user!r}]", side)
        if type(user) is not str or not user:
            checks.text("a user in votes", user)
    return votes


def _arguments(arguments: Iterable[Argument]) -> list[Argument]:
    by_id: dict[str, Argument] = {}
    for argument in checks.iterable("arguments", arguments):
        checks.instance("arguments", argument, Argument)
        if argument.id in by_id:
            raise InvalidValueError(
                "must differ from that of every other argument",
                field="id of an argument",
                value=argument.id,
                remedy="Give each argument once, with an id of its own.",
            )
        by_id[argument.id] = argument
    return list(by_id.values())

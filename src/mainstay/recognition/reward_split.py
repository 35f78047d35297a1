"""A pool that has been split: what each gets, why, and what nobody gets."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from heapq import nsmallest
from typing import NamedTuple

import attrs

from mainstay import _checks as checks
from mainstay._reprs import Explained, shown
from mainstay._schemas import schema
from mainstay.activity.counts import Counts
from mainstay.errors import InvalidValueError
from mainstay.explanation import Explanation
from mainstay.recognition._amounts import MOST_POINTS
from mainstay.recognition.dicts import RewardSplitDict
from mainstay.recognition.phrases import ENGLISH_REWARDS, RewardPhrasebook
from mainstay.recognition.reward_policy import ALL, RewardPolicy

__all__ = ["RewardSplit"]

_pool = partial(
    checks.count,
    high=MOST_POINTS,
    remedy="Give 0 if there is nothing to split. Count a larger pool in larger units.",
)


def _check_took_part(field: str, people: frozenset[str], participants: frozenset[str]) -> None:
    if strangers := people - participants:
        raise InvalidValueError(
            "must be among the participants",
            field=field,
            value=min(strangers),
            remedy="Voters and authors are all participants: add who is missing.",
        )


def _check_places(top: tuple[str, ...], most: int) -> None:
    if len(top) > most:
        raise InvalidValueError(
            f"must be at most {most}",
            field="top",
            value=top,
            remedy="The policy has no more places: leave out the authors after them.",
        )


def _people(field: str, value: object) -> frozenset[str]:
    people: frozenset[str] = checks.instance(field, value, frozenset)
    if {*map(type, people)} <= {str} and "" not in people:
        return people  # at once, since there may be many
    return frozenset(checks.text(field, person) for person in people)


def _authors(field: str, value: object) -> tuple[str, ...]:
    authors: tuple[object, ...] = checks.instance(field, value, tuple)
    return tuple(checks.text(f"{field}[{n}]", author) for n, author in enumerate(authors))


@schema("reward-split/1")
@attrs.frozen(repr=False)
class RewardSplit(Explained):
    """A pool that has been split: what each gets, and why.

    The awards follow from the other fields and are computed. With ``undistributed`` they add up
    to ``pool``, to the unit.

    Attributes:
        pool: What was to be split.
        winners: Who voted on the verdict's side.
        participants: Who took part: all voters whose vote counts, and all authors.
        top: The authors of the arguments that took a place, best first.
        creator: Who made the case, if that is known.
        policy: The shares.
        awards: What each participant gets, and the creator; not an argument.
        undistributed: What has no taker; not an argument.

    Raises:
        InvalidValueError: ``pool`` is negative; a winner or an author is not among the
            participants; or there are more authors than places.

    Examples:
        >>> from mainstay.recognition import split_pool
        >>> votes = {"ada": "no", "bob": "no", "cyd": "yes"}
        >>> split = split_pool(1000, votes=votes, verdict="no", arguments=[])
        >>> dict(split.awards), split.undistributed
        ({'ada': 267, 'bob': 267, 'cyd': 66}, 400)
        >>> print(split.explain()[0].text)
        40 % for voting on the verdict's side: 2 people equally.
    """

    pool: int = attrs.field(validator=checks.each(_pool))
    winners: frozenset[str] = attrs.field(validator=checks.each(_people))
    participants: frozenset[str] = attrs.field(validator=checks.each(_people))
    top: tuple[str, ...] = attrs.field(validator=checks.each(_authors))
    creator: str | None = attrs.field(validator=checks.optional(checks.text))
    policy: RewardPolicy = attrs.field(
        kw_only=True, validator=checks.each(partial(checks.instance, kind=RewardPolicy))
    )
    awards: Counts = attrs.field(init=False)
    undistributed: int = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        _check_took_part("winners", self.winners, self.participants)
        _check_took_part("top", frozenset(self.top), self.participants)
        _check_places(self.top, len(self.policy.places))
        awards, undistributed = _whole_units(self)
        object.__setattr__(self, "awards", Counts(awards))
        object.__setattr__(self, "undistributed", undistributed)

    def __repr__(self) -> str:
        return shown(
            self,
            pool=self.pool,
            awarded=len(self.awards),
            undistributed=self.undistributed,
            winners=len(self.winners),
            participants=len(self.participants),
            top=self.top,
            creator=self.creator,
        )

    @property
    def creator_paid(self) -> bool:
        """Whether the creator is known, and there are enough participants."""
        return self.creator is not None and len(self.participants) >= self.policy.creator_from

    def explain(self, phrases: RewardPhrasebook = ENGLISH_REWARDS) -> tuple[Explanation, ...]:
        """Return one explanation a group, with its part of the pool, and what has no taker.

        A group's part is that before rounding to whole units, which moves less than one unit a
        person.
        """
        policy, shares, left = self.policy, _Shares.of(self), self.undistributed
        winners, participants = len(self.winners), len(self.participants)
        paid = self.creator_paid
        text = phrases.creator(policy.creator, policy.creator_from, paid=paid)
        return (
            shares.explained(
                "winners", shares.winner * winners, phrases.winners(policy.winners, winners)
            ),
            shares.explained(
                "arguments", sum(shares.places), phrases.arguments(policy.arguments, len(self.top))
            ),
            shares.explained(
                "participants",
                shares.participant * participants,
                phrases.participants(policy.participants, participants),
            ),
            shares.explained("creator", shares.creator, text),
            Explanation("undistributed", left, None, phrases.undistributed(left)),
        )

    @property
    def _heading(self) -> str:
        return f"{self.pool:,} points among {len(self.awards)}"

    @property
    def explanations(self) -> tuple[Explanation, ...]:
        """What :meth:`explain` gives, in the standard words."""
        return self.explain()

    def explain_award(
        self, user_id: str, phrases: RewardPhrasebook = ENGLISH_REWARDS
    ) -> tuple[Explanation, ...]:
        """Return why a user gets what they get: one explanation a reason, and one for rounding.

        Their points add up to the award exactly (``math.fsum``).

        Raises:
            InvalidValueError: The user has no part in this pool.
        """
        if checks.text("user_id", user_id) not in self.awards:
            raise InvalidValueError(
                "has no part in this pool",
                field="user_id",
                value=user_id,
                remedy="Ask for somebody who is in awards.",
            )
        award, shares = self.awards[user_id], _Shares.of(self)
        # In steps this fine, sums up to the award are exact. What is rounded to them is the sum so
        # far, so that parts of a whole share add up to it.
        steps = 1 << max(0, 52 - award.bit_length())
        parts, so_far, told = [], 0, 0
        for name, share, text in self._reasons(user_id, shares, phrases):
            so_far += share
            now = (2 * so_far * steps + shares.whole) // (2 * shares.whole)
            parts.append(Explanation(name, (now - told) / steps, None, text))
            told = now
        rounding = (award * steps - told) / steps
        if rounding:
            parts.append(Explanation("rounding", rounding, None, phrases.rounding(rounding)))
        return tuple(parts)

    def _reasons(
        self, user_id: str, shares: _Shares, phrases: RewardPhrasebook
    ) -> Iterator[tuple[str, int, str]]:
        """Yield the parts of a user's share, and the words for each."""
        policy = self.policy
        if user_id in self.winners:
            text = phrases.winner(policy.winners, len(self.winners))
            yield "winners", shares.winner, text
        for place, author in enumerate(self.top):
            if author == user_id:
                text = phrases.place(place + 1, policy.arguments, policy.places[place])
                yield "arguments", shares.places[place], text
        if user_id in self.participants:
            text = phrases.participant(policy.participants, len(self.participants))
            yield "participants", shares.participant, text
        if user_id == self.creator and self.creator_paid:
            yield "creator", shares.creator, phrases.creator_of(policy.creator)

    def to_dict(self) -> RewardSplitDict:
        """Return plain data for a JSON response; awards are in the order of the user ids."""
        return {
            "pool": self.pool,
            "awards": dict(self.awards),
            "undistributed": self.undistributed,
            "explanations": [explanation.text for explanation in self.explanations],
        }


class _Shares(NamedTuple):
    """Exact shares, as numerators over one common denominator, ``whole``: that is one unit."""

    whole: int
    winner: int
    places: tuple[int, ...]
    participant: int
    creator: int

    @classmethod
    def of(cls, split: RewardSplit) -> _Shares:
        """Return the shares of a split."""
        policy, pool = split.policy, split.pool
        winners, participants = max(1, len(split.winners)), max(1, len(split.participants))
        common = math.lcm(winners, participants)
        per_cent = pool * ALL * common  # of the pool, in ten-thousandths
        return cls(
            whole=ALL * ALL * common,
            winner=policy.winners * per_cent // winners,
            places=tuple(
                pool * common * policy.arguments * place
                for place, _ in zip(policy.places, split.top, strict=False)
            ),
            participant=policy.participants * per_cent // participants,
            creator=policy.creator * per_cent if split.creator_paid else 0,
        )

    def explained(self, name: str, share: int, text: str) -> Explanation:
        """Return an explanation with a share in units."""
        return Explanation(name, share / self.whole, None, text)

    def by_share(self, split: RewardSplit) -> dict[int, list[str]]:
        """Return the users of each share; few shares differ, however many users there are."""
        extra: defaultdict[str, int] = defaultdict(int)
        for author, share in zip(split.top, self.places, strict=True):
            extra[author] += share
        if split.creator is not None and split.creator_paid:
            extra[split.creator] += self.creator
        users: defaultdict[int, list[str]] = defaultdict(list)
        users[self.participant + self.winner] += split.winners.difference(extra)
        users[self.participant] += split.participants.difference(split.winners, extra)
        for user, share in extra.items():
            took_part = self.participant * (user in split.participants)
            won = self.winner * (user in split.winners)
            users[share + took_part + won].append(user)
        return users


def _whole_units(split: RewardSplit) -> tuple[dict[str, int], int]:
    """Return what each gets and what nobody gets, in whole units, by one largest remainder.

    Each gets the whole units of their share. What is left over goes, a unit each, to those with
    the largest remainders; ties go to the smaller user id, and what nobody gets is last.
    """
    shares = _Shares.of(split)
    users = shares.by_share(split)
    awarded = sum(share * len(several) for share, several in users.items())
    undistributed, unclaimed = divmod(split.pool * shares.whole - awarded, shares.whole)
    awards = {user: share // shares.whole for share, several in users.items() for user in several}
    left = split.pool - undistributed - sum(awards.values())
    of_remainder: defaultdict[int, list[str]] = defaultdict(list)
    for share, several in users.items():
        of_remainder[share % shares.whole] += several
    of_remainder[unclaimed] += []
    for remainder in sorted(of_remainder, reverse=True):
        for user in nsmallest(left, of_remainder[remainder]):
            awards[user] += 1
            left -= 1
        if left and remainder == unclaimed:
            undistributed, left = undistributed + 1, left - 1
    return {user: awards[user] for user in sorted(awards)}, undistributed

"""Leaderboards: who has how much, and who comes before whom."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Generic, Literal, NamedTuple, TypeAlias, TypeVar, get_args

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError
from mainstay.recognition._amounts import whole_sum

__all__ = [
    "Ranked",
    "Rung",
    "Ties",
    "check_by_total",
    "check_ties",
    "ladder",
    "neighbours",
    "places_after",
    "rank",
    "rank_for",
    "rank_under",
    "tied",
    "user_ids",
]

T = TypeVar("T", bound=float)

#: How those with the same total are ranked: 1 2 2 4, 1 2 2 3, 1 2 3 4 by user id, or 1 2 3 4 by
#: who reached it first.
Ties: TypeAlias = Literal["competition", "dense", "ordinal", "earliest"]


class Ranked(NamedTuple, Generic[T]):
    """A place on a board: the rank, from 1, the user and their total.

    Examples:
        >>> first, *others = rank({"ada": 250, "bob": 300})
        >>> first.user_id, first.total
        ('bob', 300)
        >>> [place.rank for place in others]
        [2]
    """

    rank: int
    user_id: str
    total: T


class Rung(NamedTuple):
    """A total that somebody has, and how many have it and more.

    The rank of any total follows from the rung right above it.

    Examples:
        >>> rungs = ladder([100, 250, 300, 250])
        >>> [(rung.total, rung.users, rung.above) for rung in rungs]
        [(300, 1, 0), (250, 2, 1), (100, 1, 3)]
        >>> rungs[1].above + rungs[1].users + 1  # the rank of 200 points
        4
    """

    total: int
    users: int
    above: int
    totals_above: int


def rank(
    totals: Mapping[str, T],
    *,
    ties: Ties = "competition",
    reached: Mapping[str, datetime] | None = None,
    exclude: Iterable[str] = (),
    among: Iterable[str] | None = None,
) -> tuple[Ranked[T], ...]:
    """Rank users by their totals, the highest first.

    Totals can be points, scores, streaks or any other finite numbers. Inside a tie, the order is
    that of the user ids by code point, except with ``"earliest"``.

    Args:
        totals: The total of each user.
        ties: ``"competition"`` (standard competition ranking) gives 1, 2, 2, 4; ``"dense"`` gives
            1, 2, 2, 3; ``"ordinal"`` gives 1, 2, 3, 4; ``"earliest"`` too, and puts those first
            who reached the total first.
        reached: When each user reached their total; needed by ``"earliest"``, for all that are
            listed.
        exclude: Users to leave out. Those below them move up.
        among: Users to rank among themselves, such as one's friends; everybody without it. Those
            without a total stay unlisted.

    Raises:
        InvalidTypeError: An argument is of another type.
        InvalidValueError: ``ties`` is another word, a total is not finite, or ``"earliest"`` is
            not told when somebody reached theirs.

    Examples:
        >>> for place in rank({"ada": 250, "bob": 300, "cyd": 250, "dan": 100}):
        ...     print(*place)
        1 bob 300
        2 ada 250
        2 cyd 250
        4 dan 100
    """
    check_ties(ties)
    listed = _listed(totals, exclude, among)
    # Sorts are stable: the last decides first. A negated total would order wrong if it is unsigned,
    # or rounded by the thread's context for decimals.
    ordered = sorted(listed.items(), key=itemgetter(0))
    if ties == "earliest":
        ordered.sort(key=_by_reached(listed, reached))
    ordered.sort(key=itemgetter(1), reverse=True)
    if ties in {"ordinal", "earliest"}:
        return tuple(_ordinal(ordered))
    return tuple(tied(ordered, dense=ties == "dense"))


def check_ties(ties: object) -> None:
    """Refuse what is not a way to rank those with the same total."""
    if ties not in get_args(Ties):
        words = ", ".join(map(repr, get_args(Ties)))
        raise InvalidValueError(
            f"must be one of {words}",
            field="ties",
            value=ties,
            remedy="The usual one is 'competition': 1, 2, 2, 4.",
        )


def user_ids(field: str, users: Iterable[str]) -> frozenset[str]:
    """Return a set of user ids; a single one is refused."""
    return frozenset(checks.text(field, user) for user in checks.iterable(field, users))


def _listed(
    totals: Mapping[str, T], exclude: Iterable[str], among: Iterable[str] | None
) -> dict[str, T]:
    checks.mapping(
        "totals", totals, problem="must map user ids to totals", remedy="Such as {'ada': 250}."
    )
    excluded = user_ids("exclude", exclude)
    wanted = totals.keys() if among is None else user_ids("among", among)
    return {
        checks.text("a user in totals", user): _total(user, total)
        for user, total in totals.items()
        if user in wanted and user not in excluded
    }


def _total(user: str, total: T) -> T:
    if type(total) is not int:
        remedy = "Leave out users without a total."
        checks.number(f"totals[{user!r}]", total, -math.inf, remedy=remedy)
    return total


def _by_reached(
    listed: Iterable[str], reached: Mapping[str, datetime] | None
) -> Callable[[tuple[str, float]], datetime]:
    """Return what orders by when the total was reached."""
    known = checks.mapping(
        "reached",
        {} if reached is None else reached,
        problem="must map user ids to instants",
        remedy="Such as {'ada': datetime(2024, 5, 1, 12, tzinfo=UTC)}.",
    )
    for user in listed:
        if user not in known:
            raise InvalidValueError(
                f"must say when {user!r} reached their total",
                field="reached",
                value=reached,
                remedy="Ranking by who was earliest needs it of everybody listed.",
            )
    instants = {user: checks.instant(f"reached[{user!r}]", known[user]) for user in listed}
    return lambda item: instants[item[0]]


def _ordinal(ordered: Iterable[tuple[str, T]]) -> Iterator[Ranked[T]]:
    return (Ranked(place, user, total) for place, (user, total) in enumerate(ordered, 1))


def tied(ordered: Iterable[tuple[str, T]], *, dense: bool) -> Iterator[Ranked[T]]:
    """Rank users in the order of their totals: those with the same total have the same rank."""
    place, before = 0, None
    for number, (user, total) in enumerate(ordered, 1):
        if total != before:
            place, before = place + 1 if dense else number, total
        yield Ranked(place, user, total)


def neighbours(
    ranking: Sequence[Ranked[T]], user_id: str, *, count: int = 2
) -> tuple[Ranked[T], ...]:
    """Return the places around a user: ``count`` before, their own, and ``count`` after.

    At an end of the board there are fewer. Nobody is around a user who is not listed.

    Raises:
        InvalidValueError: ``count`` is negative.

    Examples:
        >>> ranking = rank({"ada": 250, "bob": 300, "cyd": 250, "dan": 100})
        >>> [place.user_id for place in neighbours(ranking, "cyd", count=1)]
        ['ada', 'cyd', 'dan']
    """
    checks.text("user_id", user_id)
    checks.count("count", count, remedy="Give 0 for their own place alone.")
    places = tuple(checks.iterable("ranking", ranking))
    for index, place in enumerate(places):
        if checks.instance("ranking", place, Ranked).user_id == user_id:
            return places[max(0, index - count) : index + count + 1]
    return ()


def places_after(ranking: Sequence[Ranked[T]], last: Ranked[T], ties: Ties) -> Sequence[Ranked[T]]:
    """Return the places after the last one of a page, wherever its user is by now.

    By who was earliest, nobody knows any more where in its tie a user was who has moved: then the
    whole tie comes, so that nobody is left out.
    """
    if ties == "earliest":
        for index, place in enumerate(ranking):
            if (place.user_id, place.total) == (last.user_id, last.total):
                return ranking[index + 1 :]
        return [place for place in ranking if place.total <= last.total]
    return [place for place in ranking if _is_after(place, last)]


def _is_after(place: Ranked[T], last: Ranked[T]) -> bool:
    if place.total == last.total:
        return place.user_id > last.user_id
    return place.total < last.total


def rank_for(
    total: float,
    totals: Mapping[str, float],
    *,
    ties: Ties = "competition",
    exclude: Iterable[str] = (),
    among: Iterable[str] | None = None,
) -> int:
    """Return the rank that a total has, or would have, among others.

    Competition: one more than there are users with more. Dense: one more than there are different
    totals above it.

    Args:
        total: The total.
        totals: Those to compare with.
        exclude: Users to leave out.
        among: Users to compare with; everybody without it.
        ties: ``"competition"`` or ``"dense"``: no other rank follows from a total alone.

    Raises:
        InvalidValueError: ``ties`` is another word, or a total is not finite.

    Examples:
        >>> rank_for(200, {"ada": 250, "bob": 300, "cyd": 250})
        4
    """
    check_by_total(ties)
    checks.number("total", total, -math.inf, remedy="Ask for a total that somebody can have.")
    above = [other for other in _listed(totals, exclude, among).values() if other > total]
    return 1 + len(set(above) if ties == "dense" else above)


def check_by_total(ties: object) -> None:
    """Refuse ties that a total alone doesn't rank."""
    check_ties(ties)
    if ties not in {"competition", "dense"}:
        raise InvalidValueError(
            "must be 'competition' or 'dense'",
            field="ties",
            value=ties,
            remedy="Other ranks depend on more than the total.",
        )


def ladder(totals: Iterable[int]) -> tuple[Rung, ...]:
    """Return the rungs of some totals, the highest first.

    Raises:
        InvalidTypeError: A total is not a whole number.

    Examples:
        >>> ladder([100, 250, 300, 250])[-1]
        Rung(total=100, users=1, above=3, totals_above=2)
    """
    rungs, above = [], 0
    whole = (whole_sum("totals", total) for total in checks.iterable("totals", totals))
    counted = sorted(Counter(whole).items(), reverse=True)
    for totals_above, (total, users) in enumerate(counted):
        rungs.append(Rung(total, users, above, totals_above))
        above += users
    return tuple(rungs)


def rank_under(rung: Rung | None, ties: Ties) -> int:
    """Return the rank of who stands right under a rung: 1 without one."""
    if rung is None:
        return 1
    return rung.totals_above + 2 if ties == "dense" else rung.above + rung.users + 1

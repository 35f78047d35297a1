"""Leaderboards, counted when they are asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import attrs
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.leaderboards._totals import Totals
from mainstay.recognition import Ranked, Ties, neighbours, rank, rank_for
from mainstay.recognition.leaderboards import places_after

__all__ = ["Live", "LiveFew"]


#: When a place was reached, where that does not matter.
_ANY = datetime.min.replace(tzinfo=UTC)


class _Place(NamedTuple):
    """A user on the board; ``reached`` orders them only where ties are to be by it."""

    user_id: str
    total: int
    reached: datetime


@attrs.frozen
class Live:
    """A leaderboard of some totals."""

    totals: Totals
    ties: Ties

    def listed(self) -> int:
        """Return how many users are listed."""
        return self.totals.listed()

    def rank_of(self, user_id: str) -> Ranked[int] | None:
        """Return a user's place with its rank; ``None`` if they are not listed."""
        place = self._place_of(user_id)
        return None if place is None else Ranked(self._rank(place), user_id, place.total)

    def _place_of(self, user_id: str) -> _Place | None:
        rows = self.totals.rows
        row = self.totals.connection.execute(
            select(rows).where(rows.c.user_id == user_id)
        ).one_or_none()
        return None if row is None else _Place(*row)

    def _rank(self, place: _Place) -> int:
        if self.ties in {"competition", "dense"}:
            return self.rank_for(place.total)
        return self._position(place)

    def rank_for(self, total: int) -> int:
        """Return the rank of a total, by competition or dense ranking."""
        if self.ties == "dense":
            return 1 + self.totals.count_totals_above(total)
        return 1 + self.totals.count(self.totals.rows.c.total > total)

    def _position(self, place: _Place) -> int:
        return 1 + self.totals.count(self._beyond(place, before=True))

    def first(self, limit: int, after: Ranked[int] | None) -> tuple[Ranked[int], ...]:
        """Return the first places, or those after one."""
        if after is None:
            return tuple(self._ranks(self._places(limit), 1, 1))
        return self._ranked(self._places(limit, self._after(after)))

    def around(self, user_id: str, count: int) -> tuple[Ranked[int], ...]:
        """Return the places around a user; nothing if they are not listed."""
        place = self._place_of(user_id)
        if place is None:
            return ()
        before = self._places(count, self._beyond(place, before=True), backward=True)
        after = self._places(count, self._beyond(place, before=False))
        return self._ranked([*reversed(before), place, *after])

    def _ranked(self, found: Sequence[_Place]) -> tuple[Ranked[int], ...]:
        """Return neighbouring places with their ranks."""
        if not found:
            return ()
        first = found[0]
        return tuple(self._ranks(found, self._rank(first), self._position(first)))

    def _ranks(self, found: Sequence[_Place], rank: int, position: int) -> Iterator[Ranked[int]]:
        """Yield neighbouring places with their ranks, from the first one's rank and position."""
        last: int | None = None
        for index, place in enumerate(found, position):
            if self.ties in {"ordinal", "earliest"}:
                rank = index
            elif last is not None and place.total != last:
                rank = rank + 1 if self.ties == "dense" else index
            last = place.total
            yield Ranked(rank, place.user_id, place.total)

    def _places(
        self, limit: int, *conditions: ColumnElement[bool], backward: bool = False
    ) -> list[_Place]:
        if not limit:
            return []
        query = select(self.totals.rows).where(*conditions).limit(limit)
        rows = self.totals.connection.execute(self._ordered(query, backward=backward))
        return [_Place(*row) for row in rows]

    def _ordered(self, query: Select[Any], *, backward: bool) -> Select[Any]:
        total, *others = self._keys()
        if backward:
            return query.order_by(total, *(key.desc() for key in others))
        return query.order_by(total.desc(), *others)

    def _keys(self) -> list[ColumnElement[Any]]:
        """Return what places are ordered by: the first descending, the others ascending."""
        rows = self.totals.rows.c
        keys: list[ColumnElement[Any]] = [rows.total, rows.user_id]
        return [rows.total, rows.reached, rows.user_id] if self.ties == "earliest" else keys

    def _beyond(self, place: _Place, *, before: bool) -> ColumnElement[bool]:
        """Say that places are before one, or after it; first by what an index answers."""
        rows = self.totals.rows.c
        user = rows.user_id < place.user_id if before else rows.user_id > place.user_id
        if self.ties == "earliest":
            sooner = rows.reached < place.reached if before else rows.reached > place.reached
            user = or_(sooner, and_(rows.reached == place.reached, user))
        if before:
            return and_(rows.total >= place.total, or_(rows.total > place.total, user))
        return and_(rows.total <= place.total, or_(rows.total < place.total, user))

    def _after(self, last: Ranked[int]) -> ColumnElement[bool]:
        """Say that places are after the last one of a page, as :func:`places_after` does."""
        if self.ties != "earliest":
            return self._beyond(_Place(last.user_id, last.total, _ANY), before=False)
        place = self._place_of(last.user_id)
        if place is not None and place.total == last.total:
            return self._beyond(place, before=False)
        return self.totals.rows.c.total <= last.total


@attrs.frozen
class LiveFew:
    """A leaderboard of a few users among themselves, read as a whole."""

    ranking: Sequence[Ranked[int]]
    ties: Ties

    @classmethod
    def of(cls, totals: Totals, users: Collection[str], ties: Ties) -> LiveFew:
        """Read the totals of some users."""
        found = [_Place(*row) for row in totals.connection.execute(totals.of(users))]
        reached = {place.user_id: place.reached for place in found}
        totals_of = {place.user_id: place.total for place in found}
        return cls(rank(totals_of, ties=ties, reached=reached), ties)

    def listed(self) -> int:
        """Return how many users are listed."""
        return len(self.ranking)

    def rank_of(self, user_id: str) -> Ranked[int] | None:
        """Return a user's place with its rank; ``None`` if they are not listed."""
        return next(iter(self.around(user_id, 0)), None)

    def rank_for(self, total: int) -> int:
        """Return the rank of a total, by competition or dense ranking."""
        totals = {place.user_id: place.total for place in self.ranking}
        return rank_for(total, totals, ties=self.ties)

    def first(self, limit: int, after: Ranked[int] | None) -> tuple[Ranked[int], ...]:
        """Return the first places, or those after one."""
        places = self.ranking if after is None else places_after(self.ranking, after, self.ties)
        return tuple(places[:limit])

    def around(self, user_id: str, count: int) -> tuple[Ranked[int], ...]:
        """Return the places around a user; nothing if they are not listed."""
        return neighbours(self.ranking, user_id, count=count)

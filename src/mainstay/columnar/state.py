"""What is kept of each user while events go by: a few numbers, whatever their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mainstay.activity.year import YEAR_WEEKS
from mainstay.columnar.bit_columns import WEEKS, AnyBits, weeks_of
from mainstay.columnar.columns import NO_DAY, first
from mainstay.columnar.keys import Longs, Numbers
from mainstay.columnar.reading import OLDER, Chunk, Columns
from mainstay.columnar.zones import LocalDays
from mainstay.errors import BadRecordError

__all__ = ["Active", "Calendar", "Days", "PerUser", "Read", "State", "Year"]

#: Some events, with the numbers of their users.
Read: TypeAlias = tuple[Chunk, Numbers]
_NEVER = np.iinfo(np.int64).min


class PerUser:
    """A number a user, by the user's own number, that events in any order add to."""

    def __init__(
        self, nothing: int, kind: type[np.integer[Any] | np.bool_] = np.int64, *each: int
    ) -> None:
        self._nothing = nothing
        self._values = np.empty((0, *each), kind)

    def add(self, some: Sequence[Read]) -> None:
        """Add what chunks say of their users."""
        needed = 1 + max(int(users.max(initial=-1)) for _, users in some)
        if needed > len(self._values):
            self._values = self._longer(max(needed, 2 * len(self._values)))
        for chunk, users in some:
            self._add(chunk, users.astype(np.int64))

    def _longer(self, users: int) -> Any:
        """Return the numbers with room for so many users; memory of zeros is taken when used."""
        shape, kind = (users, *self._values.shape[1:]), self._values.dtype
        more = np.full(shape, self._nothing, kind) if self._nothing else np.zeros(shape, kind)
        more[: len(self._values)] = self._values
        return more

    def _add(self, chunk: Chunk, users: Longs) -> None:
        raise NotImplementedError

    def of(self, users: int) -> Any:
        """Return the numbers of so many users."""
        return self._values[:users]


class Active(PerUser):
    """The days on which they were active, counted back from the horizon.

    Attributes:
        oldest: The last of these days, which stands for all before it, too.
    """

    oldest: int

    def newest(self, users: int) -> NDArray[np.uint32]:
        """Return how many days before the horizon each was last active, if that is at most 2."""
        raise NotImplementedError


class _Bits(Active):
    """Bits counted back from the horizon."""

    def bits(self, users: int) -> tuple[AnyBits, ...]:
        """Return the bits of so many users: of days, and of weeks if they are kept."""
        raise NotImplementedError

    def newest(self, users: int) -> NDArray[np.uint32]:
        """Return how many days before the horizon each was last active; 32 if never of late."""
        days = self.bits(users)[0]
        newest: NDArray[np.uint8] = np.bitwise_count((days & -days) - np.uint32(1))
        return newest.astype(np.uint32)

    def _set(self, places: Longs, bits: AnyBits) -> None:
        """Set bits in some places, of which some may be there several times."""
        values = self._values.reshape(-1)
        # np.bitwise_or.at would do, at a fifth of the speed. Of several bits in one place the last
        # one is set; the others have another go, at most as often as there are bits.
        while len(places):
            values[places] = values.take(places) | bits
            lost = np.flatnonzero((values.take(places) & bits) == 0)
            places, bits = places[lost], bits[lost]


class Days(_Bits):
    """The days on which they were active."""

    #: The last of these days stands for all before it, too.
    oldest = OLDER

    def __init__(self) -> None:
        super().__init__(0, np.uint32)

    def bits(self, users: int) -> tuple[AnyBits, ...]:
        """Return the bits of so many users' days."""
        return (self.of(users),)

    def _add(self, chunk: Chunk, users: Longs) -> None:
        self._set(users, np.uint32(1) << chunk.ages.astype(np.uint32))


class Year(_Bits):
    """The days of late, and the weeks before, in which they were active.

    Each event sets one bit: what weeks the days of late are in follows from them.

    Args:
        horizon: The day that days and weeks are counted back from, in days since 1970.
    """

    #: Its week, too, is before the 52 that end with anybody's today.
    oldest = 7 * (YEAR_WEEKS + 1)

    def __init__(self, horizon: int) -> None:
        super().__init__(0, np.uint64, 2)
        self._horizon = horizon
        ages = np.arange(self.oldest + 1)
        self._is_week = ages >= OLDER
        place = np.where(self._is_week, WEEKS.between(horizon - ages, horizon), ages)
        self._bit = np.uint64(1) << place.astype(np.uint64)

    def bits(self, users: int) -> tuple[AnyBits, ...]:
        """Return the bits of so many users' days and weeks."""
        days, weeks = self.of(users).T
        days = days.astype(np.uint32)
        return days, weeks | weeks_of(days, self._horizon)

    def _add(self, chunk: Chunk, users: Longs) -> None:
        self._set(2 * users + self._is_week.take(chunk.ages), self._bit.take(chunk.ages))


class Calendar(Active):
    """The days on which they were active, a byte a day, as far back from the horizon as asked for.

    Args:
        oldest: The last of these days, which stands for all before it, too.
    """

    def __init__(self, oldest: int) -> None:
        super().__init__(0, np.bool_, oldest + 1)
        self.oldest = oldest

    def newest(self, users: int) -> NDArray[np.uint32]:
        """Return how many days before the horizon each was last active, if that is at most 2."""
        recent = self.of(users)[:, :3]
        return np.where(recent.any(axis=1), recent.argmax(axis=1), OLDER).astype(np.uint32)

    def _add(self, chunk: Chunk, users: Longs) -> None:
        self._values[users, chunk.ages] = True


class Latest(PerUser):
    """When they were last active, and what decides on today between zones at that instant."""

    _newest = _NEVER

    def _add(self, chunk: Chunk, users: Longs) -> None:
        latest = (chunk.instants << 4) + chunk.ranks
        if self._in_order(latest):
            self._values[users] = latest  # as in most logs: of several the last one stays
            return
        # As np.maximum.at does, which keeps other threads waiting: of several rows of one user the
        # last one stays, and those that are later have another go.
        self._values[users] = np.maximum(self._values.take(users), latest)
        lost = np.flatnonzero(self._values.take(users) < latest)
        np.maximum.at(self._values, users[lost], latest[lost])

    def _in_order(self, latest: Longs) -> bool:
        """Say whether none is before another that was there earlier."""
        before, self._newest = self._newest, max(self._newest, int(latest.max(initial=_NEVER)))
        if latest.min(initial=before) < before:
            return False
        return bool((latest[1:] >= latest[:-1]).all())


class Joined(PerUser):
    """The first day on which any row says that they joined."""

    def _add(self, chunk: Chunk, users: Longs) -> None:
        np.minimum.at(self._values, users, chunk.joined)


class Zones(PerUser):
    """Their own zone; there is only one."""

    def __init__(self, field: str) -> None:
        super().__init__(-1)
        self._field = field

    def _add(self, chunk: Chunk, users: Longs) -> None:
        unset = np.flatnonzero(self._values.take(users) < 0)
        self._values[users[unset]] = chunk.zones[unset]
        moved = first(self._values.take(users) != chunk.zones)
        if moved is not None:
            raise BadRecordError(
                "must be the same on all rows of a user",
                field=self._field,
                value="another zone than before",
                remedy="Where each event was recorded goes into timezone, a column of its own.",
                place="row",
                number=chunk.row(moved),
            )


class State:
    """All that is kept of users, for the columns that there are."""

    def __init__(self, columns: Columns, days: Active, also: Sequence[PerUser] = ()) -> None:
        self.days: Active = days
        self._also = also
        self.joined: Joined | None = None if columns.member_since is None else Joined(NO_DAY)
        self._where: Latest | Zones | None = None
        if columns.user_zone is not None:
            self._where = Zones(str(columns.user_zone))
        elif columns.zone is None:
            self._where = Latest(_NEVER)

    @property
    def kept(self) -> list[PerUser]:
        """Each of them: they don't need one another."""
        found = (self.days, self._where, self.joined, *self._also)
        return [kept for kept in found if kept is not None]

    def lags(self, users: int, clock: LocalDays) -> NDArray[np.uint32]:
        """Return how many days before the horizon today is for so many users.

        It is never before a day on which they were active.
        """
        if isinstance(self._where, Latest):
            lags = 3 - (self._where.of(users) & 3)
        elif isinstance(self._where, Zones):
            lags = clock.lags().take(self._where.of(users))
        else:
            lags = np.full(users, clock.lags()[0])
        today: NDArray[np.uint32] = np.minimum(lags, self.days.newest(users)).astype(np.uint32)
        return today

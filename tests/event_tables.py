"""Tables of events, what the pure-Python core says of them, and ways to hand them over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypedDict

import attrs
import pyarrow as pa
import pytest
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay import ConsistencyPolicy, Session, YearPolicy, YearScore, score_sessions
from mainstay.columnar import Source, crew, folding, score_table
from mainstay.daystarts import DayStart
from mainstay.scores.by_policy import Policy, Score
from mainstay.scores.consistency.policy import DEFAULT_POLICY
from mainstay.testing import strategies
from mainstay.testing.strategies.calendar import around, turning_points
from tests import oracles

Row = dict[str, Any]

#: Long before the window: the turn of 1970, local mean times, and the first instants there are.
OLD = [
    datetime(2, 1, 2, tzinfo=UTC),
    datetime(1799, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(1850, 6, 1, 4, 56, 1, tzinfo=UTC),
    datetime(1940, 3, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(1999, 12, 31, 12, tzinfo=UTC),
]


class Asked(TypedDict):
    """What functions that read such tables are told of them."""

    as_of: datetime
    timezone: str | None
    user_zone: str | None
    day_start: DayStart
    member_since: str | None
    policy: Policy


@attrs.frozen
class Event:
    """One row: whose it is, when it was, where it was recorded, when the user joined."""

    user: int
    at: datetime
    zone: str | None = None
    joined: date | None = None


@attrs.frozen(kw_only=True)
class Case:
    """A table of events and how it is to be scored.

    ``home`` holds each user's own zone, or is the zone of all, or there is none.
    """

    events: Sequence[Event]
    as_of: datetime
    carried: str = "UTC"
    zoned: bool = True
    home: Mapping[int, str] | str | None = None
    members: bool = False
    day_start: DayStart = time(0)
    policy: Policy = DEFAULT_POLICY

    def table(self, ids: Any = None) -> Any:
        """The events as an Arrow table, with users as integers or with the ids given for them."""
        users = pa.array([event.user for event in self.events], pa.int64())
        columns = {
            "user_id": users if ids is None else ids.take(users),
            "started_at": pa.array(
                [event.at for event in self.events], pa.timestamp("us", self.carried)
            ),
        }
        if self.zoned:
            columns["zone"] = pa.array([event.zone for event in self.events], pa.string())
        if isinstance(self.home, Mapping):
            homes = [self.home[event.user] for event in self.events]
            columns["home"] = pa.array(homes, pa.string())
        if self.members:
            columns["joined"] = pa.array([event.joined for event in self.events], pa.date32())
        return pa.table(columns)

    def scores(self, source: Source | None = None) -> list[Row]:
        """The rows that the columnar engine makes of the events, or of a source with such."""
        scores = score_table(self.table() if source is None else source, **self.asked())
        rows: list[Row] = pa.table(scores).to_pylist()
        return rows

    def asked(self) -> Asked:
        """What a function that reads such tables is told of them."""
        return {
            "as_of": self.as_of,
            "timezone": "zone" if self.zoned else None,
            "user_zone": "home" if isinstance(self.home, Mapping) else self.home,
            "day_start": self.day_start,
            "member_since": "joined" if self.members else None,
            "policy": self.policy,
        }

    def expected(self) -> list[Row]:
        """The same rows from the core, a user at a time, in the order of their first events."""
        return [self._row(user) for user in self.users()]

    def users(self) -> list[int]:
        """Those with an event up to ``as_of``, in the order of their first ones in the table."""
        return [*dict.fromkeys(event.user for event in self.events if event.at <= self.as_of)]

    def sessions_of(self, user: int) -> list[Session]:
        """A user's events, as the core takes them."""
        carried = oracles.zone_of(self.carried)
        return [
            Session(str(user), e.at.astimezone(carried), timezone=e.zone if self.zoned else None)
            for e in self.events
            if e.user == user
        ]

    def asked_of(self, user: int) -> dict[str, Any]:
        """What the core is told of a user's events; which score it is, the policy alone says."""
        mine = [event for event in self.events if event.user == user]
        joined = [e.joined for e in mine if e.joined is not None and e.at <= self.as_of]
        return {
            "as_of": self.as_of,
            "zone": self.home[user] if isinstance(self.home, Mapping) else self.home,
            "day_start": self.day_start,
            "member_since": min(joined) if self.members and joined else None,
            "policy": self.policy,
        }

    def _row(self, user: int) -> Row:
        score: Score = score_sessions(self.sessions_of(user), **self.asked_of(user))
        row: Row = {
            "user_id": user,
            "points": score.points,
            "total": score.total,
            **attrs.asdict(score.breakdown),
            "active_days": score.active_days,
            "last_active_day": score.last_active_day,
            "today": score.window.last_day,
        }
        if isinstance(score, YearScore):
            bits = {"day_bits": score.state.day_bits, "week_bits": score.state.week_bits}
            return row | {"active_weeks": score.active_weeks} | bits
        return row | {"current_streak": score.current_streak, "bits": score.window.bits}


@st.composite
def cases(draw: DrawFn, most: int = 25, policy: SearchStrategy[Policy] | None = None) -> Case:
    """Events of a few users about one turn of the clocks, some at one instant, some long ago.

    Args:
        draw: Hypothesis's own.
        most: How many events there are at most.
        policy: The policies; if not said, of the 28-day score. Of the year score's, events are of
            any time in a year, too.
    """
    scored_by = draw(consistency_policies if policy is None else policy)
    days = 400 if isinstance(scored_by, YearPolicy) else 40
    where = draw(strategies.zones())
    near = around(draw(turning_points(where)), where).map(lambda at: at.astimezone(UTC))
    as_of = draw(near)
    few = draw(st.lists(near, min_size=1, max_size=3))
    # The zones' clocks since 1800 take a while: most tables do without.
    old = OLD if draw(st.integers(0, 9)) == 9 else []
    instants = near | st.sampled_from([as_of, as_of + timedelta(microseconds=1), *few, *old])
    if isinstance(scored_by, YearPolicy):
        instants |= st.integers(0, 24 * days).map(lambda hours: as_of - timedelta(hours=hours))
    zone = st.sampled_from([None, where]) | strategies.zones()
    joined = st.none() | st.integers(2, days).map(lambda days: as_of.date() - timedelta(days))
    event = st.builds(Event, st.integers(0, 3), instants, zone, joined)
    return Case(
        events=draw(st.lists(event, max_size=most)),
        as_of=as_of.astimezone(oracles.zone_of(draw(strategies.zones()))),
        carried=draw(st.just("UTC") | strategies.zones()),
        zoned=draw(st.booleans()),
        home=draw(homes()),
        members=draw(st.booleans()),
        day_start=draw(strategies.day_starts() | st.times()),
        policy=scored_by,
    )


def homes() -> SearchStrategy[Mapping[int, str] | str | None]:
    """No zone, one zone for all, or one for each of the users 0 to 3."""
    each = st.tuples(*[strategies.zones()] * 4).map(lambda zones: dict(enumerate(zones)))
    return st.none() | strategies.zones() | each


@st.composite
def policies(draw: DrawFn) -> ConsistencyPolicy:
    """Policies with windows of up to 28 days, and any parts; streaks give quarters of points."""
    days = draw(st.integers(1, 28))
    base, distribution, streak = sorted(draw(st.tuples(*[st.integers(0, 100)] * 3)))
    recency = 100 - streak
    steps = st.sampled_from(
        [((0, recency),), ((3, recency), (40, recency / 4)), ((1, recency), (2, 0))]
    )
    return ConsistencyPolicy(
        window_days=days,
        base_points=base,
        distribution_points=distribution - base,
        distribution_limit=draw(st.floats(0.5, 20)),
        distribution_min_days=draw(st.integers(2, 30)),
        streak_points=streak - distribution,
        streak_points_per_day=draw(st.integers(0, 40)) / 4,
        recency_steps=draw(steps),
        member_min_days=draw(st.integers(1, days)),
    )


consistency_policies: SearchStrategy[Policy] = st.just(DEFAULT_POLICY) | policies()
#: Those of either score.
any_policies = consistency_policies | strategies.year_policies()


@contextmanager
def in_chunks(rows: int, threads: int = 2, held: int = 2) -> Iterator[None]:
    """Make the engine work on so few rows at once that many chunks and threads are at work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folding, "ROWS", rows)
        patch.setattr(folding, "CHUNKS", held)
        patch.setattr(crew, "cores", lambda: threads)
        yield


def by_user(rows: list[Row]) -> dict[object, Row]:
    """Scores by their users, who are there once."""
    found = {row["user_id"]: row for row in rows}
    assert len(found) == len(rows)
    return found

"""A table of activity as a query "since 30 days ago" reads it: millions of users, worldwide.

The clocks changed in half of the zones while it was recorded: in North America on 9 March 2025, in
Europe on 30 March, and in Chile, South Australia, Sydney and New Zealand on 5 or 6 April.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import NormalDist
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

AS_OF = datetime(2025, 4, 8, 9, 30, tzinfo=UTC)
ZONES = (
    "Pacific/Honolulu",
    "America/Los_Angeles",
    "America/Chicago",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "America/Sao_Paulo",
    "Europe/London",
    "Africa/Lagos",
    "Europe/Berlin",
    "Africa/Cairo",
    "Europe/Moscow",
    "Asia/Tehran",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Adelaide",
    "Australia/Sydney",
    "Pacific/Auckland",
)

#: What users are called: text in no order, 36-character text, 64-bit integers in no order,
#: 1 to N, or the text again, dictionary-encoded.
Ids: TypeAlias = Literal["text", "uuid", "random", "serial", "category"]
KINDS: tuple[Ids, ...] = get_args(Ids)

_AFTER = timedelta(hours=6)
_ELSEWHERE = 0.01
_SPREAD = 1.0
_BATCH = 1_000_000
_GRID = np.linspace(-9, 9, 4097)
_SHARE = np.array([NormalDist().cdf(z) for z in _GRID])
_HYPHENS = [8, 12, 16, 20]

Integers: TypeAlias = NDArray[np.int64]


def activity_table(
    events: int = 10_000_000,
    users: int = 1_000_000,
    *,
    ids: Ids = "text",
    seed: int = 1,
    days: int = 35,
) -> Any:  # pyarrow has no types
    """Return the events as an Arrow table in the order of time; the same ones each time."""
    return pa.Table.from_batches(activity_batches(events, users, ids=ids, seed=seed, days=days))


def activity_batches(
    events: int, users: int, *, ids: Ids = "text", seed: int = 1, days: int = 35
) -> Iterator[Any]:  # pyarrow has no types
    """Yield the same events, of so many days, in record batches of a million.

    Each user has one event at least, and the others go to users by lognormal weights. No two
    events are at the same instant. A user is at home in one zone, where all but 1 % are recorded.
    """
    draw = np.random.default_rng(seed)
    names = user_ids(users, ids, seed)
    homes = draw.integers(len(ZONES), size=users, dtype=np.int8)
    turns = draw.permutation(users)
    before = timedelta(days=days)
    step = (before + _AFTER) // timedelta(microseconds=1) // events
    start = int((AS_OF - before).timestamp()) * 1_000_000
    for first in range(0, events, _BATCH):
        number = np.arange(first, min(first + _BATCH, events))
        user = _drawn_users(draw, len(number), users)
        # All users have a turn, spread evenly over time.
        turn = number * users // events
        own = np.flatnonzero(turn != (number - 1) * users // events)
        user[own] = turns[turn[own]]
        instant = start + number * step + draw.integers(step, size=len(number))
        yield _batch(names, user, instant, _drawn_zones(draw, homes[user]))


def user_ids(users: int, ids: Ids, seed: int) -> Any:  # pyarrow has no types
    """Return what each user is called, as an Arrow array."""
    draw = np.random.default_rng((seed, KINDS.index(ids)))
    if ids == "uuid":
        return _uuids(draw, users)
    if ids == "random":
        return pa.array(draw.integers(-(2**63), 2**63, size=users))
    numbers = pa.array(draw.permutation(users) + 1)
    if ids == "serial":
        return numbers
    digits = pc.call_function("utf8_lpad", [numbers.cast("string")], pc.PadOptions(7, "0"))
    text = pc.call_function("binary_join_element_wise", [pa.scalar("user"), digits, pa.scalar("-")])
    if ids == "text":
        return text
    return pa.DictionaryArray.from_arrays(np.arange(users, dtype=np.int32), text)


def _uuids(draw: np.random.Generator, users: int) -> Any:  # pyarrow has no types
    """Return random UUIDs (version 4) as text."""
    octets = draw.integers(256, size=(users, 16), dtype=np.uint8)
    octets[:, 6] = octets[:, 6] & 0x0F | 0x40
    octets[:, 8] = octets[:, 8] & 0x3F | 0x80
    nibbles = np.stack([octets >> 4, octets & 15], axis=2).reshape(users, 32)
    text = np.insert(np.frombuffer(b"0123456789abcdef", np.uint8)[nibbles], _HYPHENS, ord("-"), 1)
    offsets = np.arange(users + 1, dtype=np.int32) * 36
    return pa.StringArray.from_buffers(users, pa.py_buffer(offsets), pa.py_buffer(text))


def _drawn_users(draw: np.random.Generator, count: int, users: int) -> Integers:
    """Draw users by lognormal weights, the least active being number 0.

    A user's weight is e^(spread·z) with z normal. Of all events, those of the users up to z then
    are the normal distribution's share up to z - spread: so the z of an event's user is a normal
    number, plus the spread.
    """
    z = draw.standard_normal(count) + _SPREAD
    user: Integers = (np.interp(z, _GRID, _SHARE) * users).astype(np.int64)
    return np.minimum(user, users - 1)


def _drawn_zones(draw: np.random.Generator, home: NDArray[np.int8]) -> NDArray[np.int8]:
    away = np.flatnonzero(draw.random(len(home)) < _ELSEWHERE)
    home[away] = draw.integers(len(ZONES), size=len(away), dtype=np.int8)
    return home


def _batch(
    names: Any,  # pyarrow has no types
    user: Integers,
    instant: Integers,
    zone: NDArray[np.int8],
) -> Any:
    who = pa.array(user)
    columns = {
        "user_id": names.take(who),
        "started_at": pa.array(instant).cast(pa.timestamp("us", "UTC")),
        "timezone": pa.DictionaryArray.from_arrays(zone.astype(np.int32), ZONES),
    }
    return pa.RecordBatch.from_pydict(columns)

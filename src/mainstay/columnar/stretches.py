"""Rows in order, cut where something changes: where each stretch begins and ends."""

from __future__ import annotations

import numpy as np

from mainstay.columnar.keys import Longs, Mask

__all__ = ["beginnings", "endings", "following", "last_of_each"]


def beginnings(*columns: Longs) -> Mask:
    """Say which rows differ from the ones before in any of some columns; the first one does."""
    begins = np.ones(len(columns[0]), np.bool_)
    for n, column in enumerate(columns):
        changed = column[1:] != column[:-1]
        begins[1:] = changed | begins[1:] if n else changed
    return begins


def endings(first: Longs, rows: int) -> Longs:
    """Return the last row of each stretch, by the first of each and the number of all rows."""
    return np.append(first[1:], rows)[: len(first)] - 1


def last_of_each(user: Longs, users: int) -> Longs:
    """Return the last row of each of so many users, each of whom has one."""
    last: Longs = np.searchsorted(user, np.arange(users), "right") - 1
    return last


def following(values: Longs, last: Longs, after: Longs) -> Longs:
    """Return the value of the next row; after the last one of each user, another."""
    found = np.append(values[1:], 0)[: len(values)]
    found[last] = after
    return found

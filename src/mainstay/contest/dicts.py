"""What contests look like as plain data, for web frameworks that describe their responses."""

from __future__ import annotations

from mainstay._typing import TypedDict

__all__ = ["ClosedCaseDict", "PlacedArgumentDict"]


class PlacedArgumentDict(TypedDict):
    """An argument that took a place, in a :class:`ClosedCaseDict`."""

    id: str
    author: str
    votes: int


class ClosedCaseDict(TypedDict):
    """A closed case as :meth:`mainstay.contest.ClosedCase.to_dict` gives it."""

    case_id: str
    verdict: str
    winners: list[str]
    voters: list[str]
    top: list[PlacedArgumentDict]
    pool: int
    awards: dict[str, int]
    undistributed: int
    explanations: list[str]

"""What contests look like as plain data, for web frameworks that describe their responses."""

from __future__ import annotations

from mainstay._typing import TypedDict

__all__ = ["ClosedCaseDict", "PlacedArgumentDict"]


class PlacedArgumentDict(TypedDict):
    """An argument that took a place, in a :class:`ClosedCaseDict`.

    Examples:
        >>> from datetime import UTC, datetime, timedelta
        >>> from mainstay.contest import ArgumentVote, Case, close_case, commit
        >>> from mainstay.recognition import Argument
        >>> noon, day = datetime(2024, 5, 1, 12, tzinfo=UTC), timedelta(hours=24)
        >>> draft = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> commitment, secret = commit(draft, "no")
        >>> closed = close_case(
        ...     draft.opened(noon, lasting=day), [], [Argument("a1", "ada", noon)],
        ...     [ArgumentVote("a1", "bob", noon)],
        ...     commitment=commitment, secret=secret, status="verified", now=noon + day,
        ... )
        >>> closed.to_dict()["top"]
        [{'id': 'a1', 'author': 'ada', 'votes': 1}]
    """

    id: str
    author: str
    votes: int


class ClosedCaseDict(TypedDict):
    """A closed case as :meth:`mainstay.contest.ClosedCase.to_dict` gives it.

    Examples:
        >>> from datetime import UTC, datetime, timedelta
        >>> from mainstay.contest import Case, CaseVote, close_case, commit
        >>> noon, day = datetime(2024, 5, 1, 12, tzinfo=UTC), timedelta(hours=24)
        >>> draft = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> commitment, secret = commit(draft, "no")
        >>> votes = [CaseVote("1", "ada", "no", noon), CaseVote("2", "bob", "yes", noon)]
        >>> data = close_case(
        ...     draft.opened(noon, lasting=day), votes, [], [],
        ...     commitment=commitment, secret=secret, status="verified", now=noon + day,
        ... ).to_dict()
        >>> data["verdict"], data["pool"], data["awards"], data["undistributed"]
        ('no', 1000, {'ada': 500, 'bob': 100}, 400)
    """

    case_id: str
    verdict: str
    winners: list[str]
    voters: list[str]
    top: list[PlacedArgumentDict]
    pool: int
    awards: dict[str, int]
    undistributed: int
    explanations: list[str]

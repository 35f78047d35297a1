"""Cases: a question with sides to take, and what people do about it while it is open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from mainstay import _checks as checks
from mainstay._reprs import in_utc
from mainstay._schemas import schema
from mainstay.contest.policy import positive_span
from mainstay.errors import IllegalMoveError, InvalidTypeError, InvalidValueError
from mainstay.recognition import Argument

__all__ = [
    "ArgumentVote",
    "Case",
    "CaseArgument",
    "CaseStatus",
    "CaseVote",
    "case_id",
    "sides_of",
]

_text = checks.each(checks.text)
_instant = checks.each(checks.instant)


class CaseStatus(StrEnum):
    """How far a case has come: each follows the one before, and nothing else does.

    Examples:
        >>> from datetime import UTC
        >>> noon, day = datetime(2024, 5, 1, 12, tzinfo=UTC), timedelta(hours=24)
        >>> draft = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> case = draft.opened(noon, lasting=day)
        >>> [each.status.value for each in (draft, case, case.closed(noon + day))]
        ['draft', 'open', 'closed']
        >>> draft.closed(noon + day)
        Traceback (most recent call last):
            ...
        mainstay.errors.IllegalMoveError: case is draft, and can't become closed, ...
    """

    #: Its verdict is fixed, and not yet known to be on the ledger.
    DRAFT = "draft"
    #: People vote.
    OPEN = "open"
    #: The verdict is shown, and the rewards are split.
    CLOSED = "closed"


#: Ends of ids with which the reason of one case's reward would be that of another's reversal.
_REASONS = re.compile(r":(reversed|again):[0-9]+\Z")


def case_id(field: str, value: object) -> str:
    """Return the id of a case, with which no two rewards have one reason.

    Raises:
        InvalidValueError: It is empty, or ends as the reason of a reward that was taken back.
    """
    text = checks.text(field, value)
    if _REASONS.search(text):
        raise InvalidValueError(
            "must not end in ':reversed:' or ':again:' and a number",
            field=field,
            value=text,
            remedy="The reasons of rewards that were taken back end so.",
        )
    return text


def sides_of(values: Iterable[str]) -> tuple[str, ...]:
    """Return the sides of a case.

    Raises:
        InvalidValueError: They are fewer than two, two are the same, or they have no order.
    """
    if isinstance(values, AbstractSet | Mapping):
        raise InvalidTypeError(
            "must be in an order, such as that of a list",
            field="sides",
            value=values,
            remedy="Such as ('yes', 'no').",
        )
    sides = tuple(checks.text("sides", side) for side in checks.iterable("sides", values))
    if len(sides) < 2 or len({*sides}) < len(sides):
        raise InvalidValueError(
            "must be at least two, and all different",
            field="sides",
            value=sides,
            remedy="Such as ('yes', 'no').",
        )
    return sides


def _status(value: CaseStatus | str) -> CaseStatus:
    return checks.member("status", value, CaseStatus)


@schema("case/1")
@attrs.frozen
class Case:
    """A question with sides to take.

    Attributes:
        id: What tells it from every other. It is public for good, on the ledger: it must not name a
            user. Nor may it end in ``:reversed:`` or ``:again:`` and a number, as the reasons of
            rewards do.
        question: What is asked.
        sides: What can be answered, two or more.
        creator: Who made it, if anybody is to have a part of the rewards for that.
        status: How far it has come.
        opens_at: When voting began; ``None`` for a draft.
        closes_at: When voting ends: a vote at this instant is late. ``None`` for a draft.

    Raises:
        InvalidValueError: A text is empty, the id ends as it must not, there are fewer than two
            sides or two are the same, or the instants don't go with the status or each other.

    Examples:
        >>> Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"]).status.value
        'draft'
    """

    id: str = attrs.field(validator=checks.each(case_id))
    question: str = attrs.field(validator=_text)
    sides: tuple[str, ...] = attrs.field(converter=sides_of)
    creator: str | None = attrs.field(default=None, validator=checks.optional(checks.text))
    status: CaseStatus = attrs.field(default=CaseStatus.DRAFT, converter=_status)
    opens_at: datetime | None = attrs.field(default=None, validator=checks.optional(checks.instant))
    closes_at: datetime | None = attrs.field(
        default=None, validator=checks.optional(checks.instant)
    )

    def __attrs_post_init__(self) -> None:
        if self.status is not CaseStatus.DRAFT:
            self.span()
            return
        for field in ("opens_at", "closes_at"):
            if getattr(self, field) is not None:
                raise InvalidValueError(
                    "must be left out of a draft",
                    field=field,
                    value=getattr(self, field),
                    remedy="Voting begins once the commitment is on the ledger.",
                )

    def span(self) -> tuple[datetime, datetime]:
        """Return when voting begins and ends, half-open.

        Raises:
            InvalidValueError: The case is a draft.
        """
        if self.opens_at is None or self.closes_at is None or self.opens_at >= self.closes_at:
            raise InvalidValueError(
                "must be two instants, the second later, of a case that is not a draft",
                field="opens_at and closes_at",
                value=(self.opens_at, self.closes_at),
                remedy="Case.opened gives both.",
            )
        return self.opens_at, self.closes_at

    def takes_at(self, at: datetime) -> bool:
        """Return whether what is done at an instant counts: from opening to just before closing."""
        if self.opens_at is None or self.closes_at is None:
            return False
        return self.opens_at <= checks.instant("at", at) < self.closes_at

    def opened(self, at: datetime, *, lasting: timedelta) -> Case:
        """Return the case as it is once its commitment is known to be on the ledger.

        Args:
            at: When voting begins.
            lasting: For how long it goes on.

        Raises:
            IllegalMoveError: The case is not a draft.
            InvalidValueError: ``lasting`` is not above 0, or too long.

        Examples:
            >>> from datetime import UTC
            >>> draft = Case("case-0001", "May a doctor lie?", ["yes", "no"])
            >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
            >>> draft.opened(noon, lasting=timedelta(hours=24)).closes_at.day
            2
        """
        self._require(CaseStatus.DRAFT, CaseStatus.OPEN)
        begin = checks.instant("at", at)
        try:
            end = begin + positive_span("lasting", lasting)
        except OverflowError:
            raise InvalidValueError(
                "must not lead beyond the year 9998",
                field="lasting",
                value=lasting,
                remedy="See that the clock is right.",
            ) from None
        return attrs.evolve(self, status=CaseStatus.OPEN, opens_at=begin, closes_at=end)

    def closed(self, at: datetime) -> Case:
        """Return the case as it is once its verdict is shown; :func:`close_case` does all of it.

        Raises:
            IllegalMoveError: The case is not open, or not over.
        """
        self._require(CaseStatus.OPEN, CaseStatus.CLOSED)
        _, end = self.span()
        if checks.instant("at", at) < end:
            raise IllegalMoveError(
                f"is open until {in_utc(end)}, and can't become closed before",
                field="case",
                value=self.id,
                remedy="Close it then.",
            )
        return attrs.evolve(self, status=CaseStatus.CLOSED)

    def _require(self, before: CaseStatus, after: CaseStatus) -> None:
        if self.status is not before:
            raise IllegalMoveError(
                f"is {self.status.value}, and can't become {after.value}",
                field="case",
                value=self.id,
                remedy=f"Only one that is {before.value} does.",
            )


@schema("case-vote/1")
@attrs.frozen
class CaseVote:
    """A vote for a side of a case.

    Attributes:
        id: What tells it from every other of the case.
        user_id: Whose.
        side: Which side they took.
        at: When.

    Raises:
        InvalidValueError: A text is empty.
        NaiveDatetimeError: ``at`` has no offset.

    Examples:
        >>> from datetime import UTC
        >>> noon, day = datetime(2024, 5, 1, 12, tzinfo=UTC), timedelta(hours=24)
        >>> draft = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> case = draft.opened(noon, lasting=day)
        >>> in_time, late = CaseVote("1", "ada", "no", noon), CaseVote("2", "bob", "no", noon + day)
        >>> case.takes_at(in_time.at), case.takes_at(late.at)
        (True, False)
    """

    id: str = attrs.field(validator=_text)
    user_id: str = attrs.field(validator=_text)
    side: str = attrs.field(validator=_text)
    at: datetime = attrs.field(validator=_instant)


@schema("case-argument/1")
@attrs.frozen
class CaseArgument:
    """An argument, as its author wrote it.

    Attributes:
        id: What tells it from every other, also of other cases.
        author: Who wrote it.
        text: What it says.
        at: When.

    Raises:
        InvalidValueError: A text is empty.
        NaiveDatetimeError: ``at`` has no offset.

    Examples:
        >>> from datetime import UTC
        >>> noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> written = CaseArgument("a1", "ada", "Trust is hard to win back.", noon)
        >>> counted = written.argument
        >>> counted.id, counted.author, counted.votes
        ('a1', 'ada', 0)
    """

    id: str = attrs.field(validator=_text)
    author: str = attrs.field(validator=_text)
    text: str = attrs.field(validator=_text)
    at: datetime = attrs.field(validator=_instant)

    @property
    def argument(self) -> Argument:
        """What is counted of it."""
        return Argument(self.id, self.author, self.at)


@schema("argument-vote/1")
@attrs.frozen
class ArgumentVote:
    """A vote for an argument; a user has one for each.

    Attributes:
        argument_id: For which.
        user_id: Whose.
        at: When.

    Raises:
        InvalidValueError: A text is empty.
        NaiveDatetimeError: ``at`` has no offset.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.contest import ArgumentVote, Case, close_case, commit
        >>> noon, day = datetime(2024, 5, 1, 12, tzinfo=UTC), timedelta(hours=24)
        >>> draft = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> commitment, secret = commit(draft, "no")
        >>> closed = close_case(
        ...     draft.opened(noon, lasting=day), [], [Argument("a1", "ada", noon)],
        ...     [ArgumentVote("a1", user, noon) for user in ("ada", "bob", "cyd", "bob")],
        ...     commitment=commitment, secret=secret, status="verified", now=noon + day,
        ... )
        >>> closed.top[0].votes
        2
    """

    argument_id: str = attrs.field(validator=_text)
    user_id: str = attrs.field(validator=_text)
    at: datetime = attrs.field(validator=_instant)

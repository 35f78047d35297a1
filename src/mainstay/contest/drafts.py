"""Cases that are still to be committed to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import attrs

from mainstay import _checks as checks
from mainstay._reprs import Masked
from mainstay.contest._canonical import has_lone_surrogate
from mainstay.contest.cases import Case, case_id, sides_of
from mainstay.errors import InvalidTypeError, InvalidValueError

__all__ = ["CaseDraft"]


def _verdict(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidTypeError("must be a text", field=field, remedy="Give one of the sides.")
    return str.__str__(value)


def _require_lasting(field: str, texts: Iterable[str]) -> None:
    """Refuse what can't be hashed, or kept in a database; without the value, as for a verdict."""
    if any("\0" in text or has_lone_surrogate(text) for text in texts):
        raise InvalidValueError(
            "must not hold NUL characters or lone surrogates",
            field=field,
            remedy="Leave them out.",
        )


@attrs.frozen
class CaseDraft(Masked):
    """A case that is still to be committed to.

    Attributes:
        question: What is asked.
        sides: What can be answered, two or more.
        verdict: Which of them is right. It is not in the representation.
        creator: Who made it, if anybody is to have a part of the rewards for that.
        id: What tells it from every other, as of :class:`Case`; by default made from its slot.

    Raises:
        InvalidValueError: A text is empty, or holds what nothing can keep: a NUL character or a
            lone surrogate; the id ends as it must not, there are fewer than two sides or two are
            the same, or the verdict is not one of them. The verdict is not in the message.

    Examples:
        >>> CaseDraft("May a doctor lie?", ["yes", "no"], "no")
        CaseDraft(question='May a doctor lie?', sides=('yes', 'no'), creator=None, id=None)
    """

    question: str = attrs.field(validator=checks.each(checks.text))
    sides: tuple[str, ...] = attrs.field(converter=sides_of)
    verdict: str = attrs.field(repr=False, validator=checks.each(_verdict))
    creator: str | None = attrs.field(default=None, validator=checks.optional(checks.text))
    id: str | None = attrs.field(default=None, validator=checks.optional(case_id))

    def __attrs_post_init__(self) -> None:
        _require_lasting("question", [self.question])
        _require_lasting("sides", self.sides)
        _require_lasting("creator", filter(None, [self.creator]))
        _require_lasting("id", filter(None, [self.id]))
        if self.verdict not in self.sides:
            raise InvalidValueError(
                "must be one of the sides",
                field="verdict",
                remedy=f"They are {', '.join(map(repr, self.sides))}.",
            )

    def case(self, slot: datetime) -> Case:
        """Return the case for a slot, a draft, named by the slot's hour in UTC unless it has an id.

        Examples:
            >>> from datetime import UTC
            >>> draft = CaseDraft("May a doctor lie?", ["yes", "no"], "no")
            >>> draft.case(datetime(2024, 5, 1, 12, tzinfo=UTC)).id
            'case-2024-05-01T12'
        """
        at = checks.instant("slot", slot).astimezone(UTC)
        name = f"case-{at.isoformat(timespec='hours')[:13]}" if self.id is None else self.id
        return Case(name, self.question, self.sides, self.creator)

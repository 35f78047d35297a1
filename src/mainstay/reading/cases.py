"""Cases from a file: JSON Lines, an object a case."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import attrs

from mainstay import _checks as checks
from mainstay.contest import CaseDraft
from mainstay.errors import BadRecordError, InvalidTypeError, InvalidValueError

__all__ = ["CaseFile", "read_cases"]

_LOGGER = logging.getLogger("mainstay.reading")
_FIELDS = [field.name for field in attrs.fields(CaseDraft)]


def read_cases(path: str | Path) -> Iterator[CaseDraft | BadRecordError]:
    """Yield the cases in a file, and what is wrong with the lines that are not one.

    A line is a JSON object with ``question``, ``sides``, ``verdict`` and, if there is any,
    ``creator`` and ``id``. Empty lines are passed over. An id must not be that of a line before.
    No error shows the line, nor which side is the verdict.

    Args:
        path: Of a file in UTF-8.

    Raises:
        OSError: The file can't be read.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "cases.jsonl"
        ...     with path.open("w", encoding="utf-8") as file:
        ...         print('{"question": "May a doctor lie?", "sides": ["yes", "no"],',
        ...               '"verdict": "no"}', file=file)
        ...         print('{"question": "May a lawyer lie?", "sides": ["yes", "no"]}', file=file)
        ...     draft, error = read_cases(path)
        >>> draft.question
        'May a doctor lie?'
        >>> print(error)
        line 2: verdict is missing.
    """
    ids: set[str] = set()
    with Path(path).open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _case(number, line, ids)


def _case(number: int, line: bytes, ids: set[str]) -> CaseDraft | BadRecordError:
    try:
        draft = _draft(line)
        _require_new(draft, ids)
    except InvalidValueError as error:
        return BadRecordError(
            error.problem,
            field=error.field,
            remedy=error.remedy,
            place="line",
            number=number,
        )
    return draft


def _require_new(draft: CaseDraft, ids: set[str]) -> None:
    if draft.id is None:
        return
    if draft.id in ids:
        raise InvalidValueError(
            "is that of a line before", field="id", remedy="Give each case an id of its own."
        )
    ids.add(draft.id)


def _draft(line: bytes) -> CaseDraft:
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):  # of which some hold the line
        raise InvalidValueError(
            "is not JSON in UTF-8", field="the line", remedy="Write an object a line."
        ) from None
    if not isinstance(found, dict):
        raise InvalidTypeError("must be a JSON object", field="the line")
    for name in found:
        if name not in _FIELDS:
            raise InvalidValueError(
                "is unknown", field=name, remedy=f"Known: {', '.join(_FIELDS)}."
            )
    for name in ("question", "sides", "verdict"):
        if name not in found:
            raise InvalidValueError("is missing", field=name)
    return CaseDraft(**found)


@attrs.frozen
class CaseFile:
    """A :class:`mainstay.ports.CaseGenerator` that takes case after case from a file.

    The next is the first whose question no case has had: lines can be added, and put in another
    order. A line that is not a case is logged, and passed over; so is one with the id of another
    case.

    Attributes:
        path: The file, as :func:`read_cases` reads it.
        asked: Says whether there was a case with a question, as
            :meth:`mainstay.ports.ContestStore.has_question` does.
        taken: Says whether there was a case of an id.

    Examples:
        >>> from datetime import UTC
        >>> from tempfile import TemporaryDirectory
        >>> folder = TemporaryDirectory()
        >>> path = Path(folder.name) / "cases.jsonl"
        >>> line = '{"question": "May a doctor lie?", "sides": ["yes", "no"], "verdict": "no"}'
        >>> path.write_text(line, encoding="utf-8")
        74
        >>> cases = CaseFile(path, asked=lambda question: False, taken=lambda case_id: False)
        >>> cases.generate(datetime(2024, 5, 1, tzinfo=UTC))
        CaseDraft(question='May a doctor lie?', sides=('yes', 'no'), creator=None, id=None)
        >>> folder.cleanup()
    """

    path: str | Path
    asked: Callable[[str], bool]
    taken: Callable[[str], bool]

    def generate(self, slot: datetime) -> CaseDraft:
        """Return the next case.

        Raises:
            InvalidValueError: There is none left.
            OSError: The file can't be read.
        """
        checks.instant("slot", slot)
        for found in read_cases(self.path):
            if isinstance(found, BadRecordError):
                _LOGGER.warning("%s: %s", self.path, found)
            elif not self.asked(found.question) and not self._is_taken(found):
                return found
        raise InvalidValueError(
            "has no case left whose question was not asked yet",
            field="file of cases",
            value=str(self.path),
            remedy="Add lines to it.",
        )

    def _is_taken(self, draft: CaseDraft) -> bool:
        """Return whether a case could not be kept, since another has its id."""
        taken = draft.id is not None and self.taken(draft.id)
        if taken:
            words = "%s: the id %r of a line is that of another case. Give it one of its own."
            _LOGGER.warning(words, self.path, draft.id)
        return taken

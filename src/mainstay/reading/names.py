"""Names in files: of users, of kinds, of whatever has an id."""

from __future__ import annotations

from mainstay import _checks as checks
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.reading.sniffing import conversion

__all__ = ["name_of"]

_REMEDY = "Write a text or a whole number, or leave the line out."


def name_of(field: str, value: object) -> str:
    """Return a name; a whole number, which JSON may have, is one too.

    Raises:
        InvalidValueError: It is missing or empty, of another type, or not valid UTF-8.

    Examples:
        >>> name_of("user_id", 7)
        '7'
    """
    if value is None:
        raise InvalidValueError("is missing", field=field, remedy=_REMEDY)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise InvalidTypeError("must be a string", field=field, value=value, remedy=_REMEDY)
    if not value:
        raise InvalidValueError("must not be empty", field=field, value=value, remedy=_REMEDY)
    name = checks.text(field, value)
    if not name.isascii() and any("\ud800" <= char <= "\udfff" for char in name):
        raise InvalidValueError(
            "is not valid UTF-8",
            field=field,
            value=name,
            remedy=f"Save the file as UTF-8: {conversion('other-encodings')} shows how.",
        )
    return name

"""Names in files: of users, of kinds, of whatever has an id."""

from __future__ import annotations

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError

__all__ = ["name_of"]


def name_of(field: str, value: object) -> str:
    """Return a name; a whole number, which JSON may have, is one too.

    Raises:
        InvalidValueError: It is missing or empty, of another type, or not valid UTF-8.

    Examples:
        >>> name_of("user_id", 7)
        '7'
    """
    if value is None:
        raise InvalidValueError("is missing", field=field)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    name = checks.text(field, value)
    if not name.isascii() and any("\ud800" <= char <= "\udfff" for char in name):
        raise InvalidValueError(
            "is not valid UTF-8", field=field, value=name, remedy="Save the file as UTF-8."
        )
    return name

"""Texts that any database takes."""

from __future__ import annotations

from mainstay.errors import RejectedError

__all__ = ["require_storable"]


def require_storable(field: str, text: str) -> None:
    """Refuse a text that no database takes.

    Raises:
        RejectedError: It holds a NUL character or a lone surrogate.
    """
    if "\0" in text or not _is_unicode(text):
        raise RejectedError(
            "can't be stored",
            field=field,
            value=text,
            remedy="Leave out NUL characters and lone surrogates.",
        )


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)

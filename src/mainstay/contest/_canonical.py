"""Bytes that everybody makes of the same texts: RFC 8785 JSON of texts and lists of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from mainstay.errors import InvalidValueError

__all__ = ["canonical_json", "has_lone_surrogate"]

#: Made once: making one takes as long as writing an entry of a ledger.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=list)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def canonical_json(texts: Mapping[str, str | Sequence[str]]) -> bytes:
    """Return the canonical JSON of an object whose values are texts, or lists of texts.

    Its names are sorted, there is no space, and only what must be is escaped. For names of ASCII
    and values of text, that is just what the standard library can write.

    Raises:
        InvalidValueError: A text holds a lone surrogate, which UTF-8 can't write.
    """
    try:
        return _ENCODER.encode(dict(texts)).encode()
    except UnicodeEncodeError:
        raise _lone_surrogate(texts) from None


def _lone_surrogate(texts: Mapping[str, str | Sequence[str]]) -> InvalidValueError:
    """Return the error of the first text that holds one."""
    field, text = next(
        (field, text)
        for field, value in texts.items()
        for text in ([value] if isinstance(value, str) else value)
        if has_lone_surrogate(text)
    )
    return InvalidValueError(
        "must not hold a lone surrogate",
        field=field,
        value=text,
        remedy="Decode the text with errors='strict'.",
    )


def has_lone_surrogate(text: str) -> bool:
    """Return whether a text holds what UTF-8 can't write."""
    return not text.isascii() and _LONE_SURROGATE.search(text) is not None

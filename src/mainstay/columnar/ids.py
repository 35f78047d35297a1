"""User ids of any type that compares, as the two that are looked up: whole numbers, and texts."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

__all__ = ["known", "restored", "typed"]


def known(column: Any) -> Any | None:
    """Return ids as whole numbers or texts, one for one; ``None`` if they are of another type.

    Decimals, dates, times, durations, truths and bytes (UUIDs too) become such; a column that has
    neither a type nor a row becomes one of texts.
    """
    column = typed(column, pa.string())
    kind = _value_type(column)
    if _is_text(kind) or pa.types.is_integer(kind):
        return column
    column = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    if pa.types.is_null(kind):
        return None
    if pa.types.is_decimal(kind):
        return column.cast(pa.string())
    if pa.types.is_boolean(kind):
        return column.cast(pa.uint8())
    if pa.types.is_temporal(kind):
        return column.view(pa.int32() if kind.bit_width == 32 else pa.int64())
    return _in_hex(column)


def typed(column: Any, kind: Any) -> Any:
    """Return a column of some type, if it has no row, and the type that no value has given it."""
    untyped = pa.types.is_null(column.type) or column.type == pa.float64()
    return pa.array([], kind) if untyped and not len(column) else column


def restored(ids: Any, kind: Any) -> Any:
    """Return ids of which :func:`known` made whole numbers or texts in their own type again."""
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_decimal(kind) or pa.types.is_boolean(kind):
        return ids.cast(kind)
    if pa.types.is_temporal(kind):
        return ids.view(kind)
    storage = kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind
    if _is_bytes(storage):
        octets = pa.array([bytes.fromhex(each) for each in ids.to_pylist()], storage)
        return octets if storage == kind else pa.ExtensionArray.from_storage(kind, octets)
    return ids


def _in_hex(column: Any) -> Any | None:
    """Return bytes as texts, each value once; ``None`` if they are not bytes."""
    if isinstance(column.type, pa.BaseExtensionType):
        column = column.storage
    if not _is_bytes(column.type):
        return None
    encoded = column.dictionary_encode()
    texts = pa.array([value.hex() for value in encoded.dictionary.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(encoded.indices, texts)


def _value_type(column: Any) -> Any:
    kind = column.type
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _is_text(kind: Any) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _is_bytes(kind: Any) -> bool:
    binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
    return bool(binary or pa.types.is_fixed_size_binary(kind))

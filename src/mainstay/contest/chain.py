"""A chain of entries, each of which holds the digest of the one before: what was kept, stays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from types import MappingProxyType
from typing import Self

import attrs

from mainstay import _checks as checks
from mainstay._schemas import schema
from mainstay.contest._canonical import canonical_json
from mainstay.contest.commitment import digest_field
from mainstay.errors import ChainError, InvalidValueError

__all__ = ["GENESIS", "ChainHead", "LedgerEntry", "verify_chain"]

_DOMAIN = "mainstay.ledger.v1"
#: What the first entry has in place of a digest before it.
GENESIS = "0" * 64
_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


def _computed(entry: LedgerEntry) -> str:
    return sha256(entry.canonical()).hexdigest()


def _digest(entry: LedgerEntry, attribute: attrs.Attribute[str], value: str | None) -> None:
    """Check an entry's digest, or compute it: the last of its fields, when all others are right."""
    digest = _computed(entry) if value is None else digest_field(attribute.name, value)
    object.__setattr__(entry, attribute.name, digest)


@schema("ledger-entry/1")
@attrs.frozen(kw_only=True)
class LedgerEntry:
    """An entry of a chain.

    Attributes:
        sequence: Its place, from 1.
        at: When it was added.
        key: Under which key; no two have one.
        payload: What it holds.
        previous: The digest of the entry before; 64 zeros in the first.
        digest: The SHA-256 of :meth:`canonical` as it is kept; computed if it is left out.

    Raises:
        InvalidValueError: A field can't be. That ``digest`` is right is not asked here:
            :func:`verify_chain` does.

    Examples:
        >>> entry = LedgerEntry(sequence=1, at=datetime(2024, 5, 1, tzinfo=UTC), key="a",
        ...                     payload="b", previous=GENESIS)
        >>> print(entry.canonical().decode().partition(',"previous"')[0])
        {"at":"2024-05-01T00:00:00.000000Z","domain":"mainstay.ledger.v1","key":"a","payload":"b"
    """

    sequence: int = attrs.field(validator=checks.each(partial(checks.integer, low=1)))
    at: datetime = attrs.field(validator=checks.each(checks.instant))
    key: str = attrs.field(validator=checks.each(checks.text))
    payload: str = attrs.field(validator=checks.each(checks.text))
    previous: str = attrs.field(validator=checks.each(digest_field))
    digest: str = attrs.field(default=None, validator=_digest)

    def canonical(self) -> bytes:
        """Return what its digest is of: the RFC 8785 JSON of six texts, in UTF-8.

        They are ``at`` (in UTC, with six digits of microseconds, and Z), ``domain``
        (``mainstay.ledger.v1``), ``key``, ``payload``, ``previous`` and ``sequence``.
        """
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00")
        return canonical_json(
            {
                "at": f"{at}Z",
                "domain": _DOMAIN,
                "key": self.key,
                "payload": self.payload,
                "previous": self.previous,
                "sequence": str(self.sequence),
            }
        )

    @property
    def is_intact(self) -> bool:
        """Whether its digest is that of what it holds."""
        return self.digest == _computed(self)

    @property
    def head(self) -> ChainHead:
        """The head of the chain that ends with it."""
        return ChainHead(self.sequence, self.digest)


@schema("chain-head/1")
@attrs.frozen
class ChainHead:
    """How long a chain is, and the digest of its last entry: what to note, and to compare later.

    Attributes:
        length: How many entries it has.
        digest: The last one's; 64 zeros if there is none.

    Raises:
        InvalidValueError: A field can't be, or a chain without entries has another digest.

    Examples:
        >>> head = ChainHead.parse("7:" + "0123456789abcdef" * 4)
        >>> head.length, str(head)[:10]
        (7, '7:01234567')
    """

    length: int = attrs.field(default=0, validator=checks.each(checks.count))
    digest: str = attrs.field(default=GENESIS, validator=checks.each(digest_field))

    def __attrs_post_init__(self) -> None:
        if not self.length and self.digest != GENESIS:
            raise InvalidValueError(
                "must be 64 zeros of a chain without entries",
                field="digest",
                value=self.digest,
                remedy="ChainHead() is the head of such a chain.",
            )

    def __str__(self) -> str:
        return f"{self.length}:{self.digest}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the head that was written as ``N:HASH``.

        Raises:
            InvalidValueError: It is not one.
        """
        written = _HEAD.fullmatch(checks.text("head", text))
        if written is None:
            raise InvalidValueError(
                "must be N:HASH, a length and 64 hex digits in lower case",
                field="head",
                value=text,
                remedy="Give it as it was noted.",
            )
        return cls(int(written[1]), written[2])


_NOTHING: Mapping[str, str] = MappingProxyType({})


def verify_chain(
    entries: Iterable[LedgerEntry],
    *,
    known: Mapping[str, str] = _NOTHING,
    expect: ChainHead | None = None,
) -> ChainHead:
    """Require that a chain is whole, and return its head.

    Each entry's digest is computed from what it holds, and must be the one that is kept with it,
    and the next entry's ``previous``. That finds what was changed, deleted, inserted or moved. It
    can't find a tail that was cut off, nor a chain that was replaced from some entry on: for
    that, compare it with a head noted earlier.

    Args:
        entries: All of them, in the order of their places.
        known: Digests that must be among them, by what they are of, such as transactions that
            are known to have been made.
        expect: The head that the chain had once; it may have grown since.

    Raises:
        ChainError: It is not; ``field`` says which entry is the first that is wrong.
        InvalidValueError: An argument is of another type, or in ``known`` is not a digest.

    Examples:
        >>> first = LedgerEntry(sequence=1, at=datetime(2024, 5, 1, tzinfo=UTC), key="a",
        ...                     payload="b", previous=GENESIS)
        >>> verify_chain([first]).length
        1
        >>> verify_chain([attrs.evolve(first, payload="c")])
        Traceback (most recent call last):
            ...
        mainstay.errors.ChainError: ledger entry 1 is not what it was, got 'a'. ...
    """
    noted = None if expect is None else checks.instance("expect", expect, ChainHead)
    missing = {
        digest_field(f"known[{name!r}]", digest): name
        for name, digest in checks.mapping("known", known).items()
    }
    length, last = 0, GENESIS
    for entry in checks.iterable("entries", entries):
        length += 1
        _require_next(checks.instance("entries", entry, LedgerEntry), length, last)
        last = entry.digest
        missing.pop(last, None)
        if noted is not None and length == noted.length and last != noted.digest:
            raise _other_head(noted.length, last)
    if noted is not None and length < noted.length:
        raise _cut_off(length, noted.length)
    for digest, name in missing.items():
        raise _lost(name, digest)
    return ChainHead(length, last)


def _require_next(entry: LedgerEntry, place: int, before: str) -> None:
    """Refuse an entry that does not follow the one with a digest, at a place."""
    if entry.sequence != place:
        problem, remedy = "is missing", "It was deleted, or another took its place."
    elif not entry.is_intact:
        problem, remedy = "is not what it was", "Its digest is not that of what it holds."
    elif entry.previous != before:
        problem, remedy = "does not follow the one before", "One of the two was put in its place."
    else:
        return
    raise ChainError(problem, field=f"ledger entry {place}", value=entry.key, remedy=remedy)


def _other_head(place: int, digest: str) -> ChainError:
    return ChainError(
        "is not the one that was noted",
        field=f"ledger entry {place}",
        value=digest,
        remedy="The chain was replaced from it on, or from an earlier one.",
    )


def _cut_off(length: int, before: int) -> ChainError:
    return ChainError(
        f"is missing: the chain ends with {length:,}",
        field=f"ledger entry {length + 1}",
        remedy=f"It had {before:,} once: its tail was cut off.",
    )


def _lost(name: str, digest: str) -> ChainError:
    return ChainError(
        "is not among the entries",
        field=f"the transaction of {name}",
        value=digest,
        remedy="The chain was replaced, or its tail was cut off.",
    )

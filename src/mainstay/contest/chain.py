"""A chain of entries, each of which holds the digest of the one before: what was kept, stays."""

from __future__ import annotations

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


def _computed(entry: LedgerEntry) -> str:
    return sha256(entry.canonical()).hexdigest()


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
    digest: str = attrs.field(
        default=attrs.Factory(_computed, takes_self=True), validator=checks.each(digest_field)
    )

    def canonical(self) -> bytes:
        """Return what its digest is of: the RFC 8785 JSON of six texts, in UTF-8.

        They are ``at`` (in UTC, with six digits of microseconds, and Z), ``domain``
        (``mainstay.ledger.v1``), ``key``, ``payload``, ``previous`` and ``sequence``.
        """
        at = self.at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
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

    Examples:
        >>> print(ChainHead.parse("0:" + GENESIS) == ChainHead())
        True
    """

    length: int = attrs.field(default=0, validator=checks.each(checks.count))
    digest: str = attrs.field(default=GENESIS, validator=checks.each(digest_field))

    def __str__(self) -> str:
        return f"{self.length}:{self.digest}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the head that was written as ``N:HASH``.

        Raises:
            InvalidValueError: It is not one.
        """
        length, _, digest = checks.text("head", text).partition(":")
        if not length.isascii() or not length.isdigit():
            raise InvalidValueError(
                "must be N:HASH, a length and a digest", field="head", value=text
            )
        return cls(int(length), digest)


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
    can't find a tail that was cut off, nor a chain that was made anew from some entry on: for
    that, compare it with a head noted earlier.

    Args:
        entries: All of them, in the order of their places.
        known: Digests that must be among them, by what they are of, such as transactions that
            are known to have been made.
        expect: The head that the chain had once; it may have grown since.

    Raises:
        ChainError: It is not; ``field`` says which entry is the first that is wrong.

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
    head, missing = ChainHead(), {digest: name for name, digest in known.items()}
    for entry in checks.iterable("entries", entries):
        _require_next(checks.instance("entries", entry, LedgerEntry), head)
        head = entry.head
        missing.pop(head.digest, None)
        _require_as_noted(head, expect)
    if expect is not None and head.length < expect.length:
        raise ChainError(
            f"is missing: the chain ends with {head.length:,}",
            field=f"ledger entry {head.length + 1}",
            remedy=f"It had {expect.length:,} once: its tail was cut off.",
        )
    for digest, name in missing.items():
        raise ChainError(
            "is not among the entries",
            field=f"the transaction of {name}",
            value=digest,
            remedy="The chain was made anew, or its tail was cut off.",
        )
    return head


def _require_next(entry: LedgerEntry, before: ChainHead) -> None:
    """Refuse an entry that does not follow what is before it."""
    place = before.length + 1
    if entry.sequence != place:
        problem, remedy = "is missing", "It was deleted, or another took its place."
    elif not entry.is_intact:
        problem, remedy = "is not what it was", "Its digest is not that of what it holds."
    elif entry.previous != before.digest:
        problem, remedy = "does not follow the one before", "One of the two was put in its place."
    else:
        return
    raise ChainError(problem, field=f"ledger entry {place}", value=entry.key, remedy=remedy)


def _require_as_noted(head: ChainHead, expect: ChainHead | None) -> None:
    if expect is not None and head.length == expect.length and head != expect:
        raise ChainError(
            "is not the one that was noted",
            field=f"ledger entry {head.length}",
            value=head.digest,
            remedy="The chain was made anew from it, or from an earlier one.",
        )

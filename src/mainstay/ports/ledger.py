"""The ledger: where commitments are published and rewards are paid, for everybody to see."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from mainstay import _checks as checks
from mainstay.contest import LedgerEntry, Sighting
from mainstay.errors import RejectedError
from mainstay.ports._texts import require_storable

__all__ = ["FINAL", "Ledger", "LedgerChain", "asked_for", "other_payload", "require_submittable"]

#: How often an entry is confirmed that nothing can undo: more often than any policy asks for.
FINAL = 2**31 - 1


class Ledger(Protocol):
    """A place outside that keeps texts under keys, for good and in public.

    It may be slow, take a while to confirm what it has accepted, or lose it again: contests settle
    with whatever :meth:`look_up` says. Nothing that it is given names a user, nor can a user's id
    be computed from it: what is public can't be erased.

    What a host's own ledger raises while it can't be reached is an ``OSError`` or a
    ``RuntimeError``, as most clients do, or :class:`mainstay.CallsFailedError`, after which
    nothing more is asked of it for now; a database's raises :class:`mainstay.StoreError`. None of
    them changes what contests know: the same is asked again later.

    Examples:
        >>> class Bulletin:
        ...     def __init__(self):
        ...         self.texts = {}
        ...     def submit(self, key, payload, /):
        ...         if self.texts.setdefault(key, payload) != payload:
        ...             raise other_payload(key)
        ...         return key
        ...     def look_up(self, transactions, /):
        ...         texts = map(self.texts.get, transactions)
        ...         return [Sighting("confirmed", FINAL, text) for text in texts]
        >>> bulletin = Bulletin()
        >>> sent = bulletin.submit("verdict:case-0001", "ace3")
        >>> bulletin.submit("verdict:case-0001", "ace3") == sent  # again, and once
        True
        >>> [sighting.payload for sighting in bulletin.look_up([sent])]
        ['ace3']
    """

    def submit(self, key: str, payload: str, /) -> str:
        """Hand a text in, and return the id of its transaction.

        A key stands for one text, and has one transaction. Submitting the same again is harmless,
        however often, by however many at once, and whatever has become of it: it returns the same
        id. So one who was killed, or got no answer, after the ledger had accepted submits again.

        Args:
            key: What tells it from every other; compared by code point.
            payload: What the ledger is to hold.

        Returns:
            The id by which :meth:`look_up` finds it: not empty, and another for each key.

        Raises:
            RejectedError: The key is there with another payload, which stays; or a text holds a
                NUL character or a lone surrogate.
            InvalidValueError: A text is empty.
        """
        ...

    def look_up(self, transactions: Sequence[str], /) -> Sequence[Sighting]:
        """Return how some transactions look just now: one sighting for each, in their order.

        One that is given twice is in it twice; one that the ledger does not know is
        ``"not_found"``, also one whose id can't be one of its ids. What was submitted may be so,
        too, until it has spread. With each further block a confirmed one has more
        ``confirmations``, unless the ledger takes it back; it is at most ``FINAL``, which stands
        for one that nothing can undo.

        A sighting's ``payload`` is what the ledger has under the transaction's key, if it can say
        so: by that a commitment is verified, or contradicted. A ledger that can't leaves it out.

        Args:
            transactions: Their ids, if there are any.
        """
        ...


@runtime_checkable
class LedgerChain(Ledger, Protocol):
    """A ledger that is kept here: a chain of entries, which can be read and verified as a whole.

    Examples:
        >>> from mainstay.testing.memory import MemoryLedger
        >>> ledger = MemoryLedger()
        >>> for key in ("verdict:case-0001", "verdict:case-0002"):
        ...     _ = ledger.submit(key, "ace3")
        >>> first, second = ledger.entries()
        >>> second.previous == first.digest, [*ledger.find(["verdict:case-0002"])]
        (True, ['verdict:case-0002'])
    """

    def entries(self) -> Generator[LedgerEntry, None, None]:
        """Yield all entries, in the order of their places.

        Whoever does not read the last one closes the generator: a transaction may be open.

        Raises:
            ChainError: One can't be read; ``field`` says which.
        """
        ...

    def find(self, keys: Iterable[str], /) -> Mapping[str, LedgerEntry]:
        """Return the entries that are under some keys, by key."""
        ...


def require_submittable(key: str, payload: str) -> None:
    r"""Refuse what no ledger takes.

    Raises:
        RejectedError: A text holds a NUL character or a lone surrogate.
        InvalidValueError: A text is empty, or not a text.

    Examples:
        >>> require_submittable("a", "\0")
        Traceback (most recent call last):
            ...
        mainstay.errors.RejectedError: payload can't be stored, ...
    """
    require_storable("key", checks.text("key", key))
    require_storable("payload", checks.text("payload", payload))


def asked_for(texts: Iterable[str], *, field: str = "transactions") -> list[str]:
    """Return the ids, or the keys, of some transactions.

    Raises:
        InvalidValueError: They are not texts, or one is empty.

    Examples:
        >>> asked_for(iter(["verdict:case-0001", "verdict:case-0002"]), field="keys")
        ['verdict:case-0001', 'verdict:case-0002']
        >>> asked_for("verdict:case-0001", field="keys")
        Traceback (most recent call last):
            ...
        mainstay.errors.InvalidTypeError: keys must be several, such as a list of them, ...
    """
    return [checks.text(field, text) for text in checks.iterable(field, texts)]


def other_payload(key: str) -> RejectedError:
    """Return the error of a key under which the ledger has another text.

    Examples:
        >>> raise other_payload("verdict:case-0001")
        Traceback (most recent call last):
            ...
        mainstay.errors.RejectedError: key is there already, with another payload, ...
    """
    return RejectedError(
        "is there already, with another payload",
        field="key",
        value=key,
        remedy="Give each text a key of its own; what was submitted does not change.",
    )

"""Commit and reveal: a verdict that is fixed before anybody votes, and shown when all have."""

from __future__ import annotations

import hmac
import re
import secrets
from hashlib import sha256
from typing import NoReturn

import attrs

from mainstay import _checks as checks
from mainstay._reprs import Masked
from mainstay._schemas import schema
from mainstay.contest._canonical import canonical_json, has_lone_surrogate
from mainstay.contest.cases import Case, sides_of
from mainstay.errors import CommitmentError, InvalidTypeError, InvalidValueError

__all__ = ["Commitment", "Secret", "commit", "digest_field", "preimage", "reveal"]

_DOMAIN = "mainstay.verdict.v1"
_NONCE_BYTES = 32
_HEX = re.compile(r"[0-9a-f]{64}")


def digest_field(field: str, value: object) -> str:
    """Return a SHA-256 in hex, and refuse all else."""
    text = checks.text(field, value)
    if not _HEX.fullmatch(text):
        raise InvalidValueError(
            "must be 64 hex digits in lower case",
            field=field,
            value=text,
            remedy="Pass sha256(...).hexdigest().",
        )
    return text


@schema("commitment/1")
@attrs.frozen
class Commitment:
    """What is published of a verdict before anybody votes.

    Attributes:
        case_id: Of which case.
        question: What is asked.
        sides: What can be answered.
        digest: The SHA-256 of what :func:`preimage` returns, in hex.

    Raises:
        InvalidValueError: A text is empty, there are fewer than two sides, or ``digest`` is not a
            SHA-256.

    Examples:
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> commitment, secret = commit(case, "no")
        >>> changed = attrs.evolve(case, question="May a doctor lie?")
        >>> [Commitment.of(each, commitment.digest) == commitment for each in (case, changed)]
        [True, False]
    """

    case_id: str = attrs.field(validator=checks.each(checks.text))
    question: str = attrs.field(validator=checks.each(checks.text))
    sides: tuple[str, ...] = attrs.field(converter=sides_of)
    digest: str = attrs.field(validator=checks.each(digest_field))

    @classmethod
    def of(cls, case: Case, digest: str) -> Commitment:
        """Return the commitment to a case as it is now: changing the case breaks it."""
        return cls(case.id, case.question, case.sides, digest)


# What is wrong where a secret may stand is said without the value: it may be the secret, or nearly.


def _verdict(field: str, value: object) -> str:
    remedy = "Give one of the case's sides."
    if not isinstance(value, str):
        raise InvalidTypeError("must be a string", field=field, remedy=remedy)
    if not value or has_lone_surrogate(value):
        raise InvalidValueError(
            "must not be empty, nor hold a lone surrogate", field=field, remedy=remedy
        )
    return str.__str__(value)


def _nonce(field: str, value: object) -> bytes:
    problem, remedy = f"must be {_NONCE_BYTES} bytes", "Leave it out for random ones."
    if not isinstance(value, bytes):
        raise InvalidTypeError(problem, field=field, remedy=remedy)
    if len(value) != _NONCE_BYTES:
        raise InvalidValueError(problem, field=field, remedy=remedy)
    return bytes(value)


def _require(field: str, value: object, kind: type[object]) -> None:
    if not isinstance(value, kind):
        raise InvalidTypeError(f"must be of type {kind.__name__}", field=field)


@attrs.frozen
class Secret(Masked):
    """What opens a commitment. It is written nowhere: neither in a representation nor as JSON.

    Attributes:
        verdict: The side that is right.
        nonce: 32 random bytes, without which anybody could try each side.

    Raises:
        InvalidTypeError: A field is of another type.
        InvalidValueError: The verdict is empty or holds a lone surrogate, or the nonce is of
            another length. As above, the value is not in the error.

    Examples:
        >>> Secret("no", bytes(32))
        Secret(...)
    """

    # Without repr=False, rich shows the fields of an attrs class, whatever its own __repr__ says.
    verdict: str = attrs.field(repr=False, validator=checks.each(_verdict))
    nonce: bytes = attrs.field(repr=False, validator=checks.each(_nonce))

    def __repr__(self) -> str:
        return "Secret(...)"

    def __reduce__(self) -> NoReturn:
        raise InvalidTypeError(
            "can't be pickled or copied",
            field="a Secret",
            remedy="It is kept by the store until its case closes.",
        )


def commit(case: Case, verdict: str, nonce: bytes | None = None) -> tuple[Commitment, Secret]:
    """Commit to the verdict of a case.

    The digest is SHA-256 over the RFC 8785 JSON of six texts: the case's id, the domain
    ``mainstay.verdict.v1``, a nonce in hex, the question, the sides and the verdict. So it says
    nothing of the verdict, and can't be moved to another case or question.

    Args:
        case: The case.
        verdict: Which of its sides is right.
        nonce: 32 bytes that nobody knows; by default fresh random ones.

    Raises:
        InvalidValueError: The verdict is not a side of the case, a text holds a lone surrogate,
            or the nonce is of another length. Neither verdict nor nonce is in the message.

    Examples:
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> commitment, secret = commit(case, "no", bytes(range(32)))
        >>> commitment.digest[:16], reveal(commitment, secret)
        ('ace3002d65080750', 'no')
    """
    _require("case", case, Case)
    secret = Secret(verdict, secrets.token_bytes(_NONCE_BYTES) if nonce is None else nonce)
    if secret.verdict not in case.sides:
        raise InvalidValueError(
            "is not a side of the case", field="verdict", remedy=f"Its sides are {case.sides!r}."
        )
    written = _written(case.id, case.question, case.sides, secret)
    return Commitment.of(case, sha256(written).hexdigest()), secret


def preimage(commitment: Commitment, secret: Secret) -> bytes:
    """Return the bytes whose SHA-256 is the digest: ``sha256sum`` checks them.

    They hold the secret: show them once the case has closed.

    Examples:
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> len(preimage(*commit(case, "no")))
        212
    """
    _require("commitment", commitment, Commitment)
    _require("secret", secret, Secret)
    return _written(commitment.case_id, commitment.question, commitment.sides, secret)


def _written(case_id: str, question: str, sides: tuple[str, ...], secret: Secret) -> bytes:
    return canonical_json(
        {
            "case": case_id,
            "domain": _DOMAIN,
            "nonce": secret.nonce.hex(),
            "question": question,
            "sides": sides,
            "verdict": secret.verdict,
        }
    )


def reveal(commitment: Commitment, secret: Secret) -> str:
    """Return the verdict, if it is the one that was committed to.

    Digests are compared in constant time.

    Raises:
        CommitmentError: It is not, or the case, its question or its sides were changed; or it is
            not one of the sides.
        InvalidValueError: The case, its question or a side holds a lone surrogate.

    Examples:
        >>> case = Case("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"])
        >>> commitment, secret = commit(case, "no")
        >>> reveal(commitment, secret)
        'no'
        >>> reveal(attrs.evolve(commitment, question="May a doctor lie?"), secret)
        Traceback (most recent call last):
            ...
        mainstay.errors.CommitmentError: the commitment of a case is not opened by its secret, ...
    """
    found = sha256(preimage(commitment, secret)).hexdigest()
    opened = hmac.compare_digest(found, commitment.digest)
    if not opened or secret.verdict not in commitment.sides:
        raise CommitmentError(
            "is not opened by its secret",
            field="the commitment of a case",
            value=commitment.case_id,
            remedy="The verdict, the nonce, or the case's id, question or sides were changed.",
        )
    return secret.verdict

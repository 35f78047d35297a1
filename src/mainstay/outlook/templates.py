"""Templates: the variants of an outlook's words, and which of them a user gets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from functools import partial
from hashlib import sha256

import attrs

from mainstay import _checks as checks
from mainstay._schemas import schema
from mainstay.errors import InvalidTypeError, InvalidValueError

__all__ = ["Template", "Trial", "pair_of", "variant_for"]

#: NUL, which PostgreSQL refuses, and what UTF-8 can't write.
_NOT_KEPT = re.compile("[\0\ud800-\udfff]")
#: Made once, since there are many users.
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _kept(field: str, value: object) -> str:
    """Return a text that can be hashed, and kept in a database."""
    text = checks.text(field, value)
    if _NOT_KEPT.search(text):
        raise InvalidValueError(
            "must not hold NUL characters or lone surrogates",
            field=field,
            value=text,
            remedy="Leave them out.",
        )
    return text


def _variants(values: Iterable[str]) -> tuple[str, ...]:
    if isinstance(values, AbstractSet | Mapping):
        raise InvalidTypeError(
            "must be in an order, such as that of a list",
            field="variants",
            value=values,
            remedy="Such as ('plain', 'warm').",
        )
    variants = tuple(_kept("variants", value) for value in checks.iterable("variants", values))
    if not variants or len({*variants}) < len(variants):
        raise InvalidValueError(
            "must be at least one, and all different",
            field="variants",
            value=variants,
            remedy="Such as ('plain', 'warm').",
        )
    return variants


def _tried(values: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    return frozenset(pair_of(pair) for pair in checks.iterable("tried", values))


def pair_of(values: Iterable[str]) -> tuple[str, str]:
    """Return two variants in the order of their names, so that a pair has one form."""
    pair = sorted({_kept("tried", value) for value in checks.iterable("tried", values)})
    if len(pair) != 2:
        raise InvalidValueError(
            "must hold pairs of two different variants",
            field="tried",
            value=values,
            remedy="Such as {('plain', 'warm')}.",
        )
    return pair[0], pair[1]


_text = checks.each(_kept)


@schema("trial/1")
@attrs.frozen
class Trial:
    """A variant that half of the users get instead of the current one.

    Attributes:
        challenger: Which variant.
        since: The date of the first outlooks that count.
        reads: How often it was read so far.

    Raises:
        InvalidValueError: A field can't be.

    Examples:
        >>> trial = Trial("warm", date(2024, 5, 1))
        >>> template = Template("welcome", ["plain", "warm"], trial=trial)
        >>> [variant_for(template, user) for user in ("ada", "gus")]
        ['warm', 'plain']
    """

    challenger: str = attrs.field(validator=_text)
    since: date = attrs.field(validator=checks.each(checks.day))
    reads: int = attrs.field(default=0, validator=checks.each(checks.count))


@schema("template/1")
@attrs.frozen
class Template:
    """A kind of outlook, the variants of its words, and which of them users get.

    Attributes:
        name: What tells it from every other.
        variants: Its variants, in the order in which they are tried.
        current: The one that users get; by default the first.
        trial: The trial under way, if there is one.
        tried: The pairs of variants that were tried and are not to be tried again, each in the
            order of their names. They may name variants that are there no longer.

    Raises:
        InvalidValueError: A text is empty, or holds what nothing can keep; no variant is there or
            two are the same; the current one or the challenger is not among them, or both are the
            same.

    Examples:
        >>> Template("welcome", ["plain", "warm"]).current
        'plain'
    """

    name: str = attrs.field(validator=_text)
    variants: tuple[str, ...] = attrs.field(converter=_variants)
    current: str = attrs.field(
        default=attrs.Factory(lambda self: self.variants[0], takes_self=True), validator=_text
    )
    trial: Trial | None = attrs.field(
        default=None, validator=checks.optional(partial(checks.instance, kind=Trial))
    )
    tried: frozenset[tuple[str, str]] = attrs.field(default=frozenset(), converter=_tried)

    def __attrs_post_init__(self) -> None:
        self._require_variant("current", self.current)
        if self.trial is not None:
            self._require_variant("challenger", self.trial.challenger)
            if self.trial.challenger == self.current:
                raise InvalidValueError(
                    "must not be the current variant",
                    field="challenger",
                    value=self.current,
                    remedy="A variant is tried against another one.",
                )

    def offering(self, variants: Iterable[str]) -> Template:
        """Return the template with other variants to choose from.

        If the current one is not among them, the first is current from now on, and a trial ends.
        So does a trial whose challenger is not. A trial that ends so counts as not tried.

        Args:
            variants: Them, in the order in which they are tried.

        Raises:
            InvalidValueError: A text is empty, or holds what nothing can keep; none is there, or
                two are the same.

        Examples:
            >>> trial = Trial("warm", date(2024, 5, 1))
            >>> template = Template("welcome", ["plain", "warm"], trial=trial)
            >>> template.offering(["short", "plain", "warm"]).trial == trial
            True
            >>> template.offering(["plain", "short"]).trial is None
            True
            >>> template.offering(["short", "warm"]).current
            'short'
        """
        offered = _variants(variants)
        current = self.current if self.current in offered else offered[0]
        goes_on = self.trial is not None and {self.current, self.trial.challenger} <= {*offered}
        trial = self.trial if goes_on else None
        return Template(self.name, offered, current, trial, self.tried)

    def _require_variant(self, field: str, variant: str) -> None:
        if variant not in self.variants:
            raise InvalidValueError(
                "must be one of the variants",
                field=field,
                value=variant,
                remedy=f"They are {', '.join(map(repr, self.variants))}.",
            )


def variant_for(template: Template, user_id: str) -> str:
    """Return the variant that a user gets: in a trial, half of the users get the challenger.

    Which half a user is in follows from the SHA-256 of the RFC 8785 JSON of two texts in a list,
    the template's name and the user's id: those whose digest begins with the bit 1, so in hex with
    8 to f, get the challenger. It is the same half whenever it is asked, and in each trial of the
    template.

    Raises:
        InvalidValueError: The user's id is empty, or holds a NUL character or a lone surrogate.

    Examples:
        ``printf '["welcome","ada"]' | sha256sum`` begins with 95af313b, and with gus for ada it
        begins with 09887117:

        >>> trial = Trial("warm", date(2024, 5, 1))
        >>> template = Template("welcome", ["plain", "warm"], trial=trial)
        >>> variant_for(template, "ada"), variant_for(template, "gus")
        ('warm', 'plain')
    """
    user = _kept("user_id", user_id)
    trial = checks.instance("template", template, Template).trial
    if trial is None:
        return template.current
    first = sha256(_JSON.encode([template.name, user]).encode()).digest()[0]
    return trial.challenger if first >= 0x80 else template.current


def variant_of(templates: Mapping[str, Template], name: str, user_id: str) -> str:
    """Return the variant of one of some templates that a user gets: see :func:`variant_for`.

    Raises:
        InvalidValueError: There is no such template.
    """
    try:
        found = templates[name]
    except KeyError as error:
        raise InvalidValueError(
            "is not a template",
            field="template",
            value=name,
            remedy=f"There are: {', '.join(sorted(templates)) or 'none'}.",
        ) from error
    return variant_for(found, user_id)

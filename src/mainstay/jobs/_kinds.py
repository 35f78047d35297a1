"""Kinds of activity that a policy names and that no event has: a misspelt one, mostly."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from mainstay.jobs._tally import LOGGER
from mainstay.scores.engagement.policy import EngagementPolicy
from mainstay.scores.policies import AnyPolicy

__all__ = ["LONGEST", "in_words", "unknown_kinds", "unknown_kinds_in_words", "warn_of_kinds"]

#: The most that is written of one kind, or value.
LONGEST = 60
_KINDS_NAMED = 10


def unknown_kinds(policy: AnyPolicy, kinds: Collection[str]) -> list[str]:
    """Return the kinds that a policy names and that no event has, in order.

    Examples:
        >>> unknown_kinds(EngagementPolicy(), ["like", "post", "view"])
        ['comment']
    """
    if isinstance(policy, EngagementPolicy):
        return sorted((policy.criteria.kinds or frozenset()) - set(kinds))
    return sorted((policy.kinds or frozenset()) - set(kinds))


def in_words(unknown: Collection[str], kinds: Collection[str]) -> str:
    """Say which kinds there are, those first that look like one that is not there.

    Examples:
        >>> in_words(["sesion"], ["like", "session"])
        'There are: session, like.'
    """
    close = [kind for each in unknown for kind in get_close_matches(each, kinds)]
    found = list(dict.fromkeys([*close, *sorted(kinds)]))
    more = f" and {len(found) - _KINDS_NAMED:,} more" if len(found) > _KINDS_NAMED else ""
    return f"There are: {_listed(found[:_KINDS_NAMED])}{more}."


def _listed(kinds: Collection[str]) -> str:
    """Write kinds in a row, none of them at great length."""
    return ", ".join(kind if len(kind) <= LONGEST else f"{kind[:LONGEST]}..." for kind in kinds)


def unknown_kinds_in_words(policy: AnyPolicy, kinds: Collection[str]) -> str | None:
    """Say which kinds a policy names that no event has, if there are any events and such kinds."""
    unknown = unknown_kinds(policy, kinds)
    if not (kinds and unknown):
        return None
    return f"names kinds that no event has: {_listed(unknown)}. {in_words(unknown, kinds)}"


def warn_of_kinds(words: str | None) -> None:
    """Warn of what :func:`unknown_kinds_in_words` says, once the policy is kept."""
    if words is not None:
        LOGGER.warning("the policy that is kept now %s", words)

"""Which policies a run judges by: those kept, or one that it is the first to keep."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from difflib import get_close_matches
from reprlib import Repr
from typing import Generic, TypeVar

import attrs

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError, OtherPolicyError, OutOfOrderError
from mainstay.jobs._tally import LOGGER
from mainstay.localdays import IsoWeek
from mainstay.ports import PolicyPage, PolicyStore
from mainstay.scores.engagement.policy import DailyCriteria, EngagementPolicy
from mainstay.scores.policies import AnyPolicy, PolicyHistory
from mainstay.streaks.weekly import WeeklyStreakPolicy

__all__ = ["RunPolicies", "change_policy", "in_words", "unknown_kinds"]

P = TypeVar("P", bound=AnyPolicy)

_KINDS_NAMED = 10
_LONGEST = 60
_short = Repr()
_short.maxstring = _short.maxother = _LONGEST
_short.maxdict = _short.maxlist = 20


@attrs.define
class RunPolicies(Generic[P]):
    """What a run judges by, read again in each transaction: somebody may have added one meanwhile.

    Attributes:
        given: The policy that the run was given, if it was.
        history: Those that are kept; until then the one given, else the standard one.
    """

    given: P | None
    history: PolicyHistory[P]
    _is_kept: bool = attrs.field(default=False, init=False)
    _has_warned: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        if self.given is not None:
            self.history = PolicyHistory(self.given)

    def read(self, page: PolicyPage[P]) -> None:
        """Read the policies that are kept.

        Raises:
            OtherPolicyError: The one given is not the latest kept.
        """
        kept = page.policies()
        if kept is None:
            return
        if self.given is not None:
            _require_same(page, self.given, kept.latest)
        self.history, self._is_kept = kept, True

    def keep(self, page: PolicyPage[P]) -> None:
        """Keep the policy by which somebody was judged first.

        Raises:
            OtherPolicyError: Another run was first.
        """
        if self._is_kept:
            return
        policy = self.history.first
        if not self._has_warned:  # a page may be tried again
            _warn_of_unknown_kinds(page, policy)
            self._has_warned = True
        _require_same(page, policy, page.keep_policy(policy))


def change_policy(store: PolicyStore[P], policy: P, *, since: date) -> PolicyHistory[P]:
    """Have days from a date on, or weeks from a date's week on, judged by another policy.

    Doing so again changes nothing. A policy by which nobody was evaluated yet can be replaced: by
    another since the same date.

    Args:
        store: The engagements or the reputations of a store.
        policy: What holds from then on.
        since: The first day, after the last that was evaluated for anybody; any day of the first
            week, after the last that was recorded.

    Returns:
        All policies that are kept then.

    Raises:
        OutOfOrderError: That day was evaluated already, for somebody.
        InvalidValueError: No policy is kept yet, or it is not of the store's type.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import Session
        >>> from mainstay.jobs import evaluate_consistency
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> ran = Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), kind="run", id="1")
        >>> store.sessions.add([ran])
        1
        >>> once, twice = (EngagementPolicy(criteria=DailyCriteria({"run": n})) for n in (1, 2))
        >>> job = evaluate_consistency(store.engagements, policy=once)
        >>> job.run(JobContext(target=date(2024, 5, 1))).succeeded
        1
        >>> policies = change_policy(store.engagements, twice, since=date(2024, 5, 2))
        >>> policies.first == once, policies.on(date(2024, 5, 2)) == twice
        (True, True)
    """
    begin = checks.day("since", since)
    if isinstance(policy, WeeklyStreakPolicy):
        begin = IsoWeek.of(begin).monday
    with store.page() as page:
        kept = page.policies()
        if kept is None:
            raise InvalidValueError(
                "must be left out while no policy is kept",
                field="since",
                value=begin.isoformat(),
                remedy="The policy of the first run that evaluates anybody holds from the "
                "beginning.",
            )
        checks.instance("policy", policy, type(kept.first))
        if (begin, policy) not in kept.changes:
            _require_later(begin, page.last_day())
            _warn_of_unknown_kinds(page, policy)
            page.keep_policy(policy, since=begin)
        return page.policies() or kept


def _require_later(since: date, last: date | None) -> None:
    if last is not None and since <= last:
        raise OutOfOrderError(
            f"must be after {last}, the last day that was evaluated for anybody",
            field="since",
            value=since.isoformat(),
            remedy="An earlier one needs a re-evaluation, which a later release brings.",
        )


def _require_same(page: PolicyPage[P], given: P, kept: P) -> None:
    """Refuse a policy that is not the one kept, in the fields that differ."""
    if given == kept:
        return
    fields = [field.name for field in attrs.fields(type(kept))]
    values = {name: (getattr(kept, name), getattr(given, name)) for name in fields}
    differ = {name: pair for name, pair in values.items() if pair[0] != pair[1]}
    words = (f"{name} ({_shown(a)} kept, {_shown(b)} given)" for name, (a, b) in differ.items())
    last = page.last_day()
    later = "" if last is None else f" after {last}"
    raise OtherPolicyError(
        f"differs from the latest that is kept in {', '.join(words)}",
        field="policy",
        value={name: pair[1] for name, pair in differ.items()},
        remedy="Leave it out to go on with those kept. To have later days judged by it, add it "
        f"from a date{later}: change_policy(store, policy, since=...), or mainstay run --from.",
    )


def _shown(value: object) -> str:
    plain = dict(value.minimums) if isinstance(value, DailyCriteria) else value
    return _short.repr(sorted(plain) if isinstance(plain, frozenset) else plain)


def unknown_kinds(policy: AnyPolicy, kinds: Collection[str]) -> list[str]:
    """Return the kinds that a policy names and that no event has, in order.

    Examples:
        >>> unknown_kinds(EngagementPolicy(), ["like", "post", "view"])
        ['comment']
    """
    if isinstance(policy, EngagementPolicy):
        return sorted(policy.criteria.minimums.keys() - set(kinds))
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
    return ", ".join(kind if len(kind) <= _LONGEST else f"{kind[:_LONGEST]}..." for kind in kinds)


def _warn_of_unknown_kinds(page: PolicyPage[P], policy: P) -> None:
    kinds = page.kinds()
    unknown = unknown_kinds(policy, kinds)
    if kinds and unknown:
        LOGGER.warning(
            "the policy that is kept now names kinds that no event has: %s. %s",
            _listed(unknown),
            in_words(unknown, kinds),
        )

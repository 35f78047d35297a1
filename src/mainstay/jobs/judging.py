"""What a run judges by: the policies that are kept, or one that it is the first to keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from reprlib import Repr
from typing import Generic, TypeVar

import attrs

from mainstay.errors import OtherPolicyError
from mainstay.jobs._kinds import LONGEST, unknown_kinds_in_words, warn_of_kinds
from mainstay.ports import JudgedPage, JudgedPages, Keyed, Page, PolicyPage, Unreadable
from mainstay.scores.engagement.criteria import DailyCriteria
from mainstay.scores.policies import AnyPolicy, PolicyHistory

__all__ = ["Judged", "RunPolicies"]

Target = TypeVar("Target")
Due = TypeVar("Due", bound=Keyed)
Done = TypeVar("Done")
P = TypeVar("P", bound=AnyPolicy)

_short = Repr()
_short.maxstring = _short.maxother = LONGEST
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
    _warning: str | None = attrs.field(default=None, init=False)

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
        self._warning = unknown_kinds_in_words(policy, page.kinds())
        _require_same(page, policy, page.keep_policy(policy))

    def warn(self) -> None:
        """Warn, once the policy is kept, if it names kinds that no event has."""
        warn_of_kinds(self._warning)
        self._warning = None


@attrs.frozen
class Judged(Generic[Target, Due, Done, P]):
    """A port whose pages are judged by a run's policies: it is one of :class:`Pages` itself.

    Attributes:
        pages: The port.
        policies: Read as each page begins, kept with the first page that keeps anything.
    """

    pages: JudgedPages[Target, Due, Done, P]
    policies: RunPolicies[P]

    @contextmanager
    def page(self) -> Iterator[Page[Target, Due, Done]]:
        """Begin a transaction."""
        with self.pages.page() as page:
            self.policies.read(page)
            yield _JudgedPage(page, self.policies)
        self.policies.warn()

    def count_due(self, target: Target) -> int:
        """Return about how much is due."""
        return self.pages.count_due(target)


@attrs.frozen
class _JudgedPage(Generic[Target, Due, Done, P]):
    page: JudgedPage[Target, Due, Done, P]
    policies: RunPolicies[P]

    def due(
        self, target: Target, *, after: str | None = None, limit: int
    ) -> Sequence[Due | Unreadable]:
        return self.page.due(target, after=after, limit=limit)

    def keep(self, done: Sequence[Done]) -> None:
        self.policies.keep(self.page)
        self.page.keep(done)


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
        f"from a date{later}: change_policy(..., since=DATE), or mainstay run ... --from DATE.",
    )


def _shown(value: object) -> str:
    plain = dict(value.minimums) if isinstance(value, DailyCriteria) else value
    return _short.repr(sorted(plain) if isinstance(plain, frozenset) else plain)

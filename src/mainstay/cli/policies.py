"""What ``mainstay run`` is told of policies, and what becomes of it in the store."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Generic, TypeVar

import attrs
from rich.console import Console

from mainstay.cli import arguments, terminal
from mainstay.cli.config import Policies, read_policies
from mainstay.errors import InvalidValueError
from mainstay.jobs import change_policy
from mainstay.jobs._kinds import in_words, unknown_kinds
from mainstay.jobs.evaluate_consistency import EVALUATE_CONSISTENCY
from mainstay.localdays import IsoWeek
from mainstay.ports import PolicyStore, SessionStore, Store
from mainstay.scores.engagement.policy import DailyCriteria, EngagementPolicy
from mainstay.scores.policies import AnyPolicy, PolicyHistory
from mainstay.streaks.weekly import WeeklyStreakPolicy

__all__ = ["add_to", "asked", "settled"]

P = TypeVar("P", bound=AnyPolicy)


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what the job judges by."""
    policies = parser.add_mutually_exclusive_group()
    policies.add_argument("--config", metavar="FILE", help="a TOML file with the policies")
    policies.add_argument(
        "--criteria",
        type=arguments.minimum,
        nargs="+",
        metavar="KIND=N",
        help="how much of each kind of activity a day needs; all else is as it is kept",
    )
    parser.add_argument(
        "--from",
        type=arguments.day_or_week,
        dest="since",
        metavar="DATE",
        help="the first day, or week, that is judged by this policy; earlier ones keep theirs",
    )
    parser.add_argument(
        "--any-kind",
        action="store_true",
        help="keep the policy even if it names kinds of activity that no event has",
    )


def asked(args: argparse.Namespace) -> Policies:
    """Return what the configuration says; what is not used is wrong usage."""
    if args.criteria is not None and args.job != EVALUATE_CONSISTENCY:
        args.refuse(f"argument --criteria: not used by {args.job}; use --config with [weekly]")
    if args.since is not None and args.criteria is None and args.config is None:
        args.refuse("argument --from: say what holds from then on, with --criteria or --config")
    return Policies() if args.config is None else read_policies(args.config)


def settled(
    args: argparse.Namespace,
    config: Policies,
    since: date | None,
    store: Store,
    messages: Console,
) -> Policies:
    """Return what the job is to be given, once a policy that holds from a date is kept.

    Raises:
        InvalidValueError: The policy that would be kept names kinds that no event has, or can't
            hold from that date.
    """
    keeping = _Keeping(store.sessions, since, messages, args.any_kind)
    if args.job != EVALUATE_CONSISTENCY:
        source = _Source("--config", "weekly", WeeklyStreakPolicy())
        return Policies(weekly=keeping.settled(store.reputations, config.weekly, source))
    source_of_days = _Source("--config", "engagement", EngagementPolicy())
    given = config.engagement
    if args.criteria is not None:
        source_of_days = attrs.evolve(source_of_days, option="--criteria")
        history = store.engagements.policies() or PolicyHistory(EngagementPolicy())
        criteria = DailyCriteria(dict(args.criteria))
        given = attrs.evolve(history.on(since or date.max), criteria=criteria)
    return Policies(engagement=keeping.settled(store.engagements, given, source_of_days))


@attrs.frozen
class _Source(Generic[P]):
    """Where a policy is from: an option, and there a table; or it is the standard one."""

    option: str
    table: str
    standard: P


@attrs.frozen
class _Keeping:
    """How a policy comes to be kept."""

    sessions: SessionStore
    since: date | None
    messages: Console
    any_kind: bool

    def settled(self, keeper: PolicyStore[P], given: P | None, source: _Source[P]) -> P | None:
        """Return what the job is to be given, now that what is to be kept is kept."""
        if self.since is not None:
            self._add(keeper, given, source, self.since)
            return None
        if keeper.policies() is None:
            self._require_known(given, source)
        return given

    def _add(
        self, keeper: PolicyStore[P], given: P | None, source: _Source[P], since: date
    ) -> None:
        if given is None:
            raise InvalidValueError(
                f"has no table [{source.table}]", field=source.option, value="nothing"
            )
        history = keeper.policies()
        if history is not None and history.on(since) != given:
            self._require_known(given, source)
        self._change(keeper, given, since)
        weeks = isinstance(given, WeeklyStreakPolicy)
        begin = f"Weeks from {IsoWeek.of(since)}" if weeks else f"Days from {since}"
        terminal.say(self.messages, f"{begin} on are judged by this policy.")

    def _change(self, keeper: PolicyStore[P], policy: P, since: date) -> None:
        try:
            change_policy(keeper, policy=policy, since=since)
        except InvalidValueError as error:
            field = "--from" if error.field == "since" else error.field
            raise type(error)(
                error.problem, field=field, value=error.value, remedy=error.remedy
            ) from error

    def _require_known(self, given: P | None, source: _Source[P]) -> None:
        """Refuse kinds that no event has: days that were judged by them stay so."""
        kinds = self.sessions.kinds()
        unknown = unknown_kinds(source.standard if given is None else given, kinds)
        if kinds and unknown and not self.any_kind:
            raise InvalidValueError(
                "names kinds that no event has",
                field="the standard policy" if given is None else source.option,
                value=", ".join(unknown),
                remedy=f"{in_words(unknown, kinds)} Say what counts with --criteria or --config, "
                "or insist with --any-kind.",
            )

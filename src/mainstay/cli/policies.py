"""What ``mainstay run`` is told of policies, and what becomes of it in the store."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TypeVar

import attrs

from mainstay.cli import arguments
from mainstay.cli.config import Policies, read_policies
from mainstay.cli.store import Store
from mainstay.errors import InvalidValueError
from mainstay.jobs import change_policy
from mainstay.jobs.consistency import EVALUATE_CONSISTENCY
from mainstay.jobs.policies import in_words, unknown_kinds
from mainstay.policies import AnyPolicy, PolicyHistory
from mainstay.ports import PolicyStore
from mainstay.scores.engagement_policy import DailyCriteria, EngagementPolicy
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
    args: argparse.Namespace, config: Policies, since: date | None, store: Store
) -> Policies:
    """Return what the job is to be given, once a policy that holds from a date is kept.

    Raises:
        InvalidValueError: The policy that would be kept names kinds that no event has.
    """
    keeping = _Keeping(store, since, _source(args), args.any_kind)
    if args.job != EVALUATE_CONSISTENCY:
        weekly = keeping.settled(store.reputations, config.weekly, WeeklyStreakPolicy())
        return Policies(weekly=weekly)
    days, given = store.engagements, config.engagement
    if args.criteria is not None:
        history = days.policies() or PolicyHistory(EngagementPolicy())
        criteria = DailyCriteria(dict(args.criteria))
        given = attrs.evolve(history.on(since or date.max), criteria=criteria)
    return Policies(engagement=keeping.settled(days, given, EngagementPolicy()))


def _source(args: argparse.Namespace) -> str:
    if args.criteria is not None:
        return "--criteria"
    return "the standard policy" if args.config is None else "--config"


@attrs.frozen
class _Keeping:
    """How a policy comes to be kept."""

    store: Store
    since: date | None
    source: str
    any_kind: bool

    def settled(self, keeper: PolicyStore[P], given: P | None, standard: P) -> P | None:
        history = keeper.policies()
        if self.since is None:
            if history is None:
                self._require_known(standard if given is None else given)
            return given
        if given is None:
            raise InvalidValueError(
                "has no table for this job", field="--config", value=self.source
            )
        if history is not None and history.on(self.since) != given:
            self._require_known(given)
        self._change(keeper, given, self.since)
        return None

    def _change(self, keeper: PolicyStore[P], policy: P, since: date) -> None:
        try:
            change_policy(keeper, policy, since=since)
        except InvalidValueError as error:
            field = "--from" if error.field == "since" else error.field
            raise type(error)(
                error.problem, field=field, value=error.value, remedy=error.remedy
            ) from error

    def _require_known(self, policy: AnyPolicy) -> None:
        """Refuse kinds that no event has: the days would be judged by them for good."""
        kinds = self.store.sessions.kinds()
        unknown = unknown_kinds(policy, kinds)
        if kinds and unknown and not self.any_kind:
            raise InvalidValueError(
                "names kinds that no event has",
                field=self.source,
                value=", ".join(unknown),
                remedy=f"{in_words(unknown, kinds)} What a day needs is said with --criteria or "
                "--config; --any-kind insists.",
            )

"""What ``mainstay run`` is told of policies, and what becomes of it in the store."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

import attrs
from rich.console import Console

from mainstay.cli import arguments, asking, terminal
from mainstay.cli.config import read_policies
from mainstay.errors import InvalidValueError
from mainstay.jobs import CatalogueRow, PolicyTable, change_policy, judge_again
from mainstay.jobs._kinds import in_words, unknown_kinds
from mainstay.localdays import IsoWeek
from mainstay.ports import PolicyStore, SessionStore, Store
from mainstay.scheduling import JobContext, JobReport, Target
from mainstay.scores.engagement.criteria import DailyCriteria
from mainstay.scores.policies import PolicyHistory

__all__ = ["Asked", "add_to", "asked"]

_CRITERIA = "criteria"


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
        type=arguments.target,
        dest="since",
        metavar="DATE",
        help="the first day, or week, that is judged by this policy; earlier ones keep theirs",
    )
    parser.add_argument(
        "--any-kind",
        action="store_true",
        help="keep the policy even if it names kinds of activity that no event has",
    )


@attrs.frozen
class Asked:
    """What the command line says of a job's policy.

    Attributes:
        row: The job.
        given: The policy in the configuration, if there is one.
        criteria: What a day is to need, if that is said.
        since: The first day, or week, that is judged by it; ``None`` for all.
        any_kind: Whether it may name kinds that no event has.
    """

    row: CatalogueRow
    given: Any
    criteria: dict[str, int] | None
    since: Target | None
    any_kind: bool

    def settled(self, store: Store, messages: Console) -> object:
        """Return what the job is to be given, once a policy that holds from a date is kept.

        Raises:
            InvalidValueError: The policy that would be kept names kinds that no event has, or
                can't hold from that date.
        """
        table = self.row.policy
        if table is None or table.keeper is None:
            return self.given
        keeper = table.keeper(store)
        source = _Source("--config" if self.criteria is None else "--criteria", table)
        keeping = _Keeping(store.sessions, keeper, source, messages, self.any_kind)
        return keeping.settled(self._wanted(keeper, source), self.since)

    def _wanted(self, keeper: PolicyStore[Any], source: _Source) -> Any:
        """Return the policy that is meant; ``None`` for those that are kept."""
        if self.criteria is None:
            return self.given
        history = keeper.policies() or PolicyHistory(source.standard)
        begin = date.max if self.since is None else _first_day(self.since)
        return attrs.evolve(history.on(begin), criteria=DailyCriteria(self.criteria))

    def judged_again(
        self, store: Store, messages: Console, *, dry_run: bool, context: JobContext
    ) -> JobReport:
        """Have days judged by the policy that were evaluated already, and evaluate them again.

        Raises:
            InvalidValueError: As :meth:`settled` does.
        """
        table, since = self.row.policy, self.since
        if table is None or table.keeper is None or since is None:
            raise InvalidValueError("must be given", field="--from", value=None)
        keeper = table.keeper(store)
        source = _Source("--config" if self.criteria is None else "--criteria", table)
        policy = self._wanted(keeper, source)
        keeping = _Keeping(store.sessions, keeper, source, messages, self.any_kind)
        keeping.require_known(policy)
        first = _first_day(since)
        return judge_again(store, policy=policy, since=first, dry_run=dry_run, context=context)


def asked(args: argparse.Namespace, row: CatalogueRow) -> Asked:
    """Return what is said of a job's policy; what is not used is wrong usage."""
    _check_used(args, row)
    since = asking.target(args, row, "--from", args.since)
    policies = {} if args.config is None else read_policies(args.config)
    given = None if row.policy is None else policies.get(row.policy.table)
    criteria = None if args.criteria is None else dict(args.criteria)
    return Asked(row, given, criteria, since, args.any_kind)


def _check_used(args: argparse.Namespace, row: CatalogueRow) -> None:
    table, by_date = row.policy, row.policy is not None and row.policy.keeper is not None
    if args.config is not None and table is None:
        args.refuse(f"argument --config: not used by {row.name}")
    if args.criteria is not None and not (by_date and table and _CRITERIA in table.fields):
        instead = "" if table is None else f"; use --config with [{table.table}]"
        args.refuse(f"argument --criteria: not used by {row.name}{instead}")
    if args.since is not None and not by_date:
        args.refuse(f"argument --from: not used by {row.name}")
    if args.since is not None and args.criteria is None and args.config is None:
        args.refuse("argument --from: say what holds from then on, with --criteria or --config")


def _first_day(since: Target) -> date:
    return since.monday if isinstance(since, IsoWeek) else since


@attrs.frozen
class _Source:
    """Where a policy is from: an option, and there a table; or it is the standard one."""

    option: str
    table: PolicyTable

    @property
    def standard(self) -> Any:
        """The policy that holds where none is given or kept."""
        return self.table.kind()


@attrs.frozen
class _Keeping:
    """How a policy comes to be kept."""

    sessions: SessionStore
    keeper: PolicyStore[Any]
    source: _Source
    messages: Console
    any_kind: bool

    def settled(self, given: Any, since: Target | None) -> object:
        """Return what the job is to be given, now that what is to be kept is kept."""
        if since is not None:
            self._add(given, since)
            return None
        if self.keeper.policies() is None:
            self.require_known(given)
        return given

    def _add(self, given: Any, since: Target) -> None:
        if given is None:
            raise InvalidValueError(
                f"has no table [{self.source.table.table}]",
                field=self.source.option,
                value="nothing",
            )
        first, history = _first_day(since), self.keeper.policies()
        if history is not None and history.on(first) != given:
            self.require_known(given)
        self._change(given, first)
        what = "Weeks" if isinstance(since, IsoWeek) else "Days"
        terminal.say(self.messages, f"{what} from {since} on are judged by this policy.")

    def _change(self, policy: Any, since: date) -> None:
        try:
            change_policy(self.keeper, policy=policy, since=since)
        except InvalidValueError as error:
            field = "--from" if error.field == "since" else error.field
            raise type(error)(
                error.problem, field=field, value=error.value, remedy=error.remedy
            ) from error

    def require_known(self, given: Any) -> None:
        """Refuse kinds that no event has: days that were judged by them stay so."""
        kinds = self.sessions.kinds()
        unknown = unknown_kinds(self.source.standard if given is None else given, kinds)
        if kinds and unknown and not self.any_kind:
            raise InvalidValueError(
                "names kinds that no event has",
                field="the standard policy" if given is None else self.source.option,
                value=", ".join(unknown),
                remedy=f"{in_words(unknown, kinds)} Say what counts with --criteria or --config, "
                "or insist with --any-kind.",
            )

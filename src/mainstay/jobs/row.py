"""What there is to know of a job before it has a store: a row of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import attrs

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError
from mainstay.jobs.tables import made_of
from mainstay.ports import PolicyStore, Store
from mainstay.scheduling import (
    AnyOption,
    JobContext,
    JobReport,
    JobSpec,
    RetryPolicy,
    Schedule,
    TargetKind,
)

__all__ = ["CatalogueRow", "PolicyTable"]


@attrs.frozen
class PolicyTable:
    """What a job judges by, and where that is written.

    Attributes:
        table: The table of a TOML file that holds it, such as ``engagement``.
        kind: Its class, whose fields are the table's keys.
        keeper: Which part of a store keeps it by date; ``None`` if it has no dates, so that one
            that is given replaces the one kept.

    Args:
        reader: What makes a policy of the table, if its keys are not simply the fields.
        keys: What they are then, in a few words.

    Examples:
        >>> from mainstay.jobs import CATALOGUE
        >>> table = CATALOGUE["update-multipliers"].policy
        >>> table.table, table.fields
        ('weekly', ('min_interactions', 'forgiven_weeks', 'kinds'))
        >>> table.read({"min_interactions": 3})
        WeeklyStreakPolicy(min_interactions=3)
        >>> table.read({"minimum": 3})
        Traceback (most recent call last):
            ...
        mainstay.errors.InvalidValueError: minimum is unknown, got 3. Known: min_interactions, ...
    """

    table: str = attrs.field(validator=checks.each(checks.text))
    kind: type[attrs.AttrsInstance]
    # Each part keeps policies of its own class.
    keeper: Callable[[Store], PolicyStore[Any]] | None = None
    _reader: Callable[[Mapping[str, Any]], object] | None = attrs.field(
        default=None, alias="reader"
    )
    _keys: str | None = attrs.field(
        default=None, alias="keys", validator=checks.optional(checks.text)
    )

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the policy's fields, which mostly are the table's keys."""
        return tuple(field.name for field in attrs.fields(self.kind))

    @property
    def summary(self) -> str:
        """What the table's keys are, in a few words."""
        if self._keys is not None:
            return self._keys
        return f"the fields of {self.kind.__name__}"

    def read(self, values: Mapping[str, Any]) -> object:
        """Return the policy that a table holds.

        Raises:
            InvalidValueError: A key is unknown, or a value can't be.
        """
        return made_of(self.kind, values) if self._reader is None else self._reader(values)


def _nothing_more(_: JobReport) -> Mapping[str, object]:
    return {}


def _options(values: Iterable[AnyOption]) -> tuple[AnyOption, ...]:
    return tuple(values)


@attrs.frozen(kw_only=True)
class CatalogueRow:
    """A job: all that the command, configurations, schedulers and documents know of it.

    Attributes:
        name: What it is called, such as ``evaluate-consistency``.
        summary: What it does, in a line that follows its name: "records every user's weeks".
        target: What the target of a run is.
        options: What else a run can be asked.
        policy: What it judges by, if it judges.
        grace: How late it may begin; by default see :func:`mainstay.jobs.job_status`.
        shape: What a report says in words of the job's own, such as ``generated_count``; the
            command prints them with ``--json``, and a Celery task returns them.

    Args:
        make: The job's factory, of a store and a policy or ``None``.

    Examples:
        >>> from mainstay.jobs import CATALOGUE
        >>> from mainstay.testing.memory import MemoryStore
        >>> row = CATALOGUE["close-cases"]
        >>> print(row.name, row.summary)
        close-cases closes cases whose time is over, and splits their rewards
        >>> row.target.value, [option.name for option in row.options]
        ('none', ['page_size', 'notices'])
        >>> row.spec(MemoryStore()).schedule
        Every(interval=datetime.timedelta(seconds=300))
    """

    name: str = attrs.field(validator=checks.each(checks.text))
    summary: str = attrs.field(validator=checks.each(checks.text))
    # Each factory takes a policy of its own class, which spec() checks.
    _make: Callable[[Store, Any], JobSpec] = attrs.field(alias="make")
    target: TargetKind = TargetKind.NONE
    options: tuple[AnyOption, ...] = attrs.field(default=(), converter=_options)
    policy: PolicyTable | None = None
    grace: timedelta | None = attrs.field(
        default=None, validator=checks.optional(partial(checks.instance, kind=timedelta))
    )
    shape: Callable[[JobReport], Mapping[str, object]] = _nothing_more

    def job(
        self, *, schedule: Schedule, run: Callable[[JobContext], JobReport], retry: RetryPolicy
    ) -> JobSpec:
        """Return the job that this row is of: its factory says only what the row does not."""
        return JobSpec(
            name=self.name,
            schedule=schedule,
            run=run,
            retry=retry,
            target=self.target,
            options=self.options,
        )

    def spec(self, store: Store, *, policy: object = None) -> JobSpec:
        """Return the job on a store.

        Args:
            store: All ports.
            policy: What it judges by; by default the policies kept, else the standard one.

        Raises:
            InvalidValueError: The policy is of another job's class, or the job has none.
        """
        if policy is None:
            return self._make(store, None)
        if self.policy is None:
            raise InvalidValueError(f"is not used by {self.name}", field="policy", value=policy)
        return self._make(store, checks.instance("policy", policy, self.policy.kind))

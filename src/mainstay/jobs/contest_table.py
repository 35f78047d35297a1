"""What the four jobs of contests share: the table of their configuration."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import attrs

from mainstay import _checks as checks
from mainstay.contest import ContestPolicy
from mainstay.contest.policy import LONGEST
from mainstay.jobs.row import PolicyTable
from mainstay.jobs.tables import check_keys, fields_of, made_of
from mainstay.recognition import RewardPolicy

__all__ = ["CONTEST_TABLE", "ContestTable"]

_CASES, _REWARDS = "cases", "rewards"
_SPANS = ("lasting", "lost_after", "misses_apart")


@attrs.frozen(kw_only=True)
class ContestTable:
    """What a configuration says of contests.

    Attributes:
        policy: How they go.
        cases: The JSON Lines file that cases are made from; without one none are made.

    Examples:
        >>> from mainstay.jobs import CATALOGUE
        >>> toml = {"cases": "cases.jsonl", "pool": 500, "lasting": 3600}
        >>> table = CATALOGUE["close-cases"].policy.read(toml)
        >>> table.cases, table.policy.pool, str(table.policy.lasting)
        ('cases.jsonl', 500, '1:00:00')
    """

    policy: ContestPolicy = attrs.field(
        default=ContestPolicy(), validator=checks.each(partial(checks.instance, kind=ContestPolicy))
    )
    cases: str | None = attrs.field(default=None, validator=checks.optional(checks.text))


def _read(values: Mapping[str, Any]) -> ContestTable:
    """Return what the table says; its spans are seconds, and ``rewards`` is a table."""
    known = [field.name for field in attrs.fields(ContestPolicy)]
    check_keys(values, [*known, _CASES])
    given = {key: value for key, value in values.items() if key != _CASES}
    for key in {*_SPANS} & given.keys():
        seconds = checks.number(key, given[key], 1e-6, LONGEST.total_seconds())
        given[key] = timedelta(seconds=seconds)
    if _REWARDS in given:
        table = checks.mapping(_REWARDS, given[_REWARDS])
        with fields_of(f"{_REWARDS}."):
            given[_REWARDS] = made_of(RewardPolicy, table)
    return ContestTable(policy=made_of(ContestPolicy, given), cases=values.get(_CASES))


CONTEST_TABLE = PolicyTable(
    "contest",
    ContestTable,
    reader=_read,
    keys="cases (a file), pool, rewards (a table), confirmations, final, most; in seconds: "
    "lasting, lost_after, misses_apart",
)

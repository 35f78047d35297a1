"""The frequent job that pays rewards on the ledger, and credits them once they are there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay.contest import (
    ContestPolicy,
    Reward,
    RewardState,
    Seen,
    Settlement,
    Sighting,
    settle,
)
from mainstay.errors import RejectedError
from mainstay.jobs._notices import NOTICES
from mainstay.jobs._sightings import (
    claim_policy,
    look_up,
    look_up_known,
    own_faults,
    submitted,
    transaction_of,
)
from mainstay.jobs._tally import Tally
from mainstay.jobs.calls import Answer, Call, Done, GivenUp, LookAgain
from mainstay.jobs.claims import ALL, run_claims
from mainstay.jobs.contest_table import CONTEST_TABLE, ContestTable
from mainstay.jobs.row import CatalogueRow
from mainstay.ports import HasContests, Ledger, OutboxEntry, Store
from mainstay.ports.notices import notice
from mainstay.ports.rewards import REWARD, published_of, reward_of, reward_result
from mainstay.scheduling import Every, JobContext, JobReport, JobSpec, RetryPolicy

__all__ = ["MONITOR_TRANSACTIONS", "monitor_transactions"]

MONITOR_TRANSACTIONS = "monitor-transactions"

_INTERVAL = timedelta(seconds=30)


def monitor_transactions(
    store: HasContests,
    *,
    ledger: Ledger,
    policy: ContestPolicy | None = None,
    notices: bool = False,
) -> JobSpec:
    """Return the job that submits rewards to the ledger, and watches them until they are final.

    Each is submitted under a key of its own, which stays the same, so that it is paid once
    whatever happens. What becomes of it then is as :func:`mainstay.contest.settle` says: its
    points are credited once it is confirmed, taken back if the ledger loses it, and credited again
    if it returns. One that has failed is reported, and stays so.

    It is due every 30 seconds, without retries: the next run goes on. A run looks at so many as
    the policy says, those first that were looked at longest ago; ``all`` goes on until nothing is
    due. ``notices`` leaves a notice in the outbox for each reward that is paid. ``result`` has how
    many the run has found completed, processing and failed.

    Args:
        store: Where the rewards are.
        ledger: Where they are paid.
        policy: When they are paid, final or lost.
        notices: Whether people are to be told, also if a run is not asked to.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.ports.rewards import new_reward
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, noon = MemoryStore(), datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> store.outbox.put([new_reward("case-0001", "ada", 400, at=noon)])
        1
        >>> job = monitor_transactions(store, ledger=store.ledger)
        >>> job.run(JobContext(clock=lambda: noon)).result.to_dict()
        {'completed': 1}
        >>> store.points.totals(["ada"])
        {'ada': 400}
    """
    rules = ContestPolicy() if policy is None else checks.instance("policy", policy, ContestPolicy)
    checks.instance("notices", notices, bool)
    run = partial(_run, store, ledger, rules, notices)
    return ROW.job(schedule=Every(_INTERVAL), run=run, retry=RetryPolicy())


def _make(store: Store, table: ContestTable | None) -> JobSpec:
    return monitor_transactions(store, ledger=store.ledger, policy=(table or ContestTable()).policy)


ROW = CatalogueRow(
    name=MONITOR_TRANSACTIONS,
    summary="pays rewards on the ledger, and credits them once they are there",
    make=_make,
    options=(ALL, NOTICES),
    policy=CONTEST_TABLE,
)


def _run(
    store: HasContests, ledger: Ledger, policy: ContestPolicy, notices: bool, context: JobContext
) -> JobReport:
    tally = Tally.begin(MONITOR_TRANSACTIONS, context)
    watch = _Watch(ledger, policy, context, notices or NOTICES.of(context.options))
    prepare = own_faults(watch.prepare)
    run_claims(store.outbox, REWARD, prepare, tally, policy=claim_policy(policy))
    tally.result.update(watch.found)
    return tally.report()


@attrs.frozen
class _Watch:
    """What a run looks at rewards with, and how many it has found to be how."""

    ledger: Ledger
    policy: ContestPolicy
    context: JobContext
    notices: bool
    found: Counter[str] = attrs.field(factory=Counter[str])

    def prepare(self, entries: Sequence[OutboxEntry]) -> Call:
        """Ask the ledger about all that were submitted before."""
        return partial(self._look, look_up_known(self.ledger, entries))

    def _look(self, seen: Mapping[str, Sighting], entry: OutboxEntry) -> Answer:
        reward, (_, payload) = reward_of(entry), published_of(entry)
        transaction = transaction_of(entry)
        if transaction is None:
            return self._submit(reward, payload)
        return self._answer(reward, transaction, seen[transaction], payload)

    def _submit(self, reward: Reward, payload: str) -> Answer:
        """Submit a reward; that it has not spread yet is not a look in vain."""
        transaction = submitted(self.ledger, reward.id, payload)
        reward = reward.submitted(self.context.now())
        sighting = look_up(self.ledger, [transaction])[transaction]
        if sighting == Sighting(Seen.NOT_FOUND):
            self.found[reward.state.value] += 1
            return LookAgain(result=reward_result(reward, transaction))
        return self._answer(reward, transaction, sighting, payload)

    def _answer(self, reward: Reward, transaction: str, sighting: Sighting, payload: str) -> Answer:
        if sighting.payload not in {None, payload}:
            return LookAgain(
                result=reward_result(reward, transaction), problem=_contradicted(reward)
            )
        settled = settle(reward, sighting, now=self.context.now(), policy=self.policy)
        self.found[settled.reward.state.value] += 1
        result = reward_result(settled.reward, transaction)
        if settled.reward.state is RewardState.FAILED:
            return GivenUp(_not_paid(reward), result, credits=settled.credits)
        answer = Done if settled.final else LookAgain
        return answer(result=result, credits=settled.credits, entries=self._notices(settled))

    def _notices(self, settled: Settlement) -> Sequence[OutboxEntry]:
        """Return what to tell: that a reward was paid, if it was just now."""
        return [
            notice(
                "reward",
                credit.user_id,
                {"case_id": settled.reward.case_id, "points": credit.amount},
                at=credit.at,
            )
            for credit in settled.credits
            if self.notices and credit.amount > 0
        ]


def _contradicted(reward: Reward) -> RejectedError:
    return RejectedError(
        "is contradicted: the ledger holds something else under its key",
        field="reward",
        value=reward.id,
        remedy=f"It is for case {reward.case_id}. Nothing changes; ask who keeps the ledger.",
    )


def _not_paid(reward: Reward) -> RejectedError:
    return RejectedError(
        "has failed: the ledger has refused it, or has lost it",
        field="reward",
        value=reward.id,
        remedy=f"It is for case {reward.case_id}. It is not tried again.",
    )

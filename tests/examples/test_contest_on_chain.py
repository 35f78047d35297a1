"""A whole contest whose ledger is a chain: from the draft until everything on it is final.

Of 1000 points, 40 % are for those who are right, 30 % for arguments and 20 % for all who took part:
zoe, who is right, has 400 + 100, and yuri 100. Neither name can be in a number in hex.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from chain_ledger import ChainLedger
from json_service import JsonService
from mainstay.contest import CaseDraft, CaseStatus, CaseVote, RewardState, Verification
from mainstay.jobs import contest_jobs
from mainstay.ports import KeptCase
from mainstay.scheduling import JobContext, JobReport, JobSpec
from mainstay.testing.memory import MemoryStore
from tests.chains import Chain
from tests.stand_ins import Answer, Asked, Reply, StandIn, fails, hang_up, stand_in

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
CASE = "case-2024-05-01T12"
EVERYBODY = ("yuri", "zoe")
WATCHING = ("verify-commitments", "close-cases", "monitor-transactions")


class Dilemmas:
    """Makes one case."""

    def generate(self, slot: datetime, /) -> CaseDraft:
        del slot
        return CaseDraft("May a doctor lie to spare a patient?", ["yes", "no"], "no")


@attrs.define
class Contest:
    """A contest, the chain that it is on, and what time it is."""

    chain: Chain
    node: StandIn
    store: MemoryStore
    jobs: dict[str, JobSpec]
    now: datetime = NOON

    def run(self, name: str) -> JobReport:
        return self.jobs[name].run(JobContext(clock=lambda: self.now))

    def later(self, passed: timedelta = timedelta(minutes=2)) -> None:
        """Let time pass, and have all jobs look at what there is."""
        self.now += passed
        for name in WATCHING:
            assert self.run(name).failed == 0

    def open(self) -> None:
        """Have the case made, published, confirmed and opened, and everybody vote."""
        self.run("generate-cases")
        self.chain.mine()
        self.later()
        self.vote()

    def vote(self) -> None:
        votes = [CaseVote("1", "zoe", "no", self.now), CaseVote("2", "yuri", "yes", self.now)]
        assert self.store.contests.vote(CASE, votes) == 2

    @property
    def kept(self) -> KeptCase:
        kept = self.store.contests.case(CASE)
        assert kept is not None
        return kept

    @property
    def standing(self) -> tuple[CaseStatus, Verification]:
        return self.kept.case.status, self.kept.verification

    @property
    def totals(self) -> list[int]:
        return [self.store.points.totals(EVERYBODY).get(user, 0) for user in EVERYBODY]

    @property
    def reasons(self) -> list[str]:
        """Why zoe was credited, the latest first."""
        return [credit.reason for credit in self.store.points.credits("zoe")]

    @property
    def states(self) -> set[RewardState]:
        return {reward.state for reward in self.store.contests.rewards(CASE)}


@pytest.fixture(name="contest")
def _contest() -> Iterator[Contest]:
    with stand_in() as node:
        chain, store = Chain(), MemoryStore()
        node.answer = chain.answer
        ledger = ChainLedger(JsonService(url=node.url, sleep=lambda _: None))
        jobs = contest_jobs(store, generator=Dilemmas(), ledger=ledger)
        yield Contest(chain, node, store, {job.name: job for job in jobs})


def test_a_case_opens_with_the_first_confirmation(contest: Contest) -> None:
    contest.run("generate-cases")
    contest.later()
    assert contest.standing == ("draft", "unverified")
    contest.chain.mine()
    contest.later()
    assert contest.standing == ("open", "verified")
    assert contest.kept.case.opens_at == NOON + timedelta(minutes=4)
    assert contest.chain.texts == {f"verdict:{CASE}": contest.kept.digest}


def test_a_case_closes_only_while_its_commitment_is_on_the_chain(contest: Contest) -> None:
    """Its block is replaced just before the end, and a later one has it again."""
    contest.open()
    contest.chain.reorganise(1)
    contest.now += timedelta(hours=24)
    assert contest.run("verify-commitments").failed == 0
    assert contest.standing == ("open", "unverified")
    assert contest.run("close-cases").failed == 1
    contest.chain.mine()
    contest.later()
    assert contest.standing == ("closed", "verified")


def test_rewards_are_paid_taken_back_and_paid_again_until_they_are_final(contest: Contest) -> None:
    contest.open()
    contest.later(timedelta(hours=24))
    assert contest.standing == ("closed", "verified")
    assert (contest.totals, contest.states) == ([0, 0], {"processing"})

    contest.chain.mine()
    contest.later()
    assert (contest.totals, contest.states) == ([100, 500], {"completed"})

    contest.chain.mine(2)
    contest.chain.reorganise(3)
    contest.later()
    assert (contest.totals, contest.states) == ([0, 0], {"processing"})

    contest.chain.mine()
    contest.later()
    assert (contest.totals, contest.states) == ([100, 500], {"completed"})
    reward = f"reward:{CASE}"
    assert contest.reasons == [f"{reward}:again:1", f"{reward}:reversed:1", reward]

    contest.chain.mine(10)
    contest.later()
    assert is_watched(contest), "11 confirmations are not final"
    contest.chain.mine()
    contest.later()
    assert not is_watched(contest)
    assert (contest.totals, contest.states) == ([100, 500], {"completed"})


def is_watched(contest: Contest) -> bool:
    """Return whether the next run asks the node about anything."""
    before = len(contest.node.asked)
    contest.later()
    return len(contest.node.asked) > before


def test_each_text_is_submitted_once_and_none_says_whose_it_is(contest: Contest) -> None:
    contest.open()
    for _ in range(3):
        contest.later(timedelta(hours=24))
        contest.chain.mine()
    sent = [asked.body["params"] for asked in contest.node.asked if "key" in asked.body["params"]]
    assert len(sent) == len(contest.chain.texts) == 3, "a verdict and two rewards"
    assert [user for user in EVERYBODY if user in repr(contest.node.asked)] == []


def accepts_and_hangs_up(chain: Chain) -> Answer:
    def answer(asked: Asked) -> None:
        chain.answer(asked)
        hang_up(asked)

    return answer


def answers_another_call(chain: Chain) -> Answer:
    return lambda asked: chain.answer(attrs.evolve(asked, body=asked.body | {"id": "another"}))


FAULTS: dict[str, Callable[[Chain], Answer]] = {
    "busy": lambda _: fails(503),
    "lost": accepts_and_hangs_up,
    "nonsense": answers_another_call,
    "a page": lambda _: lambda _: Reply(b"<html>"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_node_that_says_nothing_of_use_changes_nothing(
    contest: Contest, fault: Callable[[Chain], Answer]
) -> None:
    """At each stage: before the case opens, before it is paid, and once it is."""
    contest.run("generate-cases")
    expect_no_change(contest, fault, verdicts=1, rewards=0)
    contest.chain.mine()
    contest.later()
    contest.vote()
    contest.now += timedelta(hours=24)
    assert contest.run("close-cases").succeeded == 1
    expect_no_change(contest, fault, verdicts=1, rewards=2)
    contest.later()
    contest.chain.mine()
    contest.later()
    expect_no_change(contest, fault, verdicts=1, rewards=2)
    assert (contest.totals, contest.states) == ([100, 500], {"completed"})
    assert len(contest.chain.texts) == 3


def expect_no_change(
    contest: Contest, fault: Callable[[Chain], Answer], *, verdicts: int, rewards: int
) -> None:
    """Require that runs while the node fails leave case, rewards and points as they are."""
    before = (contest.kept, contest.totals, contest.store.contests.rewards(CASE))
    contest.node.answer = fault(contest.chain)
    for name, failing in (("verify-commitments", verdicts), ("monitor-transactions", rewards)):
        contest.now += timedelta(minutes=2)
        report = contest.run(name)
        assert (report.failed, report.succeeded, report.skipped) == (failing, 0, 0)
    contest.node.answer = contest.chain.answer
    assert (contest.kept, contest.totals, contest.store.contests.rewards(CASE)) == before

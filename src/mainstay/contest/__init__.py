"""Contests: a question, a verdict fixed beforehand, votes, arguments, and rewards for both.

As in the core, everything is an immutable value or a pure function of its arguments. What a store
keeps of it, and the jobs that look after it, are in :mod:`mainstay.ports` and
:mod:`mainstay.jobs`.
"""

from mainstay.contest.cases import ArgumentVote, Case, CaseArgument, CaseStatus, CaseVote
from mainstay.contest.chain import GENESIS, ChainHead, LedgerEntry, verify_chain
from mainstay.contest.closing import ClosedCase, close_case
from mainstay.contest.commitment import Commitment, Secret, commit, preimage, reveal
from mainstay.contest.dicts import ClosedCaseDict, PlacedArgumentDict
from mainstay.contest.drafts import CaseDraft
from mainstay.contest.payloads import reward_payload, verdict_key
from mainstay.contest.policy import ContestPolicy
from mainstay.contest.settlement import Reward, RewardState, Seen, Settlement, Sighting, settle
from mainstay.contest.verification import Verification, verified

__all__ = [
    "GENESIS",
    "ArgumentVote",
    "Case",
    "CaseArgument",
    "CaseDraft",
    "CaseStatus",
    "CaseVote",
    "ChainHead",
    "ClosedCase",
    "ClosedCaseDict",
    "Commitment",
    "ContestPolicy",
    "LedgerEntry",
    "PlacedArgumentDict",
    "Reward",
    "RewardState",
    "Secret",
    "Seen",
    "Settlement",
    "Sighting",
    "Verification",
    "close_case",
    "commit",
    "preimage",
    "reveal",
    "reward_payload",
    "settle",
    "verdict_key",
    "verified",
    "verify_chain",
]

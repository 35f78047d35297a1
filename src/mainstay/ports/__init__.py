"""What jobs need of a host's storage: a few small Protocols, to implement or to take as they are.

:mod:`mainstay.adapters.sql` implements them all for SQLite and PostgreSQL,
``mainstay.testing.memory`` for tests, and ``mainstay.testing.conformance`` holds the tests that
every implementation must pass.

Whatever can't be read or written *now* (a store that is down, locked or read-only) raises
:class:`mainstay.StoreError`. User ids are compared by code point, everywhere.
"""

from mainstay.ports.engagements import (
    Due,
    DueDays,
    EngagementPage,
    EngagementStore,
    Evaluated,
    EvaluatedDays,
)
from mainstay.ports.policies import PolicyPage, PolicyStore
from mainstay.ports.qualities import average_quality, millionths
from mainstay.ports.reputations import DueWeeks, ReputationPage, ReputationStore
from mainstay.ports.runs import RunLog
from mainstay.ports.sessions import SessionStore, other_contents, storable
from mainstay.ports.unreadable import Unreadable

__all__ = [
    "Due",
    "DueDays",
    "DueWeeks",
    "EngagementPage",
    "EngagementStore",
    "Evaluated",
    "EvaluatedDays",
    "PolicyPage",
    "PolicyStore",
    "ReputationPage",
    "ReputationStore",
    "RunLog",
    "SessionStore",
    "Unreadable",
    "average_quality",
    "millionths",
    "other_contents",
    "storable",
]

"""What jobs need of a host's storage: a few small Protocols, to implement or to take as they are.

:mod:`mainstay.adapters.sql` implements them all for SQLite and PostgreSQL,
``mainstay.testing.memory`` for tests, and ``mainstay.testing.conformance`` holds the tests that
every implementation must pass.

Whatever can't be read or written *now* (a store that is down, locked or read-only) raises
:class:`mainstay.StoreError`. User ids are compared by code point, everywhere.
"""

from mainstay.ports.badges import (
    BadgeCheck,
    BadgePage,
    BadgeStanding,
    BadgeStore,
    BadgeTarget,
)
from mainstay.ports.case_dicts import (
    CaseArgumentDict,
    CaseDict,
    CaseOutcomeDict,
    CaseRewardDict,
    WholeCaseDict,
    case_dict,
    whole_case,
)
from mainstay.ports.case_generator import CaseGenerator
from mainstay.ports.content_generator import ContentGenerator
from mainstay.ports.contests import ContestPage, ContestStore
from mainstay.ports.corrections import (
    Changes,
    CorrectionPage,
    CorrectionStore,
    Late,
    Prunable,
    Pruned,
)
from mainstay.ports.engagements import (
    LONGEST,
    DueDays,
    EngagementPage,
    EngagementStore,
    EvaluatedDays,
    PostsByDay,
    rescored,
)
from mainstay.ports.kept_cases import (
    ArgumentStanding,
    CaseClosing,
    CaseOutcome,
    DueCase,
    KeptCase,
)
from mainstay.ports.leaderboards import (
    ALL_TIME,
    BoardPage,
    BoardQuery,
    BoardTarget,
    DueBoard,
    LeaderboardStore,
)
from mainstay.ports.ledger import (
    FINAL,
    Ledger,
    LedgerChain,
    asked_for,
    other_payload,
    require_submittable,
)
from mainstay.ports.metrics import MetricStore
from mainstay.ports.notifications import (
    DueNotification,
    NotificationPage,
    NotificationPlan,
    NotificationStore,
    NotificationTarget,
    Notified,
)
from mainstay.ports.notified_by_zone import counts_by_zone, notified_counts
from mainstay.ports.notified_counts import NotifiedCounts, NotifiedCountsDict
from mainstay.ports.notifier import Notification, Notifier
from mainstay.ports.outbox import Outbox, OutboxEntry, OutboxState
from mainstay.ports.outlooks import (
    OutlookMade,
    OutlookPage,
    OutlookStanding,
    OutlookStore,
    OutlookTarget,
)
from mainstay.ports.pages import Keyed, Page, Pages, Unreadable
from mainstay.ports.points import PointStore
from mainstay.ports.policies import JudgedPage, JudgedPages, PolicyPage, PolicyStore
from mainstay.ports.qualities import average_quality, millionths
from mainstay.ports.recognition import badge_progress, earned_badges, user_points
from mainstay.ports.reputations import DueWeeks, ReputationPage, ReputationStore
from mainstay.ports.runs import RunLog
from mainstay.ports.scoring import score_user
from mainstay.ports.sessions import SessionStore, other_contents, storable
from mainstay.ports.store import (
    HasBadges,
    HasContests,
    HasCorrections,
    HasEngagements,
    HasLeaderboards,
    HasLedger,
    HasMetrics,
    HasOutbox,
    HasOutlooks,
    HasPoints,
    HasReputations,
    HasRuns,
    HasSessions,
    HasSize,
    Store,
)
from mainstay.ports.templates import Templates
from mainstay.ports.verifying import HasChain, VerifiedContests, verify_contests

__all__ = [
    "ALL_TIME",
    "FINAL",
    "LONGEST",
    "ArgumentStanding",
    "BadgeCheck",
    "BadgePage",
    "BadgeStanding",
    "BadgeStore",
    "BadgeTarget",
    "BoardPage",
    "BoardQuery",
    "BoardTarget",
    "CaseArgumentDict",
    "CaseClosing",
    "CaseDict",
    "CaseGenerator",
    "CaseOutcome",
    "CaseOutcomeDict",
    "CaseRewardDict",
    "Changes",
    "ContentGenerator",
    "ContestPage",
    "ContestStore",
    "CorrectionPage",
    "CorrectionStore",
    "DueBoard",
    "DueCase",
    "DueDays",
    "DueNotification",
    "DueWeeks",
    "EngagementPage",
    "EngagementStore",
    "EvaluatedDays",
    "HasBadges",
    "HasChain",
    "HasContests",
    "HasCorrections",
    "HasEngagements",
    "HasLeaderboards",
    "HasLedger",
    "HasMetrics",
    "HasOutbox",
    "HasOutlooks",
    "HasPoints",
    "HasReputations",
    "HasRuns",
    "HasSessions",
    "HasSize",
    "JudgedPage",
    "JudgedPages",
    "KeptCase",
    "Keyed",
    "Late",
    "LeaderboardStore",
    "Ledger",
    "LedgerChain",
    "MetricStore",
    "Notification",
    "NotificationPage",
    "NotificationPlan",
    "NotificationStore",
    "NotificationTarget",
    "Notified",
    "NotifiedCounts",
    "NotifiedCountsDict",
    "Notifier",
    "Outbox",
    "OutboxEntry",
    "OutboxState",
    "OutlookMade",
    "OutlookPage",
    "OutlookStanding",
    "OutlookStore",
    "OutlookTarget",
    "Page",
    "Pages",
    "PointStore",
    "PolicyPage",
    "PolicyStore",
    "PostsByDay",
    "Prunable",
    "Pruned",
    "ReputationPage",
    "ReputationStore",
    "RunLog",
    "SessionStore",
    "Store",
    "Templates",
    "Unreadable",
    "VerifiedContests",
    "WholeCaseDict",
    "asked_for",
    "average_quality",
    "badge_progress",
    "case_dict",
    "counts_by_zone",
    "earned_badges",
    "millionths",
    "notified_counts",
    "other_contents",
    "other_payload",
    "require_submittable",
    "rescored",
    "score_user",
    "storable",
    "user_points",
    "verify_contests",
    "whole_case",
]

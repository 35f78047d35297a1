"""The strategy of each type, for ``hypothesis.strategies.from_type``."""

from __future__ import annotations

from io import StringIO
from operator import attrgetter, itemgetter
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from mainstay.activity.counts import Counts
from mainstay.activity.session import Session
from mainstay.activity.window import ActivityWindow
from mainstay.activity.year import ActivityYear
from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseArgument,
    CaseDraft,
    CaseStatus,
    CaseVote,
    ChainHead,
    ClosedCase,
    ClosedCaseDict,
    Commitment,
    ContestPolicy,
    LedgerEntry,
    PlacedArgumentDict,
    Reward,
    RewardState,
    Secret,
    Seen,
    Settlement,
    Sighting,
    Verification,
)
from mainstay.daystarts import DayEnd
from mainstay.errors import BadRecordError, MainstayError
from mainstay.explanation import Explanation
from mainstay.jobs import (
    CATALOGUE,
    Cancelled,
    CatalogueRow,
    ClaimPolicy,
    ContestTable,
    Done,
    GivenUp,
    Health,
    HealthPolicy,
    JobHealth,
    JobStatus,
    JsonLinesNotifier,
    LookAgain,
    NotBegun,
    PolicyTable,
)
from mainstay.localdays import IsoWeek
from mainstay.outlook import (
    Content,
    ContentCounts,
    ContentCountsDict,
    Decision,
    EnglishOutlookPhrases,
    EnglishReviewPhrases,
    LowTemplate,
    LowTemplateDict,
    Mark,
    Metric,
    NotificationPolicy,
    Outlook,
    OutlookContext,
    OutlookPhrasebook,
    Preferences,
    ReviewPhrasebook,
    ReviewPolicy,
    Sums,
    Template,
    TemplateFigures,
    Trial,
)
from mainstay.ports import (
    ArgumentStanding,
    BadgeCheck,
    BadgeStanding,
    BadgeTarget,
    BoardQuery,
    BoardTarget,
    CaseArgumentDict,
    CaseClosing,
    CaseDict,
    CaseOutcome,
    CaseOutcomeDict,
    CaseRewardDict,
    DueBoard,
    DueCase,
    DueDays,
    DueNotification,
    DueWeeks,
    EvaluatedDays,
    KeptCase,
    Late,
    Notification,
    NotificationPlan,
    NotificationTarget,
    Notified,
    NotifiedCounts,
    NotifiedCountsDict,
    OutboxEntry,
    OutboxState,
    OutlookMade,
    OutlookStanding,
    OutlookTarget,
    Prunable,
    Pruned,
    Unreadable,
    VerifiedContests,
    WholeCaseDict,
    case_dict,
)
from mainstay.ports.case_dicts import argument_dict, outcome_dict, reward_dict
from mainstay.reading import (
    CaseFile,
    ColumnSample,
    Condition,
    Contribution,
    Event,
    EventFormat,
    EventRows,
    Inspection,
    KnownFormat,
    Problem,
)
from mainstay.recognition import (
    Argument,
    Badge,
    BadgeDict,
    BadgePolicy,
    BadgeProgressDict,
    Board,
    BoardDict,
    BoardEntryDict,
    Credit,
    CreditDict,
    EarnedBadgesDict,
    EnglishLevelPhrases,
    EnglishRewardPhrases,
    LeaderboardPolicy,
    Level,
    LevelDict,
    LevelPhrasebook,
    Levels,
    Period,
    PointsDict,
    PointsRank,
    PointsRankDict,
    ProgressDict,
    ProgressOfAllDict,
    Ranked,
    RewardPhrasebook,
    RewardPolicy,
    RewardSplit,
    RewardSplitDict,
    Rung,
    Span,
    UserRank,
    UserRankDict,
    newly_earned,
    points_of,
    progress,
)
from mainstay.reputation.dicts import VouchExplanationDict
from mainstay.reputation.explanation import DampenedWeight, VouchExplanation
from mainstay.reputation.multiplier import MultiplierPolicy, Reputation
from mainstay.reputation.phrases import EnglishVouchPhrases, VouchPhrasebook
from mainstay.reputation.vouches import Vouch
from mainstay.scheduling import (
    Daily,
    Every,
    InstalledJob,
    ItemError,
    JobContext,
    JobReport,
    JobRun,
    JobSpec,
    Option,
    PlainData,
    RetryPolicy,
    Schedule,
    TargetKind,
    Weekly,
)
from mainstay.scores.consistency.breakdown import ScoreBreakdown, ScoreDifference
from mainstay.scores.consistency.dicts import ConsistencyScoreDict, WhatIfDict
from mainstay.scores.consistency.phrases import EnglishPhrases
from mainstay.scores.consistency.policy import ConsistencyPolicy
from mainstay.scores.consistency.result import ConsistencyScore, Phrasebook, WhatIf
from mainstay.scores.engagement.criteria import (
    AllOf,
    AnyOf,
    ByWeekday,
    DailyCriteria,
    DailyMinutes,
)
from mainstay.scores.engagement.day import DayActivity, DayOutcome
from mainstay.scores.engagement.dicts import DayOutcomeDict, HistoricalScoreDict
from mainstay.scores.engagement.evaluate import Engagement
from mainstay.scores.engagement.historical import HistoricalScore
from mainstay.scores.engagement.phrases import (
    EngagementPhrasebook,
    EnglishEngagementPhrases,
    EnglishPickPhrases,
    PickPhrasebook,
)
from mainstay.scores.engagement.policy import EngagementBreakdown, EngagementPolicy, PickPolicy
from mainstay.scores.engagement.recent import RecentPosts
from mainstay.scores.policies import PolicyHistory
from mainstay.scores.year.breakdown import YearBreakdown, YearDifference
from mainstay.scores.year.dicts import YearScoreDict, YearWhatIfDict
from mainstay.scores.year.phrases import EnglishYearPhrases
from mainstay.scores.year.policy import YearPolicy
from mainstay.scores.year.result import YearPhrasebook, YearScore, YearWhatIf
from mainstay.streaks.daily import DailyStreak, StreakStatus
from mainstay.streaks.dicts import DailyStreakDict
from mainstay.streaks.phrases import EnglishStreakPhrases, StreakPhrasebook
from mainstay.streaks.policy import StreakPolicy
from mainstay.streaks.schedules import (
    DaysAWeek,
    EveryDay,
    PeriodUnit,
    Recurring,
    Weekdays,
)
from mainstay.streaks.weekly import WeeklyStreak, WeeklyStreakPolicy
from mainstay.testing.strategies import (
    activity,
    asking,
    calendar,
    contest,
    files,
    health,
    jobs,
    kept_contests,
    outbox,
    outlook,
    policies,
    recognition,
    results,
    states,
    streaks,
    told,
)
from mainstay.testing.strategies.making import made

__all__ = ["BY_TYPE", "of_type"]

_PHRASES = st.builds(EnglishPhrases, st.sampled_from(["were active", "trained"]))
_YEAR_PHRASES = st.builds(EnglishYearPhrases, st.sampled_from(["were active", "trained"]))
_ENGAGEMENT_PHRASES = st.builds(EnglishEngagementPhrases)
_PICK_PHRASES = st.builds(EnglishPickPhrases)
_STREAK_PHRASES = st.builds(EnglishStreakPhrases)
_VOUCH_PHRASES = st.builds(EnglishVouchPhrases)
_LEVEL_PHRASES = st.builds(EnglishLevelPhrases)
_REWARD_PHRASES = st.builds(EnglishRewardPhrases)
_OUTLOOK_PHRASES = st.builds(EnglishOutlookPhrases)
_REVIEW_PHRASES = st.builds(EnglishReviewPhrases)
_CREDITS = st.lists(recognition.credits(st.just("ada")), min_size=1, max_size=3)
_POINTS = made(
    points_of,
    st.just("ada"),
    st.integers(0, 500),
    _CREDITS,
    levels=st.none() | recognition.levels(),
)
_METRICS = st.dictionaries(st.sampled_from(["wins", "votes"]), st.integers(0, 60), max_size=2)
_PROGRESS = made(progress, st.just("ada"), _METRICS, _CREDITS)
_EARNED = made(
    newly_earned, st.just("ada"), st.just({"wins": 5}), st.just([]), at=calendar.instants()
)
_BOARDS = made(Board.to_dict, recognition.boards().filter(lambda board: board.entries))
_CLOSED_CASES = made(ClosedCase.to_dict, kept_contests.closed_cases())

_SEVERAL_CRITERIA = st.lists(policies.criteria(), min_size=1, max_size=3)
_WEEKDAYS = st.frozensets(st.integers(0, 6))

#: The strategy of each public type: those that one may make a value of, and the protocols of
#: such values.
BY_TYPE: dict[Any, SearchStrategy[object]] = {
    ActivityWindow: activity.windows(),
    ActivityYear: activity.years(),
    Argument: recognition.arguments(),
    ArgumentStanding: kept_contests.argument_standings(),
    ArgumentVote: contest.argument_votes(),
    Badge: recognition.badges(),
    BadgeCheck: asking.badge_checks(),
    BadgeDict: made(lambda has: has["badges"][0], _EARNED),
    BadgePolicy: recognition.badge_policies(),
    BadgeProgressDict: made(lambda done: done["progress"]["progress_details"][0], _PROGRESS),
    BadgeStanding: asking.badge_standings(),
    BadgeTarget: asking.badge_targets(),
    Board: recognition.boards(),
    BoardDict: _BOARDS,
    BoardEntryDict: made(lambda board: board["entries"][0], _BOARDS),
    BoardQuery: asking.board_queries(),
    BoardTarget: asking.board_targets(),
    Case: contest.cases(),
    CaseArgument: contest.case_arguments(),
    CaseArgumentDict: made(argument_dict, kept_contests.argument_standings()),
    CaseDict: made(case_dict, kept_contests.kept_cases()),
    CaseDraft: contest.case_drafts(),
    CaseFile: st.builds(CaseFile, st.just("cases.jsonl"), st.just(bool), st.just(bool)),
    CaseClosing: kept_contests.case_closings(),
    CaseOutcome: kept_contests.case_outcomes(),
    CaseOutcomeDict: made(outcome_dict, kept_contests.case_outcomes()),
    CaseRewardDict: made(reward_dict, contest.rewards()),
    Cancelled: outbox.things_cancelled(),
    CaseStatus: st.sampled_from(CaseStatus),
    CaseVote: contest.case_votes(),
    CatalogueRow: st.sampled_from(list(CATALOGUE.values())),
    ChainHead: contest.chain_heads(),
    ClaimPolicy: outbox.claim_policies(),
    ClosedCase: kept_contests.closed_cases(),
    ClosedCaseDict: _CLOSED_CASES,
    Commitment: contest.commitments(),
    ConsistencyPolicy: policies.consistency_policies(),
    ConsistencyScore: results.consistency_scores(),
    ConsistencyScoreDict: made(ConsistencyScore.to_dict, results.consistency_scores()),
    Content: outlook.contents(),
    ContentCounts: outlook.content_counts(),
    ContentCountsDict: made(ContentCounts.to_dict, outlook.content_counts()),
    ContestPolicy: contest.contest_policies(),
    ContestTable: kept_contests.contest_tables(),
    ColumnSample: files.column_samples(),
    Condition: files.conditions(),
    Contribution: kept_contests.contributions(),
    Counts: activity.counts(),
    Credit: recognition.credits(),
    CreditDict: made(lambda points: points["credits"][0], _POINTS),
    Daily: jobs.dailies(),
    AllOf: st.builds(AllOf, _SEVERAL_CRITERIA),
    AnyOf: st.builds(AnyOf, _SEVERAL_CRITERIA),
    ByWeekday: st.builds(ByWeekday, _WEEKDAYS, policies.criteria(), policies.criteria()),
    DailyCriteria: policies.daily_criteria(),
    DailyMinutes: policies.daily_minutes(),
    PickPhrasebook: _PICK_PHRASES,
    PickPolicy: policies.pick_policies(),
    RecentPosts: results.recent_posts(),
    DailyStreak: states.daily_streaks(),
    DailyStreakDict: made(DailyStreak.to_dict, states.daily_streaks()),
    DampenedWeight: results.dampened_weights(),
    DayActivity: states.day_activities(),
    DayEnd: calendar.day_ends(),
    DayOutcome: states.day_outcomes(),
    DayOutcomeDict: made(DayOutcome.to_dict, states.day_outcomes()),
    DaysAWeek: st.builds(DaysAWeek, st.integers(1, 7), st.integers(0, 6)),
    Decision: outlook.decisions(),
    Done: outbox.things_done(),
    DueBoard: asking.due_boards(),
    DueCase: kept_contests.due_cases(),
    DueDays: jobs.due_days(),
    DueNotification: told.due_notifications(),
    DueWeeks: jobs.due_weeks(),
    Late: jobs.lates(),
    Problem: files.problems(),
    Prunable: jobs.prunables(),
    Pruned: jobs.pruneds(),
    EarnedBadgesDict: _EARNED,
    Engagement: states.engagements(),
    EngagementBreakdown: made(attrgetter("breakdown"), results.historical_scores()),
    EngagementPhrasebook: _ENGAGEMENT_PHRASES,
    EngagementPolicy: policies.engagement_policies(),
    EnglishEngagementPhrases: _ENGAGEMENT_PHRASES,
    EnglishLevelPhrases: _LEVEL_PHRASES,
    EnglishOutlookPhrases: _OUTLOOK_PHRASES,
    EnglishPhrases: _PHRASES,
    EnglishPickPhrases: _PICK_PHRASES,
    EnglishYearPhrases: _YEAR_PHRASES,
    EnglishReviewPhrases: _REVIEW_PHRASES,
    EnglishRewardPhrases: _REWARD_PHRASES,
    EnglishStreakPhrases: _STREAK_PHRASES,
    EnglishVouchPhrases: _VOUCH_PHRASES,
    EvaluatedDays: jobs.evaluated_days(),
    Event: st.builds(
        Event, st.integers(1, 10**6), activity.sessions(), st.none() | calendar.days()
    ),
    EventFormat: files.event_formats(),
    EventRows: files.event_rows(),
    Every: jobs.everies(),
    EveryDay: st.builds(EveryDay),
    Explanation: results.explanations(),
    GivenUp: outbox.things_given_up(),
    Health: health.healths(),
    HealthPolicy: health.health_policies(),
    HistoricalScore: results.historical_scores(),
    HistoricalScoreDict: made(HistoricalScore.to_dict, results.historical_scores()),
    Inspection: files.inspections(),
    InstalledJob: jobs.installed_jobs(),
    IsoWeek: calendar.iso_weeks(),
    ItemError: jobs.item_errors(),
    JobContext: jobs.job_contexts(),
    JobHealth: health.job_healths(),
    JobReport: jobs.job_reports(),
    JobRun: jobs.job_runs(),
    JobSpec: jobs.job_specs(),
    JobStatus: st.sampled_from(JobStatus),
    KeptCase: kept_contests.kept_cases(),
    KnownFormat: files.known_formats(),
    LeaderboardPolicy: recognition.leaderboard_policies(),
    LedgerEntry: contest.ledger_entries(),
    Level: recognition.levels_reached(),
    LevelDict: made(Level.to_dict, recognition.levels_reached()),
    LevelPhrasebook: _LEVEL_PHRASES,
    Levels: recognition.levels(),
    JsonLinesNotifier: st.builds(lambda: JsonLinesNotifier(StringIO())),
    LookAgain: outbox.looks_again(),
    LowTemplate: outlook.low_templates(),
    LowTemplateDict: made(LowTemplate.to_dict, outlook.low_templates()),
    Mark: st.sampled_from(Mark),
    Metric: st.sampled_from(Metric),
    MultiplierPolicy: policies.multiplier_policies(),
    NotBegun: jobs.refusals(),
    Notification: told.notifications(),
    NotificationPlan: told.notification_plans(),
    NotificationPolicy: outlook.notification_policies(),
    NotificationTarget: told.notification_targets(),
    Notified: told.notified(),
    NotifiedCounts: told.notified_counts(),
    NotifiedCountsDict: made(NotifiedCounts.to_dict, told.notified_counts()),
    Option: jobs.options(),
    OutboxEntry: outbox.outbox_entries(),
    OutboxState: st.sampled_from(OutboxState),
    Outlook: outlook.outlooks(),
    OutlookContext: outlook.outlook_contexts(),
    OutlookMade: told.outlooks_made(),
    OutlookPhrasebook: _OUTLOOK_PHRASES,
    OutlookStanding: told.outlook_standings(),
    OutlookTarget: told.outlook_targets(),
    Period: st.sampled_from(Period),
    PeriodUnit: st.sampled_from(PeriodUnit),
    Phrasebook: _PHRASES,
    PlacedArgumentDict: made(
        lambda closed: closed["top"][0], _CLOSED_CASES.filter(itemgetter("top"))
    ),
    PlainData: jobs.plain_data(),
    PointsRank: recognition.points_ranks(),
    PointsRankDict: made(PointsRank.to_dict, recognition.points_ranks()),
    PointsDict: _POINTS,
    PolicyHistory: policies.policy_histories(policies.engagement_policies()),
    PolicyTable: st.sampled_from([row.policy for row in CATALOGUE.values() if row.policy]),
    Preferences: outlook.preferences(),
    ProgressDict: _PROGRESS,
    ProgressOfAllDict: made(itemgetter("progress"), _PROGRESS),
    Ranked: recognition.ranked(),
    Reputation: states.reputations(),
    RetryPolicy: jobs.retry_policies(),
    Recurring: st.builds(Recurring, streaks.RULES),
    ReviewPhrasebook: _REVIEW_PHRASES,
    ReviewPolicy: outlook.review_policies(),
    Reward: contest.rewards(),
    RewardPhrasebook: _REWARD_PHRASES,
    RewardPolicy: recognition.reward_policies(),
    RewardSplit: recognition.reward_splits(),
    RewardSplitDict: made(RewardSplit.to_dict, recognition.reward_splits()),
    RewardState: st.sampled_from(RewardState),
    Rung: recognition.rungs(),
    Schedule: jobs.schedules(),
    ScoreBreakdown: made(attrgetter("breakdown"), results.consistency_scores()),
    ScoreDifference: made(attrgetter("breakdown"), results.what_ifs()),
    Secret: contest.secrets(),
    Seen: st.sampled_from(Seen),
    Session: activity.sessions(),
    Settlement: contest.settlements(),
    Sighting: contest.sightings(),
    Span: recognition.spans(),
    StreakPhrasebook: _STREAK_PHRASES,
    StreakPolicy: streaks.streak_policies(),
    StreakStatus: st.sampled_from(StreakStatus),
    Sums: outlook.sums(),
    TargetKind: st.sampled_from(TargetKind),
    Template: outlook.templates(),
    TemplateFigures: outlook.template_figures(),
    Trial: outlook.trials(),
    Unreadable: jobs.unreadables(),
    UserRank: recognition.user_ranks(),
    UserRankDict: made(UserRank.to_dict, recognition.user_ranks()),
    Verification: st.sampled_from(Verification),
    VerifiedContests: kept_contests.verified_contests(),
    Vouch: states.vouches(),
    VouchExplanation: results.vouch_explanations(),
    VouchExplanationDict: made(VouchExplanation.to_dict, results.vouch_explanations()),
    VouchPhrasebook: _VOUCH_PHRASES,
    Weekdays: st.builds(Weekdays, streaks.SOME_WEEKDAYS),
    Weekly: jobs.weeklies(),
    WeeklyStreak: states.weekly_streaks(),
    WeeklyStreakPolicy: policies.weekly_streak_policies(),
    WhatIf: results.what_ifs(),
    WhatIfDict: made(WhatIf.to_dict, results.what_ifs()),
    YearBreakdown: made(attrgetter("breakdown"), results.year_scores()),
    YearDifference: made(attrgetter("breakdown"), results.year_what_ifs()),
    YearPhrasebook: _YEAR_PHRASES,
    YearPolicy: policies.year_policies(),
    YearScore: results.year_scores(),
    YearScoreDict: made(YearScore.to_dict, results.year_scores()),
    YearWhatIf: results.year_what_ifs(),
    YearWhatIfDict: made(YearWhatIf.to_dict, results.year_what_ifs()),
    WholeCaseDict: kept_contests.whole_cases(),
}


def of_type(kind: Any) -> SearchStrategy[object]:
    """Return the strategy of a type of ours, ``NotImplemented`` for what is not a value."""
    if isinstance(kind, type) and issubclass(kind, MainstayError):
        return _errors(kind)
    return BY_TYPE.get(kind, NotImplemented)  # a generic type, say, of which ours is a subclass


def _errors(kind: type[MainstayError]) -> SearchStrategy[MainstayError]:
    place = {"place": st.sampled_from(["line", "row"]), "number": st.integers(0, 10**6)}
    return st.builds(
        kind,
        st.sampled_from(["must not be empty", "is missing"]),
        field=st.sampled_from(["user_id", "$.weeks"]),
        value=st.none() | st.integers() | st.text(),
        remedy=st.sampled_from(["", "Leave it out."]),
        **place if issubclass(kind, BadRecordError) else {},
    )

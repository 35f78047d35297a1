"""What type checkers see of the public names: mypy and pyright read this, nothing runs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import assert_type
from zoneinfo import ZoneInfo

from hypothesis.strategies import SearchStrategy

from mainstay import (
    ActivityWindow,
    AllOf,
    AnyOf,
    ByWeekday,
    ConsistencyScore,
    ConsistencyScoreDict,
    Criteria,
    DailyCriteria,
    DailyMinutes,
    DailyStreak,
    DailyStreakDict,
    Dampening,
    DayActivity,
    DayOutcome,
    Engagement,
    EngagementPhrasebook,
    EngagementPolicy,
    EnglishEngagementPhrases,
    EnglishPhrases,
    EnglishPickPhrases,
    EnglishStreakPhrases,
    EnglishVouchPhrases,
    Explanation,
    HistoricalScore,
    IsoWeek,
    Phrasebook,
    PickPhrasebook,
    PickPolicy,
    PolicyHistory,
    RecentPosts,
    Reputation,
    ScoreBreakdown,
    Session,
    StreakPhrasebook,
    StreakStatus,
    Vouch,
    VouchExplanation,
    VouchPhrasebook,
    WeeklyStreak,
    WeeklyStreakPolicy,
    WhatIf,
    YearPolicy,
    YearScore,
    catch_up,
    consistency_multiplier,
    consistency_score,
    evaluate_day,
    explain_pick,
    explain_vouch,
    half_life,
    historical_score,
    incoming_vouch_weight,
    local_day,
    pick_candidates,
    reciprocity,
    scepticism,
    score_sessions,
    streak_of,
    weighted_edges,
    what_if,
)
from mainstay.codec import from_json, from_plain, to_json, to_plain
from mainstay.contest import (
    ArgumentVote,
    Case,
    CaseArgument,
    CaseStatus,
    CaseVote,
    ChainHead,
    ClosedCase,
    Commitment,
    ContestPolicy,
    LedgerEntry,
    Reward,
    RewardState,
    Secret,
    Seen,
    Settlement,
    Sighting,
    Verification,
    close_case,
    commit,
    preimage,
    reveal,
    settle,
    verified,
    verify_chain,
)
from mainstay.jobs import (
    Call,
    Cancelled,
    Done,
    GivenUp,
    Health,
    JobHealth,
    LookAgain,
    change_policy,
    check_health,
    deliver_due,
    generate_outlooks,
    health,
    optimize_content,
    outlook_jobs,
    plan_days,
    plan_notification,
    plan_outlook,
    plan_weeks,
    send_notifications,
    shaped,
    watched_jobs,
)
from mainstay.outlook import Content, NotificationPolicy, OutlookContext, Template
from mainstay.ports import (
    ContentGenerator,
    DueDays,
    DueNotification,
    DueWeeks,
    EngagementStore,
    EvaluatedDays,
    Notification,
    NotificationTarget,
    Notifier,
    OutboxEntry,
    OutlookMade,
    OutlookStanding,
    OutlookTarget,
    ReputationStore,
    Store,
)
from mainstay.recognition import (
    Argument,
    BadgePolicy,
    Credit,
    EarnedBadgesDict,
    EnglishLevelPhrases,
    EnglishRewardPhrases,
    Level,
    LevelPhrasebook,
    Levels,
    Period,
    PointsDict,
    ProgressDict,
    Ranked,
    RewardPhrasebook,
    RewardPolicy,
    RewardSplit,
    Rung,
    Span,
    awards,
    earned,
    ladder,
    neighbours,
    newly_earned,
    points_of,
    progress,
    rank,
    rank_for,
    split_pool,
)
from mainstay.scheduling import JobContext, JobReport, JobSpec, Option, Plain, PlainData
from mainstay.testing import strategies


def scores(sessions: Iterable[Session], now: datetime, day: date) -> None:
    assert_type(local_day(now, zone=ZoneInfo("UTC")), date)
    window = ActivityWindow.from_days([day], last_day=day)
    assert_type(window, ActivityWindow)
    assert_type(window.merge(window.record(day)).days(), tuple[date, ...])
    score = score_sessions(sessions, as_of=now, zone="Europe/Berlin", phrases=EnglishPhrases())
    assert_type(score, ConsistencyScore)
    assert_type(score.points, int)
    assert_type(score.total, float)
    assert_type(score.breakdown, ScoreBreakdown)
    assert_type(score.explanations, tuple[Explanation, ...])
    assert_type(score.explain(EnglishPhrases("ran")), tuple[Explanation, ...])
    assert_type(score.to_dict(), ConsistencyScoreDict)
    assert_type(consistency_score(window, today=day), ConsistencyScore)
    assert_type(what_if(window, {day}), WhatIf)
    year, either = YearPolicy(), BadgePolicy().score
    assert_type(score_sessions(sessions, as_of=now, policy=year), YearScore)
    assert_type(score_sessions(sessions, as_of=now, policy=either), ConsistencyScore | YearScore)


def streaks(days: Iterable[date], day: date) -> None:
    assert_type(streak_of(days, as_of=day), DailyStreak)
    assert_type(streak_of(days, as_of=day).status, StreakStatus)
    assert_type(streak_of(days, as_of=day).to_dict(), DailyStreakDict)


def weeks(week: IsoWeek) -> None:
    assert_type(week - week, int)
    assert_type(week - 1, IsoWeek)
    assert_type(week + 1, IsoWeek)


def any_phrasebook(phrases: EnglishPhrases) -> Phrasebook:
    return phrases


def any_streak_phrasebook(phrases: EnglishStreakPhrases) -> StreakPhrasebook:
    return phrases


def any_vouch_phrasebook(phrases: EnglishVouchPhrases) -> VouchPhrasebook:
    return phrases


def engagement(state: Engagement, day: date) -> None:
    activity = DayActivity(day, {"post": 2}, posts=10, average_quality=8)
    assert_type(DailyCriteria({"post": 1}).met(activity.counts), bool)
    assert_type(evaluate_day(state, activity), tuple[Engagement, DayOutcome])
    after, outcomes = catch_up(state, [activity])
    assert_type(after, Engagement)
    assert_type(pick_candidates(outcomes), tuple[DayOutcome, ...])
    assert_type(explain_pick(outcomes[0], phrases=EnglishPickPhrases()), str)
    picked = pick_candidates(outcomes, last_picked={"ada": day}, last_active={"ada": day})
    assert_type(picked, tuple[DayOutcome, ...])
    criteria = AnyOf([DailyMinutes(30), ByWeekday({5}, DailyCriteria(), AllOf([DailyMinutes(1)]))])
    policy = EngagementPolicy(criteria=criteria, pick=PickPolicy(cooldown=3))
    assert_type(policy.criteria, Criteria)
    assert_type(policy.half_life, float | None)
    recent = RecentPosts.of([(day, 2)], day=day, half_life=7, posts_half=50)
    assert_type(recent, RecentPosts | None)
    score = historical_score(streak=1, posts=2)
    assert_type(score, HistoricalScore)
    assert_type(score.points, int)
    assert_type(score.to_dict()["total"], float)
    assert_type(score.explain(EnglishEngagementPhrases()), tuple[Explanation, ...])


def reputation(week: IsoWeek, vouches: Iterable[Vouch], now: datetime) -> None:
    streak = WeeklyStreak().record(week, 2).record(week, {"post": 2})
    assert_type(streak, WeeklyStreak)
    assert_type(consistency_multiplier(streak), Decimal)
    assert_type(consistency_multiplier(3), Decimal)
    bob, vouch = Reputation("bob", streak), Vouch("ada", "bob", 0.5, now)
    assert_type(consistency_multiplier(bob, as_of=IsoWeek(2024, 20)), Decimal)
    assert_type(bob.as_of(IsoWeek(2024, 20)), Reputation)
    dampening: list[Dampening] = [half_life(now=now), reciprocity([]), scepticism(lambda _: 0.5)]
    assert_type(incoming_vouch_weight(vouch, bob, dampening=dampening), Decimal)
    assert_type(explain_vouch(vouch, bob), VouchExplanation)
    assert_type(weighted_edges(vouches, {"bob": bob}), Iterator[tuple[str, str, Decimal]])
    floats = weighted_edges(vouches, {"bob": bob}, combine="sum", as_float=True)
    assert_type(floats, Iterator[tuple[str, str, float]])
    assert_type(reciprocity(vouches), Dampening)


def policies(days: EngagementStore, weeks: ReputationStore, since: date) -> None:
    history = PolicyHistory(EngagementPolicy(), [(since, EngagementPolicy())])
    assert_type(history, PolicyHistory[EngagementPolicy])
    assert_type(history.on(since), EngagementPolicy)
    assert_type(days.policies(), PolicyHistory[EngagementPolicy] | None)
    changed = change_policy(weeks, policy=WeeklyStreakPolicy(), since=since)
    assert_type(changed, PolicyHistory[WeeklyStreakPolicy])
    assert_type(
        change_policy(days, policy=EngagementPolicy(), since=since).latest, EngagementPolicy
    )


def plans(day: DueDays, week: DueWeeks, of: IsoWeek) -> None:
    assert_type(plan_days(day, policies=PolicyHistory(EngagementPolicy())), EvaluatedDays)
    assert_type(
        plan_weeks(week, of, policies=PolicyHistory(WeeklyStreakPolicy())), Reputation | None
    )


def json(score: ConsistencyScore) -> None:
    assert_type(to_json(score), str)
    assert_type(to_plain(score), dict[str, object])
    assert_type(from_json("{}", ConsistencyScore), ConsistencyScore)
    assert_type(from_plain({}, WeeklyStreak), WeeklyStreak)


def generators() -> None:
    assert_type(strategies.sessions(), SearchStrategy[Session])
    assert_type(strategies.histories(), SearchStrategy[tuple[list[Session], datetime]])
    assert_type(strategies.vouches(strategies.user_ids()), SearchStrategy[Vouch])
    assert_type(strategies.cases(), SearchStrategy[Case])
    assert_type(strategies.chains(), SearchStrategy[tuple[LedgerEntry, ...]])
    assert_type(
        strategies.policy_histories(strategies.engagement_policies()),
        SearchStrategy[PolicyHistory[EngagementPolicy]],
    )


def any_engagement_phrasebook(phrases: EnglishEngagementPhrases) -> EngagementPhrasebook:
    return phrases


def any_pick_phrasebook(phrases: EnglishPickPhrases) -> PickPhrasebook:
    return phrases


def any_level_phrasebook(phrases: EnglishLevelPhrases) -> LevelPhrasebook:
    return phrases


def any_reward_phrasebook(phrases: EnglishRewardPhrases) -> RewardPhrasebook:
    return phrases


def leaderboards(points: dict[str, int], scores: dict[str, float], now: datetime) -> None:
    """A place holds a total of the type that was given."""
    assert_type(rank(points), tuple[Ranked[int], ...])
    assert_type(rank(scores, ties="earliest", reached={"ada": now}), tuple[Ranked[float], ...])
    assert_type(rank(points)[0].total, int)
    assert_type(neighbours(rank(points), "ada"), tuple[Ranked[int], ...])
    assert_type(rank_for(200, points, ties="dense"), int)
    assert_type(ladder(points.values()), tuple[Rung, ...])
    assert_type(Period.WEEKLY.span(now), Span)


def recognition(credits: Iterable[Credit], now: datetime) -> None:
    assert_type(Levels([0, 100]).of(50), Level | None)
    assert_type(points_of("ada", 50, credits), PointsDict)
    badges = BadgePolicy().badges
    assert_type(awards("ada", {"wins": 5}, credits, at=now, badges=badges), tuple[Credit, ...])
    assert_type(newly_earned("ada", {"wins": 5}, credits, at=now), EarnedBadgesDict)
    assert_type(earned("ada", credits)["badges"][0]["id"], int)
    assert_type(progress("ada", {"wins": 5}, credits), ProgressDict)


def rewards(arguments: Iterable[Argument]) -> None:
    policy = RewardPolicy(places=[60, 40])
    split = split_pool(1, votes={"ada": "no"}, verdict="no", arguments=arguments, policy=policy)
    assert_type(split, RewardSplit)
    assert_type(split.awards["ada"], int)
    assert_type(split.undistributed, int)
    assert_type(split.explain_award("ada", EnglishRewardPhrases()), tuple[Explanation, ...])


def calls(entry: OutboxEntry, credit: Credit, now: datetime) -> None:
    """A call gives one of four answers, each with all that follows from it."""

    def call(entry: OutboxEntry) -> Done | LookAgain | GivenUp | Cancelled:
        if entry.attempts > 1:
            return GivenUp(TimeoutError(), credits=[credit], entries=iter([entry]))
        if entry.due_at > now:
            return Cancelled({"why": "she has left"}, credits=[credit])
        return LookAgain(now, PlainData(), problem=ValueError()) if entry.user_id else Done()

    def always_done(entry: OutboxEntry) -> Done:
        return Done({"number": 7}, entries=(entry,))

    answer: list[Call] = [call, always_done]
    assert_type(answer[0](entry).credits, tuple[Credit, ...])
    assert_type(LookAgain().at, datetime | None)


def plain_data(now: datetime) -> None:
    """A mapping will do: it is copied."""
    entry = OutboxEntry(key="1", kind="mail", due_at=now, payload={"days": [1]}, result={})
    assert_type(entry.payload, PlainData)
    assert_type(entry.result, PlainData | None)
    assert_type(Content("lesson", "warm", "Next", "Go on!", data={"lesson": 7}).data, PlainData)


def contests(
    case: Case,
    votes: Iterable[CaseVote],
    written: Iterable[CaseArgument],
    upvotes: Iterable[ArgumentVote],
    now: datetime,
) -> None:
    """A status or a state is given as its text or as a member, and is a member then."""
    assert_type(commit(case, "no"), tuple[Commitment, Secret])
    commitment, secret = commit(case, "no", bytes(32))
    assert_type(preimage(commitment, secret), bytes)
    assert_type(reveal(commitment, secret), str)
    assert_type(Case("c", "Why?", ["yes", "no"], status="draft").status, CaseStatus)
    assert_type(case.opened(now, lasting=ContestPolicy().lasting), Case)
    status = verified(commitment.digest, Sighting("confirmed", 1))
    assert_type(status, Verification)
    arguments = [one.argument for one in written]
    closed = close_case(
        case,
        votes,
        arguments,
        upvotes,
        commitment=commitment,
        secret=secret,
        status=status,
        now=now,
    )
    assert_type(closed, ClosedCase)
    assert_type(closed.split, RewardSplit)
    assert_type(closed.top, tuple[Argument, ...])
    close_case(case, [], [], [], commitment=commitment, secret=secret, status="verified", now=now)


def settlement(reward: Reward, now: datetime) -> None:
    assert_type(reward.submitted(now), Reward)
    assert_type(reward.state, RewardState)
    assert_type(Sighting(Seen.PENDING).seen, Seen)
    settled = settle(reward, Sighting("not_found"), now=now, policy=ContestPolicy(final=6))
    assert_type(settled, Settlement)
    assert_type(settled.credits, tuple[Credit, ...])


def chains(entries: Iterator[LedgerEntry], now: datetime) -> None:
    """The digest may be left out."""
    entry = LedgerEntry(sequence=1, at=now, key="a", payload="b", previous="0" * 64)
    assert_type(entry.digest, str)
    assert_type(verify_chain(entries, known={"a": entry.digest}, expect=entry.head), ChainHead)
    assert_type(ChainHead.parse("1:" + entry.digest), ChainHead)


def jobs(job: JobSpec, context: JobContext, report: JobReport) -> None:
    """An option knows its type; what a run found is plain data."""
    assert_type(Option("page_size", 5_000, "users in one transaction").of(context.options), int)
    assert_type(Option("force", False, "do it again").of(context.options), bool)
    assert_type(job.run(context), JobReport)
    assert_type(report.result["days"], Plain)
    JobContext(options={"page_size": 500}, target=IsoWeek(2024, 18))


class Writes:
    """A generator with a list of templates, and a notifier that answers with what it likes."""

    templates = (Template("mine", ["plain"]),)

    def data(self, users: Sequence[str], _: date) -> dict[str, dict[str, object]]:
        return {user: {"team": "red"} for user in users}

    def generate(self, context: OutlookContext) -> Content:
        return Content("mine", context.variant("mine"), "Hi", "Go on!")

    def notify(self, notification: Notification) -> dict[str, object]:
        return {"id": notification.key}


def outlooks(store: Store, writes: Writes, policy: NotificationPolicy) -> None:
    """Any generator and notifier with the right methods will do."""
    generator: ContentGenerator = writes
    notifier: Notifier = writes
    assert_type(generate_outlooks(store, generator=generator), JobSpec)
    assert_type(send_notifications(store.notifications, policy=policy), JobSpec)
    assert_type(optimize_content(store), JobSpec)
    assert_type(outlook_jobs(store, generator=generator, queue="own"), tuple[JobSpec, ...])
    report = deliver_due(store, notifier, policy=policy)
    assert_type(report, JobReport)
    assert_type(shaped(report), Mapping[str, object])


def outlook_plans(standing: OutlookStanding, target: OutlookTarget, due: DueNotification) -> None:
    """A plan is what is to be kept; nothing is, where nothing is to be told."""
    templates = {"mine": Template("mine", ["plain"])}
    assert_type(plan_outlook(standing, target, templates=templates), OutlookMade)
    found = plan_notification(due, NotificationTarget(target.now))
    assert_type(found, OutboxEntry | None)


def healths(store: Store, now: datetime) -> None:
    """What is well says so; rates of nothing are none."""
    jobs = watched_jobs(store, [check_health(store)])
    found = health(store, jobs, now=now)
    assert_type(found, Health)
    assert_type(found.is_well, bool)
    assert_type(found.jobs, tuple[JobHealth, ...])
    assert_type(found.jobs[0].error_rate, float | None)
    assert_type([*found.problems()], list[tuple[str, str]])

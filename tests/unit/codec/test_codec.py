"""JSON as it is documented: a golden file per type, written by hand, and every refusal."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

from mainstay import (
    ActivityWindow,
    ActivityYear,
    AllOf,
    AnyOf,
    ByWeekday,
    ConsistencyPolicy,
    DailyCriteria,
    DailyMinutes,
    DailyStreak,
    DayActivity,
    DayOutcome,
    DaysAWeek,
    DecodeError,
    Engagement,
    EngagementPolicy,
    EnglishPhrases,
    EveryDay,
    InvalidTypeError,
    IsoWeek,
    MultiplierPolicy,
    PickPolicy,
    RecentPosts,
    Recurring,
    Reputation,
    Session,
    StreakPolicy,
    UnknownSchemaError,
    Vouch,
    Weekdays,
    WeeklyStreak,
    WeeklyStreakPolicy,
    YearBreakdown,
    YearPolicy,
    consistency_score,
    explain_vouch,
    historical_score,
    reciprocity,
    streak_of,
    what_if,
    year_score,
)
from mainstay.codec import SCHEMAS, from_json, from_plain, to_json, to_plain
from mainstay.contest import (
    GENESIS,
    ArgumentVote,
    Case,
    CaseArgument,
    CaseVote,
    ChainHead,
    ClosedCase,
    Commitment,
    ContestPolicy,
    LedgerEntry,
    Reward,
    Sighting,
)
from mainstay.outlook import (
    Content,
    ContentCounts,
    Decision,
    LowTemplate,
    Mark,
    NotificationPolicy,
    Outlook,
    Preferences,
    ReviewPolicy,
    Sums,
    Template,
    TemplateFigures,
    Trial,
)
from mainstay.recognition import (
    Argument,
    Badge,
    BadgePolicy,
    Credit,
    LeaderboardPolicy,
    Level,
    Levels,
    RewardPolicy,
    Span,
    split_pool,
)
from mainstay.scheduling import ItemError, JobReport, JobRun, PlainData

GOLDEN = Path(__file__).parents[2] / "golden"
WEEKS = WeeklyStreak(5, IsoWeek(2020, 53), IsoWeek(2021, 1))
ODD_DAYS = ActivityWindow.from_days(
    [date(2024, 5, day) for day in range(1, 28, 2)], last_day=date(2024, 5, 28)
)
SCORE = consistency_score(ODD_DAYS, member_since=date(2023, 1, 31))
APRIL = [date(2021, 4, day) for day in (1, 2, 3, 4, 15, 16, 17)]

REPORT = JobReport(
    job="evaluate-consistency",
    task_id="b5c1",
    target="2024-05-01",
    succeeded=3,
    skipped=1,
    failed=1,
    errors=(ItemError("bob", "last_day is not a date, got 'yesterday'."),),
    started_at=datetime(2024, 5, 2, tzinfo=UTC),
    finished_at=datetime(2024, 5, 2, 0, 0, 4, 250_000, tzinfo=UTC),
    result={
        "closed_period": {"start_date": "2024-05-01", "end_date": "2024-05-01", "days": 1},
        "candidates_count": 2,
    },
)

WINS = ("wins", "wins")
NIGHT_OWL = Badge(
    10, "night_owl", "Night Owl", "Write 5 posts.", "🦉", "kind:post", "posts", 5, 20, ["first_win"]
)

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
CASE = Case(
    "case-0001",
    "May a doctor lie to spare a patient?",
    ["yes", "no"],
    creator="zoe",
    status="open",
    opens_at=NOON,
    closes_at=NOON + 24 * HOUR,
)
COMMITTED = "ace3002d650807500bae56a6d30bc9255366beee916f794d6b822c145da0e211"
ENTERED = "14d1b455a3484e451fec9d4d6bd44e11d5d779296316f328c21932d0cb16d9ca"
VOTES = {"ada": "no", "bob": "no", "cyd": "yes", "dan": "no", "eve": "yes", "fay": "no"}
TOP = Argument("a-1", "gil", NOON, votes=5), Argument("a-2", "cyd", NOON + HOUR, votes=5)

TIP = Content(
    "streak",
    "gain",
    "Keep your streak going",
    "As of 2024-05-01, you have a streak of 2 days and 13 points.",
    PlainData({"screen": "today"}),
    "tip",
)
ONE_RUN = DailyCriteria({"run": 1})
RECENT = RecentPosts(7.0, 50.0, date(2024, 5, 1), 100.0, date(2024, 5, 8))
SHORT = Trial("short", date(2024, 5, 5), 2)

#: A value of each type, whose JSON stands in the file of its schema's name.
VALUES: list[object] = [
    ActivityWindow.from_days([date(2024, 5, 1), date(2024, 5, 3)], last_day=date(2024, 5, 4)),
    ConsistencyPolicy(),
    SCORE,
    DailyCriteria(),
    streak_of(APRIL, as_of=date(2021, 4, 18)),
    DayActivity(
        date(2024, 5, 2),
        {"post": 1, "like": 3},
        posts=50,
        average_quality=7.5,
        durations={"post": timedelta(seconds=90)},
        rated=4,
        posts_by_day={date(2024, 5, 1): 49, date(2024, 5, 2): 1},
    ),
    DayOutcome(
        "ada", date(2024, 5, 2), 14, historical_score(streak=14, posts=50, average_quality=10.0)
    ),
    Engagement("ada", 15, date(2024, 5, 2), DayOutcome("ada", date(2024, 5, 2), 14, None)),
    EngagementPolicy(
        rest_weekdays={5, 6},
        excused={date(2024, 5, 9)},
        excused_kinds={"vacation"},
        half_life=90.0,
        prior_ratings=4.0,
        prior_quality=6.5,
        pick=PickPolicy(cooldown=30, active_within=90, exclude={"bot"}, ties_by_day=True),
    ),
    consistency_score(ODD_DAYS.record(date(2024, 5, 28))).explanations[3],
    historical_score(
        streak=14,
        posts=150,
        average_quality=10.0,
        rated=1,
        recent=RECENT,
        policy=EngagementPolicy(half_life=7, prior_ratings=4, prior_quality=5),
    ),
    REPORT,
    JobRun(
        job="update-multipliers",
        task_id="b5c2",
        attempt="9f01",
        started_at=datetime(2024, 5, 6, 0, 5, tzinfo=UTC),
        due=datetime(2024, 5, 6, tzinfo=UTC),
        target="2024-W18",
        options={"page_size": 500},
        finished_at=datetime(2024, 5, 6, 0, 6, tzinfo=UTC),
        error="database is locked: sqlite:///mainstay.db.",
    ),
    MultiplierPolicy(),
    Reputation("bob", WEEKS),
    SCORE.breakdown,
    Session(
        "ada",
        datetime(2024, 5, 1, 6, 30, 0, 250_000, tzinfo=timezone(timedelta(hours=2))),
        duration=timedelta(minutes=45, milliseconds=500),
        timezone="Europe/Berlin",
        kind="run",
        quality=8.5,
        id="run-1",
    ),
    StreakPolicy(
        rest_weekdays=frozenset({6, 5}),
        excused={date(2024, 5, 2), date(2024, 5, 1)},
        freezes=2,
        freeze_every=10,
        freezes_given=[date(2024, 6, 1)] * 2,
        most_freezes=3,
    ),
    Vouch("ada", "bob", Decimal("-2.50"), datetime(2024, 5, 1, 6, 30, tzinfo=UTC)),
    explain_vouch(
        Vouch("ada", "bob", 8),
        Reputation("bob", WEEKS),
        dampening=[reciprocity([("bob", "ada")])],
    ),
    WEEKS,
    WeeklyStreakPolicy(kinds=frozenset({"vote", "post"})),
    what_if(
        ActivityWindow(date(2024, 5, 21), 0b1111111),
        [date(2024, 5, day) for day in range(22, 29)],
        today=date(2024, 5, 28),
    ),
    ActivityYear.from_days(
        [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)], last_day=date(2026, 3, 1)
    ),
    YearBreakdown(20.0, 15.0, 22.5),
    YearPolicy(),
    year_score(
        ActivityYear(date(2026, 3, 1), 2**28 - 1, 2**52 - 1), member_since=date(2020, 1, 31)
    ),
    what_if(
        ActivityYear(date(2026, 3, 1), 0b11_1000_1111, 0b1111_1111_1110_0011),
        [date(2026, 2, day) for day in (16, 17, 18, 19, 23, 24, 25)],
    ),
    Argument("a-1", "gil", datetime(2024, 5, 1, 6, 30, tzinfo=UTC), votes=5),
    NIGHT_OWL,
    BadgePolicy(badges=[NIGHT_OWL, Badge(1, "first_win", "Win", "Win a case.", "🏆", *WINS, 1)]),
    Credit(
        "ada",
        "reward:case-7:reversed:1",
        -50,
        datetime(2024, 5, 1, 6, 30, tzinfo=timezone(timedelta(hours=2))),
    ),
    LeaderboardPolicy(excluded=["staff", "bot"], top=10),
    Level(120, 2, "Regular", 100, 500, "Expert"),
    Levels([0, 100, 500], ["Newcomer", "Regular", "Expert"]),
    RewardPolicy(),
    split_pool(
        1001,
        votes={"ada": "no", "bob": "no", "cyd": "yes", "dan": "no", "eve": "yes", "fay": "no"},
        verdict="no",
        arguments=[
            Argument("a-1", "gil", datetime(2024, 5, 1, tzinfo=UTC), votes=5),
            Argument("a-2", "cyd", datetime(2024, 5, 2, tzinfo=UTC), votes=5),
            Argument("a-3", "ada", datetime(2024, 5, 1, tzinfo=UTC)),
        ],
    ),
    Span(None, datetime(2024, 5, 1, tzinfo=UTC)),
    CASE,
    CaseVote("v-1", "ada", "no", NOON),
    CaseArgument(
        "a-1",
        "gil",
        "Trust is worth more than comfort.",
        datetime(2024, 5, 1, 14, 30, tzinfo=timezone(timedelta(hours=2))),
    ),
    ArgumentVote("a-1", "bob", datetime(2024, 5, 1, 13, 0, 0, 250_000, tzinfo=UTC)),
    Commitment("case-0001", "May a doctor lie to spare a patient?", ["yes", "no"], COMMITTED),
    ContestPolicy(),
    ClosedCase(
        CASE.closed(NOON + 24 * HOUR),
        "no",
        ("ada", "bob", "dan", "fay"),
        TOP,
        split_pool(1001, votes=VOTES, verdict="no", arguments=TOP, creator="zoe"),
        tuple(VOTES),
    ),
    Sighting("confirmed", 3, COMMITTED),
    Reward(
        "3f1c",
        "ada",
        "case-0001",
        129,
        state="processing",
        submitted_at=NOON + 24 * HOUR + 5 * MINUTE,
        last_seen=NOON + 24 * HOUR + 6 * MINUTE,
        misses=[NOON + 25 * HOUR, NOON + 26 * HOUR],
        round=1,
    ),
    LedgerEntry(
        sequence=1,
        at=datetime(2024, 5, 1, tzinfo=UTC),
        key="verdict:case-0001",
        payload=COMMITTED,
        previous=GENESIS,
    ),
    ChainHead(1, ENTERED),
    TIP,
    Outlook(
        user_id="ada",
        day=date(2024, 5, 2),
        content=TIP,
        known_through=date(2024, 5, 1),
        generated_at=datetime(2024, 5, 1, 5, tzinfo=UTC),
    ).marked(
        Mark.RATED,
        at=datetime(2024, 5, 2, 6, 30, tzinfo=timezone(timedelta(hours=2))),
        rating=4,
    ),
    Preferences("Europe/Berlin", time(7), quiet_weekdays={6, 5}, channel="push"),
    NotificationPolicy(),
    SHORT,
    Template("welcome", ["plain", "warm", "short"], "warm", SHORT, {("warm", "plain")}),
    ContentCounts(200, 80, 40, 20, [0, 0, 1, 0, 3]),
    Sums.of([(3, 7), (7, 7), (0, 7)]),
    ReviewPolicy(),
    LowTemplate("rhythm", "view_rate", 0.25, 0.5, -0.3125, -0.1875),
    TemplateFigures(
        "streak",
        Sums.of([(1, 1), (0, 1)]),
        Sums.of([(2, 3)]),
        ContentCounts(2, 1, 0, 0, [0, 0, 0, 0, 1]),
    ),
    Decision(
        (Template("rhythm", ["state", "gain"], trial=Trial("gain", date(2024, 5, 5))),), ("rhythm",)
    ),
    DailyMinutes(7.5, kinds={"run"}),
    AnyOf([ONE_RUN, DailyMinutes(30.0)]),
    AllOf([AnyOf([ONE_RUN])]),
    ByWeekday({5, 6}, ONE_RUN, DailyCriteria({"run": 2})),
    PickPolicy(),
    RECENT,
    EveryDay(),
    Weekdays({4, 2, 0}),
    DaysAWeek(3, first_weekday=6),
    Recurring("DTSTART:20240503 RRULE:FREQ=WEEKLY;INTERVAL=2"),
]


def golden(kind: type[Any]) -> Any:
    name = SCHEMAS[kind].partition("/")[0]
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_the_json_of_a_type_is_that_of_its_golden_file(value: object) -> None:
    expected = golden(type(value))
    assert json.loads(to_json(value)) == to_plain(value) == expected
    assert list(to_plain(value)) == list(expected)
    assert from_plain(expected, type(value)) == value


def test_every_type_has_its_golden_file_and_its_name_and_version() -> None:
    assert {type(value) for value in VALUES} == set(SCHEMAS)
    names = {schema.partition("/")[0] for schema in SCHEMAS.values()}
    assert names == {path.stem for path in GOLDEN.iterdir()}


def test_a_phrasebook_comes_back_as_the_english_one() -> None:
    trained = attrs.evolve(SCORE, phrases=EnglishPhrases(did="trained"))
    assert to_json(trained) == to_json(SCORE)
    assert from_json(to_json(trained), type(SCORE)).explanations == SCORE.explanations


OF_A_YEAR = BadgePolicy(badges=[], score=YearPolicy())


def test_one_of_several_types_says_by_its_own_schema_which_it_is() -> None:
    plain = to_plain(OF_A_YEAR)
    assert plain["score"] == to_plain(YearPolicy())
    assert from_plain(plain, BadgePolicy) == OF_A_YEAR


def changed(value: object, **fields: object) -> dict[str, object]:
    return to_plain(value) | fields


OUTCOME = VALUES[6]
RUN = VALUES[12]
SESSION = VALUES[16]


@pytest.mark.parametrize(
    ("kind", "data", "message"),
    [
        (Vouch, [], "$ must be a JSON object, got []."),
        (
            WeeklyStreak,
            to_plain(WEEKS) | {7: 8},
            "$.7 is unknown, got 8. Known: weeks, last_active, last_recorded.",
        ),
        (Vouch, {"voucher": "ada"}, "$.schema is missing, got {'voucher': 'ada'}."),
        (
            WeeklyStreak,
            changed(WEEKS, weeks="5"),
            "$.weeks must be an integer, got '5'.",
        ),
        (WeeklyStreak, changed(WEEKS, weeks=True), "$.weeks must be an integer, got True."),
        (WeeklyStreak, changed(WEEKS, weeks=5.0), "$.weeks must be an integer, got 5.0."),
        (WeeklyStreak, changed(WEEKS, weeks=-1), "$.weeks must be at least 0, got -1."),
        (
            WeeklyStreak,
            changed(WEEKS, last_active="2021-W53"),
            "$.last_active must be a week such as '2024-W18', got '2021-W53'.",
        ),
        (
            WeeklyStreak,
            changed(WEEKS, last_active="2021-01-04"),
            "$.last_active must be a week such as '2024-W18', got '2021-01-04'.",
        ),
        (
            WeeklyStreak,
            changed(WEEKS, last_recorded="2020-W52"),
            "$.last_recorded must not be before 2020-W53, the last active week, "
            "got IsoWeek(year=2020, week=52). Record weeks in order, from what happened in each.",
        ),
        (
            WeeklyStreak,
            changed(WEEKS, lastActive=None),
            "$.lastActive is unknown, got None. Known: weeks, last_active, last_recorded.",
        ),
        (
            Reputation,
            changed(Reputation("bob"), streak={"weeks": 0, "last_active": None}),
            "$.streak.last_recorded is missing, got {'last_active': None, 'weeks': 0}.",
        ),
        (
            Reputation,
            changed(Reputation("bob"), streak=[0]),
            "$.streak must be a JSON object, got [0].",
        ),
        (BadgePolicy, changed(OF_A_YEAR, score=[]), "$.score must be a JSON object, got []."),
        (BadgePolicy, changed(OF_A_YEAR, score={}), "$.score.schema is missing, got {}."),
        (
            BadgePolicy,
            changed(OF_A_YEAR, score=to_plain(StreakPolicy())),
            "$.score.schema must be one of 'consistency-policy/1', 'year-policy/1', "
            "got 'streak-policy/1'.",
        ),
        (
            BadgePolicy,
            changed(OF_A_YEAR, score=to_plain(YearPolicy()) | {"weeks_points": "45"}),
            "$.score.weeks_points must be a finite number, got '45'.",
        ),
        (
            ActivityWindow,
            changed(ODD_DAYS, last_day="2024-02-30"),
            "$.last_day must be a date such as '2024-05-01', got '2024-02-30'.",
        ),
        (
            ActivityWindow,
            changed(ODD_DAYS, last_day="20240501"),
            "$.last_day must be a date such as '2024-05-01', got '20240501'.",
        ),
        (
            Preferences,
            changed(Preferences(), weekday="06:45"),
            "$.weekday must be a time of day such as '06:45:00', got '06:45'.",
        ),
        (
            Preferences,
            changed(Preferences(), weekday="24:00:00"),
            "$.weekday must be a time of day such as '06:45:00', got '24:00:00'.",
        ),
        (
            Session,
            changed(SESSION, started_at="2024-05-01T06:30:00"),
            "$.started_at has no UTC offset, got datetime.datetime(2024, 5, 1, 6, 30). "
            "Say where it was read: value.replace(tzinfo=ZoneInfo('Europe/Berlin')).",
        ),
        (
            Session,
            changed(SESSION, started_at="2024-05-01T24:00:00+02:00"),
            "$.started_at must be an instant such as '2024-05-01T06:30:00+02:00', "
            "got '2024-05-01T24:00:00+02:00'.",
        ),
        (
            Session,
            changed(SESSION, started_at=1714537800),
            "$.started_at must be an instant such as '2024-05-01T06:30:00+02:00', got 1714537800.",
        ),
        (
            Session,
            changed(SESSION, duration="45 min"),
            "$.duration must be a duration such as 'PT90.5S', got '45 min'.",
        ),
        (
            Session,
            changed(SESSION, duration="PT999999999999999S"),
            "$.duration must be a duration such as 'PT90.5S', got 'PT999999999999999S'.",
        ),
        (
            Session,
            changed(SESSION, timezone="CEST"),
            "$.timezone is not a known zone, got 'CEST'. "
            "Use an IANA name such as 'Europe/Berlin' or an offset such as '+02:00'.",
        ),
        (Session, changed(SESSION, quality="8"), "$.quality must be a finite number, got '8'."),
        (
            Session,
            changed(SESSION, quality=float("nan")),
            "$.quality must be a finite number, got nan.",
        ),
        (Session, changed(SESSION, user_id=7), "$.user_id must be a string, got 7."),
        (
            Vouch,
            changed(Vouch("ada", "bob"), weight=1),
            "$.weight must be a decimal such as '1.05', got 1.",
        ),
        (
            Vouch,
            changed(Vouch("ada", "bob"), weight="1_000"),
            "$.weight must be a decimal such as '1.05', got '1_000'.",
        ),
        (
            Vouch,
            changed(Vouch("ada", "bob"), weight="1e99"),
            "$.weight must be between -1E+15 and 1E+15, got Decimal('1E+99').",
        ),
        (
            MultiplierPolicy,
            changed(MultiplierPolicy(), boost_negative=0),
            "$.boost_negative must be true or false, got 0.",
        ),
        (
            StreakPolicy,
            changed(StreakPolicy(), rest_weekdays={"5": 6}),
            "$.rest_weekdays must be a JSON array, got {'5': 6}.",
        ),
        (
            StreakPolicy,
            changed(StreakPolicy(), rest_weekdays=[5, "6"]),
            "$.rest_weekdays[1] must be an integer, got '6'.",
        ),
        (
            StreakPolicy,
            changed(StreakPolicy(), schedule={"schema": "days-a-week/1", "days": 3}),
            "$.schedule.first_weekday is missing, got {'days': 3}.",
        ),
        (
            StreakPolicy,
            changed(StreakPolicy(), schedule={"schema": "sometimes/1"}),
            "$.schedule.schema must be one of 'every-day/1', 'weekdays/1', 'days-a-week/1', "
            "'recurring/1', got 'sometimes/1'.",
        ),
        (
            StreakPolicy,
            changed(StreakPolicy(), rest_weekdays=[7]),
            "$.rest_weekdays must be between 0 and 6, got 7. Monday is 0 and Sunday 6, as in "
            "date.weekday().",
        ),
        (
            ConsistencyPolicy,
            changed(ConsistencyPolicy(), recency_steps=[[1, 5], [3, "3"], [7, 1]]),
            "$.recency_steps[1][1] must be a finite number, got '3'.",
        ),
        (
            ConsistencyPolicy,
            changed(ConsistencyPolicy(), recency_steps=[[1]]),
            "$.recency_steps[0] must be a JSON array of 2, got [1].",
        ),
        (
            DailyCriteria,
            changed(DailyCriteria(), minimums={"post": "2"}),
            "$.minimums['post'] must be an integer, got '2'.",
        ),
        (
            DailyCriteria,
            changed(DailyCriteria(), minimums={}),
            "$.minimums must name at least one kind of activity, got Counts({}). "
            "A day that needs nothing would always be met.",
        ),
        (
            DailyStreak,
            changed(VALUES[4], status="paused"),
            "$.status must be one of 'done', 'pending', 'broken', 'none', got 'paused'.",
        ),
        (
            DayActivity,
            changed(DayActivity(date(2024, 5, 2)), counts=[]),
            "$.counts must map kinds of activity to counts, got []. Such as {'post': 2}.",
        ),
        (
            DayOutcome,
            changed(OUTCOME, score={"streak": 14}),
            "$.score.posts is missing, got {'streak': 14}.",
        ),
        (
            DayOutcome,
            changed(OUTCOME, streak_before=13),
            "$.score must be of a streak of 13 days, got 14.",
        ),
        (
            JobReport,
            changed(REPORT, processed=4),
            "$.processed must be succeeded + skipped + failed, 5, got 4.",
        ),
        (
            JobReport,
            changed(REPORT, errors=[{"item": "bob", "error": None}]),
            "$.errors[0].error must be a string, got None.",
        ),
        (
            JobReport,
            changed(REPORT, finished_at="2024-05-01T23:59:59Z"),
            "$.finished_at must not be before started_at, 2024-05-02 00:00:00+00:00, "
            "got datetime.datetime(2024, 5, 1, 23, 59, 59, tzinfo=datetime.timezone.utc).",
        ),
    ],
)
def test_what_cannot_be_read_is_an_error_with_its_path(
    kind: type[object], data: object, message: str
) -> None:
    with pytest.raises(DecodeError) as caught:
        from_plain(data, kind)
    assert str(caught.value) == message


class Broken(dict[str, object]):
    """What fails for a reason of its own."""

    def __contains__(self, _: object) -> bool:
        raise RuntimeError


def test_a_failure_that_is_no_complaint_about_a_value_is_raised_as_it_is() -> None:
    with pytest.raises(RuntimeError):
        from_plain(changed(Reputation("bob"), streak=Broken()), Reputation)


@pytest.mark.parametrize("schema", ["weekly-streak/2", "vouch/1", "weekly-streak", 1, None])
def test_another_schema_is_an_error_that_names_it(schema: object) -> None:
    with pytest.raises(UnknownSchemaError) as caught:
        from_plain(changed(WEEKS, schema=schema), WeeklyStreak)
    assert str(caught.value) == (
        f"$.schema must be 'weekly-streak/1', got {schema!r}. "
        "It was written by another version of mainstay, or is of another type."
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "text is not JSON (Expecting value"),
        ("{", "text is not JSON (Expecting property name"),
        (b"\xff", "text is not JSON ('utf-8' codec can't decode"),
        ("[" * 100_000, "text is not JSON ("),
        ("9" * 5000, "text is not JSON (Exceeds the limit"),
        ('{"a": 1, "a": 2}', "key 'a' is there twice, got 2."),
        ("null", "$ must be a JSON object, got None."),
    ],
)
def test_what_is_no_json_is_refused(text: str | bytes, problem: str) -> None:
    with pytest.raises(DecodeError) as caught:
        from_json(text, WeeklyStreak)
    assert str(caught.value).startswith(problem)


def test_a_number_that_the_others_contradict_is_refused() -> None:
    """A streak of 4 days gives 8 points."""
    score = consistency_score(ActivityWindow(date(2024, 5, 28), 0b1111))
    plain: Any = to_plain(score)
    plain["breakdown"]["streak"] = 9.0
    with pytest.raises(DecodeError, match=r"\$\.breakdown must be .*follows from the other fields"):
        from_plain(plain, type(score))


def test_a_subclass_is_not_written() -> None:
    """It would come back as the class."""
    streak = type("Weeks", (WeeklyStreak,), {})()
    with pytest.raises(InvalidTypeError, match="must be exactly of type WeeklyStreak"):
        to_json(Reputation("ada", streak))


def test_a_subclass_of_one_of_several_types_is_not_written() -> None:
    class Steeper(YearPolicy):
        """Numbers of a host's own."""

    with pytest.raises(InvalidTypeError, match="exactly of type ConsistencyPolicy or YearPolicy"):
        to_json(BadgePolicy(badges=[], score=Steeper()))


def test_what_has_no_schema_is_refused() -> None:
    with pytest.raises(InvalidTypeError, match="value's type is not a type that can be written"):
        to_json(IsoWeek(2024, 1))
    with pytest.raises(InvalidTypeError, match="kind is not a type that can be written"):
        from_json("{}", IsoWeek)
    with pytest.raises(InvalidTypeError, match="kind is not a type that can be written"):
        from_json("{}", "vouch")  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidTypeError, match="text must be a string or bytes"):
        from_json({}, Vouch)  # type: ignore[arg-type]  # refused
    with pytest.raises(InvalidTypeError, match="indent must be an integer, got '  '"):
        to_json(WEEKS, indent="  ")  # type: ignore[arg-type]  # refused


def test_an_instant_may_end_in_z_and_a_number_be_whole() -> None:
    """Writers in other languages write these."""
    data = changed(SESSION, started_at="2024-05-01T04:30:00.25Z", quality=8)
    session = from_plain(data, Session)
    assert session.started_at == datetime(2024, 5, 1, 4, 30, 0, 250_000, tzinfo=UTC)
    assert session.quality == 8


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(0), "PT0S"),
        (timedelta(microseconds=1), "PT0.000001S"),
        (timedelta(days=400, microseconds=999_999), "PT34560000.999999S"),
    ],
)
def test_durations_are_exact_seconds(duration: timedelta, text: str) -> None:
    session = Session("ada", datetime(2024, 5, 1, tzinfo=UTC), duration=duration)
    assert to_plain(session)["duration"] == text
    assert from_json(to_json(session), Session) == session

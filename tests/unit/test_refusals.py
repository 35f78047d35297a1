"""What is refused says so in full: field, problem, value and, if need be, the remedy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from mainstay import (
    ActivityWindow,
    ConsistencyPolicy,
    DailyCriteria,
    DayActivity,
    Engagement,
    InvalidTypeError,
    InvalidValueError,
    IsoWeek,
    Reputation,
    Session,
    StreakPolicy,
    Vouch,
    WeeklyStreak,
    catch_up,
    consistency_multiplier,
    consistency_score,
    evaluate_day,
    explain_vouch,
    historical_score,
    incoming_vouch_weight,
    local_day,
    pick_candidates,
    score_sessions,
    streak_of,
    weighted_edges,
    what_if,
)
from mainstay.activity.windowing import WindowBuilder
from mainstay.contest import (
    Case,
    CaseStatus,
    Reward,
    Sighting,
    Verification,
    close_case,
    commit,
    settle,
    verified,
)

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
DAY = date(2024, 5, 1)
WRITE_DATE = "Such as date(2024, 5, 1); in TOML 2024-05-01, without quotes."
ASK_LOCAL_DAY = "mainstay.local_day(instant, zone=...) gives the date where the user was."
WINDOW = ActivityWindow(DAY, 1)


def session(**options: object) -> Callable[[], object]:
    arguments = {"user_id": "ada", "started_at": NOON} | options
    return lambda: Session(**arguments)  # type: ignore[arg-type]  # refused


def policy(**options: object) -> Callable[[], object]:
    return lambda: ConsistencyPolicy(**options)  # type: ignore[arg-type]  # refused


def anything(
    function: Callable[..., object], *given: object, **options: object
) -> Callable[[], object]:
    return lambda: function(*given, **options)


REFUSALS: list[tuple[Callable[[], object], object, str]] = [
    (session(user_id=7), 7, "user_id must be a string, got 7."),
    (session(user_id=""), "", "user_id must not be empty, got ''."),
    (
        session(started_at=DAY),
        DAY,
        "started_at must be an aware datetime, got datetime.date(2024, 5, 1). "
        "Such as datetime(2024, 5, 1, 12, tzinfo=UTC).",
    ),
    (
        session(started_at=datetime(2024, 5, 1)),  # noqa: DTZ001
        datetime(2024, 5, 1),  # noqa: DTZ001
        "started_at has no UTC offset, got datetime.datetime(2024, 5, 1, 0, 0). "
        "Say where it was read: value.replace(tzinfo=ZoneInfo('Europe/Berlin')).",
    ),
    (
        session(started_at=datetime(9999, 1, 1, tzinfo=UTC)),
        datetime(9999, 1, 1, tzinfo=UTC),
        "started_at must lie in the years 2 to 9998, "
        "got datetime.datetime(9999, 1, 1, 0, 0, tzinfo=datetime.timezone.utc). "
        "Leave out what stands for no time at all.",
    ),
    (session(duration=60), 60, "duration must be a timedelta, got 60."),
    (
        session(duration=-timedelta(1)),
        -timedelta(1),
        "duration must not be negative, got datetime.timedelta(days=-1).",
    ),
    (
        session(timezone="CEST"),
        "CEST",
        "timezone is not a known zone, got 'CEST'. "
        "Use an IANA name such as 'Europe/Berlin' or an offset such as '+02:00'.",
    ),
    (
        anything(local_day, NOON, zone=2),
        2,
        "zone must be a zone or its name, got 2. Pass its IANA name.",
    ),
    (
        anything(local_day, NOON, day_start="04:00"),
        "04:00",
        "day_start must be a time of day without a zone, got '04:00'. "
        "Pass, for example, time(4, 0).",
    ),
    (session(quality=11), 11, "quality must be between 0 and 10, got 11."),
    (session(quality=float("inf")), float("inf"), "quality must be finite, got inf."),
    (session(quality="5"), "5", "quality must be a number, got '5'."),
    (
        anything(ActivityWindow, NOON, 1),
        NOON,
        f"last_day must be a date and not an instant, got {NOON!r}. {ASK_LOCAL_DAY}",
    ),
    (anything(ActivityWindow, DAY, 1.0), 1.0, "bits must be an integer, got 1.0. Pass int(value)."),
    (anything(ActivityWindow, DAY, -1), -1, "bits must be at least 0, got -1."),
    (anything(ActivityWindow, DAY, 1, 0), 0, "length must be at least 1, got 0."),
    (
        anything(ActivityWindow, DAY, 4, 2),
        4,
        "bits must have no bit beyond the 2 days that end 2024-05-01, got 4. "
        "ActivityWindow.from_days leaves out days outside the window.",
    ),
    (
        anything(ActivityWindow.from_days, ["x"], last_day=DAY),
        "x",
        f"days must be a date, got 'x'. {WRITE_DATE}",
    ),
    (
        anything(ActivityWindow.from_days, [], last_day="x"),
        "x",
        f"last_day must be a date, got 'x'. {WRITE_DATE}",
    ),
    (
        anything(ActivityWindow.from_days, [], last_day=DAY, length=0),
        0,
        "length must be at least 1, got 0.",
    ),
    (
        anything(WINDOW.record, "x"),
        "x",
        f"day must be a date, got 'x'. {WRITE_DATE}",
    ),
    (
        anything(WINDOW.advance, "x"),
        "x",
        f"to must be a date, got 'x'. {WRITE_DATE}",
    ),
    (
        anything(WINDOW.advance, date(2024, 4, 30)),
        date(2024, 4, 30),
        "to must not be before 2024-05-01, the window's last day, got datetime.date(2024, 4, 30). "
        "A window only moves on; build an earlier one with from_days.",
    ),
    (
        anything(WINDOW.merge, ActivityWindow(DAY, 1, 7)),
        7,
        "length must be 28 days long like the other window, got 7.",
    ),
    (anything(WindowBuilder, as_of=NOON, length=0), 0, "length must be at least 1, got 0."),
    (anything(IsoWeek, 10_000, 1), 10_000, "year must be between 1 and 9999, got 10000."),
    (anything(IsoWeek, 2024, 54), 54, "week must be between 1 and 53, got 54."),
    (anything(IsoWeek, 2021, 53), 53, "week must be at most 52 in 2021, got 53."),
    (
        anything(IsoWeek.of, NOON),
        NOON,
        f"day must be a date and not an instant, got {NOON!r}. {ASK_LOCAL_DAY}",
    ),
    (
        anything(IsoWeek(9999, 52).__add__, 1),
        1,
        "weeks must not lead from 9999-W52 beyond the years 1 to 9999, got 1.",
    ),
    (
        anything(consistency_score, ActivityWindow(DAY, 1, 7)),
        7,
        "window.length must be the policy's 28 days, got 7. "
        "Build the window with length=policy.window_days.",
    ),
    (
        anything(consistency_score, WINDOW, today="x"),
        "x",
        f"today must be a date, got 'x'. {WRITE_DATE}",
    ),
    (
        anything(consistency_score, WINDOW, member_since="x"),
        "x",
        f"member_since must be a date, got 'x'. {WRITE_DATE}",
    ),
    (
        anything(consistency_score, WINDOW, member_since=date(2024, 5, 2)),
        date(2024, 5, 2),
        "member_since must not be after today, 2024-05-01, got datetime.date(2024, 5, 2). "
        "Leave it out if it is not known.",
    ),
    (
        anything(what_if, WINDOW, ["x"]),
        "x",
        f"days must be a date, got 'x'. {WRITE_DATE}",
    ),
    (
        anything(what_if, WINDOW, [], today="x"),
        "x",
        f"today must be a date, got 'x'. {WRITE_DATE}",
    ),
    (
        policy(streak_points=11),
        {"base": 60, "distribution": 25, "streak": 11, "recency": 5},
        "base_points + distribution_points + streak_points + recency_steps must add up to 100, got "
        "{'base': 60.0, 'distribution': 25.0, 'recency': 5.0, 'streak': 11}. "
        "Change another part along with the one you changed.",
    ),
    (
        policy(member_min_days=29),
        29,
        "member_min_days must be at most the window's 28, got 29.",
    ),
    (policy(recency_steps=7), 7, "recency_steps must be pairs of (days, points), got 7."),
    (policy(recency_steps=()), (), "recency_steps must have rising days, falling points, got ()."),
    (
        policy(recency_steps=((1, 101),)),
        101,
        "recency_steps must be between 0 and 100, got 101.",
    ),
    (
        anything(StreakPolicy, rest_weekdays=5),
        5,
        "rest_weekdays must be a set of weekdays, got 5. "
        "Monday is 0 and Sunday 6, as in date.weekday().",
    ),
    (
        policy(distribution_limit=10**400),
        10**400,
        "distribution_limit must be finite, got 100000000000000000...0000000000000000000.",
    ),
    (anything(WINDOW.merge, "x"), "x", "other must be of type ActivityWindow, got 'x'."),
    (anything(consistency_score, "x"), "x", "window must be of type ActivityWindow, got 'x'."),
    (anything(what_if, "x", [DAY]), "x", "window must be of type ActivityWindow, got 'x'."),
    *[
        (
            one_alone,
            DAY,
            "days must be several, such as a list of them, got datetime.date(2024, 5, 1). "
            "Put a single one in a list.",
        )
        for one_alone in (
            anything(what_if, WINDOW, DAY),
            anything(streak_of, DAY, as_of=DAY),
            anything(ActivityWindow.from_days, DAY, last_day=DAY),
        )
    ],
    (
        anything(score_sessions, None, as_of=NOON),
        None,
        "sessions must be several, such as a list of them, got None. Put a single one in a list.",
    ),
    (
        anything(score_sessions, ["x"], as_of=NOON),
        "x",
        "sessions must be of type Session, got 'x'.",
    ),
    (
        anything(streak_of, [], as_of="x"),
        "x",
        f"as_of must be a date, got 'x'. {WRITE_DATE}",
    ),
]


@pytest.mark.parametrize(("refused", "value", "message"), REFUSALS, ids=lambda case: str(case)[:40])
def test_a_refusal_says_what_was_wrong_and_carries_the_value(
    refused: Callable[[], object], value: object, message: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        refused()
    assert str(caught.value) == message
    assert caught.value.value == value
    assert message.startswith(caught.value.field)


CASE = Case("c", "Why?", ["yes", "no"], None, CaseStatus.OPEN, NOON - timedelta(hours=24), NOON)
REWARD = Reward("3f1c", "ada", "c", 1).submitted(NOON)
COMMITMENT, SECRET = commit(CASE, "no", bytes(32))
OPENED = {"commitment": COMMITMENT, "secret": SECRET, "status": Verification.VERIFIED, "now": NOON}


POLICY_TAKERS: list[Callable[..., object]] = [
    lambda policy: consistency_score(WINDOW, policy=policy),
    lambda policy: score_sessions([], as_of=NOON, policy=policy),
    lambda policy: what_if(WINDOW, [], policy=policy),
    lambda policy: streak_of([], as_of=DAY, policy=policy),
    lambda policy: WeeklyStreak().record(IsoWeek(2024, 18), 2, policy=policy),
    lambda policy: consistency_multiplier(3, policy=policy),
    lambda policy: consistency_multiplier(3, streak_policy=policy),
    lambda policy: WeeklyStreak().as_of(IsoWeek(2024, 20), policy=policy),
    lambda policy: explain_vouch(Vouch("ada", "bob"), Reputation("bob"), policy=policy),
    lambda policy: incoming_vouch_weight(Vouch("ada", "bob"), Reputation("bob"), policy=policy),
    lambda policy: weighted_edges([], {}, policy=policy),
    lambda policy: weighted_edges([], {}, streak_policy=policy),
    lambda policy: historical_score(streak=1, posts=1, policy=policy),
    lambda policy: evaluate_day(Engagement("ada"), DayActivity(DAY), policy=policy),
    lambda policy: catch_up(Engagement("ada"), [], policy=policy),
    lambda policy: pick_candidates([], policy=policy),
    lambda policy: anything(close_case, CASE, [], [], [], **OPENED, policy=policy)(),
    lambda policy: settle(REWARD, Sighting("pending"), now=NOON, policy=policy),
    lambda policy: verified("ace3", Sighting("pending"), policy=policy),
]


@pytest.mark.parametrize("call", POLICY_TAKERS)
@pytest.mark.parametrize("policy", [None, {"freezes": 1}, DailyCriteria()])
def test_the_policy_of_something_else_is_refused(
    call: Callable[..., object], policy: object
) -> None:
    with pytest.raises(InvalidTypeError, match=r"policy must be of type \w+Policy( or \w+)?, got"):
        call(policy)

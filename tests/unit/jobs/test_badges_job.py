"""The hourly job on stores in memory: SPEC §6 and §9, end to end."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mainstay import YearPolicy
from mainstay.errors import InvalidTypeError, InvalidValueError, RejectedError
from mainstay.jobs import check_badges
from mainstay.jobs.check_badges import plan_awards
from mainstay.ports import BadgeStanding, BadgeTarget, earned_badges
from mainstay.recognition import STANDARD_BADGES, Badge, BadgePolicy, Credit
from mainstay.scheduling import Every, JobContext, JobReport, RetryPolicy
from mainstay.testing.memory import MemoryStore
from tests.contests import run
from tests.recording import counted, did, may

NOON = datetime(2024, 5, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def badge(number: int, key: str, metric: str, threshold: int, **more: Any) -> Badge:
    return Badge(
        number, key, key.title(), f"Reach {threshold}.", "★", metric, "x", threshold, **more
    )


WRITER = badge(1, "writer", "kind:post", 3, bonus=20)
RICH = badge(2, "rich", "points", 100, bonus=5)
STEADY = badge(3, "steady", "score", 30, bonus=7)


def check(
    store: MemoryStore,
    *badges: Badge,
    at: datetime = NOON,
    size: int = 1000,
    policy: BadgePolicy | None = None,
) -> JobReport:
    """Run the job at an instant; without badges or a policy, by what is kept."""
    if badges:
        policy = BadgePolicy(badges=badges)
    job = check_badges(store.badges, policy=policy)
    return job.run(JobContext(task_id="t", options={"page_size": size}, clock=lambda: at))


def reasons(store: MemoryStore, *users: str) -> list[list[str]]:
    return [sorted(credit.reason for credit in store.points.credits(user)) for user in users]


def credited(store: MemoryStore, user: str, reason: str, amount: int, at: datetime = NOON) -> None:
    store.points.add([Credit(user, reason, amount, at)], now=at)


def test_five_wins_are_two_badges_of_250_points() -> None:
    """SPEC §6: one win is worth 50, five are 200 more."""
    store = MemoryStore()
    store.metrics.put({"ada": {"wins": 5}, "bob": {"wins": 0}})
    report = check(store)
    assert counted(report) == (2, 0, 0)
    assert report.result == {"awarded": 2, "points": 250}
    assert store.points.totals(["ada", "bob"]) == {"ada": 250}
    assert earned_badges(store, "ada", now=NOON) == {
        "user_id": "ada",
        "total_badges": 2,
        "badges": [
            {
                "id": 1,
                "name": "First Victory",
                "description": STANDARD_BADGES[0].description,
                "icon": "🏆",
                "earned_at": "2024-05-28T12:00:00Z",
                "bonus_points": 50,
            },
            {
                "id": 2,
                "name": "Winning Streak",
                "description": STANDARD_BADGES[1].description,
                "icon": "🔥",
                "earned_at": "2024-05-28T12:00:00Z",
                "bonus_points": 200,
            },
        ],
    }


def test_it_is_due_every_hour_without_retries_and_has_no_target() -> None:
    job = check_badges(MemoryStore().badges)
    assert (job.name, job.schedule, job.retry) == ("check-badges", Every(HOUR), RetryPolicy())
    assert job.retry.delays() == ()
    report = job.run(JobContext(clock=lambda: NOON))
    assert report.target is None
    assert report.result == {"awarded": 0, "points": 0}
    with pytest.raises(InvalidValueError, match="target"):
        job.run(JobContext(target=may(1), clock=lambda: NOON))


def test_a_second_run_looks_only_at_those_for_whom_something_was_added() -> None:
    """Events, credits and metrics are such; what a run credits itself is not."""
    store = MemoryStore()
    store.metrics.put({user: {"wins": 1} for user in ("ada", "bob", "cy", "dan")})
    assert counted(check(store)) == (4, 0, 0)
    assert counted(check(store)) == (0, 0, 0)
    did(store, "ada", may(1), post=1)
    credited(store, "bob", "welcome", 1)
    store.metrics.put({"cy": {"wins": 5}})
    again = check(store, at=NOON + HOUR)
    assert counted(again) == (3, 0, 0)
    assert again.result == {"awarded": 1, "points": 200}


def test_a_bonus_counts_at_once_towards_a_badge_of_points() -> None:
    """90 points and a bonus of 20 are 110: both badges in one run, and no third that needs 116."""
    store = MemoryStore()
    did(store, "ada", may(1), post=3)
    credited(store, "ada", "welcome", 90)
    far = badge(4, "far", "points", 116)
    report = check(store, WRITER, RICH, far)
    assert report.result == {"awarded": 2, "points": 25}
    assert reasons(store, "ada") == [["badge:rich", "badge:writer", "welcome"]]
    assert store.points.totals(["ada"]) == {"ada": 115}


def test_a_badge_waits_for_those_that_it_requires() -> None:
    """Silver's threshold is reached long before bronze's is."""
    store = MemoryStore()
    bronze = badge(1, "bronze", "wins", 3)
    silver = badge(2, "silver", "votes", 1, requires=["bronze"])
    store.metrics.put({"ada": {"wins": 2, "votes": 9}})
    check(store, bronze, silver)
    assert reasons(store, "ada") == [[]]
    store.metrics.put({"ada": {"wins": 3}})
    check(store, bronze, silver)
    assert reasons(store, "ada") == [["badge:bronze", "badge:silver"]]


def test_a_badge_is_never_taken_back_and_never_given_again() -> None:
    store = MemoryStore()
    store.metrics.put({"ada": {"wins": 1}})
    check(store)
    for wins in (0, 1):
        store.metrics.put({"ada": {"wins": wins}})
        assert check(store, at=NOON + HOUR).result == {"awarded": 0, "points": 0}
    assert reasons(store, "ada") == [["badge:first_win"]]


def test_what_the_host_has_awarded_already_keeps_its_bonus_and_its_time() -> None:
    store = MemoryStore()
    store.metrics.put({"ada": {"wins": 1}})
    credited(store, "ada", "badge:first_win", 75, at=NOON - HOUR)
    assert check(store).result == {"awarded": 0, "points": 0}
    (badge_,) = earned_badges(store, "ada", now=NOON)["badges"]
    assert (badge_["bonus_points"], badge_["earned_at"]) == (75, "2024-05-28T11:00:00Z")


def test_a_user_that_cannot_be_read_is_reported_by_every_run_until_mended(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = MemoryStore()
    store.metrics.put({user: {"wins": 1} for user in ("ada", "bob", "cy")})
    store.corrupt("bob")
    for done in ((2, 0, 1), (0, 0, 1)):
        with caplog.at_level(logging.ERROR, "mainstay.jobs"):
            report = check(store, size=1)
        assert counted(report) == done
        (error,) = report.errors
        assert error.item == "bob"
        assert error.error.startswith("the state of 'bob' can't be read")
    assert [record.exc_info is not None for record in caplog.records] == [True, True]
    assert reasons(store, "ada", "bob", "cy") == [["badge:first_win"], [], ["badge:first_win"]]
    store.mend("bob")
    assert counted(check(store)) == (1, 0, 0)
    assert reasons(store, "bob") == [["badge:first_win"]]


def test_a_total_that_would_be_too_large_is_one_users_trouble() -> None:
    """2⁵³ - 1 points and any bonus are more than a total can be: SPEC §6."""
    store = MemoryStore()
    store.metrics.put({user: {"wins": 1} for user in ("ada", "bob", "cy", "dan", "eve")})
    credited(store, "bob", "jackpot", 2**53 - 1)
    report = check(store)
    assert counted(report) == (4, 0, 1)
    assert [error.item for error in report.errors] == ["bob"]
    assert report.result == {"awarded": 4, "points": 200}
    assert reasons(store, "ada", "bob", "eve") == [
        ["badge:first_win"],
        ["jackpot"],
        ["badge:first_win"],
    ]


def test_other_badges_have_everybody_looked_at_once() -> None:
    store = MemoryStore()
    did(store, "ada", may(1), post=3)
    credited(store, "bob", "welcome", 100)
    store.metrics.put({"cy": {"wins": 1}})
    assert check(store).result == {"awarded": 1, "points": 50}
    other = check(store, WRITER, RICH)
    assert counted(other) == (3, 0, 0)
    assert other.result == {"awarded": 2, "points": 25}
    assert counted(check(store, WRITER, RICH)) == (0, 0, 0)


def test_a_run_without_a_policy_looks_for_what_the_last_one_looked_for() -> None:
    store = MemoryStore()
    check(store, WRITER)
    did(store, "ada", may(1), post=3)
    store.metrics.put({"ada": {"wins": 10}})
    assert check(store).result == {"awarded": 1, "points": 20}
    assert store.badges.policy() == BadgePolicy(badges=[WRITER])


def test_without_any_policy_the_standard_badges_are_looked_for() -> None:
    store = MemoryStore()
    assert store.badges.policy() is None
    check(store)
    assert store.badges.policy() == BadgePolicy()


def test_everything_is_the_same_whatever_the_size_of_a_page() -> None:
    users = {f"u{number}": {"wins": number} for number in range(12)}
    found = []
    for size in (1, 5, 1000):
        store = MemoryStore()
        store.metrics.put(users)
        report = check(store, size=size)
        found.append((report.succeeded, report.result.to_dict(), reasons(store, *users)))
    assert found[0] == found[1] == found[2]
    # Eleven have won once, seven five times, two ten times: 11·50 + 7·200 + 2·500.
    assert found[0][:2] == (12, {"awarded": 20, "points": 2950})


@pytest.mark.parametrize("size", [0, -1, 2.5, True, "5"])
def test_a_page_that_has_no_size_is_refused(size: Any) -> None:
    job = check_badges(MemoryStore().badges)
    with pytest.raises(InvalidValueError, match=r"options\.page_size"):
        job.run(JobContext(options={"page_size": size}))


def test_a_policy_of_another_class_is_refused() -> None:
    any_policy: Any = STANDARD_BADGES
    with pytest.raises(InvalidTypeError, match="policy must be of type BadgePolicy"):
        check_badges(MemoryStore().badges, policy=any_policy)


def unsteady(store: MemoryStore) -> None:
    """Days whose score rises by time alone.

    On 28 May they are days 1 and 20 to 23 of the window. Gaps of 19, 1, 1, 1 have σ = 7.794: 2.7
    points of 25, and 14 in all. A day later the first one is out of the window, and the other
    four are worth 35, as SPEC §2's vector of them says.
    """
    did(store, "ada", may(1), may(20), may(21), may(22), may(23))


def test_a_score_that_rises_by_time_alone_is_seen_at_the_first_run_after_20_hours() -> None:
    store = MemoryStore()
    unsteady(store)
    assert check(store, STEADY).result == {"awarded": 0, "points": 0}
    early = check(store, STEADY, at=NOON + 19 * HOUR)
    assert counted(early) == (0, 0, 0)
    again = check(store, STEADY, at=NOON + 20 * HOUR)
    assert counted(again) == (1, 0, 0)
    assert again.result == {"awarded": 1, "points": 7}


def test_who_has_sessions_is_looked_at_again_and_again_while_the_score_is_asked_for() -> None:
    store = MemoryStore()
    did(store, "ada", may(28))
    for runs in range(3):
        assert counted(check(store, STEADY, at=NOON + runs * 20 * HOUR)) == (1, 0, 0)


def test_nobody_is_looked_at_again_by_time_if_no_badge_asks_for_the_score() -> None:
    store = MemoryStore()
    unsteady(store)
    assert counted(check(store, WRITER)) == (1, 0, 0)
    assert counted(check(store, WRITER, at=NOON + timedelta(days=365))) == (0, 0, 0)


def test_who_has_no_session_left_in_the_window_is_not_looked_at_again_by_time() -> None:
    """Their score is 0 and stays 0: an idle user costs nothing."""
    store = MemoryStore()
    did(store, "ada", may(1))
    check(store, STEADY, at=datetime(2024, 8, 1, tzinfo=UTC))
    assert counted(check(store, STEADY, at=datetime(2024, 9, 1, tzinfo=UTC))) == (0, 0, 0)


@pytest.mark.parametrize(("day", "score"), [(28, 14), (29, 35)])
def test_the_score_of_a_plan_is_that_of_its_instant(day: int, score: int) -> None:
    store = MemoryStore()
    unsteady(store)
    now = datetime(2024, 5, day, 12, tzinfo=UTC)
    for threshold, due in ((score, 1), (score + 1, 0)):
        target = BadgeTarget(now, policy=BadgePolicy(badges=[badge(1, "b", "score", threshold)]))
        found = plan_awards(store.badges.standing("ada", target), target)
        assert len(found.awards) == due
        assert found.look_again_at == now + timedelta(hours=20)


LOYAL = BadgePolicy(badges=[badge(1, "loyal", "score", 43)], score=YearPolicy())


def test_by_the_year_score_who_came_every_week_has_a_badge_after_a_month_away() -> None:
    """SPEC §2a: 52 weeks, of which the last four were quiet, are 43 points."""
    store = MemoryStore()
    did(store, "ada", *(may(27) - timedelta(weeks=week) for week in range(4, 60)))
    did(store, "bob", *(may(28) - timedelta(days=day) for day in range(1, 6)))
    assert check(store, STEADY).result == {"awarded": 1, "points": 7}
    assert check(store, policy=LOYAL).result == {"awarded": 1, "points": 0}
    assert reasons(store, "ada", "bob") == [["badge:loyal"], ["badge:steady"]]


def test_the_policy_of_a_year_is_kept_for_runs_without_one() -> None:
    store = MemoryStore()
    check(store, policy=LOYAL)
    assert store.badges.policy() == LOYAL
    did(store, "ada", *(may(28) - timedelta(weeks=week) for week in range(52)))
    assert check(store).result == {"awarded": 1, "points": 0}


def test_by_the_year_score_time_alone_brings_nobody_up_again() -> None:
    """It never rises without a session that counts: one that is dated ahead is waited for."""
    store = MemoryStore()
    did(store, "ada", may(28))
    did(store, "bob", may(30))
    later = NOON + 20 * HOUR
    assert counted(check(store, policy=LOYAL)) == (2, 0, 0)
    assert counted(check(store, policy=LOYAL, at=later)) == (1, 0, 0)
    assert counted(check(store, policy=LOYAL, at=later + 28 * HOUR)) == (1, 0, 0)
    assert counted(check(store, policy=LOYAL, at=later + 60 * HOUR)) == (0, 0, 0)


def plan_of(metrics: dict[str, int], had: Iterable[str] = ()) -> list[tuple[str, int]]:
    target = BadgeTarget(NOON)
    awards = [Credit("ada", f"badge:{key}", 1, NOON - HOUR) for key in had]
    check_ = plan_awards(BadgeStanding("ada", metrics, awards), target)
    assert (check_.user_id, check_.look_again_at) == ("ada", None)
    assert {award.at for award in check_.awards} <= {NOON}
    return [(award.reason, award.amount) for award in check_.awards]


def test_a_plan_has_what_is_due_and_not_yet_theirs() -> None:
    assert plan_of({}) == []
    assert plan_of({"wins": 4}) == [("badge:first_win", 50)]
    assert plan_of({"wins": 5}, had=["first_win"]) == [("badge:five_wins", 200)]
    assert plan_of({"kind:beta_joined": 3}) == [("badge:early_adopter", 100)]
    assert plan_of({"votes": 50, "participations": 19}) == [("badge:dedicated_voter", 250)]


def test_a_store_that_takes_no_award_of_a_user_costs_the_others_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Pages with the culprit are tried again in halves; what is reported was kept, once."""
    store = MemoryStore()
    store.metrics.put({f"u{number}": {"wins": 1} for number in range(9)})
    keep = type(store.badges._page()).keep

    def picky(page: Any, done: Any) -> None:
        if any(check_.user_id == "u4" for check_ in done):
            page.transaction.rejected = True
            raise RejectedError("is refused", field="awards", value="u4")
        keep(page, done)

    monkeypatch.setattr(type(store.badges._page()), "keep", picky)
    report = check(store)
    assert counted(report) == (8, 0, 1)
    assert report.result == {"awarded": 8, "points": 400}
    assert [error.item for error in report.errors] == ["u4"]


def told(store: MemoryStore) -> list[tuple[str | None, object, object]]:
    """Return whom notices are for, of which badge and how many points, by user and badge."""
    found = [entry for entry in store.outbox.all() if entry.kind == "notice"]
    assert all(entry.key.startswith("notice:badge:") for entry in found)
    return sorted((e.user_id, e.payload["key"], e.payload["points"]) for e in found)


@pytest.mark.parametrize("asked", [None, False, True])
def test_each_badge_is_told_once_if_the_job_or_the_run_is_to_tell(asked: bool | None) -> None:
    """Nobody is told by default; somebody whose award can't be kept is not told either."""
    store = MemoryStore()
    store.metrics.put({"ada": {"wins": 5}, "bob": {"wins": 1}, "cy": {"wins": 1}, "dan": {}})
    credited(store, "cy", "jackpot", 2**53 - 1)
    job = check_badges(store.badges, notices=asked is False)
    options = {"notices": True} if asked else {}
    for hour in range(3):
        run(job, NOON + hour * HOUR, **options)
        store.metrics.put({"ada": {"wins": 6 + hour}})
    expected = [("ada", "first_win", 50), ("ada", "five_wins", 200), ("bob", "first_win", 50)]
    assert told(store) == ([] if asked is None else expected)


def test_whether_to_tell_is_yes_or_no() -> None:
    notices: Any = "yes"
    with pytest.raises(InvalidTypeError, match="notices"):
        check_badges(MemoryStore().badges, notices=notices)

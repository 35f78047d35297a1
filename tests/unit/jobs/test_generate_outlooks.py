"""The daily job that makes outlooks, from scores alone: SPEC §8."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from mainstay import ActivityWindow, Session
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.jobs import generate_outlooks, plan_outlook, send_notifications
from mainstay.outlook import STANDARD_TEMPLATES, EnglishOutlookPhrases, Mark, Outlook, Preferences
from mainstay.ports import OutlookStanding, OutlookTarget
from mainstay.scheduling import Daily, JobContext, RetryPolicy
from mainstay.testing.memory import MemoryStore
from tests.contests import run
from tests.recording import counted, did, may
from tests.telling import (
    DUE,
    HOUR,
    MICROSECOND,
    TOMORROW,
    Notifier,
    active,
    deliver,
    generate,
    made,
    there,
)

MONTH = timedelta(days=30)


def acted(store: MemoryStore, user: str, at: datetime) -> None:
    store.sessions.add([Session(user, at, id=user)])


def outlooks_of(store: MemoryStore, *users: str) -> list[Outlook | None]:
    return [store.outlooks.outlook(user, TOMORROW) for user in users]


def test_it_is_due_at_five_with_three_retries_and_limits_of_540_and_600_seconds() -> None:
    job = generate_outlooks(MemoryStore())
    assert (job.name, job.schedule) == ("generate-outlooks", Daily(time(5)))
    assert job.retry == RetryPolicy(3, timedelta(seconds=300))
    limits = (timedelta(seconds=540), timedelta(seconds=600))
    assert (job.soft_time_limit, job.time_limit) == limits


@pytest.mark.parametrize("at", [DUE, DUE.replace(hour=0), DUE.replace(hour=23, minute=59)])
def test_without_a_target_it_is_the_day_after_the_date_on_which_the_run_was_due(
    at: datetime,
) -> None:
    store = active("ada")
    assert generate(store, at=at).target == "2024-05-29"
    assert there(store) == ["ada"]


def test_the_date_on_which_a_run_was_due_is_that_of_utc() -> None:
    """23:30 on the 28th, five hours behind, is half past four on the 29th."""
    behind = datetime.fromisoformat("2024-05-28T23:30:00-05:00")
    assert generate(active("ada"), at=behind).target == "2024-05-30"


def test_a_run_that_is_late_does_what_it_was_due_for() -> None:
    """Whoever came in the meantime is the next run's; the text knows what was known by then."""
    store = active("ada")
    acted(store, "bob", DUE + HOUR)
    report = generate(store, at=DUE + 30 * HOUR, due=DUE)
    assert (report.target, there(store)) == ("2024-05-29", ["ada"])
    assert made(store, "ada").generated_at == DUE
    assert made(store, "ada").known_through == may(28)


def test_a_target_is_the_day_itself() -> None:
    store = active("ada")
    assert generate(store, target=may(28)).target == "2024-05-28"
    assert there(store, may(28)) == ["ada"]
    assert there(store) == []


@pytest.mark.parametrize("day", [may(20), may(28), date(2025, 1, 1)])
def test_a_text_can_be_made_for_any_day_and_names_the_day_through_which_it_knows(
    day: date,
) -> None:
    store = active("ada")
    assert counted(generate(store, target=day)) == (1, 0, 0)
    body = made(store, "ada", day).content.body
    assert "as of 2024-05-28" in body


def test_due_is_who_did_something_within_30_days_and_not_at_their_end() -> None:
    """SPEC §8: an event in [now - 30 d, now)."""
    store = MemoryStore()
    acted(store, "too-early", DUE - MONTH - MICROSECOND)
    acted(store, "first", DUE - MONTH)
    acted(store, "last", DUE - MICROSECOND)
    acted(store, "too-late", DUE)
    report = generate(store)
    assert there(store) == ["first", "last"]
    assert (counted(report), report.result["total_users"]) == ((2, 0, 0), 2)


def test_who_has_one_already_is_skipped_and_counts_as_a_user() -> None:
    store = active("ada", "bob")
    generate(store)
    before = outlooks_of(store, "ada", "bob")
    did(store, "cy", may(27))
    report = generate(store)
    assert (counted(report), report.result["total_users"]) == ((1, 2, 0), 3)
    assert outlooks_of(store, "ada", "bob") == before


def test_a_run_that_comes_twice_changes_nothing() -> None:
    store = active("ada", "bob")
    first = generate(store)
    before = outlooks_of(store, "ada", "bob")
    again = generate(store, at=DUE + HOUR, due=DUE)
    assert (counted(first), counted(again)) == ((2, 0, 0), (0, 2, 0))
    assert outlooks_of(store, "ada", "bob") == before


def test_force_replaces_only_what_was_neither_viewed_nor_delivered() -> None:
    """The others count as skipped: SPEC §8."""
    store = active("delivered", "new", "untouched", "viewed")
    generate(store)
    store.outlooks.mark("viewed", TOMORROW, Mark.VIEWED, at=DUE + HOUR)
    run(send_notifications(store.notifications), DUE + 2 * HOUR)
    morning = datetime(2024, 5, 29, 6, 45, tzinfo=UTC)
    one = Notifier()
    store.notifications.prefer("delivered", Preferences(weekday=time(6)), now=DUE + 2 * HOUR)
    deliver(store, one, morning - HOUR / 2)
    assert one.keys == ["outlook:2024-05-29:delivered"]
    later = DUE + 25.5 * HOUR
    report = generate(store, at=later, target=TOMORROW, force=True)
    assert (counted(report), report.result["total_users"]) == ((2, 2, 0), 4)
    times = [made(store, user).generated_at for user in ("delivered", "new", "untouched", "viewed")]
    assert times == [DUE, later, later, DUE]
    assert made(store, "viewed").viewed_at == DUE + HOUR


def test_a_user_who_cannot_be_read_is_reported_and_the_others_get_theirs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = active("ada", "bob", "cy")
    store.corrupt("bob")
    with caplog.at_level(logging.ERROR, "mainstay.jobs"):
        report = generate(store, page_size=1)
    assert (counted(report), there(store)) == ((2, 0, 1), ["ada", "cy"])
    assert report.result["total_users"] == 3
    assert [error.item for error in report.errors] == ["bob"]
    assert [record.exc_info is not None for record in caplog.records] == [True]
    store.mend("bob")
    assert counted(generate(store)) == (1, 2, 0)


def test_everything_is_the_same_whatever_the_size_of_a_page() -> None:
    users = [f"u{number}" for number in range(7)]
    found = []
    for size in (1, 3, 1000):
        store = active(*users)
        report = generate(store, page_size=size)
        found.append((counted(report), report.result.to_dict(), outlooks_of(store, *users)))
    assert found[0] == found[1] == found[2]
    assert found[0][:2] == (
        (7, 0, 0),
        {"total_users": 7, "fallback_count": 0, "circuit_open": False},
    )


def test_embedded_texts_are_no_fallback() -> None:
    store = active("ada")
    generate(store)
    assert not made(store, "ada").fallback


def test_the_words_can_be_the_hosts() -> None:

    class Tersely(EnglishOutlookPhrases):
        def rhythm(
            self, active: int, points: int, known: date, gain: float | None, weeks: int | None
        ) -> tuple[str, str]:
            return "R", f"{active} {points} {known} {gain} {weeks}"

    store = active("ada")
    job = generate_outlooks(store, phrases=Tersely())
    job.run(JobContext(clock=lambda: DUE))
    assert made(store, "ada").content.body == "1 9 2024-05-28 None None"


def test_templates_are_offered_so_that_a_trial_can_begin() -> None:
    store = active("ada")
    generate(store)
    assert [*store.templates.templates().values()] == list(STANDARD_TEMPLATES)


def test_a_plan_is_the_users_own_outlook_for_the_targets_day() -> None:
    """Active on the last two days known: SPEC §2 has 13 points for them."""
    window = ActivityWindow.from_days([may(27), may(28)], last_day=may(28))
    templates = {template.name: template for template in STANDARD_TEMPLATES}
    target = OutlookTarget(TOMORROW, DUE)
    found = plan_outlook(OutlookStanding("ada", window), target, templates=templates)
    assert found.outlook is not None
    assert (found.user_id, found.outlook.user_id, found.outlook.day) == ("ada", "ada", TOMORROW)
    assert (found.outlook.generated_at, found.outlook.known_through) == (DUE, may(28))
    assert found.outlook.content.body.startswith("As of 2024-05-28, you have a streak of 2 days")
    assert not found.entries


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"force": 1}, r"options\.force"),
        ({"page_size": 0}, r"options\.page_size"),
        ({"forced": True}, "forced"),
    ],
)
def test_an_option_that_cannot_be_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        generate(active("ada"), **options)


def test_a_target_that_is_not_a_day_is_refused() -> None:
    target: Any = DUE
    with pytest.raises(InvalidTypeError, match="target"):
        generate(active("ada"), target=target)

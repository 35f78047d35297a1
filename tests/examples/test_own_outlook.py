"""The example of a host's own generator: its data is read at once, and no failure costs a text."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import attrs
import pytest

from mainstay import IsoWeek, Session
from mainstay.jobs import generate_outlooks
from mainstay.outlook import Content, Outlook, OutlookContext, begin_trial
from mainstay.scheduling import JobContext, JobReport
from mainstay.testing.memory import MemoryStore
from own_outlook import LESSON, School, SchoolOutlook

SCRIPT = Path(__file__).parents[2] / "examples" / "own_outlook.py"
EVE = datetime(2024, 5, 1, 5, tzinfo=UTC)
TOMORROW = date(2024, 5, 2)
STUDENTS = [f"student-{number:03}" for number in range(250)]


@pytest.fixture(name="school")
def _school() -> School:
    return School(dict.fromkeys(STUDENTS, ("Lesson 7", 12)))


@pytest.fixture(name="store")
def _store() -> MemoryStore:
    """A store in which each student was active six hours ago."""
    store, at = MemoryStore(), EVE - timedelta(hours=6)
    store.sessions.add(Session(student, at, id=student) for student in STUDENTS)
    return store


def make(store: MemoryStore, generator: SchoolOutlook) -> tuple[JobReport, list[Outlook]]:
    """Make everybody's outlooks for tomorrow, and return them by user."""
    report = generate_outlooks(store, generator=generator).run(JobContext(clock=lambda: EVE))
    found = [store.outlooks.outlook(student, TOMORROW) for student in STUDENTS]
    return report, [outlook for outlook in found if outlook is not None]


def test_what_the_host_knows_is_read_for_many_users_at_once(
    store: MemoryStore, school: School
) -> None:
    """250 students take three looks into the school's table, a hundred users each."""
    report, outlooks = make(store, SchoolOutlook(school))
    assert (report.succeeded, report.result["fallback_count"]) == (250, 0)
    assert school.looks == 3
    assert {outlook.content.title for outlook in outlooks} == {"Next: Lesson 7"}


def test_one_whose_text_can_not_be_made_gets_the_embedded_one(
    store: MemoryStore, school: School, caplog: pytest.LogCaptureFixture
) -> None:
    """It is marked, counted, and logged with its traceback; all others get theirs."""
    lessons = {student: school.lessons[student] for student in STUDENTS[1:]}
    report, outlooks = make(store, SchoolOutlook(School(lessons)))
    assert (report.succeeded, report.failed, report.result["fallback_count"]) == (250, 0, 1)
    assert [each.user_id for each in outlooks if each.fallback] == STUDENTS[:1]
    assert outlooks[0].content.body.startswith("You were active on 1 of the 28 days")
    (record,) = (each for each in caplog.records if each.exc_info)
    assert "KeyError" in caplog.text
    assert STUDENTS[0] in record.getMessage()


def test_a_school_that_is_away_is_not_asked_for_ever(store: MemoryStore) -> None:
    """All the same, everybody has an outlook, and the report says that the school was given up."""

    @attrs.define
    class Away(SchoolOutlook):
        asked: list[str] = attrs.field(factory=list)

        def data(self, user_ids: Sequence[str], _day: date) -> dict[str, dict[str, object]]:
            raise ConnectionError(f"nobody answers for {len(user_ids)} users")

        def generate(self, context: OutlookContext) -> Content:
            self.asked.append(context.user_id)
            raise ConnectionError("nobody answers")

    generator = Away(School({}))
    report, outlooks = make(store, generator)
    assert report.result["circuit_open"] is True
    assert len(generator.asked) < 5
    assert len(outlooks) == report.result["fallback_count"] == 250


def test_in_a_trial_half_of_the_students_get_the_other_variant(
    store: MemoryStore, school: School
) -> None:
    """Which half follows from the SHA-256 of template and user, and only they get a promise."""
    store.templates.offer([LESSON])
    store.templates.decide(IsoWeek.of(TOMORROW), [begin_trial(LESSON, since=TOMORROW)])
    _, outlooks = make(store, SchoolOutlook(school))
    for outlook in outlooks:
        digest = sha256(f'["lesson","{outlook.user_id}"]'.encode()).hexdigest()
        promised = digest[0] in "89abcdef"
        assert outlook.content.variant == ("promise" if promised else "plain")
        assert ("It would add" in outlook.content.body) == promised
    variants = [outlook.content.variant for outlook in outlooks]
    assert 100 < variants.count("promise") < 150


def test_the_script_shows_both_templates_a_trial_and_a_fallback() -> None:
    """Of ada, the digest begins with 7, of cyd with c; of dee the school knows nothing."""
    done = subprocess.run(
        [sys.executable, "-W", "error", str(SCRIPT)], capture_output=True, text=True, check=True
    )
    first, second = done.stdout.split("2024-05-03: ")
    assert first.startswith("2024-05-02: 4 made, 1 of them with the embedded text\n")
    assert "ada: lesson, plain: Next: Lesson 7." in first
    assert "bob: come-back, short: Go on where you left off." in first
    assert "cyd: lesson, plain: Next: Lesson 4." in first
    assert "dee: rhythm, state: A good day to go on." in first
    assert "ada: lesson, plain: " in second
    assert "cyd: lesson, promise: Next: Lesson 4." in second
    assert second.endswith("The school's table was read 2 times.\n")

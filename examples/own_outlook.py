"""Outlooks in a host's own words: a generator over what the host knows of its users.

A school tells its students each day which lesson comes next. What it knows of them is read for a
page of users at once; the texts are then made user by user. There are two templates of two
variants each, so that the weekly review can try one against the other. For one student the call
fails: they get the embedded text.

Run it: python examples/own_outlook.py
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import attrs

from mainstay import IsoWeek, Session
from mainstay.jobs import generate_outlooks
from mainstay.outlook import Content, OutlookContext, Template, begin_trial
from mainstay.scheduling import JobContext, PlainData
from mainstay.testing.memory import MemoryStore

LESSON = Template("lesson", ["plain", "promise"])
COME_BACK = Template("come-back", ["short", "warm"])
#: Away for longer than this, a student is asked to come back.
AWAY = timedelta(days=7)
EVE = datetime(2024, 5, 1, 5, tzinfo=UTC)


@attrs.define
class School:
    """What the host knows of its students: the table of their next lessons.

    Attributes:
        lessons: Which lesson comes next for each student, and how many minutes it takes.
        looks: How often the table was read.
    """

    lessons: Mapping[str, tuple[str, int]]
    looks: int = 0

    def next_lessons(self, students: Sequence[str]) -> dict[str, dict[str, object]]:
        """Return what comes next for some students: one query, however many they are."""
        self.looks += 1
        found = ((student, self.lessons.get(student)) for student in students)
        return {
            student: {"lesson": next_one[0], "minutes": next_one[1]}
            for student, next_one in found
            if next_one is not None
        }


@attrs.define
class SchoolOutlook:
    """Makes the texts: a `ContentGenerator`."""

    school: School
    templates: Sequence[Template] = (LESSON, COME_BACK)

    def data(self, user_ids: Sequence[str], _day: date) -> Mapping[str, Mapping[str, object]]:
        """Return what is known of a page of users; it is `context.data` then."""
        return self.school.next_lessons(user_ids)

    def generate(self, context: OutlookContext) -> Content:
        """Return what one student is told.

        Raises:
            KeyError: The school does not know which lesson comes next. That costs nobody their
                outlook: this student gets the embedded text.
        """
        away = context.window.days_since_active
        if away is None or away > AWAY.days:
            return self.come_back(context)
        return self.lesson(context)

    def lesson(self, context: OutlookContext) -> Content:
        """Return a text on the next lesson; the variant `promise` says what it would add."""
        lesson, minutes = context.data["lesson"], context.data["minutes"]
        variant = context.variant(LESSON.name)
        body = f"{lesson} takes {minutes} minutes."
        if variant == "promise":
            body += f" It would add {context.what_if.difference:.0f} points to your score."
        days = context.window.active_days
        body += f" You learned on {days} of the 28 days as of {context.known_through}."
        shown = PlainData({"lesson": lesson})  # what the app needs to open it
        return Content(LESSON.name, variant, f"Next: {lesson}", body, shown, content_type="lesson")

    def come_back(self, context: OutlookContext) -> Content:
        """Return a text for a student who has been away."""
        variant = context.variant(COME_BACK.name)
        warm = variant == "warm"
        title = "We have kept your place" if warm else "Go on where you left off"
        body = f"{context.data['lesson']} is waiting for you."
        return Content(COME_BACK.name, variant, title, body, content_type="reminder")


def main() -> None:
    """Make two days' outlooks; before the second a trial of the texts on lessons has begun."""
    logging.disable()  # the failure is logged with its traceback; here the table shows it
    school = School({"ada": ("Lesson 7", 12), "bob": ("Lesson 2", 15), "cyd": ("Lesson 4", 8)})
    store, generator = MemoryStore(), SchoolOutlook(school)
    active = {"ada": 0, "bob": 12, "cyd": 1, "dee": 0}  # how many days ago
    store.sessions.add(
        Session(user, EVE - timedelta(days=days, hours=6), id=user) for user, days in active.items()
    )
    make_outlooks(store, generator, EVE)
    store.templates.decide(IsoWeek.of(EVE.date()), [begin_trial(LESSON, since=date(2024, 5, 3))])
    make_outlooks(store, generator, EVE + timedelta(days=1))
    print(f"The school's table was read {school.looks} times.")


def make_outlooks(store: MemoryStore, generator: SchoolOutlook, now: datetime) -> None:
    """Make everybody's outlooks for tomorrow, and print them."""
    report = generate_outlooks(store, generator=generator).run(JobContext(clock=lambda: now))
    fallbacks = report.result["fallback_count"]
    print(f"{report.target}: {report.succeeded} made, {fallbacks} of them with the embedded text")
    for user in ("ada", "bob", "cyd", "dee"):
        outlook = store.outlooks.outlook(user, date.fromisoformat(str(report.target)))
        if outlook is not None:
            content = outlook.content
            print(f"  {user}: {content.template}, {content.variant}: {content.title}. ", end="")
            print(content.body)


if __name__ == "__main__":
    main()

"""What the machine that asks several stores about outlooks draws, and how it looks at answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from mainstay import Session
from mainstay.outlook import (
    Content,
    Mark,
    Metric,
    NotificationPolicy,
    Outlook,
    Preferences,
    Template,
    Trial,
    wanted_instant,
)
from mainstay.ports import (
    DueNotification,
    NotificationTarget,
    Notified,
    OutboxEntry,
    OutlookMade,
    OutlookTarget,
    Store,
)
from mainstay.ports.notification_entries import OUTLOOK, notification_entry

__all__ = [
    "AGO",
    "FIRST",
    "USERS",
    "days_ahead",
    "everything",
    "glance",
    "history",
    "made",
    "marks",
    "metrics",
    "new_outlook",
    "planned",
    "policies",
    "preferences",
    "steps",
    "templates",
    "texts",
    "users",
]

FIRST = datetime(2024, 5, 15, 12, tzinfo=UTC)
USERS = ["Zoë", "ada", "\uff5a", "\U0001f600"]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
#: How far before now things happen: about the ends of the 30 days, and of windows.
AGO = [
    timedelta(0),
    timedelta(microseconds=1),
    *(hours * timedelta(hours=1) for hours in (1, 11, 13, 24)),
    *(days * DAY + more for days in (27, 28, 30) for more in (-MINUTE, timedelta(0), MINUTE)),
]
ZONES = [None, "UTC", "+14:00", "-12:00", "Europe/Berlin"]

users = st.sampled_from(USERS)
#: How far the clock moves on, in minutes; sometimes another machine's is behind.
steps = st.sampled_from([0, 0, 0, 1, 5, 30, 60, 120, 6 * 60, 24 * 60, 3 * 24 * 60, -1, -40])
days_ahead = st.sampled_from([1, 1, 1, 1, 0, 0, 0, 2, -1, -3])
metrics = st.sampled_from(Metric)
marks = st.sampled_from(
    [(mark, None) for mark in (Mark.VIEWED, Mark.ENGAGED, Mark.COMPLETED)]
    + [(Mark.RATED, rating) for rating in (1, 4, 5)]
)
texts = st.builds(
    Content,
    st.sampled_from(["a", "b", "\uff5a", "\U0001f600"]),
    st.sampled_from(["v", "w"]),
    st.just("Title"),
    st.sampled_from(["Text", "Another 🙂"]),
    content_type=st.sampled_from(["outlook", "tip"]),
)
_times = st.sampled_from([time(0), time(6, 45), time(12), time(12, 30), time(20), time(23, 59)])
preferences = st.builds(
    Preferences,
    st.sampled_from(ZONES),
    _times,
    _times,
    st.sampled_from([frozenset[int](), frozenset({2, 3}), frozenset({5, 6})]),
    st.sampled_from([True, True, False]),
    st.sampled_from([None, "mail"]),
)
policies = st.sampled_from(
    [
        NotificationPolicy(),
        NotificationPolicy(),
        NotificationPolicy(zone="+14:00", weekday=time(12)),
        NotificationPolicy(enabled=False),
    ]
)
_NAMES = ["a", "\uff5a", "\U0001f600"]


@st.composite
def templates(draw: st.DrawFn) -> list[Template]:
    """Some templates of a few variants, one of which is perhaps tried."""
    found = []
    for name in draw(st.lists(st.sampled_from(_NAMES), unique=True)):
        variants = draw(st.lists(st.sampled_from("vwx"), min_size=1, max_size=3, unique=True))
        trial = None
        if len(variants) > 1 and draw(st.booleans()):
            trial = Trial(variants[1], date(2024, 5, 5), draw(st.integers(0, 2)))
        found.append(Template(name, variants, trial=trial, tried=draw(_tried)))
    return found


_tried = st.sampled_from([frozenset[tuple[str, str]](), frozenset({("v", "w")})])


def new_outlook(user: str, day: date, text: Content, at: datetime) -> Outlook:
    """An outlook as it is new."""
    return Outlook(user_id=user, day=day, content=text, known_through=day - DAY, generated_at=at)


def made(key: str, target: OutlookTarget, text: Content, *, asked: bool) -> OutlookMade:
    """What was made for a user: an outlook, or an entry that asks for its text."""
    if not asked:
        return OutlookMade(key, new_outlook(key, target.day, text, target.now))
    entry = OutboxEntry(key=f"ask {target.day} {key}", kind="ask", user_id=key, due_at=target.now)
    return OutlookMade(key, entries=[entry])


def planned(due: DueNotification, target: NotificationTarget) -> OutboxEntry | None:
    """The notification of an outlook, as the daily run plans it."""
    at = wanted_instant(due.preferences, due.day, policy=target.policy)
    if at is None or (target.day is None and at >= target.until):
        return None
    return notification_entry(due.user_id, due.day, at)


def history(store: Store, user: str, limit: int) -> object:
    """All outlooks and all notifications of a user, page by page."""
    outlooks: list[Outlook] = []
    while some := store.outlooks.outlooks(
        user, before=outlooks[-1].day if outlooks else None, limit=limit
    ):
        outlooks += some
    found: list[Notified] = []
    while told := store.notifications.of_user(user, before=_day(found), limit=limit):
        found += told
    return outlooks, found


def _day(found: list[Notified]) -> date | None:
    return date.fromisoformat(f"{found[-1].entry.payload['day']}") if found else None


def glance(store: Store) -> object:
    """All that changes together, whatever the days."""
    return (
        store.notifications.plan(),
        [*store.outbox.entries(OUTLOOK, limit=1000)],
        [*store.outbox.entries("ask", limit=1000)],
        dict(store.notifications.preferences(USERS)),
        [*store.templates.templates().items()],
        [[*store.outlooks.outlooks(user)] for user in USERS],
    )


def everything(store: Store, today: date) -> object:
    """What can be asked of days."""
    days = [today + ahead * DAY for ahead in range(-9, 5)]
    since, until = days[0], days[-1]
    return (
        dict(store.outlooks.told((user, day) for user in USERS for day in days)),
        [[*store.notifications.of_day(day)] for day in days],
        [[*store.outlooks.figures(since, until, metric)] for metric in Metric],
        [*store.outlooks.content_types(since, until).items()],
    )


def session(user: str, at: datetime, zone: str | None, number: int) -> Session:
    """Something that a user did."""
    return Session(user, at, timezone=zone, id=f"{number}")


sessions = st.lists(
    st.tuples(users, st.sampled_from(AGO), st.sampled_from(ZONES)), min_size=1, max_size=5
)

"""Laws of the daily outlook, whenever its runs begin: nobody misses a date or has it twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone

from hypothesis import example, given
from hypothesis import strategies as st

from mainstay.outlook import Preferences
from mainstay.ports import Notification, OutboxState
from mainstay.testing.memory import MemoryStore
from tests.recording import did, may
from tests.telling import HOUR, MINUTE, SECOND, deliver, generate, plan, planned

#: From a Thursday on; told of are Friday, Saturday and Sunday, wherever users are.
RUNS = [may(day) for day in (9, 10, 11, 12, 13)]
TOLD = [may(day) for day in (10, 11, 12)]
END = datetime(2024, 5, 14, 6, tzinfo=UTC)
LATE = 2 * HOUR
A_BIT = 0.3 * SECOND

QUARTERS = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
OFFSETS = st.integers(-12 * 4, 14 * 4).map(lambda quarters: quarters * 15)
#: Where users are, in minutes from UTC, and when they want to be told.
WISHES = st.lists(st.tuples(OFFSETS, QUARTERS, QUARTERS), min_size=1, max_size=2)
#: How much later than it is due a run begins.
PUNCTUAL = st.sampled_from([-A_BIT, 0 * SECOND, A_BIT, LATE - A_BIT]) | st.timedeltas(-A_BIT, LATE)
ANY_TIME = PUNCTUAL | st.timedeltas(LATE, 30 * HOUR)
#: What begins each day: generation and planning, each once or twice.
DAYS = st.lists(
    st.tuples(
        st.lists(PUNCTUAL, min_size=1, max_size=2), st.lists(PUNCTUAL, min_size=1, max_size=2)
    ),
    min_size=len(RUNS),
    max_size=len(RUNS),
)
PLANS = st.lists(st.lists(ANY_TIME, max_size=2), min_size=len(RUNS), max_size=len(RUNS))

Wish = tuple[int, time, time]


def zone_of(minutes: int) -> str:
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def community(wishes: Iterable[Wish]) -> dict[str, Wish]:
    return {f"u{number}": wish for number, wish in enumerate(wishes)}


def settled(users: Mapping[str, Wish]) -> MemoryStore:
    """Return a store of users who were active the day before, and have said when to tell them."""
    store = MemoryStore()
    for user, (minutes, weekday, weekend) in users.items():
        did(store, user, may(8))
        preferences = Preferences(zone_of(minutes), weekday, weekend)
        store.notifications.prefer(user, preferences, now=datetime(2024, 5, 8, tzinfo=UTC))
    return store


def wanted(wish: Wish, day: date) -> datetime:
    """When a clock that is always as far from UTC shows the time of that weekday."""
    minutes, weekday, weekend = wish
    at = weekday if day.weekday() < 5 else weekend
    return datetime.combine(day, at, timezone(timedelta(minutes=minutes)))


class Told:
    """A notifier that notes when somebody was told."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.now = datetime(2024, 5, 8, tzinfo=UTC)
        self.times: dict[str, datetime] = {}
        self.counts = Counter[str]()

    def notify(self, notification: Notification) -> None:
        self.times[notification.key] = self.now
        self.counts[notification.key] += 1

    def deliver_until(self, end: datetime) -> None:
        """Deliver each notification at its time, or once it is there, before an instant."""
        while (due := self.store.outbox.next_due()) is not None and due < end:
            self.now = max(due, self.now)
            deliver(self.store, self, self.now)
        self.now = max(end, self.now)


def simulated(
    store: MemoryStore, generations: list[list[timedelta]], plans: list[list[timedelta]]
) -> Told:
    """Let each run begin so much later than it is due, and deliver what comes in between."""
    told = Told(store)
    begun: list[tuple[datetime, str, datetime]] = []
    for day, made, sent in zip(RUNS, generations, plans, strict=True):
        five = datetime.combine(day, time(5), UTC)
        begun += [(five + delay, "generate", five) for delay in made]
        begun += [(five + 105 * MINUTE + delay, "plan", five) for delay in sent]
    for at, job, due in sorted(begun):
        told.deliver_until(at)
        if job == "generate":
            generate(store, at=at, due=due)
        else:
            plan(store, at)
    told.deliver_until(END)
    return told


def key(user: str, day: date) -> str:
    return f"outlook:{day}:{user}"


@given(WISHES, DAYS)
@example(
    [(14 * 60, time(0), time(0)), (-12 * 60, time(23, 45), time(23, 45))], [([A_BIT],) * 2] * 5
)
@example(
    [(0, time(6, 45), time(6, 45)), (0, time(4, 45), time(8, 45))],
    [([A_BIT], [-A_BIT if day % 2 else A_BIT]) for day in range(5)],
)
@example(  # as far apart as two runs can be
    [(0, time(4, 45), time(4, 45)), (0, time(6, 45), time(6, 45))],
    [([A_BIT], [-A_BIT if day % 2 else LATE - A_BIT]) for day in range(5)],
)
def test_nobody_misses_a_date_or_has_it_twice_if_runs_begin_within_two_hours(
    wishes: list[Wish], days: list[tuple[list[timedelta], list[timedelta]]]
) -> None:
    """0.3 s early or late, in any order, twice; each is told at most two hours late."""
    users = community(wishes)
    store = settled(users)
    told = simulated(store, [made for made, _ in days], [sent for _, sent in days])
    for user, wish in users.items():
        for day in TOLD:
            assert told.counts[key(user, day)] == 1
            late = told.times[key(user, day)] - wanted(wish, day)
            assert timedelta(0) <= late < LATE


@given(WISHES, PLANS)
@example([(0, time(6, 45), time(6, 45))], [[25 * HOUR], [], [], [], [0 * SECOND]])
def test_however_late_or_rare_runs_are_nobody_is_told_twice_or_too_late(
    wishes: list[Wish], plans: list[list[timedelta]]
) -> None:
    """And who is not told was lost: the last run at the latest has found them, and says so."""
    users = community(wishes)
    store = settled(users)
    plan(store, datetime(2024, 5, 8, 6, 45, tzinfo=UTC))
    told = simulated(store, [[0 * SECOND]] * len(RUNS), plans)
    for user, wish in users.items():
        for day in TOLD:
            assert told.counts[key(user, day)] <= 1
            if key(user, day) in told.times:
                late = told.times[key(user, day)] - wanted(wish, day)
                assert timedelta(0) <= late < LATE
    last = plan(store, END)
    told.deliver_until(END + LATE)
    states = Counter(planned(store, user, day).state for user in users for day in TOLD)
    assert states.keys() <= {OutboxState.DONE, OutboxState.EXPIRED}
    assert states[OutboxState.DONE] == sum(told.counts[key(u, d)] for u in users for d in TOLD)
    assert last.failed == 0


@given(WISHES, DAYS)
def test_nobody_has_two_outlooks_for_a_date_whatever_runs_again(
    wishes: list[Wish], days: list[tuple[list[timedelta], list[timedelta]]]
) -> None:
    users = community(wishes)
    store = settled(users)
    simulated(store, [made for made, _ in days], [sent for _, sent in days])
    for user in users:
        found = [outlook.day for outlook in store.outlooks.outlooks(user)]
        assert found == [day + timedelta(days=1) for day in reversed(RUNS)]

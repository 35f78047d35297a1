"""Scoring from a store: which sessions are asked for, how often, and what is logged."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay import (
    ConsistencyPolicy,
    EnglishPhrases,
    InvalidTypeError,
    InvalidValueError,
    NaiveDatetimeError,
    Session,
    UnknownZoneError,
    YearPolicy,
    score_sessions,
)
from mainstay.daystarts import DayStart
from mainstay.errors import StoreError
from mainstay.ports import score_user
from mainstay.testing import strategies
from mainstay.testing.memory import MemoryStore

NOON = datetime(2024, 5, 28, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@attrs.frozen
class Asked:
    """One query."""

    user_id: str
    since: datetime
    until: datetime
    before: Session | None
    limit: int


class CountingStore:
    """Sessions in memory that remember what they were asked for."""

    def __init__(self, sessions: Iterable[Session]) -> None:
        self._store = MemoryStore().sessions
        self._store.add(sessions)
        self.asked: list[Asked] = []

    @property
    def day_start(self) -> DayStart:
        return self._store.day_start

    def add(self, sessions: Iterable[Session]) -> int:
        return self._store.add(sessions)

    def sessions(
        self,
        user_id: str,
        *,
        since: datetime,
        until: datetime,
        before: Session | None = None,
        limit: int = 200,
    ) -> Sequence[Session]:
        self.asked.append(Asked(user_id, since, until, before, limit))
        return self._store.sessions(user_id, since=since, until=until, before=before, limit=limit)

    def kept_since(self) -> datetime | None:
        return self._store.kept_since()

    def users(self, *, after: str | None = None, limit: int = 1000) -> Sequence[str]:
        return self._store.users(after=after, limit=limit)

    def kinds(self) -> Sequence[str]:
        return self._store.kinds()


class BrokenStore(CountingStore):
    """One whose database is down."""

    def sessions(self, user_id: str, **_: object) -> Sequence[Session]:
        raise StoreError("is down", field="database", value=user_id)


class CarelessStore(CountingStore):
    """One that gives ada's sessions whoever is asked for."""

    def sessions(self, user_id: str, **options: Any) -> Sequence[Session]:
        return super().sessions(user_id.replace("bob", "ada"), **options)


def store_of(times: Iterable[datetime], **fields: str) -> CountingStore:
    return CountingStore(
        Session("ada", at, id=f"{number:05}", timezone=fields.get("timezone"))
        for number, at in enumerate(times)
    )


def days_ago(*days: int) -> list[datetime]:
    return [NOON - timedelta(days=each) for each in days]


def test_one_query_reads_the_last_thirty_days() -> None:
    store = store_of(days_ago(0, 1, 2))
    assert score_user(store, "ada", as_of=NOON).active_days == 3
    assert store.asked == [Asked("ada", NOON - timedelta(days=30), NOON, None, 200)]


@pytest.mark.parametrize(
    ("sessions", "queries"), [(1, 1), (199, 1), (200, 2), (201, 2), (400, 3), (401, 3)]
)
def test_only_a_full_page_is_followed_by_another(sessions: int, queries: int) -> None:
    """A page of 199 is the last; after one of 200 nobody can know."""
    store = store_of(NOON - MINUTE * number for number in range(sessions))
    score_user(store, "ada", as_of=NOON)
    assert len(store.asked) == queries


def test_a_very_active_user_is_never_cut_short() -> None:
    """A thousand sessions today do not hide the one four weeks ago."""
    times = [NOON - timedelta(seconds=number) for number in range(1000)]
    score = score_user(store_of([*times, *days_ago(27)]), "ada", as_of=NOON)
    assert score.window.days() == (date(2024, 5, 1), date(2024, 5, 28))


def test_pages_that_end_amid_equal_instants_leave_none_out() -> None:
    """Of 500 at one instant, all but the last by id were recorded elsewhere, the day before."""
    at = datetime(2024, 5, 20, 2, tzinfo=UTC)
    store = CountingStore(
        Session("ada", at, id=f"{n:03}", timezone="Pacific/Pago_Pago" if n else "UTC")
        for n in range(500)
    )
    score = score_user(store, "ada", as_of=NOON)
    assert score.window.days() == (date(2024, 5, 19), date(2024, 5, 20))
    assert [each.before and each.before.id for each in store.asked] == [None, "300", "100"]


@pytest.mark.parametrize("name", ["bob", "nobody"])
def test_other_users_sessions_do_not_count(name: str) -> None:
    store = store_of(days_ago(0))
    store.add([Session("bob", NOON - timedelta(days=365), id="b")])
    assert score_user(store, name, as_of=NOON).points == 0


def test_today_is_where_the_latest_session_was_however_long_ago() -> None:
    """At noon in UTC it is the next day in Kiribati, for somebody last seen there."""
    store = store_of(days_ago(200, 100), timezone="Pacific/Kiritimati")
    assert score_user(store, "ada", as_of=NOON).window.last_day == date(2024, 5, 29)
    assert len(store.asked) == 3
    store.asked.clear()
    score = score_user(store, "ada", as_of=NOON, zone="Europe/Berlin")
    assert score.window.last_day == date(2024, 5, 28)
    assert len(store.asked) == 1


def test_a_window_of_another_length_reads_as_many_days_more() -> None:
    policy = ConsistencyPolicy(window_days=7, member_min_days=7)
    store = store_of(days_ago(6, 7))
    assert score_user(store, "ada", as_of=NOON, policy=policy).active_days == 1
    assert store.asked[0].since == NOON - timedelta(days=9)


def test_a_year_score_reads_374_days_and_is_that_of_all_sessions() -> None:
    store = store_of(days_ago(0, 3, 200, 363, 364, 370, 400))
    score = score_user(store, "ada", as_of=NOON, policy=YearPolicy())
    assert store.asked == [Asked("ada", NOON - timedelta(days=374), NOON, None, 200)]
    # 2024-W22, W21 and 2023-W45; 363 days ago was 2023-W22, a year before.
    assert (score.active_days, score.active_weeks) == (2, 3)


def test_a_year_score_in_the_year_2_asks_for_what_there_is() -> None:
    store, first = store_of([]), datetime(2, 1, 3, tzinfo=UTC)
    assert score_user(store, "ada", as_of=first, policy=YearPolicy()).points == 0


def test_the_first_days_of_the_calendar_can_be_scored() -> None:
    at = datetime(2, 1, 3, tzinfo=UTC)
    first = datetime(2, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    assert score_user(store_of([first]), "ada", as_of=at).active_days == 1
    ages = ConsistencyPolicy(window_days=1_000_000)
    assert score_user(store_of([first]), "ada", as_of=at, policy=ages).active_days == 1


@given(
    strategies.histories(st.just("ada")),
    st.none() | strategies.zones(),
    strategies.day_starts(),
)
def test_it_is_the_score_of_all_sessions(
    history: tuple[list[Session], datetime], zone: str | None, day_start: DayStart
) -> None:
    drawn, as_of = history
    sessions = [attrs.evolve(session, id=str(n)) for n, session in enumerate(drawn)]
    scored = score_user(CountingStore(sessions), "ada", as_of=as_of, zone=zone, day_start=day_start)
    assert scored == score_sessions(sessions, as_of=as_of, zone=zone, day_start=day_start)


def test_membership_and_words_are_those_of_every_score() -> None:
    class Words(EnglishPhrases):
        def base(self, score: object) -> str:
            del score
            return "moi"

    store = store_of(days_ago(0))
    score = score_user(store, "ada", as_of=NOON, member_since=date(2024, 5, 28), phrases=Words())
    assert score.possible_days == 7
    assert score.phrases.base(score) == "moi"


def test_each_scoring_writes_one_log_record(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="mainstay"):
        score = score_user(store_of(days_ago(0, 0, 1)), "ada", as_of=NOON)
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("mainstay.scoring", "INFO")
    facts = vars(record)
    assert facts["user_id"] == "ada"
    assert facts["points"] == score.points
    assert facts["total"] == score.total
    assert facts["active_days"] == 2
    assert facts["total_sessions"] == 3
    assert facts["breakdown"] == attrs.asdict(score.breakdown)
    assert facts["duration_ms"] >= 0
    assert record.getMessage().startswith("ada: 13 points, 2 active days, 3 sessions in ")


def test_a_score_that_fails_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    store = store_of(days_ago(0))
    with caplog.at_level(logging.INFO, logger="mainstay"):
        with pytest.raises(InvalidValueError, match="member_since"):
            score_user(store, "ada", as_of=NOON, member_since=date(2024, 5, 30))
        with pytest.raises(StoreError, match="is down"):
            score_user(BrokenStore([]), "ada", as_of=NOON)
    assert not caplog.records


def test_arguments_are_checked_before_the_store_is_asked() -> None:
    store = store_of([])
    with pytest.raises(NaiveDatetimeError, match="as_of"):
        score_user(store, "ada", as_of=datetime(2024, 5, 28))  # noqa: DTZ001
    with pytest.raises(UnknownZoneError, match="zone"):
        score_user(store, "ada", as_of=NOON, zone="Mars")
    with pytest.raises(InvalidTypeError, match="policy"):
        score_user(store, "ada", as_of=NOON, policy=None)  # type: ignore[call-overload]  # refused
    assert not store.asked


def test_a_store_that_gives_another_user_s_sessions_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"one user, got \('bob', 'ada'\)"):
        score_user(CarelessStore([Session("ada", NOON, id="1")]), "bob", as_of=NOON)

"""What the ports of recognition refuse before any store is asked, and when boards are due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from mainstay import (
    InvalidTypeError,
    InvalidValueError,
    NaiveDatetimeError,
    RejectedError,
    Session,
    YearPolicy,
)
from mainstay.ports import (
    ALL_TIME,
    BadgeTarget,
    BoardQuery,
    BoardTarget,
    DueBoard,
    badge_progress,
    earned_badges,
    user_points,
)
from mainstay.ports.leaderboards import check_rank_for, is_due
from mainstay.ports.metrics import storable_metrics
from mainstay.ports.points import new_credits, too_many_points
from mainstay.ports.recognition import measured
from mainstay.recognition import (
    MOST_POINTS,
    Badge,
    BadgePolicy,
    Credit,
    LeaderboardPolicy,
    Period,
    Span,
)
from mainstay.testing.memory import MemoryStore

NOON = datetime(2024, 5, 15, 12, tzinfo=UTC)
NAIVE = datetime(2024, 5, 15, 12)  # noqa: DTZ001
MINUTE = timedelta(minutes=1)
SCORE = BadgePolicy(badges=[Badge(1, "steady", "Steady", "Score.", "⭐", "score", "points", 10, 5)])
YEAR = attrs.evolve(SCORE, score=YearPolicy())


def credit(user_id: str = "ada", reason: str = "welcome", at: datetime = NOON) -> Credit:
    return Credit(user_id, reason, 5, at)


@pytest.mark.parametrize(
    ("kind", "given", "by_name", "error", "words"),
    [
        (BoardQuery, ("monthly",), {}, InvalidValueError, "period must be one of 'all', 'weekly'"),
        (BoardQuery, (None,), {}, InvalidValueError, "period must be one of"),
        (BoardQuery, (), {"ties": "fair"}, InvalidValueError, "ties must be one of 'competition'"),
        (BoardQuery, (), {"among": "ada"}, InvalidTypeError, "among"),
        (BoardQuery, (), {"exclude": "ada"}, InvalidTypeError, "exclude"),
        (BoardQuery, (), {"among": [7]}, InvalidTypeError, "among"),
        (BoardQuery, (), {"exclude": [""]}, InvalidValueError, "exclude"),
        (BoardTarget, (NAIVE,), {}, NaiveDatetimeError, "now"),
        (BoardTarget, (NOON,), {"policy": BadgePolicy()}, InvalidTypeError, "policy"),
        (DueBoard, ("weekly",), {}, InvalidTypeError, "period"),
        (DueBoard, (Period.WEEKLY, NAIVE), {}, NaiveDatetimeError, "as_of"),
        (BadgeTarget, (NAIVE,), {}, NaiveDatetimeError, "now"),
        (BadgeTarget, (NOON,), {"policy": None}, InvalidTypeError, "policy"),
    ],
)
def test_what_makes_no_sense_is_refused(
    kind: Callable[..., object],
    given: tuple[object, ...],
    by_name: dict[str, object],
    error: type[Exception],
    words: str,
) -> None:
    with pytest.raises(error, match=words):
        kind(*given, **by_name)


def test_a_period_is_known_by_its_name() -> None:
    assert BoardQuery("daily") == BoardQuery(Period.DAILY)
    assert BoardQuery() == ALL_TIME


def test_a_query_takes_users_in_any_order_and_number() -> None:
    assert BoardQuery(among=["bob", "ada", "bob"]) == BoardQuery(among={"ada", "bob"})
    assert BoardQuery(exclude=[]).exclude == frozenset()
    assert BoardQuery().exclude is None


@pytest.mark.parametrize(
    ("query", "live"),
    [
        (BoardQuery(), False),
        (BoardQuery("weekly", ties="dense"), False),
        (BoardQuery(exclude=["ada"]), False),
        (BoardQuery(ties="ordinal"), True),
        (BoardQuery(ties="earliest"), True),
        (BoardQuery(among=[]), True),
        (BoardQuery(Span(None, NOON)), True),
    ],
)
def test_some_questions_no_snapshot_answers(query: BoardQuery, live: bool) -> None:
    assert query.needs_live is live


def test_a_period_ends_now_and_a_span_where_it_does() -> None:
    span = Span(NOON - MINUTE, NOON)
    assert BoardQuery(span).span(NOON + MINUTE) == span
    assert BoardQuery("daily").span(NOON) == Span(NOON - timedelta(days=1), NOON)
    with pytest.raises(NaiveDatetimeError, match="now"):
        BoardQuery("daily").span(NAIVE)


@pytest.mark.parametrize(
    ("as_of", "same_policy", "due"),
    [
        (None, True, True),
        (NOON - timedelta(microseconds=1), True, True),
        (NOON, True, False),
        (NOON, False, True),
        (NOON + 15 * MINUTE, True, False),
        (NOON + 15 * MINUTE + timedelta(microseconds=1), True, True),
    ],
)
def test_a_board_is_due_without_a_snapshot_as_of_now(
    as_of: datetime | None, same_policy: bool, due: bool
) -> None:
    """One that is a little ahead will do; one far ahead was made by a wrong clock."""
    target = BoardTarget(NOON, policy=LeaderboardPolicy())
    assert is_due(as_of, target, same_policy=same_policy) is due


@pytest.mark.parametrize("points", [2.5, "7", None, True])
def test_points_that_are_not_whole_numbers_have_no_rank(points: Any) -> None:
    with pytest.raises(InvalidTypeError, match="points"):
        check_rank_for(points, ALL_TIME)


def test_points_can_be_more_than_anybody_has() -> None:
    assert check_rank_for(MOST_POINTS + 1, ALL_TIME) == MOST_POINTS + 1
    with pytest.raises(InvalidValueError, match="points"):
        check_rank_for(2**63, ALL_TIME)
    with pytest.raises(InvalidValueError, match="ties must be 'competition' or 'dense'"):
        check_rank_for(5, BoardQuery(ties="earliest"))


ASKED: Mapping[str, Callable[[MemoryStore, Any, datetime], object]] = {
    "top": lambda store, query, now: store.leaderboards.top(query, now=now),
    "rank_of": lambda store, query, now: store.leaderboards.rank_of("ada", query, now=now),
    "around": lambda store, query, now: store.leaderboards.around("ada", query, now=now),
    "rank_for": lambda store, query, now: store.leaderboards.rank_for(5, query, now=now),
}


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("query", [ALL_TIME, BoardQuery(Span(None, NOON))])
def test_boards_are_asked_for_as_of_an_instant(name: str, query: BoardQuery) -> None:
    """Whether or not a snapshot could answer."""
    store = MemoryStore()
    with store.leaderboards.page() as page:
        due = page.due(BoardTarget(NOON), limit=3)
        page.keep([board for board in due if isinstance(board, DueBoard)])
    with pytest.raises(NaiveDatetimeError, match="now"):
        ASKED[name](store, query, NAIVE)


@pytest.mark.parametrize("name", ["top", "rank_of", "around"])
def test_boards_are_asked_for_by_a_query(name: str) -> None:
    with pytest.raises(InvalidTypeError, match="query"):
        ASKED[name](MemoryStore(), "weekly", NOON)


def test_metrics_are_known_by_user_and_name() -> None:
    given = {"ada": {"wins": 0, "votes": -MOST_POINTS}, "bob": {}}
    assert storable_metrics(given) == {("ada", "wins"): 0, ("ada", "votes"): -MOST_POINTS}


@pytest.mark.parametrize(
    ("metrics", "error", "words"),
    [
        ({"ada": {"points": 1}}, InvalidValueError, "measured by mainstay itself"),
        ({"ada": {"score": 1}}, InvalidValueError, "measured by mainstay itself"),
        ({"ada": {"streak_days": 1}}, InvalidValueError, "measured by mainstay itself"),
        ({"ada": {"streak_weeks": 1}}, InvalidValueError, "measured by mainstay itself"),
        ({"ada": {"kind:post": 1}}, InvalidValueError, "measured by mainstay itself"),
        ({"ada": {"wins": MOST_POINTS + 1}}, InvalidValueError, r"metrics\['ada'\]\['wins'\]"),
        ({"ada": {"wins": 1.0}}, InvalidTypeError, r"metrics\['ada'\]\['wins'\]"),
        ({"ada": {"wins": True}}, InvalidTypeError, r"metrics\['ada'\]\['wins'\]"),
        ({"ada": {"": 1}}, InvalidValueError, "a metric"),
        ({"": {"wins": 1}}, InvalidValueError, "user_id"),
        ({"ada": {"a\0b": 1}}, RejectedError, "a metric can't be stored"),
        ({"\ud800": {"wins": 1}}, RejectedError, "user_id can't be stored"),
        ({"ada": [("wins", 1)]}, InvalidTypeError, r"metrics\['ada'\]"),
        ([("ada", {"wins": 1})], InvalidTypeError, "metrics"),
        (None, InvalidTypeError, "metrics"),
    ],
)
def test_metrics_that_no_store_takes(metrics: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        storable_metrics(metrics)


def test_the_first_credit_of_each_user_and_reason_is_taken() -> None:
    first, again = credit(), Credit("ada", "welcome", 7, NOON - MINUTE)
    other, of_bob = credit(reason="case 1"), credit("bob")
    found = new_credits(iter([first, other, again, of_bob]), now=NOON)
    assert [*found.values()] == [first, other, of_bob]
    assert [*found] == [("ada", "welcome"), ("ada", "case 1"), ("bob", "welcome")]


@pytest.mark.parametrize(
    ("bad", "error", "words"),
    [
        (credit(at=NOON + timedelta(microseconds=1)), RejectedError, "at must not be after now"),
        (credit("a\0b"), RejectedError, "user_id can't be stored"),
        (credit(reason="\udfff"), RejectedError, "reason can't be stored"),
        (("ada", "welcome", 5), InvalidTypeError, "credits"),
    ],
)
def test_credits_that_no_store_takes(bad: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        new_credits([credit(), bad], now=NOON)


def test_credits_are_several_and_now_is_an_instant() -> None:
    with pytest.raises(InvalidTypeError, match="credits"):
        new_credits(credit(), now=NOON)  # type: ignore[arg-type]  # refused
    with pytest.raises(NaiveDatetimeError, match="now"):
        new_credits([], now=NAIVE)


def test_who_has_too_many_points_is_named() -> None:
    error = too_many_points("ada")
    assert (error.field, error.value) == ("user_id", "ada")
    assert "9007199254740991" in str(error)


def test_sessions_are_needed_if_a_badge_asks_for_the_score() -> None:
    assert BadgeTarget(NOON).sessions_since is None
    assert BadgeTarget(NOON, policy=SCORE).sessions_since == NOON - timedelta(days=30)
    assert BadgeTarget(NOON, policy=YEAR).sessions_since == NOON - timedelta(days=374)


def test_the_score_is_measured_if_a_badge_asks_for_it() -> None:
    store = MemoryStore()
    target = BadgeTarget(NOON, policy=SCORE)
    assert measured(store.badges.standing("ada", target), target).get("score", 0) == 0
    plain = BadgeTarget(NOON)
    assert measured(store.badges.standing("ada", plain), plain) == {}


@pytest.mark.parametrize(("policy", "points"), [(SCORE, 41), (YEAR, 66)])
def test_the_score_is_that_of_the_policy(policy: BadgePolicy, points: int) -> None:
    """Of every Wednesday of a year, today included: 4 days of 28, and 52 weeks of 52.

    By SPEC §2a, 40·4/28 + 15 + 45 = 65.7; by §2, 60·4/28 + 25 + 2 + 5 = 40.6.
    """
    store, target = MemoryStore(), BadgeTarget(NOON, policy=policy)
    weeks = [Session("ada", NOON - timedelta(weeks=n), id=f"{n}") for n in range(80)]
    store.sessions.add(weeks)
    assert measured(store.badges.standing("ada", target), target) == {"score": points}


QUESTIONS: Mapping[str, Callable[[MemoryStore, Any], object]] = {
    "user_points": user_points,
    "earned_badges": lambda store, user: earned_badges(store, user, now=NOON),
    "badge_progress": lambda store, user: badge_progress(store, user, now=NOON),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_users_are_asked_for_by_their_ids(name: str) -> None:
    with pytest.raises(InvalidTypeError, match="user_id"):
        QUESTIONS[name](MemoryStore(), 7)
    with pytest.raises(InvalidValueError, match="user_id"):
        QUESTIONS[name](MemoryStore(), "")


def test_a_stranger_has_nothing() -> None:
    store = MemoryStore()
    nothing = {"user_id": "ada", "total": 0, "level": None, "credits": []}
    assert user_points(store, "ada") == nothing
    assert earned_badges(store, "ada", now=NOON)["badges"] == []
    assert badge_progress(store, "ada", now=NOON)["progress"]["earned"] == 0

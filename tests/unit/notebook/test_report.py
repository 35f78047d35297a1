"""What a report says of the events themselves, and does not say where they don't tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

pytest.importorskip("matplotlib", reason="reports need mainstay[notebook]")

import pyarrow as pa

from mainstay import ConsistencyPolicy, InvalidValueError, YearPolicy
from mainstay.notebook import report
from mainstay.notebook.reports import pictures

NOW = datetime(2024, 5, 28, 21, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing takes longer than all else, and says nothing in words."""
    monkeypatch.setattr(pictures, "svg_of", lambda _figure, name: f"<svg>{name}</svg>")


def html(ages: Mapping[str, Sequence[int]], **asked: Any) -> str:
    rows = [(user, NOW - timedelta(days=age)) for user, mine in ages.items() for age in mine]
    users, instants = zip(*rows, strict=True)
    events = pa.table({"user_id": users, "started_at": instants})
    return report(events, as_of=NOW, **asked).html


@pytest.mark.parametrize(
    ("oldest", "said"),
    [
        (0, "The events reach back 1 day. Scores are low for that alone, and who rises"),
        (26, "The events reach back 27 days. Scores are low for that alone, and who rises"),
        (27, "The events reach back 28 days. Who rises or falls can&#39;t be told yet."),
        (54, "The events reach back 55 days. Who rises or falls can&#39;t be told yet."),
    ],
)
def test_events_that_do_not_reach_back_far_enough_tell_less(oldest: int, said: str) -> None:
    page = html({"ada": range(oldest + 1)})
    assert said in page
    assert "Users who rise" not in page
    assert "0 / 0</strong> rise / fall" in page


def test_those_that_do_tell_who_rises() -> None:
    page = html({"ada": range(28), "bob": [55]})
    assert "can&#39;t be told yet" not in page
    assert "ada (new)" in page.partition("Users who rise")[2]


def test_by_the_year_score_it_speaks_of_who_is_likely_to_stay() -> None:
    """SPEC §2a: 26 of the 52 weeks, every second one, are 50 points; SPEC §2: 11."""
    ages = {"ada": range(0, 364, 14), "bob": [0, 1, 2], "cyd": range(400, 500)}
    page, plain = html(ages, policy=YearPolicy()), html(ages)
    assert "The year score is 0 to 100" in page
    assert "2 users were active in the last 52 weeks, each by their own date." in page
    ranks = page.partition('<h2 id="ranks">')[2].partition("<h2")[0]
    assert ranks.startswith("The most likely to stay")
    assert ranks.index("ada") < ranks.index("bob")
    assert "Most likely to stay: 50 points" in page
    assert "A score says who is likely to stay" in page
    assert "onsisten" not in page.replace("run evaluate-consistency", "")
    assert "The most consistent" in plain
    assert "A score says how regular somebody was." in plain


@pytest.mark.parametrize(
    ("oldest", "said"),
    [
        (54, "55 days. Scores are low for that alone, and who rises or falls can&#39;t be told"),
        (362, "The events reach back 363 days. Scores are low for that alone.</"),
    ],
)
def test_the_year_score_needs_a_year_of_events(oldest: int, said: str) -> None:
    assert said in html({"ada": range(oldest + 1)}, policy=YearPolicy())
    assert "Scores are low" not in html({"ada": range(364)}, policy=YearPolicy())


def test_a_policy_of_other_than_28_days_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"^policy\.window_days must look back on 28 days"):
        html({"ada": [0]}, policy=ConsistencyPolicy(window_days=14))


def test_it_says_how_long_nothing_has_happened() -> None:
    said = "The latest event is from 2024-05-25: nothing has happened in the 3 days since."
    assert said in html({"ada": [3]})
    assert "The latest event is from" not in html({"ada": [0]})


def test_it_says_who_has_a_single_event() -> None:
    assert "1 of 2 users have a single event." in html({"ada": [3], "bob": [1, 2]})
    assert "single event" not in html({"ada": [1, 2]})


def test_it_says_if_no_zones_are_named() -> None:
    assert "No zones are named" in html({"ada": [3]})
    assert "No zones are named" not in html({"ada": [3]}, user_zone="Asia/Tokyo")


@pytest.mark.parametrize(
    ("ages", "words"),
    [
        ({"ada": range(2, 9)}, "They missed Monday, 2024-05-27"),
        ({"ada": range(9)}, "Nobody who was active lately has missed Monday, 2024-05-27."),
    ],
)
def test_who_missed_the_day_is_recognised_or_nobody_did(
    ages: Mapping[str, Sequence[int]], words: str
) -> None:
    assert words in html(ages)


@pytest.mark.parametrize(
    ("ages", "words", "tables"),
    [
        ({"ada": [0, 1], "bob": [40]}, "1 streak is running", 1),
        ({"ada": [40]}, "0 streaks are running", 0),
    ],
)
def test_a_table_of_streaks_is_there_if_one_is_running(
    ages: Mapping[str, Sequence[int]], words: str, tables: int
) -> None:
    page = html(ages)
    assert words in page
    assert page.count("longest of the year</th>") == tables


def test_it_says_which_date_is_today_where_users_are() -> None:
    """At 21:00 UTC the next day has begun in Tokyo, and its 28 days are one day ahead."""
    assert "Today is 2024-05-28." in html({"ada": [1]})
    users = {"ada": ("Asia/Tokyo", 1), "bob": ("Asia/Tokyo", 2), "cyd": ("Europe/Lisbon", 27)}
    events = pa.table(
        {
            "user_id": [*users],
            "started_at": [NOW - timedelta(days=age) for _, age in users.values()],
            "zone": [zone for zone, _ in users.values()],
        }
    )
    page = report(events, as_of=NOW, timezone="zone").html
    assert "Today is 2024-05-28 for 1 and 2024-05-29 for 2 users, by their own zones." in page
    assert "3 users were active in the last 28 days, each by their own date." in page
    assert "By one date for all, as counted above, it is 2." in page


def test_without_events_there_is_no_report() -> None:
    events = pa.table({"user_id": ["ada"], "started_at": [NOW + timedelta(days=1)]})
    with pytest.raises(InvalidValueError, match=r"^events must have an event up to as_of"):
        report(events, as_of=NOW)

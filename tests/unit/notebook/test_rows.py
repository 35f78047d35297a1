"""A row of a table of scores says in words what a score says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

pytest.importorskip("matplotlib", reason="notebooks need mainstay[notebook]")

import pyarrow as pa

from mainstay import (
    ConsistencyPolicy,
    EnglishPhrases,
    InvalidTypeError,
    InvalidValueError,
    Session,
    YearPolicy,
    score_sessions,
)
from mainstay.columnar import score_table
from mainstay.notebook import explain_row

NOW = datetime(2024, 5, 28, 21, tzinfo=UTC)
SESSIONS = [Session("ada", NOW - timedelta(days=age)) for age in (0, 6, 13, 18, 19, 20, 23)]
JOINED = date(2024, 5, 5)


def table(**asked: Any) -> Any:
    events = pa.table(
        {
            "user_id": [session.user_id for session in SESSIONS],
            "started_at": [session.started_at for session in SESSIONS],
            "joined": [JOINED] * len(SESSIONS),
        }
    )
    return pa.table(score_table(events, as_of=NOW, **asked))


def rows(scores: Any) -> dict[str, Any]:
    pd = pytest.importorskip("pandas", reason="frames are not installed")
    pl = pytest.importorskip("polars", reason="frames are not installed")
    frame = scores.to_pandas()
    return {
        "dictionary": scores.to_pylist()[0],
        "pandas": frame.iloc[0],
        "pandas with timestamps": frame.assign(today=pd.to_datetime(frame["today"])).iloc[0],
        "polars": pl.DataFrame(scores).row(0, named=True),
    }


@pytest.mark.parametrize("kind", ["dictionary", "pandas", "pandas with timestamps", "polars"])
def test_a_row_of_any_kind_is_the_score_of_its_days(kind: str) -> None:
    assert explain_row(rows(table())[kind]) == score_sessions(SESSIONS, as_of=NOW)


def test_policy_joining_and_words_are_those_asked_for() -> None:
    policy, words = ConsistencyPolicy(window_days=14), EnglishPhrases(did="trained")
    row = table(policy=policy, member_since="joined").to_pylist()[0]
    score = explain_row(row, member_since=JOINED, policy=policy, phrases=words)
    assert score == score_sessions(SESSIONS, as_of=NOW, member_since=JOINED, policy=policy)
    assert "trained" in score.explanations[0].text


@pytest.mark.parametrize("kind", ["dictionary", "pandas", "pandas with timestamps", "polars"])
def test_a_row_of_a_years_table_is_the_year_score(kind: str) -> None:
    policy = YearPolicy(days_points=45, weeks_points=40)
    assert explain_row(rows(table(policy=policy))[kind], policy=policy) == score_sessions(
        SESSIONS, as_of=NOW, policy=policy
    )
    joined = table(policy=policy, member_since="joined")
    assert explain_row(rows(joined)[kind], policy=policy, member_since=JOINED) == score_sessions(
        SESSIONS, as_of=NOW, policy=policy, member_since=JOINED
    )


def test_a_row_of_another_scores_table_says_which_policy_is_missing() -> None:
    row = table(policy=YearPolicy()).to_pylist()[0]
    with pytest.raises(InvalidValueError, match=r"the column bits, .*policy=YearPolicy\(\)"):
        explain_row(row)
    with pytest.raises(InvalidValueError, match="must have the column day_bits"):
        explain_row(table().to_pylist()[0], policy=YearPolicy())


@pytest.mark.parametrize(
    "made_with",
    [{"policy": ConsistencyPolicy(streak_points_per_day=1)}, {"member_since": "joined"}],
)
def test_a_table_made_with_other_numbers_is_refused(made_with: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError, match=r"^total must be .* Pass the policy and the mem"):
        explain_row(table(**made_with).to_pylist()[0])


def test_a_row_that_lacks_a_column_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"^row must have the column bits"):
        explain_row({"points": 9})


def test_a_table_of_one_row_is_not_the_row() -> None:
    pd = pytest.importorskip("pandas", reason="frames are not installed")
    for several in (table(), table().to_pandas(), pd.DataFrame()):
        with pytest.raises(InvalidTypeError, match=r"(?s)^row must be one row, .*frame\.iloc\[0\]"):
            explain_row(several)


@pytest.mark.parametrize("row", [7, ("ada", 9), None])
def test_what_has_no_names_is_refused(row: Any) -> None:
    with pytest.raises(InvalidTypeError, match=r"^row must hold values by the names"):
        explain_row(row)

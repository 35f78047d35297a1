"""A real Spark on this machine, in two tasks at a time, with several partitions."""

from __future__ import annotations

import os
import random
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any

import pytest

pytest.importorskip("pyspark", reason="needs mainstay[spark]")
if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
    pytest.skip("Spark needs Java", allow_module_level=True)

import pyarrow as pa
from pyspark.errors import SparkRuntimeException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import lit
from pyspark.sql.types import ByteType, IntegerType, LongType, ShortType, StringType

from mainstay import (
    ConsistencyPolicy,
    DayEnd,
    InvalidTypeError,
    InvalidValueError,
    NaiveDatetimeError,
    Session,
    UnknownZoneError,
    YearPolicy,
    score_sessions,
)
from mainstay.columnar import score_table
from mainstay.columnar.spark import score_spark
from mainstay.scores.by_policy import Policy

AS_OF = datetime(2025, 4, 8, 9, 30, tzinfo=UTC)
GOOD = {
    "user_id": "ada",
    "started_at": AS_OF,
    "timezone": "Asia/Tokyo",
    "home": "Europe/Berlin",
    "joined": date(2025, 4, 1),
}
ZONES = ["Asia/Tokyo", "Europe/Berlin", "America/St_Johns", "+05:45", None]
#: What the scores' columns are in Spark.
YEAR_TYPES = {
    "points": "int",
    "total": "double",
    "days": "double",
    "freshness": "double",
    "weeks": "double",
    "active_days": "int",
    "active_weeks": "int",
    "last_active_day": "date",
    "today": "date",
    "day_bits": "bigint",
    "week_bits": "bigint",
}
TYPES = {
    "points": "int",
    "total": "double",
    "base": "double",
    "distribution": "double",
    "streak": "double",
    "recency": "double",
    "active_days": "int",
    "current_streak": "int",
    "last_active_day": "date",
    "today": "date",
    "bits": "bigint",
}


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A Spark without anything that listens to the world, or is left in the project's folder."""
    settings: dict[str, bool | float | int | str | None] = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.session.timeZone": "America/St_Johns",
        "spark.sql.shuffle.partitions": "3",
        "spark.ui.enabled": "false",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.chdir(tmp_path_factory.mktemp("spark"))
        session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    yield session
    session.stop()


def events(spread: int = 1) -> Any:
    """Eighty users' events of 40 days in five zones, some after ``AS_OF``, two at a time too.

    Args:
        spread: How many times as far apart they are, and the days on which users joined.
    """
    draw = random.Random(5)
    rows = []
    for number in range(2000):
        user = draw.randrange(80)
        at = AS_OF + timedelta(days=1) - timedelta(minutes=draw.randrange(40 * 24 * 60) * spread)
        joined = date(2025, 4, 6) - timedelta(days=user * spread) if user % 3 else None
        rows.append(
            {
                "user_id": f"u{user:02}é",
                "started_at": at,
                "timezone": ZONES[draw.randrange(5)],
                "home": ZONES[user % 4],
                "joined": joined,
                "number": number,
            }
        )
    return pa.Table.from_pylist(rows)


def of_one(at: datetime = AS_OF, **more: object) -> Any:
    return pa.table({"user_id": ["ada"], "started_at": pa.array([at])} | more)


def in_order(df: DataFrame) -> Any:
    return df.toArrow().sort_by("user_id")


OPTIONS: dict[str, dict[str, Any]] = {
    "carried": {},
    "recorded": {"timezone": "timezone"},
    "of each": {"user_zone": "home", "timezone": "timezone"},
    "of all": {"user_zone": "Pacific/Auckland", "member_since": "joined"},
    "of a policy": {
        "day_start": time(4),
        "policy": ConsistencyPolicy(window_days=14, base_points=70, distribution_points=15),
    },
    "of nights": {"timezone": "timezone", "day_start": DayEnd(time(13))},
    "of a year": {"timezone": "timezone", "policy": YearPolicy()},
    "of a year, of members": {
        "user_zone": "home",
        "member_since": "joined",
        "policy": YearPolicy(days_points=30, weeks_points=55, member_min_days=7),
    },
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_scores_are_those_of_the_table(spark: SparkSession, options: dict[str, Any]) -> None:
    table = events(spread=10 if isinstance(options.get("policy"), YearPolicy) else 1)
    scored = score_spark(spark.createDataFrame(table), as_of=AS_OF, **options)
    expected = pa.table(score_table(table, as_of=AS_OF, **options)).sort_by("user_id")
    assert in_order(scored).to_pylist() == expected.to_pylist()


@pytest.mark.parametrize("policy", [ConsistencyPolicy(), YearPolicy()], ids=["28 days", "year"])
def test_scores_are_those_of_the_core(spark: SparkSession, policy: Policy) -> None:
    table = events(spread=10)
    df = spark.createDataFrame(table)
    scored = score_spark(df, as_of=AS_OF, timezone="timezone", policy=policy)
    sessions: dict[str, list[Session]] = {}
    for row in table.to_pylist():
        user, at = row["user_id"], row["started_at"].astimezone(UTC)
        sessions.setdefault(user, []).append(Session(user, at, timezone=row["timezone"]))
    scores = {
        user: score_sessions(did, as_of=AS_OF, policy=policy) for user, did in sessions.items()
    }
    found = in_order(scored).to_pydict()
    totals = dict(zip(found["user_id"], found["total"], strict=True))
    assert totals == {user: score.total for user, score in scores.items()}


@pytest.mark.parametrize("kind", [StringType(), LongType(), IntegerType(), ShortType(), ByteType()])
@pytest.mark.parametrize(
    ("policy", "types"),
    [(ConsistencyPolicy(), TYPES), (YearPolicy(), YEAR_TYPES)],
    ids=["28 days", "year"],
)
def test_ids_keep_their_type_and_the_others_are_as_documented(
    spark: SparkSession, kind: StringType | LongType, policy: Policy, types: dict[str, str]
) -> None:
    df = spark.range(100).selectExpr(
        f"cast(id % 7 as {kind.simpleString()}) as user_id",
        "timestamp'2025-04-08 09:00:00Z' as started_at",
    )
    scored = score_spark(df, as_of=AS_OF, policy=policy)
    assert dict(scored.dtypes) == {"user_id": kind.simpleString()} | types
    ids = in_order(scored)["user_id"].to_pylist()
    assert ids == [str(n) if kind == StringType() else n for n in range(7)]


def test_of_no_events_come_no_scores(spark: SparkSession) -> None:
    df = spark.createDataFrame(events()).limit(0)
    scored = score_spark(df, as_of=AS_OF, timezone="timezone", user_zone="home")
    assert scored.collect() == []


def test_without_a_zone_days_are_those_of_utc_whatever_the_session_is_set_to(
    spark: SparkSession,
) -> None:
    """In St John's, where the session is set to be, it still is the day before."""
    df = spark.createDataFrame(of_one(datetime(2025, 4, 8, 0, 30, tzinfo=UTC)))
    scored = score_spark(df, as_of=AS_OF)
    assert in_order(scored)["last_active_day"].to_pylist() == [date(2025, 4, 8)]


def test_a_date_is_a_local_day_whatever_the_zone_and_the_start_of_days(
    spark: SparkSession,
) -> None:
    df = spark.createDataFrame(of_one(joined=pa.array([date(2025, 4, 7)])))
    for zone in ("Pacific/Auckland", "Pacific/Honolulu"):
        scored = score_spark(df, as_of=AS_OF, instant="joined", user_zone=zone, day_start=time(11))
        assert in_order(scored)["last_active_day"].to_pylist() == [date(2025, 4, 7)]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"as_of": datetime(2025, 4, 8)}, NaiveDatetimeError, "as_of has no UTC offset"),  # noqa: DTZ001  # that is the point
        ({"as_of": AS_OF, "user": "member"}, InvalidValueError, "column member is missing"),
        ({"as_of": AS_OF, "user": "points"}, InvalidValueError, "user must not be called"),
        (
            {"as_of": AS_OF, "user": "week_bits", "policy": YearPolicy()},
            InvalidValueError,
            "user must not be called",
        ),
        (
            {"as_of": AS_OF, "user": "joined"},
            InvalidTypeError,
            "joined must be strings or integers",
        ),
        (
            {"as_of": AS_OF, "instant": "user_id"},
            InvalidTypeError,
            "user_id must be timestamps or dates",
        ),
        ({"as_of": AS_OF, "instant": "naive"}, NaiveDatetimeError, "naive have no time zone"),
        (
            {"as_of": AS_OF, "user_zone": "Mars/Base"},
            UnknownZoneError,
            "user_zone is not a known zone",
        ),
    ],
)
def test_what_cannot_be_right_is_refused_at_once(
    spark: SparkSession, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    df = spark.createDataFrame(of_one(joined=pa.array([date(2025, 4, 1)])))
    naive = df.selectExpr("*", "cast(started_at as timestamp_ntz) as naive")
    with pytest.raises(error, match=message):
        score_spark(naive, **options)


@pytest.mark.parametrize(
    ("bad", "options", "error", "message"),
    [
        ({"user_id": None}, {}, InvalidValueError, "user_id is missing in some rows"),
        ({"user_id": ""}, {}, InvalidValueError, "user_id is missing in some rows"),
        ({"started_at": None}, {}, InvalidValueError, "started_at is missing in some rows"),
        ({"home": None}, {"user_zone": "home"}, InvalidValueError, "home is missing in some rows"),
        (
            {"timezone": "Asia/Tokio"},
            {},
            UnknownZoneError,
            "timezone is not a known zone, got 'Asia/Tokio'",
        ),
    ],
)
def test_a_bad_row_is_refused_at_once(
    spark: SparkSession,
    bad: dict[str, str | None],
    options: dict[str, str],
    error: type[Exception],
    message: str,
) -> None:
    df = spark.createDataFrame(pa.Table.from_pylist([GOOD, GOOD, GOOD | bad]))
    with pytest.raises(error, match=message):
        score_spark(df, as_of=AS_OF, timezone="timezone", **options)  # type: ignore[arg-type]  # each is a name


@pytest.mark.parametrize(
    ("bad", "options", "message"),
    [
        ({"home": "Asia/Tokyo"}, {"user_zone": "home"}, "the user's zone changes"),
        (
            {"user_id": "bob", "joined": date(2025, 4, 10)},
            {"member_since": "joined"},
            "user bob: the user joined after today",
        ),
    ],
)
def test_what_is_wrong_with_a_user_is_an_error_of_sparks(
    spark: SparkSession, bad: dict[str, object], options: dict[str, str], message: str
) -> None:
    df = spark.createDataFrame(pa.Table.from_pylist([GOOD, GOOD | bad]))
    scores = score_spark(df, as_of=AS_OF, **options)  # type: ignore[arg-type]  # each is a name
    with pytest.raises(SparkRuntimeException, match=message):
        scores.select("points").collect()


def test_columns_may_be_called_anything(spark: SparkSession) -> None:
    names = {"user_id": "who `is` it", "started_at": "{when}", "timezone": 'zone"; DROP'}
    df = spark.createDataFrame(events())
    for name, other in names.items():
        df = df.withColumnRenamed(name, other)
    user, instant, zone = names.values()
    scored = score_spark(df, as_of=AS_OF, user=user, instant=instant, timezone=zone)
    expected = pa.table(score_table(events(), as_of=AS_OF, timezone="timezone")).sort_by("user_id")
    assert scored.columns[0] == user
    assert scored.toArrow().sort_by(user)["bits"].to_pylist() == expected["bits"].to_pylist()


def test_no_python_runs_in_the_workers(spark: SparkSession) -> None:
    """And only windows are shuffled: the plan has one exchange, after a partial aggregation."""
    scored = score_spark(spark.createDataFrame(events()), as_of=AS_OF, timezone="timezone")
    with redirect_stdout(StringIO()) as out:
        scored.explain()
    plan = out.getvalue()
    assert "Python" not in plan
    assert "Arrow" not in plan
    assert plan.count("Exchange hashpartitioning") == 1
    assert "partial_bit_or" in plan


@pytest.mark.parametrize("policy", [ConsistencyPolicy(), YearPolicy()], ids=["28 days", "year"])
@pytest.mark.parametrize("joined", [None, "joined"])
def test_java_compiles_what_spark_makes_of_the_query(
    spark: SparkSession, joined: str | None, policy: Policy
) -> None:
    """It runs methods of more than 8,000 bytes as they are, many times slower."""
    df = spark.createDataFrame(events()).withColumn("joined", lit(date(2024, 1, 1)))
    spark.conf.set("spark.sql.adaptive.enabled", "false")  # else it makes none before it runs
    try:
        with redirect_stdout(StringIO()) as out:
            scored = score_spark(
                df, as_of=AS_OF, timezone="timezone", member_since=joined, policy=policy
            )
            scored.explain("codegen")
    finally:
        spark.conf.unset("spark.sql.adaptive.enabled")
    sizes = [*map(int, re.findall(r"maxMethodCodeSize:(\d+)", out.getvalue()))]
    assert sizes
    assert max(sizes) <= 8000

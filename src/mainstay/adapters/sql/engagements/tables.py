"""The tables of everybody's days."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    literal_column,
)
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.columns import Day, metadata, of_user, often_rewritten, temporary

__all__ = [
    "candidates",
    "closed_days",
    "engagements",
    "late_days",
    "maxima",
    "outcomes",
    "progress",
    "staged_states",
    "stands",
]

engagements: Table = often_rewritten(
    Table(
        "mainstay_engagements",
        metadata,
        of_user(primary_key=True),
        Column("first_day", Day, nullable=False),
        # The last day that was kept: its outcome stands.
        Column("last_day", Day),
        Column("streak", BigInteger, nullable=False, server_default="0"),
        # Lifetime totals through last_day, and what has arrived late since.
        Column("posts", BigInteger, nullable=False, server_default="0"),
        Column("rated", BigInteger, nullable=False, server_default="0"),
        Column("ratings", BigInteger, nullable=False, server_default="0"),
        # Whether posts of days that were evaluated have come late, or were corrected, since then.
        Column("corrected", Integer, nullable=False, server_default="0"),
        # The earliest day that must be evaluated, as far as it is known.
        Column("next_day", Day),
        # What arrives late may move first_day to before it.
        Column("first_evaluated", Day),
        # The points of the idle days on which the last outcome stands; during a streak, when
        # nothing stands, they stay what they were.
        Column("idle_points", Double, nullable=False, server_default="0"),
        Index("mainstay_engagements_first", "first_day"),
        sqlite_with_rowid=False,
    )
)
_next_is_known = engagements.c.next_day.is_not(None)
#: Those who are due, by user; nobody else.
Index(
    "mainstay_engagements_next",
    *(engagements.c.user_id, engagements.c.next_day),
    sqlite_where=_next_is_known,
    postgresql_where=_next_is_known,
)

# Written out: SQLite uses an index of some rows only for a query in the same words.
#: Whose idle days have a score above 0, unless there is a streak.
stands: ColumnElement[bool] = engagements.c.idle_points > literal_column("0")
Index(
    "mainstay_engagements_standing",
    engagements.c.idle_points.desc(),
    engagements.c.user_id,
    sqlite_where=stands,
    postgresql_where=stands,
)

#: Days that had been evaluated when something changed that happened on them.
late_days: Table = Table(
    "mainstay_late_days",
    metadata,
    of_user(nullable=False),
    Column("day", Day, nullable=False),
    PrimaryKeyConstraint("user_id", "day"),
    sqlite_with_rowid=False,
)

#: Where states wait to be written.
staged_states: Table = temporary(
    "mainstay_staged_states",
    of_user(nullable=False),
    Column("last_day", Day, nullable=False),
    Column("streak", BigInteger, nullable=False),
    Column("posts", BigInteger, nullable=False),
    Column("rated", BigInteger, nullable=False),
    Column("ratings", BigInteger, nullable=False),
    Column("first_evaluated", Day, nullable=False),
    # Null if they stay as they are.
    Column("idle_points", Double),
    # Above 0 if the last outcome has no score: the day after it must be evaluated.
    Column("unscored", BigInteger, nullable=False),
)

#: One row: the day through which everybody who was not due has been idle.
progress: Table = Table(
    "mainstay_progress",
    metadata,
    Column("through", Day, primary_key=True),
    sqlite_with_rowid=False,
)

#: The most that each part of a score could give, and what else shapes it; a row for each policy
#: that there was.
maxima: Table = Table(
    "mainstay_maxima",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("streak", Double, nullable=False),
    Column("posts", Double, nullable=False),
    Column("quality", Double, nullable=False),
    Column("prior_ratings", Double, nullable=False),
    Column("prior_quality", Double, nullable=False),
    # Null if all posts count the same.
    Column("half_life", Double),
    Column("posts_half", Double),
)

#: Rows are added, and never changed: an outcome stands until the user's next one.
outcomes: Table = Table(
    "mainstay_outcomes",
    metadata,
    of_user(nullable=False),
    Column("day", Day, nullable=False),
    # The day of the user's outcome before this one; null if it is the first.
    Column("previous", Day),
    Column("streak_before", BigInteger, nullable=False),
    Column("streak_after", BigInteger, nullable=False),
    Column("posts", BigInteger, nullable=False),
    Column("rated", BigInteger, nullable=False),
    Column("ratings", BigInteger, nullable=False),
    # The score, its parts and their maxima: null if the criteria were met, or on a rest day.
    Column("total", Double),
    Column("streak_points", Double),
    Column("posts_points", Double),
    Column("quality_points", Double),
    # The score of the idle days on which it stands.
    Column("idle_points", Double),
    Column("maxima", Integer),
    # The day of the latest post, and what all posts count as on it, if old ones count less.
    Column("last_post", Day),
    Column("recent_posts", Double),
    PrimaryKeyConstraint("user_id", "day"),
    sqlite_with_rowid=False,
)
# In the order in which a day's rows are written. By total, the best would be found at once, but
# each row would go somewhere else in the index, and each page of users rewrite most of it.
Index(
    "mainstay_outcomes_day",
    *(outcomes.c.day, outcomes.c.user_id, outcomes.c.total, outcomes.c.streak_before),
)

closed_days: Table = Table(
    "mainstay_closed_days",
    metadata,
    Column("day", Day, primary_key=True),
    # How many it has.
    Column("candidates", Integer, nullable=False),
)

#: Each with its whole outcome, whatever becomes of the row in outcomes.
candidates: Table = Table(
    "mainstay_candidates",
    metadata,
    Column("day", Day, nullable=False),
    Column("place", Integer, nullable=False),
    of_user(nullable=False),
    Column("streak_before", BigInteger, nullable=False),
    Column("streak_after", BigInteger, nullable=False),
    # The score, what it was computed from, its parts, and the most that each could give.
    Column("total", Double),
    Column("posts", BigInteger),
    Column("average_quality", Double),
    Column("streak_points", Double),
    Column("posts_points", Double),
    Column("quality_points", Double),
    Column("most_streak", Double),
    Column("most_posts", Double),
    Column("most_quality", Double),
    Column("rated", BigInteger),
    Column("prior_ratings", Double),
    Column("prior_quality", Double),
    Column("half_life", Double),
    Column("posts_half", Double),
    Column("last_post", Day),
    Column("recent_posts", Double),
    PrimaryKeyConstraint("day", "place"),
    sqlite_with_rowid=False,
)

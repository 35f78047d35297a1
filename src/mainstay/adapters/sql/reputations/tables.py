"""The tables of everybody's weeks."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, literal_column
from sqlalchemy.sql import ColumnElement

from mainstay.adapters.sql.columns import Day, key, metadata, of_user, often_rewritten, temporary

__all__ = ["is_late", "reputations", "staged_weeks"]

reputations: Table = often_rewritten(
    Table(
        "mainstay_reputations",
        metadata,
        of_user(primary_key=True),
        Column("first_day", Day, nullable=False),
        Column("weeks", BigInteger, nullable=False, server_default="0"),
        # ISO weeks such as 2024-W18, which sort by time.
        Column("last_active", key),
        Column("last_recorded", key),
        # Its Sunday.
        Column("recorded_through", Day),
        # 1 once something has changed in a week that was recorded, else 0.
        Column("late", Integer, nullable=False, server_default="0"),
        sqlite_with_rowid=False,
    )
)
#: Written out: SQLite uses an index of some rows only for a query in the same words.
is_late: ColumnElement[bool] = reputations.c.late == literal_column("1")
Index(
    "mainstay_reputations_late",
    reputations.c.user_id,
    sqlite_where=is_late,
    postgresql_where=is_late,
)

#: Where weeks that were recorded wait to be written.
staged_weeks: Table = temporary(
    "mainstay_staged_weeks",
    of_user(nullable=False),
    Column("weeks", BigInteger, nullable=False),
    Column("last_active", key),
    Column("last_recorded", key),
    Column("recorded_through", Day),
)

"""What makes the tables of earlier versions into ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date

from sqlalchemy import Connection, text

from mainstay.adapters.sql.columns import metadata

__all__ = ["UPGRADES"]

#: The tables that came with each version from the second on, without ``mainstay_`` before.
_NEW: Mapping[int, frozenset[str]] = {
    2: frozenset(
        {
            "badge_checks",
            "badge_sweeps",
            "badges",
            "board_places",
            "board_rungs",
            "boards",
            "credits",
            "listed",
            "metrics",
            "points",
        }
    ),
    3: frozenset({"argument_votes", "arguments", "case_secrets", "case_votes", "cases", "ledger"}),
    4: frozenset(
        {"notification_plans", "outlooks", "preferences", "template_reviews", "templates"}
    ),
    5: frozenset({"aliases", "bases", "floor", "late_days", "removed_events", "run_errors"}),
}
#: The indexes that came with the fifth: what is kept of a user is found by them, and a day's
#: outcomes, in the order in which they are written.
_INDEXES = (
    "mainstay_argument_votes_of_user",
    "mainstay_arguments_of_author",
    "mainstay_case_votes_of_user",
    "mainstay_outbox_of_user",
    "mainstay_outcomes_day",
    "mainstay_reputations_late",
)


def _create(connection: Connection, version: int) -> None:
    """Create the tables that came with a version."""
    new = _NEW[version]
    tables = [
        table for table in metadata.sorted_tables if table.name.removeprefix("mainstay_") in new
    ]
    metadata.create_all(connection, tables)


def _add_recognition(connection: Connection) -> None:
    """Create the tables of recognition, and count the events that are there by kind."""
    _create(connection, 2)
    connection.exec_driver_sql(
        "INSERT INTO mainstay_metrics (user_id, metric, value) "
        "SELECT user_id, 'kind:' || kind, COUNT(*) FROM mainstay_events GROUP BY user_id, kind"
    )


def _add_contests(connection: Connection) -> None:
    """Create the tables of contests, the ledger among them."""
    _create(connection, 3)


def _add_outlooks(connection: Connection) -> None:
    """Create the tables of outlooks."""
    _create(connection, 4)


def _add_corrections(connection: Connection) -> None:
    """Create the tables of corrections, and know through which day weeks were recorded."""
    _create(connection, 5)
    day = "TEXT" if connection.dialect.name == "sqlite" else "DATE"
    for column in (f"recorded_through {day}", "late INTEGER DEFAULT 0 NOT NULL"):
        connection.exec_driver_sql(f"ALTER TABLE mainstay_reputations ADD COLUMN {column}")
    weeks = text("SELECT DISTINCT last_recorded FROM mainstay_reputations")
    recorded = text(
        "UPDATE mainstay_reputations SET recorded_through = :sunday WHERE last_recorded = :week"
    )
    for week in connection.scalars(weeks).all():
        with suppress(TypeError, ValueError):  # of none, and of a row that can't be read
            sunday = date.fromisoformat(f"{week}-7").isoformat()
            connection.execute(recorded, {"sunday": sunday, "week": week})
    connection.exec_driver_sql("DROP INDEX mainstay_outcomes_best")
    for index in (index for table in metadata.sorted_tables for index in table.indexes):
        if index.name in _INDEXES:
            index.create(connection, checkfirst=True)


#: What makes tables of the version before into those of each version from the second on.
UPGRADES: Mapping[int, Callable[[Connection], None]] = {
    2: _add_recognition,
    3: _add_contests,
    4: _add_outlooks,
    5: _add_corrections,
}

"""What makes the tables of earlier versions into ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

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
}


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
    """Create the tables of outlooks, and the index by which a day's outcomes are found."""
    _create(connection, 4)
    connection.exec_driver_sql("DROP INDEX mainstay_outcomes_best")
    for index in metadata.tables["mainstay_outcomes"].indexes:
        index.create(connection)


#: What makes tables of the version before into those of each version from the second on.
UPGRADES: Mapping[int, Callable[[Connection], None]] = {
    2: _add_recognition,
    3: _add_contests,
    4: _add_outlooks,
}

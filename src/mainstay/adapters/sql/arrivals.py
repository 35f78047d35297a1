"""Who has new events, and since when: what the ports that keep a first day of users make of it."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Connection, Executable, Table, func, select

from mainstay.adapters.sql.bulk import insert_into
from mainstay.adapters.sql.sessions import staged

__all__ = ["know_first_days"]


def know_first_days(connection: Connection, table: Table) -> None:
    """Give each user with new events a row with their first day, or an earlier one; and lock it."""
    connection.execute(_knowing_first_days(connection.dialect.name, table))


@cache
def _knowing_first_days(dialect: str, table: Table) -> Executable:
    first = func.min(staged.c.day).label("first_day")
    found = select(staged.c.user_id, first).where(staged.c.user_id.is_not(None))
    found = found.group_by(staged.c.user_id).order_by(staged.c.user_id)
    known = insert_into(dialect, table).from_select(["user_id", "first_day"], found)
    earlier = known.excluded.first_day
    return known.on_conflict_do_update(
        index_elements=["user_id"],
        set_={"first_day": earlier},
        where=earlier < table.c.first_day,
    )

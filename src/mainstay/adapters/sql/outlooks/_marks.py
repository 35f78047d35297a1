"""What users did about their outlooks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Update, case, func, literal, update

from mainstay import _checks as checks
from mainstay.adapters.sql.columns import Instant
from mainstay.adapters.sql.outlooks.tables import outlooks
from mainstay.outlook import Mark
from mainstay.outlook.content import checked_rating

__all__ = ["marking"]


def marking(user_id: str, day: date, mark: Mark, *, at: datetime, rating: int | None) -> Update:
    """Return the statement that marks an outlook: of each mark the first one stays.

    It is one, so that it stays whatever runs at once.

    Raises:
        InvalidValueError: ``rating`` is out of its range, or does not go with the mark.
    """
    kind, when = checks.member("mark", mark, Mark), checks.instant("at", at)
    given = checked_rating(kind, rating)
    column = outlooks.c[f"{kind.value}_at"]
    changes: dict[str, Any] = {
        name: func.coalesce(outlooks.c[name], literal(when, Instant()))
        for name in {"viewed_at", column.name}
    }
    if given is not None:
        changes["rating"] = case((column.is_(None), given), else_=outlooks.c.rating)
    this = (
        outlooks.c.day == checks.day("day", day),
        outlooks.c.user_id == checks.text("user_id", user_id),
    )
    return update(outlooks).where(*this).values(changes).returning(outlooks)

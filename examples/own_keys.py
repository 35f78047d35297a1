"""A store of sessions in a host's own table, whose users have integers or UUIDs for ids.

mainstay's ids are texts, compared by code point. So such a store does three things:

- It reads a user's key from the text, and refuses every text that is not how the key is written:
  "7" is a user, "07" is not another one.
- It writes the key as text again wherever it returns a user.
- It puts users in the order of these texts. Integers have another one as numbers (9, 10) than as
  texts ("10", "9"), so that they are cast to be sorted; an index on the cast makes that fast.
  UUIDs have the same in PostgreSQL's type, as bytes and as texts.

Or integers are written with leading zeros, all of one length: then both orders are the same, and
nothing is cast.

mainstay's own SqlStore needs none of this: it takes str(key), and keeps the text.

Run it: python examples/own_keys.py
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any
from uuid import UUID

import attrs
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Double,
    Engine,
    MetaData,
    Row,
    Table,
    Text,
    Uuid,
    cast,
    collate,
    create_engine,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

from mainstay import RejectedError, Session
from mainstay.ports import other_contents, storable

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
#: What compares texts by code point.
BY_CODE_POINT = {"postgresql": "C", "sqlite": "BINARY"}


@attrs.frozen
class Keys:
    """How a host's users are known.

    Attributes:
        column: What the table has keys in.
        read: Gives the key in a text, or raises ``ValueError``.
        write: Gives the text of a key.
        in_order: Whether keys are in the order of their texts.
    """

    column: TypeEngine[Any]
    read: Callable[[str], object]
    write: Callable[[object], str]
    in_order: bool

    def of(self, user_id: str) -> object:
        """Return a user's key.

        Raises:
            RejectedError: The text is not what is written for a key.
        """
        try:
            key = self.read(user_id)
        except ValueError:
            key = None
        if key is None or self.write(key) != user_id:
            raise RejectedError("is not the id of a user here", field="user_id", value=user_id)
        return key


def integer(text: str) -> int:
    """Return the integer in a text, if 64 bits hold it."""
    key = int(text)
    if not 0 <= key < 2**63:
        raise ValueError
    return key


INTEGERS = Keys(BigInteger(), integer, str, in_order=False)
PADDED = Keys(BigInteger(), integer, "{:019}".format, in_order=True)
UUIDS = Keys(Uuid(), UUID, str, in_order=True)


class OwnSessions:
    """A :class:`mainstay.ports.SessionStore`.

    Args:
        engine: The host's database.
        keys: How its users are known.
    """

    def __init__(self, engine: Engine, keys: Keys) -> None:
        self._engine = engine
        self._keys = keys
        self._table = table = Table(
            "activity",
            MetaData(),
            Column("id", _texts(engine), primary_key=True),
            Column("user_id", keys.column, nullable=False),
            Column("at", BigInteger, nullable=False),
            Column("utc_offset", BigInteger, nullable=False),
            Column("timezone", Text),
            Column("kind", _texts(engine), nullable=False),
            Column("duration", BigInteger),
            Column("quality", Double),
        )
        by_text = collate(cast(table.c.user_id, Text), BY_CODE_POINT[engine.dialect.name])
        self._user: ColumnElement[Any] = table.c.user_id if keys.in_order else by_text
        table.create(engine, checkfirst=True)

    @property
    def day_start(self) -> time:
        """Return when a day begins: at midnight."""
        return time(0)

    def add(self, sessions: Iterable[Session]) -> int:
        """Keep sessions, all or none of them, and return how many are new."""
        rows = [self._row(storable(session)) for session in sessions]
        with self._engine.begin() as connection:
            return sum(self._is_new(connection, row) for row in rows)

    def _is_new(self, connection: Connection, row: tuple[object, ...]) -> bool:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        new = dialect.insert(self._table).values(row).on_conflict_do_nothing()
        if connection.scalar(new.returning(self._table.c.id)) is not None:
            return True
        there = select(self._table).where(self._table.c.id == row[0])
        if tuple(connection.execute(there).one()) != row:
            raise other_contents(str(row[0]))
        return False

    def sessions(
        self,
        user_id: str,
        *,
        since: datetime,
        until: datetime,
        before: Session | None = None,
        limit: int = 200,
    ) -> Sequence[Session]:
        """Return a user's sessions in a span of time, newest first."""
        columns = self._table.c
        query = select(self._table).where(
            columns.user_id == self._keys.of(user_id),
            columns.at.between(_microseconds(since), _microseconds(until)),
        )
        if before is not None:
            place = tuple_(_microseconds(before.started_at), before.id)
            query = query.where(tuple_(columns.at, columns.id) < place)
        query = query.order_by(columns.at.desc(), columns.id.desc()).limit(limit)
        with self._engine.connect() as connection:
            return [self._session(row) for row in connection.execute(query)]

    def kept_since(self) -> None:
        """Return that all sessions are kept: none is ever pruned."""

    def users(self, *, after: str | None = None, limit: int = 1000) -> Sequence[str]:
        """Return the ids of users with a session, in order."""
        user_id = self._table.c.user_id
        query = select(user_id).group_by(user_id).order_by(self._user).limit(limit)
        if after is not None:
            key = self._keys.of(after)
            query = query.where(self._user > (key if self._keys.in_order else after))
        with self._engine.connect() as connection:
            return [self._keys.write(key) for key in connection.scalars(query)]

    def kinds(self) -> Sequence[str]:
        """Return the kinds of activity that there are, in order, each once."""
        kind = self._table.c.kind
        with self._engine.connect() as connection:
            return connection.scalars(select(kind).distinct().order_by(kind)).all()

    def _row(self, session: Session) -> tuple[object, ...]:
        at, duration = session.started_at, session.duration
        return (
            session.id,
            self._keys.of(session.user_id),
            _microseconds(at),
            (at.utcoffset() or timedelta(0)) // MICROSECOND,
            session.timezone,
            session.kind,
            None if duration is None else duration // MICROSECOND,
            session.quality,
        )

    def _session(self, row: Row[Any]) -> Session:
        offset = timezone(row.utc_offset * MICROSECOND)
        return Session(
            self._keys.write(row.user_id),
            (EPOCH + row.at * MICROSECOND).astimezone(offset),
            duration=None if row.duration is None else row.duration * MICROSECOND,
            timezone=row.timezone,
            kind=row.kind,
            quality=row.quality,
            id=row.id,
        )


class OwnStore:
    """What mainstay is given: the port under its name.

    Args:
        engine: The host's database.
        keys: How its users are known.
    """

    def __init__(self, engine: Engine, keys: Keys) -> None:
        self.sessions = OwnSessions(engine, keys)


def _texts(engine: Engine) -> Text:
    return Text(collation=BY_CODE_POINT[engine.dialect.name])


def _microseconds(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def main() -> None:
    """Show in which order users are."""
    at = datetime(2024, 5, 1, 8, tzinfo=UTC)
    for keys, users in (
        (INTEGERS, (9, 10)),
        (PADDED, (9, 10)),
        (UUIDS, (UUID(int=9), UUID(int=10))),
    ):
        sessions = OwnSessions(create_engine("sqlite://"), keys)
        sessions.add(Session(keys.write(user), at, id=f"of {user}") for user in users)
        print(*sessions.users())


if __name__ == "__main__":
    main()

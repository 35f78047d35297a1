"""What users did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from mainstay import _checks as checks
from mainstay.activity.session import Session
from mainstay.daystarts import DayStart
from mainstay.errors import RejectedError
from mainstay.ports._texts import require_storable

__all__ = ["SessionStore", "latest_storable", "other_contents", "storable"]

#: The longest that a 64-bit number of microseconds can say, as databases keep it.
_LONGEST = timedelta(microseconds=2**63 - 1)


class SessionStore(Protocol):
    """What users did.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay.testing.memory import MemoryStore
        >>> sessions, at = MemoryStore().sessions, datetime(2024, 5, 1, 8, tzinfo=UTC)
        >>> run = Session("ada", at, kind="run", id="1")
        >>> sessions.add([run]), sessions.add([run])  # by its id, it is there once
        (1, 0)
        >>> sessions.kinds()
        ['run']
    """

    @property
    def day_start(self) -> DayStart:
        """The wall-clock time at which a day begins, for all that counts days: mostly midnight.

        Or a :class:`mainstay.DayEnd`, the time at which a day ends that is named by its end.
        """
        ...

    def add(self, sessions: Iterable[Session]) -> int:
        """Keep sessions, all or none of them, and return how many are new.

        A session is known by its ``id``; one that is there already changes nothing, also within
        ``sessions``. :func:`mainstay.reading.identified` gives an id to those without. One that was
        removed, and one from before the floor, count as known, whatever they hold: see
        :class:`mainstay.ports.CorrectionPage`. A session of an alias is kept as one of whom it
        stands for.

        Raises:
            RejectedError: A session has no ``id``; or is there with other contents, of which the
                UTC offset of ``started_at`` is a part, though ``==`` doesn't compare it; or holds
                what not every store can keep, a text with NUL or with a lone surrogate.
        """
        ...

    def sessions(
        self,
        user_id: str,
        *,
        since: datetime,
        until: datetime,
        before: Session | None = None,
        limit: int = 200,
    ) -> Sequence[Session]:
        """Return a user's sessions with ``since <= started_at <= until``, newest first.

        Equal instants are ordered by ``id``, descending. Each comes back as it was added, with the
        user's id as it is now; an unknown user has none.

        Args:
            user_id: Whose.
            since: The earliest instant.
            until: The latest.
            before: Only those after this one in that order, the last of the page before.
            limit: How many at most.

        Raises:
            NoLongerKeptError: ``since`` is before :meth:`kept_since`.
        """
        ...

    def kept_since(self) -> datetime | None:
        """Return the instant from which on all sessions are kept; ``None`` if all are.

        It is when the floor begins in UTC; with local days, a day after that: by then, it has
        begun everywhere.
        """
        ...

    def users(self, *, after: str | None = None, limit: int = 1000) -> Sequence[str]:
        """Return the ids of users with a session, in order; also if all are from before the floor.

        Args:
            after: Only those after this one.
            limit: How many at most.
        """
        ...

    def kinds(self) -> Sequence[str]:
        """Return the kinds of activity that there are, in order, each once; also those before."""
        ...


def storable(session: Session) -> Session:
    """Return a session that any store can keep.

    Raises:
        RejectedError: It has no ``id``; a text holds a NUL character or a lone surrogate, which
            no database takes; or ``duration`` is above 2⁶³ - 1 microseconds.

    Examples:
        >>> from datetime import UTC
        >>> storable(Session("ada", datetime(2024, 5, 1, tzinfo=UTC)))
        Traceback (most recent call last):
            ...
        mainstay.errors.RejectedError: id must be given, got None. identified() gives one to each.
    """
    checks.instance("sessions", session, Session)
    if session.id is None:
        raise RejectedError(
            "must be given", field="id", value=None, remedy="identified() gives one to each."
        )
    for field, text in (("user_id", session.user_id), ("kind", session.kind), ("id", session.id)):
        require_storable(field, text)
    if session.duration is not None and session.duration > _LONGEST:
        raise RejectedError(
            "can't be stored, it is too long", field="duration", value=session.duration
        )
    return session


def latest_storable(sessions: Iterable[Session]) -> Mapping[str, Session]:
    """Return sessions that any store can keep, by id; of several with one id, the last.

    Examples:
        >>> from datetime import UTC
        >>> at = datetime(2024, 5, 1, tzinfo=UTC)
        >>> given = [Session("ada", at, kind=kind, id="1") for kind in ("run", "swim")]
        >>> [each.kind for each in latest_storable([*given, Session("bob", at)]).values()]
        ['swim']
    """
    found: dict[str, Session] = {}
    for session in checks.iterable("sessions", sessions):
        with suppress(RejectedError):  # what is wrong with it is for who adds it to say
            found[str(storable(session).id)] = session
    return found


def other_contents(session_id: str) -> RejectedError:
    """Return the error of a session whose id another has already.

    Examples:
        >>> raise other_contents("1")
        Traceback (most recent call last):
            ...
        mainstay.errors.RejectedError: id is there already, with other contents, got '1'. ...
    """
    return RejectedError(
        "is there already, with other contents",
        field="id",
        value=session_id,
        remedy="If it was edited, put it in place of what is there: mainstay import --update, or "
        "mainstay.jobs.replace. Else give each session an id of its own.",
    )

"""Telling events apart: those without an id get one that they keep whenever they are read again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from hashlib import blake2b

from mainstay import _checks as checks
from mainstay.activity.session import Session

__all__ = ["ContentIds", "identified"]

_MICROSECOND = timedelta(microseconds=1)


def identified(sessions: Iterable[Session]) -> Iterator[Session]:
    """Return an iterator over the sessions, each with an id: its own, or one made of what it says.

    That is a digest of all its fields (128 bits, in hexadecimal), a dot, and its place among equal
    ones: 1 for the first, 2 for the next. So a file that is read again gives the same ids, in
    whatever order its lines are, and two real likes of one user in one second stay two.

    It remembers about 100 bytes for each different session without an id, to count them.

    Args:
        sessions: All of one file, or of whatever else is read again as a whole.

    Raises:
        InvalidTypeError: They are not sessions, or not several: that is said at once.

    Examples:
        >>> from datetime import UTC, datetime
        >>> import attrs
        >>> like = Session("ada", datetime(2024, 5, 1, 8, tzinfo=UTC), kind="like")
        >>> for session in identified([like, like, attrs.evolve(like, id="7")]):
        ...     print(session.id)
        ee2711f84ee7a6b9831b3b36f77ce1b1.1
        ee2711f84ee7a6b9831b3b36f77ce1b1.2
        7
    """
    return _identified(checks.iterable("sessions", sessions))


def _identified(sessions: Iterable[Session]) -> Iterator[Session]:
    ids = ContentIds()
    for session in sessions:
        if checks.instance("sessions", session, Session).id is not None:
            yield session
            continue
        yield Session(
            session.user_id,
            session.started_at,
            session.duration,
            session.timezone,
            session.kind,
            session.quality,
            ids.next(_content(session)),
        )


class ContentIds:
    """Makes ids of contents: a digest, a dot, and the place among equal ones.

    It remembers about 100 bytes for each different content.

    Examples:
        >>> ids = ContentIds()
        >>> ids.next(b"a").endswith(".1"), ids.next(b"b").endswith(".1"), ids.next(b"a")[-2:]
        (True, True, '.2')
    """

    def __init__(self) -> None:
        self._places: dict[int, int] = {}

    def next(self, content: bytes) -> str:
        """Return the id of the next thing with this content."""
        digest = blake2b(content, digest_size=16)
        # Eight bytes of it count them: should two different ones ever share those, a place is left
        # out, and their ids still differ.
        key = int.from_bytes(digest.digest()[:8])
        place = self._places[key] = self._places.get(key, 0) + 1
        return f"{digest.hexdigest()}.{place}"


def _content(session: Session) -> bytes:
    """Write all that a session says except its id, so that equal ones alone are written alike.

    Stored ids rest on it: it must never change. The lengths tell where each text ends.
    """
    user, zone, kind = session.user_id, session.timezone or "", session.kind
    at = session.started_at.isoformat()
    duration = "" if session.duration is None else session.duration // _MICROSECOND
    quality = "" if session.quality is None else float(session.quality) + 0.0  # no -0.0
    fields = f"{len(user)},{len(zone)},{len(kind)},{at},{duration},{quality},"
    return (fields + user + zone + kind).encode("utf-8", "surrogatepass")

"""What every :class:`mainstay.ports.SessionStore` must do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import attrs

from mainstay.activity.session import Session
from mainstay.daystarts import DayStart
from mainstay.errors import RejectedError
from mainstay.ports import HasSessions
from mainstay.testing.conformance._activity import CODE_POINTS, at, did, may
from mainstay.testing.conformance._expect import expect, raised
from mainstay.testing.conformance._suite import Suite

__all__ = ["SessionStoreConformance"]

_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_MANY = 50
_KATHMANDU = timezone(timedelta(hours=5, minutes=45))
_AMSTERDAM_1930 = timezone(timedelta(minutes=19, seconds=32))


def _full(user_id: str) -> Session:
    return Session(
        user_id,
        datetime(2024, 5, 1, 6, 30, 15, 123_457, tzinfo=_KATHMANDU),
        duration=timedelta(days=1, seconds=2, microseconds=3),
        timezone="Asia/Kathmandu",
        kind="post",
        quality=7.25,
        id="full",
    )


def _everything(session: Session) -> tuple[object, ...]:
    """Return all that a session says: equal instants may be written with different offsets."""
    return (*attrs.astuple(session), session.started_at.utcoffset())


def _all_of(store: HasSessions, user_id: str, limit: int = 200) -> Sequence[Session]:
    return store.sessions.sessions(user_id, since=_EARLIEST, until=_LATEST, limit=limit)


def _ids(sessions: Sequence[Session]) -> list[str | None]:
    return [session.id for session in sessions]


def _page_by_page(store: HasSessions, user_id: str, limit: int) -> Iterator[Session]:
    before = None
    for _ in range(_MANY):
        page = store.sessions.sessions(
            user_id, since=_EARLIEST, until=_LATEST, before=before, limit=limit
        )
        yield from page
        if len(page) < limit:
            return
        before = page[-1]
    raise AssertionError("pages come to an end: a page does not begin with the last one's end")


class SessionStoreConformance(Suite[HasSessions]):
    """Tests of a session store: give them an empty one as ``store``.

    Each is one promise of :class:`mainstay.ports.SessionStore`, in the words of its docstring.

    Examples:
        >>> from unittest import TestCase
        >>> from mainstay.testing.memory import MemoryStore
        >>> class TestMySessions(SessionStoreConformance, TestCase):
        ...     def make_store(self):
        ...         return MemoryStore()  # here: yours
        >>> TestMySessions("test_adding_again_changes_nothing").run().wasSuccessful()
        True
    """

    def test_it_says_when_a_day_begins(self, store: HasSessions) -> None:
        """``day_start``: "The wall-clock time at which a day begins"."""
        start = store.sessions.day_start
        expect(isinstance(start, DayStart), True, "it is a time, such as time(0), or a DayEnd")

    def test_all_sessions_are_kept_until_some_are_pruned(self, store: HasSessions) -> None:
        """``kept_since``: "``None`` if all are"."""
        store.sessions.add(did(self.user_id(1), may(1)))
        expect(store.sessions.kept_since(), None, "no session was pruned")

    def test_each_session_comes_back_as_it_was_added(self, store: HasSessions) -> None:
        """``sessions``: "Each comes back as it was added"."""
        ada = self.user_id(1)
        full = _full(ada)
        added = [
            full,
            attrs.evolve(full, id="bare", duration=None, timezone=None, quality=None),
            attrs.evolve(
                full, id="seconds", started_at=datetime(1930, 1, 1, tzinfo=_AMSTERDAM_1930)
            ),
            attrs.evolve(full, id="third", quality=1 / 3, duration=timedelta(0), timezone="-03:30"),
            attrs.evolve(full, id="ends", quality=0.0, kind="été 🙂 '\"\\%_\n\t"),
            attrs.evolve(full, id=" odd 'id'\n", quality=10.0),
        ]
        store.sessions.add(added)
        found = {session.id: _everything(session) for session in _all_of(store, ada)}
        for session in added:
            claim = "every field comes back, started_at with its own UTC offset"
            expect(found.get(session.id), _everything(session), claim)

    def test_adding_returns_how_many_are_new(self, store: HasSessions) -> None:
        """``add``: "return how many are new"."""
        ada = self.user_id(1)
        first, second = did(ada, may(1), times=2)
        expect(store.sessions.add([]), 0, "an empty list adds nothing")
        expect(store.sessions.add([first]), 1, "the first session is new")
        expect(store.sessions.add([first, second]), 1, "only the second session is new")

    def test_adding_again_changes_nothing(self, store: HasSessions) -> None:
        """``add``: "one that is there already changes nothing, also within ``sessions``"."""
        ada = self.user_id(1)
        session, *_ = did(ada, may(1))
        expect(store.sessions.add([session, session]), 1, "the same session twice is one")
        expect(store.sessions.add([session]), 0, "a session that is there is not new")
        expect(_ids(_all_of(store, ada)), [session.id], "it is there once")

    def test_sessions_may_come_from_an_iterator(self, store: HasSessions) -> None:
        """``add`` takes an ``Iterable``, so also one that can be read only once."""
        ada = self.user_id(1)
        expect(store.sessions.add(iter(did(ada, may(1), times=3))), 3, "all three are added")

    def test_an_id_with_other_contents_is_rejected(self, store: HasSessions) -> None:
        """``add``: "Raises RejectedError: A session ... is there with other contents"."""
        ada, bob = self.users(2)
        full = _full(ada)
        store.sessions.add([full])
        changes: dict[str, object] = {
            "user_id": bob,
            "started_at": full.started_at + timedelta(microseconds=1),
            "duration": None,
            "timezone": None,
            "kind": "like",
            "quality": 7.5,
        }
        for field, value in changes.items():
            other = attrs.evolve(full, **{field: value})  # type: ignore[arg-type]  # any field's
            claim = f"a session with the id of another and another {field} is rejected"
            raised(RejectedError, partial(store.sessions.add, [other]), claim)
        expect(len(_all_of(store, ada)), 1, "what is there stays")

    def test_another_offset_is_other_contents(self, store: HasSessions) -> None:
        """``add``: "other contents, of which the UTC offset of ``started_at`` is a part"."""
        full = _full(self.user_id(1))
        store.sessions.add([full])
        other = attrs.evolve(full, started_at=full.started_at.astimezone(UTC))
        claim = "the same instant with another UTC offset is another session: its id is taken"
        raised(RejectedError, partial(store.sessions.add, [other]), claim)

    def test_a_session_without_an_id_is_rejected(self, store: HasSessions) -> None:
        """``add``: "Raises RejectedError: A session has no ``id``"."""
        nameless = attrs.evolve(_full(self.user_id(1)), id=None)
        raised(RejectedError, partial(store.sessions.add, [nameless]), "it has no id")

    def test_what_cannot_be_stored_is_rejected(self, store: HasSessions) -> None:
        """``add``: "Raises RejectedError: ... a text with NUL or with a lone surrogate"."""
        full = _full(self.user_id(1))
        for text in ("a\0b", "\ud800"):
            claim = f"a text with NUL or with a lone surrogate is rejected, such as {text!r}"
            for bad in (
                attrs.evolve(full, user_id=text),
                attrs.evolve(full, kind=text),
                attrs.evolve(full, id=text),
            ):
                raised(RejectedError, partial(store.sessions.add, [full, bad]), claim)
        expect(list(store.sessions.users()), [], "nothing is kept")

    def test_all_sessions_are_added_or_none(self, store: HasSessions) -> None:
        """``add``: "Keep sessions, all or none of them"."""
        ada, bob = self.users(2)
        good, other = did(ada, may(1)), did(bob, may(1))
        for bad in (attrs.evolve(_full(ada), id=None), attrs.evolve(good[0], kind="like")):
            batch = [*good, bad, *other]
            claim = "a batch with a bad session is rejected"
            raised(RejectedError, partial(store.sessions.add, batch), claim)
            expect(list(store.sessions.users()), [], "nothing of a rejected batch is kept")
        expect(store.sessions.add([*good, *other]), 2, "without the bad one all are added")

    def test_since_and_until_are_included(self, store: HasSessions) -> None:
        """``sessions``: "with ``since <= started_at <= until``", whatever the offsets."""
        ada = self.user_id(1)
        moments = [at(may(1)) + timedelta(microseconds=number) for number in range(4)]
        store.sessions.add(Session(ada, when, id=str(n)) for n, when in enumerate(moments))
        for offset in (UTC, _KATHMANDU):
            since, until = moments[1].astimezone(offset), moments[2].astimezone(offset)
            found = store.sessions.sessions(ada, since=since, until=until)
            expect(_ids(found), ["2", "1"], "both ends belong to the span, and nothing else")

    def test_the_newest_come_first(self, store: HasSessions) -> None:
        """``sessions``: "newest first", by the instant and not by the wall clock."""
        ada = self.user_id(1)
        later_by_the_clock = datetime(2024, 5, 1, 12, tzinfo=_KATHMANDU)
        earlier_by_the_clock = datetime(2024, 5, 1, 8, tzinfo=UTC)
        store.sessions.add(
            [
                Session(ada, earlier_by_the_clock, id="new"),
                Session(ada, later_by_the_clock, id="old"),
                Session(ada, at(may(3)), id="newest"),
            ]
        )
        expect(_ids(_all_of(store, ada)), ["newest", "new", "old"], "newest first")

    def test_equal_instants_are_ordered_by_id_descending(self, store: HasSessions) -> None:
        """``sessions``: "Equal instants are ordered by ``id``, descending"."""
        ada = self.user_id(1)
        store.sessions.add(Session(ada, at(may(1)), id=each) for each in CODE_POINTS)
        claim = "ids are compared by code point, the highest first"
        expect(_ids(_all_of(store, ada)), [*reversed(CODE_POINTS)], claim)

    def test_pages_put_together_are_the_whole(self, store: HasSessions) -> None:
        """``before``: "Only those after this one in that order, the last of the page before"."""
        ada, bob = self.users(2)
        store.sessions.add(
            Session(ada, at(may(day)), id=f"{day}{each}") for day in (1, 2) for each in CODE_POINTS
        )
        store.sessions.add(did(bob, may(1), times=3))
        whole = [f"{day}{each}" for day in (2, 1) for each in reversed(CODE_POINTS)]
        for limit in (1, 4, 6, 12, 13):
            claim = f"pages of {limit} give every session once, in order, also among equal instants"
            expect(_ids([*_page_by_page(store, ada, limit)]), whole, claim)

    def test_a_page_goes_on_after_a_session_that_is_not_there(self, store: HasSessions) -> None:
        """``before`` is a place in the order: it does not have to be in the store."""
        ada = self.user_id(1)
        store.sessions.add(Session(ada, at(may(1)), id=each) for each in ("a", "c", "e"))
        found = store.sessions.sessions(
            ada, since=_EARLIEST, until=_LATEST, before=Session(ada, at(may(1)), id="d")
        )
        expect(_ids(found), ["c", "a"], "those after its place are returned")

    def test_two_hundred_sessions_are_returned_at_most(self, store: HasSessions) -> None:
        """``sessions``: "limit: How many at most", 200 if it is not given."""
        ada = self.user_id(1)
        moments = [at(may(1)) + timedelta(minutes=number) for number in range(201)]
        store.sessions.add(
            Session(ada, when, id=f"{number:03}") for number, when in enumerate(moments)
        )
        found = store.sessions.sessions(ada, since=_EARLIEST, until=_LATEST)
        newest = [f"{number:03}" for number in range(200, 0, -1)]
        expect(_ids(found), newest, "the newest 200 are returned")

    def test_only_the_users_own_sessions_are_returned(self, store: HasSessions) -> None:
        """``sessions``: "a user's sessions"; ids that look alike are of different users."""
        odd = self.odd_users()
        for user in odd:
            store.sessions.add([Session(user, at(may(1)), id=f"of {user}")])
        for user in odd:
            expect(_ids(_all_of(store, user)), [f"of {user}"], f"only those of {user!r}")

    def test_an_unknown_user_has_no_sessions(self, store: HasSessions) -> None:
        """``sessions``: "an unknown user has none"."""
        store.sessions.add(did(self.user_id(1), may(1)))
        found = list(_all_of(store, self.stranger()))
        expect(found, [], "an unknown user is not an error, and has no sessions")

    def test_users_are_listed_once_in_order(self, store: HasSessions) -> None:
        """``users``: "Return the ids of users with a session, in order", by code point."""
        odd = self.odd_users()
        expect(list(store.sessions.users()), [], "without sessions there are no users")
        for user in reversed(odd):
            store.sessions.add([*did(user, may(1)), *did(user, may(2))])
        expect(list(store.sessions.users()), odd, "each once, by code point")

    def test_users_are_listed_after_one_and_as_many_as_asked_for(self, store: HasSessions) -> None:
        """``users``: "after: Only those after this one. limit: How many at most."."""
        first, absent, *odd = self.odd_users()
        users = [first, *odd]
        store.sessions.add(session for user in users for session in did(user, may(1)))
        for place, user in enumerate(users, 1):
            rest = users[place:]
            expect(list(store.sessions.users(after=user)), rest, f"those after {user!r}")
            found = list(store.sessions.users(after=user, limit=2))
            expect(found, rest[:2], f"the first two after {user!r}")
        found = list(store.sessions.users(after=absent, limit=1))
        expect(found, odd[:1], f"{absent!r} need not exist")

    def test_a_thousand_users_are_listed_at_most(self, store: HasSessions) -> None:
        """``users``: "limit: How many at most", 1000 if it is not given."""
        users = self.users(1001)
        store.sessions.add(session for user in users for session in did(user, may(1)))
        expect(list(store.sessions.users()), users[:1000], "the first 1000 are returned")

    def test_kinds_are_listed_once_in_order(self, store: HasSessions) -> None:
        """``kinds``: "the kinds of activity that there are, in order, each once"."""
        ada, bob = self.users(2)
        expect(list(store.sessions.kinds()), [], "without sessions there are no kinds")
        for kind in reversed(CODE_POINTS):
            store.sessions.add([*did(ada, may(1), kind, times=2), *did(bob, may(2), kind)])
        expect(list(store.sessions.kinds()), [*CODE_POINTS], "each once, by code point")

    def test_kinds_of_sessions_that_were_rejected_are_not_there(self, store: HasSessions) -> None:
        """``kinds`` are those of sessions that are kept."""
        ada = self.user_id(1)
        full = _full(ada)
        store.sessions.add([full])
        batch = [*did(ada, may(1), "new"), attrs.evolve(full, kind="other")]
        raised(RejectedError, partial(store.sessions.add, batch), "the id is there already")
        expect(list(store.sessions.kinds()), ["post"], "nothing of a rejected batch is kept")

"""What a :class:`mainstay.ports.NotificationStore` keeps of when users want to be told."""

from __future__ import annotations

from datetime import time
from functools import partial

from mainstay.errors import RejectedError
from mainstay.outlook import Preferences
from mainstay.ports import HasOutlooks
from mainstay.testing.conformance._credits import DAY, NOON
from mainstay.testing.conformance._expect import expect, raised
from mainstay.testing.conformance._suite import Suite

__all__ = ["PreferencesConformance"]

_ALL = (
    Preferences(),
    Preferences("Europe/Berlin"),
    Preferences("-23:59", time(0), time(23, 59, 59)),
    Preferences(quiet_weekdays={0, 1, 2, 3, 4, 5, 6}),
    Preferences(quiet_weekdays={6}, enabled=False),
    Preferences(channel="été 🙂 '\""),
)


class PreferencesConformance(Suite[HasOutlooks]):
    """Tests of preferences."""

    def test_nobody_prefers_anything_at_first(self, store: HasOutlooks) -> None:
        """``preferences``: "those who have not said are left out"."""
        ada, bob = self.users(2)
        expect(dict(store.notifications.preferences([ada, bob])), {}, "nobody has")
        store.notifications.prefer(ada, Preferences(), now=NOON)
        found = dict(store.notifications.preferences([ada, bob]))
        expect(found, {ada: Preferences()}, "who has, though it is the usual")
        expect(dict(store.notifications.preferences([])), {}, "nobody is asked for")

    def test_every_field_comes_back(self, store: HasOutlooks) -> None:
        """``prefer``: "Keep when a user wants to be told"."""
        odd = self.odd_users()
        users = dict(zip(odd, _ALL, strict=True))
        for user, preferences in users.items():
            store.notifications.prefer(user, preferences, now=NOON)
        found = store.notifications.preferences([*reversed(odd), self.stranger(), *odd])
        expect(dict(found), users, "by user id")

    def test_the_last_word_counts(self, store: HasOutlooks) -> None:
        """``prefer``: in place of what they have said before, whole."""
        ada, bob = self.users(2)
        store.notifications.prefer(bob, _ALL[1], now=NOON)
        for preferences in (*_ALL, *reversed(_ALL)):
            store.notifications.prefer(ada, preferences, now=NOON - DAY)
            found = dict(store.notifications.preferences([ada, bob]))
            expect(found, {ada: preferences, bob: _ALL[1]}, "hers alone")

    def test_texts_that_no_database_takes_are_rejected(self, store: HasOutlooks) -> None:
        """``prefer``: rejected if "A text can't be stored"."""
        ada = self.user_id(1)
        store.notifications.prefer(ada, _ALL[1], now=NOON)
        for text in ("a\0b", "\ud83d"):
            for user, preferences in ((ada, Preferences(channel=text)), (text, Preferences())):
                prefer = partial(store.notifications.prefer, user, preferences, now=NOON)
                raised(RejectedError, prefer, "it can't be kept")
        found = dict(store.notifications.preferences([ada]))
        expect(found, {ada: _ALL[1]}, "what was kept stays")

    def test_preferences_of_many_are_read_at_once(self, store: HasOutlooks) -> None:
        """``preferences``: however many are asked for."""
        first, *_, last = users = self.users(3000)
        store.notifications.prefer(first, _ALL[1], now=NOON)
        store.notifications.prefer(last, _ALL[2], now=NOON)
        found = store.notifications.preferences(user for user in users)
        expect({*found}, {first, last}, "those who have said so")

"""What can be read of outlooks in a :class:`mainstay.ports.OutlookStore`."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from mainstay._plain import PlainData
from mainstay.outlook import Content, Mark, Outlook
from mainstay.ports import HasOutlooks
from mainstay.testing.conformance._activity import may
from mainstay.testing.conformance._credits import NOON
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._outlooks import TOMORROW, add, outlook
from mainstay.testing.conformance._suite import Suite

__all__ = ["ToldConformance"]

_KATHMANDU = timezone(timedelta(hours=5, minutes=45))


def _full(user_id: str) -> Outlook:
    return Outlook(
        user_id=user_id,
        day=may(16),
        content=Content(
            "template 🙂",
            "variant 'é\"",
            "Title 字",
            "A text\nof two lines, and 100 %.",
            PlainData({"deep": [1, {"b": None, "a": [True, 0.5, "\0\ud800"]}]}),
            "tip 🙂",
        ),
        known_through=may(14),
        generated_at=datetime(2024, 5, 15, 7, 0, 0, 123456, _KATHMANDU),
        fallback=True,
    )


def _days(
    store: HasOutlooks, user: str, *, before: date | None = None, limit: int = 100
) -> list[int]:
    found = store.outlooks.outlooks(user, before=before, limit=limit)
    return [each.day.day for each in found]


class ToldConformance(Suite[HasOutlooks]):
    """Tests of what can be read."""

    def test_there_is_no_outlook_at_first(self, store: HasOutlooks) -> None:
        """``outlook``: "``None`` if there is none"."""
        ada, bob = self.users(2)
        add(store, ada)
        expect(store.outlooks.outlook(bob, TOMORROW), None, "somebody else's")
        expect(store.outlooks.outlook(ada, may(15)), None, "another day's")
        expect(list(store.outlooks.outlooks(bob)), [], "he has none")

    def test_every_field_comes_back(self, store: HasOutlooks) -> None:
        """``outlook``: "a user's outlook for a day", as it was kept."""
        full = _full(self.odd_users()[1])
        store.outlooks.add(full)
        place = (full.user_id, full.day)
        expect(store.outlooks.outlook(*place), full, "alone")
        expect(dict(store.outlooks.told([place])), {place: full}, "among others")
        expect(list(store.outlooks.outlooks(full.user_id)), [full], "and in the user's")
        marked = full
        for mark, rating in ((Mark.RATED, 2), (Mark.COMPLETED, None), (Mark.ENGAGED, None)):
            at = NOON.astimezone(timezone(timedelta(hours=-3)))
            marked = marked.marked(mark, at=at, rating=rating)
            store.outlooks.mark(*place, mark, at=at, rating=rating)
        expect(store.outlooks.outlook(*place), marked, "with its marks")

    def test_outlooks_of_several_users_are_read_at_once(self, store: HasOutlooks) -> None:
        """``told``: "by user and day; those that are not there are left out"."""
        odd = self.odd_users()
        days = (may(15), may(16), may(17))
        for day in days:
            add(store, *odd, day=day)
        asked = [(user, day) for user in odd[1:4] for day in days[:2]]
        asked.remove((odd[2], days[1]))
        absent = [(self.stranger(), days[0]), (odd[0], may(18))]
        found = dict(store.outlooks.told([*asked, *absent, *asked]))
        expect(found, {place: outlook(*place) for place in asked}, "those that were asked for")
        expect(dict(store.outlooks.told([])), {}, "none")

    def test_many_outlooks_are_read_at_once(self, store: HasOutlooks) -> None:
        """``told``: however many are asked for."""
        odd = self.odd_users()
        ada = self.user_id(1)
        days = [date.fromordinal(TOMORROW.toordinal() - ago) for ago in range(300)]
        add(store, ada, day=days[0])
        add(store, ada, day=days[-1])
        asked = [(user, day) for user in (*odd, ada) for day in days]
        found = store.outlooks.told(asked)
        expect({*found}, {(ada, days[0]), (ada, days[-1])}, "the two that there are")

    def test_the_latest_day_comes_first(self, store: HasOutlooks) -> None:
        """``outlooks``: "the latest day first"; ``before``, ``limit``."""
        ada, bob = self.users(2)
        for day in (14, 18, 16, 12):
            add(store, ada, bob, day=may(day))
        expect(_days(store, ada), [18, 16, 14, 12], "all of hers")
        expect(_days(store, ada, before=may(16)), [14, 12], "those for days before it")
        expect(_days(store, ada, before=may(17)), [16, 14, 12], "also if there is none for it")
        expect(_days(store, ada, limit=1), [18], "one at most")
        expect(_days(store, ada, before=may(18), limit=2), [16, 14], "the next two")
        expect(_days(store, ada, before=may(12)), [], "nothing at the end")

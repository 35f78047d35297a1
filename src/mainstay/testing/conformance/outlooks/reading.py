"""What can be read of outlooks in a :class:`mainstay.ports.OutlookStore`."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import attrs

from mainstay._plain import PlainData
from mainstay.outlook import Content, Mark, Outlook
from mainstay.ports import HasOutlooks
from mainstay.testing.conformance._activity import CODE_POINTS, may
from mainstay.testing.conformance._credits import NOON
from mainstay.testing.conformance._expect import expect
from mainstay.testing.conformance._outlooks import TOMORROW, add, outlook

__all__ = ["ToldConformance"]

_FULL = Outlook(
    user_id="été 🙂 '\"",
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
    generated_at=datetime(2024, 5, 15, 7, 0, 0, 123456, timezone(timedelta(hours=5, minutes=45))),
    fallback=True,
)


def _days(store: HasOutlooks, *, before: date | None = None, limit: int = 100) -> list[int]:
    found = store.outlooks.outlooks("ada", before=before, limit=limit)
    return [each.day.day for each in found]


class ToldConformance:
    """Tests of what can be read."""

    def test_there_is_no_outlook_at_first(self, store: HasOutlooks) -> None:
        """``outlook``: "``None`` if there is none"."""
        add(store, "ada")
        expect(store.outlooks.outlook("bob", TOMORROW), None, "somebody else's")
        expect(store.outlooks.outlook("ada", may(15)), None, "another day's")
        expect(list(store.outlooks.outlooks("bob")), [], "he has none")

    def test_every_field_comes_back(self, store: HasOutlooks) -> None:
        """``outlook``: "a user's outlook for a day", as it was kept."""
        store.outlooks.add(_FULL)
        place = (_FULL.user_id, _FULL.day)
        expect(store.outlooks.outlook(*place), _FULL, "alone")
        expect(dict(store.outlooks.told([place])), {place: _FULL}, "among others")
        expect(list(store.outlooks.outlooks(_FULL.user_id)), [_FULL], "and in the user's")
        marked = attrs.evolve(_FULL)
        for mark, rating in ((Mark.RATED, 2), (Mark.COMPLETED, None), (Mark.ENGAGED, None)):
            at = NOON.astimezone(timezone(timedelta(hours=-3)))
            marked = marked.marked(mark, at=at, rating=rating)
            store.outlooks.mark(*place, mark, at=at, rating=rating)
        expect(store.outlooks.outlook(*place), marked, "with its marks")

    def test_outlooks_of_several_users_are_read_at_once(self, store: HasOutlooks) -> None:
        """``told``: "by user and day; those that are not there are left out"."""
        days = (may(15), may(16), may(17))
        for day in days:
            add(store, *CODE_POINTS, day=day)
        asked = [(user, day) for user in CODE_POINTS[1:4] for day in days[:2]]
        asked.remove((CODE_POINTS[2], days[1]))
        absent = [("nobody", days[0]), (CODE_POINTS[0], may(18))]
        found = dict(store.outlooks.told([*asked, *absent, *asked]))
        expect(found, {place: outlook(*place) for place in asked}, "those that were asked for")
        expect(dict(store.outlooks.told([])), {}, "none")

    def test_many_outlooks_are_read_at_once(self, store: HasOutlooks) -> None:
        """``told``: however many are asked for."""
        days = [date.fromordinal(TOMORROW.toordinal() - ago) for ago in range(300)]
        add(store, "ada", day=days[0])
        add(store, "ada", day=days[-1])
        asked = [(user, day) for user in (*CODE_POINTS, "ada") for day in days]
        found = store.outlooks.told(asked)
        expect({*found}, {("ada", days[0]), ("ada", days[-1])}, "the two that there are")

    def test_the_latest_day_comes_first(self, store: HasOutlooks) -> None:
        """``outlooks``: "the latest day first"; ``before``, ``limit``."""
        for day in (14, 18, 16, 12):
            add(store, "ada", "bob", day=may(day))
        expect(_days(store), [18, 16, 14, 12], "all of hers")
        expect(_days(store, before=may(16)), [14, 12], "those for days before it")
        expect(_days(store, before=may(17)), [16, 14, 12], "also if there is none for it")
        expect(_days(store, limit=1), [18], "one at most")
        expect(_days(store, before=may(18), limit=2), [16, 14], "the next two")
        expect(_days(store, before=may(12)), [], "nothing at the end")

"""What every :class:`mainstay.ports.PointStore` must do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import attrs

from mainstay.errors import RejectedError
from mainstay.ports import HasPoints
from mainstay.recognition import MOST_POINTS, Credit
from mainstay.testing.conformance._activity import CODE_POINTS
from mainstay.testing.conformance._credits import DAY, MICROSECOND, NOON, credit
from mainstay.testing.conformance._expect import expect, raised, together
from mainstay.testing.conformance._suite import Suite

__all__ = ["PointStoreConformance"]

_KATHMANDU = timezone(timedelta(hours=5, minutes=45))
_AT_ONCE = 32
#: More than databases take as parameters of one statement, with some to spare.
_MANY = 3000


def _add(store: HasPoints, *credits: Credit, now: datetime = NOON) -> list[Credit]:
    return [*store.points.add(credits, now=now)]


def _total(store: HasPoints, user_id: str) -> int | None:
    return store.points.totals([user_id]).get(user_id)


def _all(store: HasPoints, user_id: str, limit: int = 100) -> list[Credit]:
    """Return all credits of a user, page by page."""
    found: list[Credit] = []
    while page := store.points.credits(user_id, before=found[-1] if found else None, limit=limit):
        expect(len(page) <= limit, True, f"{limit} at most")
        found += page
    return found


class PointStoreConformance(Suite[HasPoints]):
    """Tests of a point store: give them an empty one as ``store``.

    Each is one promise of :class:`mainstay.ports.PointStore`, in the words of its docstrings.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> store = MemoryStore()
        >>> store.points.totals = lambda user_ids: dict.fromkeys(user_ids, 0)
        >>> PointStoreConformance().test_the_first_of_a_reason_stands(store)
        Traceback (most recent call last):
            ...
        AssertionError: counted once
        expected: {'ada': 6, 'bob': 9}
        found:    {'ada': 0, 'bob': 0}
    """

    def test_a_credit_comes_back_as_it_was_added(self, store: HasPoints) -> None:
        """``credits``: "Return a user's credits", with all that they say."""
        odd = self.odd_users()
        ada, bob, *others = self.users(7)
        amounts = [1, 0, -1, MOST_POINTS, -MOST_POINTS]
        added = [
            *(
                Credit(user, "badge:first_win", amount, NOON)
                for user, amount in zip(others, amounts, strict=True)
            ),
            *(Credit(user, f"why 🙂 '\"\\ {user}", 5, NOON) for user in odd),
            Credit(ada, "far", 1, (NOON - MICROSECOND).astimezone(_KATHMANDU)),
            Credit(bob, "long ago", 1, datetime(1969, 7, 20, 20, 17, 40, 7, UTC)),
        ]
        expect(_add(store, *added), added, "all are new")
        for each in added:
            expect([*store.points.credits(each.user_id)], [each], "every part of it comes back")
            expect(_total(store, each.user_id), each.amount, "and the total is its amount")
        expect([*store.points.credits(self.stranger())], [], "others have none")

    def test_the_first_of_a_reason_stands(self, store: HasPoints) -> None:
        """``add``: "The first stays as it is, with its amount and time", "also within"."""
        ada, bob = self.users(2)
        first = credit(ada, 5, NOON - DAY, "welcome")
        again = attrs.evolve(first, amount=7, at=NOON)
        new, of_another = credit(ada, 1), credit(bob, 9, reason="welcome")
        expect(_add(store, first, again, first), [first], "within one call")
        expect(_add(store, again, new, of_another, new), [new, of_another], "and of several")
        expect(_add(store, again, first), [], "those that are there are not new")
        expect(_all(store, ada), [new, first], "as it was added first")
        expect(dict(store.points.totals([ada, bob])), {ada: 6, bob: 9}, "counted once")

    def test_those_that_are_new_are_returned_in_their_order(self, store: HasPoints) -> None:
        """``add``: "return those that are new, in their order"."""
        odd = self.odd_users()
        known = [credit(user, 1, reason="known") for user in odd]
        _add(store, *known)
        new = [credit(user, 1, reason=reason) for reason in "zay" for user in odd[::-1]]
        mixed = [each for pair in zip(new, known * 3, strict=True) for each in pair]
        expect(_add(store, *mixed), new, "neither by user nor by reason, and the known left out")
        expect(_add(store), [], "of none, none is new")

    def test_all_or_none_are_kept(self, store: HasPoints) -> None:
        """``add``: "Keep credits, all or none of them"; what "can't be stored" is refused."""
        ada = self.user_id(1)
        good = credit(ada, 5)
        for bad in (
            credit("a\0b", 1),
            credit("\ud800", 1),
            credit(ada, 1, reason="\udfff"),
            credit(ada, 1, reason="a\0b"),
            credit(ada, 1, NOON + MICROSECOND),
        ):
            claim = f"{bad} can't be kept"
            raised(RejectedError, partial(_add, store, good, bad), claim)
            raised(RejectedError, partial(_add, store, bad, good), claim)
        expect(_total(store, ada), None, "nothing of the rest is kept")
        expect(_all(store, ada), [], "nor among the credits")

    def test_now_is_not_after_now(self, store: HasPoints) -> None:
        """``add``: rejected if "dated after ``now``", in whatever zone either is written."""
        ada = self.user_id(1)
        now = credit(ada, 1, NOON.astimezone(_KATHMANDU))
        expect(_add(store, now), [now], "that instant itself")
        late = credit(ada, 1, NOON)
        early = NOON - MICROSECOND
        raised(RejectedError, partial(_add, store, late, now=early), "a microsecond later")

    def test_a_total_beyond_its_range_is_refused_with_all_the_rest(self, store: HasPoints) -> None:
        """``add``: rejected if "a total would be beyond ±(2⁵³ - 1)"."""
        bob, *rich = self.users(3)
        for user, sign in zip(rich, (1, -1), strict=True):
            _add(store, credit(user, sign * MOST_POINTS, reason="most"))
            for several in ([sign], [sign, 0, -sign, sign], [sign * MOST_POINTS] * 3):
                more = [credit(user, amount) for amount in several]
                raised(
                    RejectedError,
                    partial(_add, store, credit(bob, 5), *more),
                    f"{several} is too much",
                )
            expect(_total(store, user), sign * MOST_POINTS, "it is as it was")
            expect(_add(store, credit(user, sign, reason="most")), [], "what is known adds nothing")
            _add(store, credit(user, -sign))
            expect(_total(store, user), sign * (MOST_POINTS - 1), "there is a way back")
        expect(_total(store, bob), None, "nothing of the rest is kept")

    def test_amounts_beyond_the_range_may_lead_to_a_total_within_it(self, store: HasPoints) -> None:
        """``add``: only "a total" must be in its range."""
        ada, bob = self.users(2)
        _add(store, credit(ada, 2), credit(bob, -2))
        _add(store, credit(ada, -MOST_POINTS), credit(ada, -2))
        _add(store, credit(bob, MOST_POINTS), credit(bob, 2))
        expect((_total(store, ada), _total(store, bob)), (-MOST_POINTS, MOST_POINTS), "in it")

    def test_amounts_that_nothing_adds_up_are_refused(self, store: HasPoints) -> None:
        """``add``: so is a total that no 64 bits hold."""
        ada, bob = self.users(2)
        many = [credit(ada, MOST_POINTS) for _ in range(1025)]
        raised(RejectedError, partial(_add, store, credit(bob, 5), *many), "beyond 2⁶³")
        expect(dict(store.points.totals([ada, bob])), {}, "nothing is kept")

    def test_what_is_taken_back_is_a_credit_of_its_own(self, store: HasPoints) -> None:
        """A history "that only grows": the opposite amount, under another reason."""
        ada = self.user_id(1)
        reward = credit(ada, 40, NOON - DAY, "reward:7")
        back = credit(ada, -40, NOON, "reward:7:reversed:1")
        _add(store, reward)
        _add(store, back)
        expect(_all(store, ada), [back, reward], "both are there")
        expect(_total(store, ada), 0, "they come to nothing, which is a total")

    def test_totals_of_many_are_read_at_once(self, store: HasPoints) -> None:
        """``totals``: "by user id; those without a credit are left out"."""
        users = self.users(_MANY)
        added = [credit(user, number) for number, user in enumerate(users)]
        expect(_add(store, *added), added, "all are new")
        _add(store, *(credit(user, 1, reason="one more") for user in users[::3]))
        expected = {user: n + (n % 3 == 0) for n, user in enumerate(users)}
        found = dict(store.points.totals(iter([*users, self.stranger(), *users[:9]])))
        expect(found, expected, "each has their own")
        expect(dict(store.points.totals([self.stranger()])), {}, "who has none is left out")
        expect(dict(store.points.totals([])), {}, "nobody was asked for")

    def test_credits_are_newest_first(self, store: HasPoints) -> None:
        """``credits``: "newest first; those of one instant by reason, the last first"."""
        ada, bob = self.users(2)
        newest_first = [
            credit(ada, 1, NOON, "0"),
            *(credit(ada, 1, NOON - MICROSECOND, reason) for reason in reversed(CODE_POINTS)),
            credit(ada, 1, (NOON - 2 * MICROSECOND).astimezone(_KATHMANDU), "y"),
            credit(ada, 1, NOON - DAY, "zz"),
        ]
        _add(store, *sorted(newest_first, key=lambda each: each.reason), credit(bob, 1))
        expect([*store.points.credits(ada)], newest_first, "by instant, then by reason")
        expect(_all(store, ada, 10**20), newest_first, "whatever limit there is")
        for limit in range(1, 5):
            expect(_all(store, ada, limit), newest_first, f"pages of {limit} have each once")

    def test_a_page_of_credits_has_a_hundred(self, store: HasPoints) -> None:
        """``credits``: "``limit``: How many at most", 100 if it isn't said."""
        ada = self.user_id(1)
        added = [credit(ada, 1, NOON - number * MICROSECOND) for number in range(101)]
        _add(store, *added)
        expect([*store.points.credits(ada)], added[:100], "the newest")
        rest = store.points.credits(ada, before=added[99])
        expect([*rest], added[100:], "``before``: only what comes after it in that order")

    def test_one_reason_is_credited_once_by_whatever_number(self, store: HasPoints) -> None:
        """``add``: "A user has one credit per reason", also of many who give it at once."""
        ada = self.user_id(1)
        awards = [credit(ada, number, reason="badge:x") for number in range(1, _AT_ONCE + 1)]
        new = together(*(partial(_add, store, award) for award in awards))
        (stands,) = _all(store, ada)
        expect([each for some in new for each in some], [stands], "it is new to one of them")
        expect(_total(store, ada), stands.amount, "and counted once")

    def test_credits_of_many_at_once_all_count(self, store: HasPoints) -> None:
        """Credits and "totals, kept in one transaction": none gets lost under another."""
        users = self.users(2)

        def give(number: int) -> Sequence[Credit]:
            order = users if number % 2 else users[::-1]
            return _add(store, *(credit(user, 2**number) for user in order))

        together(*(partial(give, number) for number in range(_AT_ONCE)))
        for user in users:
            expect(len(_all(store, user)), _AT_ONCE, "each is there")
            expect(_total(store, user), 2**_AT_ONCE - 1, "and counted")

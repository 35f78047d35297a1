"""What a :class:`mainstay.ports.ContestPage` keeps of cases that close."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from itertools import product
from threading import Barrier, Thread

import attrs

from mainstay.contest import CaseStatus
from mainstay.errors import RejectedError
from mainstay.ports import CaseClosing, CaseOutcome, HasContests
from mainstay.ports.notices import NOTICE
from mainstay.ports.rewards import REWARD
from mainstay.testing.conformance._activity import readable
from mainstay.testing.conformance._contests import (
    END,
    argument,
    case,
    close,
    closing,
    draft,
    due,
    opened,
    publish,
    queued,
    vote,
)
from mainstay.testing.conformance._credits import DAY, MICROSECOND
from mainstay.testing.conformance._expect import expect, raised
from mainstay.testing.conformance._suite import Suite
from mainstay.testing.conformance._transactions import Interrupted

__all__ = ["ClosedCasesConformance"]


def _traces(store: HasContests, user_id: str, *names: str) -> list[object]:
    """Return what closing some cases, for which a user has voted, would leave."""
    return [
        [store.contests.case(name) for name in names],
        [len(store.contests.rewards(name)) for name in names],
        len(queued(store, REWARD)) + len(queued(store, NOTICE)),
        {user: dict(theirs) for user, theirs in store.metrics.metrics([user_id]).items()},
    ]


class ClosedCasesConformance(Suite[HasContests]):
    """Tests of closing."""

    def test_a_closed_case_shows_its_verdict(self, store: HasContests) -> None:
        """``keep``: "From then on the verdict can be read with the case"; "what they came to"."""
        ada = self.user_id(1)
        for name, verdict in (("case", "yes"), ("other", "no")):
            draft(store, case(name), verdict=verdict)
        _, secret = draft(store, case("mine", creator=ada), verdict="yes", slot=END)
        for name in ("case", "other", "mine"):
            publish(store, name)
        before = store.contests.case("mine")
        now = END + MICROSECOND
        close(store, now, only=["mine"])
        after = store.contests.case("mine")
        expect(before is not None and after is not None, True, "it is there")
        if before is not None and after is not None:
            outcome = CaseOutcome(secret, now, 0, 0, 0, 1000, 1000)
            expect(after.outcome, outcome, "its secret, and when it closed; nobody took part")
            status = CaseStatus.CLOSED
            closed = attrs.evolve(before, case=attrs.evolve(before.case, status=status))
            expect(attrs.evolve(after, outcome=None), closed, "all else is as it was")
        for name in ("case", "other"):
            kept = store.contests.case(name)
            expect(kept and (kept.case.status, kept.outcome), (CaseStatus.OPEN, None), "it is open")

    def test_a_closed_case_is_not_due_again(self, store: HasContests) -> None:
        """``keep``: "nothing is taken for it any more", and it is closed once."""
        ada = self.user_id(1)
        opened(store)
        store.contests.vote("case", [vote(ada)])
        close(store, notices=True)
        before = _traces(store, ada, "case")
        expect(close(store, END + 99 * DAY), [], "nothing is due")
        expect(_traces(store, ada, "case"), before, "nothing is paid or counted again")

    def test_a_case_is_closed_once_in_a_transaction(self, store: HasContests) -> None:
        """``keep``: what has been closed is not due any more, also in the same transaction."""
        ada = self.user_id(1)
        opened(store)
        store.contests.vote("case", [vote(ada)])
        before = _traces(store, ada, "case")

        def twice(*, at_once: bool) -> None:
            with store.contests.page() as page:
                (one,) = [closing(each, END) for each in readable(page.due(END, limit=9))]
                for done in [[one, one]] if at_once else [[one], [one]]:
                    page.keep(done)

        for at_once in (True, False):
            claim = "the second time it is closed"
            raised(RejectedError, partial(twice, at_once=at_once), claim)
        expect(_traces(store, ada, "case"), before, "nothing of it is kept")

    def test_what_was_not_due_is_not_closed(self, store: HasContests) -> None:
        """``keep``: rejected if "A case was not due in this transaction", with all the rest."""
        ada = self.user_id(1)
        opened(store, "1", "2")
        opened(store, "later", now=END)
        for name in ("1", "2"):
            store.contests.vote(name, [vote(ada)])
        before = _traces(store, ada, "1", "2", "later")
        closings = {each.key: closing(each, END + DAY) for each in due(store, END + DAY)}

        def keep(*names: str) -> None:
            with store.contests.page() as page:
                page.due(END, after="1", limit=9)
                page.keep([closings[name] for name in names])

        raised(RejectedError, partial(keep, "2", "1"), "it comes before what was read")
        raised(RejectedError, partial(keep, "2", "later"), "its time is not over")
        expect(_traces(store, ada, "1", "2", "later"), before, "nothing is closed, paid or counted")

    def test_users_that_cannot_be_stored_close_nothing(self, store: HasContests) -> None:
        """``keep``: rejected if "something of it can't be kept", with all the rest."""
        ada = self.user_id(1)
        opened(store, "1", "2")
        for name in ("1", "2"):
            store.contests.vote(name, [vote(ada)])
        before = _traces(store, ada, "1", "2")

        def keep(*, pool: int, at_once: bool) -> None:
            with store.contests.page() as page:
                first, second = readable(page.due(END, limit=9))
                bad = attrs.evolve(second, votes=[*second.votes, vote("b\0b")])
                both = [closing(each, END, pool=pool) for each in (first, bad)]
                for done in [both] if at_once else [both[:1], both[1:]]:
                    page.keep(done)

        for pool, at_once in product((0, 1000), (True, False)):
            call = partial(keep, pool=pool, at_once=at_once)
            raised(RejectedError, call, "nobody has such an id, paid or not")
        expect(_traces(store, ada, "1", "2"), before, "nothing of it is kept")

    def test_an_interrupted_page_closes_nothing(self, store: HasContests) -> None:
        """``page``: "undone if it raises": nothing is shown, paid, told or counted."""
        ada = self.user_id(1)
        opened(store)
        store.contests.vote("case", [vote(ada)])
        store.contests.argue("case", [argument("1", ada)])
        before = _traces(store, ada, "case")
        with suppress(Interrupted), store.contests.page() as page:
            found = readable(page.due(END, limit=9))
            page.keep([closing(each, END, notices=True) for each in found])
            raise Interrupted
        expect(_traces(store, ada, "case"), before, "nothing of it is kept")
        expect(len(close(store, notices=True)), 1, "the next transaction closes it")
        expect(len(store.contests.rewards("case")), 1, "and pays once")

    def test_some_of_what_is_due_may_stay(self, store: HasContests) -> None:
        """``keep``: a plan that raises for one case leaves it as it was, and closes the others."""
        opened(store, "1", "2", "3")
        close(store, only=["1", "3"])
        expect([each.key for each in due(store)], ["2"], "it is due as before")
        close(store)
        expect([*due(store)], [], "and is closed later")

    def test_who_adds_to_a_case_that_closes_waits(self, store: HasContests) -> None:
        """``ContestStore``: "Whoever adds to a case waits while it is being opened or closed"."""
        bob = self.user_id(1)
        opened(store)
        begin, answered = Barrier(2), list[str]()
        late = vote(bob, at=END - MICROSECOND)

        def add() -> None:
            begin.wait()
            with suppress(RejectedError):
                store.contests.vote("case", [late])
                answered.append("taken")
            answered.append("answered")

        adding = Thread(target=add)
        with store.contests.page() as page:
            found: list[CaseClosing] = [
                closing(each, END) for each in readable(page.due(END, limit=9))
            ]
            adding.start()
            begin.wait()
            adding.join(0.1)
            expect(answered, [], "the page has not ended")
            page.keep(found)
        adding.join()
        expect(answered, ["answered"], "it came too late to count, and is refused")
        expect(store.contests.count_votes("case"), 0, "nor is it kept")

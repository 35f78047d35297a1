"""What a :class:`mainstay.ports.OutlookPage` keeps."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs

from mainstay.errors import RejectedError
from mainstay.outlook import Content, Mark
from mainstay.ports import HasOutlooks, OutboxEntry, OutlookMade
from mainstay.testing.conformance._activity import readable
from mainstay.testing.conformance._credits import DAY, MICROSECOND, NOON
from mainstay.testing.conformance._expect import expect, raised
from mainstay.testing.conformance._outlooks import TOMORROW, did_at, due, make, outlook, target
from mainstay.testing.conformance._suite import Suite

__all__ = ["KeptOutlooksConformance"]

_OTHER = Content("other", "b", "Other", "Something else.")


def _mail(key: str) -> OutboxEntry:
    return OutboxEntry(key=key, kind="ask", due_at=NOON)


class KeptOutlooksConformance(Suite[HasOutlooks]):
    """Tests of what pages keep."""

    def _active(self, store: HasOutlooks) -> list[str]:
        """Have three users be active, and return who they are."""
        users = self.users(3)
        for user in users:
            did_at(store, user, NOON - DAY)
        return users

    def test_outlooks_of_a_page_are_kept(self, store: HasOutlooks) -> None:
        """``keep``: "Keep outlooks": each user's own."""
        odd = self.odd_users()
        for user in odd:
            did_at(store, user, NOON - DAY)
        expect(make(store), odd, "all of them")
        for user in odd:
            kept = store.outlooks.outlook(user, TOMORROW)
            expect(kept, outlook(user), "as it was made")
        expect(due(store), [], "nobody is due any more")

    def test_what_is_to_be_done_outside_is_put(self, store: HasOutlooks) -> None:
        """``keep``: "and put what is to be done outside", with an outlook or without."""
        ada, bob, cyd = self._active(store)
        first, second = _mail("first"), _mail("second")
        with store.outlooks.page() as page:
            page.due(target(), limit=9)
            page.keep([OutlookMade(ada, entries=[first])])
            page.keep([OutlookMade(bob, outlook(bob), [first, second])])
        found = [*store.outbox.entries("ask")]
        expect(found, [first, second], "each once")
        expect([each.user_id for each in due(store)], [ada, cyd], "who has no outlook is due")

    def test_an_outlook_of_somebody_else_is_rejected(self, store: HasOutlooks) -> None:
        """``keep``: rejected if "an outlook is somebody else's"."""
        ada, bob, _ = self.users(3)
        self._require_rejected(store, OutlookMade(bob, outlook(ada)))

    def test_an_outlook_for_another_day_is_rejected(self, store: HasOutlooks) -> None:
        """``keep``: rejected if it is "for another day than the target's"."""
        _, bob, _ = self.users(3)
        self._require_rejected(store, OutlookMade(bob, outlook(bob, TOMORROW + DAY)))

    def test_an_outlook_with_marks_is_rejected(self, store: HasOutlooks) -> None:
        """``keep``: rejected if "something can't be kept": marks come later."""
        _, bob, _ = self.users(3)
        viewed = outlook(bob).marked(Mark.VIEWED, at=NOON)
        self._require_rejected(store, OutlookMade(bob, viewed))

    def test_texts_that_no_database_takes_are_rejected(self, store: HasOutlooks) -> None:
        """``keep``: rejected if "something can't be kept": NUL, or half a character."""
        _, bob, _ = self.users(3)
        for text in ("a\0b", "\ud83d"):
            for content in (
                attrs.evolve(_OTHER, template=text),
                attrs.evolve(_OTHER, variant=text),
                attrs.evolve(_OTHER, title=text),
                attrs.evolve(_OTHER, body=text),
                attrs.evolve(_OTHER, content_type=text),
            ):
                self._require_rejected(store, OutlookMade(bob, outlook(bob, content=content)))

    def test_an_entry_that_is_not_new_is_rejected(self, store: HasOutlooks) -> None:
        """``keep``: rejected if "something can't be kept", such as what was claimed before."""
        _, bob, _ = self.users(3)
        claimed = attrs.evolve(_mail("other"), attempts=1)
        self._require_rejected(store, OutlookMade(bob, outlook(bob), [claimed]))

    def test_an_entry_with_another_ones_key_is_rejected(self, store: HasOutlooks) -> None:
        """``keep``: rejected if "something can't be kept": the key has other contents."""
        _, bob, _ = self.users(3)
        store.outbox.put([attrs.evolve(_mail("there"), kind="tell")])
        self._require_rejected(store, OutlookMade(bob, outlook(bob), [_mail("there")]))

    def test_a_user_who_has_been_told_meanwhile_is_rejected(self, store: HasOutlooks) -> None:
        """``keep``: rejected if "A user was not due in this transaction"."""
        _, bob, _ = self._active(store)
        make(store, only=[bob])
        self._require_rejected(store, OutlookMade(bob, outlook(bob, content=_OTHER)), [bob])
        expect(store.outlooks.outlook(bob, TOMORROW), outlook(bob), "the first one stays")

    def _require_rejected(
        self, store: HasOutlooks, bad: OutlookMade, told: Sequence[str] = ()
    ) -> None:
        ada, *_ = users = self._active(store)
        good = OutlookMade(ada, outlook(ada), [_mail("good")])

        def keep(*, at_once: bool) -> None:
            with store.outlooks.page() as page:
                page.due(target(), limit=9)
                for done in [[good, bad]] if at_once else [[good], [bad]]:
                    page.keep(done)

        for at_once in (True, False):
            raised(RejectedError, partial(keep, at_once=at_once), "it can't be kept")
        found = [each.user_id for each in due(store)]
        expect(found, [user for user in users if user not in told], "all are due as before")
        expect(store.outbox.entry("good"), None, "and nothing is put")

    def test_force_replaces_the_whole_outlook(self, store: HasOutlooks) -> None:
        """``force``: "those are due, too, who have an outlook": the new one takes its place."""
        ada, bob, cyd = self._active(store)
        make(store)
        store.outlooks.mark(cyd, TOMORROW, Mark.COMPLETED, at=NOON)
        wanted = target(now=NOON + DAY, force=True)
        with store.outlooks.page() as page:
            found = readable(page.due(wanted, limit=9))
            made = [outlook(each.user_id, content=_OTHER) for each in found]
            new = [attrs.evolve(each, generated_at=NOON + DAY, fallback=True) for each in made]
            page.keep([OutlookMade(each.user_id, each) for each in new])
        expect([each.user_id for each in new], [ada, bob], "two were not viewed")
        for each in new:
            expect(store.outlooks.outlook(each.user_id, TOMORROW), each, "every field of it")
        stays = outlook(cyd).marked(Mark.COMPLETED, at=NOON)
        expect(store.outlooks.outlook(cyd, TOMORROW), stays, "what was viewed stays")

    def test_what_was_viewed_meanwhile_stays(self, store: HasOutlooks) -> None:
        """``due``: with ``force``, "neither viewed nor delivered", as of the transaction."""
        users = self._active(store)
        make(store)
        for user in users:
            store.outlooks.mark(user, TOMORROW, Mark.VIEWED, at=NOON + MICROSECOND)
        expect(make(store, target(force=True)), [], "nothing is replaced")

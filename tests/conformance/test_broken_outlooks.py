"""A store that breaks a promise about outlooks fails its suite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from mainstay.outlook import (
    Mark,
    NotificationPolicy,
    Outlook,
)
from mainstay.ports import (
    OutboxEntry,
    OutboxState,
    OutlookMade,
    OutlookStanding,
    OutlookTarget,
    Unreadable,
)
from mainstay.ports.notification_entries import planned_at_once
from mainstay.scores.by_policy import Policy
from mainstay.scores.consistency.policy import DEFAULT_POLICY
from mainstay.testing.conformance import OutlookConformance
from mainstay.testing.memory import outlooks
from mainstay.testing.memory._outlook import Told
from mainstay.testing.memory.outlooks import MemoryOutlooks, Users
from mainstay.testing.memory.outlooks import _Page as OutlooksPage
from tests.conformance.failing import failures

within, standing, stays, put_with, keep = (
    Users.within_a_month,
    Users.standing,
    Told.stays,
    Told.put_with,
    OutlooksPage.keep,
)
add, mark = MemoryOutlooks.add, MemoryOutlooks.mark
MICROSECOND, DAY = timedelta(microseconds=1), timedelta(days=1)


def until_now(users: Users, target: OutlookTarget) -> list[str]:
    return within(users, attrs.evolve(target, now=target.now + MICROSECOND))


def a_bit_shorter(users: Users, target: OutlookTarget) -> list[str]:
    found = users.sessions_of_all().items()
    return [u for u, some in found if any(target.since < s.started_at < target.now for s in some)]


def ever(users: Users, target: OutlookTarget) -> list[str]:
    found = users.sessions_of_all().items()
    return [u for u, some in found if any(s.started_at < target.now for s in some)]


def of_28_days(
    users: Users, user_id: str, now: datetime, _: Policy
) -> OutlookStanding | Unreadable:
    return standing(users, user_id, now, DEFAULT_POLICY)


def by_utc(
    users: Users, user_id: str, now: datetime, policy: Policy
) -> OutlookStanding | Unreadable:
    found = standing(users, user_id, now, policy)
    assert isinstance(found, OutlookStanding)
    window, today = found.window, now.astimezone(UTC).date()
    moved = window.advance(max(today, window.last_day))
    return OutlookStanding(user_id, attrs.evolve(moved, last_day=today))


def always(_: Told, outlook: Outlook | None, *, force: bool) -> bool:
    return outlook is not None and not force


def if_viewed(_: Told, outlook: Outlook | None, *, force: bool) -> bool:
    return outlook is not None and (not force or outlook.viewed_at is not None)


def if_delivered(told: Told, outlook: Outlook | None, *, force: bool) -> bool:
    return stays(
        told,
        None
        if outlook is None
        else attrs.evolve(
            outlook, viewed_at=None, engaged_at=None, completed_at=None, rated_at=None, rating=None
        ),
        force=force,
    )


def if_done(told: Told, outlook: Outlook | None, *, force: bool) -> bool:
    entry = outlook and told.notification((outlook.user_id, outlook.day))
    if outlook is not None and force and entry and entry.state is not OutboxState.DONE:
        return outlook.viewed_at is not None
    return stays(told, outlook, force=force)


def if_planned(told: Told, outlook: Outlook | None, *, force: bool) -> bool:
    there = outlook is not None and told.notification((outlook.user_id, outlook.day)) is not None
    return there or stays(told, outlook, force=force)


def nothing(*_: object) -> list[OutboxEntry]:
    return []


def whenever_it_is(told: Told, some: Iterable[Outlook]) -> list[OutboxEntry]:
    plan = (
        None
        if told.plan is None
        else attrs.evolve(told.plan, until=datetime(2100, 1, 1, tzinfo=UTC))
    )
    planned = (planned_at_once(each, told.preferences.get(each.user_id), plan) for each in some)
    return [entry for entry in planned if entry is not None]


def as_nobody_prefers(told: Told, some: Iterable[Outlook]) -> list[OutboxEntry]:
    planned = (planned_at_once(each, None, told.plan) for each in some)
    return [entry for entry in planned if entry is not None]


def by_the_standard_policy(told: Told, some: Iterable[Outlook]) -> list[OutboxEntry]:
    plan = told.plan and attrs.evolve(told.plan, policy=NotificationPolicy())
    planned = (planned_at_once(each, told.preferences.get(each.user_id), plan) for each in some)
    return [entry for entry in planned if entry is not None]


def in_time(told: Told, some: Iterable[Outlook]) -> list[OutboxEntry]:
    return [
        e
        for e in put_with(told, some)
        if told.plan and told.plan.until and e.due_at > told.plan.until - 2 * DAY
    ]


def without_entries(page: OutlooksPage, done: Sequence[OutlookMade]) -> None:
    keep(page, [attrs.evolve(made, entries=()) for made in done])


def of_anybody(made: Iterable[OutlookMade], _: OutlookTarget) -> dict[str, Outlook]:
    return {each.user_id: each.outlook for each in made if each.outlook}


def if_asked(store: MemoryOutlooks, outlook: Outlook, *, force: bool = False) -> bool:
    add(store, outlook, force=force)
    return True


def in_any_case(store: MemoryOutlooks, outlook: Outlook, *, force: bool = False) -> bool:
    before = store.outlook(outlook.user_id, outlook.day)
    store._put(outlook)
    return before is None or force


def the_latest(
    store: MemoryOutlooks,
    user: str,
    day: date,
    mark_: Mark,
    *,
    at: datetime,
    rating: int | None = None,
) -> Outlook:
    there = store.outlook(user, day)
    if there is not None and there.viewed_at is not None and mark_ is not Mark.RATED:
        store._put(attrs.evolve(there, **{f"{mark_.value}_at": at}))  # type: ignore[arg-type]  # by its name
        return mark(store, user, day, Mark.VIEWED, at=at)
    return mark(store, user, day, mark_, at=at, rating=rating)


def not_kept(
    store: MemoryOutlooks,
    user: str,
    day: date,
    mark_: Mark,
    *,
    at: datetime,
    rating: int | None = None,
) -> Outlook:
    there = store.outlook(user, day)
    found = mark(store, user, day, mark_, at=at, rating=rating)
    if mark_ is Mark.RATED and there is not None and there.rating is not None:
        store._put(attrs.evolve(found, rating=rating))
    return found


def first_kept(
    store: MemoryOutlooks, user: str, *, before: date | None = None, limit: int = 100
) -> object:
    return [
        each
        for (u, day), each in store._told.outlooks.items()
        if u == user and (before is None or day < before)
    ][:limit]


BROKEN: Mapping[str, tuple[object, str, Callable[..., object]]] = {
    "what happens now makes users due": (Users, "within_a_month", until_now),
    "the month is a moment shorter": (Users, "within_a_month", a_bit_shorter),
    "users are due for ever": (Users, "within_a_month", ever),
    "windows end where UTC is": (Users, "standing", by_utc),
    "windows have 28 days whatever the score": (Users, "standing", of_28_days),
    "force replaces what was seen": (Told, "stays", always),
    "force replaces what was delivered": (Told, "stays", if_viewed),
    "force replaces what was viewed": (Told, "stays", if_delivered),
    "force replaces what is being sent": (Told, "stays", if_done),
    "force leaves what was planned": (Told, "stays", if_planned),
    "nothing is planned at once": (Told, "put_with", nothing),
    "all is planned at once": (Told, "put_with", whenever_it_is),
    "preferences don't count at once": (Told, "put_with", as_nobody_prefers),
    "the policy doesn't count at once": (Told, "put_with", by_the_standard_policy),
    "what is long past is not planned": (Told, "put_with", in_time),
    "nothing is to be done outside": (OutlooksPage, "keep", without_entries),
    "anybody's outlooks are kept": (outlooks, "outlooks_by_key", of_anybody),
    "marks come with an outlook": (outlooks, "storable_outlook", lambda outlook: outlook),
    "all that is added is kept, it says": (MemoryOutlooks, "add", if_asked),
    "all that is added is kept": (MemoryOutlooks, "add", in_any_case),
    "the latest mark stays": (MemoryOutlooks, "mark", the_latest),
    "the latest rating stays": (MemoryOutlooks, "mark", not_kept),
    "outlooks are in the order they came": (MemoryOutlooks, "outlooks", first_kept),
}


@pytest.mark.parametrize("promise", BROKEN)
def test_a_store_that_breaks_a_promise_is_caught(
    monkeypatch: pytest.MonkeyPatch, promise: str
) -> None:
    place, name, broken = BROKEN[promise]
    monkeypatch.setattr(place, name, broken)
    assert next(failures(OutlookConformance), None)


def test_a_store_that_breaks_none_is_not() -> None:
    assert [*failures(OutlookConformance)] == []

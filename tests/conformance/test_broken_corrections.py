"""A store that breaks a promise about corrected events, days and weeks fails the suite."""
# ruff: noqa: ARG001  (a broken method has the arguments of the one that it replaces)

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from mainstay import (
    DayOutcome,
    Engagement,
    EngagementPolicy,
    IsoWeek,
    PolicyHistory,
    Session,
    WeeklyStreak,
)
from mainstay.ports import DueWeeks, Unreadable
from mainstay.testing.conformance import CorrectionConformance
from mainstay.testing.memory import (
    MemoryReputations,
    MemorySessions,
    _kept_weeks,
    corrections,
)
from mainstay.testing.memory._engagement_page import EngagementsPage
from mainstay.testing.memory._gone import Gone
from mainstay.testing.memory._judged_days import Judged, KeptDays
from mainstay.testing.memory._kept_weeks import KeptWeeks
from mainstay.testing.memory.corrections import _Page
from mainstay.testing.memory.engagements import MemoryEngagements
from mainstay.testing.memory.reputations import _Page as WeeksPage
from tests.conformance.failing import failures

_ONE_DAY = timedelta(days=1)

Broken = tuple[object, str, object]


def without(place: type, name: str, undone: Callable[[Any, Any], None]) -> Broken:
    """A method after which a part of what it did is as it was before."""
    method = getattr(place, name)

    def broken(self: Any, *args: Any, **options: Any) -> Any:
        before = self.copy() if hasattr(self, "copy") else attrs.evolve(self)
        found = method(self, *args, **options)
        undone(self, before)
        return found

    return place, name, broken


def keep_late(kept: Any, before: Any) -> None:
    kept.late = before.late


def keep_closed(kept: KeptDays, before: KeptDays) -> None:
    kept.closed = before.closed


def next_in_line(kept: KeptDays, before: KeptDays) -> None:
    kept.closed = {day: picked[:1] for day, picked in kept.closed.items()}


def whatever_is_renamed(sessions: MemorySessions, user_id: str, to: str) -> str:
    return to


def an_alias_both_ways(sessions: MemorySessions, user_id: str, to: str) -> dict[str, int]:
    changes = rename_sessions(sessions, user_id, to)
    sessions._aliases = {**sessions._aliases, user_id: to}
    return changes


def no_alias(sessions: MemorySessions, user_id: str, to: str) -> dict[str, int]:
    before = sessions._aliases
    changes = rename_sessions(sessions, user_id, to)
    sessions._aliases = {old: new for old, new in before.items() if old != to}
    return changes


def aliases_stay(sessions: MemorySessions, user_id: str, to: str) -> dict[str, int]:
    before = sessions._aliases
    changes = rename_sessions(sessions, user_id, to)
    stay = {old: new for old, new in before.items() if old in sessions._aliases}
    sessions._aliases = {**sessions._aliases, **stay}
    return changes


def aliases_survive(sessions: MemorySessions, user_id: str) -> dict[str, int]:
    before = sessions._aliases
    changes = forget_sessions(sessions, user_id)
    sessions._aliases = before
    return changes


def forgotten_ids(sessions: MemorySessions, ids: Iterable[str]) -> int:
    before = sessions._removed
    found = remove_sessions(sessions, ids)
    sessions._removed = before
    return found


def in_silence(sessions: MemorySessions, ids: Iterable[str]) -> int:
    watchers, sessions.watchers = sessions.watchers, ()
    found = remove_sessions(sessions, ids)
    sessions.watchers = watchers
    return found


def whatever_is_there(sessions: MemorySessions, given: Iterable[Session]) -> int:
    several = [*given]
    there = [each for each in several if each.id in sessions._by_id]
    return replace_sessions(sessions, there)


def everything_is_new(sessions: MemorySessions, given: Iterable[Session]) -> int:
    several = [*given]
    replace_sessions(sessions, several)
    return len(several)


def also_equal(sessions: MemorySessions, given: Iterable[Session]) -> list[str]:
    return sorted(str(each.id) for each in given if each.id in sessions._by_id)


def whatever_the_offset(sessions: MemorySessions, given: Iterable[Session]) -> list[str]:
    there, several = sessions._by_id, {each.id: each for each in given}
    return [key for key in edited(sessions, given) if there[key] != several[key]]


def also_early(sessions: MemorySessions, given: Iterable[Session]) -> list[str]:
    floor, sessions.floor = sessions.floor, None
    found = edited(sessions, given)
    sessions.floor = floor
    return found


def the_old_day(sessions: MemorySessions, new: Mapping[str, Session], old: object = ()) -> None:
    put(sessions, new, ())


def the_new_day(sessions: MemorySessions, new: Mapping[str, Session], old: object = ()) -> None:
    watchers, sessions.watchers = sessions.watchers, ()
    put(sessions, new, ())
    sessions.watchers = watchers
    sessions._tell(list(old) if isinstance(old, list) else [])


def what_is_new_alone(days: MemoryEngagements, sessions: Collection[Session]) -> None:
    """Nobody is due because a post is gone."""
    there, before = days._activity.sessions._by_id, days._kept.users
    changed(days, sessions)
    new = {each.user_id for each in sessions if each in there.values()}
    kept = days._kept = days._kept.copy()
    kept.users |= {user: before[user] for user in before.keys() - new}


def as_many_posts_are_the_same(page: EngagementsPage, user: Judged) -> bool:
    last = user.outcomes[-1]
    days = page.activity.by_user().get(last.user_id, {})
    now = page.activity.totals(last.user_id, days, user.through)
    known = last.score is not None and last.score.posts == now[0]
    return goes_on(page, attrs.evolve(user, corrected=user.corrected and not known))


def late_anyway(kept: KeptDays, user_id: str, to: str, both: date, **first: Any) -> int:
    users = [kept.users[each] for each in (user_id, to) if each in kept.users]
    found = merge(kept, user_id, to, both, **first)
    if any(user.through >= both for user in users):
        kept.late[to] = kept.late.get(to, frozenset()) | {both}
    return found


def only_who_is_active(page: EngagementsPage, *, after: str | None) -> Mapping[str, Any]:
    active = page.activity.by_user()
    return {user: days for user, days in active.items() if after is None or user > after}


def from_the_day(page: EngagementsPage, user_id: str, days: Any, since: date | None) -> date | None:
    late = page.kept.late.get(user_id, ())
    return max(min(late, default=date.max) if since is None else since, page.activity.floor)


def if_anything_happens(kept: KeptDays, user_id: str, since: date) -> int:
    found = take_back(kept, user_id, since)
    if user_id in kept.users:
        kept.users[user_id] = attrs.evolve(kept.users[user_id], must=None)
    return found


def all_of_it(kept: KeptDays, user_id: str, since: date) -> int:
    return take_back(kept, user_id, date.min)


def through_all(kept: KeptDays, user_id: str) -> date | None:
    found = evaluated_through(kept, user_id)
    return found and max(found, kept.idle_through, date(2024, 5, 30))


def not_of_who_was_reset(kept: KeptDays, user_id: str) -> date | None:
    user = kept.users.get(user_id)
    return None if user is None else user.through


def never_late(kept: KeptDays, user_id: str, day: date) -> None:
    pass


def always_late(kept: KeptDays, user_id: str, day: date) -> None:
    kept.late[user_id] = kept.late.get(user_id, frozenset()) | {day}


def late_for_good(kept: KeptDays, user_id: str, since: date) -> None:
    pass


def late_no_more(kept: KeptDays, user_id: str, since: date) -> None:
    kept.late.pop(user_id, None)


def the_second(kept: KeptDays, user_id: str, to: str, both: date, *, first: str) -> int:
    return merge(kept, user_id, to, both, first=to if first == user_id else user_id)


def everything(kept: KeptDays, user_id: str, to: str, both: date, *, first: str) -> int:
    return merge(kept, user_id, to, date.min, first=first)


def nothing_late(kept: KeptDays, user_id: str, to: str, both: date, *, first: str) -> int:
    found = merge(kept, user_id, to, both, first=first)
    kept.late.pop(to, None)
    return found


def as_they_were(kept: KeptDays, user_id: str, to: str, both: date, *, first: str) -> int:
    taken, KeptDays.take_back = KeptDays.take_back, lambda *_: 0  # type: ignore[method-assign]  # for a moment
    try:
        return merge(kept, user_id, to, both, first=first)
    finally:
        KeptDays.take_back = taken  # type: ignore[method-assign]  # as it was


def week_is_late_never(kept: KeptWeeks, user_id: str, week: IsoWeek) -> None:
    pass


def week_is_late_always(kept: KeptWeeks, user_id: str, week: IsoWeek) -> None:
    kept.late.add(user_id)


def weeks_in_time(kept: KeptWeeks, user_id: str, to: str, *, both: bool) -> None:
    rename_weeks(kept, user_id, to, both=False)


def the_first_weeks(streaks: Iterable[WeeklyStreak]) -> WeeklyStreak:
    return [*streaks][-1]


def without_idle_ones(page: WeeksPage, user_id: str) -> DueWeeks | Unreadable | None:
    found = reopened(page, user_id)
    if not isinstance(found, DueWeeks):
        return found
    weeks = {week: counts for week, counts in found.weeks.items() if counts}
    return attrs.evolve(found, weeks=weeks) if weeks else None


def weeks_stay(page: WeeksPage, user_id: str) -> DueWeeks | Unreadable | None:
    before = page.kept.streaks[user_id]
    found = reopened(page, user_id)
    if found is None:
        page.kept.streaks[user_id] = before
    return found


def lowered(page: _Page, floor: date) -> None:
    page.sessions.floor = floor


def any_day(field: str, value: date) -> date:
    return value


def all_evaluated(engagements: MemoryEngagements, user_id: str) -> date:
    return date.max


def no_totals(gone: Gone) -> Gone:
    return attrs.evolve(gone, totals=(0, 0, 0))


def no_kinds(gone: Gone) -> Gone:
    return attrs.evolve(gone, kinds=Gone().kinds)


def no_runs(gone: Gone) -> Gone:
    return attrs.evolve(gone, run=0)


def no_longest(gone: Gone) -> Gone:
    return attrs.evolve(gone, longest=0)


def no_days(gone: Gone) -> Gone:
    return attrs.evolve(gone, posts_by_day=())


def excluded_for_good(days: KeptDays, user_id: str, instead: Collection[str]) -> int:
    return 0


def as_of_the_day(user: Judged, day: date) -> DayOutcome | None:
    return user.outcome(day, PolicyHistory(EngagementPolicy(excused={day})))


def pruned_with(change: Callable[[Gone], Gone]) -> object:
    def broken(sessions: MemorySessions, user_id: str, gone: Gone) -> int:
        return prune_sessions(sessions, user_id, change(gone))

    return broken


def without_a_streak(engagements: MemoryEngagements, user_id: str, floor: date) -> int:
    found = prune_days(engagements, user_id, floor)
    engagements._kept.floors[user_id] = Engagement(user_id, 0, floor - _ONE_DAY)
    return found


def without_the_one_that_stands(engagements: MemoryEngagements, user_id: str, floor: date) -> int:
    before = engagements._kept.users[user_id].outcomes
    found = prune_days(engagements, user_id, floor)
    user = engagements._kept.users[user_id]
    left = tuple(each for each in user.outcomes if each in before)
    engagements._kept.users[user_id] = attrs.evolve(user, outcomes=left or user.outcomes)
    return found


def late_days_stay(engagements: MemoryEngagements, user_id: str, floor: date) -> int:
    before = dict(engagements._kept.late)
    found = prune_days(engagements, user_id, floor)
    engagements._kept.late = before
    return found


def weeks_before_it(reputations: MemoryReputations, user_id: str, streak: WeeklyStreak) -> None:
    prune_weeks(reputations, user_id, WeeklyStreak())


def weeks_are_not_recorded(
    reputations: MemoryReputations, user_id: str, streak: WeeklyStreak
) -> None:
    before = reputations._kept.streaks.get(user_id, WeeklyStreak())
    prune_weeks(reputations, user_id, streak)
    reputations._kept.streaks[user_id] = before


changed = MemoryEngagements.changed
rename_sessions, forget_sessions = MemorySessions.rename, MemorySessions.forget
remove_sessions, replace_sessions = MemorySessions.remove, MemorySessions.replace
prune_sessions, put = MemorySessions.prune, MemorySessions._put
edited = MemorySessions.edited
start, take_back, merge = EngagementsPage._start, KeptDays.take_back, KeptDays._merge
evaluated_through, goes_on = KeptDays.evaluated_through, EngagementsPage._goes_on
rename_weeks, reopened = KeptWeeks.rename, WeeksPage._reopened
prune_days, prune_weeks = MemoryEngagements.prune, MemoryReputations.prune

BROKEN: Mapping[str, Broken] = {
    "nothing is late": (KeptDays, "now_late", never_late),
    "removed events change nothing": (MemorySessions, "remove", in_silence),
    "candidates stay": without(KeptDays, "forget", keep_closed),
    "candidates move up": without(KeptDays, "forget", next_in_line),
    "late days are not forgotten": without(KeptDays, "forget", keep_late),
    "candidates are not renamed": without(KeptDays, "rename", keep_closed),
    "aliases are not followed": (MemorySessions, "whom", whatever_is_renamed),
    "an alias stays when it is renamed back": (MemorySessions, "rename", an_alias_both_ways),
    "there are no aliases": (MemorySessions, "rename", no_alias),
    "aliases of aliases stay": (MemorySessions, "rename", aliases_stay),
    "aliases of who is forgotten stay": (MemorySessions, "forget", aliases_survive),
    "removed events are new again": (MemorySessions, "remove", forgotten_ids),
    "unknown events are not replaced": (MemorySessions, "replace", whatever_is_there),
    "equal events are replaced": (MemorySessions, "replace", everything_is_new),
    "equal events are edited": (MemorySessions, "edited", also_equal),
    "another offset is no edit": (MemorySessions, "edited", whatever_the_offset),
    "events before the floor are edited": (MemorySessions, "edited", also_early),
    "the day of the old event is in time": (MemorySessions, "_put", the_old_day),
    "the day of the new event is in time": (MemorySessions, "_put", the_new_day),
    "as many posts are the same": (EngagementsPage, "_goes_on", as_many_posts_are_the_same),
    "days of a run that did not end are late": (KeptDays, "_merge", late_anyway),
    "totals only grow": (MemoryEngagements, "changed", what_is_new_alone),
    "who has lost all events is unknown": (EngagementsPage, "_everybody", only_who_is_active),
    "first events that came late are left out": (EngagementsPage, "_start", from_the_day),
    "an idle first day is not due": (KeptDays, "take_back", if_anything_happens),
    "all outcomes are taken back": (KeptDays, "take_back", all_of_it),
    "days to come are due again": (KeptDays, "evaluated_through", through_all),
    "who was reset is not evaluated": (KeptDays, "evaluated_through", not_of_who_was_reset),
    "everything is late": (KeptDays, "now_late", always_late),
    "late days stay late": (KeptDays, "not_late", late_for_good),
    "earlier late days are forgotten": (KeptDays, "not_late", late_no_more),
    "the second account's outcomes stay": (KeptDays, "_merge", the_second),
    "merged accounts have no outcomes": (KeptDays, "_merge", everything),
    "merged accounts are not late": (KeptDays, "_merge", nothing_late),
    "merged accounts keep all outcomes": (KeptDays, "_merge", as_they_were),
    "weeks are never late": (KeptWeeks, "now_late", week_is_late_never),
    "weeks are always late": (KeptWeeks, "now_late", week_is_late_always),
    "weeks of merged accounts are in time": (KeptWeeks, "rename", weeks_in_time),
    "the other account's weeks stay": (_kept_weeks, "farther", the_first_weeks),
    "idle weeks are not recorded again": (WeeksPage, "_reopened", without_idle_ones),
    "weeks without events stay": (WeeksPage, "_reopened", weeks_stay),
    "a floor is lowered": (_Page, "raise_floor", lowered),
    "a floor is any day": (corrections, "monday", any_day),
    "who is behind is pruned": (MemoryEngagements, "through", all_evaluated),
    "posts by day are pruned": (MemorySessions, "prune", pruned_with(no_days)),
    "who is forgotten is excluded": (KeptDays, "_exclude", excluded_for_good),
    "a rest day stands over the floor": (Judged, "standing", as_of_the_day),
    "totals are pruned": (MemorySessions, "prune", pruned_with(no_totals)),
    "kinds are pruned": (MemorySessions, "prune", pruned_with(no_kinds)),
    "runs of days are cut": (MemorySessions, "prune", pruned_with(no_runs)),
    "longest runs are pruned": (MemorySessions, "prune", pruned_with(no_longest)),
    "streaks are pruned": (MemoryEngagements, "prune", without_a_streak),
    "the outcome that stands is pruned": (MemoryEngagements, "prune", without_the_one_that_stands),
    "late days stay before the floor": (MemoryEngagements, "prune", late_days_stay),
    "weeks begin after the floor": (MemoryReputations, "prune", weeks_before_it),
    "weeks are lost": (MemoryReputations, "prune", weeks_are_not_recorded),
}


@pytest.mark.parametrize("promise", BROKEN)
def test_a_store_that_breaks_a_promise_is_caught(
    monkeypatch: pytest.MonkeyPatch, promise: str
) -> None:
    place, name, broken = BROKEN[promise]
    monkeypatch.setattr(place, name, broken)
    assert next(failures(CorrectionConformance), None)


def test_a_store_that_breaks_none_is_not() -> None:
    assert [*failures(CorrectionConformance)] == []

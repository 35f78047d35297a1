"""A store that breaks a promise about idle days fails the suite."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta

import attrs
import pytest

from mainstay import DayActivity, DayOutcome, EngagementPolicy, PolicyHistory
from mainstay.ports import DueDays, EvaluatedDays
from mainstay.testing.conformance import EngagementStoreConformance
from mainstay.testing.memory._activity import Activity, UserDays
from mainstay.testing.memory._engagement_page import EngagementsPage as Page
from mainstay.testing.memory._judged_days import Judged as User
from tests.conformance.failing import failures

idle, must, keep, goes_on, missed = Page.idle, Page._must, Page.keep, Page._goes_on, Page._missed
outcome, activity_of = User.outcome, Page._activity_of
picked_between, last_active = Page.picked_between, Page.last_active
posts_by_day = Activity.posts_by_day
Policies = PolicyHistory[EngagementPolicy]
ONE_DAY = timedelta(days=1)


def every_day(page: Page, user_id: str, days: UserDays) -> Sequence[date]:
    due = must(page, user_id, days)
    return [due[0] + ONE_DAY * passed for passed in range(40)] if due else due


def events_alone(page: Page, user: User) -> bool:
    return goes_on(page, attrs.evolve(user, corrected=False))


def up_to_the_latest(page: Page, user: User) -> bool:
    return goes_on(page, attrs.evolve(user, through=page.kept.idle_through))


def whatever_arrives(page: Page, user: User) -> bool:
    last = user.outcomes[-1]
    return goes_on(page, user) or max(page.activity.by_user()[last.user_id]) > last.day


def of_nobody(page: Page, day: date) -> None:
    pass


def of_everybody(page: Page, day: date) -> None:
    users = page.kept.users
    page.kept.users = {name: attrs.evolve(user, through=day) for name, user in users.items()}
    page.kept.idle_through = day


def also_back(page: Page, day: date) -> None:
    idle(page, day)
    users = page.kept.users
    page.kept.users = {
        name: attrs.evolve(user, through=max(user.outcomes[-1].day, min(user.through, day)))
        for name, user in users.items()
    }


def without_check(page: Page, evaluated: Sequence[EvaluatedDays]) -> None:
    for done in evaluated:
        due = page.transaction.due(done.state.user_id)
        page.transaction.read[due.key] = attrs.evolve(due, activities=[])
        user = page.kept.users.get(due.key)
        outcomes = () if user is None else user.outcomes
        page.kept.users[due.key] = User((*outcomes, *done.outcomes), done.outcomes[-1].day)


def kept_ones_alone(page: Page, day: date) -> Sequence[DayOutcome]:
    return [each for each in missed(page, day) if (each.user_id, day) in kept_days(page)]


def also_of_those_who_are_due(page: Page, day: date) -> Sequence[DayOutcome]:
    policies = page.kept.history()
    found = [for_ever(each, day, policies) for each in page.kept.users.values()]
    standing = [each for each in found if each is not None and each.total > 0]
    return sorted(standing, key=lambda each: (-each.total, -each.streak_before, each.user_id))


def best(found: Sequence[DayOutcome], by: Callable[[float], float]) -> Sequence[DayOutcome]:
    return sorted(found, key=lambda each: (-by(each.total), -each.streak_before, each.user_id))


def with_six_decimals(page: Page, day: date) -> Sequence[DayOutcome]:
    return best(missed(page, day), lambda total: round(total, 6))


def with_fifteen_digits(page: Page, day: date) -> Sequence[DayOutcome]:
    return best(missed(page, day), lambda total: float(f"{total:.15g}"))


def in_single_precision(page: Page, day: date) -> Sequence[DayOutcome]:
    return best(missed(page, day), lambda total: array("f", [total])[0])


def with_six_decimals_if_they_stand(page: Page, day: date) -> Sequence[DayOutcome]:
    found, kept = missed(page, day), {*kept_days(page)}
    rounded = best(found, lambda total: round(total, 6))
    return found if any((each.user_id, day) in kept for each in found) else rounded


def kept_days(page: Page) -> Iterator[tuple[str, date]]:
    users = page.kept.users.values()
    return ((each.user_id, each.day) for user in users for each in user.outcomes)


def for_ever(user: User, day: date, policies: Policies) -> DayOutcome | None:
    return outcome(attrs.evolve(user, through=date.max), day, policies)


def with_its_streak(user: User, day: date, policies: Policies) -> DayOutcome | None:
    found = outcome(user, day, policies)
    kept = [each for each in user.outcomes if each.day <= day]
    return found and attrs.evolve(kept[-1], day=day)


def the_first(user: User, day: date, policies: Policies) -> DayOutcome | None:
    return outcome(attrs.evolve(user, outcomes=user.outcomes[:1]), day, policies)


def resting_for_good(user: User, day: date, policies: Policies) -> DayOutcome | None:
    found = outcome(user, day, policies)
    before = found and outcome(user, day - ONE_DAY, policies)
    return attrs.evolve(before, day=day) if before is not None and before.rest else found


def without_rest(user: User, day: date, policies: Policies) -> DayOutcome | None:
    plain = EngagementPolicy(criteria=policies.first.criteria)
    return outcome(user, day, PolicyHistory(plain))


def as_of_the_first_day(user: User, day: date, policies: Policies) -> DayOutcome | None:
    found = outcome(user, day, policies)
    kept = [each for each in user.outcomes if each.day <= day]
    return found and attrs.evolve(found, score=kept[-1].score and kept[-1].score.without_streak())


def without_durations(page: Page, user_id: str, days: UserDays, day: date) -> DayActivity:
    return attrs.evolve(activity_of(page, user_id, days, day), durations=())


def a_day_too_few(page: Page, first: date, last: date) -> Mapping[date, Collection[str]]:
    return picked_between(page, first + ONE_DAY, last)


def whenever(page: Page, user_ids: Collection[str], first: date, last: date) -> Mapping[str, date]:
    return last_active(page, user_ids, first, last + ONE_DAY * 2)


def all_at_once(activity: Activity, user_id: str) -> Sequence[tuple[date, int]]:
    found = posts_by_day(activity, user_id)
    return [(found[-1][0], sum(count for _, count in found))] if found else found


def in_one_piece(page: Page, day: date, *, after: str | None) -> Iterator[DueDays]:
    for due in all_due(page, day, after=after):
        assert isinstance(due, DueDays)
        yield attrs.evolve(due, through=due.activities[-1].day)


all_due = Page.all_due

BROKEN: Mapping[str, tuple[type, str, Callable[..., object]]] = {
    "all idle days are due": (Page, "_must", every_day),
    "late posts are due never": (Page, "_goes_on", events_alone),
    "the rest of a run behind others is forgotten": (Page, "_goes_on", up_to_the_latest),
    "future events are due at once": (Page, "_goes_on", whatever_arrives),
    "nobody was idle": (Page, "idle", of_nobody),
    "those who are due were idle": (Page, "idle", of_everybody),
    "the past is idle again": (Page, "idle", also_back),
    "other outcomes are kept": (Page, "keep", without_check),
    "those that stand are not among the best": (Page, "_missed", kept_ones_alone),
    "those who are due stand": (Page, "_missed", also_of_those_who_are_due),
    "totals are rounded to be ranked": (Page, "_missed", with_six_decimals),
    "totals have fifteen digits": (Page, "_missed", with_fifteen_digits),
    "totals are of single precision": (Page, "_missed", in_single_precision),
    "totals that stand are rounded": (Page, "_missed", with_six_decimals_if_they_stand),
    "outcomes stand for ever": (User, "outcome", for_ever),
    "streaks stand": (User, "outcome", with_its_streak),
    "the first outcome stands": (User, "outcome", the_first),
    "rest days stand": (User, "outcome", resting_for_good),
    "no day is a rest day": (User, "outcome", without_rest),
    "time takes nothing away": (User, "outcome", as_of_the_first_day),
    "durations are lost": (Page, "_activity_of", without_durations),
    "the first day's picks are left out": (Page, "picked_between", a_day_too_few),
    "later days are among those asked for": (Page, "last_active", whenever),
    "all posts are as old as the latest": (Activity, "posts_by_day", all_at_once),
    "days on which streaks end are not asked for": (Page, "all_due", in_one_piece),
}


@pytest.mark.parametrize("promise", BROKEN)
def test_a_store_that_breaks_a_promise_is_caught(
    monkeypatch: pytest.MonkeyPatch, promise: str
) -> None:
    place, name, broken = BROKEN[promise]
    monkeypatch.setattr(place, name, broken)
    assert next(failures(EngagementStoreConformance), None)


def test_a_store_that_breaks_none_is_not() -> None:
    assert [*failures(EngagementStoreConformance)] == []

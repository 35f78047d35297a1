"""Daily engagement: who met the day's criteria, and who is recognised although they didn't."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs

from mainstay import _checks as checks
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError, OutOfOrderError
from mainstay.scores.engagement.day import DayActivity, DayOutcome
from mainstay.scores.engagement.historical import HistoricalScore, historical_score, many
from mainstay.scores.engagement.policy import DEFAULT_POLICY, EngagementPolicy
from mainstay.scores.engagement.recent import RecentPosts

__all__ = ["Engagement", "catch_up", "evaluate_day"]

_BY_DAY = "Pass the number of posts of each day with some, such as {day: 2}."


@schema("engagement/1")
@attrs.frozen
class Engagement:
    """What is kept of a user from one day to the next.

    Attributes:
        user_id: Who it is.
        streak: Days in a row that met the criteria, as of ``last_day``.
        last_day: The last day evaluated; ``None`` before the first.
        last_outcome: What that day came to. A store that keeps outcomes elsewhere may leave it
            out, and then can't have the same day evaluated again.

    Raises:
        InvalidValueError: The fields contradict one another.

    Examples:
        >>> from datetime import date
        >>> Engagement("ada", streak=14, last_day=date(2024, 5, 1)).streak
        14
    """

    user_id: str = attrs.field(validator=checks.each(checks.text))
    streak: int = attrs.field(default=0, validator=checks.each(many))
    last_day: date | None = attrs.field(default=None, validator=checks.optional(checks.day))
    last_outcome: DayOutcome | None = None

    def __attrs_post_init__(self) -> None:
        if self.last_day is None and self.streak:
            raise InvalidValueError(
                f"must be given with a streak of {self.streak} days", field="last_day", value=None
            )
        if self.last_outcome is not None:
            self._check_outcome(checks.instance("last_outcome", self.last_outcome, DayOutcome))

    def _check_outcome(self, outcome: DayOutcome) -> None:
        own = (self.user_id, self.last_day, self.streak)
        if (outcome.user_id, outcome.day, outcome.streak_after) != own:
            raise InvalidValueError(
                f"must be what {self.last_day} came to for {self.user_id!r}, "
                f"with a streak of {self.streak} after it",
                field="last_outcome",
                value=outcome,
            )

    def idle_through(self, day: date, *, policy: EngagementPolicy = DEFAULT_POLICY) -> Engagement:
        """Return the state after days on which nothing happened, through one of them.

        Nothing changes without a streak: the last outcome stands, see :meth:`DayOutcome.idle_on`.

        Args:
            day: The last day evaluated, or a later one.
            policy: What says whether that is a rest day.

        Raises:
            OutOfOrderError: There is a streak, which the first idle day ends: evaluate it. Or no
                day has been evaluated yet, it is after this one, or it was a rest day.

        Examples:
            >>> from datetime import date
            >>> ada = Engagement("ada", last_day=date(2024, 5, 1))
            >>> ada.idle_through(date(2024, 5, 31)).last_day
            datetime.date(2024, 5, 31)
            >>> Engagement("bob", 3, date(2024, 5, 1)).idle_through(date(2024, 5, 2))
            Traceback (most recent call last):
                ...
            mainstay.errors.OutOfOrderError: day must be 2024-05-01, the last that was ...
        """
        last = self.last_day
        if day == last:
            return self
        if last is None or self.streak or checks.day("day", day) < last:
            raise OutOfOrderError(
                f"must be {last}, the last that was evaluated, or a later one without a streak",
                field="day",
                value=day,
                remedy="Evaluate the first day, and each on which a streak may end.",
            )
        kept = self.last_outcome
        outcome = None if kept is None else kept.idle_on(day, policy=policy)
        return Engagement(self.user_id, 0, day, outcome)


def evaluate_day(
    state: Engagement, activity: DayActivity, *, policy: EngagementPolicy = DEFAULT_POLICY
) -> tuple[Engagement, DayOutcome]:
    """Return the state after a day, and what the day came to.

    If the day's counts meet the criteria, the streak grows by 1 and there is no historical score.
    If not, it is computed with the streak as it stood before, and the streak becomes 0. A rest day
    has no score and leaves the streak as it is, even if the criteria are met. The last day again
    changes nothing and returns the outcome that was kept, whatever the activity.

    Args:
        state: The user's state; ``Engagement(user_id)`` before their first day.
        activity: The day after the last one evaluated.
        policy: The criteria and numbers, if not the standard ones.

    Raises:
        OutOfOrderError: The day is neither the next one nor the last again; or it is the last,
            and the state does not hold its outcome.
        InvalidTypeError: An argument is of the wrong type.

    Examples:
        >>> from datetime import date
        >>> ada = Engagement("ada", streak=14, last_day=date(2024, 5, 1))
        >>> idle = DayActivity(date(2024, 5, 2), posts=50, average_quality=10)
        >>> ada, outcome = evaluate_day(ada, idle)
        >>> ada.streak, outcome.streak_before, outcome.met, outcome.total
        (0, 14, False, 65.0)
    """
    checks.instance("state", state, Engagement)
    checks.instance("activity", activity, DayActivity)
    checks.instance("policy", policy, EngagementPolicy)
    day, last = activity.day, state.last_day
    if last is not None and (day - last).days != 1:
        return state, _kept(state, day)
    rest = policy.rests_on(day, activity.counts)
    met = not rest and policy.criteria.met(activity.counts, dict(activity.durations), day=day)
    score = None if rest or met else _missed(state.streak, activity, policy)
    outcome = DayOutcome(state.user_id, day, state.streak, score, rest)
    return Engagement(state.user_id, outcome.streak_after, day, outcome), outcome


def _missed(streak: int, activity: DayActivity, policy: EngagementPolicy) -> HistoricalScore:
    """Return the historical score for a day on which the criteria were not met."""
    return historical_score(
        streak=streak,
        posts=activity.posts,
        average_quality=activity.average_quality,
        rated=activity.rated,
        recent=_recent(activity, policy),
        policy=policy,
    )


def _recent(activity: DayActivity, policy: EngagementPolicy) -> RecentPosts | None:
    """Return what the posts count as, if old ones count less."""
    if policy.half_life is None:
        return None
    if activity.posts_by_day is None:
        raise InvalidValueError(
            "must be given, since the policy has a half-life",
            field="posts_by_day",
            value=None,
            remedy=_BY_DAY,
        )
    found = RecentPosts.of(
        activity.posts_by_day,
        day=activity.day,
        half_life=policy.half_life,
        posts_half=policy.posts_half,
    )
    if (found is None) != (activity.posts == 0):
        raise InvalidValueError(
            f"must have the posts up to {activity.day}, of which there are {activity.posts}",
            field="posts_by_day",
            value=dict(activity.posts_by_day),
            remedy=_BY_DAY,
        )
    return found


def _kept(state: Engagement, day: date) -> DayOutcome:
    """Return the outcome of the last day; any other day but the next is refused."""
    if day != state.last_day:
        raise OutOfOrderError(
            f"must be {state.last_day} or the day after it",
            field="day",
            value=day,
            remedy="Evaluate every day in order, also the idle ones.",
        )
    if state.last_outcome is None:
        raise OutOfOrderError(
            "has been evaluated, and this state does not hold its outcome",
            field="day",
            value=day,
            remedy="Read it where it was kept.",
        )
    return state.last_outcome


def catch_up(
    state: Engagement,
    activities: Iterable[DayActivity],
    *,
    policy: EngagementPolicy = DEFAULT_POLICY,
) -> tuple[Engagement, tuple[DayOutcome, ...]]:
    """Return the state after several days, and what each of them came to, oldest first.

    Args:
        state: The user's state.
        activities: Every day since the last one evaluated, in any order, the idle ones too.
        policy: As in :func:`evaluate_day`.

    Raises:
        OutOfOrderError: A day is missing, or has been evaluated before the last one.
        InvalidValueError: Two activities of the same day differ.

    Examples:
        >>> from datetime import date
        >>> from mainstay import DailyCriteria
        >>> days = [DayActivity(date(2024, 5, day), {"commit": day % 3}) for day in (1, 2, 3)]
        >>> policy = EngagementPolicy(criteria=DailyCriteria({"commit": 1}))
        >>> state, outcomes = catch_up(Engagement("ada"), days, policy=policy)
        >>> [outcome.streak_after for outcome in outcomes]
        [1, 2, 0]
    """
    checks.instance("state", state, Engagement)
    checks.instance("policy", policy, EngagementPolicy)
    by_day: dict[date, DayActivity] = {}
    for activity in checks.iterable("activities", activities):
        day = checks.instance("activities", activity, DayActivity).day
        if by_day.setdefault(day, activity) != activity:
            raise InvalidValueError(
                f"must be the same for {day}", field="activities", value=activity
            )
    outcomes = []
    for day in sorted(by_day):
        state, outcome = evaluate_day(state, by_day[day], policy=policy)
        outcomes.append(outcome)
    return state, tuple(outcomes)

"""Outlooks: what users are told, when they want to be, and how its words perform."""

from __future__ import annotations

from datetime import date, time, timedelta

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.activity.year import YEAR_DAYS
from mainstay.outlook import (
    STANDARD_TEMPLATES,
    Content,
    ContentCounts,
    Decision,
    LowTemplate,
    Mark,
    Metric,
    NotificationPolicy,
    Outlook,
    OutlookContext,
    Preferences,
    ReviewPolicy,
    Sums,
    Template,
    TemplateFigures,
    Trial,
    decide,
)
from mainstay.outlook.templates import pair_of
from mainstay.testing.strategies.activity import user_ids, windows
from mainstay.testing.strategies.calendar import days, instants, later, zones
from mainstay.testing.strategies.jobs import plain_data
from mainstay.testing.strategies.making import made
from mainstay.testing.strategies.policies import year_policies

__all__ = [
    "content_counts",
    "contents",
    "decisions",
    "low_templates",
    "notification_policies",
    "outlook_contexts",
    "outlooks",
    "preferences",
    "review_policies",
    "sums",
    "template_figures",
    "templates",
    "trials",
]

# What is drawn again and again is made once: Hypothesis checks and labels each new strategy.
_VARIANTS = ("plain", "warm", "short", "ß 字")
_NAMES = st.sampled_from(["streak", "rhythm", "welcome", "été 🙂"])
_WORDS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=20)
_SOME_VARIANTS = st.lists(st.sampled_from(_VARIANTS), min_size=1, max_size=4, unique=True)
_PAIRS = st.lists(st.sampled_from([*_VARIANTS, "gone"]), min_size=2, max_size=2, unique=True)
_TRIED = st.lists(_PAIRS.map(pair_of), max_size=3)
_KINDS = st.sampled_from(["outlook", "tip", "nudge"])
_TIMES = st.times().map(lambda at: at.replace(microsecond=0)) | st.sampled_from(
    [time(0), time(2, 30), time(6, 45), time(23, 59, 59)]
)
_WEEKDAYS = st.frozensets(st.integers(0, 6), max_size=7)
_MARKS = st.lists(
    st.tuples(st.sampled_from(Mark), st.integers(1, 5), st.integers(0, 10**6)), max_size=5
)
_PAIRS_OF_COUNTS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7)).map(lambda two: (min(two), max(two))),
    max_size=6,
)
_RATINGS = st.lists(st.integers(0, 9), min_size=5, max_size=5)
_SHARES = st.floats(0, 1)
_CHANCES = st.sampled_from([0.01, 0.05]) | st.floats(1e-6, 0.5)
_FEW = st.integers(1, 60)


def contents() -> SearchStrategy[Content]:
    """Texts, some with data, of a few templates, variants and types.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(contents())
        ... def test_a_text_has_a_title_and_a_body(content):
        ...     assert content.title and content.body
        >>> test_a_text_has_a_title_and_a_body()
    """
    return made(Content, _NAMES, st.sampled_from(_VARIANTS), _WORDS, _WORDS, plain_data(), _KINDS)


@st.composite
def outlooks(draw: DrawFn, user_id: str | None = None, day: date | None = None) -> Outlook:
    """Outlooks, new ones and some that their users have seen, used and rated.

    Args:
        user_id: Whose; anybody's by default.
        day: For which day; any by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(outlooks("ada", date(2024, 5, 1)))
        ... def test_what_was_used_was_seen(outlook):
        ...     assert outlook.engaged_at is None or outlook.viewed_at is not None
        >>> test_what_was_used_was_seen()
    """
    told = draw(days()) if day is None else day
    made_at = draw(instants())
    outlook = Outlook(
        user_id=draw(user_ids()) if user_id is None else user_id,
        day=told,
        content=draw(contents()),
        known_through=told - timedelta(days=draw(st.integers(0, 2))),
        generated_at=made_at,
        fallback=draw(st.booleans()),
    )
    for mark, rating, seconds in draw(_MARKS):
        outlook = outlook.marked(
            mark,
            at=later(made_at, timedelta(seconds=seconds)),
            rating=rating if mark is Mark.RATED else None,
        )
    return outlook


def outlook_contexts() -> SearchStrategy[OutlookContext]:
    """What texts are made from: with the standard templates, and often others.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay.outlook import standard_content
        >>> @settings(max_examples=1)
        ... @given(outlook_contexts())
        ... def test_everybody_can_be_told_something(context):
        ...     assert standard_content(context).template in context.templates
        >>> test_everybody_can_be_told_something()
    """
    given = st.lists(templates(), max_size=2).map(
        lambda some: {each.name: each for each in (*some, *STANDARD_TEMPLATES)}
    )
    of_month = made(OutlookContext, user_ids(), days(), windows(), given, plain_data())
    of_year = made(
        OutlookContext,
        user_ids(),
        days(),
        windows(length=YEAR_DAYS),
        given,
        plain_data(),
        policy=year_policies(),
    )
    return of_month | of_year


def preferences() -> SearchStrategy[Preferences]:
    """When users want to be told, if they want it at all.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay.outlook import due_instant
        >>> @settings(max_examples=1)
        ... @given(preferences())
        ... def test_it_is_the_same_day_somewhere(wanted):
        ...     at = due_instant(wanted, date(2024, 5, 1))
        ...     assert abs(at.date() - date(2024, 5, 1)) <= timedelta(days=1)
        >>> test_it_is_the_same_day_somewhere()
    """
    return st.just(Preferences()) | made(
        Preferences,
        st.none() | zones(),
        _TIMES,
        _TIMES,
        _WEEKDAYS,
        st.booleans(),
        st.none() | _WORDS,
    )


def notification_policies() -> SearchStrategy[NotificationPolicy]:
    """When users are told who have not said when: often the standard policy.

    Examples:
        >>> from hypothesis import given, settings
        >>> from mainstay.outlook import wanted_instant
        >>> @settings(max_examples=1)
        ... @given(notification_policies())
        ... def test_nobody_is_told_if_it_is_off(policy):
        ...     at = wanted_instant(None, date(2024, 5, 1), policy=policy)
        ...     assert (at is not None) == policy.enabled
        >>> test_nobody_is_told_if_it_is_off()
    """
    return st.just(NotificationPolicy()) | made(
        NotificationPolicy,
        enabled=st.booleans(),
        zone=zones(),
        weekday=_TIMES,
        weekend=_TIMES,
    )


def trials() -> SearchStrategy[Trial]:
    """Trials under way, of any variant.

    Examples:
        >>> from hypothesis import find
        >>> find(trials(), lambda trial: trial.challenger == "warm").reads
        0
    """
    return made(Trial, st.sampled_from(_VARIANTS), days(), st.integers(0, 8))


@st.composite
def templates(draw: DrawFn, name: str | None = None) -> Template:
    """Templates of one to four variants, some of which are tried or were.

    Args:
        name: Its name; any by default.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(templates(name="run"))
        ... def test_what_is_tried_is_not_current(template):
        ...     assert template.current in template.variants
        ...     assert template.trial is None or template.trial.challenger != template.current
        >>> test_what_is_tried_is_not_current()
    """
    variants = draw(_SOME_VARIANTS)
    current, *others = draw(st.permutations(variants))
    trial, tries = None, draw(st.booleans())
    if others and tries:
        trial = Trial(others[0], draw(days()), draw(st.integers(0, 8)))
    called = draw(_NAMES) if name is None else name
    return Template(called, variants, current, trial, draw(_TRIED))


def content_counts() -> SearchStrategy[ContentCounts]:
    """What became of some outlooks, and often nothing.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(content_counts())
        ... def test_only_what_was_viewed_was_used(counts):
        ...     assert counts.engaged <= counts.viewed <= counts.total
        >>> test_only_what_was_viewed_was_used()
    """
    return made(_counts, st.integers(0, 20), _FEW, _RATINGS, st.integers(0, 20))


def _counts(total: int, part: int, ratings: list[int], done: int) -> ContentCounts:
    viewed = sum(ratings) + done
    return ContentCounts(viewed + total, viewed, min(done, part), viewed // part, ratings)


def sums() -> SearchStrategy[Sums]:
    """The sums of a few users, and of nobody.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(sums())
        ... def test_nobody_has_no_rate(some):
        ...     assert (some.rate is None) == (some.n == 0)
        >>> test_nobody_has_no_rate()
    """
    return made(Sums.of, _PAIRS_OF_COUNTS)


def template_figures() -> SearchStrategy[TemplateFigures]:
    """What became of a template's outlooks, and of all others'.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(template_figures())
        ... def test_what_was_viewed_was_there(figures):
        ...     assert figures.counts.viewed <= figures.counts.total
        >>> test_what_was_viewed_was_there()
    """
    return made(TemplateFigures, _NAMES, sums(), sums(), content_counts())


def low_templates() -> SearchStrategy[LowTemplate]:
    """Templates that perform worse than the others.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(low_templates())
        ... def test_it_is_surely_worse(low):
        ...     assert low.low <= low.high < 0
        >>> test_it_is_surely_worse()
    """
    below = st.lists(st.floats(-1, -1e-9), min_size=2, max_size=2).map(sorted)
    return made(_low, _NAMES, st.sampled_from(Metric), _SHARES, _SHARES, below)


def _low(
    name: str, metric: Metric, rate: float, others_rate: float, bounds: list[float]
) -> LowTemplate:
    return LowTemplate(name, metric, rate, others_rate, *bounds)


def review_policies() -> SearchStrategy[ReviewPolicy]:
    """How sure reviews are: often the standard policy.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(review_policies())
        ... def test_a_level_is_a_chance(policy):
        ...     assert 0 < policy.low_level(templates=3) <= policy.alarms
        >>> test_a_level_is_a_chance()
    """
    return st.just(ReviewPolicy()) | made(
        ReviewPolicy,
        metric=st.sampled_from(Metric),
        alarms=_CHANCES,
        weeks=_FEW,
        least_users=st.integers(2, 60),
        least_successes=_FEW,
        least_failures=_FEW,
        reads=_FEW,
        trial_level=_CHANCES,
    )


def decisions() -> SearchStrategy[Decision]:
    """What reviews change: trials that are read, and some that begin.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(decisions())
        ... def test_a_trial_that_begins_is_a_change(decision):
        ...     assert {*decision.ab_tests_triggered} <= {each.name for each in decision.changed}
        >>> test_a_trial_that_begins_is_a_change()
    """
    return made(_decided, st.lists(templates(), max_size=3), low_templates(), days())


def _decided(some: list[Template], low: LowTemplate, since: date) -> Decision:
    named = {each.name: each for each in some}
    return decide(named, [low], {}, since=since)

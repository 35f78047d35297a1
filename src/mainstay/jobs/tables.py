"""What the tables of a configuration say: plain data, as TOML has them, to policies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import attrs

from mainstay import _checks as checks
from mainstay.errors import InvalidTypeError, InvalidValueError
from mainstay.recognition import STANDARD_BADGES, Badge, BadgePolicy, LeaderboardPolicy
from mainstay.recognition.boards import LONGEST
from mainstay.scores.by_policy import POLICIES, Policy
from mainstay.scores.engagement.criteria import (
    AllOf,
    AnyOf,
    ByWeekday,
    Criteria,
    DailyCriteria,
    DailyMinutes,
)
from mainstay.scores.engagement.policy import EngagementPolicy, PickPolicy

__all__ = [
    "badge_policy",
    "check_keys",
    "criteria_of",
    "engagement_policy",
    "fields_of",
    "leaderboard_policy",
    "made_of",
    "score_policy",
]

P = TypeVar("P", bound=attrs.AttrsInstance)

_STANDARD, _SCORE = "standard", "score_policy"
#: The key by which the table of a score's policy says which score it is, and what it says if not.
_NAME, _USUAL = "name", "consistency"


def made_of(kind: type[P], values: Mapping[str, Any]) -> P:
    """Return a policy whose fields are a table's keys; those left out have their defaults.

    Raises:
        InvalidValueError: A key is unknown, or a value can't be.
    """
    check_keys(values, [field.name for field in attrs.fields(kind)])
    return kind(**values)


def check_keys(values: Mapping[str, object], known: Iterable[str]) -> None:
    """Refuse a table's keys that are not known, and name those that are.

    Raises:
        InvalidValueError: A key is unknown.
    """
    for key, value in values.items():
        if key not in known:
            raise InvalidValueError(
                "is unknown", field=key, value=value, remedy=f"Known: {', '.join(known)}."
            )


def engagement_policy(values: Mapping[str, Any]) -> EngagementPolicy:
    """Return what days are judged by.

    ``criteria`` map kinds of activity to numbers, or say ``minutes``, ``any_of``, ``all_of`` or
    ``by_weekday``; ``pick`` is a table.
    """
    given = dict(values)
    if "criteria" in given:
        given["criteria"] = criteria_of(given["criteria"])
    if "pick" in given:
        pick = _subtable("pick", given["pick"])
        with fields_of("pick."):
            given["pick"] = made_of(PickPolicy, pick)
    return made_of(EngagementPolicy, given)


def criteria_of(values: object) -> Criteria:
    """Return what a day needs, as a table has it.

    Examples:
        >>> criteria_of({"post": 2, "like": 5}).met({"post": 2, "like": 6})
        True
        >>> criteria_of({"any_of": [{"post": 2}, {"minutes": {"minutes": 30, "kinds": ["run"]}}]})
        AnyOf(criteria=(DailyCriteria(minimums=Counts({'post': 2})), DailyMinutes(minutes=30, ...
    """
    if isinstance(values, Mapping):
        for name in _FORMS:
            if isinstance(values.get(name), Mapping | list):
                _check_alone(name, values)
                with fields_of(f"criteria.{name}."):
                    return _FORMS[name](values[name])
    return DailyCriteria(values)  # type: ignore[arg-type]  # it refuses all but mappings


def _check_alone(name: str, values: Mapping[str, object]) -> None:
    if len(values) > 1:
        raise InvalidValueError(
            "must be the only key",
            field=f"criteria.{name}",
            value=values,
            remedy="Put each into a table of its own: {all_of = [{...}, {...}]}, or any_of.",
        )


def _minutes(values: Any) -> Criteria:
    return made_of(DailyMinutes, _subtable("minutes", values))


def _any_of(values: Any) -> Criteria:
    return AnyOf(_several(values))


def _all_of(values: Any) -> Criteria:
    return AllOf(_several(values))


def _several(values: Any) -> list[Criteria]:
    if not isinstance(values, list) or not values:
        raise InvalidTypeError(
            "must be a list with at least one of them",
            value=values,
            remedy="Such as [{run = 1}, {swim = 1}].",
        )
    return [criteria_of(each) for each in values]


def _by_weekday(values: Any) -> Criteria:
    given = dict(_subtable("by_weekday", values))
    for name in {"criteria", "otherwise"} & given.keys():
        with fields_of(f"{name}."):
            given[name] = criteria_of(given[name])
    needed = [field.name for field in attrs.fields(ByWeekday)]
    if missing := [name for name in needed if name not in given]:
        raise InvalidValueError("is missing", field=missing[0], value=given)
    return made_of(ByWeekday, given)


#: What criteria other than counts are called: their values are tables or lists, and no numbers.
_FORMS: Mapping[str, Callable[[Any], Criteria]] = {
    "minutes": _minutes,
    "any_of": _any_of,
    "all_of": _all_of,
    "by_weekday": _by_weekday,
}


def _subtable(key: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidTypeError("must be a table", field=key, value=value)
    return value


def leaderboard_policy(values: Mapping[str, Any]) -> LeaderboardPolicy:
    """Return what boards show; ``fresh`` and ``kept`` are seconds."""
    given, most = dict(values), LONGEST.total_seconds()
    for key in {"fresh", "kept"} & given.keys():
        given[key] = timedelta(seconds=checks.number(key, given[key], 1e-6, most))
    return made_of(LeaderboardPolicy, given)


def badge_policy(values: Mapping[str, Any]) -> BadgePolicy:
    """Return what there is to achieve: a table a badge, by its key, besides the standard ones.

    ``standard = false`` leaves the standard badges out. ``score_policy`` says how the metric
    ``score`` is computed: ``name = "year"`` makes it the year score.
    """
    own = {key: value for key, value in values.items() if key not in {_STANDARD, _SCORE}}
    standard = checks.instance(_STANDARD, values.get(_STANDARD, True), bool)
    score_table = _table(_SCORE, values.get(_SCORE, {}))
    with fields_of(f"{_SCORE}."):
        score = score_policy(score_table)
    badges = [_badge(key, _table(key, table)) for key, table in own.items()]
    return BadgePolicy(badges=[*(STANDARD_BADGES if standard else ()), *badges], score=score)


def score_policy(values: Mapping[str, Any]) -> Policy:
    """Return the policy of the score that ``name`` says, with the fields that are given.

    Raises:
        InvalidValueError: There is no such score, a key is unknown, or a value can't be.

    Examples:
        >>> score_policy({"name": "year", "member_min_days": 7}).member_min_days
        7
    """
    name, fields = values.get(_NAME, _USUAL), {**values}
    fields.pop(_NAME, None)
    if not isinstance(name, str) or name not in POLICIES:
        known = ", ".join(map(repr, POLICIES))
        raise InvalidValueError(f"must be one of {known}", field=_NAME, value=name)
    policy: Policy = made_of(POLICIES[name], fields)
    return policy


@contextmanager
def fields_of(where: str) -> Iterator[None]:
    """Have what is wrong with fields say what they are of."""
    try:
        yield
    except InvalidValueError as error:
        raise type(error).like(error, field=f"{where}{error.field}".rstrip(".")) from error


def _table(key: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidTypeError(
            "must be a table, which is a badge",
            field=key,
            value=value,
            remedy=f"Known besides: {_STANDARD}, {_SCORE}.",
        )
    return value


def _badge(key: str, values: Mapping[str, Any]) -> Badge:
    fields = [field for field in attrs.fields(Badge) if field.name != "key"]
    needed = [field.name for field in fields if field.default is attrs.NOTHING]
    with fields_of(f"badges[{key!r}]."):
        check_keys(values, [field.name for field in fields])
        for name in needed:
            if name not in values:
                raise InvalidValueError(
                    "is missing",
                    field=name,
                    value=dict(values),
                    remedy=f"A badge needs {', '.join(needed)}.",
                )
        return Badge(key=key, **values)

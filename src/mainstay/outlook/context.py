"""What a text for a day is made from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property, partial
from types import MappingProxyType

import attrs

from mainstay import _checks as checks
from mainstay._plain import PlainData, kept_data
from mainstay.activity.window import ActivityWindow
from mainstay.errors import InvalidValueError
from mainstay.outlook.templates import Template, variant_of
from mainstay.scores.by_policy import Policy, Score, days_needed, policy_of_texts, scored
from mainstay.scores.consistency.policy import DEFAULT_POLICY
from mainstay.scores.consistency.result import WhatIf
from mainstay.scores.what_if import change_of
from mainstay.scores.year.result import YearWhatIf

__all__ = ["OutlookContext"]

_NONE: Mapping[str, Template] = MappingProxyType({})


def _templates(values: Mapping[str, Template]) -> Mapping[str, Template]:
    """Return templates by name, which nobody else can change."""
    given = dict(checks.mapping("templates", values))
    for name, template in given.items():
        if not isinstance(template, Template):
            checks.instance(f"templates[{name!r}]", template, Template)
        if template.name != name:
            raise InvalidValueError(
                "must be under its own name",
                field=f"templates[{name!r}]",
                value=template.name,
                remedy=f"Put it under {template.name!r}.",
            )
    return MappingProxyType(given)


@attrs.frozen
class OutlookContext:
    """What is known of a user when a text for a day is made.

    The score and the change are worked out when they are read.

    Attributes:
        user_id: Who.
        day: For which day.
        window: On which days they were active, of as many as the score looks back on: 28, or 364
            for the year score. Its last day is the last one known.
        templates: How each template stands, by name: which variant is current, and which is tried.
        data: What the host knows of them besides, as plain data.
        policy: The numbers of the score, which say which score it is.

    Raises:
        InvalidTypeError: A field is of another type.
        InvalidValueError: The user's id is empty, a template is not under its own name, the
            window is not as long as the score needs, or the score is of other than 28 days.

    Examples:
        >>> days = [date(2024, 4, 30), date(2024, 5, 1)]
        >>> window = ActivityWindow.from_days(days, last_day=date(2024, 5, 1))
        >>> context = OutlookContext("ada", date(2024, 5, 2), window)
        >>> context.known_through, context.score.points, context.streak
        (datetime.date(2024, 5, 1), 13, 2)
        >>> round(context.what_if.difference, 2)
        29.14
    """

    user_id: str = attrs.field(validator=checks.each(checks.text))
    day: date = attrs.field(validator=checks.each(checks.day))
    window: ActivityWindow = attrs.field(
        validator=checks.each(partial(checks.instance, kind=ActivityWindow))
    )
    templates: Mapping[str, Template] = attrs.field(default=_NONE, converter=_templates)
    data: PlainData = attrs.field(default=PlainData(), converter=kept_data)
    policy: Policy = attrs.field(
        default=DEFAULT_POLICY, kw_only=True, validator=checks.each(policy_of_texts)
    )

    def __attrs_post_init__(self) -> None:
        needed = days_needed(self.policy)
        if self.window.length != needed:
            raise InvalidValueError(
                f"must be {needed} days long, as the score of its policy",
                field="window.length",
                value=self.window.length,
            )

    @property
    def known_through(self) -> date:
        """The last day that is known."""
        return self.window.last_day

    @cached_property
    def score(self) -> Score:
        """Their score, as of the last day that is known."""
        return scored(self.window, policy=self.policy)

    @property
    def streak(self) -> int:
        """How many days in a row they were active, up to the last day known or the one before."""
        return self.window.current_streak

    @cached_property
    def what_if(self) -> WhatIf | YearWhatIf:
        """What being active on the outlook's own day would change."""
        return change_of(self.window, [self.day], self.policy)

    def variant(self, template: str) -> str:
        """Return which variant of a template this user gets: the current one, or the one tried.

        Raises:
            InvalidValueError: There is no such template.
        """
        return variant_of(self.templates, template, self.user_id)

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
from mainstay.scores.consistency.result import ConsistencyScore, WhatIf
from mainstay.scores.consistency.score import consistency_score
from mainstay.scores.what_if import what_if

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
        window: On which of the last 28 days they were active; its last day is the last one known.
        templates: How each template stands, by name: which variant is current, and which is tried.
        data: What the host knows of them besides, as plain data.

    Raises:
        InvalidTypeError: A field is of another type.
        InvalidValueError: The user's id is empty, or a template is not under its own name.

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

    @property
    def known_through(self) -> date:
        """The last day that is known."""
        return self.window.last_day

    @cached_property
    def score(self) -> ConsistencyScore:
        """How consistent they were, as of the last day that is known."""
        return consistency_score(self.window)

    @property
    def streak(self) -> int:
        """How many days in a row they were active, up to the last day known or the one before."""
        return self.score.current_streak

    @cached_property
    def what_if(self) -> WhatIf:
        """What being active on the outlook's own day would change."""
        return what_if(self.window, [self.day])

    def variant(self, template: str) -> str:
        """Return which variant of a template this user gets: the current one, or the one tried.

        Raises:
            InvalidValueError: There is no such template.
        """
        return variant_of(self.templates, template, self.user_id)

"""What a user is told for a day, and what they did about it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from functools import partial

import attrs

from mainstay import _checks as checks
from mainstay._plain import PlainData, kept_data
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError

__all__ = ["Content", "Mark", "Outlook", "checked_rating"]

_text = checks.each(checks.text)
_day = checks.each(checks.day)
_instant = checks.each(checks.instant)
_perhaps_instant = checks.optional(checks.instant)

#: The best rating; the worst is 1.
BEST = 5


class Mark(StrEnum):
    """What a user did about an outlook.

    Examples:
        >>> from datetime import UTC
        >>> eve = datetime(2024, 5, 1, 18, tzinfo=UTC)
        >>> outlook = Outlook(user_id="ada", day=date(2024, 5, 2), generated_at=eve,
        ...     known_through=date(2024, 5, 1), content=Content("t", "plain", "Hi", "Go on!"))
        >>> engaged = outlook.marked(Mark.ENGAGED, at=eve)
        >>> engaged.engaged_at == engaged.viewed_at == eve
        True
        >>> outlook.marked("liked", at=eve)
        Traceback (most recent call last):
            ...
        mainstay.errors.InvalidValueError: mark must be one of 'viewed', 'engaged', 'completed', ...
    """

    #: They saw it.
    VIEWED = "viewed"
    #: They did something with it, such as tapping it.
    ENGAGED = "engaged"
    #: They did what it asked for.
    COMPLETED = "completed"
    #: They said how good it was, from 1 to 5.
    RATED = "rated"


@schema("content/1")
@attrs.frozen
class Content:
    """A text for a user, and where it comes from.

    Attributes:
        template: What it was made from; templates are compared with each other.
        variant: Which variant of the template; two of them are compared in a trial.
        title: Its title.
        body: Its text.
        data: What else the host's app needs to show it, as plain data.
        content_type: What sort of content it is, such as ``tip``: figures are by sort, too.

    Raises:
        InvalidValueError: A text is empty, or ``data`` is not plain data.

    Examples:
        >>> Content("streak", "plain", "Your day", "You have a streak of 3 days.").variant
        'plain'
    """

    template: str = attrs.field(validator=_text)
    variant: str = attrs.field(validator=_text)
    title: str = attrs.field(validator=_text)
    body: str = attrs.field(validator=_text)
    data: PlainData = attrs.field(default=PlainData(), converter=kept_data)
    content_type: str = attrs.field(default="outlook", validator=_text)


@schema("outlook/1")
@attrs.frozen(kw_only=True)
class Outlook:
    """What a user is told for a day, and what they did about it.

    Attributes:
        user_id: Who.
        day: For which day, on the calendar where the user is.
        content: What.
        known_through: The last day that it knows of.
        generated_at: When it was made.
        fallback: Whether it is the embedded text, since the host's generator failed.
        viewed_at: When they first saw it, if they did.
        engaged_at: When they first did something with it.
        completed_at: When they first did what it asked for.
        rated_at: When they first rated it.
        rating: How they rated it then, from 1 to 5.

    Raises:
        InvalidValueError: A field is of another type; or it was engaged with, completed or rated
            without being viewed; or only one of ``rating`` and ``rated_at`` is given.

    Examples:
        >>> from datetime import UTC
        >>> from mainstay import Session
        >>> from mainstay.jobs import generate_outlooks
        >>> from mainstay.scheduling import JobContext
        >>> from mainstay.testing.memory import MemoryStore
        >>> store, five = MemoryStore(), datetime(2024, 5, 1, 5, tzinfo=UTC)
        >>> store.sessions.add([Session("ada", datetime(2024, 4, 30, 18, tzinfo=UTC), id="1")])
        1
        >>> generate_outlooks(store).run(JobContext(clock=lambda: five)).succeeded
        1
        >>> outlook = store.outlooks.outlook("ada", date(2024, 5, 2))
        >>> outlook.content.title, outlook.known_through.isoformat(), outlook.viewed_at
        ('A good day to go on', '2024-05-01', None)
    """

    user_id: str = attrs.field(validator=_text)
    day: date = attrs.field(validator=_day)
    content: Content = attrs.field(validator=checks.each(partial(checks.instance, kind=Content)))
    known_through: date = attrs.field(validator=_day)
    generated_at: datetime = attrs.field(validator=_instant)
    fallback: bool = attrs.field(
        default=False, validator=checks.each(partial(checks.instance, kind=bool))
    )
    viewed_at: datetime | None = attrs.field(default=None, validator=_perhaps_instant)
    engaged_at: datetime | None = attrs.field(default=None, validator=_perhaps_instant)
    completed_at: datetime | None = attrs.field(default=None, validator=_perhaps_instant)
    rated_at: datetime | None = attrs.field(default=None, validator=_perhaps_instant)
    rating: int | None = attrs.field(
        default=None, validator=checks.optional(partial(checks.integer, low=1, high=BEST))
    )

    def __attrs_post_init__(self) -> None:
        if self.viewed_at is None and not (
            self.engaged_at is self.completed_at is self.rated_at is None
        ):
            raise InvalidValueError(
                "must be given, since something was done with it", field="viewed_at", value=None
            )
        if (self.rating is None) != (self.rated_at is None):
            raise InvalidValueError(
                "must be given exactly if rated_at is", field="rating", value=self.rating
            )

    def marked(self, mark: Mark, *, at: datetime, rating: int | None = None) -> Outlook:
        """Return the outlook with what a user did about it; of each mark the first one stays.

        Whatever they did, they saw it: without a mark ``viewed``, that is when.

        Args:
            mark: What they did.
            at: When.
            rating: From 1 to 5, exactly if they rated it.

        Raises:
            InvalidValueError: ``rating`` is out of its range, or does not go with the mark.

        Examples:
            >>> from datetime import UTC
            >>> eve = datetime(2024, 5, 1, 18, tzinfo=UTC)
            >>> outlook = Outlook(user_id="ada", day=date(2024, 5, 2), generated_at=eve,
            ...     known_through=date(2024, 5, 1), content=Content("t", "plain", "Hi", "Go on!"))
            >>> rated = outlook.marked(Mark.RATED, at=eve, rating=4)
            >>> rated.rating, rated.viewed_at == eve
            (4, True)
            >>> rated.marked(Mark.RATED, at=eve, rating=1).rating
            4
        """
        kind, when = checks.member("mark", mark, Mark), checks.instant("at", at)
        given = checked_rating(kind, rating)
        field = f"{kind.value}_at"
        if getattr(self, field) is not None:
            return self
        changes: dict[str, object] = {field: when}
        if given is not None:
            changes["rating"] = given
        if self.viewed_at is None:
            changes["viewed_at"] = when
        return attrs.evolve(self, **changes)  # type: ignore[arg-type]  # fields by their names


def checked_rating(mark: Mark, rating: int | None) -> int | None:
    """Return the rating that goes with a mark.

    Raises:
        InvalidValueError: It is out of its range, missing, or goes with another mark.
    """
    if mark is Mark.RATED:
        return checks.integer("rating", rating, 1, BEST)
    if rating is not None:
        raise InvalidValueError(
            f"must be left out with {mark.value!r}",
            field="rating",
            value=rating,
            remedy="Mark it as 'rated', too.",
        )
    return None

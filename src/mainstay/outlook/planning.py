"""Which notifications a run plans."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial

import attrs

from mainstay import _checks as checks
from mainstay._reprs import of_policy
from mainstay._schemas import schema
from mainstay.errors import InvalidValueError
from mainstay.localdays import zone_name
from mainstay.outlook.preferences import WEEKDAY, WEEKEND, Preferences, due_instant

__all__ = [
    "AHEAD",
    "DEFAULT_POLICY",
    "LATE",
    "NotificationPolicy",
    "dates_due",
    "wanted_instant",
]

#: How late a notification may be sent; after that it is expired: SPEC §8.
LATE = timedelta(hours=2)
#: How far ahead a run plans, from one daily run to the next: SPEC §8.
AHEAD = timedelta(hours=24)
_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)

_time = checks.each(checks.whole_seconds)


@schema("notification-policy/1")
@attrs.frozen(kw_only=True)
class NotificationPolicy:
    """What holds for users who have not said what they prefer.

    Raises:
        UnknownZoneError: ``zone`` is not known.
        InvalidTypeError: A field is of another type.
        InvalidValueError: A time has fractions of a second.

    Examples:
        >>> NotificationPolicy(zone="Europe/Berlin")
        NotificationPolicy(zone='Europe/Berlin')
    """

    #: Whether there are notifications at all, also for users who want them.
    enabled: bool = attrs.field(
        default=True, validator=checks.each(partial(checks.instance, kind=bool))
    )
    #: Where users are whose preferences don't say, an IANA name or ``±HH:MM``: the contract's UTC.
    zone: str = attrs.field(default="UTC", validator=checks.each(zone_name))
    #: The time of day from Monday to Friday, for users without preferences: SPEC §8.
    weekday: time = attrs.field(default=WEEKDAY, validator=_time)
    #: The time of day on Saturday and Sunday, for users without preferences: SPEC §8.
    weekend: time = attrs.field(default=WEEKEND, validator=_time)

    def __repr__(self) -> str:
        return of_policy(self)

    def preferences(self, kept: Preferences | None) -> Preferences:
        """Return what holds for a user: what they prefer, with this zone if they have none.

        Args:
            kept: Their preferences; ``None`` if they have set none.

        Examples:
            >>> policy = NotificationPolicy(zone="Europe/Berlin", weekday=time(7))
            >>> policy.preferences(None).weekday
            datetime.time(7, 0)
            >>> policy.preferences(Preferences(weekday=time(9))).zone
            'Europe/Berlin'
        """
        if kept is None:
            return _standard(self)
        checks.instance("kept", kept, Preferences)
        return kept if kept.zone is not None else attrs.evolve(kept, zone=self.zone)


DEFAULT_POLICY = NotificationPolicy()


@lru_cache(maxsize=16)
def _standard(policy: NotificationPolicy) -> Preferences:
    """Return the preferences of users who have set none: made once, since there are many."""
    return Preferences(policy.zone, policy.weekday, policy.weekend)


def wanted_instant(
    kept: Preferences | None, day: date, *, policy: NotificationPolicy = DEFAULT_POLICY
) -> datetime | None:
    """Return the instant, in UTC, at which a date's notification is to be sent to a user.

    There is none if notifications are off, by the policy or for the user, on the user's quiet
    weekdays, and on a date that their zone skips.

    Args:
        kept: The user's preferences; ``None`` if they have set none.
        day: The local date, in the years 2 to 9998.
        policy: What holds for users who have not said what they prefer.

    Raises:
        InvalidTypeError: An argument is of another type.
        InvalidValueError: ``day`` is in the year 1 or 9999.

    Examples:
        >>> office = Preferences("Asia/Tokyo", quiet_weekdays={5, 6})
        >>> wanted_instant(office, date(2024, 5, 3)).isoformat()
        '2024-05-02T21:45:00+00:00'
        >>> wanted_instant(office, date(2024, 5, 4))
    """
    checks.instance("policy", policy, NotificationPolicy)
    held = _standard(policy) if kept is None else checks.instance("kept", kept, Preferences)
    due = due_instant(held, day, zone=policy.zone)
    wanted = policy.enabled and held.enabled and day.weekday() not in held.quiet_weekdays
    return due if wanted else None


def dates_due(since: datetime, until: datetime) -> tuple[date, date]:
    """Return the first and the last local date whose instants can lie in [since, until).

    A local date D and a time on it are at an offset of less than a day from UTC, on either side:
    so the instant lies after the midnight (UTC) with which D − 1 begins, and before the one with
    which D + 2 begins. A time that is moved on by a gap is read at the offset before it, and so
    lies there too, although the clocks may show D + 1 by then.

    Args:
        since: The first instant.
        until: The first instant after them.

    Raises:
        NaiveDatetimeError: One of them has no offset.
        InvalidValueError: ``until`` is not after ``since``.

    Examples:
        >>> now = datetime(2024, 5, 1, 6, 45, tzinfo=UTC)
        >>> first, last = dates_due(now - LATE, now + AHEAD)
        >>> first.isoformat(), last.isoformat()
        ('2024-04-30', '2024-05-03')
    """
    begin = checks.instant("since", since).astimezone(UTC)
    end = checks.instant("until", until).astimezone(UTC)
    if end <= begin:
        raise InvalidValueError(f"must be after since, {begin}", field="until", value=until)
    return begin.date() - _DAY, (end - _MICROSECOND).date() + _DAY

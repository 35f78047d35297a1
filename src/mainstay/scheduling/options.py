"""What a run can be asked besides its target: declared by the job, the same from everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Generic, TypeAlias, TypeVar, cast

import attrs

from mainstay import _checks as checks
from mainstay._plain import PlainData
from mainstay.errors import InvalidTypeError, InvalidValueError

__all__ = ["AnyOption", "Option", "checked_options"]

V = TypeVar("V", bound=int)  # bool is one


def _identifier(field: str, value: object) -> None:
    if not checks.text(field, value).isidentifier():
        raise InvalidValueError("must be a name such as 'page_size'", field=field, value=value)


@attrs.frozen
class Option(Generic[V]):
    """Something that a run can be asked, other than which day to work on.

    An option says *how* a run does its work. *Done* is what a run has done with or without one.

    Attributes:
        name: What it is called; ``page_size`` is ``--page-size`` on the command line.
        default: What holds for a run that does not say; it tells the type, too: an integer, or
            true or false.
        help: What it is for, in a few words.
        low: The least that an integer may be.
        high: The most.

    Raises:
        InvalidValueError: ``name`` is not an identifier, or ``default`` is not within the bounds.

    Examples:
        >>> page_size = Option("page_size", 5_000, "users in one transaction", low=1)
        >>> page_size.of({"page_size": 500}), page_size.of({})
        (500, 5000)
        >>> page_size.of({"page_size": "500"})
        Traceback (most recent call last):
            ...
        mainstay.errors.InvalidTypeError: options.page_size must be an integer, got '500'.
    """

    name: str = attrs.field(validator=checks.each(_identifier))
    default: V
    help: str = attrs.field(validator=checks.each(checks.text))
    low: int = attrs.field(
        default=0, kw_only=True, validator=checks.each(partial(checks.integer, low=-(2**63)))
    )
    high: int | None = attrs.field(
        default=None,
        kw_only=True,
        validator=checks.optional(partial(checks.integer, low=-(2**63), high=2**63 - 1)),
    )

    def __attrs_post_init__(self) -> None:
        self.checked(self.default)

    @property
    def is_flag(self) -> bool:
        """Whether it is true or false, and not an integer."""
        return isinstance(self.default, bool)

    def checked(self, value: object) -> V:
        """Return a value that the option can have.

        Raises:
            InvalidTypeError: It is of another type.
            InvalidValueError: It is out of bounds.
        """
        field = f"options.{self.name}"
        if not self.is_flag:
            return cast(V, checks.integer(field, value, self.low, self.high))
        if not isinstance(value, bool):
            raise InvalidTypeError("must be true or false", field=field, value=value)
        return cast(V, value)

    def of(self, options: Mapping[str, object]) -> V:
        """Return what a run was asked, as its :attr:`JobContext.options` say, else the default."""
        return self.checked(options.get(self.name, self.default))


AnyOption: TypeAlias = Option[bool] | Option[int]


def checked_options(
    job: str, declared: Iterable[AnyOption], given: Mapping[str, object]
) -> PlainData:
    """Return all options of a run, those that were not given with their defaults.

    Args:
        job: The job's name, for errors.
        declared: The options that it has.
        given: Those that the run was given.

    Raises:
        InvalidValueError: An option is unknown, of another type or out of bounds.

    Examples:
        >>> checked_options("tidy", [Option("force", False, "do it again")], {"forse": True})
        Traceback (most recent call last):
            ...
        mainstay.errors.InvalidValueError: options.forse is not an option of tidy, got True. ...
    """
    known = {option.name: option for option in declared}
    for name, value in given.items():
        if name not in known:
            there = f"There are: {', '.join(known)}." if known else "It has none."
            raise InvalidValueError(
                f"is not an option of {job}", field=f"options.{name}", value=value, remedy=there
            )
    return PlainData({name: option.of(given) for name, option in known.items()})

"""Where our fields are in a file's rows: which columns are read, and what is made of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from typing import TypeAlias, TypeGuard

import attrs

from mainstay.errors import InvalidValueError
from mainstay.reading.conditions import Condition
from mainstay.reading.format import FIELDS, EventFormat
from mainstay.reading.formats import FORMATS, recognised

__all__ = ["VALUE", "VARIABLE", "Layout", "Row", "Values", "layout"]

Values: TypeAlias = tuple[object, ...]
#: The line of a row with its cells, or with what is wrong with it.
Row: TypeAlias = tuple[int, Values | InvalidValueError]

#: What the columns are called that rows have instead of others, once these are rows themselves.
VARIABLE, VALUE = "variable", "value"
_NUMBERED = re.compile(r"(.+)\.(\d+)", re.DOTALL)
_REMEDY = (
    "Name the columns with --columns: in order if there is no header, or as "
    "user_id=NAME,started_at=NAME. mainstay inspect shows what is in the file."
)


@attrs.frozen
class Layout:
    """Where our fields are in the file.

    Attributes:
        fields: The columns that make up each of the values, in order; none for one not read.
        required: The columns that must be there.
        header: The columns of a CSV file without a header.
        where: What rows must say to count.
        unpivot: Whether columns that nothing names are rows of their own.
        remedy: What to do about a header that lacks one.
    """

    fields: Mapping[str, Sequence[str]]
    required: frozenset[str]
    header: Sequence[str] | None = None
    where: Sequence[Condition] = ()
    unpivot: bool = False
    remedy: str = _REMEDY

    @property
    def needed(self) -> list[str]:
        """All columns that are read, each once."""
        columns = [name for names in self.fields.values() for name in names]
        return [*dict.fromkeys(columns + [condition.column for condition in self.where])]

    @property
    def is_plain(self) -> bool:
        """Whether each value is a column's as it is, and each row counts."""
        return not self.where and all(len(names) < 2 for names in self.fields.values())

    @cached_property
    def columns(self) -> list[str | None]:
        """The columns whose cells a row gives: of a plain one those of the values themselves."""
        if self.is_plain:
            return [names[0] if names else None for names in self.fields.values()]
        return [*self.needed]

    def needs(self, name: str | None) -> TypeGuard[str]:
        """Return whether a value that must be there is made of a column."""
        return name in self.required and any(name in names for names in self.fields.values())

    def counts(self, cells: Sequence[object]) -> bool:
        """Return whether a row counts, given the cells of the columns needed."""
        if not self.where:
            return True
        cell = dict(zip(self.needed, cells, strict=True))
        return all(condition.holds(cell[condition.column]) for condition in self.where)

    def values(self, cells: Sequence[object]) -> Values:
        """Return the values of our fields, given the cells of the columns needed."""
        cell = dict(zip(self.needed, cells, strict=True))
        return tuple(_joined([cell[name] for name in names]) for names in self.fields.values())

    def place(self, header: Sequence[str], name: str) -> int | None:
        """Return a column's place in a header; ``None`` without it.

        Of several of one name, ``NAME.0`` is the first, ``NAME.1`` the next, as pandas has it.

        Raises:
            InvalidValueError: There are several of its name, or none where there must be one.
        """
        times = header.count(name)
        if times == 1:
            return header.index(name)
        if times == 0 and (numbered := _NUMBERED.fullmatch(name)) is not None:
            places = [place for place, each in enumerate(header) if each == numbered[1]]
            if len(places) > int(numbered[2]):
                return places[int(numbered[2])]
        if times == 0 and name not in self.required:
            return None
        raise self._complaint(header, name, times)

    def _complaint(self, header: Sequence[str], name: str, times: int) -> InvalidValueError:
        return InvalidValueError(
            "is there twice" if times else "is missing",
            field=f"column {name}",
            value=",".join(header),
            remedy=f"Name the one that is meant: {name}.0 is the first, {name}.1 the next."
            if times
            else self.remedy_for(header, name),
        )

    def remedy_for(self, names: Sequence[str], missing: str) -> str:
        """Return what to do about a column, or a key, that is not among those there are."""
        if self.remedy != _REMEDY:
            return self.remedy
        close = get_close_matches(missing, names, n=1)
        meant = f"Is it {close[0]}? " if close else ""
        if all(missing not in columns for columns in self.fields.values()):
            return f"{meant}Name one that is there after --where, or leave the condition out."
        if (known := recognised(names)) is not None:
            whose = " --user-id NAME" if FORMATS[known].is_of_one else ""
            return f"It looks like {FORMATS[known].title}: say --format {known}{whose}."
        whose = " If all are one person's: --user-id NAME." if missing == "user_id" else ""
        return f"{meant}{self.remedy}{whose}"


def _joined(cells: Sequence[object]) -> object:
    if len(cells) == 1:
        return cells[0]
    texts = [text for cell in cells if cell is not None and (text := str(cell).strip())]
    return " ".join(texts) if texts else None


def layout(form: EventFormat, *, whole: bool) -> Layout:
    """Return where our fields are in a file of some format.

    Args:
        form: What the caller says of the file.
        whole: Whether all fields are read; else only those that say who, when and where.
    """
    read = FIELDS if whole else FIELDS[:4]
    own = {field: (field,) for field in read if field != "member_since"}
    fields = own | {field: names for field, names in form.columns.items() if field in read}
    if form.user_id is not None:
        fields["user_id"] = ()
    named = [field for field in read if field in form.columns]
    required = {name for field in ("user_id", "started_at", *named) for name in fields[field]}
    required |= {condition.column for condition in form.where}
    made = {VARIABLE, VALUE} if form.unpivot else set()
    return Layout(
        fields={field: fields.get(field, ()) for field in read},
        required=frozenset(required - made),
        header=form.header,
        where=form.where,
        unpivot=form.unpivot,
    )

"""Templates: which variant of each is current, and which is tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from mainstay import _checks as checks
from mainstay.errors import InvalidValueError
from mainstay.localdays import IsoWeek
from mainstay.outlook import Template

__all__ = ["Templates", "offered", "storable_templates"]


class Templates(Protocol):
    """How each template stands: one small table.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> templates = MemoryStore().templates
        >>> _ = templates.offer([Template("run", ["plain"])])
        >>> _ = templates.offer([Template("run", ["plain", "warm"]), Template("swim", ["plain"])])
        >>> {name: template.variants for name, template in templates.templates().items()}
        {'run': ('plain', 'warm'), 'swim': ('plain',)}
    """

    def templates(self) -> Mapping[str, Template]:
        """Return all templates that were ever offered, by name, in order.

        Raises:
            MainstayError: The row of one can't be read.
        """
        ...

    def offer(self, templates: Iterable[Template], /) -> Mapping[str, Template]:
        """Keep what there is to choose from, and return how these templates stand, by name.

        One that is there stays as it is, except its variants, which become those offered. If its
        current variant is gone, the first one offered is current; a trial of one that is gone ends.

        Raises:
            InvalidValueError: Two have the same name.
            MainstayError: The row of one can't be read.
        """
        ...

    def decide(self, week: IsoWeek, templates: Iterable[Template], /) -> bool:
        """Keep what a week's review has decided, once, and return whether it was kept.

        Args:
            week: Which; another decision of it changes nothing.
            templates: How those stand from now on that have changed.
        """
        ...


def storable_templates(templates: Iterable[Template]) -> dict[str, Template]:
    """Return templates by name, in order. Any store can keep them: they check their own texts.

    Raises:
        InvalidTypeError: One is not a template.
        InvalidValueError: Two have the same name.
    """
    found: dict[str, Template] = {}
    for place, template in enumerate(checks.iterable("templates", templates)):
        name = checks.instance(f"templates[{place}]", template, Template).name
        if name in found:
            raise InvalidValueError(
                "is there twice",
                field="templates",
                value=name,
                remedy="Give each template once, with all its variants.",
            )
        found[name] = template
    return dict(sorted(found.items()))


def offered(there: Template | None, given: Template) -> Template:
    """Return how a template stands once it is offered."""
    return given if there is None else there.offering(given.variants)

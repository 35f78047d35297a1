"""Templates: which variant of each is current, and which is tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import RLock

from mainstay.localdays import IsoWeek, check_week
from mainstay.outlook import Template
from mainstay.ports.templates import offered, storable_templates

__all__ = ["MemoryTemplates"]


class MemoryTemplates:
    """A :class:`mainstay.ports.Templates`.

    Args:
        lock: Held while anything changes.

    Examples:
        >>> from mainstay.testing.memory import MemoryStore
        >>> templates, week = MemoryStore().templates, IsoWeek(2024, 18)
        >>> _ = templates.offer([Template("run", ["plain", "warm"])])
        >>> warm = Template("run", ["plain", "warm"], "warm")
        >>> templates.decide(week, [warm]), templates.decide(week, [])  # a week is decided once
        (True, False)
        >>> templates.templates()["run"].current
        'warm'
    """

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._kept: Mapping[str, Template] = {}
        self._decided: set[IsoWeek] = set()

    def templates(self) -> Mapping[str, Template]:
        """Return all templates that were ever offered, by name, in order."""
        return dict(sorted(self._kept.items()))

    def offer(self, templates: Iterable[Template]) -> Mapping[str, Template]:
        """Keep what there is to choose from, and return how these templates stand, by name."""
        given = storable_templates(templates)
        with self._lock:
            stand = {name: offered(self._kept.get(name), each) for name, each in given.items()}
            self._kept = {**self._kept, **stand}
            return stand

    def decide(self, week: IsoWeek, templates: Iterable[Template]) -> bool:
        """Keep what a week's review has decided, once, and return whether it was kept."""
        check_week("week", week)
        changed = storable_templates(templates)
        with self._lock:
            if week in self._decided:
                return False
            self._decided.add(week)
            self._kept = {**self._kept, **changed}
            return True

"""How much the tests try: a few examples of each claim, or many.

The profiles are Hypothesis's own (``pytest --hypothesis-profile=thorough``); what else could go on
for long takes its size from the one that is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import HealthCheck, settings

T = TypeVar("T")

#: How many examples a property has: between two edits, whenever anything changes, and for once.
EXAMPLES = {"quick": 5, "ci": 20, "thorough": 500}

#: No zone is left out whose clocks did something odd: dates that were skipped or came twice, half
#: hours, negative summer time, changes by the moon, and so in Morocco four a year.
ODD_ZONES = (
    "Africa/Cairo Africa/Casablanca America/Caracas America/New_York America/Nuuk "
    "America/St_Johns Antarctica/Casey Antarctica/Troll Asia/Gaza Asia/Kathmandu Asia/Pyongyang "
    "Australia/Lord_Howe Europe/Berlin Europe/Dublin Europe/Moscow Pacific/Apia Pacific/Chatham "
    "Pacific/Kwajalein UTC"
).split()


def register_profiles() -> None:
    """Let ``ci`` be the profile unless another is asked for.

    It tries the same examples each time, so that it is the change that fails, and not chance; the
    others try new ones, and print how to try a failing one again.
    """
    for name, examples in EXAMPLES.items():
        settings.register_profile(
            name,
            max_examples=examples,
            derandomize=name == "ci",
            print_blob=True,
            # How long one takes depends on what else the machine does, and proves nothing.
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        )
    settings.load_profile("ci")


def scaled(in_ci: int) -> int:
    """Return what a number of the ``ci`` profile becomes in the profile that is loaded."""
    return max(1, in_ci * settings().max_examples // EXAMPLES["ci"])


def thorough() -> bool:
    """Return whether nothing is to be left out."""
    return settings().max_examples >= EXAMPLES["thorough"]


def some_of(items: Sequence[T], in_ci: int) -> Sequence[T]:
    """Return items from the whole sequence: about as many as asked for, scaled."""
    return items[:: max(1, len(items) // scaled(in_ci))]


def some_zones(names: Sequence[str]) -> list[str]:
    """Return the odd zones among these, and some others."""
    chosen = {*ODD_ZONES, *some_of(names, 20)}
    return [name for name in names if name in chosen]

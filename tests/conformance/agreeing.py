"""Running a machine that asks several stores the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests import effort


def require_agreement(
    machine: Callable[[], RuleBasedStateMachine], *, examples: int, steps: int
) -> None:
    """Run a machine, whose stores are empty each time; it fails where one answers otherwise."""
    run_state_machine_as_test(
        cast("type[RuleBasedStateMachine]", machine),  # it is called, and may be any function
        settings=settings(
            max_examples=effort.scaled(examples),
            stateful_step_count=steps,
            phases=set(Phase) - {Phase.explain},  # it takes as long as all the rest
        ),
    )

"""``st.from_type`` knows every public type, wherever Hypothesis is imported."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module

import pytest

from mainstay.codec import SCHEMAS
from mainstay.outlook import OutlookPhrasebook, ReviewPhrasebook
from mainstay.ports import DueDays, EvaluatedDays
from mainstay.recognition import LevelPhrasebook, RewardPhrasebook
from mainstay.reputation.phrases import VouchPhrasebook
from mainstay.scheduling import Schedule
from mainstay.scores.consistency.result import Phrasebook
from mainstay.scores.engagement.phrases import EngagementPhrasebook
from mainstay.scores.year.result import YearPhrasebook
from mainstay.streaks.phrases import StreakPhrasebook
from mainstay.testing._registering import MODULES
from mainstay.testing.strategies.by_type import BY_TYPE, of_type
from tests import effort

#: The protocols of values; those of stores and their transactions are no values.
PROTOCOLS = {
    DueDays,
    EngagementPhrasebook,
    EvaluatedDays,
    LevelPhrasebook,
    OutlookPhrasebook,
    Phrasebook,
    ReviewPhrasebook,
    RewardPhrasebook,
    Schedule,
    StreakPhrasebook,
    VouchPhrasebook,
    YearPhrasebook,
}
PUBLIC = sorted(
    (module, name)
    for module in MODULES
    for name in import_module(module).__all__
    if isinstance(kind := getattr(import_module(module), name), type)
    and (kind in PROTOCOLS or not getattr(kind, "_is_protocol", False))
)
#: What a fresh process does: draw values of each type, and see what they are.
DRAW = """
import json, sys
from hypothesis import HealthCheck, given, settings, strategies as st
from importlib import import_module

slow = settings(max_examples=EXAMPLES, database=None, deadline=None, derandomize=True,
                suppress_health_check=[HealthCheck.too_slow])

def complaint(kind):
    members = [name for name in vars(kind) if not name.startswith("_")]
    @slow
    @given(st.from_type(kind))
    def check(value):
        if getattr(kind, "_is_protocol", False):
            assert all(hasattr(value, name) for name in members)
        elif issubclass(kind, dict):
            assert value.keys() == kind.__annotations__.keys()
        else:
            assert type(value) is kind
        if kind in SCHEMAS:
            assert from_json(to_json(value), kind) == value
    try:
        check()
    except Exception as error:
        return repr(error)

assert "mainstay.testing.strategies" not in sys.modules
public = json.load(sys.stdin)
kinds = {".".join(names): getattr(import_module(names[0]), names[1]) for names in public}
from mainstay.codec import SCHEMAS, from_json, to_json
json.dump({name: complaint(kind) for name, kind in kinds.items()}, sys.stdout)
"""


def run(code: str, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def complaints() -> dict[str, str | None]:
    draw = f"EXAMPLES = {effort.scaled(6)}\n{DRAW}"
    found: dict[str, str | None] = json.loads(run(draw, json.dumps(PUBLIC)))
    return found


@pytest.mark.parametrize(("module", "name"), PUBLIC)
def test_values_of_every_public_type_can_be_drawn(
    complaints: dict[str, str | None], module: str, name: str
) -> None:
    """What has a schema is written and read again, too, which checks each of its fields."""
    assert complaints[f"{module}.{name}"] is None


def test_every_type_with_a_schema_has_a_strategy() -> None:
    assert SCHEMAS.keys() <= BY_TYPE.keys()


def test_every_public_type_has_a_strategy() -> None:
    """Else Hypothesis would make one up from its fields, of values that can't be."""
    kinds = {getattr(import_module(module), name) for module, name in PUBLIC}
    without = {kind.__name__ for kind in kinds if of_type(kind) is NotImplemented}
    assert without == set()


@pytest.mark.parametrize(
    "order",
    [
        "import hypothesis, mainstay.scheduling",
        "import mainstay.scheduling, hypothesis",
        "import mainstay, hypothesis, mainstay.scheduling",
    ],
)
def test_the_order_of_imports_does_not_matter(order: str) -> None:
    drawn = "hypothesis.find(hypothesis.strategies.from_type(kind), lambda value: True)"
    kinds = "[mainstay.Session, mainstay.scheduling.JobReport]"
    once = "max_examples=1, database=None, phases=[hypothesis.Phase.generate]"
    code = f"{order}; hypothesis.settings.register_profile('once', {once}); "
    code += "hypothesis.settings.load_profile('once'); "
    code += f"print(*[type({drawn}).__name__ for kind in {kinds}])"
    assert run(code) == "Session JobReport\n"


def test_other_types_are_drawn_as_without_mainstay() -> None:
    """Counts are a mapping, and its errors are exceptions; yet nobody asked for those."""
    code = (
        "import hypothesis, mainstay\n"
        "from collections.abc import Mapping\n"
        "from hypothesis import given, settings, strategies as st\n"
        "kinds = set()\n"
        "for kind in (Mapping, Mapping[str, int], Mapping[str, str], Exception, ValueError):\n"
        f"    @settings(database=None, max_examples={effort.scaled(60)})\n"
        "    @given(st.from_type(kind))\n"
        "    def collect(value):\n"
        "        kinds.add(type(value).__module__.partition('.')[0])\n"
        "    collect()\n"
        "print(*kinds & {'mainstay'})"
    )
    assert run(code) == "\n"

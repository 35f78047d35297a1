"""Intervals of rates and of differences, by published values, other libraries and the equation."""

from __future__ import annotations

import math
import sys
from itertools import product
from typing import Any

import pytest

from mainstay import InvalidTypeError, InvalidValueError
from mainstay.outlook import newcombe, wilson

any_newcombe: Any = newcombe
any_wilson: Any = wilson
#: A few sizes, with the ends of what can be counted of them.
COUNTED = [(x, n) for n in (1, 2, 10, 29, 100, 5000) for x in sorted({0, 1, n // 3, n - 1, n})]


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (8, 100, 0.041093, 0.149981),  # SPEC's
        (0, 10, 0, 0.277533),
        # Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_values(successes: int, n: int, low: float, high: float) -> None:
    digits = 6 if (successes, n) in {(8, 100), (0, 10)} else 4
    assert [round(bound, digits) for bound in wilson(successes, n)] == [low, high]


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0000),
        ((10, 10, 0, 10), 0.6075, 1.0000),
    ],
    ids=str,
)
def test_newcombe_gives_the_values_of_his_table(
    counts: tuple[int, int, int, int], low: float, high: float
) -> None:
    """Statistics in Medicine 17 (1998) 873, table II, method 10."""
    assert [round(bound, 4) for bound in newcombe(*counts)] == [low, high]


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.9998])
@pytest.mark.parametrize(("successes", "n"), COUNTED)
def test_wilson_s_bounds_solve_his_equation(successes: int, n: int, confidence: float) -> None:
    """Where a bound is not 0 or 1, (p̂ − p)² = z²·p·(1 − p) / n, z from a table."""
    z = {0.5: 0.6744897502, 0.95: 1.9599639845, 0.9998: 3.7190164855}[confidence]
    rate = successes / n
    for bound in wilson(successes, n, confidence=confidence):
        width = z * math.sqrt(bound * (1 - bound) / n)
        assert abs(rate - bound) == pytest.approx(width, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize(("successes", "n"), COUNTED)
def test_wilson_is_scipy_s(successes: int, n: int) -> None:
    stats = pytest.importorskip("scipy.stats", reason="scipy is not installed")
    test = stats.binomtest(successes, n)
    for confidence in (0.8, 0.95, 0.9999):
        theirs = test.proportion_ci(confidence_level=confidence, method="wilson")
        assert wilson(successes, n, confidence=confidence) == pytest.approx(theirs, abs=1e-12)


def test_both_are_statsmodels_also_of_sizes_that_are_not_whole() -> None:
    proportion = pytest.importorskip(
        "statsmodels.stats.proportion", reason="statsmodels is not installed"
    )
    counted = [*COUNTED, (0.5, 3.25), (17.3, 40.1)]
    for successes, n in counted:
        theirs = proportion.proportion_confint(successes, n, alpha=0.01, method="wilson")
        assert wilson(successes, n, confidence=0.99) == pytest.approx(theirs, abs=1e-12)
    for mine, others in product(counted, repeat=2):
        theirs = proportion.confint_proportions_2indep(
            *mine, *others, method="newcomb", compare="diff", alpha=0.01
        )
        assert newcombe(*mine, *others, confidence=0.99) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("n", [0.3, 1, 7, 10, 97, 12_345.6, 1e15])
@pytest.mark.parametrize("confidence", [1e-17, 0.5, 0.95, 1 - 2**-53])
def test_without_a_success_it_begins_at_0_and_without_a_failure_it_ends_at_1(
    n: float, confidence: float
) -> None:
    low, high = wilson(0, n, confidence=confidence)
    assert low == 0 <= high < 1
    low, high = wilson(n, n, confidence=confidence)
    assert 0 < low <= 1 == high


@pytest.mark.parametrize("n", [5e-324, 1.0, sys.float_info.max, 10**308])
def test_sizes_at_the_ends_of_floats_give_bounds_too(n: float) -> None:
    for successes in (0, n / 2, n):
        low, high = wilson(successes, n)
        assert 0 <= low <= successes / n <= high <= 1
        assert -1 <= newcombe(successes, n, 0, n)[0] <= successes / n


def test_an_interval_of_hardly_any_width_holds_the_rate_too() -> None:
    """Here 1 minus the failures' bound is rounded to below 0.443."""
    low, high = wilson(443, 1000, confidence=1e-16)
    assert low <= 0.443 <= high


def test_differences_end_at_1() -> None:
    assert newcombe(10, 10, 0, 10)[1] == 1
    assert newcombe(0, 10, 10, 10)[0] == -1


@pytest.mark.parametrize(
    ("numbers", "field", "problem"),
    [
        ((1, 0), "n", "must be above 0"),
        ((0, 0.0), "n", "must be above 0"),
        ((0, -1), "n", "must be at least 0"),
        ((0, math.nan), "n", "must be finite"),
        ((0, math.inf), "n", "must be finite"),
        ((11, 10), "successes", "must be between 0 and 10"),
        ((-0.1, 10), "successes", "must be between 0 and 10"),
        ((math.nan, 10), "successes", "must be finite"),
    ],
    ids=str,
)
def test_a_number_out_of_its_range_is_refused(
    numbers: tuple[float, float], field: str, problem: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        wilson(*numbers)
    assert (caught.value.field, caught.value.problem) == (field, problem)
    with pytest.raises(InvalidValueError) as caught:
        newcombe(*numbers, 1, 2)
    assert (caught.value.field, caught.value.problem) == (field, problem)
    with pytest.raises(InvalidValueError) as caught:
        newcombe(1, 2, *numbers)
    assert (caught.value.field, caught.value.problem) == (f"other_{field}", problem)


@pytest.mark.parametrize("confidence", [0, 1, 0.0, 1.0])
def test_a_confidence_lies_between_0_and_1(confidence: float) -> None:
    with pytest.raises(InvalidValueError, match="confidence must be above 0 and below 1"):
        wilson(1, 2, confidence=confidence)
    with pytest.raises(InvalidValueError, match="confidence must be above 0 and below 1"):
        newcombe(1, 2, 1, 2, confidence=confidence)


def test_a_confidence_in_per_cents_is_refused_with_the_remedy() -> None:
    with pytest.raises(InvalidValueError) as caught:
        wilson(1, 2, confidence=95)
    assert str(caught.value) == ("confidence must be between 0 and 1, got 95. Give 0.95 for 95 %.")


def test_what_is_not_a_number_is_refused() -> None:
    with pytest.raises(InvalidTypeError, match="successes must be a number"):
        any_wilson("8", 100)
    with pytest.raises(InvalidTypeError, match="other_n must be a number"):
        any_newcombe(1, 2, 1, None)
    with pytest.raises(InvalidTypeError, match="n must be a number"):
        any_wilson(1, True)

"""What the queries of all scores are made of, in SQL: windows of states, and sums rounded once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

__all__ = ["headline", "lags", "number", "shifted", "summed"]

#: The last float that rounding to 6 decimals does not lift to a half: it is below its decimals.
_NEARLY_HALF = 0.499_999_5


def lags() -> str:
    """Return the step from states to how many days today is before the horizon.

    Today is never before the newest day on which they were active.
    """
    return """
        lags AS (
            SELECT states.*, CASE
                WHEN days % 2 = 1 THEN 0
                WHEN days % 4 > 0 AND latest % 4 < 2 THEN 1
                WHEN days % 8 > 0 AND latest % 4 < 1 THEN 2
                ELSE 3 - latest % 4 END AS lag
            FROM states
        )
    """


def shifted(bits: str, places: Sequence[int], length: int) -> str:
    """Return the latest bits of a state's, up to today.

    Args:
        bits: The column.
        places: By how many bits today is before the horizon, by its lag in days.
        length: How many bits are looked back on.
    """
    cases = " ".join(f"WHEN {lag} THEN {1 << place}" for lag, place in enumerate(places))
    return f"COALESCE({bits} // CASE lag {cases} END % {1 << length}, 0)"


def headline(total: str) -> str:
    """Return a total rounded to 6 decimals, then half up, in SQL."""
    whole = f"CAST(FLOOR({total}) AS INTEGER)"
    return f"{whole} + CASE WHEN {total} - FLOOR({total}) > {_NEARLY_HALF!r} THEN 1 ELSE 0 END"


def summed(first: str, second: str, third: str) -> Iterator[str]:
    """Yield the sum of three numbers of ``scored``, rounded once.

    Source: S. Boldo, G. Melquiond, "Emulation of a FMA and correctly rounded sums: proved
    algorithms using rounding to odd", IEEE Transactions on Computers 57 (2008), figure 8; rounding
    to odd is made up for at the end, where a sum lies halfway between two numbers.
    """
    yield _two_sum("scored", "rests", (second, third), ("rest", "lost"))
    yield _two_sum("rests", "sums", (first, "rest"), ("high", "low"))
    yield _two_sum("sums", "lows", ("low", "lost"), ("small", "least"))
    yield _two_sum("lows", "totals", ("high", "small"), ("nearly", "off"))
    further = "nearly + 2 * off"
    yield f"""
        rounded AS (
            SELECT totals.*, CASE
                WHEN off * least > 0 AND ({further}) - nearly = 2 * off THEN {further}
                ELSE nearly END AS total
            FROM totals
        )
    """  # noqa: S608


def _two_sum(source: str, name: str, numbers: tuple[str, str], sums: tuple[str, str]) -> str:
    """Return a step that adds two numbers, and says what rounding has lost."""
    (a, b), (total, error) = numbers, sums
    other = f"({total} - {a})"
    return f"""
        {name}_added AS (SELECT {source}.*, {a} + {b} AS {total} FROM {source}),
        {name} AS (
            SELECT {name}_added.*, ({a} - ({total} - {other})) + ({b} - {other}) AS {error}
            FROM {name}_added
        )
    """  # noqa: S608


def number(value: float) -> str:
    """Return a number in floating point, in SQL."""
    return f"CAST({float(value)!r} AS DOUBLE)"

"""Which engine scores a file: the one that goes line by line, or the fast one on columns."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from mainstay.cli import terminal
from mainstay.cli.score.from_file import score_file
from mainstay.cli.score.options import Options
from mainstay.cli.score.result import Result
from mainstay.errors import InvalidValueError
from mainstay.reading import EventFormat
from mainstay.reading.opening import is_parquet

__all__ = ["check_engine", "is_plain", "pays", "say_why", "score_events"]

#: Smaller files are read line by line before the libraries for columns are loaded.
WORTH_IT = 1 << 21


def score_events(options: Options, messages: Console) -> Result:
    """Score everybody in a file, or the one who is asked for, with the engine that suits."""
    check_engine(options)
    if options.engine != "columnar" and not pays(options):
        say_why(options, messages)
        return score_file(options, messages)
    from mainstay.cli.score import from_columns, from_parquet, from_text  # noqa: PLC0415  (numpy)

    in_columns = is_parquet(Path(str(options.file)))
    score = from_parquet.score_parquet if in_columns else from_text.score_text
    try:
        scores, tally = score(options, messages)
    except InvalidValueError as error:  # row by row, it can be read, or the row be named
        if options.engine == "columnar":
            raise
        from_text.say_slow(error, options, messages)
        return score_file(options, messages)
    return from_columns.result_of(scores, tally, options)


def pays(options: Options) -> bool:
    """Return whether a file is worth reading in columns, and may be read so."""
    path = Path(str(options.file))
    if options.engine == "python" or options.file in (None, "-") or not path.is_file():
        return False
    if _by_rows(options):
        return False
    is_large = path.stat().st_size >= WORTH_IT
    return is_parquet(path) or (is_large and _missing_library() is None)  # which is slow to say


def is_plain(form: EventFormat) -> bool:
    """Return whether columns are read as they are: each value one column's, each time ISO 8601."""
    return not any(_of_rows(form).values())


def _of_rows(form: EventFormat) -> dict[str, object]:
    """Return what a format may say that is only known row by row, and whether it does."""
    return {
        "joined columns": any(len(names) > 1 for names in form.columns.values()),
        "conditions": form.where,
        "columns that are rows": form.unpivot,
        "formats of time": form.time_formats,
        "a unit of time": form.unit,
    }


def _by_rows(options: Options) -> list[str]:
    """Return why a file is read row by row, whatever is in it."""
    form = options.format
    of_parquet = {
        "--skip-bad": options.skip_bad,
        "--naive-zone": form.naive_zone,
        "--user-id": form.user_id,
        "a header that is said": form.header,
    }
    known = _of_rows(form) | (of_parquet if is_parquet(Path(str(options.file))) else {})
    return [name for name, is_said in known.items() if is_said]


def say_why(options: Options, messages: Console) -> None:
    """Say on a terminal, where somebody waits, what makes a large file be read row by row."""
    path, reasons = Path(str(options.file)), _by_rows(options)
    if not reasons or options.engine == "python" or not messages.is_terminal:
        return
    if path.is_file() and path.stat().st_size >= WORTH_IT and _missing_library() is None:
        terminal.say(messages, f"Reading line by line, because of {' and '.join(reasons)}.")


def check_engine(options: Options) -> None:
    """Refuse to read in columns what can't be.

    Raises:
        InvalidValueError: That is insisted on, or the file is Parquet, and a library is missing; or
            it is insisted on for what is read line by line.
    """
    parquet = is_parquet(Path(str(options.file)))
    if options.engine != "columnar" and not parquet:
        return  # what can't be read in columns is read line by line
    _require_libraries(options, parquet=parquet)
    if options.engine == "columnar" and (reasons := _by_rows(options)):
        raise InvalidValueError(
            f"can't be columnar with {' and '.join(reasons)}",
            field="--engine",
            value=options.engine,
            remedy="Leave it out, and the file is read line by line.",
        )


def _missing_library() -> str | None:
    try:
        import duckdb  # noqa: F401, PLC0415
        import numpy  # noqa: F401, ICN001, PLC0415  (optional, and slow to load)
        import pyarrow  # noqa: F401, ICN001, PLC0415
    except ModuleNotFoundError as error:
        return error.name
    return None


def _require_libraries(options: Options, *, parquet: bool) -> None:
    if (missing := _missing_library()) is None:
        return
    problem = "is Parquet, which can't be read" if parquet else "is not available"
    raise InvalidValueError(
        f"{problem} without {missing}",
        field="FILE" if parquet else "--engine",
        value=options.file if parquet else options.engine,
        remedy='Install it: pip install "mainstay[columnar]".',
    )

"""Which engine scores a file: the one that goes line by line, or the fast one on columns."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from mainstay.cli.score.from_file import score_file
from mainstay.cli.score.options import Options
from mainstay.cli.score.result import Result
from mainstay.errors import InvalidValueError
from mainstay.reading import EventFormat
from mainstay.reading.opening import is_parquet

__all__ = ["check_engine", "is_plain", "pays", "score_events"]

#: Smaller files are read line by line before the libraries for columns are loaded.
WORTH_IT = 1 << 21


def score_events(options: Options, messages: Console) -> Result:
    """Score everybody in a file, or the one who is asked for, with the engine that suits."""
    check_engine(options)
    if options.engine != "columnar" and not pays(options):
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
    path, form = Path(str(options.file)), options.format
    if options.engine == "python" or options.file in (None, "-") or not path.is_file():
        return False
    if is_parquet(path):
        rows_alone = options.skip_bad or form.naive_zone or form.user_id or form.header
        return is_plain(form) and not rows_alone
    is_large = path.stat().st_size >= WORTH_IT
    return is_large and is_plain(form) and _missing_library() is None  # which is slow to say


def is_plain(form: EventFormat) -> bool:
    """Return whether columns are read as they are: each value one column's, each time ISO 8601."""
    joined = any(len(names) > 1 for names in form.columns.values())
    return not (joined or form.where or form.unpivot or form.time_formats or form.unit)


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
    if options.engine != "columnar":
        return
    if not is_plain(options.format) or (parquet and not pays(options)):
        raise InvalidValueError(
            "can't be columnar for what is read line by line",
            field="--engine",
            value=options.engine,
            remedy="Leave it out; the columnar one takes neither joined columns, conditions, "
            "formats and units of time, nor, of Parquet, --naive-zone, --user-id and --skip-bad.",
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

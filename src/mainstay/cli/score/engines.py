"""Which engine scores a file: the one that goes line by line, or the fast one on columns."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from mainstay.cli.score.from_file import score_file
from mainstay.cli.score.options import Options
from mainstay.cli.score.result import Result
from mainstay.errors import InvalidValueError

__all__ = ["is_parquet", "pays", "score_events"]

_PARQUET = b"PAR1"
#: Smaller files are read line by line before the libraries for columns are loaded.
WORTH_IT = 1 << 21


def score_events(options: Options, messages: Console) -> Result:
    """Score everybody in a file, or the one who is asked for, with the engine that suits."""
    path = None if options.file in (None, "-") else Path(str(options.file))
    if path is not None and is_parquet(path):
        return _score_parquet(path, options, messages)
    if options.engine == "columnar":
        _check_libraries("--engine", "is not available", options.engine)
        return _score_csv(options, messages)
    if options.engine == "python" or path is None or not pays(path):
        return score_file(options, messages)
    return _score_csv(options, messages, plain_only=False)


def is_parquet(path: Path) -> bool:
    """Return whether a file is Parquet."""
    if not path.is_file():  # what a pipe has given once, it won't give again
        return False
    with path.open("rb") as file:
        return file.read(len(_PARQUET)) == _PARQUET


def pays(path: Path) -> bool:
    """Return whether a file is worth reading in columns, and can be."""
    return path.is_file() and path.stat().st_size >= WORTH_IT and _missing_library() is None


def _missing_library() -> str | None:
    try:
        import numpy  # noqa: F401, ICN001, PLC0415  (optional, and slow to load)
        import pyarrow  # noqa: F401, ICN001, PLC0415
    except ModuleNotFoundError as error:
        return error.name
    return None


def _check_libraries(field: str, problem: str, value: object) -> None:
    missing = _missing_library()
    if missing is not None:
        raise InvalidValueError(
            f"{problem} without {missing}",
            field=field,
            value=value,
            remedy='Install it: pip install "mainstay[columnar]".',
        )


def _score_csv(options: Options, messages: Console, *, plain_only: bool = True) -> Result:
    """Score a CSV file in columns; where it isn't plain, line by line, unless that is refused."""
    from mainstay.cli.score import from_columns, from_csv  # noqa: PLC0415  (they load numpy)

    try:
        scores, tally = from_csv.score_csv(options, messages)
    except InvalidValueError:
        if plain_only:
            raise
        return score_file(options, messages)
    return from_columns.result_of(scores, tally, options)


def _score_parquet(path: Path, options: Options, messages: Console) -> Result:
    if options.engine == "python":
        raise InvalidValueError(
            "must not be python for Parquet",
            field="--engine",
            value=options.engine,
            remedy="Leave it out, or save the events as CSV.",
        )
    _check_libraries("FILE", "is Parquet, which can't be read", str(path))
    from mainstay.cli.score import from_columns, from_parquet  # noqa: PLC0415  (they load numpy)

    scores, tally = from_parquet.score_parquet(str(path), options, messages)
    return from_columns.result_of(scores, tally, options)

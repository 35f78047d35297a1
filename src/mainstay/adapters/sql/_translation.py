"""Databases' errors as ours, without the rows that they quote."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from mainstay.errors import InvalidValueError, RejectedError, StoreError

__all__ = ["no_transaction", "translated"]


@contextmanager
def translated(driver: Any, name: str) -> Iterator[None]:
    """Raise what a database says as an error of ours.

    Args:
        driver: The module of its driver.
        name: What the database is called in messages.

    Raises:
        RejectedError: It refuses what it was given.
        StoreError: It can't be used.
    """
    refusals = [driver.IntegrityError, getattr(driver, "DataError", DataError)]  # not aiosqlite's
    try:
        yield
    except (IntegrityError, DataError, *refusals) as error:
        _leave_rows_out(error)
        raise RejectedError(
            f"was refused by the database ({_words(error)})",
            field="a row",
            value=name,
            remedy="It contradicts what is there, or can't be stored.",
        ) from error
    except UnicodeEncodeError as error:
        raise RejectedError(
            "holds what no database takes",
            field="a text",
            value=error.object,
            remedy="Leave out lone surrogates.",
        ) from error
    except (DBAPIError, driver.Error) as error:
        _leave_rows_out(error)
        raise _unusable(error, name) from error


def no_transaction(name: str) -> InvalidValueError:
    """Return what is wrong with a host's connection that has no transaction, and begins none."""
    return InvalidValueError(
        "has no transaction",
        field="connection",
        value=name,
        remedy="Begin one, such as with Django's transaction.atomic(); or leave AUTOCOMMIT out.",
    )


def _unusable(error: Exception, name: str) -> InvalidValueError | RejectedError | StoreError:
    """Return what is wrong with the database; or with what it was given."""
    if _state(error) == _NO_TRANSACTION:
        return no_transaction(name)
    if _state(error) == _TOO_LONG:
        return RejectedError(
            "is too long",
            field="a key",
            value=name,
            remedy="PostgreSQL's indexes take texts of up to some 2,700 bytes.",
        )
    return StoreError(
        f"can't be used ({_words(error)})", field="database", value=name, remedy=_remedy(error)
    )


def _words(error: BaseException) -> str:
    """Return the first line of what the driver says."""
    return str(_cause(error)).strip().partition("\n")[0].strip()


def _leave_rows_out(error: BaseException) -> None:
    """Leave only the first line of what PostgreSQL says: the next ones quote rows, in full.

    They would be in every traceback, and may be secret. So are what statements were given, of which
    SQLAlchemy tells on a host's engine.
    """
    if isinstance(error, StatementError):
        error.hide_parameters = True
    driver = _cause(error)
    said, first = str(driver), _words(error)
    driver.args = (first,)
    if error is not driver:
        error.args = tuple(str(part).replace(said, first) for part in error.args)


def _cause(error: BaseException) -> BaseException:
    """Return the driver's own error."""
    return getattr(error, "orig", None) or error


def _state(error: BaseException) -> str:
    """Return PostgreSQL's code of an error; nothing if it has none."""
    cause = _cause(error)
    return getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or ""


#: The codes of a row that an index can't take, and of a savepoint outside of a transaction.
_TOO_LONG = "54000"
_NO_TRANSACTION = "25P01"


def _remedy(error: BaseException) -> str:
    """Return what to do about it, as far as it can be told."""
    words = _STATES.get(_state(error), _words(error)).lower()
    for sign, remedy in _REMEDIES.items():
        if sign in words:
            return remedy
    return "See what the database's own log says."


#: What PostgreSQL says, in the language that the server is set to.
_STATES = {
    "25006": "read-only",
    "3D000": "does not exist",
    "42501": "permission denied",
    "42P01": "does not exist",
    "53100": "disk",
    "53200": "out of memory",
    "55P03": "lock timeout",
}
_REMEDIES = {
    "readonly": "Give this user the right to write to it and to its folder.",
    "read-only": "Connect to the primary server, as a user who may write.",
    "permission denied": "Give this user the right to write to it.",
    "locked": "Another program is writing to it. Try again, or wait longer for it (lock_timeout).",
    "lock timeout": "Another program is writing. Try again, or wait longer for it (lock_timeout).",
    "no such table": "Prepare it with mainstay init.",
    "does not exist": "Check its name, or prepare it with mainstay init.",
    "refused": "Start its server, or check host and port.",
    "unable to open": "Check that the folder is there, and may be written to.",
    "not a database": "The file is something else; choose another.",
    "malformed": "Restore it from a backup.",
    "disk": "Make room on the disk.",
    "out of memory": "Give its server more memory, or raise its max_locks_per_transaction.",
}

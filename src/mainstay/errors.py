"""What can go wrong: one base class, one subclass per meaning."""

from __future__ import annotations

from enum import Enum
from reprlib import Repr
from typing import Final, Literal, Self

__all__ = [
    "BadRecordError",
    "CallsFailedError",
    "ChainError",
    "CommitmentError",
    "CorruptRowError",
    "DecodeError",
    "DeliveryError",
    "IllegalMoveError",
    "InvalidTypeError",
    "InvalidValueError",
    "MainstayError",
    "MissingExtraError",
    "NaiveDatetimeError",
    "NoLongerKeptError",
    "OtherPolicyError",
    "OutOfOrderError",
    "RejectedError",
    "StoreError",
    "TimeLimitError",
    "TooLittleDataError",
    "UnhealthyError",
    "UnknownSchemaError",
    "UnknownZoneError",
    "UnreadableFileError",
]

_MOST_VALUE, _MOST_FIELD, _MOST_WORDS = 200, 200, 600


class _Repr(Repr):
    """Shows any value in a few words: whatever it is, and however large."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 80
        self.maxlevel = 3

    def repr_int(self, x: int, level: int) -> str:
        try:
            return super().repr_int(x, level)
        except ValueError:  # Python writes no integer of more than a few thousand digits
            return f"an integer of {x.bit_length()} bits"


_repr = _Repr()


def _shown(value: object) -> str:
    return _cut(_repr.repr(value), _MOST_VALUE)


def _cut(text: str, most: int) -> str:
    """Return a text without its middle, if it is longer than most are."""
    half = (most - 3) // 2
    return text if len(text) <= most else f"{text[:half]}...{text[-half:]}"


class _NotGiven(Enum):
    """Stands for a value that nobody gave, since ``None`` may be the very value at fault."""

    NOT_GIVEN = "not given"


_NOT_GIVEN: Final = _NotGiven.NOT_GIVEN


class MainstayError(Exception):
    """The base of every error that mainstay raises on purpose.

    Its text is short, however large the value is; the attributes hold everything.

    Attributes:
        problem: What is wrong, in a few words.
        field: The name of the argument, attribute or column at fault; empty without one.
        value: The offending value itself; ``None`` also where none was given.
        remedy: What to do about it, as a sentence.

    Examples:
        >>> print(InvalidValueError("must not be empty", field="user_id", value=""))
        user_id must not be empty, got ''.
    """

    def __init__(
        self, problem: str, *, field: str = "", value: object = _NOT_GIVEN, remedy: str = ""
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.field = field
        self.value: object = None if value is _NOT_GIVEN else value
        self.remedy = remedy
        self._has_value = value is not _NOT_GIVEN

    def __str__(self) -> str:
        return self._sentence(f", got {_shown(self.value)}")

    def _sentence(self, value: str) -> str:
        """Return the text, with the value put like this if there is one."""
        subject = f"{_cut(self.field, _MOST_FIELD)} " if self.field else ""
        ending = value if self._has_value else ""
        sentence = f"{subject}{_cut(self.problem, _MOST_WORDS)}{ending}."
        return f"{sentence} {_cut(self.remedy, _MOST_WORDS)}" if self.remedy else sentence

    @classmethod
    def like(cls, error: MainstayError, *, field: str | None = None) -> Self:
        """Return an error of this class that says the same, of another field if one is given."""
        return cls(
            error.problem,
            field=error.field if field is None else field,
            value=error.value if error._has_value else _NOT_GIVEN,
            remedy=error.remedy,
        )


class InvalidValueError(MainstayError, ValueError):
    """A value is outside what its field allows.

    Examples:
        >>> from mainstay import Vouch
        >>> Vouch("ada", "ada")
        Traceback (most recent call last):
            ...
        mainstay.errors.InvalidValueError: vouchee must not be the voucher, got 'ada'. Nobody ...
    """


class InvalidTypeError(InvalidValueError, TypeError):
    """A value is of a type that its field does not take.

    Examples:
        >>> from mainstay import historical_score
        >>> historical_score(streak="14", posts=50)
        Traceback (most recent call last):
            ...
        mainstay.errors.InvalidTypeError: streak must be an integer, got '14'.
    """


class NaiveDatetimeError(InvalidValueError):
    """A ``datetime`` without a UTC offset, which is not an instant.

    Examples:
        >>> from datetime import datetime
        >>> from mainstay import local_day
        >>> local_day(datetime(2024, 5, 1, 23, 30))
        Traceback (most recent call last):
            ...
        mainstay.errors.NaiveDatetimeError: instant has no UTC offset, got ...
    """


class UnknownZoneError(InvalidValueError):
    """A time zone that is neither an IANA name nor ``±HH:MM``.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import local_day
        >>> local_day(datetime(2024, 5, 1, 23, 30, tzinfo=UTC), zone="CEST")
        Traceback (most recent call last):
            ...
        mainstay.errors.UnknownZoneError: zone is not a known zone, got 'CEST'. Use an IANA ...
    """


class OutOfOrderError(InvalidValueError):
    """A step back to before what has been recorded already.

    Examples:
        >>> from mainstay import IsoWeek, WeeklyStreak
        >>> WeeklyStreak(3, IsoWeek(2024, 20)).record(IsoWeek(2024, 19), 2)
        Traceback (most recent call last):
            ...
        mainstay.errors.OutOfOrderError: week must not be before 2024-W20, the last recorded ...
    """


class IllegalMoveError(InvalidValueError):
    """A move that the state of a thing does not allow, such as closing a case twice.

    Examples:
        >>> print(IllegalMoveError("is closed, and can't become open", field="case", value="c1"))
        case is closed, and can't become open, got 'c1'.
    """


class CommitmentError(InvalidValueError):
    """A verdict that can't be shown: its commitment fails, or the ledger doesn't bear it out.

    Neither verdict nor nonce is in it.

    Examples:
        >>> print(CommitmentError("is unverified", field="the commitment of a case", value="c1"))
        the commitment of a case is unverified, got 'c1'.
    """


class ChainError(InvalidValueError):
    """A ledger of which an entry was changed, deleted, inserted or moved; ``field`` says which.

    Examples:
        >>> print(ChainError("is missing", field="ledger entry 7"))
        ledger entry 7 is missing.
    """


class NoLongerKeptError(InvalidValueError):
    """A question about a time of which the store no longer keeps what it kept once.

    It is not the answer that there was nothing.

    Examples:
        >>> print(NoLongerKeptError("is no longer kept", field="outcome", value="2024-05-01"))
        outcome is no longer kept, got '2024-05-01'.
    """


class TooLittleDataError(InvalidValueError):
    """Too few users, or too little of what they did, to say anything that holds.

    Examples:
        >>> print(TooLittleDataError("must be at least 100", field="users", value=12))
        users must be at least 100, got 12.
    """


class OtherPolicyError(InvalidValueError):
    """A policy that is not the one by which a store's days or weeks are judged.

    ``value`` holds the fields that differ, as they were given; the message has both values.

    Examples:
        >>> print(OtherPolicyError("differs in top (5 kept, 3 given)", field="policy"))
        policy differs in top (5 kept, 3 given).
    """

    def __str__(self) -> str:
        return self._sentence("")


class BadRecordError(InvalidValueError):
    """A line of a file, or a row of a table, that is not an event, or not a state.

    Attributes:
        place: Where records are counted: ``"line"`` of a file, from 1, or ``"row"`` of a table,
            from 0.
        number: Its number there.

    Examples:
        >>> error = InvalidValueError("must not be empty", field="user_id", value="")
        >>> print(BadRecordError.at("line", 7, error))
        line 7: user_id must not be empty, got ''.
    """

    def __init__(
        self,
        problem: str,
        *,
        field: str = "",
        value: object = _NOT_GIVEN,
        remedy: str = "",
        place: Literal["line", "row"] = "line",
        number: int = 0,
    ) -> None:
        super().__init__(problem, field=field, value=value, remedy=remedy)
        self.place: Literal["line", "row"] = place
        self.number = number

    @classmethod
    def at(cls, place: Literal["line", "row"], number: int, error: MainstayError) -> Self:
        """Return the error with the place that it is at."""
        placed = cls.like(error)
        placed.place, placed.number = place, number
        return placed

    def __str__(self) -> str:
        return f"{self.place} {self.number}: {super().__str__()}"


class UnreadableFileError(InvalidValueError):
    """A file that is something else than events in text or Parquet, or that is damaged.

    Examples:
        >>> print(UnreadableFileError("is a PDF document", field="FILE", value="may.pdf"))
        FILE is a PDF document, got 'may.pdf'.
    """


class CorruptRowError(InvalidValueError):
    """A row of a store that can't be read, because of what it holds; ``field`` is its column.

    Examples:
        >>> print(CorruptRowError("is not a report", field="mainstay_runs.report", value=""))
        mainstay_runs.report is not a report, got ''.
    """


class DecodeError(InvalidValueError):
    """JSON that is not the value it should be; ``field`` is the path to where.

    Examples:
        >>> print(DecodeError("must be an integer", field="$.streak.weeks", value="3"))
        $.streak.weeks must be an integer, got '3'.
    """


class UnknownSchemaError(DecodeError):
    """JSON of another type, or of a version that this one can't read.

    Examples:
        >>> from mainstay import Vouch
        >>> from mainstay.codec import from_json
        >>> from_json('{"schema": "vouch/9", "voucher": "ada", "vouchee": "bob"}', Vouch)
        Traceback (most recent call last):
            ...
        mainstay.errors.UnknownSchemaError: $.schema must be 'vouch/1', got 'vouch/9'. ...
    """


class RejectedError(InvalidValueError):
    """Something that a store refuses to keep, because of what it is; other things it would keep.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay import Session
        >>> from mainstay.testing.memory import MemoryStore
        >>> sessions, noon = MemoryStore().sessions, datetime(2024, 5, 1, 12, tzinfo=UTC)
        >>> sessions.add([Session("ada", noon, id="1"), Session("bob", noon, id="1")])
        Traceback (most recent call last):
            ...
        mainstay.errors.RejectedError: id is there already, with other contents, got '1'. ...
    """


class StoreError(MainstayError):
    """A store that can't be read or written now, whatever is asked of it; ``value`` says which.

    Examples:
        >>> print(StoreError("is locked", field="database", value="sqlite:///mainstay.db"))
        database is locked: sqlite:///mainstay.db.
    """

    def __str__(self) -> str:
        value = self.value
        shown = _cut(value, _MOST_VALUE) if isinstance(value, str) else _shown(value)
        return self._sentence(f": {shown}")


class MissingExtraError(MainstayError, ModuleNotFoundError):
    """A library that only some parts of mainstay need is not installed; ``field`` says which.

    Examples:
        >>> remedy = 'Install it: pip install "mainstay[columnar]".'
        >>> print(MissingExtraError("is not installed", field="numpy", remedy=remedy))
        numpy is not installed. Install it: pip install "mainstay[columnar]".
    """


class CallsFailedError(MainstayError):
    """Calls to the outside that failed one after the other; the rest is left for later.

    Examples:
        >>> print(CallsFailedError("have failed in a row", field="5 calls for mail"))
        5 calls for mail have failed in a row.
    """


class DeliveryError(MainstayError, RuntimeError):
    """A notification that the host's notifier failed to deliver; it begins with the kind of error.

    Examples:
        >>> print(DeliveryError("has stopped it: timed out", field="TimeoutError"))
        TimeoutError has stopped it: timed out.
    """


class UnhealthyError(MainstayError):
    """Something that does not run as it should.

    Examples:
        >>> print(UnhealthyError("is late", field="check-badges"))
        check-badges is late.
    """


class TimeLimitError(MainstayError):
    """A job that took longer than it may; what it had finished by then is kept.

    Examples:
        >>> from datetime import UTC, datetime
        >>> from mainstay.scheduling import JobContext
        >>> six = datetime(2024, 5, 2, 6, tzinfo=UTC)
        >>> JobContext(clock=lambda: six, deadline=six).check_deadline()
        Traceback (most recent call last):
            ...
        mainstay.errors.TimeLimitError: deadline has come before the job was done, got ...
    """

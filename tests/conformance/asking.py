"""One question, asked of several stores."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from mainstay import MainstayError
from mainstay.errors import RejectedError

Store = TypeVar("Store")
T = TypeVar("T")


def same_answer(stores: Iterable[Store], question: Callable[[Store], T]) -> T | str:
    """Require the same answer of all stores, or the same refusal, and return it."""
    answers: list[T | str] = []
    for store in stores:
        try:
            answers.append(question(store))
        except RejectedError:  # of several reasons, any one will do
            answers.append("rejected")
        except MainstayError as error:
            answers.append(f"{type(error).__name__}: {error}")
    assert all(answer == answers[0] for answer in answers), answers
    return answers[0]

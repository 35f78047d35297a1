"""What is to be done outside."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from mainstay.jobs import Cancelled, ClaimPolicy, Done, GivenUp, LookAgain
from mainstay.ports import OutboxEntry
from mainstay.testing.strategies.activity import TEXTS, user_ids
from mainstay.testing.strategies.calendar import instants, later
from mainstay.testing.strategies.jobs import plain_data, retry_policies
from mainstay.testing.strategies.making import made
from mainstay.testing.strategies.recognition import credits

__all__ = ["claim_policies", "looks_again", "outbox_entries", "things_done", "things_given_up"]

_PROBLEMS = st.builds(TimeoutError, st.sampled_from(["", "no answer"]))
_SPANS = st.timedeltas(timedelta(microseconds=1), timedelta(minutes=30))


@st.composite
def outbox_entries(draw: DrawFn, kind: str | None = None) -> OutboxEntry:
    """Entries that are new to an outbox.

    Args:
        kind: Of which kind; by default of any.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(outbox_entries(kind="mail"))
        ... def test_it_expires_once_it_was_due(entry):
        ...     assert entry.kind == "mail"
        ...     assert entry.expires_at is None or entry.expires_at > entry.due_at
        >>> test_it_expires_once_it_was_due()
    """
    due, lasts = draw(instants()), draw(st.none() | _SPANS)
    return OutboxEntry(
        key=draw(TEXTS),
        kind=draw(TEXTS) if kind is None else kind,
        user_id=draw(st.none() | user_ids()),
        payload=draw(plain_data()),
        due_at=due,
        expires_at=None if lasts is None else later(due, lasts),
    )


def claim_policies() -> SearchStrategy[ClaimPolicy]:
    """How runs work through what is due.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(claim_policies())
        ... def test_a_lease_ends_within_the_half_hour(policy):
        ...     assert timedelta(0) < policy.lease <= timedelta(minutes=30)
        >>> test_a_lease_ends_within_the_half_hour()
    """
    few = st.integers(1, 20)
    return made(
        ClaimPolicy,
        most=st.integers(1, 200),
        at_once=few,
        lease=_SPANS,
        retry=retry_policies(),
        failures_in_a_row=few,
    )


def things_done() -> SearchStrategy[Done]:
    """What the outside says of something that is done.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(things_done())
        ... def test_what_follows_was_never_claimed(answer):
        ...     assert sum(entry.attempts for entry in answer.entries) == 0
        >>> test_what_follows_was_never_claimed()
    """
    return made(Done, st.none() | plain_data(), **_what_follows())


def looks_again() -> SearchStrategy[LookAgain]:
    """What the outside says of something that is under way.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(looks_again())
        ... def test_what_follows_waits(answer):
        ...     assert {entry.state for entry in answer.entries} <= {"waiting"}
        >>> test_what_follows_waits()
    """
    due, problem = st.none() | instants(), st.none() | _PROBLEMS
    return made(
        LookAgain,
        due,
        st.none() | plain_data(),
        problem,
        expires_at=st.none() | instants(),
        **_what_follows(),
    )


def things_given_up() -> SearchStrategy[GivenUp]:
    """What the outside says of something that will never be done.

    Examples:
        >>> from hypothesis import given, settings
        >>> @settings(max_examples=1)
        ... @given(things_given_up())
        ... def test_it_is_for_lack_of_an_answer(answer):
        ...     assert str(answer.problem) in {"", "no answer"}
        >>> test_it_is_for_lack_of_an_answer()
    """
    return made(GivenUp, _PROBLEMS, st.none() | plain_data(), **_what_follows())


def things_cancelled() -> SearchStrategy[Cancelled]:
    """What a call says of something that is not to be done any more."""
    return made(Cancelled, st.none() | plain_data(), **_what_follows())


def _what_follows() -> dict[str, SearchStrategy[Any]]:
    return {
        "credits": st.lists(credits(), max_size=2),
        "entries": st.lists(outbox_entries(), max_size=2),
    }

"""Threads that share work: in order, errors too, and nobody waits who could do something."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import partial
from itertools import count
from threading import Event, get_ident

import pytest

pytest.importorskip("pyarrow", reason="tables need mainstay[columnar]")

from mainstay.columnar.crew import Crew, Task, finished, in_order

THREADS = pytest.mark.parametrize("threads", [1, 2, 5])


@THREADS
@pytest.mark.parametrize("items", [0, 1, 100])
def test_results_come_in_the_order_of_the_items(threads: int, items: int) -> None:
    assert [*in_order(str, range(items), threads)] == [*map(str, range(items))]


@THREADS
def test_an_error_is_raised_when_its_turn_comes(threads: int) -> None:
    done: list[int] = []
    with pytest.raises(ZeroDivisionError):
        done.extend(in_order(lambda item: 12 // item, [4, 3, 2, 1, 0, 1], threads))
    assert done == [3, 4, 6, 12]


@THREADS
def test_items_are_asked_for_as_they_are_needed(threads: int) -> None:
    """A little ahead, but never all: there may be no end of them."""
    asked = count()
    numbers = in_order(str, asked, threads)
    assert [next(numbers) for _ in range(3)] == ["0", "1", "2"]
    assert next(asked) < 3 + 2 * threads + 8


def test_one_thread_is_the_callers_own() -> None:
    assert {*in_order(lambda _: get_ident(), range(9), 1)} == {get_ident()}


def test_who_waits_lends_a_hand() -> None:
    """The other thread is stuck with the first item until the third is done: by the caller."""
    begun, third = Event(), Event()

    def work(item: int) -> bool:
        if item == 0:
            begun.set()
            return third.wait(timeout=30)
        if item == 2:
            third.set()
        return begun.wait(timeout=30)

    def items() -> Iterator[int]:
        yield 0
        assert begun.wait(timeout=30)
        yield from (1, 2)

    assert [*in_order(work, items(), 2)] == [True, True, True]


@THREADS
def test_all_tasks_are_done_when_they_are_finished(threads: int) -> None:
    done: list[int] = []
    with Crew(threads) as crew:
        tasks: deque[Task[None]] = deque(crew.start(partial(done.append, n)) for n in range(9))
        finished(tasks)
        assert sorted(done) == [*range(9)]
    assert not tasks


@THREADS
def test_a_tasks_error_is_not_lost(threads: int) -> None:
    with Crew(threads) as crew, pytest.raises(IndexError):
        finished(deque([crew.start([].clear), crew.start(partial([].__delitem__, 0))]))

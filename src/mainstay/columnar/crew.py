"""Threads that share work, with its results in order: a thread that waits for one helps."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from typing import Generic, ParamSpec, Self, TypeVar

__all__ = ["Crew", "Task", "cores", "finished", "in_order"]

#: How many items threads may be ahead of the one that takes their results.
AHEAD = 2
P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


def cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


class _Here(Executor):
    """The thread that asks for something, which does it at once."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        future: Future[R] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  (it is raised when its turn comes)
            future.set_exception(error)
        return future


class Task(Generic[R]):
    """Some work that is done sooner or later."""

    def __init__(self, pool: Executor, work: Callable[[], R]) -> None:
        self._work = work
        self._future = pool.submit(work)

    def done(self) -> bool:
        """Say whether it is done."""
        return self._future.done()

    def help(self) -> None:
        """Do it here and now, if no thread has begun with it."""
        if self._future.cancel():
            self._future = _Here().submit(self._work)

    def result(self) -> R:
        """Return what came of it, or raise its error."""
        return self._future.result()


class Crew:
    """So many threads, one of them the caller's own: more of them would wait for one another.

    Args:
        threads: How many, or one a core.
    """

    def __init__(self, threads: int | None = None) -> None:
        threads = cores() if threads is None else threads
        self._ahead = threads + AHEAD if threads > 1 else 0
        self._pool: Executor = ThreadPoolExecutor(threads - 1) if threads > 1 else _Here()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def start(self, work: Callable[[], R]) -> Task[R]:
        """Have some work done."""
        return Task(self._pool, work)

    def in_order(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Yield what is made of each item, in order, by threads that are a little ahead."""
        ahead: deque[Task[R]] = deque()
        for item in items:
            ahead.append(self.start(partial(work, item)))
            if len(ahead) > self._ahead:
                yield _next(ahead)
        while ahead:
            yield _next(ahead)


def in_order(work: Callable[[T], R], items: Iterable[T], threads: int | None = None) -> Iterator[R]:
    """Yield what so many threads, or one a core, make of each item, in order."""
    with Crew(threads) as crew:
        yield from crew.in_order(work, items)


def finished(tasks: deque[Task[None]]) -> None:
    """Wait until tasks are done, or raise the first one's error, and forget them."""
    while tasks:
        _next(tasks)


def _next(tasks: deque[Task[R]]) -> R:
    """Return the first result. Until it is there, do what no other thread has begun with."""
    for task in tasks:
        if tasks[0].done():
            break
        task.help()
    return tasks.popleft().result()

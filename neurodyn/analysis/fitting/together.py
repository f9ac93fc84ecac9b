"""Searches that go on side by side: what all of them ask for next is answered at once.

Each search is plain code that calls `ask`, and runs in a thread of its own, which waits for the answer. When all that
are left wait, their questions are put together. So what is asked together does not depend on how threads are scheduled.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Answer = tuple[Floats, Floats]
Ask = Callable[[Floats], Answer]
T = TypeVar("T")


class _Stopped(Exception):
    """The others are no longer waited for."""


class _Search(Generic[T]):
    """One search, and the question that it waits with."""

    def __init__(self, search: Callable[[Ask], T], turn: threading.Condition) -> None:
        self._turn = turn
        self.question: Floats | None = None
        self.reply: Answer | None = None
        self.stopped, self.ended = False, False
        self.found: T | None = None
        self.trouble: BaseException | None = None
        self.thread = threading.Thread(target=self._run, args=(search,), daemon=True)

    def _run(self, search: Callable[[Ask], T]) -> None:
        try:
            self.found = search(self._ask)
        except _Stopped:
            pass
        except BaseException as trouble:  # handed to the caller by `side_by_side`
            self.trouble = trouble
        with self._turn:
            self.ended = True
            self._turn.notify_all()

    def _ask(self, question: Floats) -> Answer:
        with self._turn:
            self.question, self.reply = question, None
            self._turn.notify_all()
            self._turn.wait_for(lambda: self.reply is not None or self.stopped)
            if self.reply is None:
                raise _Stopped
            return self.reply


def side_by_side(searches: Sequence[Callable[[Ask], T]], answer: Callable[[Floats], Answer]) -> list[T]:
    """What the searches find, in their order.

    Args:
        searches: each takes `ask`, a function from a point (count,) to two arrays.
        answer: from points (points, count) to those arrays, with an axis of points before the others.
    """
    turn = threading.Condition()
    each = [_Search(search, turn) for search in searches]
    try:
        for search in each:
            search.thread.start()
        while True:
            with turn:
                turn.wait_for(lambda: all(s.ended or s.question is not None for s in each))
                waiting = [s for s in each if not s.ended]
            if not waiting or any(s.trouble for s in each):
                break
            first, second = answer(np.stack([s.question for s in waiting if s.question is not None]))
            with turn:
                for k, search in enumerate(waiting):
                    search.question, search.reply = None, (first[k], second[k])
                turn.notify_all()
    finally:
        with turn:
            for search in each:
                search.stopped = True
            turn.notify_all()
        for search in each:
            if search.thread.ident is not None:
                search.thread.join()
    for search in each:
        if search.trouble is not None:
            raise search.trouble
    return [search.found for search in each]  # type: ignore[misc]  # every search that was not stopped has ended

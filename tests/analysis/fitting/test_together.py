"""Searches side by side: what they ask is put together in one order, and their troubles come out."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from neurodyn.analysis.fitting.together import Ask, side_by_side


def counting(number: int, rounds: int):
    def search(ask: Ask) -> float:
        total = 0.0
        for k in range(rounds):
            time.sleep(0.001 * (number % 3))
            total += float(ask(np.array([number, k], dtype=float))[0][0])
        return total

    return search


def test_questions_of_a_round_come_together_in_the_order_of_searches() -> None:
    asked = []

    def answer(points):
        asked.append(points.tolist())
        return points.sum(axis=1, keepdims=True), points

    found = side_by_side([counting(n, rounds) for n, rounds in ((0, 3), (1, 1), (2, 2))], answer)
    assert found == [0 + 1 + 2, 1, 2 + 3]
    assert asked == [[[0, 0], [1, 0], [2, 0]], [[0, 1], [2, 1]], [[0, 2]]]


@pytest.mark.parametrize("trouble", [ValueError, KeyboardInterrupt])
def test_trouble_of_the_answer_ends_all_searches(trouble: type[BaseException]) -> None:
    def answer(points):
        raise trouble

    with pytest.raises(trouble):
        side_by_side([counting(n, 5) for n in range(4)], answer)
    assert threading.active_count() == 1 or not any(t.name.endswith("(_run)") for t in threading.enumerate())


def test_trouble_of_a_search_comes_out() -> None:
    def broken(ask: Ask) -> float:
        ask(np.zeros(2))
        raise RuntimeError("lost")

    with pytest.raises(RuntimeError, match="lost"):
        side_by_side([broken, counting(1, 50)], lambda points: (points, points))

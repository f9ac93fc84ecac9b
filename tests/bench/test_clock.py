"""Rounds: everything is called equally often and in turn, and ratios are of one round."""

from __future__ import annotations

import numpy as np
import pytest

from neurodyn.bench.clock import CONTROL, compare, ratio, rounds, spread


class Machine:
    """A clock that goes on when work is done, at a speed that changes from call to call."""

    def __init__(self, slowness=lambda n: 1.0):
        self.now, self.calls, self.slowness = 0.0, [], slowness

    def work(self, name, seconds):
        def call():
            self.now += seconds * self.slowness(len(self.calls))
            self.calls.append(name)

        return call

    def __call__(self):
        return self.now


def test_each_is_called_in_each_round_and_the_order_turns():
    machine = Machine()
    calls = {name: machine.work(name, seconds) for name, seconds in (("a", 1.0), ("b", 3.0))}
    told = {"a": lambda: 1.0, "b": lambda: 3.0}  # so each is called once in a round
    times = rounds(calls, 0.01, 6, again="a", clock=machine, told=told)
    assert set(times) == {"a", "b", CONTROL} and len({len(t) for t in times.values()}) == 1
    measured = machine.calls[3:]
    assert len(measured) == 3 * len(times["a"]) >= 18 and measured[:3] != measured[3:6]
    assert ratio(times["b"], times["a"]).median == pytest.approx(3.0)
    assert ratio(times[CONTROL], times["a"]).median == pytest.approx(1.0)


def test_a_round_on_a_slow_machine_does_not_change_the_ratios():
    a = np.array([1.0, 10.0, 1.0, 5.0, 1.0])
    assert ratio(2 * a, a) == spread(np.full(5, 2.0))


def test_rounds_in_which_one_was_not_called_do_not_count():
    found = ratio([4.0, np.nan, 8.0], [2.0, 2.0, 4.0])
    assert (found.median, found.low, found.high) == (2.0, 2.0, 2.0)


def test_the_first_stands_for_itself_and_again():
    found = {r.name: r for r in compare({"a": lambda: sum(range(2000)), "b": lambda: sum(range(8000))}, 0.05, 5)}
    assert list(found) == ["a", CONTROL, "b"]
    assert found["a"].median == 1.0 and found["b"].median > 1.5

"""Inputs that jump: solvers restart there, and both sides can be recorded."""

import numpy as np
import pytest

from neurodyn.backends.grids import save_points
from neurodyn.backends.plan import edges
from neurodyn.backends.solvers import METHODS
from neurodyn.system.signals import Constant, Pulses, Ramp, Step, Window
from tests.backends.fake import System, plan, run

every_method = pytest.mark.parametrize("method", METHODS)


def leaky(signal, rate=1.0):
    """x' = rate*(u - x)."""
    return System(lambda t, y, u: rate * (u["u"] - y), lambda t, y, u: [[-rate]], signals={"u": signal})


def relaxed(x, cuts, levels, rate=1.0):
    """The exact x at each cut, when the input holds levels[k] from cuts[k] to cuts[k+1]."""
    found = [x]
    for level, begin, end in zip(levels, cuts[:-1], cuts[1:], strict=True):
        found.append(level + (found[-1] - level) * np.exp(-rate * (end - begin)))
    return np.array(found)


@every_method
def test_pulses_far_shorter_than_a_step_are_not_missed(method):
    """Needles of 1e-4 in a relaxation of time 1: an unwarned solver steps over all of them."""
    needles = Pulses(height=1e3, period=0.5, duty=2e-4, phase=0.5)
    cuts = np.concatenate([[0.0], needles.edges(0, 4), [4.0]])
    ran = run(leaky(needles), 4, [0.0], cuts, method=method, rtol=1e-11, atol=1e-12)
    levels = np.where(np.arange(len(cuts) - 1) % 2, 1e3, 0.0)
    assert ran.counts["restarts"] == len(cuts) - 2 == 16
    assert np.abs(ran.y[:, 0] - relaxed(0.0, cuts, levels)).max() < 1e-10


def test_many_edges_at_a_tight_tolerance():
    """A fast response under a pulse train: 100 times faster than a piece is long, where SciPy's first step after an
    edge is too long for DOP853 to see its own error (1.6e-9 here)."""
    train = Pulses(period=1, duty=0.1)

    def flow(t, y, u):
        v, w = y
        return [(w * u["u"] - v) / 0.01, (1 - w) / 20 - 0.5 * u["u"] * w * v / (0.5 + v)]

    system = System(flow, shapes={"v": (), "w": ()}, signals={"u": train})
    ends = train.edges(0, 5)[::2]

    def at_ends(tolerance, method="DOP853"):
        return run(system, 5, [0.0, 1.0], ends, method=method, rtol=tolerance, atol=tolerance).y

    assert np.abs(at_ends(1e-10) - at_ends(1e-12, "RK45")).max() < 1e-9


@every_method
def test_edges_that_differ_by_rounding_make_a_piece_no_solver_can_start_on(method):
    """0.1 + 0.2 is not 0.3: between the two, one input has switched and the other not yet."""
    signals = {"u": Step(0.1 + 0.2), "v": Step(0.3)}
    system = System(lambda t, y, u: u["u"] + u["v"] - y, lambda t, y, u: [[-1.0]], signals=signals)
    ran = run(system, 1, [0.0], [0.3, 0.1 + 0.2, 1.0], method=method, rtol=1e-9, atol=1e-10)
    assert ran.outcome.status == "done"
    assert ran.counts["restarts"] == 2
    assert ran.y[:, 0] == pytest.approx([0, 0, 2 * (1 - np.exp(-0.7))], abs=1e-8)


@every_method
def test_backwards_over_edges(method):
    there = run(leaky(Window(1, 2)), 3, [0.0], [1.0, 2.0, 3.0], method=method, rtol=1e-10, atol=1e-12)
    back = run(leaky(Window(1, 2)), 0, there.end, [2.0, 1.0, 0.0], t0=3.0, method=method, rtol=1e-10, atol=1e-12)
    assert back.counts["restarts"] == 2
    assert back.y[:, 0] == pytest.approx([1 - np.exp(-1), 0, 0], abs=1e-7)


def test_a_kink_is_an_edge_too():
    """x' = u - x under a ramp from 1 to 2, exactly: x = t - 1 - (1 - exp(1 - t)) on it."""
    ran = run(leaky(Ramp(1, 2)), 2, [0.0], [1.0, 1.5, 2.0], rtol=1e-11, atol=1e-12)
    assert ran.y[:, 0] == pytest.approx([0, np.exp(-0.5) - 0.5, np.exp(-1)], abs=1e-10)


@pytest.mark.parametrize(("begin", "end"), [(0.0, 4.0), (4.0, 0.0)])
def test_both_sides_of_an_edge_are_saved_and_read_with_their_own_input(begin, end):
    signals = {"u": Window(1, 3, 5.0)}
    times = save_points(None, None, signals, begin, end, 100, None)
    made = plan(leaky(signals["u"]), end, [0.0], times, t0=begin)
    pieces, places = made.pieces(), made.places(made.save_at)
    shown = [pieces[k].inputs(t)["u"] for k, t in zip(places, times, strict=True)]
    at = {edge: [value for value, t in zip(shown, times, strict=True) if t == edge] for edge in (1.0, 3.0)}
    assert at == ({1.0: [0, 5], 3.0: [5, 0]} if end > begin else {3.0: [0, 5], 1.0: [5, 0]})
    assert all(value == (5 if 1 < t < 3 else 0) for value, t in zip(shown, times, strict=True) if t not in at)
    assert len(times) == 501 + 2  # both edges stand on the grid


@pytest.mark.parametrize(("begin", "end"), [(0.0, 4.0), (4.0, 0.0)])
def test_an_edge_that_is_saved_once_shows_what_holds_from_it_on(begin, end):
    times = [1.0, 3.0] if end > begin else [3.0, 1.0]
    made = plan(leaky(Window(1, 3, 5.0)), end, [0.0], times, t0=begin)
    pieces = made.pieces()
    shown = {t: pieces[k].inputs(t)["u"] for k, t in zip(made.places(made.save_at), times, strict=True)}
    assert shown == {1.0: 5.0, 3.0: 0.0}


def test_edges_of_all_inputs_in_the_order_of_the_run():
    signals = {"a": Window(1, 2), "b": Step(2), "c": Constant(1.0)}
    assert edges(signals, 0, 3).tolist() == [1, 2]
    assert edges(signals, 3, 0).tolist() == [2, 1]
    assert edges(signals, 1, 2).tolist() == []

"""The published numbers of habituation, a row for each, found by the general tools: what it is, how, and how closely.

The hallmarks H1 to H10 are those of Thompson and Spencer (1966) and Rankin et al. (2009). Figure 3, H3 to H6, H8 and
the chain are motifs of Smart et al. 2024; the concatenated feedback is that of Eckert et al. 2024.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from neurodyn import build, fixed_points, simulate, stroboscope
from neurodyn.analysis.habituation import habituation_time, peaks, recovery_time, rise_time
from neurodyn.model.families import chain

Array = NDArray[np.float64]
SHARP = {"rtol": 1e-9, "atol": 1e-11}
BRIEF = 1.1111  # how long stimuli of the concatenated motifs are


@dataclass(frozen=True)
class Case:
    """A row: what was measured, how, what is known, and how closely that was told."""

    row: str
    measure: Callable[[], ArrayLike]
    known: ArrayLike
    atol: float = 0.0
    rtol: float = 0.0
    slow: bool = False


def train(height: float, period: float = 1, duty: float = 0.1, count: int | None = None) -> str:
    """Pulses at the end of their periods."""
    return f"pulses({height}, period={period}, duty={duty}, phase={1 - duty}" + (f", count={count})" if count else ")")


@cache
def heights(name: str, count: int, period: float = 1, **values: str | float) -> Array:
    """The peaks of the response in each period."""
    found = simulate(build(name, **values), until=count * period, record=["y"], **SHARP)
    return peaks(found["time"], found["y"], period=period, count=count)


def at(name: str, quantity: str, times: ArrayLike, **values: str | float) -> Array:
    save = np.asarray(times, dtype=float)
    return simulate(build(name, **values), until=save[-1], save_at=save, record=[quantity], **SHARP)[quantity].values


def settled(period: float) -> float:
    """The depth of habituation of a Hill unit: its gate at the fixed point of the stroboscopic map."""
    duty = 0.1 / period
    inputs = {"u": train(10, period, duty)}
    found = stroboscope(build("habituation", beta=0.2), period, at=(1 - duty) * period, inputs=inputs, looks=5)
    return 1 / (1 + found.point[0] ** 2)


def gap_of_unit(period: float) -> float:
    """The gap after 30 stimuli after which one unit answers with 95 % again, each gap from the saved state."""
    u = train(10, period, 0.1 / period)
    x = at("habituation", "x", [30 * period], beta=0.2, u=u)[0]
    system = build("habituation", beta=0.2)

    def respond(rest: float) -> float:
        probe = {"u": f"window({rest}, {rest + 0.1}, 10)"}
        test = simulate(system, until=rest + 0.1, t0=0, start={"x": x}, record=["y"], save_at=[rest], inputs=probe)
        return float(test["y"][0])

    return recovery_time(respond, 9.5, 50)


def gap_of_chain(length: int) -> list[float]:
    """When the response strength of a chain is back at 95 % after 60 units of time with stimuli."""
    rates = {"alpha": [0.2, 0.02][:length], "beta": [1, 0.5][:length]}
    found = []
    for period in (1, 2, 5):
        model = chain(length, u=train(10, period, 0.1 / period, 60 // period), **rates)
        run = simulate(build(model), until=180, record=["strength"], rtol=1e-8, atol=1e-10)
        found.append(rise_time(run["time"], run["strength"], 9.5, 60))
    return found


def depths(name: str, **values: float) -> list[float]:
    each = [heights(name, 60, u=train(a), **values) for a in (1, 5, 10)]
    return [float(p[-1] / p[0]) for p in each]


def after_silence(count: int) -> list[float]:
    """H6: the memory after so many stimuli, and the response after 12 silent periods."""
    u = f"{train(10)}*(window(0, {count}) + window({count + 12}, {count + 13}))"
    memory = at("habituation_relu", "x", [count], u=u)[0]
    return [float(memory), float(heights("habituation_relu", count + 13, u=u)[-1])]


def rest(name: str, quantity: str, box: dict[str, tuple[float, float]]) -> list[float]:
    """Where a comparator comes to rest at inputs 0.3, 1 and 7: the one fixed point in a box."""
    found = []
    for level in (0.3, 1.0, 7.0):
        (point,) = fixed_points(build(name, u=level), box=box).points
        assert point.is_stable and point.sure == "proved"
        found.append(float(point.state[quantity]))
    return found


def steps(interval: int) -> list[float]:
    """Staddon and Higa: responses to the first four stimuli of 100 steps, and the strength 50 steps later."""
    u = f"pulses(1, period={interval}, duty=1/{interval}, count={-(-100 // interval)})"
    found = simulate(build("habituation_staddon_higa", u=u), record=["y", "strength"])
    return [*found["y"].values[: 4 * interval : interval], float(found["strength"].values[150])]


def brief(height: float, period: float, count: int, start=None, silence: float = 0):
    """Two feedback motifs under brief stimuli, after a silence; the response is seen closely after each onset."""
    u = f"pulses({height}, period={period}, duty={BRIEF / period}, count={count})"
    u = f"{height}*window({silence}, {silence + BRIEF})" if silence else u
    near = (silence + period * np.arange(count)[:, None] + np.arange(0, 3, 0.005)).ravel()
    times = np.union1d(near, [silence + count * period])
    system = build("concatenated_feedback", S=u)
    settings = {"method": "LSODA", "rtol": 1e-8, "atol": 1e-13, "record": system.layout.names}
    return simulate(system, until=times[-1], start=start, save_at=times, **settings)


def stimuli_until_settled(height: float, period: float, count: int) -> int:
    found = brief(height, period, count)
    return habituation_time(peaks(found["time"], found["R_2"], period=period, count=count))


def gap_of_feedback(period: float, count: int) -> float:
    trained = brief(15, period, count)
    naive = float(trained["R_2"].values[:600].max())
    end = {name: float(trained[name].values[-1]) for name in build("concatenated_feedback").layout.names}
    return recovery_time(lambda gap: float(brief(15, period, 1, end, gap)["R_2"].max()), 0.95 * naive, 10000)


def wang() -> Array:
    """H10: the first and the last response of three series of 40 stimuli, with rests of 400."""
    found = at("habituation_wang", "y", np.sort([[440 * k + 0.5, 440 * k + 39.5] for k in range(3)]).ravel())
    return np.concatenate([found[0::2], found[1::2]])


def series(name: str, length: int, whole: int, number: int) -> Array:
    return heights(name, 3 * whole)[number * whole : number * whole + length]


V_PULSES = list(range(15, 80, 12))
IN_BOX = dict.fromkeys(("x_1", "x_2", "x_3"), (0.001, 100.0))
CASES = (
    Case("Figure 3, first series", lambda: series("habituation", 5, 15, 0), [5, 4.136, 2.845, 1.962, 1.426], 1e-3),
    Case("Figure 3, second series", lambda: series("habituation", 5, 15, 1), [3.371, 2.294, 1.627, 1.221, 0.962], 1e-3),
    Case("Figure 3, third series", lambda: series("habituation", 5, 15, 2)[[0, -1]], [2.902, 0.887], 1e-3),
    Case("H4, depth for T = 1, 2, 5", lambda: [settled(t) for t in (1, 2, 5)], [0.2149, 0.5482, 0.9124], 1e-4),
    Case("H4, recovery, T = 1", lambda: gap_of_unit(1), 21.6, 0.1),
    Case("H4, recovery, T = 2", lambda: gap_of_unit(2), 15.6, 0.1, slow=True),
    Case("H4, recovery, T = 5", lambda: gap_of_unit(5), 7.9, 0.1, slow=True),
    Case("H4, recovery of a chain of 2", lambda: gap_of_chain(2), [70.5, 92.4, 104.5], rtol=0.02),
    Case("H4, recovery of a chain of 1", lambda: gap_of_chain(1), [15.9, 12.9, 9.6], rtol=0.02),
    Case("H5, inverter, A = 1, 5, 10", lambda: depths("habituation_inverter"), [0.2309, 0.6700, 0.8845], 1e-4),
    Case("H5, control", lambda: depths("habituation", alpha=0.5, beta=0.2), [0.9990, 0.9756, 0.9091], 1e-4),
    Case("H6, after 4 stimuli", lambda: after_silence(4), [13.789, 6.204], 1e-3),
    Case("H6, after 20 stimuli", lambda: after_silence(20), [36.164, 0.045], 1e-3),
    Case("H3, onsets", lambda: at("habituation_tanh_gate", "x", [0.9, 30.9, 60.9]), [0, 4.873, 5.961], 1e-3),
    Case("H3, sixth peaks", lambda: heights("habituation_tanh_gate", 90)[[5, 35, 65]], [9.994, 4.401, 1.262], 1e-3),
    Case("H8, before", lambda: heights("habituation_gated_decay", 18)[[0, 1, 2, 14]], [10, 5.474, 2.500, 0.189], 1e-3),
    Case("H8, after", lambda: heights("habituation_gated_decay", 18)[15:], [10.0, 6.017, 2.697], 2e-3),
    Case(
        "H9", lambda: heights("habituation_second_order", 80)[V_PULSES], [9.98, 3.20, 0.78, 0.41, 0.29, 0.24], atol=0.01
    ),
    Case("H10", wang, [1.0, 1.0, 1.0, 0.177, 0.152, 0.020], 1e-3),
    Case(
        "Circuit, 5 V",
        lambda: heights("habituation_diode", 40, u=train(5))[[0, 1, 2, 3, 4, -1]],
        [0.4254, 0.2785, 0.1851, 0.1257, 0.0879, 0.0219],
        1e-4,
    ),
    Case("Circuit, 9 V", lambda: heights("habituation_diode", 40, u=train(9))[[0, -1]], [1.2695, 0.5432], 1e-4),
    Case("Sniffer", lambda: rest("sniffer", "y", {"x": (0.01, 100.0), "y": (0.0, 1.0)}), [0.01] * 3, 1e-6),
    Case("Antithetic", lambda: rest("antithetic", "x_3", IN_BOX), [1.0] * 3, 1e-6),
    Case("Staddon and Higa, every 2", lambda: steps(2), [0.512, 0.189, 0.0, 0.0, 0.872], 1e-3),
    Case("Staddon and Higa, every 8", lambda: steps(8), [0.512, 0.288, 0.147, 0.047, 0.619], 1e-3),
    Case("Feedback, S = 15, T = 5", lambda: stimuli_until_settled(15, 5, 16), 12),
    Case("Feedback, S = 15, T = 10", lambda: stimuli_until_settled(15, 10, 22), 18, slow=True),
    Case("Feedback, S = 15, T = 15", lambda: stimuli_until_settled(15, 15, 25), 21, slow=True),
    Case("Feedback, recovery, T = 5", lambda: gap_of_feedback(5, 12), 6649, rtol=0.01, slow=True),
    Case("Feedback, recovery, T = 10", lambda: gap_of_feedback(10, 18), 7312, rtol=0.01, slow=True),
    Case("Feedback, recovery, T = 15", lambda: gap_of_feedback(15, 21), 7670, rtol=0.01, slow=True),
    Case("Feedback, intensity 10", lambda: stimuli_until_settled(10, 10, 19), 15, slow=True),
    Case("Feedback, intensity 20", lambda: stimuli_until_settled(20, 10, 24), 20, slow=True),
)


@pytest.mark.parametrize("case", [pytest.param(c, id=c.row, marks=[pytest.mark.slow] if c.slow else []) for c in CASES])
def test_published_number(case: Case) -> None:
    np.testing.assert_allclose(case.measure(), case.known, atol=case.atol, rtol=case.rtol)


def test_one_unit_fails_what_a_chain_of_two_passes() -> None:
    """H4 (iii): recovery from frequent stimuli is sooner. Rows above, put side by side."""
    gaps = {case.row: case.known for case in CASES}
    one = [gaps[f"H4, recovery, T = {t}"] for t in (1, 2, 5)]
    assert one == sorted(one, reverse=True)
    assert gaps["H4, recovery of a chain of 2"] == sorted(gaps["H4, recovery of a chain of 2"])

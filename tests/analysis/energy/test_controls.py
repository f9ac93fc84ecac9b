"""Negative controls: models whose claims are wrong. Each is refuted, with a witness that plain NumPy confirms."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import neurodyn
from neurodyn.analysis.energy.judged import Judged
from neurodyn.analysis.energy.report import energy
from neurodyn.analysis.verdict import Verdict

FOLDER = Path("docs/controls")
Array = NDArray[Any]
Values = dict[str, Array]
# The energy and the flow of a control at states `y`, by hand; complex states must pass through.
ByHand = Callable[[Values, Array, complex], tuple[complex, Array]]


def logcosh(u: Array) -> Array:
    u = np.where(u.real < 0, -u, u)
    return u + np.log1p(np.exp(-2 * u)) - np.log(2)


def logsumexp(u: Array) -> complex:
    top = u.real.max()
    return complex(top + np.log(np.exp(u - top).sum()))


def softmax(u: Array) -> Array:
    return np.exp(u - logsumexp(u))


def hopfield(p: Values, x: Array, t: complex) -> tuple[complex, Array]:
    v, beta = np.tanh(p["beta"] * x), p["beta"]
    energy = -v @ p["W"] @ v / 2 + (x * v - logcosh(beta * x) / beta).sum()
    return energy, (-x + p["W"] @ v) / p["tau"]


def two_layers(p: Values, y: Array, t: complex) -> tuple[complex, Array]:
    v, h, beta, xi = y[:6], y[6:], p["beta"], p["xi"]
    g, f = np.tanh(v), softmax(beta * h)
    energy = (v * g - logcosh(v)).sum() + h @ f - logsumexp(beta * h) / beta - f @ xi @ g
    return energy, np.concatenate([-v + p["back"] @ f, -h + xi @ g])


def vector_gain(p: Values, x: Array, t: complex) -> tuple[complex, Array]:
    z = np.sqrt(((x - x.mean()) ** 2).mean() + p["epsilon"])
    off = p["gain"] * (x - x.mean()) / z - p["target"]
    return x @ (off + p["target"]) - x.size * z + (off**2).sum() / 2, -(x + off)


def features(p: Values, v: Array, t: complex) -> tuple[complex, Array]:
    beta, omega, xi = p["beta"], p["omega"], p["xi"]
    h, stored = np.sqrt(beta) * omega @ v, np.sqrt(beta) * xi @ omega.T
    c, s = np.cos(stored).sum(0) / len(omega), np.sin(stored).sum(0) / len(omega)
    closeness = (c * np.cos(h) + s * np.sin(h)).sum()
    slope = -(np.sqrt(beta) * omega.T @ (-c * np.sin(h) + s * np.cos(h))) / (beta * closeness)
    return -logsumexp(-beta * ((v - xi) ** 2).sum(1) / 2) / beta, -slope * (closeness.real > p["floor_S"])


def diffusion(p: Values, x: Array, t: complex) -> tuple[complex, Array]:
    s = p["s_0"] * np.exp(-t)
    e = -((x - p["xi"]) ** 2).sum(1) / (2 * s)
    return -2 * s * logsumexp(e), (softmax(e) @ p["xi"] - x) / 2


def mixed_clamp(p: Values, x: Array, t: complex) -> tuple[complex, Array]:
    g = softmax(3 * x)
    off = g - p["c"]
    energy = x @ g - logsumexp(3 * x) / 3 + off @ p["W"] @ off / 2
    return energy, -(1 - p["held"]) * (x + p["W"] @ off)


def bent(p: Values, x: Array, t: complex) -> tuple[complex, Array]:
    g = x**3 - x
    return (x * g - x**4 / 4 + x**2 / 2 - p["b"] * g).sum(), p["b"] - x


FLOWS: dict[str, ByHand] = {
    "asymmetric_weights": hopfield, "feedback_no_transpose": two_layers, "vector_gain": vector_gain,
    "exact_energy_of_features": features, "free_energy_without_entropy": diffusion, "mixed_clamp": mixed_clamp,
    "bent_lagrangian": bent,
}  # fmt: skip
REASONS = {
    "asymmetric_weights": "no multiple of", "feedback_no_transpose": "no multiple of", "vector_gain": "no multiple of",
    "exact_energy_of_features": "no multiple of", "free_energy_without_entropy": "depends on time itself",
    "mixed_clamp": "differs between units that g mixes", "nearly_symmetric_weights": "up to 1e-09",
    "even_powers_all_at_once": "not shown to be concave", "descent_of_features": "shown to be concave",
    "bent_lagrangian": "not shown to grow with",
}  # fmt: skip


QUICK = [pytest.param(n, marks=pytest.mark.slow if n == "vector_gain" else ()) for n in FLOWS]


def system_of(name: str) -> neurodyn.System:
    return neurodyn.build(neurodyn.load(FOLDER / f"{name}.toml"))


@cache
def judged(name: str) -> tuple[neurodyn.System, Judged]:
    system = system_of(name)
    return system, energy(system, claim=system.model.claims[0] if system.model.claims else None, starts=10).claims[0]


def rate(by_hand: ByHand, values: Values, y: Array, t: float) -> float:
    """dE/dt along the flow by a step into the complex plane: exact but for rounding."""
    step = 1e-40j
    _, flow = by_hand(values, y, t)
    return float(by_hand(values, y + step * flow, t + step)[0].imag / 1e-40)


def test_every_control_is_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == REASONS.keys()
    assert not {entry.name for entry in neurodyn.library()} & REASONS.keys()


@pytest.mark.parametrize("name", QUICK)
def test_refuted(name: str) -> None:
    system, found = judged(name)
    assert found.verdict is Verdict.REFUTED and REASONS[name] in found.reason
    state, t = found.numbers["state"], found.numbers["t"]
    told = pytest.approx(found.numbers["largest"], rel=1e-10, abs=found.numbers["rounding"])
    assert rate(FLOWS[name], dict(system.values), state, t) == told and found.numbers["rounding"] < 1e-8 * told.expected
    assert found.numbers["largest"] > 0


@pytest.mark.parametrize("name", QUICK)
def test_the_energy_rises_from_the_witness(name: str) -> None:
    """The run of the report, once more by Euler's method on the equations by hand, in steps as small as it takes."""
    system, found = judged(name)
    times, values = found.numbers["times"], found.numbers["values"]
    assert (np.diff(values) > 0).all()
    y, t = found.numbers["state"].copy(), float(times[0])
    start, _ = FLOWS[name](dict(system.values), y, t)
    for h in np.repeat(np.diff(times) / 50, 50):
        y, t = y + h * FLOWS[name](dict(system.values), y, t)[1].real, t + h
    end, _ = FLOWS[name](dict(system.values), y, t)
    assert start.real == pytest.approx(values[0], rel=1e-9)
    assert end.real - start.real == pytest.approx(values[-1] - values[0], rel=0.02)


def test_what_is_almost_symmetric_is_not_proved_and_it_is_told_why() -> None:
    _, found = judged("nearly_symmetric_weights")
    assert found.verdict in (Verdict.SEARCHED, Verdict.REFUTED)
    assert "W is not symmetric: it differs from its transpose by up to 1e-09" in found.reason
    exact = neurodyn.build(neurodyn.load(FOLDER / "nearly_symmetric_weights.toml"), values={"W": np.eye(8)})
    assert energy(exact).verdict is Verdict.PROVED


def test_even_powers_all_at_once() -> None:
    system, found = judged("even_powers_all_at_once")
    assert found.verdict is Verdict.REFUTED and REASONS["even_powers_all_at_once"] in found.reason
    xi, before = system.values["xi"], found.numbers["state"]
    after = np.sign(((xi @ before) ** 2) @ xi)
    after[after == 0] = before[after == 0]
    rise = ((xi @ before) ** 3).sum() - ((xi @ after) ** 3).sum()
    assert rise == found.numbers["largest"] > 0
    odd = system.model.to_toml().replace("**2, m), S[i])", "**3, m), S[i])").replace("**3, m)  ", "**4, m)  ")
    text = odd.replace("S[i], i)**3, m)", "S[i], i)**4, m)")
    assert energy(neurodyn.build(neurodyn.Model.from_text(text))).verdict is Verdict.PROVED


def test_random_features_do_not_descend_as_their_kernel_does() -> None:
    system, found = judged("descent_of_features")
    assert found.verdict is Verdict.REFUTED and REASONS["descent_of_features"] in found.reason
    v, p = found.numbers["state"], dict(system.values)
    energies = []
    for point in (v, v + p["alpha"] * features(p, v, 0)[1].real):
        h, stored = (np.sqrt(p["beta"]) * z @ p["omega"].T for z in (point, p["xi"]))
        closeness = np.cos(h - stored).sum() / len(p["omega"])
        energies.append(-np.log(max(closeness, p["floor_S"])) / p["beta"])
    promised = p["alpha"] * (1 - p["alpha"] / 2) * (features(p, v, 0)[1].real ** 2).sum()
    assert energies[1] - energies[0] + promised == pytest.approx(found.numbers["largest"], rel=1e-10)


def test_the_same_flow_goes_down_its_own_energy() -> None:
    """Random features: the energy that they make falls, the one that they stand for does not."""
    exact, own = energy(system_of("exact_energy_of_features"), starts=10).claims
    assert exact.verdict is Verdict.REFUTED and own.verdict is Verdict.PROVED

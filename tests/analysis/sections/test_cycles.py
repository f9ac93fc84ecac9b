"""Cycles against closed forms and published digits."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from neurodyn import InputError, Model, RunFailed, build, limit_cycle, lyapunov_exponents
from tests.analysis.sections.systems import lorenz, rotating


def test_a_circle_has_its_closed_form() -> None:
    found = limit_cycle(rotating(0.5, 0.5, 1.0))
    period = 2 * math.pi / (1 - 0.25)
    assert found.period == pytest.approx(period, rel=1e-11)
    assert found.multipliers == pytest.approx([math.exp(-period)], rel=1e-9)
    assert found.multipliers[0].real == pytest.approx(2.2996570e-4, rel=1e-7)
    assert found.high == pytest.approx([math.sqrt(0.5)] * 2, rel=1e-11)
    assert found.low == pytest.approx([-math.sqrt(0.5)] * 2, rel=1e-11)
    assert found.trivial_error < 1e-10 and found.residual < 1e-10
    assert found.stability == "stable"
    assert np.linalg.norm(found.states, axis=1) == pytest.approx(math.sqrt(0.5), rel=1e-10)


def test_one_that_repels_is_found_from_beside() -> None:
    """Backwards in time the circle attracts: with all rates reversed it repels, by the inverse multiplier."""
    text = "r2 = x**2 + y**2\ndx/dt = -(mu - r2)*x - y\ndy/dt = -(mu - r2)*y + x"
    model = Model(text, states={"x": 0.70711, "y": 0.0}, parameters={"mu": 0.5}, bench={"until": 8}, name="repelling")
    found = limit_cycle(model, "x - 0.3", transient=0)
    assert found.period == pytest.approx(2 * math.pi, rel=1e-10)
    assert found.multipliers == pytest.approx([math.exp(2 * math.pi)], rel=1e-8)
    assert found.stability == "unstable"


def test_van_der_pol() -> None:
    found = limit_cycle(build("van_der_pol", mu=1.0))
    assert found.period == pytest.approx(6.66328685932, abs=1e-9)
    assert found.high[0] == pytest.approx(2.00861986087, abs=1e-9)
    assert found.multipliers == pytest.approx([8.5969507e-4], abs=1e-9)
    assert found.exponents == pytest.approx([0.0, -1.059377], abs=1e-6)


@pytest.mark.slow
def test_van_der_pol_relaxing() -> None:
    found = limit_cycle(build("van_der_pol", mu=10.0))
    assert found.period == pytest.approx(19.0783695669, abs=1e-9)
    assert found.trivial_error < 1e-8


@pytest.mark.slow
def test_its_exponents_are_those_of_lyapunov() -> None:
    found = limit_cycle(build("van_der_pol", mu=3.0))
    other = lyapunov_exponents(build("van_der_pol", mu=3.0), pieces=16, transient=40, span=2000)
    assert found.exponents == pytest.approx(other.exponents, abs=2e-3)


def test_a_multiplier_below_rounding_follows_from_the_trace() -> None:
    mu = 5.0
    found = limit_cycle(build("van_der_pol", mu=mu), "x")
    assert found.period == pytest.approx(11.6122306677, abs=1e-9)

    def rates(t: float, y: np.ndarray) -> list[float]:
        return [y[1], mu * (1 - y[0] ** 2) * y[1] - y[0], mu * (1 - y[0] ** 2)]

    run = solve_ivp(rates, (0, found.period), [*found.point, 0.0], rtol=1e-12, atol=1e-13, method="LSODA")
    assert found.exponents == pytest.approx([0.0, run.y[2, -1] / found.period], rel=1e-7)


def test_an_unstable_orbit_of_lorenz() -> None:
    start = {"x": -13.763610682, "y": -19.578751942, "z": 27}
    found = limit_cycle(lorenz(4.0), "z - 27", start=start, transient=0)
    assert found.period == pytest.approx(1.5586522107, abs=1e-9)
    assert found.multipliers[0] == pytest.approx(4.7129473, abs=1e-6)
    assert found.stability == "unstable"
    assert np.prod(found.multipliers).real == pytest.approx(math.exp(-41 / 3 * found.period), rel=1e-6)


def test_the_report_says_it_all() -> None:
    found = limit_cycle(rotating(0.5, 0.5, 1.0), "y")
    text = str(found)
    assert "a cycle, stable" in text and "beside 1, which is met to" in text and "section y = 0" in text
    told = json.loads(json.dumps(found.to_json()))
    assert told["period"] == found.period and told["stability"] == "stable"
    assert len(told["states"]["x"]) == len(told["time"]) == len(found.time)
    assert "<pre>" in found._repr_html_()


def test_no_cycle() -> None:
    with pytest.raises(RunFailed, match="come to rest"):
        limit_cycle(Model("dx/dt = -x\ndy/dt = x - y", states={"x": 1.0, "y": 0.0}, bench={"until": 10}))
    with pytest.raises(RunFailed, match="not at all"):
        limit_cycle(rotating(0.5, 0.5, 1.0), "x - 5")
    leaving = Model("dx/dt = 0.01*x - y\ndy/dt = x + 0.01*y", states={"x": 1.0, "y": 0.0}, bench={"until": 8})
    with pytest.raises(RunFailed, match="No cycle"):
        limit_cycle(leaving, "x", transient=0)


REFUSED: Mapping[str, tuple[Any, str]] = {
    "driven": ("fitzhugh_nagumo", "is driven in time, by I"),
    "events": ("lif", "events that act"),
    "a map": ("habituation_staddon_higa", "is a map"),
    "noise": ("ornstein_uhlenbeck", "noise drives it"),
    "delays": ("mackey_glass", "rates read earlier states"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_none_is_refused(case: str) -> None:
    name, words = REFUSED[case]
    with pytest.raises(InputError, match=words):
        limit_cycle(name)

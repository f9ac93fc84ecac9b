"""Exponents against closed forms, and against values that are published or were found by other means."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from scipy.optimize import fsolve

import neurodyn
from neurodyn import InputError, Model, RunFailed, build, lyapunov_exponents
from neurodyn.analysis.exponents.report import Spectrum
from tests.analysis.exponents.systems import henon, line, linear, logistic, network

QUICK: dict[str, Any] = dict(pieces=16, transient=5.0, span=200.0)


def within(found: Spectrum, wanted: list[float], errors: float = 4.0) -> None:
    """The exponents are those that are wanted, within a few of their own errors."""
    assert (np.abs(found.exponents - wanted) <= errors * found.errors).all()


@pytest.mark.parametrize("rtol", [1e-7, 1e-9, 1e-12])
@pytest.mark.parametrize(("rate", "start"), [(-1.0, 1.0), (-1.0, 1e-300), (0.3, 0.0), (0.3, 1e-200)])
def test_a_line_has_its_rate_at_any_tolerance(rate: float, start: float, rtol: float) -> None:
    found = lyapunov_exponents(line(rate, start), rtol=rtol, transient=10, span=30, pieces=3)
    assert abs(found.exponents[0] - rate) < 1e-6
    assert found.mismatch is not None and found.mismatch < 1e-6


@pytest.mark.parametrize("span", [0.01, 1.0, 100.0])
def test_nor_does_it_depend_on_the_time(span: float) -> None:
    found = lyapunov_exponents(line(-1.0), span=span, transient=min(span, 20.0), pieces=1)
    assert abs(found.exponents[0] + 1) < 1e-6


def test_a_point_at_rest_has_the_real_parts_of_its_eigenvalues() -> None:
    rng = np.random.default_rng(3)
    matrix = rng.normal(size=(4, 4)) - np.eye(4)
    wanted = np.sort(np.linalg.eigvals(matrix).real)[::-1]
    found = lyapunov_exponents(build(linear(4), A=matrix), start={"x": np.zeros(4)}, transient=40, span=200, pieces=2)
    assert found.exponents == pytest.approx(wanted, abs=2e-3)
    assert found.sum == pytest.approx(np.trace(matrix), abs=1e-7)


def test_a_network_at_rest_has_those_of_its_jacobian() -> None:
    rng, n = np.random.default_rng(0), 12
    pattern = np.sign(rng.normal(size=n))
    weights = 1.5 * np.outer(pattern, pattern) / n + 0.5 * np.diag(rng.uniform(size=n))
    rest = fsolve(lambda x: -x + weights @ np.tanh(x), pattern)
    jacobian = -np.eye(n) + weights * (1 - np.tanh(rest) ** 2)
    wanted = np.sort(np.linalg.eigvals(jacobian).real)[::-1][:2]
    found = lyapunov_exponents(build(network(n), W=weights), 2, start={"x": rest}, transient=200, span=200, pieces=1)
    assert found.exponents == pytest.approx(wanted, abs=2e-3)
    assert found.trace is None


def test_lorenz_in_short() -> None:
    found = lyapunov_exponents("lorenz", **QUICK)
    within(found, [0.9056, 0.0, -14.5723])
    assert found.sum == pytest.approx(-41 / 3, abs=1e-6)
    assert found.mismatch is not None and found.mismatch < 1e-6


@pytest.mark.slow
def test_lorenz() -> None:
    found = lyapunov_exponents("lorenz")
    assert found.exponents == pytest.approx([0.9056, 0.0, -14.5723], abs=2e-3)
    assert found.dimension is not None and found.dimension.value == pytest.approx(2.062, abs=1e-3)
    assert found.zeros.tolist() == [False, True, False]


@pytest.mark.slow
def test_rossler() -> None:
    found = lyapunov_exponents("rossler", precision=5e-4)
    assert found.exponents == pytest.approx([0.071, 0.0, -5.394], abs=2e-3)


def test_van_der_pol() -> None:
    found = lyapunov_exponents(build("van_der_pol", mu=1.0), pieces=32, transient=40, span=6000)
    assert found.exponents == pytest.approx([0.0, -1.059377], abs=2e-5)
    assert found.dimension is not None and found.dimension.value == 1.0


def test_maps() -> None:
    found = lyapunov_exponents(logistic(4.0), pieces=500, transient=20, span=50_000)
    assert found.exponents == pytest.approx([math.log(2)], abs=2e-3)
    two = lyapunov_exponents(henon(), pieces=500, transient=20, span=50_000)
    within(two, [0.4193, -1.6233])
    assert two.sum == pytest.approx(math.log(0.3), abs=1e-12)


@pytest.mark.slow
def test_henon() -> None:
    found = lyapunov_exponents(henon(), precision=5e-4)
    assert found.exponents == pytest.approx([0.4193, -1.6233], abs=2e-3)


def test_a_cycle_of_a_map() -> None:
    r = 3.2
    product = abs(4 + 2 * r - r**2)  # the multiplier of its cycle of two
    found = lyapunov_exponents(logistic(r), pieces=2, transient=100, span=200)
    assert found.exponents == pytest.approx([math.log(product) / 2], abs=1e-9)


def test_what_time_drives() -> None:
    model = Model("dx/dt = -(1 + sin(t)/2)*x + u", states={"x": 1.0}, inputs={"u": "pulses(5, period=2, duty=0.2)"})
    found = lyapunov_exponents(model, transient=20, span=60 * math.pi)
    assert found.pieces == 1
    assert found.exponents == pytest.approx([-1.0], abs=1e-3)
    with pytest.raises(InputError, match="make the time matter"):
        lyapunov_exponents(model, pieces=2)


def test_the_seed_alone_decides() -> None:
    short: dict[str, Any] = dict(pieces=4, transient=2.0, span=20.0)
    one, same, other = (lyapunov_exponents("lorenz", seed=s, **short) for s in (1, 1, 2))
    assert (one.exponents == same.exponents).all()
    assert (one.exponents != other.exponents).any()
    assert one.recipe["seed"] == 1 and one.recipe["model"]["name"] == "lorenz"


def test_the_report_says_it_all() -> None:
    found = lyapunov_exponents("lorenz", pieces=20, transient=2.0, span=60.0)
    assert found.course is not None
    assert found.course.exponents[-1] == pytest.approx(found.exponents)
    assert found.course.errors[-1] == pytest.approx(found.errors, abs=1e-6)
    told = json.loads(json.dumps(found.to_json()))
    assert told["exponents"] == found.exponents.tolist() and told["status"] == "done"
    text = str(found)
    assert "dimension (Kaplan, Yorke)" in text and "mean trace of the Jacobian" in text and "DOP853" in text
    assert len(text.splitlines()) < 25
    assert "<pre>" in found._repr_html_()


def test_ctrl_c_keeps_what_was_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    from neurodyn.analysis.exponents.carrier import Carrier

    calls, own = 0, Carrier.to

    def to(self: Carrier, *given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 120:
            raise KeyboardInterrupt
        return own(self, *given)

    monkeypatch.setattr(Carrier, "to", to)
    found = lyapunov_exponents(line(-1.0), transient=20, span=2000, pieces=4)
    assert found.status == "interrupted" and "interrupted" in str(found)
    assert found.exponents == pytest.approx([-1.0], abs=1e-6)
    assert 0 < found.span < 2000
    calls = 110
    nothing = lyapunov_exponents(line(-1.0), transient=20, span=2000, pieces=4)
    assert nothing.status == "interrupted" and np.isnan(nothing.exponents).all()
    assert json.loads(json.dumps(nothing.to_json()))["exponents"] == [None]


REFUSED: Mapping[str, str] = {
    "cuba": "edges of a support",
    "lif_cond": "event spike is refractory, and not all states stand still",
    "izhikevich": "event spike is one for each of several units",
    "mackey_glass": "rates read earlier states",
    "kuramoto_graph": "edges of a support",
    "hopfield_binary": "one after the other",
    "ornstein_uhlenbeck": "noise drives it",
    "sequence_mixed": "step reads earlier states",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_none_is_refused_by_name(name: str) -> None:
    with pytest.raises(InputError, match=REFUSED[name]) as found:
        lyapunov_exponents(name)
    assert found.value.code == "no-exponents" and name in found.value.sentence


BAD: Mapping[str, tuple[dict[str, Any], str]] = {
    "a loose tolerance": ({"rtol": 1e-3}, "rtol is 0.001"),
    "no exponent": ({"count": 0}, "count is 0"),
    "more than there are": ({"count": 4}, "has 3 states"),
    "no time": ({"span": 0.0}, "span is 0.0"),
    "no precision": ({"precision": float("nan")}, "precision is nan"),
    "no pieces": ({"pieces": 0}, "pieces is 0"),
    "a method that is none": ({"method": "magic"}, "no method magic"),
    "a state that is none": ({"start": {"q": 1}}, "q"),
    "an input that is none": ({"inputs": {"q": 1}}, "q"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(case: str) -> None:
    given, words = BAD[case]
    with pytest.raises(InputError, match=words):
        lyapunov_exponents("lorenz", **given)


def test_an_orbit_without_bounds() -> None:
    with pytest.raises(RunFailed, match="not bounded or cannot be followed"):
        lyapunov_exponents(line(30.0), transient=30, pieces=1)


def test_a_rate_that_jumps_is_told() -> None:
    model = Model("dx/dt = -x + 3*heaviside(x - 10)", states={"x": 1.0})
    found = lyapunov_exponents(model, transient=0.1, span=0.2, pieces=1)
    assert any("not shown to be continuous" in note for note in found.notes)
    assert not lyapunov_exponents(line(-1.0), transient=0.1, span=0.2, pieces=1).notes


def test_it_is_public() -> None:
    assert neurodyn.lyapunov_exponents is lyapunov_exponents

"""Models with constraints: 0 = F(t, y, rate) against references by hand, its derivatives against differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import neurodyn
from neurodyn.system.residual import constant_mass, rates

HABITUATION = "habituation_analog"
PENDULUM = """
0     = x**2 + y**2 - L**2
dw/dt = lam*y - g
dv/dt = lam*x
dx/dt = v
dy/dt = w
"""


def habituation_by_hand(y: dict[str, float], rate: dict[str, float], u: float) -> list[float]:
    """Source, buffer, then the sums of the currents that leave drive, cap, tap, mid and top."""
    drive, cap, tap, mid, top = (y[f"{n}.v"] for n in ("drive", "cap", "tap", "mid", "top"))
    diode = max(0.0, 4.381e-3 * (mid - top) - 2.765e-3)
    return [
        drive - u,
        mid - tap,
        y["U.i"] + (drive - cap) / 470 + (drive - tap) / 82e3,
        (cap - drive) / 470 + 4.7e-3 * rate["cap.v"] + (cap - top) / 100e3,
        (tap - drive) / 82e3 + tap / 22e3,
        y["B1.i"] + diode,
        -diode + (top - cap) / 100e3,
    ]


def rows_of(system: neurodyn.System, values: np.ndarray) -> dict[str, float]:
    return {n: float(v) for n, v in system.layout.unpack(values).items()}


def drawn(system: neurodyn.System, count: int = 5) -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(0)
    return [tuple(rng.standard_normal((2, system.layout.size))) for _ in range(count)]


def test_habituation_circuit_by_hand() -> None:
    system = neurodyn.build(HABITUATION).constrained
    residual = system.residual()
    for y, rate in drawn(system):
        by_hand = habituation_by_hand(rows_of(system, y), rows_of(system, rate), 3.0)
        np.testing.assert_allclose(residual(0.0, y, rate, {"U.V": 3.0}), by_hand, atol=1e-14)


def test_trials_go_side_by_side() -> None:
    system = neurodyn.build(HABITUATION).constrained
    y, rate = (np.array(x) for x in zip(*drawn(system, 4), strict=True))
    each = [system.residual()(0.0, a, b, {"U.V": 1.0}) for a, b in zip(y, rate, strict=True)]
    np.testing.assert_allclose(system.residual(trials=True)(0.0, y, rate, {"U.V": 1.0}), each, atol=1e-15)


def test_closed_form_of_the_circuit_fulfils_it() -> None:
    """The published response, max(0, F*(c*u - x - V_d)), and the capacitor's equation with the load's current."""
    system = neurodyn.build(HABITUATION).constrained
    u, x = 5.0, 0.2
    r3, r4, a, b = 470.0, 100e3, 4.381e-3, -2.765e-3
    slope, ratio = a * r4 / (1 + a * r4), 22 / 104
    response = max(0.0, slope * (ratio * u - x + b / a))
    tap = ratio * u
    load = response / r4
    values = {"drive.v": u, "cap.v": x, "tap.v": tap, "mid.v": tap, "top.v": x + response, "B1.i": -load}
    values["U.i"] = -((u - x) / r3 + (u - tap) / 82e3)
    rate = dict.fromkeys(system.layout.names, 0.0) | {"cap.v": ((u - x) / r3 + load) / 4.7e-3}
    pack = system.layout.pack
    found = system.residual()(0.0, pack(values), pack(rate), {"U.V": u})
    np.testing.assert_allclose(found, 0, atol=1e-12)
    assert response == pytest.approx(0.2257, abs=1e-3)


def difference(f: Callable[[np.ndarray], np.ndarray], at: np.ndarray, step: float = 1e-5) -> np.ndarray:
    return np.stack([(f(at + e) - f(at - e)) / (2 * step) for e in step * np.eye(len(at))], axis=-1)


NONLINEAR = neurodyn.Model(
    """
    dx[k]/dt = -z[k] + q
    0 = (1 + z[k]**2)*z[k] - x[k] - sum(W[k,l]*z[l], l)
    0 = ddt(q + q**3/3) + sum(z[k], k) - sin(t)
    c[k] = ddt(z[k]*q)
    """,
    indices={"N": {"letters": "k l", "size": 3}},
    states={"x[k]": "k"},
    unknowns={"z[k]": 0.1, "q": 0.2},
    parameters={"W[k,l]": "normal(0, 0.3)"},
)


@pytest.mark.parametrize("model", [neurodyn.load(HABITUATION), NONLINEAR], ids=["circuit", "rows"])
def test_derivatives_against_differences(model: neurodyn.Model) -> None:
    system = neurodyn.build(model).constrained
    residual, jacobian = system.residual(), system.residual_jacobian()
    inputs = {"U.V": 2.0} if model.inputs else {}
    size = system.layout.size
    both = difference(lambda w: residual(0.4, w[:size], w[size:], inputs), np.concatenate(drawn(system)[0]))
    exact = np.concatenate(jacobian(0.4, *drawn(system)[0], inputs), axis=1)
    np.testing.assert_allclose(exact, both, atol=1e-8)


def test_rows_by_hand() -> None:
    system = neurodyn.build(NONLINEAR)
    w = system.values["W"]
    for y, rate in drawn(system, 3):
        x, z, q = y[:3], y[3:6], y[6]
        by_hand = [
            *(rate[:3] + z - q),
            *((1 + z**2) * z - x - w @ z),
            (1 + q**2) * rate[6] + z.sum() - np.sin(0.4),
        ]
        np.testing.assert_allclose(system.residual()(0.4, y, rate, {}), by_hand, atol=1e-14)
        seen = system.observe(["c"])(0.4, y, rates(system, rate))["c"]
        np.testing.assert_allclose(seen, rate[3:6] * q + z * rate[6], atol=1e-14)
    with pytest.raises(neurodyn.InputError, match="follows from rates"):
        system.observe(["c"])(0.4, y, {})


def test_the_mass_matrix_is_known_to_be_constant_or_not() -> None:
    assert constant_mass(neurodyn.build(HABITUATION).constrained.structure)
    assert not constant_mass(neurodyn.build(NONLINEAR).structure)


def test_a_model_with_constraints_is_no_flow() -> None:
    system = neurodyn.build(HABITUATION).constrained
    assert system.needs == {"dae"} and system.constrained is system
    for ask in (system.flow, system.jacobian):
        with pytest.raises(neurodyn.InputError, match="has constraints"):
            ask()
    with pytest.raises(neurodyn.InputError, match="no residual"):
        neurodyn.build("lorenz").residual()
    with pytest.raises(neurodyn.InputError, match="no constraints left"):
        neurodyn.build(HABITUATION).residual()


def test_a_pendulum_in_cartesian_coordinates_is_determined() -> None:
    """Index 3, and determined all the same. Rows lie as the states do, in whatever order the flows are written."""
    model = neurodyn.Model(
        PENDULUM, states={"x": 1, "y": 0, "v": 0, "w": 0}, unknowns={"lam": 0}, parameters={"g": 9.81, "L": 1}
    )
    residual = neurodyn.build(model).residual()
    found = residual(0.0, np.array([0.6, 0.8, 0.1, 0.2, 0.5]), np.zeros(5), {})
    np.testing.assert_allclose(found, [-0.1, -0.2, -0.5 * 0.6, 9.81 - 0.5 * 0.8, 0.0], atol=1e-12)


class TestWhatDeterminesANode:
    """Circuits that electrical engineers would accept are accepted; the refused ones lie in tests/invalid."""

    def test_capacitors_in_series(self) -> None:
        """Only the charges fix the node between: its guess is its start."""
        neurodyn.build(circuit("U = SOURCE(a, gnd)", "C1 = CAPACITOR(a, b)", "C2 = CAPACITOR(b, gnd)"))

    def test_a_capacitor_beside_a_source(self) -> None:
        neurodyn.build(circuit("U = SOURCE(a, gnd)", "C1 = CAPACITOR(a, gnd)"))

    def test_a_current_source_into_a_capacitor(self) -> None:
        neurodyn.build(circuit("I1 = CURRENT(gnd, a)", "C1 = CAPACITOR(a, gnd)"))

    def test_two_current_sources_through_a_resistor(self) -> None:
        """A cut of current sources: a path to the ground there is, but none that fixes a potential."""
        model = circuit("I1 = CURRENT(gnd, a)", "R1 = RESISTOR(a, b)", "I2 = CURRENT(b, gnd)")
        with pytest.raises(neurodyn.InputError, match="potential of a, b against gnd"):
            neurodyn.build(model)

    def test_a_loop_that_avoids_the_ground(self) -> None:
        model = circuit("U1 = SOURCE(a, b)", "U2 = SOURCE(b, a)", "R1 = RESISTOR(a, gnd)", "R2 = RESISTOR(b, gnd)")
        with pytest.raises(neurodyn.InputError, match=r"U1\.i, U2\.i"):
            neurodyn.build(model)

    def test_a_ladder_of_many_nodes(self) -> None:
        rungs = [f"R{k} = RESISTOR(n{k}, n{k + 1})" for k in range(40)]
        rails = [f"C{k} = CAPACITOR(n{k}, gnd)" for k in range(1, 41)]
        system = neurodyn.build(circuit("U = SOURCE(n0, gnd)", *rungs, *rails))
        assert system.layout.size == 40 and system.constrained.layout.size == 42


def circuit(*lines: str) -> neurodyn.Model:
    models = {"SOURCE": "voltage_source", "CURRENT": "current_source", "RESISTOR": "resistor", "CAPACITOR": "capacitor"}
    parts = {}
    for line in lines:
        name, _, rest = line.partition(" = ")
        word, _, pins = rest.rstrip(")").partition("(")
        p, n = pins.split(", ")
        parts[name] = {"model": models[word], "p": p, "n": n}
    return neurodyn.Model(parts=parts)

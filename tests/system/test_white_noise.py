"""White noise in symbols: what is left of a flow without it, its factors, their derivatives, readings, units."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.calculus.letters import quantity
from neurodyn.calculus.nodes import Delta
from neurodyn.system.stochastic import bend, commutes, correction, noise_terms, parts_function

WHITE_ITO = {"kind": "white", "reading": "ito"}


def system_of(equations: str, noise: dict, **sections) -> neurodyn.System:
    sizes = {"N": {"letters": "i j", "size": 3}, "M": {"letters": "m", "size": 4}}
    return neurodyn.build(neurodyn.Model(equations, indices=sizes, noise=noise, **sections))


def test_drift_and_factors_stand_apart() -> None:
    system = system_of(
        "I[i] = b*x[i] + sum(W[i,m]*a[m], m)\ndx[i]/dt = -x[i] + I[i]/2 + c",
        {"a[m]": "white", "c": "white"},
        states={"x[i]": 1.0},
        parameters={"W[i,m]": "normal(0, 1)", "b": 3.0},
    )
    structure = system.structure
    i = structure.model.names.letter("i")
    (first, second) = structure.diffusion.factors
    assert (first.state, first.noise, second.noise) == ("x", "a", "c")
    assert first.expr == quantity("W", (i, *first.at)) / 2 and second.expr == 1
    assert system.needs == {"flow", "noise:additive"}
    assert system.observables == ("I",)
    np.testing.assert_allclose(system.flow()(0.0, np.ones(3), {}), [0.5] * 3)
    np.testing.assert_allclose(system.jacobian()(0.0, np.ones(3), {}), 0.5 * np.eye(3))
    parts = parts_function(system, {"noise": noise_terms(structure)}, trials=False)
    a, c = np.arange(4.0), np.array(0.5)
    np.testing.assert_allclose(parts(0.0, np.ones(3), {"a": a, "c": c})[1], system.values["W"] @ a / 2 + 0.5)


def test_diagonal_noise_has_a_delta() -> None:
    system = system_of("dx[i]/dt = -x[i] + x[i]**2*a[i]", {"a[i]": WHITE_ITO}, states={"x[i]": 1.0})
    [factor] = system.structure.diffusion.factors
    [i] = factor.letters
    assert factor.expr == Delta(i, factor.at[0]) * quantity("x", (i,)) ** 2
    assert system.needs == {"flow", "noise:multiplicative"}
    assert correction(system.structure, ["a"]).by_state["x"] == quantity("x", (i,)) ** 3
    assert correction(system.structure, []).is_zero
    assert commutes(system.structure)


def factors_by_difference(system: neurodyn.System, y: np.ndarray) -> np.ndarray:
    """G at a state, (states, numbers of noise), column by column."""
    parts = parts_function(system, {"noise": noise_terms(system.structure)}, trials=False)
    shapes = {n: [system.sizes[s] for s in system.model.names.quantities[n].sets] for n in system.model.noise}
    columns = []
    for name, shape in shapes.items():
        for k in range(int(np.prod(shape))):
            unit = {n: np.zeros(s) for n, s in shapes.items()}
            unit[name].reshape(-1)[k] = 1.0
            columns.append(parts(0.0, y, unit)[1].copy())
    return np.stack(columns, axis=1)


def test_derivatives_along_the_noise() -> None:
    """The correction and the bend are sums over the derivatives of G; through definitions and sums, at any shape."""
    system = system_of(
        "p = mean(x[i]**2, i)\ndx[i]/dt = -x[i] + p*a[i] + sum(x[j]*a[j], j)*y + cos(x[i])*c\ndy/dt = -y + x[0]*c",
        {"a[i]": WHITE_ITO, "c": WHITE_ITO},
        states={"x[i]": "normal(0, 1)", "y": 0.7},
    )
    structure, y = system.structure, system.start()
    terms = {"correction": correction(structure, ["a", "c"]), "bend": bend(structure)}
    dw = np.random.default_rng(1).standard_normal(4)
    _, half, bent = parts_function(system, terms, trials=False)(0.0, y, {"a": dw[:3], "c": np.array(dw[3])})
    step, g = 1e-5, factors_by_difference(system, y)
    slopes = [
        (factors_by_difference(system, y + step * e) - factors_by_difference(system, y - step * e)) / (2 * step)
        for e in np.eye(4)
    ]
    along = np.einsum("ja,jib->iab", g, slopes)  # how noise a changes the factor of noise b
    np.testing.assert_allclose(half, np.einsum("iaa->i", along) / 2, rtol=1e-8)
    np.testing.assert_allclose(bent, np.einsum("iab,a,b->i", along, dw, dw) / 2, rtol=1e-8)
    assert not commutes(structure)


def test_noise_through_energies_layers_and_recursions() -> None:
    """A gradient flow of an energy that holds noise, and a row of units that pass it on."""
    system = system_of(
        "E = sum(x[i]**2, i)/2 - sum(x[i]*a[i], i)\ndx[i]/dt = -2*dE/dx[i]",
        {"a[i]": "white"},
        states={"x[i]": 1.0},
        energy="E",
        claims=["dE/dt <= 0", "dE/dt == -2*sum(x[i]**2, i)"],
    )
    assert [f.expr for f in system.structure.diffusion.factors] == [
        2 * Delta(system.structure.flows["x"].letters[0], system.structure.diffusion.factors[0].at[0])
    ]
    claim = system.structure.claim(system.model.claims[1])
    assert "a" not in {str(s) for s in claim.left.free_symbols | claim.right.free_symbols}
    run = neurodyn.simulate(system, until=1, dt=0.1)
    np.testing.assert_allclose(run["E"], (run["x"] ** 2).sum("N") / 2)

    row = neurodyn.Model(
        "y[i] = where(i == 0, 1, y[i-1]/2) + a[i]\ndx[i]/dt = -x[i] + y[i]",
        indices={"N": {"letters": "i j", "size": 3, "ends": "zero"}},
        states={"x[i]": 1.0},
        noise={"a[i]": "white"},
    )
    passed = neurodyn.build(row)
    expected = [[1, 0, 0], [0.5, 1, 0], [0.25, 0.5, 1]]
    np.testing.assert_allclose(factors_by_difference(passed, passed.start()), expected)
    np.testing.assert_allclose(passed.flow()(0.0, np.zeros(3), {}), [1, 0.5, 0.25])


def test_layers_take_noise_as_input() -> None:
    model = neurodyn.Model(
        layers={"v[i]": {"activation": "g[i]", "lagrangian": "tanh", "input": "a[i]", "tau": 2.0}},
        indices={"N": {"letters": "i", "size": 3}},
        noise={"a[i]": "white"},
    )
    system = neurodyn.build(model)
    np.testing.assert_allclose(factors_by_difference(system, system.start()), np.eye(3) / 2)


def test_parts_have_noise_of_their_own() -> None:
    model = neurodyn.Model(
        "mean_of_both = (a.V + b.V)/2",
        parts={n: {"model": "ornstein_uhlenbeck"} for n in "ab"},
    )
    system = neurodyn.build(model)
    assert {(f.state, f.noise) for f in system.structure.diffusion.factors} == {("a.V", "a.xi"), ("b.V", "b.xi")}
    run = neurodyn.simulate(system, until="20 ms", dt="0.1 ms")
    assert not np.isin(run["a.V"][1:], run["b.V"][1:]).any()


def test_readings_are_kept_in_text() -> None:
    model = neurodyn.Model("dx/dt = x*a", states={"x": 1.0}, noise={"a": WHITE_ITO})
    assert neurodyn.Model.from_text(model.to_toml()) == model
    assert neurodyn.build(model).structure.diffusion.readings == {"a": "ito"}


def test_units_of_white_noise() -> None:
    """Scaling all times by a thousand is the same model in milliseconds."""
    text = "tau*dV/dt = E - V + sigma*sqrt(2*tau)*w"
    states, noise = {"V": {"start": "0 mV", "unit": "mV"}}, {"w": "white"}
    parameters = {"tau": "10 ms", "E": "-65 mV", "sigma": "5 mV"}
    model = neurodyn.Model(text, states=states, parameters=parameters, noise=noise)
    plain = neurodyn.Model(text, states={"V": 0.0}, parameters={"tau": 10, "E": -65, "sigma": 5}, noise=noise)
    a = neurodyn.simulate(model, until="50 ms", dt="0.5 ms")["V"].values
    b = neurodyn.simulate(plain, until=50, dt=0.5)["V"].values
    np.testing.assert_allclose(a, b / 1000, rtol=1e-9, atol=1e-12)
    assert str(neurodyn.build(model).units.of("w")) == "1/s**(1/2)"


def test_the_rate_of_what_noise_drives_is_noise() -> None:
    system = system_of("r = dx/dt\ndx/dt = -x + a", {"a": "white"}, states={"x": 2.0})
    assert system.structure.diffusion.holders == {"r"}
    assert system.observe(["r"])(0.0, system.start(), {})["r"] == -2.0
    with pytest.raises(neurodyn.InputError, match="r holds white noise"):
        neurodyn.simulate(system, until=1, dt=0.1, record=["x", "r"])


@pytest.mark.parametrize("text", ["mean(a[i], i)", "sum(a[i], i != j)/3", "where(x > 0, a[0], -a[1])", "-(a[0] + x)/2"])
def test_what_is_linear(text: str) -> None:
    text = text.replace("j", "1") if "!=" in text else text
    system_of(f"dx/dt = {text}", {"a[i]": WHITE_ITO}, states={"x": 1.0})


def test_noise_of_states_on_edges() -> None:
    """Weights on a sparse graph, driven by the noise of the unit that they end at; and units that sum over edges."""
    system = neurodyn.build(
        neurodyn.Model(
            "dw[i,j]/dt = -w[i,j] + w[i,j]*a[i]\ndx[i]/dt = -x[i] + sum(w[i,j]*x[j], j) + sum(w[i,j]*b[j], j)",
            indices={"N": {"letters": "i j", "size": 5}},
            states={"w[i,j]": {"start": "i + 2*j + 1", "on": "C[i,j]"}, "x[i]": 1.0},
            parameters={"C[i,j]": "sparse(0.4)"},
            noise={"a[i]": WHITE_ITO, "b[j]": WHITE_ITO},
        )
    )
    post, pre = system.wirings["C"].first, system.wirings["C"].second
    start = system.start()
    weights = post + 2.0 * pre + 1
    np.testing.assert_array_equal(start[: len(post)], weights)
    a, b = np.arange(1.0, 6.0), np.array([2.0, -1.0, 0.5, 3.0, 1.0])
    parts = parts_function(system, {"noise": noise_terms(system.structure)}, trials=False)
    noise = parts(0.0, start, {"a": a, "b": b})[1]
    np.testing.assert_allclose(noise[: len(post)], weights * a[post])
    np.testing.assert_allclose(noise[len(post) :], np.bincount(post, weights * b[pre], 5))
    assert neurodyn.simulate(system, until=1, dt=0.1, trials=2).status == "done"

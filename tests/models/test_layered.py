"""Layers and synapses: activations are gradients of convex Lagrangians, and flows are those of the papers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, softmax

import neurodyn
from neurodyn.model.lagrangians import LAGRANGIANS
from tests.models.test_laws import difference

HEAD = '[indices]\nT = { letters = "b c", size = 3 }\nN = { letters = "i j k", size = 5 }\n'
TOKENS, UNITS = 3, 5


def layer_model(layer: str, more: str = "") -> neurodyn.System:
    """One layer and nothing else: `layer` is its line."""
    return neurodyn.build(neurodyn.Model.from_text(f"{HEAD}[layers]\n{layer}\n{more}"))


def normed(x: np.ndarray, centre: float) -> np.ndarray:
    x = x - centre * x.mean(axis=-1, keepdims=True)
    return x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + 1e-5) if centre else x / np.sqrt((x**2).sum() + 1e-5)


# The activations of the table as their formulas say, for the parameters beside them.
ACTIVATIONS = {
    ("identity", ""): lambda x: x,
    ("relu", ""): lambda x: np.maximum(x, 0),
    ("repu", "n = 3"): lambda x: np.maximum(x, 0) ** 2,
    ("exp", "beta = 0.7"): lambda x: np.exp(0.7 * x),
    ("rexp", "beta = 0.7"): lambda x: np.exp(0.7 * np.maximum(x, 0)) - 1,
    ("tanh", "beta = 1.5"): lambda x: np.tanh(1.5 * x),
    ("sigmoid", "beta = 1.5"): lambda x: expit(1.5 * x),
    ("softmax", "beta = 1.5"): lambda x: softmax(1.5 * x),
    ("ghostmax", "beta = 1.5"): lambda x: np.exp(1.5 * x) / (1 + np.exp(1.5 * x).sum()),
    ("layernorm", "gamma = 1.5, delta = 0.3"): lambda x: 1.5 * normed(x, 1) + 0.3,
    ("spherical", "gamma = 1.5, delta = 0.3"): lambda x: 1.5 * normed(x, 0) + 0.3,
}


def test_the_whole_table_is_covered() -> None:
    assert {name for name, _ in ACTIVATIONS} == LAGRANGIANS.keys()


@pytest.mark.parametrize(("name", "parameters"), ACTIVATIONS)
def test_activation_is_the_gradient_of_a_convex_lagrangian(name: str, parameters: str) -> None:
    more = f", {parameters}" if parameters else ""
    system = layer_model(f'"x[i]" = {{ activation = "g[i]", lagrangian = "{name}"{more} }}')
    observe = system.observe(["L_x", "g"])
    rng = np.random.default_rng(0)
    for _ in range(5):
        x = 2 * rng.standard_normal(UNITS)
        g = observe(0, x, {})["g"]
        np.testing.assert_allclose(g, ACTIVATIONS[name, parameters](x), atol=1e-12)
        slope = difference(lambda z: np.asarray(observe(0, z, {})["L_x"]), x)
        assert np.abs(slope - g).max() < 1e-6
        hessian = difference(lambda z: observe(0, z, {})["g"], x)
        assert np.abs(hessian - hessian.T).max() < 1e-8
        assert np.linalg.eigvalsh((hessian + hessian.T) / 2).min() > -1e-8


@pytest.mark.parametrize("name", [n for n, row in LAGRANGIANS.items() if row.mixes])
def test_over_normalises_each_token_by_itself(name: str) -> None:
    """With two letters and one of them in `over`, each row is what the layer with one letter says."""
    whole = layer_model(f'"x[b,i]" = {{ activation = "g[b,i]", lagrangian = "{name}", over = "i" }}')
    single = layer_model(f'"x[i]" = {{ activation = "g[i]", lagrangian = "{name}" }}')
    x = np.random.default_rng(1).standard_normal((TOKENS, UNITS))
    rows = np.stack([single.observe(["g"])(0, row, {})["g"] for row in x])
    np.testing.assert_allclose(whole.observe(["g"])(0, x.ravel(), {})["g"], rows, rtol=1e-12)


def test_over_both_letters_normalises_the_whole() -> None:
    whole = layer_model('"x[b,i]" = { activation = "g[b,i]", lagrangian = "layernorm", over = "b i" }')
    x = np.random.default_rng(1).standard_normal((TOKENS, UNITS))
    by_hand = (x - x.mean()) / np.sqrt(x.var() + 1e-5)
    np.testing.assert_allclose(whole.observe(["g"])(0, x.ravel(), {})["g"], by_hand, rtol=1e-12)


def test_parameters_may_differ_between_units() -> None:
    system = layer_model(
        '"x[i]" = { activation = "g[i]", lagrangian = "tanh", beta = "beta[i]", tau = "2*beta[i]", clamp = "held[i]" }',
        '[parameters]\n"beta[i]" = [0.5, 1.0, 1.5, 2.0, 2.5]\n"held[i]" = [0, 0, 1, 0, 0]\n',
    )
    beta, x = np.array([0.5, 1.0, 1.5, 2.0, 2.5]), np.linspace(-1, 2, 5)
    np.testing.assert_allclose(system.observe(["g"])(0, x, {})["g"], np.tanh(beta * x), rtol=1e-12)
    np.testing.assert_allclose(system.flow()(0, x, {}), -x / (2 * beta) * [1, 1, 0, 1, 1], rtol=1e-12)


@pytest.mark.parametrize("text", ["sum(logcosh(x[i]), i)", "logcosh(x[i])"])
def test_a_lagrangian_of_ones_own(text: str) -> None:
    """Letters that the expression leaves free are summed over; it means what the row of the table means."""
    line = '"x[i]" = {{ activation = "g[i]", lagrangian = "{}" }}'
    own, row = layer_model(line.format(text)), layer_model(line.format("tanh"))
    x = np.random.default_rng(2).standard_normal(UNITS)
    for name in ("L_x", "g", "E"):
        np.testing.assert_allclose(own.observe([name])(0, x, {})[name], row.observe([name])(0, x, {})[name], rtol=1e-12)


def test_a_layer_without_letters() -> None:
    system = layer_model('x = { activation = "g", lagrangian = "tanh", start = 2, input = 0.5 }')
    assert system.start() == [2.0]
    assert system.flow()(0, np.array([2.0]), {}) == pytest.approx(-1.5)


def test_shorthand_equals_its_expansion() -> None:
    """The equations that a layer stands for, written out by hand, make the same system; it is written back short."""
    model = neurodyn.load("krotov_hopfield")
    text = model.to_toml()
    assert "[layers]" in text and "dE/dg" not in text and "L_v" not in text
    states = {d.key: {"start": d.value} for d in model.states.values()}
    written = neurodyn.Model(
        [e.text for e in model.equations],
        states=states,
        indices={"N": {"letters": "i j", "size": 12}, "K": {"letters": "m n", "size": 9}},
        parameters={"xi[m,i]": "normal(0, 1)", "beta": 2.0, "tau_v": 1.0, "tau_h": 0.3},
        inputs={"I[i]": 0.0},
    )
    short, long = neurodyn.build(model), neurodyn.build(written)
    u = {"I": 0.0}
    np.testing.assert_array_equal(short.flow()(0, short.start(), u), long.flow()(0, long.start(), u))


class TestFlowsByHand:
    """The flows of the papers, written in NumPy."""

    def test_krotov_hopfield(self) -> None:
        system = neurodyn.build("krotov_hopfield", seed=1)
        xi, rng = system.values["xi"], np.random.default_rng(0)
        v, h, current = rng.standard_normal(12), rng.standard_normal(9), rng.standard_normal(12)
        by_hand = np.concatenate([xi.T @ softmax(2 * h) - v + current, (xi @ np.tanh(v) - h) / 0.3])
        np.testing.assert_allclose(system.flow()(0, np.concatenate([v, h]), {"I": current}), by_hand, atol=1e-13)

    def test_fast_memory_units_make_the_dense_memory(self) -> None:
        """tau_h -> 0 with linear features: v moves as xi.T softmax(beta xi v) - v."""
        text = neurodyn.load("krotov_hopfield").to_toml().replace('"tanh"', '"identity"')
        system = neurodyn.build(neurodyn.Model.from_text(text), tau_h=1e-6)
        xi = system.values["xi"]
        v = np.random.default_rng(0).standard_normal(12)
        start = {"v": v, "h": xi @ v}
        result = neurodyn.simulate(system, start=start, until=1e-3, method="BDF", save_at=[1e-3], rtol=1e-9, atol=1e-12)
        moved = (result["v"].values[-1] - v) / 1e-3
        np.testing.assert_allclose(moved, xi.T @ softmax(2 * xi @ v) - v, atol=0.01 * np.abs(moved).max())

    def test_hierarchical_memory(self) -> None:
        system = neurodyn.build("hierarchical_memory", seed=1)
        up, top, rng = system.values["U"], system.values["V"], np.random.default_rng(0)
        x, y, z = (rng.standard_normal(n) for n in (10, 8, 6))
        a, b, c = np.tanh(x), np.maximum(y, 0), softmax(3 * z)
        by_hand = np.concatenate([up.T @ b - x, (up @ a + top.T @ c - y) / 0.3, (top @ b - z) / 2])
        np.testing.assert_allclose(system.flow()(0, np.concatenate([x, y, z]), {}), by_hand, atol=1e-13)

    def test_energy_transformer(self) -> None:
        system = neurodyn.build("energy_transformer", seed=1, known=0, tau=0.5)
        wk, wq, xi, beta = (system.values[n] for n in ("WK", "WQ", "xi", "beta"))
        x = np.random.default_rng(0).standard_normal((6, 12))
        g = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5)
        key, query = np.einsum("hya,ba->hyb", wk, g), np.einsum("hya,ca->hyc", wq, g)
        scores = beta * np.einsum("hyb,hyc->hbc", key, query)
        scores[:, np.arange(6), np.arange(6)] = -np.inf
        weights = softmax(scores, axis=1)
        pull = np.einsum("hya,hyc,hbc->ba", wk, query, weights) + np.einsum("hya,hyb,hbc->ca", wq, key, weights)
        by_hand = (pull + np.maximum(g @ xi.T, 0) @ xi) / 0.5
        np.testing.assert_allclose(system.flow()(0, x.ravel(), {}), by_hand.ravel(), rtol=1e-11, atol=1e-12)


def test_clamped_tokens_stand_still_and_the_others_settle() -> None:
    result = neurodyn.simulate(neurodyn.build("energy_transformer", seed=2), rtol=1e-8, atol=1e-10)
    x = result["x"].values
    assert (x[:, :2] == x[0, :2]).all()
    assert np.abs(x[-1, 2:] - x[0, 2:]).max() > 0.1
    assert np.diff(result.energy.values).max() <= 1e-9 * np.abs(result.energy.values).max()


def test_negative_control_feedback_that_is_no_transpose_raises_the_energy() -> None:
    """Two layers whose feedback is not the transpose of their feedforward: the claim must be seen to be false."""
    model = neurodyn.Model(
        """
        L_v = sum(logcosh(v[i]), i)
        L_h = logsumexp(h[m], m)
        g[i] = dL_v/dv[i]
        f[m] = dL_h/dh[m]
        dv[i]/dt = sum(back[m,i]*f[m], m) - v[i]
        dh[m]/dt = sum(xi[m,i]*g[i], i) - h[m]
        E = sum(v[i]*g[i], i) - L_v + sum(h[m]*f[m], m) - L_h - sum(xi[m,i]*f[m]*g[i], m, i)
        """,
        indices={"N": {"letters": "i", "size": 12}, "K": {"letters": "m", "size": 9}},
        states={"v[i]": "normal(0, 1)", "h[m]": "normal(0, 1)"},
        parameters={"xi[m,i]": "normal(0, 1)", "back[m,i]": "normal(0, 1)"},
        energy="E",
        claims=["dE/dt <= 0"],
    )
    system = neurodyn.build(model)
    run = neurodyn.simulate(system, until=5, rtol=1e-9, atol=1e-11)
    assert np.diff(run.energy.values).max() > 1e-3
    still = neurodyn.simulate(system.with_values(back=system.values["xi"]), until=5, rtol=1e-9, atol=1e-11)
    assert np.diff(still.energy.values).max() <= 1e-9

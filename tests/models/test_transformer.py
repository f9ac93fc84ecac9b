"""The Energy Transformer block in all its variants (Hoover et al. 2023): gradient, symmetry, bound, what settles."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pytest

import neurodyn
from neurodyn.program.lower import Output
from tests.models.test_laws import difference
from tests.models.transformer_by_hand import Block

T, D = 6, 12
# Whether a token attends to itself, whether the memory is a softmax, whether there is a leak.
VARIANTS = [*itertools.product((False, True), repeat=3)]


def text_of(own: bool, softmax: bool, leak: bool) -> str:
    """A variant, by the lines in which the shipped files differ."""
    text = neurodyn.load("energy_transformer_softmax" if softmax else "energy_transformer").to_toml()
    for wanted, line, other in ((own, ", b != c)", ", b)"), (leak, "leak = false", "leak = true")):
        assert text.count(line) == 1
        text = text.replace(line, other) if wanted else text
    return text


@cache
def block(own: bool = False, softmax: bool = False, leak: bool = False, delta: bool = True) -> neurodyn.System:
    """A variant with no token held."""
    values = {"delta": "normal(0, 1)"} if delta else {}
    return neurodyn.build(neurodyn.Model.from_text(text_of(own, softmax, leak)), seed=1, known=0, tau=0.5, **values)


def one(system: neurodyn.System, name: str, x: np.ndarray) -> np.ndarray:
    return np.asarray(system.observe([name])(0, x.ravel(), {})[name])


def euler(system: neurodyn.System, alpha: float, steps: int) -> np.ndarray:
    """The energy along steps x - alpha*dE/dg."""
    flow, x, energies = system.flow(), system.start(), []
    for _ in range(steps):
        energies.append(float(one(system, "E", x)))
        x = x + alpha * float(system.values["tau"]) * flow(0, x, {})
    return np.array(energies)


def test_the_shipped_files_are_these_variants() -> None:
    for name, variant in (
        ("energy_transformer", (False, False, False)),
        ("energy_transformer_leak", (True, False, True)),
        ("energy_transformer_softmax", (False, True, False)),
    ):
        shipped = neurodyn.build(name, seed=1)
        here = neurodyn.build(neurodyn.Model.from_text(text_of(*variant)), seed=1)
        np.testing.assert_array_equal(shipped.flow()(0, shipped.start(), {}), here.flow()(0, here.start(), {}))
        assert one(shipped, "E", shipped.start()) == one(here, "E", here.start())


@pytest.mark.parametrize("variant", VARIANTS)
class TestEveryVariant:
    def test_the_flow_is_attention_and_the_term_that_makes_it_a_gradient(
        self, variant: tuple[bool, bool, bool]
    ) -> None:
        """In plain NumPy: keys weighed for each query, queries for each key, memories for each token."""
        system, (own, _, leak) = block(*variant), variant
        by_hand, x = Block.of(system.values, own), system.start().reshape(T, D)
        g = by_hand.activation(x)
        energy, slope = by_hand.energy_and_gradient(g)
        np.testing.assert_allclose(one(system, "g", x), g, rtol=1e-12, atol=1e-12)
        found = -0.5 * system.flow()(0, x.ravel(), {}).reshape(T, D)
        np.testing.assert_allclose(found, slope + leak * x, rtol=1e-11, atol=1e-12)
        if leak:
            norm = np.sqrt(x.var(axis=1) + 1e-5)
            energy += (x * g).sum() - D * float(norm.sum()) - float((x @ system.values["delta"]).sum())
        assert float(one(system, "E", x)) == pytest.approx(energy, rel=1e-13)

    def test_the_gradient_is_that_of_differences(self, variant: tuple[bool, bool, bool]) -> None:
        """The energy as a function of g alone, x held still, changes by dE/dg."""
        system = block(*variant)
        definitions = {n: d for n, d in system.structure.definitions.items() if n != "g"}
        outputs = [Output(n, definitions[n].letters, definitions[n].expr) for n in ("E", "dE/dg")]
        of_g = system.bind("energy of g", outputs, False, definitions)
        x = system.start().reshape(T, D)
        g = one(system, "g", x)
        read = lambda z: np.atleast_1d(of_g(0, {"x": x, "g": z.reshape(T, D)})["E"])  # noqa: E731
        slope = of_g(0, {"x": x, "g": g})["dE/dg"]
        np.testing.assert_allclose(difference(read, g.ravel(), 1e-6)[0], slope.ravel(), atol=1e-7 * np.abs(slope).max())

    def test_tokens_may_change_places(self, variant: tuple[bool, bool, bool]) -> None:
        system, order = block(*variant), [3, 0, 5, 1, 4, 2]
        x, flow = system.start().reshape(T, D), system.flow()
        here, moved = (flow(0, z.ravel(), {}).reshape(T, D) for z in (x, x[order]))
        assert np.abs(moved - here[order]).max() < 4e-15 * np.abs(here).max()
        energy, same = (float(one(system, "E", z)) for z in (x, x[order]))
        assert same == pytest.approx(energy, rel=4e-15)

    def test_the_energy_falls_as_the_curvature_of_the_lagrangian_says(self, variant: tuple[bool, bool, bool]) -> None:
        """dE/dt = -G.H.G/tau with the Hessian H of the Lagrangian; and differences along the flow say the same."""
        system = block(*variant)
        system.structure.claim("dE/dt <= 0")
        x = system.start()
        flow = system.flow()(0, x, {})
        hessian = system.derivative("g", "x")(0, x, {}).reshape(T * D, T * D)
        rate = float(one(system, "dE/dt", x))
        assert rate == pytest.approx(-0.5 * flow @ hessian @ flow, rel=1e-12)
        ends = [float(one(system, "E", x + s * flow)) for s in (1e-5, -1e-5)]
        assert rate == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-7)
        assert np.abs(hessian - hessian.T).max() < 1e-14 and np.linalg.eigvalsh(hessian)[0] > -1e-13


@pytest.mark.parametrize("variant", [pytest.param(v, marks=[pytest.mark.slow] if any(v) else []) for v in VARIANTS])
def test_every_claim_is_proved(variant: tuple[bool, bool, bool]) -> None:
    assert neurodyn.energy(block(*variant), run=False).verdict == "proved"


@pytest.mark.parametrize("variant", [v for v in VARIANTS if not v[2]])
def test_the_energy_has_a_lower_bound(variant: tuple[bool, bool, bool]) -> None:
    """Without a shift |g| of a token is at most gamma*sqrt(D), so no score and no answer of a memory is larger."""
    (own, softmax, _), system = variant, block(*variant, delta=False)
    v, beta = system.values, float(system.values["beta"])
    scores = sum(np.linalg.norm(k.T @ q, 2) for k, q in zip(v["WK"], v["WQ"], strict=True))
    bound = -2 * T * np.log(T if own else T - 1) / beta - T * D * scores
    if softmax:
        bound -= T * (np.log(len(v["xi"])) + np.sqrt(D) * np.linalg.norm(v["xi"], axis=1).max())
    else:
        bound -= T * D * np.linalg.norm(v["xi"], 2) ** 2 / 2
    lowest = neurodyn.simulate(system, until=10, save_at=[10.0], record=["x"])["x"].values[0]
    for x in (lowest, *(s * system.start(seed=k) for k in range(3) for s in (0.01, 1, 100))):
        assert (np.linalg.norm(one(system, "g", x), axis=1) <= np.sqrt(D)).all()
        assert float(one(system, "E", x)) >= bound
    assert float(one(system, "E", lowest)) < bound / 10  # which is not far away


@pytest.mark.parametrize("variant", [(False, False, False), (True, True, False)])
@pytest.mark.parametrize("alpha", [0.1, 0.5, 1.0, 2.0])
def test_steps_of_euler_descend(variant: tuple[bool, bool, bool], alpha: float) -> None:
    """No law, but so it is: the state grows, and a step turns its activation less and less."""
    energies = euler(block(*variant, delta=False), alpha, 60)
    assert np.diff(energies).max() <= 1e-12 * np.abs(energies).max() and energies[-1] < energies[0] - 10


def test_states_grow_for_ever_while_activations_settle() -> None:
    system = block(delta=False)
    x = neurodyn.simulate(system, until=200, save_at=[0, 5, 100, 200], record=["x"])["x"].values
    size = np.linalg.norm(x - x.mean(-1, keepdims=True), axis=(1, 2))
    flow = np.stack([system.flow()(0, z.ravel(), {}) for z in x])
    speed = np.linalg.norm(flow, axis=1)
    assert size[3] / size[2] == pytest.approx(2, rel=0.05) and size[3] > 100 * size[0]
    assert speed[3] == pytest.approx(speed[2], rel=0.01)
    slope = system.derivative("g", "x")
    turning = [
        float(np.linalg.norm(slope(0, z.ravel(), {}).reshape(T * D, -1) @ f)) for z, f in zip(x, flow, strict=True)
    ]
    assert turning[3] < 2e-3 * turning[0] and turning[3] < turning[2] < turning[1]


@pytest.mark.parametrize("softmax", [False, True])
def test_with_a_leak_the_states_come_to_rest(softmax: bool) -> None:
    system = block(True, softmax, True)
    x = neurodyn.simulate(system, until=150, save_at=[0, 150], record=["x"], rtol=1e-9, atol=1e-12)["x"].values
    assert np.linalg.norm(system.flow()(0, x[1].ravel(), {})) < 1e-6 * np.linalg.norm(
        system.flow()(0, x[0].ravel(), {})
    )
    slope = system.observe(["g"])(0, x[1].ravel(), {})["g"]
    _, gradient = Block.of(system.values, True).energy_and_gradient(slope)
    np.testing.assert_allclose(x[1], -gradient, atol=1e-5)


def test_one_root_for_all_tokens_is_another_activation() -> None:
    """A Lagrangian that adds up all tokens before the root is not that of a norm for each token (a known trap)."""
    text = text_of(False, False, False).replace('over = "a"', 'over = "b a"').replace('"b c"', '"b c d"')
    for words in ('clamp = "known[b]", ', 'delta = "delta[a]", '):
        assert words in text
        text = text.replace(words, "")
    joint, each = neurodyn.build(neurodyn.Model.from_text(text), seed=1), block(delta=False)
    x = each.start().reshape(T, D)
    x *= np.arange(1, T + 1)[:, None]
    by_token = Block.of(each.values).activation(x)
    lagrangian = difference(lambda z: np.atleast_1d(one(each, "L_x", z)), x.ravel())[0].reshape(T, D)
    np.testing.assert_allclose(lagrangian, by_token, atol=1e-7)
    wrong = difference(lambda z: np.atleast_1d(one(joint, "L_x", z)), x.ravel())[0].reshape(T, D)
    assert np.abs(wrong - by_token).max() > 0.5
    np.testing.assert_allclose(wrong, one(joint, "g", x), atol=1e-7)  # the language says what it does


def test_a_gain_for_each_feature_is_refused() -> None:
    """Its layer norm has no symmetric derivative, so no Lagrangian; docs/controls/vector_gain.toml is refuted."""
    text = text_of(False, False, False).replace('gamma = "gamma"', 'gamma = "gain[a]"')
    text = text.replace("[parameters]", '[parameters]\n"gain[a]" = 1.0')
    with pytest.raises(neurodyn.InputError, match="The index a is free"):
        neurodyn.Model.from_text(text)

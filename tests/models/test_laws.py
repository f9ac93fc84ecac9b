"""Laws that every shipped model keeps: gradients, Jacobians and energies against differences, and its own claims."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.calculus.times import Lag
from neurodyn.program.lower import Output
from tests.models import big
from tests.models.past import earlier_values
from tests.sweeps import each

NAMES = [e.name for e in neurodyn.library()]
SMALL = {
    "hopfield": {"N": 9, "P": 2},
    "sequence_spiking": {"N": 9, "P": 2},
    "sequence_motor": {"N": 9, "P": 3},
    "dense_memory": {"N": 8, "K": 5},
    "dense_memory_polynomial": {"N": 8, "K": 5},
    "dense_memory_exponential": {"N": 8, "K": 5},
    "diffusion_memory": {"d": 3, "K": 7},
    "digit_recall": {"K": 4},
    "digit_recall_spiking": {"K": 4, "n": 2},
    **{f"dense_memory_features{kind}": {"D": 6, "K": 3, "Y": 300} for kind in ("", "_cos", "_sum")},
    **{f"dense_memory_features_{kind}": {"Y": 300} for kind in ("exp", "expexp")},
    "dense_memory_features_writing": {"D": 4, "Y": 20},
    "kuramoto": {"N": 7},
    "kuramoto_graph": {"N": 12},
    "random_network": {"N": 11},
    "brusselator_line": {"N": 6},
    **{f"diffusion_{kind}": {"d": 3, "K": 5} for kind in ("flow", "backward", "ve", "vp")},
    "krotov_hopfield": {"N": 6, "K": 4},
    "hierarchical_memory": {"A": 5, "B": 4, "C": 3},
    "convolution_memory": {"X": 7, "P": 3, "O": 2},
    "fhn_ring": {"L": 5},
    **{f"energy_transformer{kind}": {"T": 4, "D": 5, "Y": 3, "M": 4} for kind in ("", "_leak", "_softmax")},
    "stdp_poisson": {"M": 4, "N": 2},
    "stdp_window": {"K": 5},
    **big.SIZES,
}
# Where the shipped values make a landscape that is too steep for differences.
MILD = {f"dense_memory_features{kind}": {"beta": 2.0} for kind in ("", "_cos", "_sum", "_writing")}
# The Jacobian of attention takes seconds to derive, at any size.
SLOW_JACOBIAN = {"energy_transformer", "energy_transformer_leak", "energy_transformer_softmax"}
MODELS = {n: neurodyn.load(n) for n in NAMES}
# Maps: test_map_laws.py; circuits: tests/system/test_explicit.py, tests/system/test_residual.py.
FLOWS = [n for n, m in MODELS.items() if not (m.discrete or m.names.implicit)]
# Where earlier states count, there is no Jacobian.
WITH_JACOBIAN = [n for n in FLOWS if not any(e.expr.has(Lag) for e in MODELS[n].equations)]
WITH_ENERGY = [n for n in FLOWS if MODELS[n].energy]
WITH_CLAIMS = [n for n in FLOWS if MODELS[n].claims]


def system_of(name: str) -> neurodyn.System:
    return neurodyn.build(name, sizes=SMALL.get(name), values=MILD.get(name), seed=3)


def inputs_of(system: neurodyn.System, t: float = 0.3) -> dict[str, object]:
    return {n: s.on(t, t + 1e-3)(t) for n, s in system.signals.items()}


def difference(f, y: np.ndarray, step: float = 1e-3) -> np.ndarray:
    """Central differences of order six; the last axis runs over the elements of y."""
    weights = ((1, 45 / 60), (2, -9 / 60), (3, 1 / 60))
    columns = []
    for k in range(len(y)):
        e = np.zeros_like(y)
        e[k] = step
        columns.append(sum(w * (f(y + m * e) - f(y - m * e)) for m, w in weights) / step)
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("name", each(NAMES))
def test_round_trip(name: str) -> None:
    model = neurodyn.load(name)
    again = neurodyn.Model.from_text(model.to_toml())
    assert again == model
    assert again.to_toml() == model.to_toml()


@pytest.mark.parametrize("name", each(WITH_JACOBIAN, *SLOW_JACOBIAN))
def test_jacobian(name: str) -> None:
    system = system_of(name)
    rng = np.random.default_rng(1)
    scale = system.layout.scales
    y = system.start() + 0.1 * scale * rng.standard_normal(system.layout.size)
    u = inputs_of(system)
    flow = system.flow()
    exact = system.jacobian()(0.3, y, u) * scale / scale[:, None]
    measured = difference(lambda z: flow(0.3, z * scale, u) / scale, y / scale)
    assert np.abs(exact - measured).max() < 1e-8 * (1 + np.abs(exact).max())


@pytest.mark.parametrize("name", each(FLOWS))
def test_trials_are_single_runs(name: str) -> None:
    system = system_of(name)
    y = system.start(trials=4, seed=5)
    y = y + 0.1 * system.layout.scales * np.random.default_rng(2).standard_normal(y.shape)
    u, past = inputs_of(system), earlier_values(system, trials=4)
    together = system.flow(trials=True)(0.3, y, {**u, **past})
    single = system.flow()
    own = system.structure.remembered
    rows = [{n: a[k] if n in own else a for n, a in past.items()} for k in range(4)]
    apart = np.stack([single(0.3, y[k], {**u, **rows[k]}) for k in range(4)])
    np.testing.assert_allclose(together, apart, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", WITH_CLAIMS)
def test_claims_hold_on_random_states(name: str) -> None:
    """Every claim, evaluated far from where it would be trivial."""
    system = system_of(name)
    rng = np.random.default_rng(4)
    for text in system.model.claims:
        claim = system.structure.claim(text)
        outputs = [Output("left", claim.letters, claim.left), Output("right", claim.letters, claim.right)]
        sides = system.bind(("claim", text), outputs, False, system.structure.chain.definitions)
        for _ in range(20):
            y = rng.standard_normal(system.layout.size)
            found = sides(0.3, {**system.layout.unpack(y), **inputs_of(system)})
            left, right = np.asarray(found["left"]), np.asarray(found["right"])
            slack = 1e-10 * (1 + np.abs(left).max())
            assert {"==": np.abs(left - right), "<=": left - right, ">=": right - left}[claim.relation].max() <= slack


@pytest.mark.parametrize("name", each(WITH_ENERGY))
def test_rate_of_the_energy_is_its_slope_along_the_flow(name: str) -> None:
    """dE/dt, derived in symbols, equals the difference gradient of E times the flow, plus its own change in time."""
    system = system_of(name)
    energy = str(system.model.energy)
    claim = system.structure.claim(f"d{energy}/dt <= 0")
    rate = system.bind("rate", [Output("rate", (), claim.left)], False, system.structure.chain.definitions)
    observe, flow, u = system.observe([energy]), system.flow(), inputs_of(system)
    y = system.start() + 0.2 * np.random.default_rng(6).standard_normal(system.layout.size)
    slope = difference(lambda z: np.asarray(observe(0.3, z, u)[energy]), y) @ flow(0.3, y, u)
    slope += difference(lambda t: np.asarray(observe(float(t[0]), y, u)[energy]), np.array([0.3]))[0]
    exact = rate(0.3, {**system.layout.unpack(y), **u})["rate"]
    assert slope == pytest.approx(exact, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("name", each(n for n in WITH_ENERGY if not MODELS[n].noise and MODELS[n].claims))
def test_energy_falls_along_every_run(name: str) -> None:
    system = system_of(name)
    for seed in range(3):
        result = neurodyn.simulate(system, seed=seed, rtol=1e-9, atol=1e-11)
        energy, between = result.energy.values, np.ones(result.time.size - 1, bool)
        for event in system.model.events:  # at an event a state may jump up
            at = neurodyn.simulate(system, seed=seed, record=[event]).events(event).time[:, None]
            between &= ~((result.time[:-1] <= at) & (at <= result.time[1:])).any(axis=0)
        changes = np.diff(energy)[between]
        assert changes.max() <= 1e-9 * (1 + np.abs(energy).max())
        assert -changes.sum() > 1e-6  # the run went somewhere


@pytest.mark.parametrize("name", each(WITH_ENERGY))
def test_parts_add_up_to_the_energy(name: str) -> None:
    result = neurodyn.simulate(system_of(name), t0=0.3, until=1.0)
    parts = result.energy_parts.sum("part").values
    np.testing.assert_allclose(parts, result.energy.values, rtol=1e-12, atol=1e-12)


def test_names_are_unique() -> None:
    assert len(set(NAMES)) == len(NAMES)


def test_negative_control_an_asymmetric_network_breaks_its_claim() -> None:
    """The same check that passes above must fail where the claim is false."""
    text = neurodyn.load("hopfield").to_toml().replace(', given = "W[i,j] == W[j,i]"', "")
    rng = np.random.default_rng(0)
    system = neurodyn.build(neurodyn.Model.from_text(text), sizes={"P": 2}, W=rng.standard_normal((9, 9)), beta=2.0)
    claim = system.structure.claim("dE/dt <= 0")
    rate = system.bind("rate", [Output("rate", (), claim.left)], False, system.structure.chain.definitions)
    rates = [float(rate(0.0, {"x": rng.standard_normal(9)})["rate"]) for _ in range(200)]
    assert max(rates) > 1e-3

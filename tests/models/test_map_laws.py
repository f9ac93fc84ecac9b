"""Laws that every shipped map keeps: its claims, its trials, its Jacobian where it has one, runs in two parts."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

import neurodyn
from neurodyn.program.lower import Output
from neurodyn.system.noise import Draws
from tests.models.test_laws import difference
from tests.sweeps import each

NAMES = [e.name for e in neurodyn.library() if neurodyn.load(e.name).discrete]
SMALL = {
    "dense_memory_binary": {"N": 12, "K": 7},
    "dense_memory_binary_exponential": {"N": 12, "K": 9},
    "dense_memory_features_step": {"D": 6, "K": 3, "Y": 300},
    "dense_memory_features_stream": {"D": 4, "Y": 20},
    "dense_memory_kernel": {"D": 8, "K": 5},
    "dense_memory_kernel_clamped": {"D": 8, "K": 5},
    "dense_memory_step": {"N": 8, "K": 5},
    "hopfield_binary": {"N": 12, "P": 2},
    "hopfield_binary_parallel": {"N": 12, "P": 2},
    "hopfield_glauber": {"N": 12, "P": 2},
    "hopfield_pseudoinverse": {"N": 12, "P": 3},
    "camelot": {"M": 5, "D": 3, "T": 9},
    "camelot_stream": {"D": 3, "B": 3, "T": 9},
    "sdm_layer": {"H": 14, "T": 20},
    "sequence_memory": {"N": 20, "P": 5},
    "sequence_pseudoinverse": {"N": 20, "P": 5},
    "sequence_pseudoinverse_exponential": {"N": 20, "P": 5},
    "sequence_memory_exponential": {"N": 20, "P": 6},
    "sequence_mixed": {"N": 40, "P": 3, "tau": 4},
    "sequence_two_layer": {"N": 20, "P": 4},
}
SMOOTH = ["dense_memory_kernel", "dense_memory_step", "habituation_staddon_higa"]
WITH_ENERGY = [n for n in NAMES if neurodyn.load(n).energy]


@lru_cache
def system_of(name: str) -> neurodyn.System:
    return neurodyn.build(name, sizes=SMALL.get(name), seed=3)


def given(system: neurodyn.System, trials: int | None, step: int = 5) -> dict[str, object]:
    """Inputs, draws and a past for one step; what differs between trials has them first."""
    lead = () if trials is None else (trials,)
    window = np.random.default_rng(7).standard_normal((*lead, system.past.depth, system.layout.size))
    inputs = {n: s.on(step, step)(step) for n, s in system.signals.items()}
    return {**inputs, **Draws(system.structure, system.sizes, 1, trials).at(step), **system.past(window)}


@pytest.mark.parametrize("name", each(NAMES))
def test_it_runs_by_name(name: str) -> None:
    assert neurodyn.simulate(system_of(name), steps=3).status == "done"


@pytest.mark.parametrize("name", each(NAMES))
def test_trials_are_single_runs(name: str) -> None:
    system = system_of(name)
    y = system.start(trials=3, seed=5)
    read = given(system, 3)
    together = system.step(trials=True)(5.0, y, read)
    apart = []
    for k, row in enumerate(y):
        own = {n: v if n in system.signals else v[k] for n, v in read.items()}
        apart.append(system.step()(5.0, row, own))
    np.testing.assert_allclose(together, np.stack(apart), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", each(NAMES))
def test_two_parts_are_one_run(name: str) -> None:
    system = system_of(name)
    whole = neurodyn.simulate(system, trials=2, steps=9)
    half = neurodyn.simulate(system, trials=2, steps=4)
    rest = neurodyn.simulate(system, start=half, steps=5)
    for variable in rest.dataset.data_vars:
        np.testing.assert_array_equal(rest[variable], whole[variable][4:])


@pytest.mark.parametrize("name", SMOOTH)
def test_jacobian(name: str) -> None:
    system = system_of(name)
    read, step = given(system, None), system.step()
    y = system.start() + 0.1 * np.random.default_rng(1).standard_normal(system.layout.size)
    exact = system.jacobian()(5.0, y, read)
    measured = difference(lambda z: step(5.0, z, read), y)
    assert np.abs(exact - measured).max() < 1e-8 * (1 + np.abs(exact).max())


@pytest.mark.parametrize("name", WITH_ENERGY)
def test_claims_hold_from_any_start(name: str) -> None:
    system = system_of(name)
    for text in system.model.claims:
        claim = system.structure.claim(text)
        outputs = [Output("left", claim.letters, claim.left), Output("right", claim.letters, claim.right)]
        sides = system.bind(("claim", text), outputs, False)
        for seed in range(20):
            rng = np.random.default_rng(seed)
            y = system.start(seed=seed)
            y = np.where(rng.random(len(y)) < 0.5, y, -y) if name not in SMOOTH else rng.standard_normal(len(y))
            found = sides(0.0, {**system.layout.unpack(y), **given(system, None)})
            rise = np.asarray(found["left"]) - np.asarray(found["right"])
            rise = np.abs(rise) if claim.relation == "==" else rise
            assert claim.relation in ("<=", "==") and rise.max() <= 1e-10 * (1 + np.abs(found["left"]).max())


@pytest.mark.parametrize("name", [n for n in WITH_ENERGY if neurodyn.load(n).claims])
def test_energy_never_rises(name: str) -> None:
    result = neurodyn.simulate(system_of(name), trials=20, start={}, steps=15)
    energy = result.energy.values
    assert np.diff(energy, axis=0).max() <= 1e-12 * np.abs(energy).max()
    assert (energy[0] - energy[-1]).max() > min(0.1, 0.5 * np.abs(energy).max())


@pytest.mark.parametrize("name", WITH_ENERGY)
def test_parts_add_up_to_the_energy(name: str) -> None:
    result = neurodyn.simulate(system_of(name), steps=3)
    np.testing.assert_allclose(result.energy_parts.sum("part"), result.energy, rtol=1e-12, atol=1e-12)

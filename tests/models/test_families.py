"""Families make the models that one would write by hand, and the library says where each of its models belongs."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.model.families import chain
from neurodyn.model.themes import THEMES

LIBRARY = neurodyn.library()


@pytest.mark.parametrize("unit", ["hill", "relu"])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_chain_is_units_in_a_row(unit: str, n: int) -> None:
    rng = np.random.default_rng(n)
    alpha, beta, x, u = rng.uniform(0.1, 1, n), rng.uniform(0.1, 1, n), rng.uniform(0, 0.4, n), 3.0
    system = neurodyn.build(chain(n, unit=unit, alpha=list(alpha), beta=list(beta), exponent=3, amplitude=u))
    heard, rates = u, []
    for k in range(n):
        rates.append(beta[k] * heard - alpha[k] * x[k])
        heard = heard / (1 + x[k] ** 3) if unit == "hill" else max(heard - x[k], 0)
    np.testing.assert_allclose(system.flow()(0.0, x, {"u": u}), rates, rtol=1e-13)
    seen = system.observe(["y", "strength"])(0.0, x, {"u": u})
    assert float(seen["y"]) == pytest.approx(heard, rel=1e-13)
    assert float(seen["strength"]) == pytest.approx(heard, rel=1e-13)  # the test stimulus is the one that is on


def test_a_unit_of_the_chain_is_the_habituation_unit() -> None:
    """A chain of one has the path of the model that is written out."""
    u = "pulses(5, period=1, duty=0.2, phase=0.8, count=5)"
    times = np.linspace(0, 10, 101)
    paths = [
        neurodyn.simulate(neurodyn.build(model, u=u), until=10, save_at=times, record=["y"])["y"].values
        for model in (chain(1, alpha=0.1, beta=0.5), neurodyn.load("habituation"))
    ]
    np.testing.assert_allclose(paths[0], paths[1], atol=1e-12)


def test_no_unit_hears_those_behind_it() -> None:
    """The Jacobian is triangular, with the forgetting rates on its diagonal."""
    system = neurodyn.build(chain(4, alpha=[0.4, 0.3, 0.2, 0.1]))
    jacobian = system.jacobian()(0.0, np.array([0.3, 0.2, 0.1, 0.4]), {"u": 2.0})
    assert np.abs(np.triu(jacobian, 1)).max() == 0
    np.testing.assert_allclose(np.diag(jacobian), [-0.4, -0.3, -0.2, -0.1])


def test_a_file_names_a_family() -> None:
    text = 'family = "chain"\narguments = { n = 3, unit = "relu", alpha = 0.2 }\n[bench]\nuntil = 5\n'
    model = neurodyn.Model.from_text(text, name="row")
    assert model == chain(3, unit="relu", alpha=0.2, name="row", bench={"until": 5})
    assert neurodyn.Model.from_text(model.to_toml()) == model  # written out in full


@pytest.mark.parametrize("entry", LIBRARY, ids=[e.name for e in LIBRARY])
def test_every_shipped_file_says_what_it_is(entry: object) -> None:
    model = neurodyn.load(entry.name)  # type: ignore[attr-defined]
    assert model.theme in THEMES
    assert model.summary and "\n" not in model.summary and len(model.summary) <= 100
    assert model.references and (entry.device or {"until", "steps"} & set(model.bench))  # type: ignore[attr-defined]
    said = [
        *model.states.values(),
        *model.pins.values(),
        *model.parameters.values(),
        *model.inputs.values(),
        *model.indices.values(),
    ]
    assert all(d.about for d in said)


def test_the_theme_is_part_of_a_model() -> None:
    plain = neurodyn.Model("dx/dt = -x", states={"x": 1})
    themed = neurodyn.Model("dx/dt = -x", states={"x": 1}, theme="neuron")
    assert plain != themed
    assert 'theme = "neuron"' in themed.to_toml() and "theme" not in plain.to_toml()

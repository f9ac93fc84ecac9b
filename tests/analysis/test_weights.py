"""The distribution of weights over time."""

from __future__ import annotations

import numpy as np
import pytest

from neurodyn import InputError, Model, build, simulate
from neurodyn.analysis import weight_distribution

LEARNS = Model(
    ["dw[i,j]/dt = -a[i,j]*w[i,j]"],
    indices={"N": {"letters": "i j", "size": 8}},
    states={"w[i,j]": {"start": "0.5 + i/8", "on": "C[i,j]"}},
    parameters={"C[i,j]": "sparse(0.4, j != i)", "a[i,j]": {"value": "uniform(0, 1)", "on": "C[i,j]"}},
)


def test_it_is_that_of_the_edges_alone() -> None:
    system = build(LEARNS, seed=3)
    result = simulate(system, until=2, every=0.5, record=["w"])
    found, w = weight_distribution(result["w"], bins=10), result["w"].values
    assert w.shape == (5, len(system.wirings["C"].first)) and w.shape[1] < 40
    np.testing.assert_allclose(found["mean"], w.mean(axis=1))
    np.testing.assert_allclose(found["deviation"], w.std(axis=1))
    np.testing.assert_allclose(found["quantile"].sel(level=0.5), np.median(w, axis=1))
    np.testing.assert_allclose(found["share"].sum("value"), 1)
    for k, row in enumerate(w):
        counts, _ = np.histogram(row, found["edge"].values)
        np.testing.assert_allclose(found["share"].values[k], counts / row.size)


def test_trials_have_distributions_of_their_own_and_equal_weights_one_bin() -> None:
    system = build(Model(["dw[i]/dt = 0"], indices={"N": {"letters": "i", "size": 4}}, states={"w[i]": 2.0}))
    found = weight_distribution(simulate(system, until=1, every=0.5, trials=3)["w"])
    assert found["share"].dims == ("time", "trial", "value") and found.sizes["trial"] == 3
    assert (found["share"].isel(value=0) == 1).all() and (found["deviation"] == 0).all()


def test_a_single_number_has_no_distribution() -> None:
    result = simulate(Model(["dx/dt = -x"], states={"x": 1.0}), until=1)
    with pytest.raises(InputError, match="x is a single number"):
        weight_distribution(result["x"])

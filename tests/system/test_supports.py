"""Connection rules, quantities on supports, and what results and Jacobians make of them."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import neurodyn
from neurodyn.model.supports import CONNECTION_RULES
from neurodyn.program.wiring import Wiring
from neurodyn.system.wirings import RULES, drawn

INDICES = {"N": {"letters": "i j l", "size": 30}, "M": {"letters": "k", "size": 12}}


def model(equations: str = "dx[i]/dt = -x[i] + sum(w[i,j]*x[j], j)", **parameters: Any) -> neurodyn.Model:
    """A network whose parameters are given by name, `C__i_j` for `C[i,j]`."""
    named = {_key(name): value for name, value in parameters.items()}
    return neurodyn.Model(equations, indices=INDICES, states={"x[i]": "normal(0, 1)"}, parameters=named)


def _key(name: str) -> str:
    head, _, letters = name.partition("__")
    return f"{head}[{letters.replace('_', ',')}]" if letters else name


def wired(rule: Any, seed: int = 0, letters: str = "i_j", **sizes: int) -> Wiring:
    equations = f"dx[i]/dt = -x[i] + sum(C[{letters.replace('_', ',')}]*1, {letters[-1]})"
    built = neurodyn.build(
        model(equations, **{f"C__{letters}": {"value": rule, "on": f"C[{letters.replace('_', ',')}]"}}),
        seed=seed,
        sizes=sizes,
    )
    return built.wirings["C"]


def pairs(wires: Wiring) -> set[tuple[int, int]]:
    return set(zip(wires.first.tolist(), wires.second.tolist(), strict=True))


def test_every_rule_is_known_to_models_and_to_values() -> None:
    assert RULES.keys() == CONNECTION_RULES


@pytest.mark.parametrize("rule", ["sparse(0.3)", "indegree(4)", "outdegree(4)", "sparse(exp(-abs(i - j)/5))"])
def test_edges_are_sorted_distinct_and_follow_from_the_seed(rule: str) -> None:
    wires = wired(rule)
    keys = wires.first * 30 + wires.second
    assert (np.diff(keys) > 0).all() and keys[0] >= 0 and keys[-1] < 900
    assert pairs(wired(rule)) == pairs(wires)
    assert pairs(wired(rule, seed=1)) != pairs(wires)


@pytest.mark.parametrize(("rule", "side"), [("indegree", 0), ("outdegree", 1)])
@pytest.mark.parametrize("degree", [0, 1, 5, 29])
def test_degrees(rule: str, side: int, degree: int) -> None:
    wires = wired(f"{rule}({degree}, j != i)")
    assert (np.bincount(wires.ends[side], minlength=30) == degree).all()
    assert (wires.first != wires.second).all()
    assert len(pairs(wires)) == len(wires)


def test_degrees_of_their_own() -> None:
    wires = wired("indegree(where(i < 10, 2, 3))")
    assert np.bincount(wires.first).tolist() == [2] * 10 + [3] * 20
    wires = wired("outdegree(3)", letters="i_k")
    assert np.bincount(wires.second).tolist() == [3] * 12 and wires.shape == (30, 12)


def test_every_choice_is_equally_likely() -> None:
    """Each of the pairs that may be edges is one as often as the others, within 4.5 standard deviations."""
    rng = np.random.default_rng(0)
    for rule, argument, mean, excluded in (
        ("sparse", 0.3, 0.3, False),
        ("sparse", lambda row: np.full(5, 0.3), 0.3, False),
        ("indegree", 2, 0.5, True),
        ("indegree", 3, 0.6, False),
        ("outdegree", 1, 0.2, False),
    ):
        counts = np.zeros((5, 5))
        for _ in range(400):
            counts[drawn(rule, rng, (5, 5), argument, excluded).ends] += 1
        spread = 4.5 * np.sqrt(400 * mean * (1 - mean))
        others = ~np.eye(5, dtype=bool) if excluded else np.ones((5, 5), dtype=bool)
        assert np.abs(counts[others] - 400 * mean).max() < spread, rule
        assert not counts[~others].any()


def test_large_networks_are_drawn_without_an_array_over_all_pairs() -> None:
    rng, shape = np.random.default_rng(0), (100_000, 100_000)
    tracemalloc.start()
    try:
        for rule, argument in (("sparse", 1e-4), ("indegree", 10), ("outdegree", 10)):
            wires = drawn(rule, rng, shape, argument, rule != "sparse")
            assert abs(len(wires) - 1e6) < 5e3
        assert tracemalloc.get_traced_memory()[1] < 150e6  # an array over all pairs has 8e10
    finally:
        tracemalloc.stop()


def test_rules_without_chance() -> None:
    everyone = {(a, b) for a in range(30) for b in range(30)}
    assert pairs(wired("all_to_all()")) == everyone == pairs(wired("sparse(1)"))
    assert pairs(wired("all_to_all(j != i)")) == {(a, b) for a, b in everyone if a != b}
    assert pairs(wired("all_to_all(j < i)")) == {(a, b) for a, b in everyone if b < a}
    assert pairs(wired("one_to_one()")) == {(a, a) for a in range(30)}
    assert len(wired("sparse(0)")) == 0
    assert pairs(wired("where(abs(i - j) == 1, 2, 0)")) == {(a, b) for a, b in everyone if abs(a - b) == 1}


def test_a_restriction_only_leaves_edges_out() -> None:
    assert pairs(wired("sparse(0.4, j != i)")) == {(a, b) for a, b in pairs(wired("sparse(0.4)")) if a != b}
    assert pairs(wired("sparse(0.4, j < i)")) == {(a, b) for a, b in pairs(wired("sparse(0.4)")) if b < a}


def test_distance_kernel() -> None:
    wires = wired("sparse(exp(-abs(i - j)/2))", N=400)
    distance = np.abs(wires.first - wires.second)
    assert (distance == 0).sum() == 400  # with probability one
    for d in range(1, 5):
        pairs_there, p = 2 * (400 - d), np.exp(-d / 2)
        assert abs((distance == d).sum() - pairs_there * p) < 4 * np.sqrt(pairs_there * p * (1 - p))


def test_given_edges() -> None:
    chain = model(C__i_j={"on": "C[i,j]"}, w__i_j={"value": 2.0, "on": "C[i,j]"})
    rng = np.random.default_rng(0)
    matrix = sparse.random_array((30, 30), density=0.2, rng=rng, format="csr")
    first, second = matrix.tocoo().coords
    forms: list[Any] = [matrix, sparse.coo_matrix(matrix), matrix.toarray(), {"i": first, "j": second}]
    built = [neurodyn.build(chain, C=form) for form in forms]
    for one in built:
        assert pairs(one.wirings["C"]) == set(zip(first.tolist(), second.tolist(), strict=True))
    for one in built[:3]:
        np.testing.assert_array_equal(one.values["C"], matrix.toarray()[one.wirings["C"].ends])
    assert (built[3].values["C"] == 1).all()
    listed = """
    equations = "dx[i]/dt = sum(C[i,j]*x[j], j)"
    indices.N = { letters = "i j", size = 4 }
    states."x[i]" = 0.0
    parameters."C[i,j]" = { value = { i = [3, 0], j = [1, 2], value = [5, 6] }, on = "C[i,j]" }
    """
    found = neurodyn.build(neurodyn.Model.from_text(listed))
    assert found.wirings["C"].first.tolist() == [0, 3] and found.values["C"].tolist() == [6, 5]
    assert neurodyn.Model.from_text(found.model.to_toml()) == found.model


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"i": [0, 0], "j": [1, 1]}, "The edge C[0,1] is given twice."),
        ({"i": [0], "j": [30]}, "An edge of C ends at 30."),
        ({"i": [0, 1], "j": [0]}, "The edges of C are not two lists of positions."),
        ({"i": [0], "k": [0]}, "The edges of C are not two lists of positions."),
        (np.ones((30, 29)), "The value of C has shape (30, 29); shape (30, 30) is needed."),
        (sparse.eye_array(29), "ends"),
    ],
)
def test_given_edges_that_are_refused(value: Any, sentence: str) -> None:
    chain = model(C__i_j={"on": "C[i,j]"}, w__i_j={"value": 2.0, "on": "C[i,j]"})
    if sentence == "ends":
        assert neurodyn.build(chain, C=value).sizes["N"] == 29
        return
    with pytest.raises(neurodyn.InputError, match=sentence.replace("[", r"\[").replace("(", r"\(").replace(")", r"\)")):
        neurodyn.build(chain, C=value, sizes={"N": 30})


def test_values_on_edges() -> None:
    network = model(C__i_j="sparse(0.2)", w__i_j={"value": "uniform(1, 2) + 10*i + s[j]", "on": "C[i,j]"}, s__j="100*j")
    system = neurodyn.build(network)
    wires, w = system.wirings["C"], system.values["w"]
    rest = w - 10 * wires.first - 100 * wires.second
    assert w.shape == wires.first.shape and (rest >= 1).all() and (rest <= 2).all() and rest.std() > 0.1
    dense = np.random.default_rng(0).normal(size=(30, 30))
    for value in (dense, sparse.csr_array(dense), dense[wires.ends]):
        np.testing.assert_array_equal(neurodyn.build(network, w=value).values["w"], dense[wires.ends])
    with pytest.raises(neurodyn.InputError, match="The value of w has shape"):
        neurodyn.build(network, w=np.ones(7))


def test_a_rule_in_a_dense_value_is_a_matrix_of_zeros_and_ones() -> None:
    system = neurodyn.build(model("dx[i]/dt = -x[i] + sum(W[i,j]*x[j], j)", W__i_j="0.2*sparse(0.3)"))
    assert system.values["W"].shape == (30, 30) and not system.wirings
    assert set(np.unique(system.values["W"])) == {0.0, 0.2}
    on_itself = model("dx[i]/dt = -x[i] + sum(W[i,j]*x[j], j)", W__i_j={"value": "0.2*sparse(0.3)", "on": "W[i,j]"})
    flat = neurodyn.build(on_itself)
    whole = np.zeros((30, 30))
    whole[flat.wirings["W"].ends] = flat.values["W"]
    np.testing.assert_array_equal(whole, system.values["W"])


def test_a_sparse_matrix_for_a_dense_parameter_is_refused() -> None:
    dense = model("dx[i]/dt = -x[i] + sum(W[i,j]*x[j], j)", W__i_j={})
    with pytest.raises(neurodyn.InputError, match="Let it live on a support"):
        neurodyn.build(dense, W=sparse.eye_array(30))


def test_derived_parameters_and_reductions_count_edges_alone() -> None:
    equations = """
    d[i]    = sum(C[i,j], j)
    share[i,j] = C[i,j]/d[i]
    top[i]  = max(w[i,j], j)
    low[i]  = min(w[i,j], j)
    mid[i]  = mean(w[i,j], j)
    big[i]  = count(w[i,j] > 0, j)
    some[i] = where(any(w[i,j] > 1, j), 1, 0)
    every[i] = where(all(w[i,j] > -1, j), 1, 0)
    dx[i]/dt = -x[i] + sum(share[i,j]*x[j], j)
    """
    system = neurodyn.build(model(equations, C__i_j="indegree(4)", w__i_j={"value": "normal(0, 1)", "on": "C[i,j]"}))
    v = system.values
    w = v["w"].reshape(30, 4)
    assert (v["d"] == 4).all() and (v["share"] == 0.25).all() and v["share"].shape == (120,)
    np.testing.assert_array_equal(v["top"], w.max(axis=1))
    np.testing.assert_allclose(v["mid"], w.mean(axis=1), rtol=1e-14)
    np.testing.assert_array_equal(v["big"], (w > 0).sum(axis=1))
    np.testing.assert_array_equal(v["some"], (w > 1).any(axis=1))
    np.testing.assert_array_equal(v["every"], (w > -1).all(axis=1))
    np.testing.assert_array_equal(v["low"], w.min(axis=1))


def test_a_mean_over_no_edges_is_zero() -> None:
    system = neurodyn.build(
        model("m[i] = mean(C[i,j]*x[j], j)\ndx[i]/dt = m[i] - x[i]", C__i_j={"on": "C[i,j]"}), C={"i": [0], "j": [1]}
    )
    found = system.observe(["m"])(0.0, np.arange(30.0), {})["m"]
    assert found.tolist() == [1.0] + [0.0] * 29


def test_given_statements_hold_edge_by_edge() -> None:
    network = model(C__i_j={"on": "C[i,j]"}, w__i_j={"value": "normal(0, 1)", "on": "C[i,j]", "given": "w[i,j] > 0"})
    with pytest.raises(neurodyn.InputError, match=r"needs w\[i,j\] > 0, but the values are -1 and 0 at i = 3, j = 2"):
        neurodyn.build(network, C={"i": [3, 1], "j": [2, 1]}, w=[1.0, -1.0])


PLASTIC = """
dw[i,j]/dt = a*x[i]*x[j] - w[i,j]**3 + b[i]*w[j,i]
dx[i]/dt   = -x[i]**3 + tanh(sum(w[i,j]*x[j], j)) + c*mean(w[i,j]*sin(x[j] - x[i]), j)
total      = sum(w[i,j]**2, i, j)
flux[i,j]  = w[i,j]*x[j]
"""


def plastic() -> neurodyn.Model:
    return neurodyn.Model(
        PLASTIC,
        indices={"N": {"letters": "i j", "size": 8}},
        states={"x[i]": "normal(0, 1)", "w[i,j]": {"start": "uniform(0, 1)*C[i,j]", "on": "C[i,j]"}},
        parameters={"C[i,j]": "sparse(0.4)", "a": 0.5, "b[i]": "normal(0, 1)", "c": 0.3},
        bench={"until": 2, "record": ["x", "w", "flux"]},
    )


def dense_plastic() -> neurodyn.Model:
    """The same with an array over all pairs, masked."""
    equations = PLASTIC.replace(
        "dw[i,j]/dt = a*x[i]*x[j] - w[i,j]**3 + b[i]*w[j,i]",
        "dw[i,j]/dt = C[i,j]*(a*x[i]*x[j] - w[i,j]**3 + b[i]*w[j,i])",
    )
    equations = equations.replace(
        "mean(w[i,j]*sin(x[j] - x[i]), j)", "sum(w[i,j]*sin(x[j] - x[i]), j)/max(sum(C[i,j], j), 1)"
    )
    return neurodyn.Model(
        equations,
        indices={"N": {"letters": "i j", "size": 8}},
        states={"x[i]": 0.0, "w[i,j]": 0.0},
        parameters={"C[i,j]": {}, "a": 0.5, "b[i]": {}, "c": 0.3},
    )


def test_states_on_edges_follow_the_dense_formula() -> None:
    system = neurodyn.build(plastic(), seed=2)
    wires = system.wirings["C"]
    assert system.layout.shapes == ((8,), (len(wires),)) and system.dims("w") == ("C_edge",)

    def whole(flat: np.ndarray) -> np.ndarray:
        found = np.zeros((8, 8))
        found[wires.ends] = flat
        return found

    start = system.layout.unpack(system.start())
    dense = neurodyn.build(dense_plastic(), C=whole(np.ones(len(wires))), b=system.values["b"])
    times = [0.0, 1.0, 2.0]
    options = {"until": 2, "save_at": times, "rtol": 1e-10, "atol": 1e-12}
    mine = neurodyn.simulate(system, record=["x", "w", "total", "flux"], **options)
    theirs = neurodyn.simulate(
        dense, start={"x": start["x"], "w": whole(start["w"])}, record=["x", "w", "total"], **options
    )
    np.testing.assert_allclose(mine["x"].values, theirs["x"].values, atol=1e-8)
    np.testing.assert_allclose(mine["w"].values, theirs["w"].values[:, wires.first, wires.second], atol=1e-8)
    np.testing.assert_allclose(mine["total"].values, theirs["total"].values, atol=1e-8)
    np.testing.assert_allclose(mine["flux"].values, mine["w"].values * mine["x"].values[:, wires.second], atol=1e-12)


def test_results_say_which_edge_is_which(tmp_path: Path) -> None:
    system = neurodyn.build(plastic(), C=sparse.random_array((8, 8), density=0.3, rng=np.random.default_rng(1)))
    result = neurodyn.simulate(system)
    wires = system.wirings["C"]
    assert result["w"].dims == ("time", "C_edge")
    assert result["w"].coords["C_i"].values.tolist() == wires.first.tolist()
    assert result["w"].coords["C_j"].values.tolist() == wires.second.tolist()
    one = result["w"].isel(C_edge=result["w"].coords["C_i"] == wires.first[0])
    assert one.sizes["C_edge"] == (wires.first == wires.first[0]).sum()
    result.save(tmp_path / "result.nc")
    again = neurodyn.load_result(tmp_path / "result.nc")
    assert again.dataset.identical(result.dataset)
    from neurodyn.results.again import rebuilt

    repeated = rebuilt(again)
    assert pairs(repeated.wirings["C"]) == pairs(wires)
    np.testing.assert_array_equal(repeated.values["C"], system.values["C"])


def test_trials_are_single_runs() -> None:
    system = neurodyn.build(plastic(), seed=2)
    y = system.start(trials=3)
    assert np.ptp(y, axis=0).min() > 0 and y.shape == (3, system.layout.size)
    together, alone = system.flow(trials=True)(0.0, y, {}), system.flow()
    np.testing.assert_allclose(together, [alone(0.0, one, {}) for one in y], rtol=1e-12, atol=1e-13)


def test_other_values_share_the_wiring() -> None:
    network = model(C__i_j="sparse(p)", p=0.2, w__i_j={"value": "g*uniform(0, 1)", "on": "C[i,j]"}, g=1.0)
    system = neurodyn.build(network)
    double = system.with_values(g=2.0)
    assert double.wirings is system.wirings and double.compiled is system.compiled
    np.testing.assert_array_equal(double.values["w"], 2 * system.values["w"])
    y = system.start()
    np.testing.assert_allclose(double.flow()(0.0, y, {}) + y, 2 * (system.flow()(0.0, y, {}) + y), rtol=1e-12)
    for change in ({"p": 0.3}, {"C": "sparse(0.1)"}):
        with pytest.raises(neurodyn.InputError, match="The edges of C would change") as caught:
            system.with_values(change)
        assert caught.value.code == "rewired"


def test_renaming_the_units_changes_nothing() -> None:
    """Permutation of the units permutes the flow."""
    network = model(
        "dx[i]/dt = -x[i] + sum(w[i,j]*sin(x[j] - x[i]), j) + max(w[i,j]*x[j], j)",
        C__i_j={"on": "C[i,j]"}, w__i_j={"on": "C[i,j]"},
    )  # fmt: skip
    rng = np.random.default_rng(4)
    mask, weight, y, order = (
        rng.random((30, 30)) < 0.3,
        rng.normal(size=(30, 30)),
        rng.normal(size=30),
        rng.permutation(30),
    )
    here = neurodyn.build(network, C=mask * 1.0, w=weight)
    there = neurodyn.build(network, C=(mask * 1.0)[np.ix_(order, order)], w=weight[np.ix_(order, order)])
    np.testing.assert_allclose(here.flow()(0.0, y, {})[order], there.flow()(0.0, y[order], {}), rtol=1e-12, atol=1e-13)


def test_parts_keep_their_supports(tmp_path: Path) -> None:
    (tmp_path / "net.toml").write_text(
        model(C__i_j="indegree(3)", w__i_j={"value": "normal(0, 1)", "on": "C[i,j]"}).to_toml()
    )
    circuit = tmp_path / "two.toml"
    circuit.write_text(
        'equations = ""\n[parts]\na = { model = "net.toml", N = 6 }\nb = { model = "net.toml", N = 9 }\n'
    )
    system = neurodyn.build(circuit)
    assert {name: len(wires) for name, wires in system.wirings.items()} == {"a.C": 18, "b.C": 27}
    assert system.dims("a.w") == ("a.C_edge",)


def test_maps_on_edges() -> None:
    network = neurodyn.Model(
        "x[i](t+1) = sign(sum(w[i,j]*x[j], j), x[i])\nw[i,j](t+1) = w[i,j] + 0.1*x[i](t+1)*x[j] - 0.5*w[i,j](t - 1)",
        indices={"N": {"letters": "i j", "size": 12}},
        states={"x[i]": "signs()", "w[i,j]": {"start": "normal(0, 1)", "on": "C[i,j]"}},
        parameters={"C[i,j]": "sparse(0.4)"},
    )
    system = neurodyn.build(network)
    wires, before = system.wirings["C"], system.layout.unpack(system.start())
    past = system.past(np.stack([system.start(), 2 * system.start()]))
    after = system.layout.unpack(system.step()(0, system.start(), past))
    whole = np.zeros((12, 12))
    whole[wires.ends] = before["w"]
    h = whole @ before["x"]
    np.testing.assert_array_equal(after["x"], np.where(h == 0, before["x"], np.sign(h)))
    gained = 0.1 * after["x"][wires.first] * before["x"][wires.second]
    np.testing.assert_allclose(after["w"], before["w"] + gained - before["w"])
    assert neurodyn.simulate(system, steps=3)["w"].sizes == {"time": 4, "C_edge": len(wires)}


DELAYED = """
dx[i]/dt = -x[i] + sum(k[i,j]*sin(x[j](t - d[i,j]) - x[i]), j) + 0.3*sum(k[i,j]*c[j](t - d[i,j] - 0.1), j)
c[i]     = cos(x[i])
"""


def test_a_delay_for_each_edge() -> None:
    states = {"x[i]": {"start": "0.3*i", "before": "0.3*i + 0.2*t"}}
    sparse_one = neurodyn.Model(
        DELAYED,
        indices={"N": {"letters": "i j", "size": 7}},
        states=states,
        parameters={
            "C[i,j]": "sparse(0.4)",
            "k[i,j]": {"value": "uniform(0, 1)", "on": "C[i,j]"},
            "d[i,j]": {"value": "uniform(0.2, 1)", "on": "C[i,j]", "given": "d[i,j] > 0"},
        },
    )
    dense_one = neurodyn.Model(
        DELAYED,
        indices={"N": {"letters": "i j", "size": 7}},
        states=states,
        parameters={"k[i,j]": {}, "d[i,j]": {}},
    )
    system = neurodyn.build(sparse_one)
    wires = system.wirings["C"]
    assert [len(reading.places) for reading in system.earlier.readings] == [len(wires)] * 2
    k, d = np.zeros((7, 7)), np.ones((7, 7))
    k[wires.ends], d[wires.ends] = system.values["k"], system.values["d"]
    options = {"until": 3, "save_at": [0.0, 1.0, 3.0], "rtol": 1e-9, "atol": 1e-11}
    mine = neurodyn.simulate(system, **options)
    theirs = neurodyn.simulate(neurodyn.build(dense_one, k=k, d=d), **options)
    np.testing.assert_allclose(mine["x"].values, theirs["x"].values, atol=1e-7)
    with pytest.raises(neurodyn.InputError, match=rf"is 0 at \[{wires.first[0]}, {wires.second[0]}\]"):
        neurodyn.build(
            neurodyn.Model.from_text(sparse_one.to_toml().replace('given = "d[i,j] > 0"', 'about = ""')), d=0.0
        )


def test_noise_of_each_edge_has_the_moments_of_the_exact_solution() -> None:
    """Ornstein-Uhlenbeck weights, apart from one another, and units that hear the sum of their noises."""
    network = neurodyn.Model(
        "dw[i,j]/dt = -w[i,j] + s*eta[i,j]\ndx[i]/dt = -x[i] + s*sum(eta[i,j], j)",
        indices={"N": {"letters": "i j", "size": 6}},
        states={"w[i,j]": {"start": 0.5, "on": "C[i,j]"}, "x[i]": 0.0},
        parameters={"C[i,j]": "indegree(3)", "s": 0.4},
        noise={"eta[i,j]": {"kind": "white", "on": "C[i,j]"}},
    )
    assert neurodyn.Model.from_text(network.to_toml()) == network
    result = neurodyn.simulate(network, until=1, dt=0.01, save_at=[0.0, 1.0], trials=400, seed=1)
    w, x = result["w"].values[-1], result["x"].values[-1]
    variance = 0.16 * (1 - np.exp(-2)) / 2 * (1 + 0.005)  # the last factor is that of a step of 0.01
    assert abs(w.mean() - 0.5 * 0.99**100) < 5 * np.sqrt(variance / w.size)
    assert abs(w.var() / variance - 1) < 5 * np.sqrt(2 / w.size)
    assert abs(x.var() / (3 * variance) - 1) < 5 * np.sqrt(2 / x.size)
    assert np.abs(np.corrcoef(w.T) - np.eye(18)).max() < 0.25


SPIKING = """
dv[i]/dt    = (1.2 - v[i]) + sum(w[i,j]*spike[j](t - d[i,j]), j)
dpre[j]/dt  = -2*pre[j] + spike[j]
dpost[i]/dt = -2*post[i] + spike[i]
dw[i,j]/dt  = C[i,j]*(0.02*pre[j]*spike[i] - 0.015*post[i]*spike[j])
"""


def test_spikes_delays_and_plasticity_on_edges_follow_the_dense_formula() -> None:
    def spiking(*, sparse_ones: bool) -> neurodyn.Model:
        on = {"on": "C[i,j]"} if sparse_ones else {}
        return neurodyn.Model(
            SPIKING,
            indices={"N": {"letters": "i j", "size": 8}},
            states={"v[i]": "0.1*i", "pre[j]": 0, "post[i]": 0, "w[i,j]": {"start": 0.0, **on}},
            parameters={"C[i,j]": on, "d[i,j]": on},
            events={"spike[i]": {"when": "v[i] > 1", "set": "v[i] = 0", "refractory": "0.1"}},
        )

    rng = np.random.default_rng(0)
    C, d = (rng.random((8, 8)) < 0.4) * 1.0, rng.uniform(0.05, 0.3, (8, 8))
    options = {"until": 6, "save_at": [0.0, 3.0, 6.0], "start": {"w": 0.05 * C}, "rtol": 1e-9, "atol": 1e-11}
    mine, theirs = (
        neurodyn.simulate(neurodyn.build(spiking(sparse_ones=s), C=C, d=d), **options) for s in (True, False)
    )
    wires = np.nonzero(C)
    assert mine.counts["events"] == theirs.counts["events"] > 20
    np.testing.assert_allclose(mine["v"].values, theirs["v"].values, atol=1e-7)
    np.testing.assert_allclose(mine["w"].values, theirs["w"].values[:, wires[0], wires[1]], atol=1e-9)
    assert np.ptp(mine["w"].values[-1]) > 0.02

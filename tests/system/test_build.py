"""Binding sizes and values: what decides, what is refused, what is computed once."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn

NETWORK = """
equations = \"\"\"
G[i,j]    = W[i,j] + W[j,i]
dx[i]/dt  = -x[i] + sum(G[i,j]*tanh(x[j]), j) + u[i]
\"\"\"
[indices]
N = { letters = "i j", size = 4 }
M = { letters = "k", size = "2*N + 1" }
[states]
"x[i]" = "normal(0, 1)"
[parameters]
"W[i,j]" = "normal(0, 1)/sqrt(N)"
"b[k]"   = "k + 0.5"
[inputs]
"u[i]" = 0.0
"""


def network() -> neurodyn.Model:
    return neurodyn.Model.from_text(NETWORK)


def refused(code: str, *words: str, **build: object) -> None:
    with pytest.raises(neurodyn.InputError) as caught:
        neurodyn.build(network(), **build)  # type: ignore[arg-type]
    assert caught.value.code == code
    for word in words:
        assert word in str(caught.value)


def test_a_given_array_decides_the_size() -> None:
    system = neurodyn.build(network(), W=np.ones((6, 6)))
    assert system.sizes == {"N": 6, "M": 13}
    np.testing.assert_array_equal(system.values["b"], np.arange(13) + 0.5)
    np.testing.assert_array_equal(system.values["G"], 2 * np.ones((6, 6)))


def test_a_size_by_name_wins_over_the_file() -> None:
    assert neurodyn.build(network(), sizes={"N": 3}).sizes == {"N": 3, "M": 7}


def test_sizes_and_arrays_must_agree() -> None:
    refused("shape", "(6, 6)", "(3, 3)", sizes={"N": 3}, W=np.ones((6, 6)))
    refused("shape", "(4,)", W=np.ones(4))


def test_refusals_name_what_is_wrong() -> None:
    refused("unknown-size", "NN", "Did you mean N?", sizes={"NN": 3})
    refused("unknown-parameter", "w", "Did you mean W?", w=1.0)
    refused("defined", "G", G=np.ones((4, 4)))
    refused("state-value", "x", "start", x=1.0)
    refused("not-finite", "W[1,2]", W=np.where(np.arange(16).reshape(4, 4) == 6, np.nan, 1.0))
    refused("value", "b", b=["a"] * 9)
    refused("size", sizes={"N": 0})
    refused("seed", "-1", seed=-1)
    refused("seed", "'a'", seed="a")
    refused("size", sizes={"N": 10**12})
    refused("memory", "GiB", sizes={"N": 2 * 10**5})


def test_a_start_must_be_given_where_none_is_declared() -> None:
    system = neurodyn.build(neurodyn.Model("dx/dt = -x", states={"x": {"about": "activity"}}))
    with pytest.raises(neurodyn.InputError) as caught:
        system.start()
    assert caught.value.code == "missing-start"
    assert system.start({"x": 2.0}).tolist() == [2.0]


def test_starts_must_fit() -> None:
    system = neurodyn.build(network())
    with pytest.raises(neurodyn.InputError, match=r"shape \(3,\)"):
        system.start({"x": np.zeros(3)})
    with pytest.raises(neurodyn.InputError, match="no quantity q"):
        system.start({"q": 1.0})
    assert system.start({"x": np.arange(8.0).reshape(2, 4)}, trials=2).tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_draws_have_streams_of_their_own() -> None:
    """Equal seeds give equal draws; giving one parameter leaves the draws of the others as they were."""
    first, second = neurodyn.build(network(), seed=1), neurodyn.build(network(), seed=1, b=0.0)
    np.testing.assert_array_equal(first.values["W"], second.values["W"])
    np.testing.assert_array_equal(first.start(), second.start())
    other = neurodyn.build(network(), seed=2)
    assert not np.array_equal(first.values["W"], other.values["W"])
    together = first.start(trials=3)
    assert len(np.unique(together)) == together.size
    np.testing.assert_array_equal(first.start(trials=2), together[:2])


def test_draws_have_the_moments_they_promise() -> None:
    model = neurodyn.Model(
        "dx/dt = -x",
        indices={"N": {"letters": "i", "size": 40_000}},
        states={"x": 0},
        parameters={
            "a[i]": "normal(2, 3)",
            "b[i]": "uniform(-1, 3)",
            "c[i]": "signs(0.25)",
            "d[i]": "integers(2, 6)",
            "e[i]": "permutation()",
        },
    )
    v = neurodyn.build(model).values
    assert v["a"].mean() == pytest.approx(2, abs=0.06)
    assert v["a"].std() == pytest.approx(3, abs=0.06)
    assert v["b"].mean() == pytest.approx(1, abs=0.03)
    assert v["b"].min() >= -1
    assert v["b"].max() < 3
    assert set(v["c"]) == {-1.0, 1.0}
    assert (v["c"] > 0).mean() == pytest.approx(0.25, abs=0.01)
    assert set(v["d"]) == {2.0, 3.0, 4.0, 5.0}
    assert np.array_equal(np.sort(v["e"]), np.arange(40_000))


def test_with_values_shares_code_and_keeps_the_rules() -> None:
    system = neurodyn.build("hopfield", sizes={"N": 5})
    flow = system.flow()
    changed = system.with_values(beta=1.0)
    assert changed.compiled is system.compiled
    y = system.start()
    fresh = neurodyn.build("hopfield", sizes={"N": 5}, beta=1.0)
    np.testing.assert_array_equal(changed.flow()(0, y, {}), fresh.flow()(0, y, {}))
    assert not np.allclose(flow(0, y, {}), changed.flow()(0, y, {}))
    with pytest.raises(neurodyn.InputError, match="beta > 0"):
        system.with_values(beta=-1.0)
    with pytest.raises(neurodyn.InputError, match="shape"):
        system.with_values(W=np.zeros((4, 4)))


def test_values_are_read_only() -> None:
    system = neurodyn.build(network())
    with pytest.raises(ValueError, match="read-only"):
        system.values["W"][0, 0] = 1.0


def test_names_and_roles() -> None:
    system = neurodyn.build("hopfield", sizes={"N": 5})
    roles = {n: system.role(n) for n in ("x", "W", "v", "E", "overlap")}
    assert roles == {"x": "state", "W": "parameter", "v": "observable", "E": "energy", "overlap": "observable"}
    assert system.dims("W") == ("N", "N_pre")
    assert neurodyn.build(network()).role("G") == "derived"
    with pytest.raises(neurodyn.InputError, match="Did you mean overlap"):
        system.role("overlpa")


def test_digits_are_scikit_learns() -> None:
    """The images are those of the library, class by class, and the two sets of the recall study are disjoint."""
    from sklearn.datasets import load_digits

    from neurodyn.system.generators import digit_images

    images, classes = digit_images()
    raw, labels = load_digits(return_X_y=True)
    assert images.shape == (1740, 64)
    assert classes[:20].tolist() == list(range(10)) * 2
    known = {row.tobytes() for row in raw / 8 - 1}
    assert all(row.tobytes() in known for row in images)
    np.testing.assert_array_equal(images[3], raw[np.flatnonzero(labels == 3)[0]] / 8 - 1)

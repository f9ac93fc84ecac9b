"""What networks remember, against closed forms, plain loops and all states of small networks."""

from __future__ import annotations

import json
import math
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import hadamard
from scipy.optimize import brentq

import neurodyn
from neurodyn.analysis.memories.likeness import Patterns

ORTHOGONAL = hadamard(16)[[3, 5, 6]].astype(float)

NOISY = """
format = 1
summary = "Units that forget, with noise"
equations = "dx[i]/dt = -x[i] + sum(xi[m,i], m) + 0.1*eta[i]"
[indices]
N = { letters = "i", size = 4, about = "units" }
P = { letters = "m", size = 2, about = "patterns" }
[states]
"x[i]" = { start = 0.0, about = "state" }
[parameters]
"xi[m,i]" = { value = "signs()", about = "patterns" }
[noise]
"eta[i]" = { kind = "white", about = "noise" }
"""


def fixed_states(patterns: NDArray[np.float64]) -> set[tuple[float, ...]]:
    """All states of a binary network with Hebb's weights that no unit leaves, one by one."""
    units = patterns.shape[1]
    weights = patterns.T @ patterns / units
    np.fill_diagonal(weights, 0)
    states = np.array([*product([-1.0, 1.0], repeat=units)])
    return {tuple(s) for s in states[((states @ weights) * states >= -1e-12).all(axis=1)]}


def test_orthogonal_patterns_and_their_mixtures_are_the_fixed_points() -> None:
    system = neurodyn.build("hopfield_binary", sizes={"N": 16, "P": 3}, values={"xi": ORTHOGONAL})
    found = neurodyn.memories(system, corruptions=[1, 4, 8, 12, 16], trials=30, starts=150)
    assert all(m.exact and m.is_stored and m.overlap == 1 and m.stability is None for m in found.stored)
    assert (found.recovery[:, 0] == 1).all() and (found.recovery[:, -1] == 0).all()
    assert (np.diff(found.recovery, axis=1) <= 0).all()
    known = fixed_states(ORTHOGONAL)
    assert {tuple(e.point) for e in found.ends} <= known
    named = {e.name: e.point for e in found.ends}
    assert sum(name.startswith("mixture") for name in named) >= 4
    for name, point in named.items():
        assert name != "unnamed"
        if name.startswith("mixture"):
            signs = [float(word[0] + "1") for word in name.split()[1:]]
            assert (np.sign(signs @ ORTHOGONAL) == point).all()
    assert found.unsettled == 0 and sum(e.count for e in found.ends) == 150


def test_one_pattern_survives_just_less_than_half_its_entries() -> None:
    """Of 16 units with one pattern each turns to the majority: 7 flips come back, 9 go to the inverse, 8 to either."""
    system = neurodyn.build("hopfield_binary", sizes={"N": 16, "P": 1})
    found = neurodyn.memories(system, corruptions=range(17), trials=20, starts=20)
    assert found.recovery[0, :8].tolist() == [1.0] * 8 and not found.recovery[0, 9:].any()
    half = found.recovery[0, 8]
    assert 0 < half < 1
    assert found.radii[0] == pytest.approx(8 + (half - 0.5) / half if half >= 0.5 else 7 + 0.5 / (1 - half))
    assert {e.name for e in found.ends} == {"pattern 0", "inverse of pattern 0"}


def test_graded_units_rest_where_the_closed_form_says() -> None:
    """With one pattern x = a*xi, where a = (N - 1)/N tanh(beta*a)."""
    size, beta = 12, 3.0
    system = neurodyn.build("hopfield", sizes={"N": size, "P": 1}, values={"beta": beta})
    found = neurodyn.memories(system, corruptions=[3, size], trials=5, starts=20)
    share = (size - 1) / size
    a = brentq(lambda a: a - share * math.tanh(beta * a), 0.1, 2, xtol=1e-14)
    stored = found.stored[0]
    assert stored.point is not None and stored.stability is not None
    np.testing.assert_allclose(stored.point, a * system.values["xi"][0], rtol=1e-10)
    slope = beta * (1 - math.tanh(beta * a) ** 2)
    assert stored.stability.kind == "stable node"
    assert stored.stability.eigenvalues[0].value == pytest.approx(-1 + slope * share, rel=1e-9)
    assert found.recovery[0].tolist() == [1, 1, 0]


def test_what_fades_is_not_remembered_though_its_signs_stay() -> None:
    system = neurodyn.build("hopfield", sizes={"N": 12, "P": 1}, values={"beta": 0.5})
    found = neurodyn.memories(system, trials=3, starts=10)
    assert not found.stored[0].is_stored and not found.recovery.any() and found.radii[0] == 0
    assert [e.name for e in found.ends] == ["zero"]


@pytest.mark.parametrize("name", ["hopfield", "dense_memory"])
def test_a_pattern_that_was_not_stored_is_told(name: str) -> None:
    """Weights of two patterns; a dense memory that is so soft that it keeps nothing but the mean."""
    weights = ORTHOGONAL[:2].T @ ORTHOGONAL[:2] / 16
    np.fill_diagonal(weights, 0)
    if name == "hopfield":
        system = neurodyn.build(name, sizes={"N": 16, "P": 3}, values={"xi": ORTHOGONAL, "W": weights})
    else:
        system = neurodyn.build(name, sizes={"N": 16, "K": 3}, values={"xi": ORTHOGONAL, "beta": 0.01})
    found = neurodyn.memories(system, trials=3, starts=3)
    assert [m.is_stored for m in found.stored] == [name == "hopfield"] * 2 + [False]
    assert found.stored[2].point is None and math.isnan(found.stored[2].overlap) and found.radii[2] == 0
    assert "no fixed point near it" in str(found)


def test_recovery_of_graded_units_is_that_of_a_plain_loop() -> None:
    """Each corruption is run by Euler's method with short steps, from the same starts.

    A bias breaks the symmetry by which starts of +1 and -1 lie on the very border of two basins.
    """
    bias = 0.05 * np.random.default_rng(1).normal(size=20)
    system = neurodyn.build("hopfield", sizes={"N": 20, "P": 3}, values={"b": bias}, seed=4)
    found = neurodyn.memories(system, corruptions=[4, 8], trials=10, starts=1, seed=5)
    patterns, rng = Patterns("xi", "x", system.values["xi"]), np.random.default_rng(5)
    for row, memory in enumerate(found.stored):
        counts = []
        for level in patterns.corrupted(row, [0, 4, 8], 10, rng):
            assert ((level != patterns.rows[row]).sum(axis=1) == [0, 4, 8][len(counts)]).all()
            x = level.copy()
            for _ in range(4000):
                x += 0.01 * (-x + np.tanh(4 * x) @ system.values["W"].T + bias)
            counts.append(int((np.sign(x) @ patterns.rows[row] / 20 >= 0.95).sum()))
        assert memory.recovered.tolist() == counts


@pytest.mark.parametrize("count", [3, 5, 7])
def test_mixtures_are_named_with_their_signs(count: int) -> None:
    rng = np.random.default_rng(count)
    patterns = Patterns("xi", "x", rng.choice([-1.0, 1.0], (9, 400)))
    rows, signs = np.sort(rng.permutation(9)[:count]), rng.choice([-1.0, 1.0], count)
    state = np.sign(signs @ patterns.rows[rows])
    name = "mixture " + " ".join(f"{'+' if s > 0 else '-'}{k}" for s, k in zip(signs, rows, strict=True))
    assert patterns.called(0.3 * state, 0.95) == name
    assert patterns.called(rng.choice([-1.0, 1.0], 400), 0.95) == "unnamed"
    assert patterns.called(-2 * patterns.rows[4], 0.95) == "inverse of pattern 4"


def test_patterns_of_numbers_take_noise_and_the_report_is_plain_data() -> None:
    found = neurodyn.memories("krotov_hopfield", rows=[0, 2], trials=20, starts=30)
    assert not found.binary and (found.recovery[:, 0] == 1).all()
    assert found.recovery[:, -1].mean() < 1
    low, high = found.intervals[..., 0], found.intervals[..., 1]
    assert ((low <= found.recovery + 1e-12) & (found.recovery <= high + 1e-12)).all()
    told = json.loads(json.dumps(found.to_json()))
    assert [m["row"] for m in told["stored"]] == [0, 2] and told["recipe"]["backend"] == "ensemble"
    assert len(str(found).splitlines()) < 25 and "2 of 2 patterns" in str(found)
    again = neurodyn.memories("krotov_hopfield", rows=[0, 2], trials=20, starts=30)
    assert again.to_json() == found.to_json()


def test_what_cannot_be_asked_is_refused() -> None:
    asked = [
        ("lorenz", {}, "no-patterns"),
        ("hopfield", {"rows": [3]}, "not-stored"),
        ("hopfield", {"rows": []}, "not-stored"),
        ("hopfield", {"rows": ["0"]}, "not-stored"),
        ("hopfield_binary_parallel", {}, "no-field"),
        (NOISY, {}, "no-rest"),
        ("hopfield", {"corruptions": [0.5]}, "bad-corruptions"),
        ("hopfield", {"corruptions": [65]}, "bad-corruptions"),
        ("krotov_hopfield", {"corruptions": [-1.0]}, "bad-corruptions"),
        ("hopfield", {"trials": 0}, "bad-memories"),
        ("hopfield", {"until": -1}, "bad-end"),
        ("hopfield_binary", {"until": 1.5}, "bad-end"),
    ]
    for given, options, code in asked:
        with pytest.raises(neurodyn.InputError) as error:
            neurodyn.memories(neurodyn.Model.from_text(given) if "\n" in given else given, **options)
        assert error.value.code == code

"""The study of capacity: its parts beside plain loops and closed forms, and the whole of its quick form."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from neurodyn import build
from neurodyn.errors import InputError
from neurodyn.studies import study
from neurodyn.studies.framework.work import Work
from neurodyn.studies.hopfield_capacity.correlated import correlated
from neurodyn.studies.hopfield_capacity.dense import LEVEL, MODEL, no_errors, small_errors, tail
from neurodyn.studies.hopfield_capacity.exponential import nearest, proven, rate
from neurodyn.studies.hopfield_capacity.load import AT_ONCE, LOADS, _recalled
from neurodyn.studies.hopfield_capacity.runs import flipped, network, settled, signs, stepped, storing
from neurodyn.studies.hopfield_capacity.scaling import fitted
from neurodyn.studies.hopfield_capacity.settings import Settings


def a_work(seed: int = 1) -> Work:
    return Work("hopfield_capacity", {}, seed=seed)


def test_patterns_of_a_larger_set_begin_with_those_of_a_smaller_one() -> None:
    small, large = (signs(a_work(), "patterns", 3, count, 40) for count in (5, 9))
    np.testing.assert_array_equal(large[:5], small)
    assert set(np.unique(large)) == {-1.0, 1.0}
    assert not np.array_equal(signs(a_work(), "patterns", 4, 5, 40), small)


def test_flips_are_as_many_as_asked() -> None:
    xi = signs(a_work(), "patterns", 0, 30, 16)
    assert ((flipped(xi, 3, np.random.default_rng(0)) != xi).sum(axis=1) == 3).all()


def test_how_runs_end() -> None:
    """Two units that inhibit each other, updated at once: apart they rest, alike they go to and fro."""
    pair = build(AT_ONCE, sizes={"N": 2, "P": 1}, values={"J": [[0.0, -1.0], [-1.0, 0.0]]})
    ends, kinds = settled(pair, np.array([[1.0, -1.0], [1.0, 1.0]]))
    assert kinds.tolist() == [0.0, 1.0]
    np.testing.assert_array_equal(ends[0], [1.0, -1.0])


def test_both_dynamics_rest_at_the_same_states() -> None:
    """Where units in turn come to rest, they rest all at once, and a step leaves each as it is."""
    xi = signs(a_work(), "patterns", 0, 8, 64)
    ends, kinds = settled(network("hopfield_binary", xi), signs(a_work(), "starts", 0, 20, 64))
    assert (kinds == 0).all()
    np.testing.assert_array_equal(stepped(network("hopfield_binary", xi), ends), ends)
    again, kinds = settled(network(AT_ONCE, xi), ends)
    assert (kinds == 0).all()
    np.testing.assert_array_equal(again, ends)


def test_networks_of_other_patterns_need_no_building() -> None:
    first, second = (signs(a_work(), "patterns", k, 6, 32) for k in range(2))
    made = storing(storing(None, AT_ONCE, first), AT_ONCE, second)
    np.testing.assert_array_equal(made.values["J"], network(AT_ONCE, second).values["J"])


@pytest.mark.parametrize("degree", [2, 3, 4])
def test_a_step_takes_the_lower_energy(degree: int) -> None:
    """Krotov and Hopfield 2016, unit by unit with all others as they are; by a plain loop."""
    xi = signs(a_work(), "patterns", 0, 5, 8)
    states = np.array(list(product([-1.0, 1.0], repeat=8)))[::17]
    found = stepped(network(MODEL, xi, n=degree), states)
    for state, new in zip(states, found, strict=True):
        for i in range(8):
            energies = []
            for value in (-1.0, 1.0):
                other = state.copy()
                other[i] = value
                energies.append(-sum(float(row @ other) ** degree for row in xi))
            low = state[i] if energies[0] == energies[1] else (-1.0, 1.0)[int(np.argmin(energies))]
            assert new[i] == low


def test_formulas_of_dense_memories() -> None:
    """The tail at the capacity is its level; without errors 1/sqrt(4*pi*log N) units of a pattern flip, as N grows."""
    for degree in (2, 3, 4):
        assert tail(degree, 100, small_errors(degree, 100)) == pytest.approx(LEVEL)
        units = 10**7
        wrong = units * tail(degree, units, no_errors(degree, units))
        assert wrong == pytest.approx(1 / math.sqrt(4 * math.pi * math.log(units)), rel=0.04)
    # The classical count: 0.138 N at an error of 0.0036.
    assert tail(2, 1000, 138) == pytest.approx(0.0036, abs=1e-4)


def test_formulas_of_the_exponential_memory() -> None:
    """Of 256 states of 8 units 9 lie within one flip; the rate is that of large deviations of a sum of signs."""
    assert nearest(0.125, 8) == pytest.approx(math.log(2) * 256 / 9)
    assert rate(0.25) == pytest.approx(0.75 * math.log(1.5) + 0.25 * math.log(0.5))
    growth = math.log(nearest(0.25, 4000) / nearest(0.25, 2000)) / 2000
    assert growth == pytest.approx(rate(0.25), abs=5e-4)
    assert proven(0.25, 100) == math.floor(math.exp(50 * rate(0.25)))


def test_the_scaling_is_found_again() -> None:
    """Counts drawn from a law with a known load and exponent."""
    rng, sizes = np.random.default_rng(3), {250: 16, 500: 8, 1000: 4}
    found, of = {}, {}
    for n, sets in sizes.items():
        z = 1.5 - 60 * (np.array(LOADS) - 0.14) * (n / 1000) ** 0.5
        found[n] = rng.binomial(64, ndtr(z)[:, None], (len(LOADS), sets)).astype(float)
        of[n] = np.full(len(LOADS), 64.0)
    fit = fitted(LOADS, found, of, rng, draws=10)
    assert fit.load.value == pytest.approx(0.14, abs=0.004) and fit.exponent.value == pytest.approx(0.5, abs=0.12)
    assert fit.load.low < fit.load.value < fit.load.high


def test_recall_below_and_above_the_capacity() -> None:
    settings = Settings(cues=20)
    low, high = (_recalled(a_work(), settings, AT_ONCE, 256, a, 1) for a in (0.05, 0.4))
    assert np.sum(low["found"]) >= 12 and low["overlap"] > 0.99 and low["energy"] == pytest.approx(-0.5, abs=0.02)
    assert np.sum(high["found"]) <= 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"sets": 0}, "sets is 0. Give a whole number from 1 to 1,000."),
        ({"sizes": (250, 250)}, "The load curve has one size. Give two sizes at least: sizes=256,512."),
        ({"sizes": (256, 0.5)}, "sizes is 0.5. Give a whole number from 50 to 8,000."),
    ],
)
def test_bad_settings(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as told:
        study("hopfield_capacity", **asked)
    assert str(told.value) == said


def test_bad_patterns_are_refused_before_anything_runs() -> None:
    xi = np.sign(np.random.default_rng(0).random((6, 20)) - 0.5)
    with pytest.raises(InputError, match="give the transposed array"):
        study("hopfield_capacity", data=xi.T)
    with pytest.raises(InputError, match=r"give np\.where"):
        study("hopfield_capacity", data=(xi + 1) / 2)


def test_patterns_of_the_user() -> None:
    """Independent ones all stay by the projection rule; nothing is claimed of them."""
    xi = signs(a_work(), "patterns", 0, 6, 32)
    found = correlated(Work("hopfield_capacity", {}, data=xi), Settings())
    assert found.claims == () and found.notes == ()
    assert (found.data["correlated_projection"].values == 1.0).all()


@pytest.mark.slow
def test_the_quick_form(tmp_path: Path) -> None:
    """Theory holds at small sizes too; with patterns of the user's own nothing is claimed of digits."""
    report = study("hopfield_capacity", quick=True, out=tmp_path, progress=False)
    verdicts = {claim.about: claim.verdict for claim in report.claims}
    held = [about for about, verdict in verdicts.items() if verdict == "holds"]
    for words in ("overlap of recalled patterns, load 0.1,", "exponent of the capacity, degree 2",
                  "as they are, least of all loads", "ends whose negative is not at rest", "2^(N/2)",
                  "one unit after the other all runs"):  # fmt: skip
        assert any(words in about for about in held), words
    assert float(report.data["load_recalled"].sel(load=0.05).min()) == 1.0
    report.plot().savefig(tmp_path / "capacity.png")
    assert (tmp_path / "capacity.png").stat().st_size > 50_000
    again = study("hopfield_capacity", quick=True, out=tmp_path, progress=False)
    assert [claim.measured for claim in again.claims] == [claim.measured for claim in report.claims]
    assert any("digits" in about for about in verdicts)

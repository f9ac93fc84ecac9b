"""The study of sequence capacities: its measures beside plain loops, and the whole of its quick form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.sequences import transition_capacity
from neurodyn.errors import InputError
from neurodyn.studies import study
from neurodyn.studies.framework.work import Work
from neurodyn.studies.memory import sequences as network
from neurodyn.studies.sequence_capacity import capacity, heavy, noise, protocol
from neurodyn.studies.sequence_capacity.capacity import Cell, Slope

DEGREES = (1, 2, 3, None)


def patterns(count: int, units: int, seed: int = 0) -> network.Array:
    return network.drawn(np.random.default_rng(seed), count, units)


def crosstalk_by_hand(degree: int | None, xi: network.Array) -> network.Array:
    """At each unit after each pattern, along the called sign and over the call: a term for each other pattern."""
    count, units = xi.shape
    found = np.zeros(xi.shape)
    for n in range(count):
        for i in range(units):
            for m in set(range(count)) - {n}:
                seen = sum(xi[m, j] * xi[n, j] for j in range(units) if j != i) / (units - 1)
                f = np.exp((units - 1) * (seen - 1)) if degree is None else seen**degree
                found[n, i] += xi[(m + 1) % count, i] * f * xi[(n + 1) % count, i]
    return found


@pytest.mark.parametrize("degree", DEGREES)
def test_the_crosstalk_and_the_errors_that_it_makes(degree: int | None) -> None:
    """A unit is wrong where the crosstalk is below -1."""
    xi = patterns(9, 8)
    found, known = heavy._noise(degree, xi), crosstalk_by_hand(degree, xi)
    np.testing.assert_allclose(found, known, atol=1e-12)
    clear = np.abs(known + 1) > 1e-9
    wrong = network.wrong_units(network.network(degree, xi))
    np.testing.assert_array_equal(wrong[clear], (known < -1)[clear])


def test_transitions_in_chunks_are_those_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    system = network.network(2, patterns(41, 20))
    whole = network.wrong_units(system)
    monkeypatch.setattr(network, "_CELLS", 41 * 7)
    np.testing.assert_array_equal(network.wrong_units(system), whole)
    np.testing.assert_array_equal(network.wrong_units(system, 17), whole[:17])
    assert whole.shape == (41, 20) and whole.any()


def test_a_search_ends_at_the_first_draw_without_an_error() -> None:
    """So it does at once where none is to be expected; else the draws before it had errors, and P shrank each time."""
    assert protocol._search(np.random.default_rng(0), Cell("sequence", 3, 100), 3) == 3
    cell, begin = Cell("transition", 1, 30), 12
    found = protocol._search(np.random.default_rng(4), cell, begin)
    rng, count = np.random.default_rng(4), begin
    while (wrong := network.wrong_units(network.network(1, network.drawn(rng, count, 30)))).any():
        count = int(0.99 * count)
    assert found == count < begin and not wrong.any()


def test_the_border_of_a_basin() -> None:
    recalled = np.where(noise.OVERLAPS > 0.5, 10, 2)
    assert noise.border(recalled, 10) == pytest.approx(0.48 + 0.04 * 3 / 8)
    assert np.isnan(noise.border(np.full(26, 10), 10)) and np.isnan(noise.border(np.zeros(26), 10))


def test_wide_intervals_decide_nothing() -> None:
    narrow, wide = (capacity._slope_claim(Slope("sequence", 2, 2.0, (1.9, 1.9 - h, 1.9 + h), 1.9)) for h in (0.1, 0.4))
    assert (narrow.verdict, wide.verdict) == ("holds", "undecided")


def test_the_linear_networks_exponent() -> None:
    """Section 2.7: the slope of ln(P ln N) against ln N is 1 within 0.25 for N = 50 to 200, its interval included."""
    cells = [Cell("transition", 1, n) for n in (50, 100, 200)]
    assert cells[0].formula == transition_capacity(50, 1)
    with Work("sequence_capacity", {}, seed=3, progress=False) as work:
        rows = {c: capacity._tried(work, c, 0.1, 4)["rows"].T for c in cells}
    found = {c: capacity.failure_threshold(*r, failure=0.1) for c, r in rows.items()}
    (slope,) = capacity.slopes(found, 0.1)
    assert abs(slope.found[0] - 1) <= 0.25
    for cell, t in found.items():
        assert t.load == pytest.approx(cell.expected(0.1), rel=0.25)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"failure": 1.0}, "failure is 1. Give a chance between 0 and 1."),
        ({"trials": 1}, "trials is 1. Give a number from 2 on, below 100,000,000."),
    ],
)
def test_bad_settings(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as told:
        study("sequence_capacity", **asked)
    assert str(told.value) == said


@pytest.mark.slow
def test_the_quick_form(tmp_path: Path) -> None:
    """What the theory promises at any size holds, and everything is kept and drawn."""
    report = study("sequence_capacity", quick=True, seed=2)
    verdicts = {c.about: c.verdict for c in report.claims}
    sure = ("least overlap in all steps", "pseudoinverse, independent", "furthest from normal", "variance")
    assert all(v == "holds" for about, v in verdicts.items() if any(s in about for s in sure))
    assert {"holds", "does not hold"} <= set(verdicts.values())
    kept = neurodyn.load_result(report.save(tmp_path / "s.nc")).dataset
    assert kept.sizes["step"] == 100 and (kept["recalled"][:, -1] == 1).all()
    for name in report.pictures:
        report.plot(name).savefig(tmp_path / f"{name}.png")
        assert (tmp_path / f"{name}.png").stat().st_size > 20_000
    assert "Three capacities" in report.to_json()["tables"]

"""The study of the circuit: each prediction of section 1.5 of its source, measured on the circuit of devices."""

from __future__ import annotations

from pathlib import Path

import pytest

from neurodyn.studies import study
from neurodyn.studies.framework.report import Report


@pytest.fixture(scope="module")
def report() -> Report:
    return study("habituation_circuit", quick=True)


def measured(report: Report, start: str) -> float:
    return next(float(c.measured) for c in report.claims if c.about.startswith(start))


def test_it_measures_what_theory_predicts(report: Report) -> None:
    """Threshold V_d/c = 2.984 V and silence limit 4.832 V of the published divider, 0.2115."""
    assert {c.verdict for c in report.claims} == {"holds"}
    assert measured(report, "height below which nothing") == pytest.approx(2.984, rel=1e-3)
    assert measured(report, "height below which it falls") == pytest.approx(4.832, rel=1e-3)
    assert measured(report, "lost at a divider of 82k") == pytest.approx(0.15, abs=0.005)
    assert measured(report, "lost at a divider of 8.2k") == pytest.approx(0.02, abs=0.005)


def test_one_command_draws_it(report: Report, tmp_path: Path) -> None:
    picture = tmp_path / "circuit.png"
    report.plot().savefig(picture)
    assert picture.stat().st_size > 10_000
    assert "H5 with the threshold" in report.summary()


@pytest.mark.slow
def test_a_range_without_the_edge_is_told() -> None:
    """Where every height is answered there is no threshold to be found: undecided, not a number."""
    claims = study("habituation_circuit", quick=True, low=6.0, period=4.0).claims
    assert claims[0].verdict == claims[1].verdict == "undecided"

"""The study of the hallmarks: what it says of each motif is what the sources say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn.studies import study
from neurodyn.studies.framework.report import Report


@pytest.fixture(scope="module")
def report() -> Report:
    return study("habituation_motifs")


def curves(report: Report, start: str) -> list[Any]:
    """The points of each curve of the panels whose title begins so."""
    panels = [p for title, p in report.facts["panels"].items() if title.startswith(start)]
    return [(np.array(c["x"]), np.array(c["y"])) for c in panels[0]["curves"].values()]


def note(report: Report, title: str) -> str:
    return report.facts["panels"][title]["note"]


def test_every_hallmark_is_shown(report: Report) -> None:
    panels = {title.split(":")[0] for title in report.facts["panels"] if not title.startswith("Spikes")}
    assert {"H1, H2", "H3", "H4", "H5", "H6", "H8", "H9"} == panels
    for name in ("H1, H2", "H3"):
        first, second, third = (y for _, y in curves(report, name))
        assert (second < first).all() and (third < second).all()
    weak, middle, strong = (y[-1] for _, y in curves(report, "H5"))
    assert weak < middle < strong
    assert note(report, "H4: and sooner recovered").endswith("after 70, 92, 104")
    assert note(report, "H9: which wears off") == "restored to 10.0, 3.2, 0.8, 0.4, 0.3, 0.2"
    assert [c.verdict for c in report.claims] == ["holds"] * 9


def test_recovery_after_more_silent_stimuli_takes_longer(report: Report) -> None:
    """Closed form: the strength is 1 - x*exp(-t/10)/10, with the memories 13.789 and 36.164."""
    for (x, y), memory in zip(curves(report, "H6"), (13.789, 36.164), strict=True):
        np.testing.assert_allclose(y, np.maximum(1 - memory * np.exp(-0.1 * x) / 10, 0), atol=1e-3)


def test_spiking_neurons_show_them_too(report: Report) -> None:
    first, later, other = (title for title in report.facts["panels"] if title.startswith("Spikes"))
    assert note(report, first) == "falls to 17%, comes back to 70%"
    frequent, middle, rare = (y for _, y in curves(report, later))
    assert (frequent[1:] < middle[1:]).all() and (middle[1:] < rare[1:]).all()
    one, another = (y for _, y in curves(report, other))
    np.testing.assert_array_equal(one[: len(another)], another)


def test_it_is_kept_drawn_and_told(report: Report, tmp_path: Path) -> None:
    points = sum(len(c["x"]) for p in report.facts["panels"].values() for c in p["curves"].values())
    assert neurodyn.load_result(report.save(tmp_path / "h.nc")).dataset.sizes["point"] == points
    report.plot().savefig(tmp_path / "h.png")
    assert (tmp_path / "h.png").stat().st_size > 20_000
    assert "falls to 17%, comes back to 70%" in report.summary()
    assert set(report.to_json()["panels"]) == set(report.facts["panels"])

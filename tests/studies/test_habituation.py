"""The study of the hallmarks: what it says of each motif is what the sources say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import neurodyn
from neurodyn.cli import main
from neurodyn.studies.habituation import Hallmarks, habituation


@pytest.fixture(scope="module")
def report() -> Hallmarks:
    return habituation()


def test_every_hallmark_is_shown(report: Hallmarks) -> None:
    panels = {p.title.split(":")[0]: p for p in report.panels if not p.title.startswith("Spikes")}
    assert {"H1, H2", "H3", "H4", "H5", "H6", "H8", "H9"} == set(panels)
    for name, panel in panels.items():
        if name in ("H1, H2", "H3"):
            first, second, third = (curve.y for curve in panel.lines)
            assert (second < first).all() and (third < second).all()
    weak, middle, strong = (curve.y[-1] for curve in panels["H5"].lines)
    assert weak < middle < strong
    notes = {p.title: p.note for p in report.panels}
    assert notes["H4: and sooner recovered"].endswith("after 70, 92, 104")
    assert notes["H9: which wears off"] == "restored to 10.0, 3.2, 0.8, 0.4, 0.3, 0.2"


def test_recovery_after_more_silent_stimuli_takes_longer(report: Hallmarks) -> None:
    """Closed form: the strength is 1 - x*exp(-t/10)/10, with the memories 13.789 and 36.164."""
    panel = next(p for p in report.panels if p.title.startswith("H6"))
    for curve, memory in zip(panel.lines, (13.789, 36.164), strict=True):
        np.testing.assert_allclose(curve.y, np.maximum(1 - memory * np.exp(-0.1 * curve.x) / 10, 0), atol=1e-3)


def test_spiking_neurons_show_them_too(report: Hallmarks) -> None:
    first, later, other = (p for p in report.panels if p.title.startswith("Spikes"))
    assert first.note == "falls to 17%, comes back to 70%"
    frequent, middle, rare = (curve.y for curve in later.lines)
    assert (frequent[1:] < middle[1:]).all() and (middle[1:] < rare[1:]).all()
    one, another = (curve.y for curve in other.lines)
    np.testing.assert_array_equal(one[: len(another)], another)


def test_it_is_kept_drawn_and_told(report: Hallmarks, tmp_path: Path) -> None:
    with xr.open_dataset(report.save(tmp_path / "h.nc"), engine="h5netcdf") as kept:
        assert kept.sizes["point"] == sum(len(c.x) for p in report.panels for c in p.lines)
    report.plot().savefig(tmp_path / "h.png")
    assert (tmp_path / "h.png").stat().st_size > 20_000
    assert len(report.summary().splitlines()) == 1 + len(report.panels)
    assert set(report.to_json()["panels"]) == {p.title for p in report.panels}


def test_a_seed_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(neurodyn.InputError, match="nothing at random"):
        habituation(seed=3)
    assert main(["study", "habituation", "--seed", "3"]) == 2

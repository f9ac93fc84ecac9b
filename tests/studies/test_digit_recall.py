"""The recall study: what it promises about its cues, its rates and its figure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import neurodyn
from neurodyn.studies import digit_recall as module
from neurodyn.studies import study
from neurodyn.studies.framework.report import Report


@pytest.fixture(scope="module")
def report() -> Report:
    return study("digit_recall", seed=2, quick=True)


def test_tuning_never_sees_what_is_reported() -> None:
    tuning = set(range(module.TUNING, module.TUNING + module.STORED))
    assert tuning.isdisjoint(range(module.REPORTED, module.REPORTED + module.STORED))


def test_whole_cues_are_recalled_and_ruined_ones_are_not(report: Report) -> None:
    """An undamaged image is recalled always; one of which 90 % is lost hardly ever (chance is 1 in 30)."""
    rate, low, high = (report.data[f"success_{key}"].values for key in ("rate", "low", "high"))
    assert (rate[:, 0] >= 0.99 - 1e-12).all() and (rate[:, -1] < 0.4).all()
    assert (low <= rate + 1e-12).all() and (rate <= high + 1e-12).all()
    assert [c.verdict for c in report.claims] == ["holds"] * 4


def test_the_chosen_temperature_was_best_on_the_tuning_cues(report: Report) -> None:
    tuning = report.facts["tuning"]
    assert tuning[f"{report.facts['beta']:g}"] == max(tuning.values())


def test_recall_ends_where_the_nearest_stored_image_says(report: Report) -> None:
    """At a high inverse temperature the memory returns the stored image nearest to the cue: checked one by one."""
    system = module._memory(module.REPORTED, 60.0)
    images = system.values["xi"]
    shown = np.arange(module.STORED)
    cues = module._covered(system, shown, 0.4, np.random.default_rng(0))
    distance = np.sort(((cues[:, None] - images[None]) ** 2).sum(-1), axis=1)
    clear = distance[:, 1] - distance[:, 0] > 0.5
    nearest = ((cues[:, None] - images[None]) ** 2).sum(-1).argmin(axis=1)
    recalled = module._recalled(system, cues, nearest)
    assert clear.sum() > 15
    assert recalled[clear].all()


def test_energy_falls_in_every_example(report: Report) -> None:
    energy = report.data.energy
    assert energy is not None
    assert np.diff(energy.values, axis=0).max() < 1e-9


def test_it_is_kept_and_drawn(report: Report, tmp_path: Path) -> None:
    path = report.save(tmp_path / "recall.nc")
    kept = neurodyn.load_result(path)
    np.testing.assert_array_equal(kept.dataset["success_rate"].values, report.data["success_rate"].values)
    np.testing.assert_array_equal(neurodyn.rerun(kept).second["v"].values, kept["v"].values)
    report.plot().savefig(tmp_path / "recall.png")
    assert (tmp_path / "recall.png").stat().st_size > 20_000
    assert "recalled" in report.summary()
    assert report.to_json()["beta"] == report.facts["beta"]


def test_unknown_study() -> None:
    with pytest.raises(neurodyn.InputError, match="Did you mean digit_recall"):
        study("digits_recall")

"""The recall study: what it promises about its cues, its rates and its figure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import neurodyn
from neurodyn.studies import digit_recall as module
from neurodyn.studies import study
from neurodyn.studies.digit_recall import DigitRecall, digit_recall


@pytest.fixture(scope="module")
def report() -> DigitRecall:
    return digit_recall(seed=2, repeats=1)


def test_tuning_never_sees_what_is_reported() -> None:
    tuning = set(range(module.TUNING, module.TUNING + module.STORED))
    assert tuning.isdisjoint(range(module.REPORTED, module.REPORTED + module.STORED))


def test_whole_cues_are_recalled_and_ruined_ones_are_not(report: DigitRecall) -> None:
    """An undamaged image is recalled always; one of which 90 % is lost hardly ever (chance is 1 in 30)."""
    for curve in report.curves.values():
        assert curve.rate[0] >= 0.99 - 1e-12
        assert curve.rate[-1] < 0.4
        assert (curve.low <= curve.rate + 1e-12).all()
        assert (curve.rate <= curve.high + 1e-12).all()


def test_the_chosen_temperature_was_best_on_the_tuning_cues(report: DigitRecall) -> None:
    assert report.tuning[report.beta] == max(report.tuning.values())


def test_recall_ends_where_the_nearest_stored_image_says(report: DigitRecall) -> None:
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


def test_energy_falls_in_every_example(report: DigitRecall) -> None:
    energy = report.examples.energy
    assert energy is not None
    assert np.diff(energy.values, axis=0).max() < 1e-9


def test_it_is_kept_and_drawn(report: DigitRecall, tmp_path: Path) -> None:
    path = report.save(tmp_path / "recall.nc")
    kept = neurodyn.load_result(path)
    np.testing.assert_array_equal(
        kept.dataset["success_rate"].values, np.stack([c.rate for c in report.curves.values()])
    )
    report.plot().savefig(tmp_path / "recall.png")
    assert (tmp_path / "recall.png").stat().st_size > 20_000
    assert "recalled" in report.summary()
    assert report.to_json()["beta"] == report.beta


def test_unknown_study() -> None:
    with pytest.raises(neurodyn.InputError, match="Did you mean digit_recall"):
        study("digits_recall")

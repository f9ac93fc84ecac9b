"""Measurements: what is refused, and files of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from neurodyn import Experiment, InputError, Peaks, Samples, fit
from neurodyn.analysis.fitting.files import experiments_of, read_data
from tests.analysis.fitting.models import decay

BAD: dict[str, tuple[Callable[[], object], str]] = {
    "not finite": (lambda: Samples("x", [1, np.nan], times=[0, 1]), "values of x are no list of finite numbers"),
    "empty": (lambda: Samples("x", [], times=[]), "values of x are no list"),
    "lengths": (lambda: Samples("x", [1, 2], times=[0]), "2 values of x and 1 times"),
    "errors": (lambda: Samples("x", [1, 2], times=[0, 1], errors=[0.1, 0]), "An error of x is not above 0"),
    "windows": (lambda: Peaks("x", [1], starts=[2], ends=[1]), "A window of x ends before it starts"),
    "no data": (lambda: experiments_of([1, 2]), "The data are no measurements"),
    "mixed errors": (
        lambda: run([Samples("x", [1], times=[1]), Samples("x", [1], times=[2], errors=0.1)]),
        "Some measurements have errors",
    ),
    "unknown name": (lambda: run(Samples("y", [1], times=[1])), "no quantity y"),
    "a parameter": (lambda: run(Samples("alpha", [1], times=[1])), "alpha is no state or observable"),
    "an element": (lambda: run(Samples("x[0]", [1], times=[1])), "x[0] is no single number of decay. Write x."),
    "too early": (lambda: run(Samples("x", [1], times=[-1])), "Runs begin at 0"),
    "half steps": (
        lambda: fit("habituation_staddon_higa", Samples("y", [1], times=[0.5]), parameters={"b": (0.1, 0.3)}),
        "whole steps",
    ),
}  # fmt: skip


def run(data: object) -> object:
    return fit(decay(), data, parameters={"alpha": (0.1, 1)})


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_measurement_is_refused(case: str) -> None:
    make, reason = BAD[case]
    with pytest.raises(InputError) as trouble:
        make()
    assert reason in str(trouble.value)


def test_a_file_of_samples(tmp_path) -> None:
    """Cells that are empty were not measured; a quantity may have errors and another not."""
    path = tmp_path / "data.csv"
    path.write_text("# measured by hand\ntime,x,x_error,y\n0,1.0,0.1,\n1,0.5,0.2,3\n")
    x, y = read_data(path)
    assert (x.of, y.of) == ("x", "y") and y.errors is None
    np.testing.assert_array_equal([x.times, x.values, x.errors], [[0, 1], [1, 0.5], [0.1, 0.2]])
    np.testing.assert_array_equal([y.times, y.values], [[1], [3]])


def test_a_file_of_peaks(tmp_path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("from,until,y\n0,1,5\n1,2,4\n")
    (experiment,) = experiments_of(path)
    (peaks,) = experiment.sets
    assert isinstance(peaks, Peaks) and isinstance(experiment, Experiment)
    np.testing.assert_array_equal([peaks.starts, peaks.ends, peaks.values], [[0, 1], [1, 2], [5, 4]])


FILES = {
    "": "no rows below",
    "time,x\n": "no rows below",
    "when,x\n0,1\n": "no column time",
    "time\n0\n": "no column of a quantity",
    "time,x\n0,1,2\n": "Row 1 has 3 cells, and there are 2 columns",
    "time,x\n0,one\n": "A cell is no number",
    "time,x,x\n0,1,1\n": "Two columns have the same name",
}


@pytest.mark.parametrize("text", FILES)
def test_a_file_that_holds_none_is_refused(text: str, tmp_path) -> None:
    path = tmp_path / "data.csv"
    path.write_text(text)
    with pytest.raises(InputError) as trouble:
        read_data(path)
    assert FILES[text] in str(trouble.value)


def test_no_file(tmp_path) -> None:
    with pytest.raises(InputError, match=r"cannot be read\. No such file"):
        read_data(tmp_path / "none.csv")

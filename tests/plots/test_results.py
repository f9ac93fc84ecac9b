"""Results of real runs, also when only their file is left, hold all that a plot needs."""

import numpy as np
import pytest

from neurodyn.errors import InputError
from neurodyn.model.library import load
from neurodyn.plots import plot
from neurodyn.results.result import Result
from neurodyn.simulation import simulate
from neurodyn.system.build import build


@pytest.fixture(scope="module")
def cell():
    return build("fitzhugh_nagumo", values={"b": 0.5})


def test_a_phase_plane_builds_the_system_again_from_the_file(cell, tmp_path):
    path = simulate(cell, until=50).save(tmp_path / "run.nc")
    axes = plot(Result.load(path), "phase").axes[0]
    contours = [c for c in axes.collections if c.__class__.__name__ == "QuadContourSet"]
    v, w = np.concatenate([path.vertices for path in contours[1].get_paths()]).T
    assert len(v) > 50 and np.abs((v + float(cell.values["a"])) / 0.5 - w).max() < 1e-9


def test_an_input_that_the_run_replaced_must_be_recorded(cell):
    recorded = simulate(cell, until=5, inputs={"I": 0.25}, record=["I", "v", "w"])
    assert plot(recorded, "phase").axes[0].get_title("left") == "Nullclines for $I$ = 0.25"
    unrecorded = simulate(cell, until=5, inputs={"I": 0.25}, record=["v", "w"])
    with pytest.raises(InputError, match=r"The run had another input I than its system. Record I too."):
        plot(unrecorded, "phase")


def test_patterns_are_found_in_the_parameters(tmp_path):
    system = build(
        load("hopfield"), sizes={"N": 30}, values={"xi": np.sign(np.sin(np.arange(1.0, 91.0) ** 2)).reshape(3, 30)}
    )
    result = simulate(system, record=["v"], trials=2)
    found = plot(Result.load(result.save(tmp_path / "run.nc")), "overlap")
    named = plot(result, "overlap", system=system, patterns="xi", of="v")
    for axes in (found.axes[0], named.axes[0]):
        lines = {line.get_label(): line.get_ydata() for line in axes.lines}
        assert np.allclose(lines["pattern 1"], result["v"].values[:, 0] @ system.values["xi"][1] / 30)
    with pytest.raises(InputError, match=r"No parameter X holds patterns\. Parameters with two indices: xi"):
        plot(result, "overlap", patterns="X")


def test_every_part_of_an_energy_is_drawn():
    result = simulate(build("hopfield", sizes={"N": 10}), until=1)
    whole, terms = plot(result, "energy").axes
    lines = [line.get_ydata() for line in terms.lines if len(line.get_ydata()) == result.time.size]
    assert np.allclose(np.sum(lines, axis=0), whole.lines[0].get_ydata())

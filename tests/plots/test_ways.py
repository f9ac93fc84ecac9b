"""Figures of energies: lines between memories, landscapes, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.energy.memories import energy_at, memories
from neurodyn.analysis.energy.report import EnergyReport, energy
from neurodyn.errors import InputError
from neurodyn.plots import ways

WELLS = "V = (x**2 - 1)**2/4 + (y - x)**2/2\ndx/dt = -dV/dx\ndy/dt = -dV/dy"


@pytest.fixture(scope="module")
def wells() -> EnergyReport:
    model = neurodyn.Model(WELLS, states={"x": 0.4, "y": -0.5}, energy="V", bench={"until": 20})
    return energy(neurodyn.build(model))


def test_memories_are_rests_of_the_flow_and_the_line_ends_at_their_energies() -> None:
    system = neurodyn.build(neurodyn.load("hopfield"))
    found = memories(system)
    assert found is not None and found.numbers == (0, 1, 2) and found.patterns == "xi"
    rates = system.flow(trials=True)(found.t, found.states, {})
    assert np.abs(rates).max() < 1e-3
    (axes,) = ways.draw(system, (2, 0)).axes
    place, values = axes.lines[0].get_data()
    at = [np.interp(k, np.asarray(place, float), np.asarray(values, float)) for k in (0, 1)]
    assert at == pytest.approx(energy_at(system, found.t, found.states[[2, 0]]), rel=1e-3)
    assert np.max(values) > max(at) + 1  # a barrier stands between two memories


def test_a_line_between_two_states(wells: EnergyReport) -> None:
    (axes,) = wells.plot("line", between=({"x": -1, "y": -1}, {"x": 1, "y": 1})).axes
    place, values = (np.asarray(v, float) for v in axes.lines[0].get_data())
    assert values == pytest.approx(((2 * place - 1) ** 2 - 1) ** 2 / 4, abs=1e-12)


@pytest.mark.parametrize(("kind", "panels"), [("energy", 1), ("balance", 1), ("landscape", 2), ("surface", 1)])
def test_each_panel_is_a_figure(wells: EnergyReport, kind: str, panels: int) -> None:
    figure = wells.plot(kind)
    assert len(figure.axes) == panels and figure.axes[0].get_title(loc="left") + figure.axes[0].get_title()
    if kind == "landscape":  # from the edges, every run ends in one of the two wells
        ends = np.array([line.get_xydata()[-1] for line in figure.axes[0].lines if len(line.get_xydata()) > 1])
        assert len(ends) == 9 and np.hypot(np.abs(ends[:, 0]) - 1, ends[:, 1] - ends[:, 0]).max() < 1e-2


def test_what_cannot_be_drawn(wells: EnergyReport) -> None:
    with pytest.raises(InputError, match="no plot colours"):
        wells.plot("colours")
    with pytest.raises(InputError, match="no two memories"):
        wells.plot("line")
    with pytest.raises(InputError, match="z is no state"):
        wells.plot("line", between=({"z": 1}, {"x": 1}))
    with pytest.raises(InputError, match="landscapes are of two"):
        energy("krotov_hopfield").plot("surface")
    with pytest.raises(InputError, match="pattern 7"):
        ways.draw(neurodyn.build(neurodyn.load("hopfield")), (0, 7))

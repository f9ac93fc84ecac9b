"""The energy along a run: rates against differences, dead units by name, and its figure."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.energy.along import along, told
from neurodyn.plots import save


@pytest.mark.parametrize("name", ["hopfield", "krotov_hopfield", "hierarchical_memory", "diffusion_flow"])
def test_the_rate_is_what_differences_say(name: str) -> None:
    found = along(neurodyn.build(name))
    assert found.mismatch < 1e-8 and found.largest_rise <= found.tolerance
    np.testing.assert_allclose(sum(found.terms.values()), found.energy, rtol=1e-12, atol=1e-12)


def test_the_softmax_has_one_null_direction_and_relu_units_die() -> None:
    found = {layer.activation: layer for layer in along(neurodyn.build("hierarchical_memory")).layers}
    softmax, relu = found["c"], found["b"]
    assert softmax.rank == softmax.size - 1 and not softmax.dead and abs(softmax.least) < 1e-12
    assert relu.rank == relu.size - len(relu.dead) and relu.dead and relu.dead[0].startswith("y[")
    assert "dead: " in "\n".join(told(along(neurodyn.build("hierarchical_memory"))))


def test_activations_settle_while_states_drift_only_without_a_leak() -> None:
    for name, drifts in (("energy_transformer", True), ("energy_transformer_leak", False)):
        found = along(neurodyn.build(name), until=8)
        (layer,) = found.speeds
        assert layer.drifts is drifts and any("drift" in line for line in told(found)) is drifts
        assert layer.of_activation[1] < 0.1 * layer.of_activation[0]
        assert (layer.of_state[1] > layer.of_state[0]) is drifts


def test_a_rise_is_seen() -> None:
    # Friction with the wrong sign.
    model = neurodyn.Model(
        "dq/dt = p\ndp/dt = -q + p/10\nE = p**2/2 + q**2/2",
        states={"q": 0.1, "p": 0.0}, energy="E", bench={"until": 20},
    )  # fmt: skip
    report = neurodyn.energy(neurodyn.build(model))
    assert report.along is not None and report.along.largest_rise > 1e3 * report.along.tolerance
    assert report.verdict == "refuted" and report.claims[0].claim == "dE/dt <= 0"


def test_no_run_is_watched_where_the_energy_may_rise_otherwise() -> None:
    for name in ("double_well", "hopfield_binary", "camelot_hybrid"):
        assert neurodyn.energy(name).along is None


@pytest.mark.parametrize("states", [1, 2])
def test_the_figure(tmp_path, states: int) -> None:  # type: ignore[no-untyped-def]
    equations = ["dq/dt = -q\nE = q**2/2", "dq/dt = p\ndp/dt = -q - p\nE = p**2/2 + q**2/2"][states - 1]
    model = neurodyn.Model(equations, states={"q": 1.0, "p": 0.5} if states == 2 else {"q": 1.0}, energy="E",
                           bench={"until": 5})  # fmt: skip
    figure = neurodyn.energy(neurodyn.build(model)).plot()
    assert len(figure.axes) >= 2 + states  # time and balance; then a line, or a landscape
    assert save(figure, tmp_path / "f.png").stat().st_size > 10_000


def test_a_report_without_a_run_has_no_figure() -> None:
    with pytest.raises(neurodyn.InputError, match="no run with an energy"):
        neurodyn.energy("hopfield_binary").plot()

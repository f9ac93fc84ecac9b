"""Circuits that are written for SPICE, and read back."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn
from neurodyn import Model


def test_a_circuit_written_for_spice_is_read_back() -> None:
    """The same nodes and parts, and the same waveform but for the edges, which SPICE cannot have without a length."""
    system = neurodyn.build("rc_low_pass")
    text = neurodyn.export(system, to="spice").text
    model = Model.from_spice(text)
    assert {"R", "C"} <= model.parts.keys() and "out.v" in model.unknowns
    assert ".control was left out" in model.text
    times = np.linspace(0.1e-3, 15.9e-3, 80)
    ours, read = (
        neurodyn.simulate(s, until=0.016, save_at=times, record=["out.v"])["out.v"].values for s in (system, model)
    )
    np.testing.assert_allclose(read, ours, atol=2e-3)


@pytest.mark.slow
def test_transistors_written_for_spice_are_read_back() -> None:
    model = Model.from_spice(neurodyn.export(neurodyn.build("inverter"), to="spice").text)
    sources = {part.fields["p"]: n for n, part in model.parts.items() if part.fields["model"] == "voltage_source"}
    values = [0.0, 2.2, 2.6, 5.0]
    ours, read = neurodyn.dc_sweep("inverter", "drive", values), neurodyn.dc_sweep(model, sources["in"], values)
    np.testing.assert_allclose(read["out.v"], ours["out.v"], rtol=1e-6, atol=1e-7)

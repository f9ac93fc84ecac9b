"""Models of states with flows, written as behavioural sources: ngspice integrates them as our engine does."""

from __future__ import annotations

import pytest

from neurodyn.exports.spice import compare_with_ngspice

SPANS = {
    "antithetic": 40,
    "brusselator": 12,
    "fitzhugh_nagumo": 60,
    "habituation": 5,
    "habituation_chain": 5,
    "habituation_tanh_gate": 5,
    "habituation_wang": 264,
    "hindmarsh_rose": 50,
    "lorenz": 2,
    "morris_lecar": 0.12,
    "rossler": 5,
    "sniffer": 48,
    "tsodyks_markram_mean_field": 4,
    "van_der_pol": 12,
    "wilson_cowan": 84,
}


@pytest.mark.ngspice
@pytest.mark.parametrize("name", SPANS)
def test_waveforms_agree(name: str) -> None:
    assert compare_with_ngspice(name, until=SPANS[name], points=300).difference < 1e-3

"""The method IDA of the backend dae: against closed forms and Radau, and refused where its package is absent."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

import neurodyn
from neurodyn.backends import ida
from tests.backends.test_dae import PENDULUM, low_pass

needs_sundials = pytest.mark.skipif(
    find_spec("sksundae") is None, reason="IDA NOT RUN: the package scikit-sundae (extra `dae`) is not installed"
)


@needs_sundials
def test_a_sine_through_the_low_pass() -> None:
    w, tau = 4000.0, 1e-3
    asked = {"until": 2e-3, "backend": "dae", "method": "IDA", "rtol": 1e-8, "atol": 1e-10}
    found = neurodyn.simulate(low_pass(), inputs={"U.V": "sin(4000[1/s]*t)*1[V]"}, record=["out", "C.p.i"], **asked)
    t, gain = found.time, 1 / (1 + w * tau * 1j)
    out = np.imag(gain * np.exp(1j * w * t)) + (0.5 - np.imag(gain)) * np.exp(-t / tau)
    np.testing.assert_allclose(found["out"].values, out, atol=1e-6)
    np.testing.assert_allclose(found["C.p.i"].values, (np.sin(w * t) - out) / 1e3, atol=1e-9)
    assert found.recipe["method"] == "IDA" and found.counts["steps"] > 10


@needs_sundials
@pytest.mark.parametrize(("name", "until"), [("diode_clipper", "0.1 ms"), ("habituation_analog", "1.1 s")])
def test_it_finds_what_radau_finds(name: str, until: str) -> None:
    """Across the kink of a diode, and the edges of pulses, where it starts anew."""
    runs = [neurodyn.simulate(name, backend="dae", method=m, until=until) for m in ("Radau", "IDA")]
    for recorded in runs[0].dataset.data_vars:
        one, other = (run[str(recorded)].values for run in runs)
        np.testing.assert_allclose(other, one, atol=3e-5 * np.abs(one).max())
    assert runs[0].counts["restarts"] == runs[1].counts["restarts"]


@needs_sundials
def test_two_halves_and_the_way_back() -> None:
    asked = {"backend": "dae", "method": "IDA", "rtol": 1e-8, "atol": 1e-10}
    half = neurodyn.simulate(low_pass(), until=0.002, **asked)
    assert float(neurodyn.simulate(low_pass(), until=0.004, start=half, **asked)["out"][-1]) == pytest.approx(
        2 - 1.5 * np.exp(-4), abs=1e-6
    )
    back = neurodyn.simulate(low_pass(), until=0.0, start=half, **asked)
    assert float(back["out"][-1]) == pytest.approx(0.5, abs=1e-5)


@needs_sundials
def test_a_higher_index_is_refused_as_by_the_others() -> None:
    with pytest.raises(neurodyn.InputError, match="index is above 1"):
        neurodyn.simulate(PENDULUM, until=1, backend="dae", method="IDA")


def test_without_the_package_it_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ida, "find_spec", lambda name: None)
    with pytest.raises(neurodyn.InputError, match="needs the package scikit-sundae") as caught:
        neurodyn.simulate(low_pass(), backend="dae", method="IDA")
    assert caught.value.code == "no-sundials" and "neurodyn[dae]" in caught.value.remedy

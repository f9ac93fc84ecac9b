"""Units of maps: the step is a number, noise is plain, and results are in SI."""

from __future__ import annotations

import numpy as np
import pytest

import neurodyn

TEXT = """
equations = \"\"\"
v[i](t+1) = E + a*(v[i] - E) + R*I*(1 - a) + sigma*z[i]       # exact steps of a leaky membrane
w[i](t+1) = v[i](t+1) - mean(v[i](t - r), r)
m         = mean(v[i], i)
\"\"\"
claims = ["v[i] <= 100[mV]"]

[indices]
N = { letters = "i", size = 2 }
T = { letters = "r", size = 3 }

[states]
"v[i]" = { start = "E", before = "E + t*1[mV]" }
"w[i]" = { start = 0, unit = "mV" }

[parameters]
E     = "-70 mV"
a     = { value = 0.9, given = ["a > 0", "a < 1"] }
R     = "100 Mohm"
sigma = "0.5 mV"

[inputs]
I = "step(4, 100[pA])"

[noise]
"z[i]" = "normal"

[bench]
steps  = 12
record = ["v", "w", "m"]
"""


def test_a_map_with_units_is_the_one_without() -> None:
    model = neurodyn.Model.from_text(TEXT)
    plain = TEXT.replace('unit = "mV"', "about = 'mV'")
    for old, new in {
        "[mV]": "", "-70 mV": "-70", "100 Mohm": "100", "0.5 mV": "0.5", "100[pA]": "0.1",
    }.items():  # fmt: skip
        plain = plain.replace(old, new)
    bare = neurodyn.simulate(neurodyn.Model.from_text(plain), seed=3)
    run = neurodyn.simulate(model, seed=3)
    for name in ("v", "w", "m"):
        np.testing.assert_allclose(run[name], bare[name] / 1000, rtol=1e-9, atol=1e-12)
        assert run[name].attrs["unit"] == "V"
    assert run.dataset["time"].attrs["unit"] == "steps" and run.time.tolist() == list(range(13))
    assert neurodyn.rerun(run).same
    again = neurodyn.simulate(model, seed=3, inputs={"I": "100[pA] + step(2, 1[nA])"})
    assert neurodyn.rerun(again).same
    assert neurodyn.Model.from_text(model.to_toml()) == model


def test_times_of_maps_are_numbers() -> None:
    model = neurodyn.Model.from_text(TEXT)
    with pytest.raises(neurodyn.InputError, match="start of step is a plain number"):
        neurodyn.simulate(model, inputs={"I": "step(4[ms], 100[pA])"})
    with pytest.raises(neurodyn.InputError, match="v is in mV"):
        neurodyn.simulate(model, start={"v": "3 pA"})

"""What a result shows of itself."""

import json
import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
import xarray as xr

from neurodyn.errors import InputError
from neurodyn.results.result import Unlabelled
from tests.results.samples import TIME, sample


def test_variables_by_name():
    result = sample()
    assert result["x"].dims == ("time", "trial", "N")
    assert result["x"].attrs["about"] == "potential"
    assert result.time.tolist() == TIME.tolist()
    assert "x" in result and "y" not in result
    with pytest.raises(InputError) as caught:
        result["e"]
    assert (caught.value.sentence, caught.value.code) == ("e was not recorded.", "not-recorded")


def test_energy_and_its_terms():
    result = sample()
    assert result.energy.name == "E" and result.energy_parts.name == "E_parts"
    np.testing.assert_allclose(result.energy_parts.sum("part"), result.energy)
    bare = sample(dataset=result.dataset[["x", "u"]])
    assert bare.energy is None and bare.energy_parts is None


def test_the_summary_is_one_screen_and_says_what_happened():
    text = sample(status="failed", message="x grows without bound.").summary()
    assert len(text.splitlines()) <= 24 and max(map(len, text.splitlines())) <= 120
    for part in (
        "sample: A sample",
        "failed: t = 0 to 2",
        "x grows without bound.",
        "scipy BDF",
        "12 steps",
        "2 trials",
    ):
        assert part in text
    row = next(line for line in text.splitlines() if line.startswith("x (2x5)"))
    x = sample()["x"].values
    for number in (x.min(), x.max(), x[-1].min(), x[-1].max()):
        assert f"{number:.5g}" in row


def test_a_hundred_variables_still_fit():
    many = xr.Dataset({f"x{k}": ("time", TIME, {"role": "state"}) for k in range(100)}, coords={"time": TIME})
    text = sample(dataset=many).summary()
    assert len(text.splitlines()) <= 24 and "and 84 more" in text


def test_the_largest_rise_of_the_energy_leaves_out_jumps_of_inputs():
    energy = [3.0, 2.0, 5.0, 4.5]
    data = xr.Dataset({"E": ("time", energy, {"role": "energy"})}, coords={"time": TIME})
    assert sample(dataset=data).to_json()["energy"] == {"name": "E", "start": 3.0, "end": 4.5, "largest_rise": 0.0}
    data["time"] = [0.0, 1.0, 1.5, 2.0]
    assert sample(dataset=data).to_json()["energy"]["largest_rise"] == 3.0


def test_plain_data_is_json_even_with_numbers_that_are_not_finite():
    data = xr.Dataset({"y": ("time", [0, np.nan, 1, np.inf], {"role": "observable"})}, coords={"time": TIME})
    told = json.loads(json.dumps(sample(dataset=data).to_json(), allow_nan=False))
    assert told["variables"]["y"]["max"] is None and told["variables"]["y"]["end"] is None
    assert json.dumps(sample().to_json(), allow_nan=False)


def test_a_run_that_saved_nothing_can_be_told():
    empty = sample(dataset=xr.Dataset({"x": ("time", [], {"role": "state"})}, coords={"time": np.empty(0)}))
    assert "0 times saved" in empty.summary()
    assert "<img" not in empty._repr_html_()


def test_in_a_notebook_it_is_text_and_picture():
    html = sample(message="a < b")._repr_html_()
    assert "<pre>sample: A sample" in html and "a &lt; b" in html
    assert 'src="data:image/png;base64,' in html


def test_its_repr_is_one_line():
    assert repr(sample()) == "<Result of sample, done: x, u, fires, best, E, E_parts>"


def test_a_dataset_is_put_together_when_it_is_first_read():
    made, calls = sample().dataset, []

    class Numbers(Unlabelled):
        def label(self):
            calls.append(1)
            return made

        def bare(self, name):
            return made["x"].values if name == "x" else None

        def happened(self, name):
            return None

    late = sample(dataset=Numbers())
    assert late.numbers("x") is made["x"].values and not calls
    assert late["x"].identical(made["x"]) and late.dataset is made
    np.testing.assert_array_equal(late.numbers("x"), made["x"].values)
    assert replace(late, status="failed").dataset is made and len(calls) == 1
    back = pickle.loads(pickle.dumps(sample(dataset=Numbers())))
    assert back.dataset.identical(made) and len(calls) == 2
    with pytest.raises(InputError, match="was not recorded"):
        sample(dataset=Numbers()).numbers("e")
    with pytest.raises(FrozenInstanceError):
        late.dataset = made

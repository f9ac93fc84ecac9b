"""What is saved comes back, files from elsewhere are refused, and nothing is lost when writing fails."""

import os
import stat

import numpy as np
import pytest
import xarray as xr

from neurodyn.errors import InputError
from neurodyn.results import Result, load_result
from tests.results.samples import TIME, sample


def assert_same(a, b):
    xr.testing.assert_identical(a.dataset, b.dataset)
    assert {name: data.dtype for name, data in a.dataset.variables.items()} == {
        name: data.dtype for name, data in b.dataset.variables.items()
    }
    for field in ("recipe", "status", "code", "message", "counts"):
        assert getattr(a, field) == getattr(b, field)
    assert a.arrays.keys() == b.arrays.keys()
    for kind in a.arrays:
        assert list(a.arrays[kind]) == list(b.arrays[kind])
        for name, array in a.arrays[kind].items():
            assert np.asarray(array).dtype == b.arrays[kind][name].dtype
            np.testing.assert_array_equal(array, b.arrays[kind][name])


def test_a_loaded_result_equals_the_saved_one(tmp_path):
    result = sample(status="failed", code="blow-up", message="x grows; “look” at µ.")
    path = result.save(tmp_path / "run.nc")
    assert path == tmp_path / "run.nc" and os.listdir(tmp_path) == ["run.nc"]
    assert_same(result, load_result(path))
    assert_same(result, Result.load(str(path)))


def test_the_text_of_the_model_may_be_longer_than_an_attribute_of_hdf5(tmp_path):
    result = sample()
    assert len(result.recipe["model"]["text"]) > 2**16
    assert load_result(result.save(tmp_path / "run.nc")).recipe["model"]["text"] == result.recipe["model"]["text"]


def test_a_run_that_saved_nothing(tmp_path):
    empty = sample(dataset=xr.Dataset(coords={"time": np.empty(0)}))
    assert_same(empty, load_result(empty.save(tmp_path / "run.nc")))


def test_other_tools_can_open_the_file(tmp_path):
    path = sample().save(tmp_path / "run.nc")
    with xr.open_dataset(path, engine="h5netcdf") as dataset:
        assert dataset["x"].dims == ("time", "trial", "N")
        assert dataset["time"].values.tolist() == TIME.tolist()


def test_saving_again_replaces_the_file(tmp_path):
    path = tmp_path / "run.nc"
    sample().save(path)
    sample(status="interrupted").save(path)
    assert load_result(path).status == "interrupted" and os.listdir(tmp_path) == ["run.nc"]


def test_a_file_has_the_rights_that_other_files_get(tmp_path):
    other = tmp_path / "other"
    other.touch()
    assert stat.S_IMODE(sample().save(tmp_path / "run.nc").stat().st_mode) == stat.S_IMODE(other.stat().st_mode)


@pytest.mark.parametrize("place", ["missing/run.nc", "folder", "file/run.nc", "", "a\0b", "x" * 300, "pipe"])
def test_a_place_that_cannot_be_written(tmp_path, place, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("keep")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError) as caught:
        sample().save(place)
    assert caught.value.code == "not-writable"
    assert str(caught.value).startswith(f"The result cannot be written to {place or '.'}: ")
    assert sorted(os.listdir(tmp_path)) == ["file", "folder", "pipe"]
    assert (tmp_path / "file").read_text() == "keep"


def test_a_disk_that_fills_up_leaves_the_old_file(tmp_path, monkeypatch):
    path = sample().save(tmp_path / "run.nc")
    before = path.read_bytes()

    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(xr.Dataset, "to_netcdf", full)
    with pytest.raises(InputError, match="No space left on device"):
        sample(status="interrupted").save(path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["run.nc"]


def test_values_that_files_cannot_hold_are_not_taken_for_a_bad_place(tmp_path):
    with pytest.raises(TypeError, match="JSON"):
        sample(recipe={"model": object()}).save(tmp_path / "run.nc")
    assert os.listdir(tmp_path) == []


def other_hdf5(path):
    xr.Dataset({"x": ("t", [1.0, 2.0])}).to_netcdf(path, engine="h5netcdf")


def text(path):
    path.write_text("format = 1\n")


def empty(path):
    path.touch()


def truncated(path):
    path.write_bytes(sample().save(path).read_bytes()[:5000])


def newer(path):
    sample().save(path)
    xr.Dataset(attrs={"neurodyn_format": 2}).to_netcdf(path, mode="a", engine="h5netcdf")


@pytest.mark.parametrize("make", [other_hdf5, text, empty, truncated, newer])
def test_files_that_are_no_results(tmp_path, make):
    path = tmp_path / "run.nc"
    make(path)
    with pytest.raises(InputError) as caught:
        load_result(path)
    assert caught.value.code == "not-a-result"
    assert caught.value.sentence == f"{path} is not a result of neurodyn, or is damaged."


@pytest.mark.parametrize("path", ["missing.nc", ".", "a\0b"])
def test_files_that_are_not_there(path):
    with pytest.raises(InputError) as caught:
        load_result(path)
    assert caught.value.code == "no-file"

"""Values from files beside the model: arrays, sizes, hashes in the recipe, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import neurodyn
from neurodyn import InputError

TEXT = """
equations = "dx[i]/dt = -x[i] + sum(xi[m,i], m)*lambda"

[indices]
N = { letters = "i" }
P = { letters = "m" }

[states]
"x[i]" = { start = 'file("data/start.npy")' }

[parameters]
"xi[m,i]" = 'file("data/lambda.in.npy")/2 - 1'
lambda    = 3

[bench]
until = 1
"""
PATTERNS = np.arange(6).reshape(2, 3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    np.save(tmp_path / "data" / "lambda.in.npy", PATTERNS)
    np.save(tmp_path / "data" / "start.npy", np.array([1.0, 2.0, 3.0]))
    file = tmp_path / "model.toml"
    file.write_text(TEXT)
    return file


def test_arrays_and_sizes_come_from_files(path: Path) -> None:
    system = neurodyn.build(path)
    assert system.sizes == {"N": 3, "P": 2}
    np.testing.assert_array_equal(system.values["xi"], PATTERNS / 2 - 1)
    np.testing.assert_array_equal(system.start(trials=2), [[1, 2, 3]] * 2)
    model = neurodyn.load(path)
    assert neurodyn.Model.from_text(model.to_toml(), name=model.name, file=str(path)) == model


def test_rerun_notices_a_file_that_changed(path: Path, tmp_path: Path, monkeypatch) -> None:
    run = neurodyn.simulate(neurodyn.build(path))
    saved = run.save(tmp_path / "run.nc")
    assert len(run.recipe["files"]) == 2
    monkeypatch.chdir(tmp_path.parent)
    assert neurodyn.rerun(saved).same
    np.save(tmp_path / "data" / "lambda.in.npy", PATTERNS + 1)
    with pytest.raises(InputError, match=r"lambda\.in\.npy, from which values were read, has changed since"):
        neurodyn.rerun(saved)
    (tmp_path / "data" / "lambda.in.npy").unlink()
    with pytest.raises(InputError, match="is gone"):
        neurodyn.rerun(saved)


def test_a_value_that_is_given_reads_from_the_working_folder(path: Path, monkeypatch) -> None:
    np.save(path.parent / "other.npy", 10 * PATTERNS)
    monkeypatch.chdir(path.parent)
    system = neurodyn.build("model.toml", xi='file("other.npy")')
    np.testing.assert_array_equal(system.values["xi"], 10 * PATTERNS)
    assert neurodyn.rerun(neurodyn.simulate(system)).same


def test_one_number_fills_any_shape_and_units_are_written(tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", 5)
    file = tmp_path / "model.toml"
    text = "equations = 'dv/dt = -v/tau'\n[states]\nv = '1 mV'\n[parameters]\ntau = 'file(\"one.npy\")*1[ms]'\n"
    file.write_text(text)
    assert neurodyn.build(file).values["tau"] == 0.005
    file.write_text(text.replace("*1[ms]", ""))
    with pytest.raises(InputError, match="but the right side is in mV"):
        neurodyn.build(file)


def test_what_is_no_array_of_numbers_is_refused(path: Path) -> None:
    target = path.parent / "data" / "start.npy"
    marker = path.parent / "ran"
    for bad in (np.array([marker, None], dtype=object), np.array(["a", "b", "c"]), np.array([1j, 2, 3])):
        np.save(target, bad, allow_pickle=True)
        with pytest.raises(InputError, match="holds no plain array of real numbers"):
            neurodyn.build(path).start()
    target.write_text("no array")
    with pytest.raises(InputError, match="holds no plain array of real numbers"):
        neurodyn.build(path).start()
    np.save(target, np.array([1.0, np.nan, 0.0]))
    with pytest.raises(InputError, match="finite"):
        neurodyn.build(path).start()

"""`neurodyn rerun`: what was run is run again, and the exit code says whether it came out the same."""

import dataclasses
import json

import pytest

from neurodyn.cli import main
from neurodyn.results import load_result
from tests.cli.test_run import BLOW_UP, UNITS


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "units.toml").write_text(UNITS)
    (tmp_path / "blow_up.toml").write_text(BLOW_UP)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(capsys, *arguments):
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def test_a_saved_run_is_repeated(capsys, folder):
    call(capsys, "run", "units.toml", "--trials", "3", "--every", "0.1", "--set", "a=2", "--out", "run.nc")
    (folder / "units.toml").unlink()  # the recipe has all that is needed
    code, out, err = call(capsys, "rerun", "run.nc", "--out", "again.nc", "--plot", "again.png")
    assert code == 0 and not err
    assert out == "units: repeated exactly; 1 variable at 11 times are equal to the last bit.\n"
    assert load_result("again.nc").dataset.identical(load_result("run.nc").dataset)
    assert (folder / "again.png").read_bytes().startswith(b"\x89PNG")


def test_a_failed_run_fails_again(capsys, folder):
    call(capsys, "run", "blow_up.toml", "--out", "run.nc")
    code, out, _ = call(capsys, "rerun", "run.nc")
    assert code == 0 and "repeated exactly" in out and "The first run had failed (blow-up)." in out


def test_a_difference_is_told_and_changes_the_exit_code(capsys, folder):
    call(capsys, "run", "units.toml", "--out", "run.nc")
    first = load_result("run.nc")
    data = first.dataset.copy(deep=True)
    data["x"][250:, 1] += 0.5
    dataclasses.replace(first, dataset=data).save("run.nc")
    code, out, _ = call(capsys, "rerun", "run.nc")
    assert code == 1 and "x differs first, at t = 0.125: by 0.5, at most by 0.5" in out
    code, out, _ = call(capsys, "rerun", "run.nc", "--json")
    told = json.loads(out)
    assert code == 1 and told["same"] is False and told["differences"][0]["variable"] == "x"


@pytest.mark.parametrize("file", ["missing.nc", "units.toml"])
def test_files_that_are_no_results(capsys, folder, file):
    code, out, err = call(capsys, "rerun", file)
    assert code == 2 and not out and file in err and "Traceback" not in err

"""`neurodyn run`: what is asked for is done, what cannot be done is told before, and nothing computed is lost."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

import neurodyn
from neurodyn.cli import main

PENDULUM = """
format = 1
summary = "Damped pendulum under a torque"
equations = '''
dtheta/dt = omega
domega/dt = -omega/Q - sin(theta) + u
'''
[states]
theta = { start = 1.0, about = "angle" }
omega = 0.0
[parameters]
Q = { value = 4.0, given = "Q > 0", about = "quality factor" }
[inputs]
u = 0.0
[bench]
until = 5
record = ["u", "theta", "omega"]
"""

UNITS = """
format = 1
summary = "Units that forget"
equations = "dx[i]/dt = -a[i]*x[i]"
[indices]
N = { letters = "i", size = 3 }
[states]
"x[i]" = { start = "1 + normal(0, 0.1)" }
[parameters]
"a[i]" = 1.0
[bench]
until = 1
"""

BLOW_UP = """
format = 1
summary = "It reaches infinity at t = 1"
equations = "dx/dt = x**2"
[states]
x = 1.0
[bench]
until = 2
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name, text in (("pendulum", PENDULUM), ("units", UNITS), ("blow_up", BLOW_UP)):
        (tmp_path / f"{name}.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys, *arguments):
    code = main(["run", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def saved(path="out.nc"):
    from neurodyn.results.result import Result

    return Result.load(path)


def test_a_file_runs_as_its_bench_says(capsys, folder):
    code, out, err = run(capsys, "pendulum.toml")
    assert code == 0 and not err
    assert out.startswith("pendulum: Damped pendulum under a torque\ndone: t = 0 to 5") and "theta" in out


def test_the_summary_as_json(capsys, folder):
    _, out, _ = run(capsys, "pendulum.toml", "--until", "2", "--method", "BDF", "--rtol", "1e-5", "--json")
    told = json.loads(out)
    assert (told["status"], told["until"], told["method"], told["rtol"]) == ("done", 2.0, "BDF", 1e-5)


def test_out_and_plot_are_written(capsys, folder):
    code, _, _ = run(capsys, "pendulum.toml", "--out", "out.nc", "--plot", "out.png", "--record", "theta, omega")
    assert code == 0 and list(saved().dataset.data_vars) == ["theta", "omega"]
    assert (folder / "out.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(p.name for p in folder.iterdir() if p.suffix != ".toml") == ["out.nc", "out.png"]


def test_parameters_starts_and_inputs_are_set(capsys, folder):
    code, _, _ = run(
        capsys, "pendulum.toml", "--set", "Q=2*4", "--set", "theta=0.5", "--set", "u=0.25", "--out", "out.nc"
    )
    result = saved()
    assert code == 0 and float(result["theta"][0]) == 0.5 and set(np.unique(result["u"])) == {0.25}
    assert result.recipe["values"]["Q"] in (8.0, "2*4")


def test_an_input_may_be_a_signal(capsys, folder):
    code, _, _ = run(capsys, "pendulum.toml", "--set", "u=step(2, 0.5)", "--out", "out.nc")
    result = saved()
    assert code == 0
    assert np.array_equal(result["u"][result.time < 2], np.zeros(np.sum(result.time < 2)))
    assert result["u"][result.time == 2].values.tolist() == [0.0, 0.5]


def test_a_start_may_be_an_expression(capsys, folder):
    code, _, _ = run(capsys, "pendulum.toml", "--set", "theta=1/Q", "--out", "out.nc")
    assert code == 0 and float(saved()["theta"][0]) == 0.25


def test_an_array_is_read_from_a_file(capsys, folder):
    rates = np.array([1.0, 2.0, 3.0, 4.0])
    np.save("rates.npy", rates)
    code, _, _ = run(capsys, "units.toml", "--size", "N=4", "--set", "a=rates.npy", "--out", "out.nc")
    x = saved()["x"].values
    assert code == 0 and np.allclose(x[-1], x[0] * np.exp(-rates), rtol=1e-5)


def test_trials_and_seed(capsys, folder):
    for seed in ("1", "1", "2"):
        assert run(capsys, "units.toml", "--trials", "2", "--seed", seed, "--out", f"{seed}.nc")[0] == 0
    first, second = saved("1.nc")["x"], saved("2.nc")["x"]
    assert first.dims == ("time", "trial", "N") and not np.allclose(first[0], second[0])
    assert not np.allclose(first[0, 0], first[0, 1])


def test_the_times_to_save_are_set(capsys, folder):
    assert run(capsys, "pendulum.toml", "--until", "1", "--every", "0.3", "--out", "out.nc")[0] == 0
    assert np.allclose(saved().time, [0.0, 0.3, 0.6, 0.9, 1.0])
    assert run(capsys, "pendulum.toml", "--until", "-0.3", "--every", "0.1", "--out", "out.nc")[0] == 0
    assert np.allclose(saved().time, [0.0, -0.1, -0.2, -0.3])


def test_a_step_of_the_grid_keeps_both_sides_of_an_edge(capsys, folder):
    arguments = ("pendulum.toml", "--until", "1", "--every", "0.5", "--set", "u=step(0.75)", "--out", "out.nc")
    assert run(capsys, *arguments)[0] == 0
    assert saved().time.tolist() == [0, 0.5, 0.75, 0.75, 1] and saved()["u"].values.tolist() == [0, 0, 0, 1, 1]


def test_trials_that_fail_keep_the_others(capsys, folder):
    (folder / "many.toml").write_text(BLOW_UP.replace("x = 1.0", 'x = "uniform(0.2, 0.8)"'))
    code, out, err = run(capsys, "many.toml", "--trials", "6", "--out", "out.nc")
    status = saved()["status"].values.tolist()
    assert code == 1 and {*status} == {"done", "failed"} and f"So {status.count('failed')} of 6 trials failed." in err
    assert f"{status.count('failed')} of the trials ended early" in out


def test_a_phase_plane_from_the_command_line(capsys, folder):
    code, _, err = run(capsys, "pendulum.toml", "--plot", "plane.png", "--kind", "phase")
    assert code == 0 and not err and (folder / "plane.png").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["absent"], "There is no model or circuit called absent."),
        (["pendulum.toml", "--set", "q=1"], "q"),
        (["pendulum.toml", "--set", "Q"], "--set 'Q' sets nothing. Write --set NAME=VALUE."),
        (["pendulum.toml", "--set", "Q="], "--set 'Q=' sets nothing."),
        (["pendulum.toml", "--set", "Q=1", "--set", "Q=2"], "--set sets Q twice."),
        (["pendulum.toml", "--set", "Q=__import__('os')"], "__import__"),
        (["pendulum.toml", "--set", "Q=nan"], "nan"),
        (["pendulum.toml", "--set", "Q=-1"], "Q > 0"),
        (["pendulum.toml", "--set", "theta=inf"], "theta"),
        (["pendulum.toml", "--set", "Q=absent.npy"], "absent.npy cannot be read: No such file or directory."),
        (["pendulum.toml", "--set", "Q=text.npy"], "text.npy holds no plain array of real numbers."),
        (["pendulum.toml", "--set", "Q=object.npy"], "object.npy holds no plain array of real numbers."),
        (["pendulum.toml", "--set", "Q=words.npy"], "words.npy holds no plain array of real numbers."),
        (["units.toml", "--size", "N=3", "--set", "a=two.npy"], "a has shape (2,)"),
        (["units.toml", "--size", "N=x"], "The size N=x is not a whole number. Write --size N=64."),
        (["units.toml", "--size", "N=0"], "N"),
        (["units.toml", "--size", "N=1000000000000"], "N"),
        (["units.toml", "--size", "M=2"], "M"),
        (["pendulum.toml", "--until", "0"], "The span is empty"),
        (["pendulum.toml", "--until", "soon"], "soon is not declared"),
        (["pendulum.toml", "--method", "RK5"], "RK5"),
        (["pendulum.toml", "--every", "0"], "Saving every 0 from 0 to 5 is not possible."),
        (["pendulum.toml", "--every", "nan"], "nan is not declared."),
        (["pendulum.toml", "--every", "1e-12"], "Give a step above 0 that makes fewer than 10,000,000 times."),
        (["pendulum.toml", "--rtol", "0"], "rtol is 0."),
        (["pendulum.toml", "--record", "thta"], "thta"),
        (["pendulum.toml", "--trials", "0"], "0 is not in the range x>=1"),
        (["pendulum.toml", "--kind", "phase"], "--plot FILE"),
        (["pendulum.toml", "--out", "out.csv"], "End the file name with .nc."),
        (["pendulum.toml", "--plot", "out.doc"], "End the file name with one of: .png"),
        (["pendulum.toml", "--plot", "out"], "A figure cannot be written as 'out'."),
    ],
)
def test_what_cannot_be_run_is_one_sentence(capsys, folder, arguments, sentence):
    np.save("two.npy", np.ones(2))
    np.save("object.npy", np.array([{}], dtype=object), allow_pickle=True)
    np.save("words.npy", np.array(["a"]))
    (folder / "text.npy").write_text("1 2 3")
    before = sorted(folder.iterdir())
    code, out, err = run(capsys, *arguments)
    assert code == 2 and sentence in err and not out
    assert "Traceback" not in err and "fault in neurodyn" not in err
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    "option", ["--out=absent/out.nc", "--plot=absent/out.png", "--out=taken.nc", "--plot=taken.png"]
)
def test_a_place_that_cannot_be_written_is_refused_before_the_run(capsys, folder, monkeypatch, option):
    for name in ("taken.nc", "taken.png"):
        (folder / name).mkdir()
    monkeypatch.setattr("neurodyn.simulation.simulate", lambda *_, **__: pytest.fail("the run must not start"))
    code, out, err = run(capsys, "pendulum.toml", option)
    assert code == 2 and "cannot be written: " in err and "Nothing was run." in err and not out


def test_an_older_file_stays_whole_when_nothing_is_run(capsys, folder):
    (folder / "out.nc").write_text("precious")
    assert run(capsys, "pendulum.toml", "--out", "out.nc", "--until", "nan")[0] == 2
    assert (folder / "out.nc").read_text() == "precious"


def test_a_failed_run_keeps_draws_and_prints_what_was_computed(capsys, folder):
    code, out, err = run(capsys, "blow_up.toml", "--out", "out.nc", "--plot", "out.png")
    assert code == 1 and "x grows without bound" in err and "failed" in out
    result = saved()
    assert result.status == "failed" and 0.9 < result.time[-1] < 1.01 and np.isfinite(result["x"]).all()
    assert (folder / "out.png").exists()


def test_an_interrupted_run_keeps_what_was_computed(capsys, folder, monkeypatch):
    from neurodyn.simulation import simulate

    def interrupted(*args, **kwargs):
        return dataclasses.replace(simulate(*args, **kwargs), status="interrupted", message="Interrupted at t = 1.")

    monkeypatch.setattr("neurodyn.simulation.simulate", interrupted)
    code, out, _ = run(capsys, "pendulum.toml", "--out", "out.nc", "--plot", "out.png")
    assert code == 130 and "interrupted" in out
    assert saved().status == "interrupted" and (folder / "out.png").exists()


def test_trouble_with_the_picture_loses_neither_file_nor_summary(capsys, folder):
    code, out, err = run(capsys, "pendulum.toml", "--out", "out.nc", "--plot", "out.png", "--kind", "energy")
    assert code == 2 and "No energy was recorded." in err and "done" in out and saved().status == "done"
    assert not (folder / "out.png").exists()


def test_a_bench_names_its_figure(capsys, folder, monkeypatch):
    from neurodyn import plots

    kinds = []
    draw = plots.plot
    monkeypatch.setattr(
        "neurodyn.plots.plot", lambda result, kind, **more: kinds.append(kind) or draw(result, kind, **more)
    )
    (folder / "plane.toml").write_text(PENDULUM + 'figure = "phase"\n')
    assert run(capsys, "plane.toml", "--plot", "out.png")[0] == 0
    assert run(capsys, "plane.toml", "--plot", "out.png", "--kind", "time")[0] == 0
    assert kinds == ["phase", "time"]


def test_a_device_needs_a_circuit(capsys):
    code = main(["run", "resistor"])
    err = capsys.readouterr().err
    assert code == 2 and err.startswith("neurodyn: resistor is a device with pins, which needs a circuit.")
    assert 'D1 = { model = "resistor", p = "...", n = "..." }' in err
    assert main(["show", "resistor", "--expand"]) == 0 and "one end" in capsys.readouterr().out


def test_sparse_matrices_from_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from scipy import sparse

    matrix = sparse.random_array((200, 200), density=0.05, rng=np.random.default_rng(0), format="csr")
    sparse.save_npz("graph.npz", matrix)
    code, out, _ = run(
        capsys, "kuramoto_graph", "--set", "C=graph.npz", "--until", "0.1", "--record", "r", "--out", "o.nc"
    )
    assert code == 0 and "done" in out
    from neurodyn.results.again import rebuilt

    wires = rebuilt(neurodyn.load_result("o.nc")).wirings["C"]
    assert len(wires) == matrix.nnz and (matrix[wires.ends] != 0).all()
    Path("broken.npz").write_bytes(b"no archive")
    np.savez("other.npz", a=np.ones(2))
    for name, sentence in (
        ("broken", "holds no sparse matrix"),
        ("other", "holds no sparse matrix"),
        ("absent", "cannot be read"),
    ):
        code, _, err = run(capsys, "kuramoto_graph", "--set", f"C={name}.npz")
        assert code == 2 and sentence in err


def test_show_says_what_lives_on_edges(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "kuramoto_graph"]) == 0
    shown = capsys.readouterr().out
    assert "edges of C" in next(line for line in shown.splitlines() if "k[i,j] >= 0" in line)


def test_reductions_are_asked_for_as_text(capsys):
    code, out, _ = run(
        capsys, "lorenz", "--until", "5", "--reduce", "top=max(z)", "--reduce", "up=first_crossing(x, 10, up)"
    )
    assert code == 0
    assert "top = max(z): 47." in out
    assert "up = first_crossing(x, level=10.0, direction=up): 0.2" in out
    assert "1 times saved" in out

"""What is kept of a run in place of its path: against closed forms, and against the path saved finely."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn import FirstCrossing, Max, Mean, Min, SettledAt, build, load, rerun, simulate
from neurodyn.backends.nodes import highest, nodes, root, shortened
from neurodyn.errors import InputError
from neurodyn.system.reductions import Reduction, reduction_of
from tests.backends.ensemble.cases import DRIVEN, POLE, made

DAMPED = """
format = 1
equations = '''
dx/dt = v
dv/dt = -x - 0.2*v
E = v**2/2 + x**2/2
'''
[states]
x = 0.0
v = 1.0
"""
DECAY = 'format = 1\nequations = "dx/dt = -k*x"\n[states]\nx = 1.0\n[parameters]\nk = 2.0\n'
LOGISTIC = 'format = 1\nequations = "dx/dt = x*(1 - x)"\n[states]\nx = 0.01\n'
G, W = 0.1, np.sqrt(1 - 0.01)
PEAK = np.exp(-G * np.arctan2(W, G) / W)
SOLVERS: list[dict[str, Any]] = [
    {"backend": "scipy"},
    {"backend": "scipy", "method": "RK45"},
    {"backend": "scipy", "method": "Radau"},
    {"backend": "ensemble", "target": "arrays", "method": "Tsit5"},
    {"backend": "ensemble", "target": "arrays", "method": "DOP853"},
    {"backend": "ensemble", "target": "lanes", "method": "Tsit5"},
    {"backend": "ensemble", "target": "lanes", "method": "DOP853"},
    {"backend": "ensemble", "target": "lanes", "method": "Rodas4"},
]
# One implicit method is enough where nothing depends on the method.
FEW = SOLVERS[:1] + SOLVERS[3:7]
each_few = pytest.mark.parametrize("solver", FEW, ids=lambda s: "-".join(s.values()))
each_solver = pytest.mark.parametrize("solver", SOLVERS, ids=lambda s: "-".join(s.values()))


def fine(solver: dict[str, Any]) -> dict[str, Any]:
    return {**solver, "rtol": 1e-9, "atol": 1e-9}


@each_solver
def test_extremes_of_a_damped_oscillation_are_those_of_its_closed_form(solver: dict[str, Any]) -> None:
    asked: dict[str, Reduction | str] = {"top": Max("x"), "low": "min(x)", "late": Max("x", after=5.0)}
    found = simulate(made(DAMPED), until=20, reduce=asked, **fine(solver))
    assert found["top"].values == pytest.approx(PEAK, abs=3e-8)
    assert found["low"].values == pytest.approx(-PEAK * np.exp(-G * np.pi / W), abs=3e-8)
    assert found["late"].values == pytest.approx(PEAK * np.exp(-2 * G * np.pi / W), abs=3e-8)
    assert found.time.tolist() == [20.0] and found["top"].dims == ()


@each_solver
def test_means_and_crossings_are_those_of_closed_forms(solver: dict[str, Any]) -> None:
    kept: dict[str, Reduction | str] = {"mean": Mean("x"), "late": Mean("x", after=0.3)}
    kept |= {"half": FirstCrossing("x", 0.5), "up": "first_crossing(x, 0.5, up)"}
    found = simulate(made(DECAY), until=2, reduce=kept, **fine(solver))
    assert found["mean"].values == pytest.approx((1 - np.exp(-4)) / 4, rel=1e-8)
    assert found["late"].values == pytest.approx((np.exp(-0.6) - np.exp(-4)) / 3.4, rel=1e-8)
    assert found["half"].values == pytest.approx(np.log(2) / 2, rel=1e-7) and np.isnan(found["up"].values)
    grown = simulate(made(LOGISTIC), until=12, reduce={"half": FirstCrossing("x", 0.5, "up")}, **fine(solver))
    assert grown["half"].values == pytest.approx(np.log(99), rel=1e-7)


@each_solver
def test_a_decay_has_settled_when_its_rate_is_small(solver: dict[str, Any]) -> None:
    kept = {"slow": SettledAt(1e-3), "never": SettledAt(1e-12)}
    found = simulate(made(DECAY), until=6, reduce=kept, **fine(solver))
    assert found["slow"].values == pytest.approx(np.log(2000) / 2, rel=1e-5)
    assert np.isnan(found["never"].values)


def mean_energy() -> float:
    """Of the damped oscillation until 30, by Gauss's rule from the closed form."""
    x, weights = np.polynomial.legendre.leggauss(400)
    t = 15 * (x + 1)
    path, speed = np.exp(-G * t) * np.sin(W * t) / W, np.exp(-G * t) * (np.cos(W * t) - G * np.sin(W * t) / W)
    return float(weights @ (path**2 + speed**2) / 4)


@each_few
def test_errors_fall_with_the_tolerance_also_of_observables(solver: dict[str, Any]) -> None:
    def error(tolerance: float) -> float:
        asked = {**solver, "rtol": tolerance, "atol": tolerance}
        found = simulate(made(DAMPED), until=30, reduce={"top": Max("x"), "mean": Mean("E")}, **asked)
        return abs(float(found["top"].values) - PEAK) + abs(float(found["mean"].values) - mean_energy())

    assert error(1e-9) < 3e-3 * error(1e-4) < 3e-5


def test_the_order_in_the_length_of_steps_is_that_of_the_path() -> None:
    """A sine through Chebyshev's points: the error of its top falls with a power of as many as there are points."""
    for count in (5, 8):
        errors = []
        for h in (0.8, 0.4):
            values = np.sin(1.3 + h * (nodes(count).parts - 0.37))[:, None]
            errors.append(abs(float(highest(nodes(count), values)[0]) - (1.0 if h > 0.6 else np.sin(1.3 + h * 0.63))))
        assert errors[0] < 0.8**count / 10
    points = nodes(8)
    cubic = ((points.x - 0.3) ** 3 + points.x)[:, None]
    series = points.to_series @ cubic
    found = root(series, points.to_slope @ series, -np.ones(1), np.ones(1))
    assert (found - 0.3) ** 3 + found == pytest.approx(0, abs=1e-14)
    late = shortened(points, cubic[:, None], np.array([0.5]))[:, 0, 0]
    x = (points.x + 1) / 2
    assert late == pytest.approx((x - 0.3) ** 3 + x, abs=1e-14)


@pytest.mark.parametrize("until", [6.0, -0.8])
def test_each_backend_finds_what_its_fine_path_shows(until: float) -> None:
    """Lines and jumps of inputs, both directions of time, several trials."""
    kept = {"top": Max("x"), "low": Min("x"), "mean": Mean("x"), "cross": FirstCrossing("x", 0.6)}
    starts = {"x": np.linspace(0.2, 0.5, 4)}
    path = simulate(
        made(DRIVEN), until=until, start=starts, trials=4, save_at=np.linspace(0, until, 20_001), rtol=1e-10
    )
    x, t = path["x"].values, path.time
    above = x >= 0.6
    crossed = [t[np.flatnonzero(row[1:] != row[:-1])[0]] if (row[1:] != row[:-1]).any() else np.nan for row in above.T]
    wanted = {"top": x.max(axis=0), "low": x.min(axis=0), "mean": np.trapezoid(x, t, axis=0) / until, "cross": crossed}
    for solver in FEW:
        found = simulate(made(DRIVEN), until=until, start=starts, trials=4, reduce=kept, **fine(solver))
        for name, values in wanted.items():
            np.testing.assert_allclose(found[name].values, values, atol=6e-4 if name == "cross" else 1e-6, err_msg=name)


def test_reductions_do_not_change_a_run_and_do_not_depend_on_what_is_saved() -> None:
    kept: dict[str, Reduction | str] = {"top": "max(z)", "mean": "mean(x)"}
    for solver in FEW:
        bare = simulate(load("lorenz"), until=3, save_at="end", **solver)
        often = simulate(load("lorenz"), until=3, every=0.01, reduce=kept, **solver)
        once = simulate(load("lorenz"), until=3, reduce=kept, **solver)
        assert once["z"].values.tolist() == bare["z"].values.tolist()
        assert all(once[name].values == often[name].values for name in kept)


def test_values_of_a_map_count_once_for_each_step() -> None:
    text = 'format = 1\nequations = "x(t+1) = x/2"\n[states]\nx = 8.0\n'
    kept: dict[str, Reduction | str] = {"top": "max(x, after=1)", "mean": "mean(x)", "low": "min(x)"}
    kept |= {"cross": "first_crossing(x, 1)", "slow": "settled_at(0.25)"}
    found = simulate(made(text), steps=4, reduce=kept)
    values = {name: float(found[name].values) for name in kept}
    assert np.isnan(values.pop("slow")) and values == {"top": 4.0, "mean": 3.1, "low": 0.5, "cross": 3.0}
    assert float(simulate(made(text), steps=8, reduce=kept)["slow"].values) == 4.0


def test_fixed_steps_join_their_values_by_lines() -> None:
    kept: dict[str, Reduction | str] = {"mean": "mean(x)", "half": "first_crossing(x, 0.5, down)"}
    path = simulate(made(DECAY), until=2, dt=0.1, backend="fixed", method="euler")
    found = simulate(made(DECAY), until=2, dt=0.1, backend="fixed", method="euler", reduce=kept)
    x, t = path["x"].values, path.time
    assert found["mean"].values == pytest.approx(np.trapezoid(x, t) / 2, rel=1e-13)
    assert found["half"].values == pytest.approx(np.interp(-0.5, -x, t), rel=1e-12)


def test_spikes_are_jumps_that_cross_levels() -> None:
    kept: dict[str, Reduction | str] = {"top": "max(v)", "fall": "first_crossing(v, -0.06, down)"}
    text = """
format = 1
equations = "dv/dt = 1 - v"
[states]
v = 0.0
[events.spike]
when = "v > 0.5"
set = "v = -0.1"
"""
    found = simulate(made(text), until=2, reduce=kept, rtol=1e-9, atol=1e-9)
    assert found["top"].values == pytest.approx(0.5, abs=1e-8)
    assert found["fall"].values == pytest.approx(np.log(2), abs=1e-8)


def test_a_trial_that_blows_up_is_reduced_as_far_as_it_came() -> None:
    starts = {"x": np.array([0.1, 1.0, 0.2])}
    for solver in FEW:
        found = simulate(
            made(POLE), until=2, start=starts, trials=3, reduce={"top": Max("x")}, on_failure="return", **solver
        )
        assert found["status"].values.tolist() == ["done", "failed", "done"]
        assert found["top"].values[[0, 2]] == pytest.approx([0.125, 1 / 3], rel=1e-5)
        assert found["top"].values[1] > 1e3


@each_few
def test_an_observable_that_is_no_number_fails_by_name(solver: dict[str, Any]) -> None:
    text = 'format = 1\nequations = """\ndx/dt = -1\nr = sqrt(x)\n"""\n[states]\nx = 1.0\n'
    found = simulate(made(text), until=2, reduce={"top": Max("r")}, on_failure="return", save_at=[0.5], **solver)
    assert found.status == "failed" and found.message.startswith("top is not finite: r was not")


def test_a_result_tells_keeps_and_repeats_its_reductions(tmp_path: Any) -> None:
    kept: dict[str, Reduction | str] = {"top": Max("x", after=0.5), "cross": "first_crossing(x, 0.1)"}
    system = build(load("hopfield"), sizes={"N": 6, "P": 2})
    found = simulate(system, trials=3, until=5, reduce=kept)
    assert found["top"].dims == ("trial", "N") and found["top"].shape == (3, 6)
    assert found.recipe["reduce"]["top"] == "max(x, after=0.5)"
    assert "top = max(x, after=0.5): " in found.summary()
    assert found.to_json()["reduced"]["top"]["max"] == found["top"].values.max()
    again = neurodyn.load_result(found.save(tmp_path / "run.nc"))
    assert again["cross"].identical(found["cross"])
    assert rerun(again).same
    again["top"].values[0, 0] += 1e-9
    assert [d.variable for d in rerun(again).differences] == ["top"]


@pytest.mark.parametrize("text", ["max(x)", "min(x, after=2.0)", "mean(x)", "settled_at(tolerance=0.5)"])
def test_text_says_the_same(text: str) -> None:
    assert str(reduction_of(text)) == text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"top": "most(x)"}, "'most(x)' is no reduction"),
        ({"top": "max(x, y, z)"}, "lacks something, or has too much"),
        ({"top": "max(y)"}, "top is of y, which is no state or observable"),
        ({"x": "max(x)"}, "x is the name of something that the result holds"),
        ({"top": 3}, "top is a int, no reduction"),
        ({"rest": "settled_at(0)"}, "the tolerance of rest is 0"),
        ({"c": FirstCrossing("x", 1.0, "left")}, "the direction of c is 'left'"),  # type: ignore[arg-type]
        ({"c": "first_crossing(x, high)"}, "high is not declared"),
    ],
)
def test_what_cannot_be_reduced_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as told:
        simulate(made(DECAY), until=1, reduce=given)
    assert words in str(told.value)


def test_backends_that_cannot_reduce_are_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"brian2 cannot run .*: it needs reduce"):
        simulate(made(DECAY), until=1, reduce={"top": Max("x")}, backend="brian2")
    with pytest.raises(InputError, match="reduce and stop_at go over one run, and this one has stages"):
        simulate(made(DECAY), stages=[{"until": 1}, {"until": 2}], reduce={"top": Max("x")})

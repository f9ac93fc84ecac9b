"""Tolerances of components: closed forms of the RC low-pass and of the habituation circuit."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

import neurodyn
from neurodyn.analysis.tolerance.measures import Runs, asked_measures
from neurodyn.analysis.tolerance.report import Tolerance
from neurodyn.analysis.tolerance.sensitivity import regression, sobol_indices
from neurodyn.analysis.tolerance.variations import variations
from neurodyn.cli.tolerance import command

LOW_PASS = """
equations = "out = b.v"
[parts]
U = { model = "voltage_source", p = "a", n = "gnd", V = "1 V" }
R = { model = "resistor", p = "a", n = "b", R = "1 kohm ± 5 %" }
C = { model = "capacitor", p = "b", n = "gnd", C = "1 uF +- 100 nF" }
[bench]
until = "1 ms"
"""


def low_pass() -> neurodyn.System:
    return neurodyn.build(neurodyn.Model.from_text(LOW_PASS, name="low_pass"))


@pytest.fixture(scope="module")
def report() -> Tolerance:
    limits = (1 - np.exp(-1.05), np.inf)
    corner = {"corner": lambda runs: 1 / (2 * np.pi * runs.values["R.R"] * runs.values["C.C"])}
    return neurodyn.tolerance(
        low_pass(), measures={"last(out)": (lambda runs: runs.output("out")[-1], limits), **corner},
        samples=1000, indices=128, record=["out"], save_at=[0, 5e-4, 1e-3], rtol=1e-6, atol=1e-11,
    )  # fmt: skip


def response(r: np.ndarray, c: np.ndarray, t: float = 1e-3) -> np.ndarray:
    return 1 - np.exp(-t / (r * c))


def test_each_sample_is_the_closed_form_with_its_own_values(report: Tolerance) -> None:
    r, c = report.runs.values["R.R"], report.runs.values["C.C"]
    assert 950 <= r.min() < 955 and 1045 < r.max() <= 1050 and c.min() >= 0.9e-6 and c.max() <= 1.1e-6
    np.testing.assert_allclose(report.measured["last(out)"].values, response(r, c), atol=1e-7)
    assert report.measured["last(out)"].middle == pytest.approx(1 - np.exp(-1), abs=1e-7)
    np.testing.assert_allclose(report.bands["out"][2, 1], np.median(response(r, c, 5e-4)), atol=1e-6)
    assert report.failed == 0 and report.measured["corner"].middle == pytest.approx(159.155, rel=1e-5)


def test_what_matters_is_what_the_derivative_says(report: Tolerance) -> None:
    """To first order the response follows from dR/R + dC/C, which are 5 % and 10 %: a fifth and four fifths."""
    one = report.measured["last(out)"]
    assert one.regression.explained > 0.99
    np.testing.assert_allclose(one.regression.standardised**2, [0.2, 0.8], atol=0.05)
    np.testing.assert_allclose(one.regression.slopes, -np.exp(-1) * np.array([0.05, 0.1]), rtol=0.05)
    assert one.indices is not None
    np.testing.assert_allclose(one.indices.total, [0.2, 0.8], atol=0.15)
    assert report.ranking(one) == [1, 0]


def test_corners_and_yield(report: Tolerance) -> None:
    """R*C is at most 1/1.05 of its middle in a region of the unit square whose area is an integral of 1/x."""
    one = report.measured["last(out)"]
    assert one.corners.most.value == pytest.approx(response(950.0, 0.9e-6), abs=1e-7)
    assert one.corners.least.value == pytest.approx(response(1050.0, 1.1e-6), abs=1e-7)
    assert one.corners.most.signs == (-1, -1) and one.corners.searched == "all 4 corners"
    r = np.linspace(0.95, 1.05, 20_001)
    area = np.mean(np.clip((1 / (1.05 * r) - 0.9) / 0.2, 0, 1))
    low, high = one.interval
    assert low < one.share < high and abs(one.share - area) < 4 * np.sqrt(area * (1 - area) / 1000)


def test_the_report_as_text_json_and_figure(report: Tolerance) -> None:
    text = str(report)
    assert "R.R: 1000 ± 50 (uniform)" in text and "(95 % interval" in text and "all 4 corners" in text
    told = json.loads(json.dumps(report.to_json()))
    assert told["measures"]["last(out)"]["limits"][1] is None and len(told["bands"]["out"]["0.5"]) == 3
    assert report.plot("overview").axes and report.plot("ranking", "corner").axes
    with pytest.raises(neurodyn.InputError, match="was not measured"):
        report.plot("histogram", "nothing")


def test_tolerances_are_kept_by_files() -> None:
    model = neurodyn.Model.from_text(LOW_PASS, name="low_pass")
    assert model.parameters["R.R"].value == "1 kohm" and model.parameters["R.R"].spread == "± 5 %"
    for expand in (False, True):
        again = neurodyn.Model.from_text(model.to_toml(expand=expand), name="low_pass")
        assert again.parameters == model.parameters
    own = neurodyn.Model("dx/dt = -k*x", states={"x": 1}, parameters={"k": "2 ± 0.1 normal"})
    assert own.parameters["k"].value == 2.0 and neurodyn.Model.from_text(own.to_toml()).parameters == own.parameters


def test_how_values_are_drawn() -> None:
    own = neurodyn.Model(
        "dx/dt = -k*x + m + n", states={"x": 1}, parameters={"k": "2 ± 3 % normal", "m": "1 ± 10 %", "n": "5 ± 2"}
    )
    system = neurodyn.build(own)
    varied = variations(system, common=[["m", "n"]])
    assert list(varied.axes) == ["k", "m n"]
    for draws, count in (("philox", 4096), ("sobol", 4096)):
        values = varied.values(varied.offsets(count, draws, 3))
        assert values["k"].std() == pytest.approx(0.02, rel=0.05) and values["k"].mean() == pytest.approx(2, abs=0.002)
        np.testing.assert_allclose((values["m"] - 1) / 0.1, (values["n"] - 5) / 2, atol=1e-12)
        assert np.abs(values["m"] - 1).max() <= 0.1
    np.testing.assert_array_equal(varied.offsets(8, "philox", 3), varied.offsets(8, "philox", 3))
    assert list(variations(system, {"k": "", "m": "1 %"}).axes) == ["m", "n"]


def test_sobol_indices_of_ishigami() -> None:
    """The function of Ishigami and Homma 1990, whose indices are known; slopes explain less than half of it."""
    a, b = 7.0, 0.1

    def f(u: np.ndarray) -> np.ndarray:
        x = np.pi * u
        return np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])

    rng = np.random.default_rng(0)
    one, other = 2 * rng.random((20_000, 3)) - 1, 2 * rng.random((20_000, 3)) - 1
    [found] = sobol_indices(lambda rows: [f(rows)], one, other)
    variance = a**2 / 8 + b * np.pi**4 / 5 + b**2 * np.pi**8 / 18 + 0.5
    first = np.array([0.5 * (1 + b * np.pi**4 / 5) ** 2, a**2 / 8, 0]) / variance
    together = 8 * b**2 * np.pi**8 / 225 / variance
    np.testing.assert_allclose(found.first, first, atol=0.03)
    np.testing.assert_allclose(found.total, first + np.array([together, 0, together]), atol=0.03)
    assert regression(one, f(one)).explained < 0.5


def test_the_first_peak_of_the_habituation_circuit() -> None:
    """Before anything is remembered it is F*(c*A - V_d), with F = a*R4/(1 + a*R4), c = R2/(R1 + R2), V_d = -b/a."""
    spreads = {name: "5 %" for name in ("R1.R", "R2.R", "R4.R", "D1.a", "D1.b", "C1.C")}
    found = neurodyn.tolerance(
        "habituation_analog", spreads=spreads, samples=64, until=1.0, measures=["first_peak(y, 1 s) in 0.4..0.45"],
        save_at=[0.0, 0.5, 0.9, 0.9, 1.0], rtol=1e-8,
    )  # fmt: skip
    v = found.runs.values
    factor = v["D1.a"] * v["R4.R"] / (1 + v["D1.a"] * v["R4.R"])
    closed = factor * (5 * v["R2.R"] / (v["R1.R"] + v["R2.R"]) + v["D1.b"] / v["D1.a"])
    one = found.measured["first_peak(y, 1 s)"]
    np.testing.assert_allclose(one.values, closed, atol=1e-6)
    assert one.good == int(((closed >= 0.4) & (closed <= 0.45)).sum()) and [*found.variations.axes][5] == "C1.C"
    assert abs(one.regression.standardised[5]) < 0.05 and one.corners.searched == "all 64 corners"


def test_measures_by_hand() -> None:
    time = np.array([0.0, 1.0, 1.0, 2.0])
    runs = Runs({}, time, {"y": np.array([[0.0, 1.0], [2.0, 1.0], [3.0, 1.0], [1.0, 1.0]])})
    texts = ["peak(y)", "trough(y)", "swing(y)", "mean(y)", "last(y)", "ratio(y, 1)", "crossing(y, 0.5 V)"]
    found = [one.measure(runs).tolist() for one in asked_measures(texts)]
    assert found == [[3, 1], [0, 1], [3, 0], [1.5, 1], [1, 1], [1.5, 1], [0.25, 0]]
    assert np.isnan(asked_measures(["crossing(y, 2)"])[0].measure(runs)[1])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"measures": ["height(out)"]}, "no measure"),
        ({"measures": ["ratio(out)"]}, "no measure"),
        ({"spreads": {"R.R": "", "C.C": ""}}, "No parameter of low_pass has a tolerance"),
        ({"spreads": {"R.r": "5 %"}}, "Did you mean R.R"),
        ({"spreads": {"R.R": "a lot"}}, "a lot is no tolerance"),
        ({"common": [["R.R", "U.V"]]}, "U.V has no tolerance"),
        ({"draws": "halton"}, "no kind of draws"),
        ({"samples": 1}, "samples is 1"),
    ],
)
def test_what_is_refused(asked: dict[str, object], said: str) -> None:
    with pytest.raises(neurodyn.InputError, match=said):
        neurodyn.tolerance(low_pass(), **asked)  # type: ignore[arg-type]


def test_the_command_line() -> None:
    asked = ["rc_low_pass", "--spread", "R.R=5 %", "--measure", "peak(out.v) in 0.8..", "--samples", "16", "--json"]
    result = CliRunner().invoke(command, [*asked, "--until", "4 ms"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["measures"]["peak(out.v)"]["yield"] == 1.0

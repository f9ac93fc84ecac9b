"""What is told beside the verdicts: Lagrangians that bend down or jump, energies with no bottom or no value."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.energy.report import EnergyReport, energy
from neurodyn.analysis.energy.search import Hunt
from neurodyn.analysis.energy.warnings import warnings
from neurodyn.analysis.verdict import Verdict

HEAD = '[indices]\nN = { letters = "i j", size = 3 }\n'
Energy = Callable[[np.ndarray], float]


def of_layer(lagrangian: str, more: str = "", start: str = "normal(0, 1)") -> EnergyReport:
    line = f'"x[i]" = {{ activation = "g[i]", lagrangian = "{lagrangian}", start = "{start}" }}'
    return energy(neurodyn.build(neurodyn.Model.from_text(f"{HEAD}[layers]\n{line}\n{more}")), starts=10, run=False)


def of_energy(text: str, start: float = 0.3, **given: object) -> EnergyReport:
    model = neurodyn.Model(
        f"E = {text}\ndx[i]/dt = -dE/dx[i]", indices={"N": {"letters": "i j", "size": 3}},
        states={"x[i]": start}, energy="E", **given,
    )  # fmt: skip
    return energy(neurodyn.build(model), starts=4)


def told(report: EnergyReport) -> list[str]:
    return [w.about for w in report.warnings]


class TestNotConvex:
    @pytest.mark.parametrize("text", [
        "x[i]**4/4 - x[i]**2/2",
        "x[i]**2/4 + cos(x[i])",
        "x[i]**2/2 - 2*exp(-(x[i] - 4)**2)",  # near 2.8 and 5.2 alone
        "x[i]**4/12 - x[i]**2/200",  # near 0 alone
        "sum(x[i]**2, i)/2 - sum(x[i], i)**2/5",  # along (1, 1, 1), by no single unit
    ])  # fmt: skip
    def test_a_state_and_a_direction_are_named(self, text: str) -> None:
        report = of_layer(text)
        (one,) = (w for w in report.warnings if w.about == "not convex")
        x, u = (np.asarray(one.numbers[k]) for k in ("state", "direction"))
        bend = u @ report.system.derivative("g", "x")(0, x, {}) @ u / (u @ u)
        assert bend == pytest.approx(one.numbers["second derivative"], rel=1e-6) and bend < 0
        assert one.place is not None and one.place.line == 4 and one.place.column is not None
        assert one.place.text is not None and one.place.text[one.place.column :].startswith(text)
        assert report.verdict is not Verdict.PROVED

    @pytest.mark.parametrize("text", [
        "x[i]**4/4 + x[i]**2/2",
        "sum(x[i]**2, i)/2 - sum(x[i], i)**2/7",  # convex, though no rule of composition says so
        "logcosh(x[i])", "sqrt(1 + sum(x[i]**2, i))", "x[i]**2*exp(0)", "relu(x[i])**2",
    ])  # fmt: skip
    def test_no_state_is_named_where_there_is_none(self, text: str) -> None:
        assert told(of_layer(text)) == []

    def test_values_count(self) -> None:
        more = '[parameters]\n"W[i,j]" = "where(i == j, {}, 1)"\n'
        text = "sum(W[i,j]*x[i]*x[j], i, j)/2"
        assert "not convex" in told(of_layer(text, more.format(0.2)))
        assert told(of_layer(text, more.format(3.0))) == []


class TestNotDifferentiable:
    @pytest.mark.parametrize(("text", "leap"), [
        ("abs(x[i])", 1.0),
        ("x[i]**2/2 + 3*abs(x[i] - 0.5)", 3.0),
        ("relu(x[i])", 1.0),
        ("norm(x[i], i)", None),
        ("max(x[i], i)", 1.0),
        ("sum(x[i]**2, i)/2 + heaviside(x[0] - 1)", 1.0),
    ])  # fmt: skip
    def test_the_jump_is_named(self, text: str, leap: float | None) -> None:
        report = of_layer(text)
        (one,) = (w for w in report.warnings if w.about == "not differentiable")
        before, after = (float(one.numbers[k]) for k in ("before", "after"))
        assert abs(after - before) > 0.3
        x = np.asarray(one.numbers["state"])
        where = {
            "abs(x[i])": np.abs(x).min(), "relu(x[i])": np.abs(x).min(), "norm(x[i], i)": np.abs(x).max(),
            "max(x[i], i)": np.sort(x)[-1] - np.sort(x)[-2],
            "x[i]**2/2 + 3*abs(x[i] - 0.5)": np.abs(x - 0.5).min(),
        }.get(text, abs(x[0] - 1))  # fmt: skip
        assert where < 1e-12
        assert "not continuous" in one.text if "heaviside" in text else "gradient g" in one.text

    @pytest.mark.parametrize(
        "text", ["relu(x[i])**2/2", "x[i]*abs(x[i])/2 + x[i]**2", "where(x[i] > 1, (x[i]-1)**2, 0)"]
    )
    def test_kinks_of_the_activation_are_no_jumps(self, text: str) -> None:
        assert told(of_layer(text)) == []


class TestNoBottom:
    @pytest.mark.parametrize(("text", "by_hand"), [
        ("sum(x[i]**2/2 - x[i]**3, i)", lambda x: (x**2 / 2 - x**3).sum()),
        ("-sum(log(1 + x[i]**2), i)", lambda x: -np.log(1 + x**2).sum()),
        ("sum(x[i]**2, i) - 1.01*x[0]**2", lambda x: (x**2).sum() - 1.01 * x[0] ** 2),
        ("2.99*sum(x[i]**2, i) - sum(x[i], i)**2", lambda x: 2.99 * (x**2).sum() - x.sum() ** 2),
        ("sum(x[i]**2, i)**2 + x[0]**5", lambda x: (x**2).sum() ** 2 + x[0] ** 5),
        ("sum(exp(x[i]) - x[i]**2, i)", lambda x: (np.exp(x) - x**2).sum()),
        ("x[1]", lambda x: x[1]),
    ])  # fmt: skip
    def test_the_ray_is_named(self, text: str, by_hand: Energy) -> None:
        report = of_energy(text)
        (one,) = report.warnings
        assert one.about == "unbounded" and report.verdict in (Verdict.PROVED, Verdict.VERIFIED)
        start, way = (np.asarray(one.numbers[k]) for k in ("state", "direction"))
        for s, value in list(zip(one.numbers["distances"], one.numbers["values"], strict=True))[::10]:
            assert value == pytest.approx(by_hand(start + s * way), rel=1e-9)
        far = [by_hand(start + s * way) for s in (1e3, 1e4, 1e5, 1e6)]
        assert (np.diff(far) < -1).all()

    @pytest.mark.parametrize("text", [
        "sum(x[i]**4 - 5*x[i]**3, i)", "sum(atan(x[i]), i)", "sum((1 + x[i]**2)**(-0.05), i)", "sum(-tanh(x[i]), i)",
        "3.01*sum(x[i]**2, i) - sum(x[i], i)**2", "sum(x[i]*tanh(x[i]) - logcosh(x[i]), i)", "0*x[0]",
        "sum(sin(x[i]), i)", "sum(sqrt(1 + x[i]**2) - abs(x[i]), i)", "sum(exp(x[i]) - x[i], i)",
    ])  # fmt: skip
    def test_no_ray_is_named_where_there_is_a_bottom(self, text: str) -> None:
        assert told(of_energy(text)) == []

    def test_what_does_not_move_counts_nothing(self) -> None:
        text = "E = z**3 + sum(x[i]**2, i)\ndx[i]/dt = -dE/dx[i]\ndz/dt = -c*dE/dz"
        for c, about in ((0.0, []), (1.0, ["unbounded"])):
            model = neurodyn.Model(text, indices={"N": {"letters": "i", "size": 3}}, parameters={"c": c},
                                   states={"x[i]": 0.3, "z": 0.5}, energy="E")  # fmt: skip
            assert told(energy(neurodyn.build(model), starts=2, run=False)) == about

    def test_an_odd_power_of_units_without_bounds(self) -> None:
        """The memory of even power and tanh has a bottom; with identity units and an odd power it has none."""
        synapse = '[synapses]\nmemory = "-sum(sum(xi[j,i]*g[i], i)**3, j)/3"\n[parameters]\n"xi[j,i]" = "signs()"\n'
        assert told(of_layer("identity", synapse)) == ["unbounded"]
        assert told(of_layer("tanh", synapse)) == []


class TestNoValue:
    @pytest.mark.parametrize(("text", "start", "what"), [
        ("sum(x[i]*log(x[i]), i) + x[0]", 0.0, "its term sum(x[i]*log(x[i]), i) is no number"),
        ("x[0] + 1/x[1]", 0.0, "its term 1/x[1] is infinite"),
        ("sum(exp(exp(x[i])), i)", 10.0, "is infinite"),
    ])  # fmt: skip
    def test_the_start(self, text: str, start: float, what: str) -> None:
        report = of_energy(text, start, bench={"until": 1})
        assert told(report) == ["not finite", "run"]
        assert what in report.warnings[0].text and "does not reach its end" in report.warnings[1].text
        assert report.verdict is Verdict.PROVED and report.along is None

    def test_a_run_that_ends_early(self) -> None:
        report = of_energy("sum(x[i]**2/2 - x[i]**3, i)", 0.8, bench={"until": 10})
        assert told(report) == ["unbounded", "run"] and "grows without bound" in report.warnings[1].text


def test_text_and_json(tmp_path: Path) -> None:
    file = tmp_path / "bent.toml"
    file.write_text(f'{HEAD}[layers]\n"x[i]" = {{ activation = "g[i]", lagrangian = "-logcosh(x[i])" }}\n')
    report = energy(neurodyn.build(neurodyn.load(file)), starts=4)
    lines = str(report).splitlines()
    here = lines.index("warnings")
    assert lines[here + 1].startswith("  The Lagrangian of x[i] is not convex: its second derivative by x[")
    assert any(line.strip() == f"{file}:4" for line in lines[here:])
    plain = json.loads(json.dumps(report.to_json()))["warnings"]
    assert [w["about"] for w in plain] == told(report) and plain[0]["line"] == 4 and plain[0]["file"] == str(file)
    assert plain[0]["numbers"]["second derivative"] < 0


SHIPPED = (
    "hopfield krotov_hopfield hierarchical_memory convolution_memory spherical_memory dense_memory "
    "dense_memory_rectified two_cells"
)


@pytest.mark.parametrize("name", SHIPPED.split())
def test_shipped_models_have_none(name: str) -> None:
    assert warnings(neurodyn.build(name), Hunt()) == ()

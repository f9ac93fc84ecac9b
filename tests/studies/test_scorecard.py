"""The scorecard of habituation: closed forms, laws and published numbers; what cannot be used is refused."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import neurodyn
from neurodyn import Model
from neurodyn.cli import main
from neurodyn.studies import study
from neurodyn.studies.habituation import SHIPPED, STATED
from neurodyn.studies.scorecard.card import Card, measured
from neurodyn.studies.scorecard.finding import HALLMARKS, MARKS
from neurodyn.studies.scorecard.lab import Lab
from neurodyn.studies.scorecard.protocol import Settings
from neurodyn.studies.scorecard.stimuli import Held
from neurodyn.system.build import build

PAGE = Path(__file__).parents[2] / "docs" / "habituation.md"


@cache
def lab(name: str, **said: Any) -> Lab:
    return Card.of(name, Settings(**{**SHIPPED.get(name, {}), **said})).lab


def mark(subject: Lab, hallmark: str) -> str:
    return MARKS[measured(subject, hallmark).verdict]


@pytest.mark.parametrize(
    "period", [0.2, pytest.param(1.0, marks=pytest.mark.slow), pytest.param(4.0, marks=pytest.mark.slow)]
)
def test_linear_filters_do_not_habituate(period: float) -> None:
    """With an impulse response that is not negative, peaks rise from stimulus to stimulus: the theorem."""
    model = Model(
        "dx/dt = u - x\ndz/dt = x - 0.3*z\nresponse = z + 0.2*x",
        name="filter",
        states={"x": 0, "z": 0},
        inputs={"u": f"pulses(2, period={period}, duty=0.3)"},
        bench={"until": 20},
    )
    found = Card(model, Settings(response="response")).lab
    assert (np.diff(found.series) > -1e-9).all()
    assert mark(found, "H1") == "fail"
    assert {mark(found, h) for h in HALLMARKS if h != "H1"} == {"n/a"}


def test_one_linear_memory_in_closed_form() -> None:
    """The memory x is linear; the response 1/(1 + x**2) of the first is 0.95 where x = sqrt(1/19)."""
    unit, (alpha, beta) = lab("habituation"), (0.1, 0.5)
    train = unit.train
    assert (train.amplitude, train.period, train.width, train.phase, train.count) == (5.0, 1.0, 0.2, 0.8, 30)
    q, n = math.exp(-alpha), np.arange(train.count + 1)
    high = beta * 5 * (1 - q**0.2) / alpha * (1 - q**n) / (1 - q)
    np.testing.assert_allclose(unit.series, 5 / (1 + (high[:-1] * q**0.8) ** 2), rtol=1e-6)
    assert unit.recovery.time == pytest.approx(math.log(high[-1] * math.sqrt(19)) / alpha, rel=1e-3)
    x = high[-1] * np.exp(-alpha * unit.recovery.gaps)
    np.testing.assert_allclose(unit.recovery.responses, 5 / (1 + x**2), rtol=1e-6)
    assert unit.protocol.slowest == pytest.approx(10)


@pytest.mark.slow
def test_units_of_time_do_not_matter() -> None:
    """The same unit in milliseconds and millivolt: all numbers without a unit are the same."""
    text = """
equations = '''
dx/dt = beta*u - x/tau
y = u/(1 + x**2)
'''
states = { x = 0 }
parameters = { tau = "10 ms", beta = "0.5 1/(mV*ms)" }
inputs = { u = "pulses(5[mV], period=1[ms], duty=0.2, phase=0.8)" }
bench = { until = "20 ms" }
"""
    own = Card(Model.from_text(text), Settings(count=30)).lab
    unit = lab("habituation")
    np.testing.assert_allclose(own.series, 1e-3 * unit.series, rtol=1e-6)
    assert own.recovery.time == pytest.approx(1e-3 * float(unit.recovery.time or 0), rel=1e-5)
    for hallmark in ("H1", "H2", "H4 (iii)", "H6"):
        ours, known = measured(own, hallmark), measured(unit, hallmark)
        assert ours.verdict == known.verdict and ours.effect == pytest.approx(known.effect, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "hallmark", "shows"), [s for s in STATED if s[0] in ("habituation", "habituation_wang")]
)
def test_what_the_sources_say(name: str, hallmark: str, shows: bool) -> None:
    assert mark(lab(name), hallmark) == ("pass" if shows else "fail")


def test_numbers_of_long_term_habituation() -> None:
    """Wang's model: the last response is 0.177 of the first, and 0.152 after ten recoveries."""
    found = measured(lab("habituation_wang"), "H10")
    first, again = (c.y for c in found.panel.lines)
    assert (first[0], again[0]) == (pytest.approx(1, abs=1e-3), pytest.approx(1, abs=1e-3))
    assert (first[-1], again[-1]) == (pytest.approx(0.177, abs=1e-3), pytest.approx(0.152, abs=1e-3))


def test_maps_go_in_steps() -> None:
    """Staddon and Higa's responses at an interval of 8 steps."""
    found = lab("habituation_staddon_higa")
    np.testing.assert_allclose(found.series[:4], [0.512, 0.288, 0.147, 0.047], atol=1e-3)
    assert found.recovery.time is not None and found.recovery.time % 1 == 0


@pytest.mark.slow
def test_a_second_stimulus_restores_and_wears_off() -> None:
    """The published peaks, to a fifth: there the second stimulus comes earlier, and is 0.90 long in place of 0.81."""
    found = lab("habituation_second_order", count=20)
    assert found.subject.ports[0].name == "u" and found.protocol.seconds[found.subject.ports[1]] == 1.0
    assert mark(found, "H8") == "pass"
    worn = measured(found, "H9")
    restored = worn.panel.lines[0].y[[20 + 12 * k for k in range(6)]]
    np.testing.assert_allclose(restored, [9.98, 3.20, 0.78, 0.41, 0.29, 0.24], rtol=0.2)
    assert MARKS[worn.verdict] == "pass"


@pytest.mark.slow
def test_another_channel_is_spared() -> None:
    found = lab("habituation_channels")
    assert [str(p) for p in found.subject.ports] == ["u[0]", "u[1]"]
    assert mark(found, "H7") == "pass"
    assert mark(found, "H8") == "fail"  # the other channel is answered itself


SPIKES = """
equations = '''
dx/dt = 0.5*u - 0.1*x
dv/dt = 3*u/(1 + x**2)
'''
states = { x = 0, v = 0 }
inputs = { u = "pulses(10, period=1, duty=0.1, phase=0.5)" }
bench = { until = 20 }
[events.spike]
when = "v > 1"
set = "v = v - 1"
"""


@pytest.mark.slow
def test_spikes_are_counted() -> None:
    """Of 3*u/(1 + x**2) with x = 5*t the integral over the first stimulus is 6*atan(1/2) = 2.8: two spikes."""
    found = Card(Model.from_text(SPIKES), Settings(count=20)).lab
    assert found.subject.response == "spike" and found.subject.spiking
    whole = 3 * 10 / 5 * math.atan(5 * 0.1)
    assert found.series[0] == math.floor(whole) == 2
    assert found.series[-5:].sum() <= 1
    assert found.naive == found.series[0]


def test_a_train_is_read_from_a_signal() -> None:
    signal = build("habituation_staddon_higa").signals["u"]
    train = Held.of(signal, 0, 100).train(0)
    assert train is not None
    assert (train.amplitude, train.period, train.width, train.phase, train.count) == (1.0, 8.0, 1.0, 0.0, 13)
    assert Held.of(build("sniffer").signals["u"], 0, 240).train(0) is None


def test_without_a_train_time_constants_decide() -> None:
    found = Card.of("sniffer", Settings()).lab
    assert found.train.period == pytest.approx(1.0) and found.protocol.slowest == pytest.approx(10.0)
    assert any("tenth of the slowest time constant" in note for note in found.protocol.notes)


TWO = """
equations = "dx/dt = u + w - x"
states = { x = 0 }
bench = { until = 9 }
[inputs]
u = "pulses(1, period=1, duty=0.1)"
w = "pulses(1, period=1, duty=0.1)"
"""
NONE = TWO.replace("[inputs]", "[parameters]").replace("pulses(1, period=1, duty=0.1)", "1")
REFUSED = (
    (
        TWO,
        ["--response", "x"],
        "several inputs evoke a response of x. Say which is the stimulus: --input, one of u, w.",
    ),
    (TWO, [], "does not tell which of its quantities is the response. Say so: --response, one of x."),
    (TWO, ["--response", "z"], "has no state, observable or event z."),
    (TWO, ["--response", "x", "--input", "v"], "There is no input v."),
    (
        TWO.replace("[inputs]", "[parameters]").replace("pulses(1, period=1, duty=0.1)", "1"),
        ["--response", "x"],
        "no input",
    ),
    (TWO, ["--response", "x", "--input", "u", "--set", "width=2"], "ends after it"),
    (TWO, ["--response", "x", "--input", "u", "--set", "count=5"], "5 stimuli show no asymptote; 20 are needed."),
    (TWO, ["--response", "x", "--input", "u", "--set", "amplitude=0"], "needs an amplitude"),
)


@pytest.mark.parametrize(("text", "arguments", "said"), REFUSED)
def test_what_cannot_be_used_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, arguments: list[str], said: str
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    assert main(["study", "habituation", "--model", str(path), *arguments]) == 2
    assert said in capsys.readouterr().err


def rows() -> dict[str, list[str]]:
    """The table of the page: the marks of each model."""
    lines = re.findall(r"^\| (\S[^|]*) \| ((?:(?:pass|fail|n/a|\?) \| ?){11})$", PAGE.read_text("utf-8"), re.MULTILINE)
    return {name: marks.replace("|", " ").split() for name, marks in lines}


def test_the_page_has_all_models_and_what_the_sources_say() -> None:
    known, order = rows(), list(HALLMARKS)
    names = {e.name for e in neurodyn.library() if e.theme == "habituation" and not e.device}
    assert names <= known.keys()
    for name, hallmark, shows in STATED:
        assert known[name][order.index(hallmark)] == ("pass" if shows else "fail")
    for k in range(len(order)):
        assert any(marks[k] == "pass" for marks in known.values())


def test_the_page_is_true_of_a_unit() -> None:
    assert [mark(lab("habituation"), h) for h in HALLMARKS] == rows()["habituation"]


@pytest.mark.slow
def test_the_page_is_true() -> None:
    found = study("habituation").facts["models"]
    assert {name: [f["verdict"] for f in findings.values()] for name, findings in found.items()} == rows()


@pytest.mark.slow
def test_a_scorecard_is_kept_drawn_and_told(tmp_path: Path) -> None:
    report = study("habituation", model="habituation_channels", out=tmp_path)
    kept = neurodyn.load_result(report.save(tmp_path / "card.nc")).dataset
    assert kept["verdict"].values.tolist() == [[f["verdict"] for f in report.facts["hallmarks"].values()]]
    assert list(report.pictures)[:3] == ["overview", "H1", "H2"] and "H4_iii" in report.pictures
    report.plot().savefig(tmp_path / "card.png")
    assert (tmp_path / "card.png").stat().st_size > 20_000
    assert len(report.summary().splitlines()) < 60

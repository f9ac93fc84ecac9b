"""The report: ratios, times at equal error, growth; as text, Markdown, JSON and picture."""

from __future__ import annotations

import json

import pytest

from neurodyn.bench.report import Measured, Report
from neurodyn.cli import main


def row(name, role, times, **more):
    base = {"name": name, "tool": "numpy", "role": role, "tolerance": None, "beside": "", "size": None}
    return {**base, "version": "1", "times": times, "ready": 0.5, "error": 1e-6, **more}


def plain_case(rows, **more):
    base = {
        "name": "one",
        "title": "One task, small",
        "error_of": "x",
        "tolerance": None,
        "targets": [],
        "grows": "",
    }
    return {**base, "rows": rows, "control": [1.0, 4.0, 1.1], "load": [0.5, 1.5], **more}


TASK = plain_case(
    [
        row("ours", "own", [1.0, 4.0, 1.0], cold=2.0, warm=1.5),
        row("fast", "peer", [2.0, 8.0, 2.0]),
        row("slow", "peer", [40.0, float("nan"), 40.0]),
        row("least", "limit", [0.5, 2.0, 0.5]),
        {**row("gone", "peer", []), "skipped": "gone is not installed"},
    ]
)
del TASK["rows"][-1]["times"]
GROWING = plain_case([row(f"{n}", "own", [t], size=n) for n, t in ((10.0, 1e-3), (100.0, 0.1))], grows="units")


@pytest.fixture
def report():
    machine = {"processor": "P", "cores": 2, "caches": ["L1 32K"], "vectors": ["avx2"], "system": "S", "python": "3"}
    told = {"scale": "full", "threads": 1, "seconds": 20.0, "date": "2026-01-01"}
    cases = [
        TASK,
        GROWING,
        {"name": "bad", "title": "A bad one", "failed": "The process ended with code -9: it said nothing"},
    ]
    workloads = [{"name": "w", "title": "W0: a workload", "cases": cases}]
    return Report({**told, "machine": machine | {"versions": {"numpy": "2"}, "ignored": {}}, "workloads": workloads})


def test_ratios_are_to_the_best_peer_and_to_the_limit_of_the_same_round():
    lines = {line.row["name"]: line for line in Measured(TASK).lines}
    assert lines["ours"].peer.median == 0.5 and lines["ours"].limit.median == 2.0
    assert lines["fast"].peer.median == 1.0 and lines["slow"].peer.median == 20.0
    assert lines["least"].peer is None and lines["least"].limit is None
    assert Measured(TASK).control.median == pytest.approx(1.0)


def test_a_column_stands_beside_the_limit_that_it_names():
    rows = [row("a", "peer", [4.0], beside="second"), row("first", "limit", [1.0]), row("second", "limit", [2.0])]
    assert Measured(plain_case(rows)).lines[0].limit.median == 2.0


def test_the_best_peer_is_one_that_has_the_same_limit():
    rows = [
        row("a", "own", [4.0], beside="l"),
        row("b", "peer", [2.0], beside="l"),
        row("c", "peer", [1.0], beside="m"),
    ]
    assert Measured(plain_case(rows)).lines[0].peer.median == 2.0


def test_times_at_equal_error_lie_between_tolerances_and_not_beyond():
    rows = [row("a", "own", [t], tolerance=tol, error=e) for tol, e, t in ((1e-4, 1e-4, 1.0), (1e-8, 1e-8, 100.0))] + [
        row("b", "peer", [1.0], tolerance=1e-4)
    ]
    found = Measured(plain_case(rows, tolerance=1e-4, targets=[1e-6, 1e-10]))
    (near, far) = found.at_equal_error["a"]
    assert near == pytest.approx(10.0) and far != far and list(found.at_equal_error) == ["a"]
    assert [line.row["name"] for line in found.lines] == ["a", "b"]


def test_the_page_tells_machine_times_and_what_is_missing(report):
    page = report.markdown()
    assert "| ours | 1.00 s | 1.00 s to 2.50 s | 0.5 | 2 | 1.0e-06 | 500 ms | 2.00 s, 1.50 s |" in page
    for text in (
        "P, 2 cores, L1 32K, avx2",
        "load of the machine meanwhile: 0.5 to 1.5",
        "gone is not installed",
        "size^2.00",
    ):
        assert text in page and text in report.summary()
    assert "## W0: a workload" in page and "code -9" in page


def test_json_is_read_back_and_has_no_nan(report, tmp_path):
    read = json.loads(report.save(tmp_path / "b.json").read_text(), parse_constant=pytest.fail)
    assert read["workloads"][0]["cases"][0]["rows"][2]["times"] == [40.0, None, 40.0]
    assert read["ratios"][0]["lines"]["ours"]["to_best_peer"] == 0.5
    assert report.save(tmp_path / "b.md").read_text() == report.markdown()


def test_the_picture_has_a_panel_for_each_case_that_was_measured(report):
    shown = [axes for axes in report.plot().axes if axes.get_visible()]
    assert len(shown) == 2
    assert [label.get_text() for label in shown[0].get_yticklabels()] == ["slow", "fast", "ours", "least"]
    assert shown[1].get_xlabel() == "units"


def test_the_command_prints_keeps_and_draws(report, monkeypatch, tmp_path, capsys):
    asked = {}
    monkeypatch.setattr(
        "neurodyn.bench.processes.bench", lambda *names, **more: asked.update(more, names=names) or report
    )
    page, picture = tmp_path / "b.md", tmp_path / "b.png"
    assert main(["bench", "dense", "--quick", "--out", str(page), "--plot", str(picture), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["scale"] == "full"
    assert page.read_text().startswith("# Benchmarks") and picture.read_bytes().startswith(b"\x89PNG")
    assert asked["names"] == ("dense",) and asked["scale"] == "quick" and asked["seconds"] < 20


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["dens"], "neurodyn: There is no workload called dens. Did you mean dense?\n"),
        (
            ["dense", "--out", "b.nc"],
            "neurodyn: The result cannot be written as 'b.nc'. End the file name with .md or .json.\n",
        ),
        (["dense", "--seconds", "0"], "0.0 is not in the range"),
        (["dense", "--threads", "0"], "0 is not in the range"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(arguments, said, capsys):
    assert main(["bench", *arguments]) == 2
    assert said in capsys.readouterr().err

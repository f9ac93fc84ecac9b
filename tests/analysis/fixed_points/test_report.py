"""What a report says of points that are made by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

import neurodyn
from neurodyn.analysis.fixed_points.point import FixedPoint, Sure, stability
from neurodyn.analysis.fixed_points.report import FixedPoints
from neurodyn.system.system import System


@pytest.fixture(scope="module")
def system() -> System:
    return neurodyn.build(neurodyn.Model("dx/dt = y\ndy/dt = x - x**3 - y", states={"x": 0.1, "y": 0.0}))


def point(system: System, x: float, sure: Sure = Sure.PROVED, neutral: int = 0) -> FixedPoint:
    jacobian = np.array([[0.0, 1.0], [1 - 3 * x**2, -1.0]])
    flat = np.array([x, 0.0])
    found = stability(np.linalg.eigvals(jacobian).astype(complex), 2.0, neutral=neutral)
    return FixedPoint(system.layout.unpack(flat), flat, 0.0, found, sure, notes=("by hand",))


def test_kinds(system: System) -> None:
    kinds = {x: point(system, x).kind for x in (0.0, 1.0)}
    assert kinds == {0.0: "saddle of index 1", 1.0: "stable focus"}
    assert point(system, 0.0, Sure.SLOW).kind == "slow point"
    assert point(system, 0.0, Sure.UNDECIDED).kind == "degenerate"
    at_fold = point(system, 3**-0.5, neutral=1)
    assert at_fold.kind == "line of fixed points, attracting" and at_fold.stability.neutral == 1
    assert point(system, 3**-0.5).is_stable is None


def test_text_json_and_latex(system: System) -> None:
    points = tuple(point(system, x) for x in (-1.0, 0.0, 1.0))
    report = FixedPoints(system, points, Sure.PROVED, "by hand", frozen=("Noise is left out.",))
    assert len(report) == 3 and report[1].kind == "saddle of index 1" and len(report.stable) == 2 and report.is_complete
    text = report.text
    assert "PROVED: by hand" in text and "Noise is left out." in text and "2 stable focus, 1 saddle of index 1" in text
    assert max(map(len, text.splitlines())) <= 110
    plain = json.loads(json.dumps(report.to_json()))
    assert [p["state"]["x"] for p in plain["points"]] == [-1, 0, 1] and plain["points"][1]["index"] == 1
    assert plain["points"][0]["radius"] is None
    assert report.to_latex().count(r"\\") == 4 and text.split("\n")[0] in report._repr_html_()


def test_many_points_fit_a_screen(system: System) -> None:
    points = tuple(point(system, float(x)) for x in range(60))
    boxes = np.zeros((50, 2, 2))
    text = FixedPoints(system, points, Sure.UNDECIDED, "partial", unresolved=boxes).text
    assert "and 36 more, in .points" in text and "and 26 more boxes, in .unresolved" in text

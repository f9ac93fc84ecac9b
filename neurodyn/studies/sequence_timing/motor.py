"""A drawing by heart: the circuit `sequence_motor` draws a path at several tempos, and at one that changes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.sequences.dwell import trace_dwell
from neurodyn.errors import InputError
from neurodyn.studies.framework.work import run
from neurodyn.studies.sequence_timing.course import Array, course_of
from neurodyn.studies.sequence_timing.flows import ROUGH
from neurodyn.system.build import build
from neurodyn.system.system import System

EVERY = 5e-3  # s between samples
MOST = 64  # points of a path: each takes a pattern, and the run grows with them


def checked_path(given: Array) -> Array:
    """A path of the user's own, centred, its largest coordinate 1.

    Raises:
        InputError: where these are no points x, y in rows.
    """
    turned = given.ndim == 2 and given.shape[0] == 2 != given.shape[1]
    if turned or given.ndim != 2 or given.shape[1] != 2:
        raise InputError(
            f"A path has its points in rows, x and y; the data have the shape {given.shape}.",
            code="points-in-columns" if turned else "bad-shape",
            remedy="Transpose the array." if turned else "Give an array of shape (points, 2).",
        )
    if not 3 <= len(given) <= MOST:
        raise InputError(
            f"The path has {len(given)} points.",
            code="bad-path",
            remedy=f"Give from 3 to {MOST}: each point takes a pattern. Take every second point of a longer path.",
        )
    centred = given - (given.max(axis=0) + given.min(axis=0)) / 2
    if not np.abs(centred).max() > 0:
        raise InputError(
            "All points of the path are the same.", code="constant-path", remedy="Give points that differ."
        )
    scaled: Array = centred / np.abs(centred).max()
    return scaled


def circuit(rng: np.random.Generator, path: Array | None, size: int) -> System:
    """The circuit with patterns of this size, drawing a path, or its own."""
    points = len(path) if path is not None else build("sequence_motor").sizes["P"]
    xi = np.where(rng.random((points, size)) < 0.5, -1.0, 1.0)
    given = {"xi": xi} if path is None else {"xi": xi, "point": path}
    return build("sequence_motor", values=given)


def drawn(system: System, tempo: float) -> dict[str, NDArray[Any]]:
    """One round and a little more at a tempo: overlaps, the pen, and how far from its points it leaves."""
    expected, points = expected_dwell(system, tempo), system.values["point"]
    until = EVERY * round((len(points) + 2) * expected * 1.1 / EVERY)
    result = run(system, until=until, every=EVERY, inputs={"tempo": tempo}, record=["memory.o", "pen"], **ROUGH)
    course, pen = course_of(result.time, result["memory.o"].values), result["pen"].values
    leaves = np.searchsorted(result.time, course.times[1:]) - 1
    missed = np.linalg.norm(pen[leaves] - points[course.patterns[:-1]], axis=1)
    longest = np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1).max()
    return {
        "time": result.time,
        "overlap": result["memory.o"].values,
        "pen": pen,
        "missed": np.array(missed.max() / longest),
        "dwell": np.array(course.dwells.mean()),
        "in order": np.array(course.in_order),
        "reached": np.array(len(course.patterns)),
    }


def expected_dwell(system: System, tempo: float) -> float:
    """The closed form of the dwell time, s."""
    return trace_dwell(float(system.values["memory.tau_s"]), tempo, int(system.values["memory.d"]))


def expected_miss(system: System, tempo: float) -> float:
    """What is left of a step of the pen after a dwell time."""
    return float(np.exp(-expected_dwell(system, tempo) / float(system.values["tau_pen"])))

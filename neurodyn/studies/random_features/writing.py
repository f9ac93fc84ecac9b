"""Memories are written and erased: sums stay sums, and what many writings do to a memory that stays."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from neurodyn.analysis.features import FeatureMemory, curvature_noise, expected_drift, moments
from neurodyn.plots.charts import Chart, Series
from neurodyn.studies.framework.claims import at_least, at_most, close
from neurodyn.studies.framework.section import Section
from neurodyn.studies.framework.work import Job, Work, run
from neurodyn.studies.random_features.measure import images, memory_system
from neurodyn.studies.random_features.settings import Settings
from neurodyn.system.build import build

Array = NDArray[np.float64]

EXACT = 1e-12
CYCLES = 5000
FREQUENCIES, TRIALS, FEWEST = 4000, 40, 10  # of the stream of memories
CUED = (15.0, 25.0, 50.0)  # after the cues of the shipped run: memory 1 is stored, erased, stored again
KEPT, GONE = 0.8, 0.3  # closeness to a memory that is, and is not, recalled
DRIFT = 0.25  # tolerance of drifts: a deviation over 40 trials is known to a tenth
SOFT = 0.75  # of the noise in the curvature: from 1 on there is no valley


def writing(work: Work, settings: Settings) -> Section:
    """Sums, a run that writes and erases, and a stream of memories."""
    jobs: dict[str, Job] = {"sums": partial(_sums, work), "cycles": partial(_cycles, work), "written run": _run}
    jobs[f"stream of {settings.writings}"] = partial(_stream, work, settings.writings)
    sums, cycles, told, stream = work.parts(jobs, {"cycles": 2.0, f"stream of {settings.writings}": 4.0}).values()
    fair = stream["noise"] < SOFT
    drift, deviation = stream["drift"] / stream["drift_expected"], stream["left"] / stream["left_expected"]
    stored, erased, again = (float(x) for x in told["closeness"])
    claims = (
        at_most("T(A) + T(B) less T of both", float(sums["joined"]), EXACT),
        at_most("T of both less the features of B, less T(A)", float(sums["erased"]), EXACT),
        at_most(f"what {CYCLES:,} writings and erasures in random order leave in T", float(cycles["left"]), EXACT),
        at_most("T as the shipped model writes it, less the sum of features", float(told["off"]), EXACT),
        at_least("closeness to a memory after its cue where it is stored (written twice)", min(stored, again), KEPT),
        at_most("the same where it was erased", erased, GONE),
        close("drift of the first memory over its expectation (R < 3/4), furthest from 1", _furthest(drift[fair]), 1.0,
              within=DRIFT),
        close("deviation of its weight over its expectation, furthest from 1", _furthest(deviation), 1.0,
              within=DRIFT),
    )  # fmt: skip
    names = ("drift", "drift_expected", "left", "left_expected", "noise")
    data = xr.Dataset({f"writing_{key}": ("written", stream[key]) for key in names}, {"written": stream["written"]})
    written = stream["written"].astype(float)
    series = (
        Series("drift of the first memory", written, stream["drift"], stream["drift_expected"]),
        Series("deviation of its weight", written, stream["left"], stream["left_expected"]),
    )
    known = FREQUENCIES / (2 * len(build("dense_memory_features_stream").values["first"]))
    chart = Chart(f"Writing goes on (D = 30, beta = 100, Y = {FREQUENCIES:,})",
                  ("memories written", "root mean square"), series, "xy",
                  along=(known, "no valley from Y/(2D) on"))  # fmt: skip
    return Section(claims, data, costs=(chart,))


def _furthest(ratios: Array) -> float:
    return float(ratios[np.abs(ratios - 1).argmax()]) if len(ratios) else np.nan


def _sums(work: Work) -> Mapping[str, Any]:
    """Features of two sets of memories, apart and together."""
    xi = images(work.rng("sums"), 50, 100)
    whole = FeatureMemory.of(memory_system(work.rng("sums", 1), xi, 30.0, 2000))
    parts = [
        FeatureMemory.of(build("dense_memory_features", sizes={"D": 100, "K": len(some), "Y": 2000}, xi=some, beta=30.0,
                               omega=whole.omega))
        for some in (xi[:20], xi[20:])
    ]  # fmt: skip
    joined = parts[0].trace + parts[1].trace - whole.trace
    erased = whole.trace - whole.features(xi[20:]).sum(axis=0) - parts[0].trace
    return {"joined": np.abs(joined).max(), "erased": np.abs(erased).max()}


def _cycles(work: Work) -> Mapping[str, Any]:
    """Memories are written and erased again one by one, a random one of those that are there each time."""
    rng = work.rng("cycles")
    first = FeatureMemory.of(memory_system(rng, images(rng, 1, 30), 100.0, 200))
    trace, there = first.trace.copy(), []
    for z in images(rng, CYCLES, 30):
        there.append(first.features(z)[0])
        trace += there[-1]
        if len(there) > 20:
            trace -= there.pop(int(rng.integers(len(there))))
    for features in there:
        trace -= features
    return {"left": np.abs(trace - first.trace).max()}


def _run() -> Mapping[str, Any]:
    """The shipped run: what is in T at its end, and where cues of memory 1 end."""
    system = build("dense_memory_features_writing")
    found = run(system, until=CUED[-1], save_at=[*CUED], record=["T_c", "T_s", "closeness"])
    values = system.values
    memory = FeatureMemory("sincos", values["xi"], values["omega"], float(values["beta"]))
    trace = np.concatenate([found["T_c"].values[-1], found["T_s"].values[-1]])
    return {"off": np.abs(trace - memory.trace).max(), "closeness": found["closeness"].values[:, 1]}


def _stream(work: Work, writings: int) -> Mapping[str, Any]:
    """Drift of the first memory and of its weight while others are written, beside what is expected of as many.

    Full steps let the state keep up with its valley.
    """
    written = np.array([n for n in FEWEST * 2 ** np.arange(20) if n <= writings])
    seed = int(work.rng("stream").integers(2**31))
    system = build("dense_memory_features_stream", sizes={"Y": FREQUENCIES}, keep=1.0, alpha=1.0, seed=seed)
    found = run(system, trials=TRIALS, steps=int(written[-1]), save_at=list(written), record=["drift", "left"])
    drift, left = found["drift"].values, found["left"].values
    expected = [_expected(work, system.values["first"], float(system.values["beta"]), int(n)) for n in written]
    return {
        "written": written,
        "drift": np.sqrt((drift**2).mean(axis=1)),
        "left": left.std(axis=1, ddof=1),
        **{key: np.array([one[key] for one in expected]) for key in expected[0]},
    }


def _expected(work: Work, first: Array, beta: float, written: int) -> Mapping[str, float]:
    """Of a memory among others."""
    others = work.rng("stream others").uniform(0, 1, (written, len(first))) / np.sqrt(len(first))
    memory = FeatureMemory.drawn(np.vstack([first, others]), beta=beta, count=FREQUENCIES)
    expected = moments(memory, first)
    return {
        "drift_expected": float(expected_drift(memory, first)[0]),
        "left_expected": float(np.sqrt(expected.variance[0])),
        "noise": float(curvature_noise(memory, first)[0]),
    }

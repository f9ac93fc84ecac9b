"""`fit`: the parameters with which a model comes nearest to measurements, and how well these tell them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fitting.data import Experiment
from neurodyn.analysis.fitting.files import experiments_of
from neurodyn.analysis.fitting.information import Information, information
from neurodyn.analysis.fitting.predict import Predictor
from neurodyn.analysis.fitting.problem import Minimum, Problem, minimise
from neurodyn.analysis.fitting.profiles import Profile, profiles
from neurodyn.analysis.fitting.report import Fit
from neurodyn.analysis.fitting.runs import How
from neurodyn.analysis.fitting.together import side_by_side
from neurodyn.analysis.fitting.vary import read_varied
from neurodyn.backends.progress import Bar
from neurodyn.errors import InputError, RunFailed
from neurodyn.results.recipe import plain_values, recipe
from neurodyn.system.build import built
from neurodyn.system.system import System

if TYPE_CHECKING:
    from neurodyn.model.model import Model

Floats = NDArray[np.float64]
# A coordinate is at its bound from here on, in terms of the distance of bounds.
AT_BOUND = 1e-5
# So often a search begins anew where a profile finds a better minimum.
ANEW = 3
# So many runs a search takes, and one side of a profile, for the bar.
SEARCH, PROFILE = 12, 25


def fit(
    system: System | Model | str,
    data: Any,
    *,
    parameters: Mapping[str, Any],
    inputs: Mapping[str, Any] | None = None,
    start: Mapping[str, Any] | None = None,
    starts: int = 8,
    level: float = 0.95,
    intervals: bool = True,
    backend: str | None = None,
    method: str | None = None,
    rtol: float = 1e-8,
    atol: float = 1e-10,
    seed: int = 0,
    progress: bool | None = None,
) -> Fit:
    """The parameters with which a model comes nearest to measurements, by bounded least squares.

    Slopes follow from the equations as further states where that can be (else from differences, and the report says
    why). Searches from several starts go side by side, as trials of one run.

    Args:
        system: a system, a model, or the name of one.
        data: `Samples` at times, `Peaks` in windows, a list of these, `Experiment`s with inputs of their own, or the
            path of a CSV file with columns such as `time,y,y_error`.
        parameters: what is varied, with its bounds: `{"alpha": (0.01, 1)}`; the name of a state is its start. Between
            positive bounds the search goes in logarithms.
        inputs, start: in place of those of the model, as in `simulate`.
        starts: how many searches; the first begins at the values of the model, the others are drawn.
        level: of intervals.
        intervals: whether to follow the profile of each parameter; else intervals come from the covariance alone.
        backend, method, rtol, atol: see `simulate`; by default lanes of the backend `ensemble`.
        seed: of the starts, and of draws in the model.
        progress: False shows no bar.

    Raises:
        InputError: for data, names and bounds that cannot be used, and models with noise.
        RunFailed: where no search finds a run that comes to its end.
    """
    system = built(system)
    _check(system, starts, level)
    varied = read_varied(system, parameters)
    how = How(backend, method, rtol, atol, seed)
    each = [
        Experiment(e.sets, {**(inputs or {}), **e.inputs}, {**(start or {}), **e.start}) for e in experiments_of(data)
    ]
    runs = SEARCH * starts + 2 * PROFILE * len(varied) * intervals  # or so
    with Bar(system.name, runs, progress) as bar:
        problem = Problem([Predictor(system, varied, e, how) for e in each], varied, bar)
        ends = _searched(problem, starts, seed)
        best, found, told, status = _told(problem, min(ends, key=lambda m: m.squares), level, intervals)
    asked = {
        "analysis": "fit", "parameters": {v.name: [v.low, v.high] for v in varied}, "starts": starts, "level": level,
        "intervals": intervals, **vars(how), "inputs": plain_values(system, dict(inputs or {})),
        "start": plain_values(system, dict(start or {})),
    }  # fmt: skip
    return Fit(system, problem, best, tuple(ends), found, told, level, status, recipe(system, asked))


def _check(system: System, starts: int, level: float) -> None:
    if system.structure.noisy or (system.model.discrete and system.model.noise):
        raise InputError(
            f"{system.name} has noise: one run of it is no prediction.",
            code="no-fit",
            remedy="Fit the model without noise, or one of its mean.",
        )
    if isinstance(starts, bool) or not isinstance(starts, int) or starts < 1:
        raise InputError(f"starts is {starts!r}.", code="bad-count", remedy="Give a whole number from 1 on.")
    if not 0 < level < 1:
        raise InputError(f"level is {level!r}.", code="bad-level", remedy="Give a number such as 0.95.")


def _searched(problem: Problem, starts: int, seed: int) -> list[Minimum]:
    """Where searches from all starts end."""
    from scipy.stats.qmc import LatinHypercube

    own = np.array([float(v.coordinate(v.first)) for v in problem.varied])
    drawn = LatinHypercube(len(own), seed=seed).random(starts - 1) if starts > 1 else np.zeros((0, len(own)))
    points = [own, *(problem.low + drawn * (problem.high - problem.low))]
    searches = [partial(minimise, first=point, low=problem.low, high=problem.high) for point in points]
    ends = side_by_side(searches, problem.answer)
    good = [m for m in ends if np.isfinite(m.squares)]
    if not good:
        raise RunFailed(
            f"No run of {problem.predictors[0].system.name} comes to its end, from any of {starts} starts.",
            code="no-fit",
            remedy="Narrow the bounds, or choose a method for stiff systems, such as Rodas4 or LSODA.",
        )
    return good


def _told(
    problem: Problem, best: Minimum, level: float, wanted: bool
) -> tuple[Minimum, Information, tuple[Profile, ...], str]:
    """What the data tell of the best point; a search from a better one that comes up on the way."""
    from scipy.stats import chi2, f

    left, turn = len(problem.values) - len(best.point), 0
    while True:
        best, held = _at_bounds(problem, best)
        variance = 1.0 if problem.known else best.squares / left if left > 0 else np.nan
        found = information(best.slopes, problem.varied, variance, problem.precision, held)
        status = "done" if best.settled else "not settled"
        if not wanted or not np.isfinite(variance):
            return best, found, (), status
        times = float(chi2.ppf(level, 1) if problem.known else f.ppf(level, 1, left))
        rise = max(variance, np.finfo(float).tiny) * times
        halves = np.sqrt(np.diag(found.covariance) / (variance or 1.0) * rise)
        try:
            told, better = profiles(problem, best, halves, rise)
        except KeyboardInterrupt:
            return best, found, (), "interrupted"
        turn += 1
        if better is None or turn == ANEW:
            return best, found, told, status if better is None else "not settled"
        search = partial(minimise, first=better.point, low=problem.low, high=problem.high)
        best = side_by_side([search], problem.answer)[0]


def _at_bounds(problem: Problem, best: Minimum) -> tuple[Minimum, list[int]]:
    """The minimum with what lies at a bound put there, and its numbers."""
    width = problem.high - problem.low
    low, high = best.point - problem.low <= AT_BOUND * width, problem.high - best.point <= AT_BOUND * width
    held = np.flatnonzero(low | high).tolist()
    if held:
        first = np.where(low, problem.low, np.where(high, problem.high, best.point))
        search = partial(minimise, first=first, low=problem.low, high=problem.high, held=held)
        moved = side_by_side([search], problem.answer)[0]
        if moved.squares <= best.squares * (1 + 1e-6):
            return moved, held
    return best, []

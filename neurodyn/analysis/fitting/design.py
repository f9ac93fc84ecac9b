"""`design_habituation`: parameters with which a model habituates as deep, as fast and for as long as it is asked to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.fitting.data import Experiment, Peaks
from neurodyn.analysis.fitting.design_report import RECOVERED, Design, Stimuli
from neurodyn.analysis.fitting.fit import fit
from neurodyn.analysis.fitting.from_peaks import FromPeaks, check_number, decrement, excess, ratio
from neurodyn.analysis.fitting.report import Fit
from neurodyn.analysis.habituation import habituation_time, recovery_time
from neurodyn.errors import InputError
from neurodyn.simulation import simulate
from neurodyn.system.build import built
from neurodyn.system.signals import Signal
from neurodyn.system.system import System

if TYPE_CHECKING:
    from neurodyn.model.model import Model

Floats = NDArray[np.float64]
# Peaks have settled where they fall by no more than this part.
SETTLED = 0.01
# How closely targets are to be met: depth and response relative to the first, decrement in its logarithm.
CLOSE, CLOSE_FALL = 0.002, 0.02
# A recovery time is looked for up to so many times what was asked, and drawn at so many gaps.
LONGEST, GAPS = 8.0, 16


def design_habituation(
    system: System | Model | str,
    *,
    parameters: Mapping[str, Any],
    height: float,
    period: float,
    width: float,
    depth: float | None = None,
    settled: int | None = None,
    recovery: float | None = None,
    count: int = 30,
    of: str = "y",
    input: str | None = None,
    **options: Any,
) -> Design:
    """Parameters with which a model habituates as deep, as fast and for as long as it is asked to.

    Stimuli are pulses at the end of each period. Targets become measurements of a fit: the last peak over the first is
    `depth`; the relative fall passes 1 % between stimulus number `settled` and the next, for good; and after a gap of
    `recovery` behind stimulus number `settled` (behind the last where that is not asked) one more is answered with 95 %
    of the first response. What the model then does is measured anew, with `analysis.habituation`.

    Args:
        system: a flow with an input and a response.
        parameters: what is varied, with its bounds, as in `fit`.
        height, period, width: of the stimuli.
        depth, settled, recovery: the targets; at least one.
        count: how many stimuli a series has, at whose end the depth is read.
        of: the response, a state or observable.
        input: the name of the input; by default the only one.
        options: of `fit`.

    Raises:
        InputError: where there is no target, or one that no series has.
    """
    system = built(system)
    stimuli = _stimuli(system, input, height, period, width, count)
    targets = _targets(depth, settled, recovery, count)
    report = fit(system, _experiments(stimuli, of, targets), parameters=parameters, **options)
    return _measured(report, stimuli, of, targets)


def _stimuli(system: System, name: str | None, height: float, period: float, width: float, count: int) -> Stimuli:
    names = list(system.model.inputs)
    if name is None and len(names) != 1:
        raise InputError(
            f"{system.name} has the inputs {', '.join(names) or 'none'}.",
            code="no-input",
            remedy="Name one: input='u'.",
        )
    name = names[0] if name is None else name
    if name not in names:
        raise InputError(f"{system.name} has no input {name}.", code="no-input", remedy=f"It has: {', '.join(names)}.")
    period = check_number("period", period, 0, np.inf)
    width = check_number("width", width, 0, period)
    if isinstance(count, bool) or not isinstance(count, int) or count < 3:
        raise InputError(f"count is {count!r}.", code="bad-count", remedy="A series has three stimuli or more.")
    return Stimuli(name, check_number("height", height, 0, np.inf), period, width, count)


def _targets(depth: float | None, settled: int | None, recovery: float | None, count: int) -> dict[str, float]:
    found = {}
    if depth is not None:
        found["depth"] = check_number("depth", depth, 0, 1)
    if settled is not None:
        found["settled"] = check_number("settled", settled, 1, count)
    if recovery is not None:
        found["recovery"] = check_number("recovery", recovery, 0, np.inf)
    if not found:
        raise InputError("No target is given.", code="no-target", remedy="Give depth, settled or recovery.")
    return found


def _experiments(stimuli: Stimuli, of: str, targets: Mapping[str, float]) -> list[Experiment]:
    """The targets as measurements."""
    starts: Floats = stimuli.period * np.arange(stimuli.count, dtype=float)
    found: list[Any] = []
    if "depth" in targets:
        found.append(_one(of, "depth", targets["depth"], CLOSE, starts[[0, -1]], stimuli.period, ratio))
    if "settled" in targets:
        n = int(targets["settled"])
        own = starts[n - 2 : n + 1]
        found.append(_one(of, "decrement", np.log(SETTLED), CLOSE_FALL, own, stimuli.period, decrement))
        if n + 1 < stimuli.count:
            found.append(_one(of, "later falls", 0.0, CLOSE_FALL, starts[n:], stimuli.period, partial(excess, SETTLED)))
    each = [Experiment(found, {stimuli.input: stimuli.series()})] if found else []
    if "recovery" in targets:
        n, gap = int(targets.get("settled", stimuli.count)), targets["recovery"]
        own = np.array([0.0, n * stimuli.period + gap])
        answer = _one(of, "answer", RECOVERED, CLOSE, own, stimuli.period, ratio)
        each.append(Experiment([answer], {stimuli.input: stimuli.probed(n, gap)}))
    return each


def _one(
    of: str, name: str, value: float, error: float, starts: Floats, period: float, formula: Callable[..., Any]
) -> FromPeaks:
    return FromPeaks(of, [value], errors=error, starts=starts, ends=starts + period, formula=formula, name=name)


def _measured(report: Fit, stimuli: Stimuli, of: str, targets: Mapping[str, float]) -> Design:
    """What the fitted model does, by the measures of `analysis.habituation`."""
    starts = {v.name: report.values[v.name] for v in report.problem.varied if v.is_start}
    period, count = stimuli.period, stimuli.count
    settings: dict[str, Any] = {"start": starts, "record": [of], "rtol": 1e-8, "atol": 1e-10, "progress": False}

    def heights(signal: Signal, begin: float, number: int) -> Floats:
        """The peaks of some periods, looked at as in the fit."""
        own = Peaks.every(of, np.zeros(number), period=period, start=begin)
        edges = np.asarray(signal.edges(0.0, own.last), dtype=float)
        looks, inputs = own.looks(edges), {stimuli.input: signal}
        run = simulate(report.fitted, until=own.last, inputs=inputs, save_at=looks, **settings)
        y = np.asarray(run[of].values, dtype=float)[:, None]
        found: Floats = own.read(run.time, y, np.zeros((*y.shape, 0)), edges)[0][0]
        return found

    series = heights(stimuli.series(), 0.0, count)
    n = int(targets.get("settled", count))

    @cache
    def respond(gap: float) -> float:
        return float(heights(stimuli.probed(n, gap), n * period + gap, 1)[0])

    found = {"depth": float(series[-1] / series[0]), "settled": float(habituation_time(series))}
    gaps = answers = np.zeros(0)
    if "recovery" in targets:
        longest = LONGEST * targets["recovery"]
        try:
            found["recovery"] = recovery_time(respond, RECOVERED * series[0], longest, 1e-4)
        except InputError as error:
            if error.code != "not-recovered":
                raise
            found["recovery"] = float("inf")
        end = 2 * targets["recovery"] if np.isinf(found["recovery"]) else 1.6 * found["recovery"] + period
        gaps = np.linspace(0, end, GAPS)
        answers = np.array([respond(float(gap)) for gap in gaps])
    return Design(report, stimuli, targets, found, series, gaps, answers)

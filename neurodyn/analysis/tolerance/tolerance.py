"""`tolerance`: many runs of a circuit whose components are off, each by as much as its tolerance allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.analysis.tolerance.corners import corners
from neurodyn.analysis.tolerance.measures import Asked, asked_measures
from neurodyn.analysis.tolerance.report import Measured, Tolerance
from neurodyn.analysis.tolerance.runner import Runner
from neurodyn.analysis.tolerance.sensitivity import regression, sobol_indices
from neurodyn.analysis.tolerance.variations import variations
from neurodyn.backends import find
from neurodyn.errors import InputError

if TYPE_CHECKING:
    from neurodyn.model.model import Model
    from neurodyn.system.system import System


def tolerance(
    system: System | Model | str,
    *,
    measures: Mapping[str, Any] | Sequence[str] = (),
    samples: int = 1000,
    spreads: Mapping[str, str] | None = None,
    common: Sequence[Sequence[str]] = (),
    record: Sequence[str] | None = None,
    draws: str = "philox",
    indices: int = 0,
    seed: int = 0,
    **options: Any,
) -> Tolerance:
    """What the tolerances of components do to a response: its band, yields, what matters, and the worst corners.

    Tolerances stand in the file, `R = "470 ohm ± 5 %"`, or are given. Each parameter is drawn by itself; what several
    share (a temperature) is one parameter that they read, or a group in `common`.

    Args:
        measures: texts, `peak(y)`, `ratio(y, 1 s) in 0.1..0.5`; or by name texts, functions of `Runs` that give a
            number for each run, or pairs of a function and its limits (low, high).
        samples: how many runs.
        spreads: tolerances by parameter, in place of those in the file: `{"R3.R": "5 % normal"}`; "" is none.
        common: groups of parameters that share one draw.
        record: the outputs whose bands are told; by default those that measures read, else what the bench records.
        draws: `philox`, independent; or `sobol`, spread evenly, for which the intervals of yields are too wide.
        indices: of how many pairs of samples Sobol's indices are made, with (tolerances + 2) runs for each; 0 is none.
        seed: of the draws.
        **options: of `simulate`: `until`, `inputs`, `save_at`, `rtol`, ...; the backend is `ensemble` where that can.

    Raises:
        InputError: for names that there are not, and for what is no tolerance or measure.
    """
    from neurodyn.system.build import built

    if samples < 2:
        raise InputError(f"samples is {samples}.", code="not-a-number", remedy="Give a whole number from 2 on.")
    own, asked = built(system), asked_measures(measures)
    varied = variations(own, spreads, common)
    if "backend" not in options and own.needs <= find("ensemble").abilities:
        options = {**options, "backend": "ensemble"}
    runner = Runner(own, varied, asked, _outputs(own, asked, record), {"progress": False, **options})
    offsets = varied.offsets(samples, draws, seed)
    middle, runs = runner.runs(np.zeros((1, len(varied.axes)))), runner.runs(offsets)
    values = runner.measured(runs)
    slopes = [regression(offsets, one) for one in values]
    worst = corners(runner, [one.slopes for one in slopes]) if asked else []
    shares: Sequence[Any] = [None] * len(asked)
    if indices:
        pair = (varied.offsets(indices, draws, seed + k) for k in (1, 2))
        shares = sobol_indices(lambda rows: runner.measured(runner.runs(rows)), *pair)
    found = {
        one.name: Measured(one, float(at[0]), each, slope, corner, share)
        for one, at, each, slope, corner, share in zip(
            asked, runner.measured(middle), values, slopes, worst, shares, strict=True
        )
    }
    return Tolerance(own, varied, runs, middle, found, offsets, draws, seed)


def _outputs(system: System, asked: Sequence[Asked], record: Sequence[str] | None) -> tuple[str, ...]:
    """What is recorded: what was asked for, and what measures read; inputs, which are the same in all runs, last."""
    read = [one.reads for one in asked if one.reads is not None]
    usual = [] if read else [*system.model.bench.get("record", system.layout.names)]
    return tuple(dict.fromkeys([*(record if record is not None else usual), *read]))

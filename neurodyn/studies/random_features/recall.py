"""Digits from their upper halves: steps down the exact energy, and down that of random features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from neurodyn.analysis.basins.fractions import wilson
from neurodyn.analysis.features import FeatureMemory, moments
from neurodyn.plots.charts import Chart, Series
from neurodyn.studies.framework.claims import Claim, at_least, at_most, close, undecided
from neurodyn.studies.framework.keeping import Outcome
from neurodyn.studies.framework.report import Picture
from neurodyn.studies.framework.section import Section
from neurodyn.studies.framework.work import Work, run
from neurodyn.studies.memory.patterns import checked_patterns, digit_patterns
from neurodyn.studies.random_features.settings import Settings
from neurodyn.system.build import build
from neurodyn.system.system import System

Array = NDArray[np.float64]

BETAS = (10.0, 20.0, 30.0, 40.0, 50.0, 60.0)
ENOUGH = 0.9  # of the digits that tune the temperature is recalled by the exact energy: the first such beta is taken
THIRD = 1 / 3  # the relative deviation of S at cues for which the number of frequencies is chosen
FACTORS = (1 / 16, 1 / 4, 1.0, 4.0)  # of that number
ALPHA, STEPS = 0.2, 80
SHOWN = 8
CAPTION = (
    "Digits of which the lower half is covered: the cue, what the exact energy makes of it, and what random features "
    "do; pixels of the upper half are held."
)


def recall(work: Work, settings: Settings) -> Section:
    """Choose temperature and number of frequencies on one set of images, and count on the others."""
    xi = _images(work, settings)
    stored = min(settings.stored, len(xi))
    sets = [xi[k : k + stored] for k in range(0, len(xi) - stored + 1, stored)]
    tuning, reported = sets[0], sets[1:] or sets
    tuned = work.parts({f"recall tuning beta={beta:g}": partial(_tuned, tuning, beta) for beta in BETAS})
    rates = np.array([float(tuned[f"recall tuning beta={beta:g}"]["right"]) for beta in BETAS])
    good = np.flatnonzero(rates >= ENOUGH * rates.max())
    beta = BETAS[int(good[0])]
    count = int(tuned[f"recall tuning beta={beta:g}"]["needed"])
    counts = sorted({min(max(round(factor * count), 1), settings.most) for factor in FACTORS})
    names = {n: [f"recall beta={beta:g} Y={n} set {k}" for k in range(len(reported))] for n in counts}
    jobs = {
        name: partial(_recalled, work, images, beta, n, k)
        for n in counts
        for k, (name, images) in enumerate(zip(names[n], reported, strict=True))
    }
    found = work.parts(jobs)
    outcomes = {n: [found[name] for name in names[n]] for n in counts}
    note = f"Digits: {len(reported)} sets of {stored} binary images, beta = {beta:g} and Y = {count:,} chosen on " + (
        "another set." if len(sets) > 1 else "the same images, as there are no others."
    )
    return _judged(outcomes, min(count, settings.most), reported, (note,))


def half(size: int) -> Array:
    """1 for the first half of the pixels, which is held."""
    return (np.arange(size) < size // 2).astype(float)


def _images(work: Work, settings: Settings) -> Array:
    """Binary images of 0 and 1/sqrt(D), one per row."""
    if work.data is None:
        signs = np.unique(digit_patterns()[0], axis=0)
        signs = signs[work.rng("digits").permutation(len(signs))[: settings.stored * (settings.sets + 1)]]
    else:
        signs = checked_patterns(work.data)
    found: Array = (signs + 1) / 2 / np.sqrt(signs.shape[1])
    return found


def end(system: System, cues: Array, steps: int = STEPS) -> Array:
    """Where cues come to, (cues, pixels)."""
    result = run(system, start={"v": cues}, trials=len(cues), steps=steps, save_at=[steps], record=["v"])
    return np.asarray(result["v"].values[-1], dtype=float)


def same(states: Array, xi: Array) -> NDArray[np.bool_]:
    """Whether each state is its image, once it is black and white."""
    middle = 0.5 / np.sqrt(xi.shape[1])
    found: NDArray[np.bool_] = ((states > middle) == (xi > middle)).all(axis=1)
    return found


def _exact(xi: Array, beta: float, held: Array, cues: Array) -> Array:
    sizes = {"D": xi.shape[1], "K": len(xi)}
    return end(build("dense_memory_kernel_clamped", sizes=sizes, xi=xi, beta=beta, clamp=held, alpha=ALPHA), cues)


def _tuned(xi: Array, beta: float) -> Mapping[str, Any]:
    """The share that the exact energy recalls, and the frequencies that make S known to a third at the median cue."""
    held = half(xi.shape[1])
    cues = xi * held
    spread = moments(FeatureMemory.drawn(xi, beta=beta, count=1), cues).spread
    needed = np.ceil(np.median(spread) ** 2 / THIRD**2)
    return {"right": same(_exact(xi, beta, held, cues), xi).mean(), "needed": needed}


def _recalled(work: Work, xi: Array, beta: float, count: int, number: int) -> Mapping[str, Any]:
    """Ends of exact and distributed recall of one set, and by how much a pixel moved that is held."""
    held = half(xi.shape[1])
    cues = xi * held
    sizes = {"D": xi.shape[1], "K": len(xi), "Y": count}
    seed = int(work.rng(f"recall {count}", number).integers(2**31))
    system = build("dense_memory_features_step", sizes=sizes, xi=xi, beta=beta, clamp=held, alpha=ALPHA, seed=seed)
    by_features, exact = end(system, cues), _exact(xi, beta, held, cues)
    moved = np.abs((by_features - cues) * held).max()
    clipped = (FeatureMemory.of(system).closeness(cues) <= float(system.values["floor_S"])).mean()
    return {
        "exact": exact, "features": by_features, "right": same(by_features, xi), "right_exact": same(exact, xi),
        "moved": max(float(moved), float(np.abs((exact - cues) * held).max())), "clipped": clipped,
    }  # fmt: skip


def _judged(
    outcomes: Mapping[int, Sequence[Outcome]], chosen: int, sets: Sequence[Array], notes: tuple[str, ...]
) -> Section:
    counts = np.array([*outcomes])
    right = {n: np.concatenate([one["right"] for one in some]) for n, some in outcomes.items()}
    exact = np.concatenate([one["right_exact"] for one in outcomes[chosen]])
    rates, many = np.array([one.mean() for one in right.values()]), len(exact)
    low, high = wilson(rates * many, many)
    moved = max(float(one["moved"]) for some in outcomes.values() for one in some)
    few = right[int(counts[0])].mean()
    kept = right[chosen][exact].mean() if exact.any() else np.nan
    claims = [
        close("largest change of a pixel that is held", moved, 0.0, within=0.0),
        at_least(f"share of what the exact energy recalls that Y = {chosen:,} does (S known to a third)", kept, 0.9),
        at_most(f"the same with Y = {counts[0]:,}", few / exact.mean() if exact.any() else np.nan, 0.5),
        _exact_claim(exact),
    ]
    clipped = np.array([np.mean([one["clipped"] for one in some]) for some in outcomes.values()])
    data = xr.Dataset(
        {"recall_features": ("frequencies", rates), "recall_low": ("frequencies", low),
         "recall_high": ("frequencies", high), "recall_exact": exact.mean(),
         "recall_clipped": ("frequencies", clipped)},
        {"frequencies": counts},
    )  # fmt: skip
    series = (Series("recalled, with 95 % intervals", counts.astype(float), rates, low=low, high=high),
              Series("cues on the plateau", counts.astype(float), clipped))  # fmt: skip
    chart = Chart("Digits from their upper halves", ("frequencies Y", "share"), series, "x",
                  across=(float(exact.mean()), "recalled by the exact energy"),
                  along=(float(chosen), "S known to a third"))  # fmt: skip
    rows = {"cue": sets[0][:SHOWN] * half(sets[0].shape[1]), "exact": outcomes[chosen][0]["exact"][:SHOWN]}
    rows |= {f"Y = {n:,}": some[0]["features"][:SHOWN] for n, some in outcomes.items()}
    pictures = {"digits": Picture(CAPTION, partial(_drawn, rows | {"stored": sets[0][:SHOWN]}))}
    return Section(tuple(claims), data, costs=(chart,), notes=notes, pictures=pictures)


def _exact_claim(exact: NDArray[np.bool_]) -> Claim:
    """The exact energy recalls on images that did not choose the temperature."""
    if not len(exact):
        return undecided("share that the exact energy recalls", ENOUGH, "There are no images.")
    low, high = wilson(float(exact.sum()), len(exact))
    about = f"share that the exact energy recalls, other images than chose beta (95 % interval {low:.0%} to {high:.0%})"
    return at_least(about, float(exact.mean()), 0.8)


def _drawn(rows: Mapping[str, Array]) -> Any:
    from neurodyn.plots.charts import draw_images

    return draw_images(rows, "Digits from their upper halves")

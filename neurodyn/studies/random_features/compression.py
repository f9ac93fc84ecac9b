"""Where sums of features take fewer numbers than the memories, K*D > 2*Y, and whether they still work there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from neurodyn.analysis.basins.fractions import wilson
from neurodyn.analysis.features import FeatureMemory, moments
from neurodyn.plots.charts import Chart, Series
from neurodyn.studies.framework.claims import Claim, at_least, at_most, close
from neurodyn.studies.framework.section import Section
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Work
from neurodyn.studies.random_features.measure import flipped, images, memory_system
from neurodyn.studies.random_features.recall import ALPHA, end, same
from neurodyn.studies.random_features.settings import Settings
from neurodyn.system.build import build
from neurodyn.system.system import System

Array = NDArray[np.float64]

SIZE, QUERIES, CUES, STEPS = 100, 40, 100, 50
BETAS = (10.0, 30.0, 50.0)
STORED = (10, 30, 100, 300, 1000)
FAIR = 9.0  # 1 over the square of the relative deviation of S that is asked for, a third
# Numbers kept over numbers of the memories, 2*Y/(K*D), at which recall is counted. Memories far apart lie in valleys
# above 4: the noise in the curvature (`analysis.features.curvature_noise`) is 2 over the root of this share.
SHARES = (1.0, 4.0, 16.0)
STARTS = ("memories", "flipped")
# Figure 2 of the source: frequencies, memories, and numbers of an image.
SOURCE = (200_000, 20, 12_288)


def compression(work: Work, settings: Settings) -> Section:
    """The numbers that are needed, by formula, and what is recalled at break-even."""
    jobs = {f"numbers beta={b:g} K={k}": partial(_numbers, work, b, k) for b in BETAS for k in STORED}
    numbers = work.parts(jobs)
    ratios = np.array([[numbers[f"numbers beta={b:g} K={k}"]["ratio"] for k in STORED] for b in BETAS])
    limits = np.array([numbers[f"numbers beta={b:g} K={STORED[-1]}"]["limit"] for b in BETAS])
    many = settings.many
    names = {(b, s): f"break-even beta={b:g} K={many} share {s:g}" for b in BETAS for s in SHARES}
    found = work.parts({name: partial(_recalled, work, *case, many) for case, name in names.items()})
    exact = np.array([found[names[b, SHARES[-1]]]["exact"] for b in BETAS])
    by_features = np.array([[found[names[b, s]]["features"] for s in SHARES] for b in BETAS])
    details = (_table(exact, by_features, min(CUES, many), many),)
    data = xr.Dataset(
        {"compression_ratio": (("beta_of_ratio", "K", "cue"), ratios),
         "compression_exact": (("beta_of_ratio", "cue"), exact),
         "compression_features": (("beta_of_ratio", "share", "cue"), by_features)},
        {"beta_of_ratio": list(BETAS), "K": list(STORED), "cue": list(STARTS), "share": list(SHARES)},
    )  # fmt: skip
    stored = np.array(STORED, dtype=float)
    series = [
        Series(f"beta = {b:g}, a tenth flipped", stored, ratios[k, :, 1], ratios[k, :, 0]) for k, b in enumerate(BETAS)
    ]
    chart = Chart(f"Numbers that make S known to a third (D = {SIZE})", ("memories K", "2Y / (K D)"), series, "xy",
                  across=(1.0, "break-even"), dashed="at memories")  # fmt: skip
    claims = (*_by_formula(ratios, limits), *_by_recall(exact, by_features))
    return Section(claims, data, costs=(chart,), details=details, notes=(_verdict(by_features[-1]),))


def _verdict(shares: Array) -> str:
    """In a sentence, from what was counted at the highest temperature."""
    stay, back = (", ".join(f"{x:.0%}" for x in row) for row in shares.T)
    at = ", ".join(f"{share:g}" for share in SHARES)
    return (
        f"Compression: numbers are saved where KD > 2Y, but at 2Y/(KD) = {at} (beta = {BETAS[-1]:g}) {stay} of the "
        f"memories stay where they are, and {back} of the cues with a tenth flipped come back. Memories far apart lie "
        "in valleys from 2Y = 4KD on, and frequencies come from a seed: stored, they are YD numbers more."
    )


def _by_formula(ratios: Array, limits: Array) -> list[Claim]:
    count, stored, size = SOURCE
    hot = len(BETAS) - 1
    far = STORED.index(100)
    return [
        at_most("numbers kept over those of the memories, figure 2 of the source", 2 * count / (stored * size), 1.0,
                reason=f"It counts Y = {count:,} frequencies, but keeps a sine and a cosine of each."),
        close("2Y/(KD) for S to a third at memories, beta = 50, K = 100: 9/D", ratios[hot, far, 0], FAIR / SIZE,
              relative=0.1),
        close("the same with a tenth of the bits flipped: 9*exp(beta*r**2)/D", ratios[hot, far, 1], limits[hot],
              relative=0.15),
        close("the same, K = 1,000 over K = 100: more memories compress no better",
              ratios[hot, -1, 1] / ratios[hot, far, 1], 1.0, within=0.25),
    ]  # fmt: skip


def _by_recall(exact: Array, by_features: Array) -> list[Claim]:
    """At the highest temperature, at which the exact energy tells the memories apart."""
    one, some = exact[-1], by_features[-1]
    why = "There the noise in the curvature is twice the curvature of a valley: 2Y = 4KD is what valleys take."
    return [
        at_least("share that the exact energy recalls of flipped cues, beta = 50", one[1], 0.9),
        at_least("share of memories that stay where they are at break-even, 2Y = KD, beta = 50", some[0, 0], 0.9,
                 reason=why),
        at_least("the same with 2Y = 16 KD", some[2, 0], 0.9),
        at_least("share recalled of flipped cues with 2Y = 16 KD, beta = 50", some[2, 1], 0.9),
    ]  # fmt: skip


def _table(exact: Array, by_features: Array, cues: int, many: int) -> Table:
    rows = []
    for beta, one, some in zip(BETAS, exact, by_features, strict=True):
        for k, start in enumerate(STARTS):
            shares = [float(x) for x in (one[k], *some[:, k])]
            cells = [f"{x:.0%} [{a:.0%}, {b:.0%}]" for x in shares for a, b in [wilson(x * cues, cues)]]
            rows.append((f"{beta:g}", start, *cells))
    head = ("beta", "start", "exact", *(f"2Y = {share:g} KD" for share in SHARES))
    return Table(f"Recalled of {cues} images, D = {SIZE}, K = {many}, with 95 % intervals", head, rows)


def _numbers(work: Work, beta: float, stored: int) -> Mapping[str, Any]:
    """2*Y/(K*D) for the Y that makes S known to a third, at the median of memories and of flipped cues.

    And the limit of the latter for memories far apart, where Var S = K/(2*Y) and S = exp(-beta*r**2/2).
    """
    rng = work.rng("numbers", stored)
    xi = images(rng, stored, SIZE)
    near = xi[:QUERIES]
    asked = (near, flipped(rng, near))
    memory = FeatureMemory.drawn(xi, beta=beta, count=1)
    squares = [float(np.median(moments(memory, z).spread ** 2)) for z in asked]
    away = float(np.median(((asked[1] - near) ** 2).sum(axis=1)))
    return {
        "ratio": np.array(squares) * FAIR * 2 / (stored * SIZE),
        "limit": FAIR * np.exp(beta * away) / SIZE,
    }


def _recalled(work: Work, beta: float, share: float, stored: int) -> Mapping[str, Any]:
    """Shares of images that come back from themselves and from flipped cues, by the exact energy and by features."""
    rng = work.rng("break-even", stored)
    xi = images(rng, stored, SIZE)
    asked = xi[:CUES]
    starts = np.concatenate([asked, flipped(rng, asked)])
    sizes = {"D": SIZE, "K": stored}
    exact = build("dense_memory_kernel", sizes=sizes, xi=xi, beta=beta, alpha=ALPHA)
    count = round(share * stored * SIZE / 2)
    system = memory_system(rng, xi, beta, count, "dense_memory_features_step").with_values(alpha=ALPHA)

    def right(one: System) -> Array:
        found = same(end(one, starts, STEPS), np.concatenate([asked, asked]))
        return np.asarray(found.reshape(2, -1).mean(axis=1))

    return {"exact": right(exact), "features": right(system)}

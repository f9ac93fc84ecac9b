"""Errors against the number of frequencies, the inverse temperature and the size of the images."""

from __future__ import annotations

from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import t as student

from neurodyn.plots.charts import Chart, Series
from neurodyn.studies.framework.claims import Claim, at_least, seen
from neurodyn.studies.framework.section import Section
from neurodyn.studies.framework.work import Work
from neurodyn.studies.random_features.measure import KINDS, errors_of_three
from neurodyn.studies.random_features.settings import Settings

Array = NDArray[np.float64]

COUNTS = (500, 1000, 2000, 4000, 8000)
BETAS, COUNT = (10.0, 20.0, 30.0, 40.0, 50.0), 5000
WARM, SIZE, MIDDLE = 10.0, 100, 1  # of the slopes: inverse temperature, size, and the queries with flipped bits
QUERIES = 40  # of each kind, at most


def sweeps(work: Work, settings: Settings) -> Section:
    """Run both, and judge the exponent."""
    draws, queries = range(settings.slopes), min(QUERIES, settings.queries)
    sizes = [int(size) for size in settings.sizes]
    slope_jobs = {
        f"slope Y={count} draw {draw}": partial(
            errors_of_three, work, SIZE, settings.memories, WARM, count, queries, 100 + draw
        )
        for count in COUNTS
        for draw in draws
    }  # fmt: skip
    grid_jobs = {
        f"sweep D={size} beta={beta:g}": partial(
            errors_of_three, work, size, settings.memories, beta, COUNT, queries, 200
        )
        for size in sizes
        for beta in BETAS
    }
    found = work.parts(slope_jobs) | work.parts(grid_jobs, dict.fromkeys(grid_jobs, 1.5))
    keys = ("energy", "expected", "gradient_fair", "gradient_expected")
    by_count = {
        key: np.array([[found[f"slope Y={n} draw {k}"][key][MIDDLE] for n in COUNTS] for k in draws]) for key in keys
    }
    by_beta = {
        key: np.array([[found[f"sweep D={d} beta={b:g}"][key] for b in BETAS] for d in sizes])
        for key in (*keys, "clipped", "expected_clipped")
    }
    claims = (
        _exponent("energy", by_count["energy"]),
        _exponent("gradient (2-norm)", by_count["gradient_fair"]),
        at_least("errors at random over those at memories, beta = 50, all sizes", _far(by_beta["energy"]), 5.0),
    )
    return Section(claims, _dataset(by_count, by_beta, sizes), _charts(by_count, by_beta, sizes, settings.memories))


def exponents(errors: Array) -> tuple[float, float]:
    """The exponent in the number of frequencies and half its 95 % interval, from errors (draws, counts)."""
    slopes = np.polyfit(np.log(COUNTS), np.log(errors).T, 1)[0]
    many = len(slopes)
    half = float(student.ppf(0.975, many - 1) * slopes.std(ddof=1) / np.sqrt(many)) if many > 1 else np.inf
    return float(slopes.mean()), half


def _exponent(what: str, errors: Array) -> Claim:
    slope, half = exponents(errors)
    about = f"exponent of the error of the {what} in Y at beta = 10"
    told = f"{slope:.3f} (95 % interval {slope - half:.3f} to {slope + half:.3f})"
    return seen(about, abs(slope + 0.5) <= 0.1, "-0.5", told, tolerance="± 0.1")


def _far(errors: Array) -> float:
    """Errors at random over those at memories, at the highest inverse temperature, the least of all sizes."""
    return float((errors[:, -1, 2] / errors[:, -1, 0]).min())


def _charts(by_count: dict[str, Array], by_beta: dict[str, Array], sizes: list[int], stored: int) -> list[Chart]:
    counts, betas = np.array(COUNTS, dtype=float), np.array(BETAS)
    means = {key: np.sqrt((rows**2).mean(axis=0)) if "gradient" in key else rows.mean(axis=0)
             for key, rows in by_count.items()}  # fmt: skip
    of_count = [
        Series("energy", counts, means["energy"], means["expected"]),
        Series("gradient (2-norm)", counts, means["gradient_fair"], means["gradient_expected"]),
    ]
    middle = len(sizes) // 2
    of_beta, plateaus, of_gradient = (
        [
            Series(kind, betas, by_beta[key][middle, :, k], by_beta[expected][middle, :, k])
            for k, kind in enumerate(KINDS)
        ]
        for key, expected in (
            ("energy", "expected"), ("clipped", "expected_clipped"), ("gradient_fair", "gradient_expected"),
        )
    )  # fmt: skip
    of_size = [
        Series(f"D = {size}", betas, by_beta["energy"][k, :, 1], by_beta["expected"][k, :, 1])
        for k, size in enumerate(sizes)
    ]
    where = f"D = {sizes[middle]}, K = {stored}, Y = {COUNT:,}"
    beta, error = "inverse temperature beta", "mean |error of E|"
    return [
        Chart(f"Errors against Y (beta = 10, D = {SIZE})", ("frequencies Y", "error"), of_count, "xy"),
        Chart(f"Error of the energy ({where})", (beta, error), of_beta, "y"),
        Chart(f"Where the flow is dead ({where})", (beta, "share on the plateau"), plateaus),
        Chart("Error of the energy, a tenth of the bits flipped", (beta, error), of_size, "y"),
        Chart("Error of the gradient, where S is off by a third at most", (beta, "error (2-norm)"), of_gradient, "y"),
    ]


def _dataset(by_count: dict[str, Array], by_beta: dict[str, Array], sizes: list[int]) -> xr.Dataset:
    variables: dict[str, tuple[tuple[str, ...], Array]] = {
        f"slope_{key}": (("draw", "Y"), rows) for key, rows in by_count.items()
    }
    variables |= {f"sweep_{key}": (("D", "beta", "queries"), rows) for key, rows in by_beta.items()}
    coordinates = {"Y": list(COUNTS), "D": sizes, "beta": list(BETAS), "queries": list(KINDS)}
    return xr.Dataset(variables, coordinates)

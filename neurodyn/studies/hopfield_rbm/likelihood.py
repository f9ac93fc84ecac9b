"""Is ln Z by annealing that of the quadrature over hidden units, where both can be had?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from neurodyn import analysis
from neurodyn.analysis.hopfield_rbm.annealed import AnnealedPartition
from neurodyn.errors import InputError
from neurodyn.studies.framework.claims import Claim, at_most
from neurodyn.studies.framework.keeping import Outcome
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Job, Work
from neurodyn.studies.hopfield_rbm.images import Array, Images
from neurodyn.studies.hopfield_rbm.settings import Settings

HIDDEN = (1, 2, 3)
ERRORS = 4  # standard errors within which an estimate is right
LONGER = 4  # times the steps, where there is no quadrature to compare with


@dataclass(frozen=True, eq=False)
class Partition:
    """Ln Z by annealing beside the quadrature, by hidden units; and of all patterns, beside longer annealing."""

    few: dict[int, Outcome]
    all: Outcome


def measured(work: Work, settings: Settings, images: Images) -> Partition:
    """All estimates."""
    names = {count: f"ln Z of {count} patterns" for count in HIDDEN}
    jobs: dict[str, Job] = {name: partial(_both, work, settings, images, count) for count, name in names.items()}
    found = work.parts(jobs | {"ln Z of all patterns": partial(_longer, work, settings, images)})
    return Partition({count: found[name] for count, name in names.items()}, found["ln Z of all patterns"])


def _both(work: Work, settings: Settings, images: Images, count: int) -> dict[str, float]:
    weights = analysis.rbm_of_patterns(images.patterns()[:, :count]).weights
    found = _annealed(work, settings, weights, count)
    try:
        exact = analysis.rbm_log_partition(weights, beta=settings.beta)
    except InputError as refused:
        if refused.code != "too-many-units":
            raise
        exact = float("nan")  # large images; the claim is then undecided
    logs = analysis.rbm_log_likelihood(images.train, weights, beta=settings.beta, log_partition=exact)
    return {
        "exact": exact, "annealed": found.log_partition, "error": found.standard_error,
        "effective": found.effective, "likelihood": float(logs.mean()),
    }  # fmt: skip


def _longer(work: Work, settings: Settings, images: Images) -> dict[str, float]:
    weights = analysis.rbm_of_patterns(images.patterns()).weights
    one = _annealed(work, settings, weights, 0)
    more = _annealed(work, replace(settings, steps=LONGER * settings.steps), weights, -1)
    return {
        "off": abs(one.log_partition - more.log_partition) / float(np.hypot(one.standard_error, more.standard_error)),
        "error": more.standard_error,
    }


def _annealed(work: Work, settings: Settings, weights: Array, draw: int) -> AnnealedPartition:
    seed = int(work.rng(f"annealing {draw}").integers(1 << 31))
    return analysis.annealed_log_partition(
        weights, beta=settings.beta, steps=settings.steps, chains=settings.chains, seed=seed
    )


def claims(found: Partition) -> list[Claim]:
    """The estimate is right within its own error, which is small."""
    rows = []
    for count, one in found.few.items():
        off = abs(float(one["annealed"] - one["exact"])) / float(one["error"])
        about = f"ln Z by annealing, {count} hidden: off by so many standard errors"
        rows.append(at_most(about, off, ERRORS, reason="No quadrature over so many units." if np.isnan(off) else ""))
    worst = max(float(one["error"]) for one in found.few.values())
    return [
        *rows,
        at_most(
            f"ln Z of all patterns, off {LONGER} times the steps by so many errors", float(found.all["off"]), ERRORS
        ),
        at_most("largest standard error of ln Z", worst, 0.1),
    ]


def table(found: Partition) -> Table:
    """Both numbers, a row for each number of hidden units."""
    head = ("hidden units", "ln Z, quadrature", "ln Z, annealing", "standard error", "effective chains",
            "mean log-likelihood")  # fmt: skip
    digits = {"exact": ".5f", "annealed": ".5f", "error": ".3f", "effective": ".3g", "likelihood": ".3f"}
    rows = [(f"{k}", *(format(float(one[key]), form) for key, form in digits.items())) for k, one in found.few.items()]
    return Table("ln Z of a machine with few hidden units, and the likelihood of training images by it", head, rows)

"""Does training start and stay ahead with weights of a Hopfield network? Log-likelihood by epoch, several runs each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from neurodyn import analysis
from neurodyn.studies.framework.claims import Claim, at_least, at_most, between, close, seen, undecided
from neurodyn.studies.framework.keeping import Outcome
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Work
from neurodyn.studies.hopfield_rbm.images import Array, Images
from neurodyn.studies.hopfield_rbm.settings import SOURCE_UNITS, Settings

HOPFIELD, RANDOM, STRONG = "Hopfield", "random", "random, strong"
STARTS = {
    HOPFIELD: "weights of the network of the class patterns",
    RANDOM: "normal weights of the source's deviation",
    STRONG: "normal weights, columns as long as the source's",
}
# Of the source, one run on MNIST: mean log-likelihood at the first five points.
SOURCE = (-253.6, -172.7, -161.0, -155.8, -153.0)


@dataclass(frozen=True, eq=False)
class Learnt:
    """What trainings came to.

    Attributes:
        train, test: mean log-likelihood of an image by start, an array of seeds by epochs each.
        error: the largest standard error of ln Z behind them.
        weights: of the first seed, by start, epochs by units by hidden units.
        exists: from the Hopfield start, whether the weights are those of a network of patterns, seeds by epochs.
        complete: whether all candidates were visited.
        distance: likewise, of the closest vector of signs that was met from their span, as a share of its length.
    """

    train: dict[str, Array]
    test: dict[str, Array]
    error: float
    weights: dict[str, Array]
    exists: Array
    complete: bool
    distance: Array


def first_weights(start: str, patterns: Array, settings: Settings, rng: np.random.Generator) -> Array:
    """Where a training starts."""
    weights = analysis.rbm_of_patterns(patterns).weights
    if start == HOPFIELD:
        return weights
    longer = np.sqrt(SOURCE_UNITS / len(weights)) if start == STRONG else 1.0
    return np.asarray(settings.spread * longer * rng.standard_normal(weights.shape))


def measured(work: Work, settings: Settings, images: Images) -> Learnt:
    """All trainings."""
    names = {
        (start, seed): f"training, {start} start, run {seed}" for start in STARTS for seed in range(settings.seeds)
    }
    jobs = {name: partial(_trained, work, settings, images, *key) for key, name in names.items()}
    found = work.parts(jobs)

    def along(start: str, what: str) -> Array:
        return np.stack([found[names[start, seed]][what] for seed in range(settings.seeds)]).astype(float)

    return Learnt(
        {start: along(start, "train") for start in STARTS},
        {start: along(start, "test") for start in STARTS},
        max(float(one["error"]) for one in found.values()),
        {start: np.asarray(found[names[start, 0]]["weights"]) for start in STARTS},
        along(HOPFIELD, "exists"),
        bool(along(HOPFIELD, "complete").all()),
        along(HOPFIELD, "distance"),
    )


def _trained(work: Work, settings: Settings, images: Images, start: str, seed: int) -> Outcome:
    rng = work.rng(f"training, {start}", seed)
    first = first_weights(start, images.patterns(), settings, rng)
    course = analysis.train_rbm(
        images.train, first, beta=settings.beta, rate=settings.scaled_rate(len(first)), epochs=settings.epochs,
        k=settings.k, batch=settings.batch, updates=settings.updates, seed=int(rng.integers(1 << 31)),
    )  # fmt: skip
    levels = [_levels(settings, images, weights, int(rng.integers(1 << 31))) for weights in course.weights]
    found = {key: np.array([level[key] for level in levels]) for key in ("train", "test")}
    found |= {"error": np.array(max(level["error"] for level in levels)), "weights": course.weights}
    if start == HOPFIELD:
        back = [analysis.patterns_of_rbm(weights, near=images.patterns()) for weights in course.weights]
        found["exists"] = np.array([one.exists for one in back])
        found["complete"] = np.array(all(one.complete for one in back))
        found["distance"] = np.array([one.distances.min() for one in back])
    return found


def _levels(settings: Settings, images: Images, weights: Array, seed: int) -> dict[str, float]:
    """Mean log-likelihoods of images."""
    z = analysis.annealed_log_partition(
        weights, beta=settings.beta, steps=settings.steps, chains=settings.chains, seed=seed
    )

    def mean(states: Array) -> float:
        logs = analysis.rbm_log_likelihood(states, weights, beta=settings.beta, log_partition=z.log_partition)
        return float(logs.mean())

    return {"train": mean(images.train), "test": mean(images.test), "error": z.standard_error}


def lead(better: Array, worse: Array) -> Array:
    """By how much the worst run of one start is above the best of the other, at each epoch."""
    return np.asarray(better.min(axis=0) - worse.max(axis=0))


def spread(values: Array) -> float:
    """Between seeds, as a part of their mean, where it is largest after the start."""
    return float((np.ptp(values, axis=0) / np.abs(values.mean(axis=0)))[1:].max())


def claims(found: Learnt) -> list[Claim]:
    """What the source says of both starts."""
    hopfield, random, strong = (found.train[start] for start in STARTS)
    mean = hopfield.mean(axis=0)
    part = float((mean[1] - mean[0]) / (mean[: len(SOURCE)].max() - mean[0]))
    known = (SOURCE[1] - SOURCE[0]) / (SOURCE[-1] - SOURCE[0])
    far = "Modes of strong random weights are far apart, and few chains meet each of them."
    rows = [at_most("largest standard error of ln Z in training", found.error, 0.5, reason=far)]
    for start, other in ((RANDOM, random), (STRONG, strong)):
        ahead, unseen = lead(hopfield, other), lead(found.test[HOPFIELD], found.test[start])
        rows += [
            at_least(f"nats per image that Hopfield starts ahead of {start} at epoch 0", float(ahead[0]), 0.0),
            at_least(f"least lead over {start} at later epochs, worst run against best", float(ahead[1:].min()), 0.0),
            at_least(f"the same over {start} on test images", float(unseen[1:].min()), 0.0),
        ]
        told = f"{spread(hopfield):.2%} against {spread(other):.2%}"
        rows.append(
            seen(f"Hopfield runs agree more closely than {start}", spread(hopfield) < spread(other), "yes", told)
        )
    weak = "Columns of these weights are shorter than those of as many normal numbers for 784 units."
    return [
        *rows,
        at_most("spread of Hopfield runs, part of the log-likelihood", spread(hopfield), 0.015),
        between("spread of random runs, about 0.2 on MNIST", spread(random), 0.1, 0.3, reason=weak),
        between("spread of strong random runs, about 0.2 on MNIST", spread(strong), 0.1, 0.3),
        close("part of the Hopfield start's gain in epochs 0 to 4 that the first brings", part, known, relative=0.2),
        _certificate(found),
    ]  # fmt: skip


def _certificate(found: Learnt) -> Claim:
    about, expected = "after training no reverse map exists", "certificate"
    least = float(found.distance[:, 1:].min())
    told = f"the closest vectors that were met are off by {least:.2g} of their length or more"
    if found.exists[:, 1:].any():
        return seen(about, False, expected, "there is one")
    if not found.complete:
        return undecided(about, expected, f"Searched, not all candidates visited; {told}.")
    return seen(about, True, expected, f"verified; {told}")


def table(found: Learnt) -> Table:
    """Means over seeds at each epoch, on images that were trained on and on others."""
    head = ("start", *(f"epoch {k}" for k in range(found.train[HOPFIELD].shape[1])))
    rows = []
    for start in STARTS:
        for what, values in (("train", found.train[start]), ("test", found.test[start])):
            cells = (f"{m:.2f} ± {s:.2f}" for m, s in zip(values.mean(axis=0), values.std(axis=0), strict=True))
            rows.append((f"{start}, {what}", *cells))
    return Table(
        f"Mean log-likelihood of an image, nats, and its deviation over {len(found.train[HOPFIELD])} runs", head, rows
    )

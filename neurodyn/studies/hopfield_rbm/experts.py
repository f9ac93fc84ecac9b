"""Do experts classify better from a Hopfield start? A machine for each class, and logistic regression on their scores.

The score of an expert is ln p of the image but for ln Z, which is |W's|**2/2 but for a factor.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from neurodyn import analysis
from neurodyn.analysis.basins.fractions import wilson
from neurodyn.studies.framework.claims import Claim, at_least, at_most, close, seen
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Work
from neurodyn.studies.hopfield_rbm.images import Array, Images
from neurodyn.studies.hopfield_rbm.learning import HOPFIELD, RANDOM, first_weights
from neurodyn.studies.hopfield_rbm.settings import Settings

STARTS = (HOPFIELD, RANDOM)
STRENGTH = 1.0  # inverse of the penalty on the weights of the regression, whose scores have deviation 1
# Of the source with 10 hidden units each: part that is wrong at first and at last.
SOURCE = {HOPFIELD: (0.0691, 0.0446), RANDOM: (0.515, 0.0533)}


@dataclass(frozen=True, eq=False)
class Classified:
    """The part of test images that goes to the wrong class, by start, seeds by epochs each; of how many images."""

    errors: dict[str, Array]
    images: int


def measured(work: Work, settings: Settings, images: Images) -> Classified:
    """All experts of all runs."""
    names = {(start, seed): f"experts, {start} start, run {seed}" for start in STARTS for seed in range(settings.seeds)}
    found = work.parts({name: partial(_run, work, settings, images, *key) for key, name in names.items()})
    errors = {s: np.stack([found[names[s, k]]["errors"] for k in range(settings.seeds)]) for s in STARTS}
    return Classified(errors, len(images.test))


def _run(work: Work, settings: Settings, images: Images, start: str, seed: int) -> dict[str, Array]:
    rng = work.rng(f"experts, {start}", seed)
    scores = [_scores(settings, images, start, which, rng) for which in range(images.count)]
    train, test = (np.stack([pair[k] for pair in scores], axis=-1) for k in (0, 1))
    wrong = [_wrong(a, b, images) for a, b in zip(train, test, strict=True)]
    return {"errors": np.array(wrong)}


def _scores(
    settings: Settings, images: Images, start: str, which: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Of one expert after each epoch, on all images: epochs by images."""
    first = first_weights(start, images.patterns_of(which, settings.experts), settings, rng)
    course = analysis.train_rbm(
        images.members(which), first, beta=settings.beta, rate=settings.scaled_rate(len(first)),
        epochs=settings.epochs, k=settings.k, batch=settings.batch, updates=settings.expert_updates,
        seed=int(rng.integers(1 << 31)),
    )  # fmt: skip

    def of(states: Array) -> Array:
        each = [analysis.rbm_log_likelihood(states, w, beta=settings.beta, log_partition=0.0) for w in course.weights]
        return np.stack(each)

    return of(images.train), of(images.test)


def _wrong(train: Array, test: Array, images: Images) -> float:
    """The part of test images that regression on the scores of training images classifies wrongly."""
    from sklearn.linear_model import LogisticRegression

    mean, size = train.mean(axis=0), train.std(axis=0)
    found = LogisticRegression(C=STRENGTH, max_iter=2000).fit((train - mean) / size, images.train_classes)
    guessed: NDArray[np.int64] = found.predict((test - mean) / size)
    return float((guessed != images.test_classes).mean())


def claims(found: Classified) -> list[Claim]:
    """What the source says, and its numbers where it is random at first."""
    hopfield, random = (found.errors[start] for start in STARTS)
    ahead = random.min(axis=0) - hopfield.max(axis=0)
    fall = float(hopfield[:, 0].mean() - hopfield[:, -1].mean())
    spreads = f"{np.ptp(hopfield[:, -1]):.3f} against {np.ptp(random[:, -1]):.3f}"
    closer = float(np.ptp(hopfield[:, -1])) <= float(np.ptp(random[:, -1]))
    known = f"{SOURCE[HOPFIELD][1]:.4f} against {SOURCE[RANDOM][1]:.4f} on MNIST"
    last_error, fewer = float(hopfield[:, -1].mean()), "MNIST has more pixels, and 50 times the images to train on."
    return [
        at_least("error of the best random experts less that of the worst Hopfield, epoch 0", float(ahead[0]), 0.0),
        at_least("the same at later epochs, where it is least", float(ahead[1:].min()), 0.0, reason=known),
        close("error of random experts, epoch 0", float(random[:, 0].mean()), SOURCE[RANDOM][0], within=0.1),
        at_least("error of Hopfield experts at epoch 0 less that at the last", fall, 0.0),
        at_most("error of Hopfield experts, last epoch", last_error, SOURCE[HOPFIELD][1], reason=fewer),
        seen("runs of Hopfield experts agree at least as closely at the end", closer, "yes", spreads),
    ]


def table(found: Classified) -> Table:
    """Means over seeds with the interval of so many images."""
    epochs = next(iter(found.errors.values())).shape[1]
    rows = []
    for start, errors in found.errors.items():
        mean = errors.mean(axis=0)
        low, high = wilson(mean * found.images, found.images)
        rows.append((start, *(f"{m:.1%} [{a:.1%}, {b:.1%}]" for m, a, b in zip(mean, low, high, strict=True))))
    title = f"Wrongly classified of {found.images} test images, mean of all runs (95 % interval for that many images)"
    return Table(title, ("start", *(f"epoch {k}" for k in range(epochs))), rows)

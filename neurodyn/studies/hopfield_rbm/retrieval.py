"""Does an image still find the pattern of its class after training? The Hopfield network at a temperature.

As in the source: no unit acts on itself, and an image is recalled where a trajectory from it first has an overlap above
0.7 with the pattern of its class. Beside it: where the trajectory is at its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from neurodyn import analysis
from neurodyn.analysis.basins.fractions import wilson
from neurodyn.studies.framework.claims import Claim, at_least, at_most, close
from neurodyn.studies.framework.keeping import Outcome
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Work, run
from neurodyn.studies.hopfield_rbm.images import Array, Images
from neurodyn.studies.hopfield_rbm.settings import SOURCE_UNITS, Settings
from neurodyn.system.build import build

OVERLAP = 0.7
BEFORE, MAPPED, ITSELF = "before", "after, mapped back", "after, J = W W'"
MEASURES = {"nearest": "nearest as shown", "first": "first above 0.7", "last": "at the end"}
SOURCE = (0.7678, 0.7371)  # before, and mapped back after 10 epochs, on MNIST


def measured(work: Work, settings: Settings, images: Images, trained: Array) -> dict[tuple[str, float], Outcome]:
    """By network and inverse temperature: shares of trajectories that are right, by measure."""
    patterns = images.patterns()
    mapped = mapped_back(trained, patterns)
    networks = {
        BEFORE: (analysis.rbm_of_patterns(patterns).couplings, patterns),
        MAPPED: (analysis.rbm_of_patterns(mapped).couplings, mapped),
        ITSELF: (trained @ trained.T, patterns),
    }
    # Barriers between patterns grow with the number of units: at the second temperature they are as high, in its units,
    # as those of the source.
    betas = (settings.beta, settings.beta * SOURCE_UNITS / len(patterns))
    names = {(name, beta): f"recall {name}, beta {beta:g}" for name in networks for beta in betas}
    jobs = {name: partial(_recalled, work, settings, images, *networks[key[0]], key[1]) for key, name in names.items()}
    found = work.parts(jobs)
    return {key: found[name] for key, name in names.items()}


def mapped_back(weights: Array, patterns: Array) -> Array:
    """Of each pattern the vector of signs that v -> sgn(P v) leads to, P being the projector on the span of weights.

    These are the rest states of the source's search for W X = signs that starts at the patterns, and keep their order.
    """
    basis = analysis.patterns_of_rbm(weights, near=patterns, starts=1).basis
    system = build("hopfield_binary_parallel", J=basis @ basis.T, xi=patterns.T)
    path = run(system, start={"S": patterns.T}, trials=patterns.shape[1], steps=100, record=["S"])["S"]
    return np.asarray(path.transpose("time", "trial", ...).values[-1].T)


def _recalled(
    work: Work, settings: Settings, images: Images, couplings: Array, patterns: Array, beta: float
) -> dict[str, float]:
    free = couplings - np.diag(np.diag(couplings))
    system = build("hopfield_glauber", J=(free + free.T) / 2, xi=patterns.T, beta=beta)
    cues = np.repeat(images.test, settings.trajectories, axis=0)
    own = np.repeat(images.test_classes, settings.trajectories)
    path = run(
        system, start={"S": cues}, trials=len(cues), steps=settings.sweeps, record=["overlap"], seed=work.seed
    )["overlap"]  # fmt: skip
    overlap = path.transpose("time", "trial", ...).values
    above = overlap.max(axis=-1) > OVERLAP
    first = above.argmax(axis=0), np.arange(len(cues))
    right = overlap.argmax(axis=-1) == own
    return {
        "first": float((above.any(axis=0) & right[first]).mean()),
        "nearest": float(right[0].mean()),
        "last": float((above[-1] & right[-1]).mean()),
        "lost": float((~above[-1]).mean()),
    }


def claims(found: Mapping[tuple[str, float], Outcome]) -> list[Claim]:
    """The numbers of the source are of MNIST; what training costs is asked here."""
    warm, cold = (beta for name, beta in found if name == BEFORE)

    def share(name: str, beta: float, what: str) -> float:
        return float(found[name, beta][what])

    before, after = (share(name, warm, "first") for name in (BEFORE, MAPPED))
    reason = "A network of few units leaves its patterns at this temperature: barriers grow with their number."
    lost, far = "recalled less after training and mapping back", "No vectors of signs are close to the trained weights."
    return [
        close(f"recalled before training, beta = {warm:g}, as in the source", before, SOURCE[0], within=0.05),
        close(lost, before - after, SOURCE[0] - SOURCE[1], within=0.05, reason=far),
        at_most("recalled less by the trained network itself", before - share(ITSELF, warm, "first"), 0.05),
        at_least(f"still there after all sweeps, beta = {warm:g}", share(BEFORE, warm, "last"), 0.5, reason=reason),
        at_least(f"still there after all sweeps, beta = {cold:g}", share(BEFORE, cold, "last"), 0.5),
    ]  # fmt: skip


def table(found: Mapping[tuple[str, float], Outcome], images: int) -> Table:
    """Shares that are right, with the interval for so many images."""
    rows = []
    for (name, beta), one in found.items():
        shares = [float(one[what]) for what in MEASURES]
        low, high = wilson(np.array(shares) * images, images)
        cells = (f"{s:.1%} [{a:.1%}, {b:.1%}]" for s, a, b in zip(shares, low, high, strict=True))
        rows.append((name, f"{beta:g}", *cells, f"{float(one['lost']):.1%}"))
    head = ("network", "beta", *MEASURES.values(), "with no pattern at the end")
    return Table(f"Test images that find the pattern of their class ({images} images)", head, rows)

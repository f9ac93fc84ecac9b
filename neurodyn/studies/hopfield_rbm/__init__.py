"""A Hopfield network is a restricted Boltzmann machine: equality, mapping, likelihood, training, recall.

After Smart and Zilman 2021, arXiv:2101.11744, on images of 8 x 8 pixels in place of MNIST.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from neurodyn.results.result import Result
from neurodyn.studies.framework.report import Picture, Report
from neurodyn.studies.framework.work import Study, Work, run
from neurodyn.studies.hopfield_rbm import experts, learning, likelihood, mapping, retrieval
from neurodyn.studies.hopfield_rbm.experts import Classified
from neurodyn.studies.hopfield_rbm.images import Array, Images, images_of
from neurodyn.studies.hopfield_rbm.learning import HOPFIELD, RANDOM, Learnt
from neurodyn.studies.hopfield_rbm.settings import Settings
from neurodyn.system.build import build

TITLE = "A Hopfield network as a restricted Boltzmann machine, and what training makes of it"
OVERVIEW = (
    "Training from the weights of a Hopfield network and from random ones: log-likelihood, classification by experts, "
    "how far vectors of signs are from the trained weights, and recall. Bands hold all runs."
)
GALLERY = (
    "Patterns of the classes; filters, each a column of the weights, before and after training; and samples, each the "
    "last of a chain of Gibbs sampling from a random state. Without fields an image and its negative are as likely."
)
SAMPLES, DRAWS = 10, 500


def _measured(work: Work, settings: Settings) -> Report:
    settings.check()
    images = images_of(work.data, settings.clusters)
    mapped = mapping.measured(work, settings, images)
    partition = likelihood.measured(work, settings, images)
    learnt = learning.measured(work, settings, images)
    classified = experts.measured(work, settings, images)
    recall = retrieval.measured(work, settings, images, learnt.weights[HOPFIELD][-1])
    machines = {
        "Hopfield, untrained": learnt.weights[HOPFIELD][0],
        "Hopfield, trained": learnt.weights[HOPFIELD][-1],
        "random, trained": learnt.weights[RANDOM][-1],
    }
    jobs = {f"samples, {name}": partial(_samples, work, settings, weights) for name, weights in machines.items()}
    samples = {name.removeprefix("samples, "): one["s"] for name, one in work.parts(jobs).items()}
    claims = (
        *mapping.claims(mapped), *likelihood.claims(partition), *learning.claims(learnt),
        *experts.claims(classified), *retrieval.claims(recall),
    )  # fmt: skip
    data = work.result(_dataset(images, learnt, classified, machines, samples))
    shares = {key: {what: float(one[what]) for what in retrieval.MEASURES} for key, one in recall.items()}
    pictures = {
        "overview": Picture(OVERVIEW, partial(_overview, data, shares)),
        "images": Picture(GALLERY, partial(_gallery, data, images.shape)),
    }
    tables = (
        mapping.table(mapped), likelihood.table(partition), learning.table(learnt), experts.table(classified),
        retrieval.table(recall, len(images.test)),
    )  # fmt: skip
    return Report(work.name, TITLE, claims, pictures, data, notes=_notes(work, images, settings), details=tables)


def _samples(work: Work, settings: Settings, weights: Array) -> dict[str, Array]:
    """The last state of chains of the shipped model, from random states."""
    start = np.where(work.rng("samples").random((SAMPLES, len(weights))) < 0.5, 1.0, -1.0)
    system = build("hopfield_rbm_gibbs", Q=weights, beta=settings.beta)
    found = run(
        system, start={"s": start}, trials=SAMPLES, steps=DRAWS, save_at=[DRAWS], record=["s"], seed=work.seed
    )["s"]  # fmt: skip
    return {"s": found.transpose("time", "trial", ...).values[-1]}


def _notes(work: Work, images: Images, settings: Settings) -> tuple[str, ...]:
    units = images.train.shape[1]
    whose = "digits that scikit-learn carries" if work.data is None else "clusters of the images"
    counts = f"{len(images.train)} images to train on, {len(images.test)} to test"
    return (
        f"{counts}, {units} units, {images.count} classes: {whose}",
        f"batches of an epoch as many as on MNIST, rate {settings.scaled_rate(units):.3g} for the same relative change",
        "numbers of the source are of MNIST, which is not here; they stand as claims where other images may have them",
    )


def _dataset(
    images: Images, learnt: Learnt, classified: Classified, machines: dict[str, Array], samples: dict[str, Array]
) -> xr.Dataset:
    dims = ("start", "run", "epoch")

    def stacked(values: dict[str, Array]) -> Array:
        return np.stack(list(values.values()))

    return xr.Dataset(
        {
            "log_likelihood": (dims, stacked(learnt.train)),
            "log_likelihood_test": (dims, stacked(learnt.test)),
            "error": (("expert_start", "run", "epoch"), stacked(classified.errors)),
            "distance": (("run", "epoch"), learnt.distance),
            "weights": (("machine", "unit", "hidden"), stacked(machines)),
            "samples": (("machine", "chain", "unit"), stacked(samples)),
            "patterns": (("unit", "class"), images.patterns()),
        },
        {
            "start": list(learnt.train),
            "expert_start": list(classified.errors),
            "epoch": np.arange(learnt.distance.shape[1]),
            "machine": list(machines),
        },
    )


def _overview(data: Result, recall: dict[tuple[str, float], dict[str, float]]) -> Any:
    from neurodyn.plots.rbm_training import draw_training

    return draw_training(data.dataset, recall, retrieval.MEASURES, TITLE)


def _gallery(data: Result, shape: tuple[int, int]) -> Any:
    from neurodyn.plots.rbm_training import draw_images

    return draw_images(data.dataset, shape, TITLE)


STUDY = Study(
    _measured,
    Settings,
    quick={"seeds": 2, "epochs": 2, "updates": 40, "expert_updates": 10, "steps": 300, "trajectories": 1},
    seed=1,
    data="images of +1 and -1, one per row",
)

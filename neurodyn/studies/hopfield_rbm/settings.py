"""What can be changed about the study; numbers of the source are the defaults where the images allow."""

from __future__ import annotations

from dataclasses import dataclass

from neurodyn.errors import InputError
from neurodyn.studies.framework.settings import setting

SOURCE_UNITS = 784  # of the images of the source, MNIST


@dataclass(frozen=True)
class Settings:
    """What can be changed."""

    beta: float = setting(2.0, "inverse temperature")
    seeds: int = setting(5, "runs of each training")
    epochs: int = setting(5, "epochs of a training")
    updates: int = setting(600, "batches of an epoch, as many as those of MNIST")
    batch: int = setting(100, "images of a batch")
    k: int = setting(20, "steps of the chains of contrastive divergence")
    rate: float = setting(1e-4, "rate of the source, which is multiplied by 784/(units*beta)")
    spread: float = setting(0.1, "standard deviation of weights at a random start")
    experts: int = setting(10, "hidden units of each expert, as many as there are subpatterns of its class")
    expert_updates: int = setting(60, "batches of an epoch of an expert, as many as those of one digit of MNIST")
    steps: int = setting(1000, "steps of the annealing behind ln Z")
    chains: int = setting(100, "chains of the annealing")
    trajectories: int = setting(4, "of the Hopfield network from each image")
    sweeps: int = setting(20, "updates of all units in a trajectory")
    clusters: int = setting(10, "classes that images of your own are sorted into")

    def check(self) -> None:
        """Refuse counts of nothing.

        Raises:
            InputError: `bad-count`, with its name.
        """
        least = dict.fromkeys(("seeds", "epochs", "experts", "trajectories", "sweeps"), 1) | {"clusters": 2}
        for name, count in least.items():
            if getattr(self, name) < count:
                raise InputError(f"{name} is {getattr(self, name)}.", code="bad-count", remedy=f"Give {count} or more.")

    def scaled_rate(self, units: int) -> float:
        """By which gradients are multiplied: such that weights change by the same part of themselves as in the source.

        Weights are of order 1/sqrt(N) and gradients of order sqrt(N); those of the source leave out a factor beta.
        """
        return self.rate * SOURCE_UNITS / units / self.beta

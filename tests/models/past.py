"""Numbers for what a model with delays reads of the past, which otherwise whoever integrates supplies."""

from __future__ import annotations

import numpy as np

import neurodyn
from neurodyn.calculus.letters import size_of


def earlier_values(system: neurodyn.System, trials: int | None = None) -> dict[str, np.ndarray]:
    """Random values by name; those of states differ between trials."""
    rng, structure = np.random.default_rng(8), system.structure
    found = {}
    for name, delayed in structure.delayed.items():
        lead = () if trials is None or name not in structure.remembered else (trials,)
        found[name] = rng.standard_normal((*lead, *(system.sizes[str(size_of(x))] for x in delayed.letters)))
    return found

"""White noise of networks.

On the target numpy the increments of a step are those of every other backend: they depend on seed, name, trial and step
alone. Code that is compiled draws them with Brian2's own generator, whose seed follows from seed and trial.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from neurodyn.backends.brian2.device import brian
from neurodyn.backends.brian2.groups import Groups
from neurodyn.backends.brian2.targets import NUMPY, STANDALONE
from neurodyn.backends.brian2.units import STEP, Group
from neurodyn.backends.plan import Floats, Plan
from neurodyn.system.noise import Draws

Functions = MutableMapping[str, tuple[Callable[..., Floats], int]]


@dataclass(frozen=True, eq=False)
class Noise:
    """The increments of the noises of a network."""

    groups: Groups

    def table(self, name: str) -> Callable[[int], Floats]:
        """The increments of a noise as an array, by the number of the step."""
        plan = self.groups.inputs.plan
        assert plan.dt is not None
        first, root, draws = round(plan.t0 / plan.dt), math.sqrt(plan.dt), self._draws
        return lambda step: root * draws.at(first + step)[name]

    def drawn(self, name: str, group: Group, functions: Functions) -> str:
        """The text of the increments of a noise at its own units."""
        plan, names = self.groups.inputs.plan, self.groups.context.names
        if plan.target not in (NUMPY, None):
            root = names.give("root of a step", "p")
            self.groups.context.scalars[root] = math.sqrt(plan.dt or 0)
            return f"{root}*randn()"
        table, host, own = self.table(name), self.groups.host(group), names.give(name, "draw")
        functions[own] = lambda step: host.padded(np.ravel(table(int(step)))), 1
        return f"{own}({STEP})"

    @cached_property
    def _draws(self) -> Draws:
        plan, system = self.groups.inputs.plan, self.groups.context.system
        return Draws(system.structure, system.all_sizes, plan.seed, None, plan.trial)


@contextmanager
def seeded(plan: Plan) -> Iterator[None]:
    """Brian2's generator with the seed of a run, and NumPy's, of which it makes use, as it was afterwards."""
    if not plan.noisy or plan.target == NUMPY:
        yield
        return
    told = hashlib.sha256(f"{plan.seed}/{plan.trial}".encode()).digest()
    before: Any = np.random.get_state()
    brian().seed(int.from_bytes(told[:4], "little"))
    try:
        yield
    finally:
        if plan.target != STANDALONE:
            brian().seed(None)  # without what it has drawn beforehand
            np.random.set_state(before)

"""A search for a state that breaks a claim: ascents of what must not be positive, from many starts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sympy import Expr, S

from neurodyn.analysis.field.frozen import inputs_at
from neurodyn.calculus.chain import Chain
from neurodyn.calculus.letters import quantity
from neurodyn.calculus.reductions import Largest, Sum
from neurodyn.calculus.rewrite import Definition
from neurodyn.program.lower import Output
from neurodyn.system.claims import Claim
from neurodyn.system.system import System

Array = NDArray[np.float64]
BROKEN, SLOPE = "broken", "slope of {}"
# Distances of starts from the states of the file, in scales of the states.
SPREADS = (0.0, 0.1, 1.0, 3.0, 10.0)
# How far from its start an ascent may go, in scales of the states.
FARTHEST = 100.0
# How far above its own rounding a violation must lie, and by how much the states are moved to see that.
CLEAR, NUDGE = 1e3, 1e-14


@dataclass(frozen=True)
class Hunt:
    """How hard it is searched.

    Attributes:
        starts: ascents; they begin at draws of the start, and at those with normal numbers added.
        steps: iterations of one ascent at most.
        seed: of the starts.
    """

    starts: int = 40
    steps: int = 60
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Found:
    """What a search came to.

    Attributes:
        largest: the largest value of what must not be positive.
        rounding: how much that value may be off, estimated by moving the state by a few of its last bits.
        state, t: where it is.
        tried, evaluations: how many ascents were made, and evaluations.
    """

    largest: float
    rounding: float
    state: Array
    t: float
    tried: int
    evaluations: int

    @property
    def breaks(self) -> bool:
        """Whether the claim is broken beyond rounding."""
        return bool(self.largest > CLEAR * self.rounding)


class Prey:
    """What must not be positive if a claim is to hold, with its gradient by the states."""

    def __init__(self, system: System, claim: Claim) -> None:
        self._system, self.scales, self.evaluations = system, system.layout.scales, 0
        self.largest, self.state, self.t = -np.inf, system.start(), 0.0
        expr = excess_of(claim)
        structure = system.structure
        names = structure.model.names.quantities
        letters = {n: structure.letters(n) for n in (*names, *structure.chain.definitions)} | {BROKEN: ()}
        chain = Chain({**structure.chain.definitions, BROKEN: Definition((), expr)}, letters, lambda name: None)
        outputs = [Output(BROKEN, (), quantity(BROKEN))]
        for name in system.layout.names:
            at = structure.letters(name)
            outputs.append(Output(SLOPE.format(name), at, chain.partial(quantity(BROKEN), quantity(name, at))))
        self._both = system.bind(("hunt", claim.text), outputs, False, chain.definitions)
        self._value = system.bind(("excess", claim.text), outputs[:1], True, chain.definitions)

    def values(self, t: float, states: Array) -> Array:
        """At many states, (states, size)."""
        self.evaluations += len(states)
        given = {**self._system.layout.unpack(states), **inputs_at(self._system, t)}
        found: Array = np.broadcast_to(self._value(t, given)[BROKEN], (len(states),))
        return found

    def downhill(self, t: float, y: Array) -> tuple[float, Array]:
        """The value with its gradient, both with their signs turned: for what goes down. The best is kept."""
        self.evaluations += 1
        found = self._both(t, {**self._system.layout.unpack(y), **inputs_at(self._system, t)})
        slope = self._system.layout.pack({n: found[SLOPE.format(n)] for n in self._system.layout.names})
        value = float(found[BROKEN])
        if not (np.isfinite(value) and np.isfinite(slope).all()):
            return np.inf, np.zeros_like(y)
        if value > self.largest:  # what SciPy returns at the end need not be the best that it saw
            self.largest, self.state, self.t = value, y.copy(), t
        return -value, -slope


def excess_of(claim: Claim) -> Expr:
    """What is positive where a claim is broken."""
    off = claim.left - claim.right
    if claim.relation == "==":
        return Sum(off**2, S.true, claim.letters) if claim.letters else off**2
    off = -off if claim.relation in (">=", ">") else off
    return Largest(off, S.true, claim.letters) if claim.letters else off


def hunt(system: System, claim: Claim, how: Hunt, times: Array) -> Found:
    """Look for a state that breaks a claim; `times` are those at which it may be looked."""
    prey, rng = Prey(system, claim), np.random.default_rng(how.seed)
    scales = system.layout.scales
    drawn = system.start(trials=how.starts, seed=how.seed)
    spread = np.resize(SPREADS, how.starts)[:, None]
    starts = drawn + spread * scales * rng.normal(size=drawn.shape)
    with np.errstate(all="ignore"):
        for start, t in zip(starts, rng.choice(times, how.starts), strict=True):
            room = np.stack([start - FARTHEST * scales, start + FARTHEST * scales], axis=1)
            minimize(
                partial(prey.downhill, float(t)), start, jac=True, method="L-BFGS-B", bounds=room,
                options={"maxiter": how.steps},
            )  # fmt: skip
        best, rounding = prey.largest, _rounding(prey, prey.t, prey.state, rng)
    if claim.relation == "==" and best > 0:  # of the two sides, not of the square
        best, rounding = best**0.5, rounding / best**0.5
    return Found(best, rounding, prey.state, prey.t, how.starts, prey.evaluations)


def _rounding(prey: Prey, t: float, state: Array, rng: np.random.Generator) -> float:
    """How much a value changes when a state is moved by a few of its last bits."""
    moved = state + NUDGE * (np.abs(state) + prey.scales) * rng.uniform(-1, 1, (32, state.size))
    values = prey.values(t, moved)
    return float(np.ptp(values)) + float(np.finfo(float).tiny)

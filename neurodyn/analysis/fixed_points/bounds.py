"""A box that holds all fixed points, from the equations: those of dx/dt = r(x) - a x lie where |x| <= max |r|/a.

The rate of each state is taken apart into what is linear in the state itself and the rest; intervals of all numbers go
in, and what comes out bounds the states for which the rest can make up for the slope. Of a map it is all it can reach.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Add, Expr, Mul, S

from neurodyn.analysis.field.enclosed import enclosed
from neurodyn.analysis.fixed_points.enclosure import Enclosure
from neurodyn.calculus.letters import quantity
from neurodyn.calculus.rewrite import inline
from neurodyn.calculus.through import Through
from neurodyn.program.intervals import Interval
from neurodyn.program.lower import Output

Array = NDArray[np.float64]
# How often it goes round, and by which share a box that was found is widened: zeros on its faces are none.
TURNS, WIDER = 40, 2.0**-6


def bounded(of: Enclosure, low: Array, high: Array) -> tuple[Array, Array]:
    """The box of all zeros between two states, which may be infinite; what stays infinite does not follow.

    Raises:
        NoInterval: for an operation that intervals lack.
    """
    box = Interval(low[None], high[None])
    step = _reached if of.is_map else _balanced(of)
    for _ in range(TURNS):
        with np.errstate(all="ignore"):
            found = step(of, box)
        new = Interval(np.fmax(box.low, found.low), np.fmin(box.high, found.high))
        if (new.low > new.high).any():  # there is none
            break
        done = np.isfinite(new.width).all() and (new.width >= 0.99 * box.width).all()
        box = new
        if done:
            break
    room = WIDER * np.where(np.isfinite(box.width), box.width, 0.0)[0] + 1e-9 * of.layout.scales
    return np.fmax(box.low[0] - room, low), np.fmin(box.high[0] + room, high)


def _reached(of: Enclosure, box: Interval) -> Interval:
    for _ in range(of.period):
        box = of.step(box)
    return box


def _apart(expr: Expr, own: Expr) -> tuple[Expr, Expr]:
    """Two expressions a and b with expr = a + b own; what holds it inside a function or power stays in a."""
    if expr == own:
        return S.Zero, S.One
    if isinstance(expr, Add):
        pairs = [_apart(term, own) for term in expr.args]
        return Add(*(a for a, _ in pairs)), Add(*(b for _, b in pairs))
    if isinstance(expr, Mul):
        pairs = [_apart(factor, own) for factor in expr.args]
        linear = [k for k, (_, b) in enumerate(pairs) if b != 0]
        if len(linear) == 1:
            beside = Mul(*(f for k, f in enumerate(expr.args) if k != linear[0]))
            a, b = pairs[linear[0]]
            return beside * a, beside * b
    return expr, S.Zero


def _balanced(of: Enclosure) -> Any:
    """What each state must be for its rate to be 0, if the rate is linear in it."""
    structure, layout = of.system.structure, of.layout
    through = Through(structure.varying)
    outputs = []
    for name, flow in structure.flows.items():
        full = inline(flow.expr, through.definitions, through.stop)
        rest, slope = _apart(full, quantity(name, flow.letters))
        if slope != 0:
            at = structure.placed(name, flow.letters)
            outputs += [Output(f"{name} slope", at, slope), Output(f"{name} rest", at, rest)]
    run = enclosed(of.system, outputs, structure.definitions) if outputs else None

    def step(of: Enclosure, box: Interval) -> Interval:
        found = {} if run is None else run(Interval.point(of.t), of.given(box))
        ends = {}
        for name, shape in zip(layout.names, layout.shapes, strict=True):
            every = Interval(np.full((1, *shape), -np.inf), np.full((1, *shape), np.inf))
            is_told = f"{name} slope" in found
            ends[name] = -(found[f"{name} rest"] / found[f"{name} slope"]) if is_told else every
        return Interval(*(layout.pack({n: getattr(x, end) for n, x in ends.items()}, True) for end in ("low", "high")))

    return step

"""Where the Lagrangian of a layer bends down: there the argument that the energy falls has no hold.

A Lagrangian that is shown to be convex is not looked at. Of any other, a state is searched, by descents from many
starts, at which its second derivative along some direction is negative. That none is found does not show that there is
none.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sympy import Expr, Idx

from neurodyn.analysis.energy.facts import Facts
from neurodyn.analysis.energy.search import CLEAR, FARTHEST, NUDGE, SPREADS, Hunt
from neurodyn.analysis.energy.warned import Warned, first_time, place_of, shown
from neurodyn.analysis.field.frozen import inputs_at
from neurodyn.calculus.contract import sum_over
from neurodyn.calculus.curvature import Shape
from neurodyn.calculus.derivative import derivative
from neurodyn.calculus.letters import fresh, indices_of, name_of, quantity, references
from neurodyn.calculus.rewrite import inline
from neurodyn.model.layers import Layer
from neurodyn.program.lower import Output
from neurodyn.system.structure import Structure

Array = NDArray[np.float64]
# f(x, u): the second derivative along u of length 1 at x, and its derivatives by x and u.
Bend = Callable[[Array, Array], tuple[float, Array, Array]]
WAY = "direction of {}"
# Of how many units it is asked whether the Lagrangian bends down by them alone.
MOST_UNITS = 64


def whole(structure: Structure, name: str, at: tuple[Idx, ...]) -> Expr:
    """A definition written out at some letters."""
    return inline(structure.definitions[name].at(at), structure.varying)


def is_convex(facts: Facts, layer: Layer) -> bool:
    """Whether a Lagrangian is shown to be, by composition or, where units do not mix, by the sign of the slope of g."""
    structure, state = facts.system.structure, layer.state.name
    if Shape(frozenset([state]), facts.ranges).of(whole(structure, f"L_{state}", ())).is_convex:
        return True
    at = tuple(fresh(x) for x in structure.letters(state))
    activation = whole(structure, layer.activation, at)
    mixes = any(indices_of(r) != at for r in references(activation) if name_of(r) == state)
    return not mixes and facts.ranges.is_nonnegative(derivative(activation, quantity(state, at)))


def bent_down(facts: Facts, layer: Layer, hunt: Hunt) -> Warned | None:
    """A state at which a Lagrangian that is not shown to be convex is not, if one is found."""
    if is_convex(facts, layer):
        return None
    system, rng = facts.system, np.random.default_rng(hunt.seed)
    number = system.layout.names.index(layer.state.name)
    first, size = system.layout.offsets[number], int(np.prod(system.layout.shapes[number]))
    starts = system.start(trials=hunt.starts, seed=hunt.seed)[:, first : first + size]
    scales, bend = system.layout.scales[first : first + size], _bend(facts, layer)
    with np.errstate(all="ignore"):
        for start, spread in zip(starts, np.resize(SPREADS[1:], hunt.starts), strict=True):
            x = start + spread * scales * rng.normal(size=size)
            found = _descent(bend, x, rng.normal(size=size), FARTHEST * scales, hunt.steps)
            if not (np.isfinite(found[2]) and _is_clear(bend, *found[:2], rng)):
                continue
            x, u, least = _along_one(bend, *found)
            unit, way = None, f"along d{layer.state.name} = ({shown(system, u, first, 'd')})"
            if np.count_nonzero(u) == 1:
                unit = int(np.abs(u).argmax())
                way = f"by {system.layout.element(first + unit)}"
            text = f"The Lagrangian of {layer.state.key} is not convex: its second derivative {way} is {least:.3g} "
            text += f"at {shown(system, x, first, unit=unit)}."
            numbers = {"state": x, "direction": u, "second derivative": least}
            return Warned("not convex", text, place_of(layer), numbers)
    return None


def _descent(bend: Bend, x: Array, u: Array, room: Array, steps: int) -> tuple[Array, Array, float]:
    """The state and direction with the least second derivative that a descent comes by."""
    size, best, least = len(x), np.concatenate([x, u]), np.inf

    def downhill(z: Array) -> tuple[float, Array]:
        nonlocal best, least
        value, by_x, by_u = bend(z[:size], z[size:])
        if not (np.isfinite(value) and np.isfinite(by_x).all() and np.isfinite(by_u).all()):
            return np.inf, np.zeros_like(z)
        if value < least:
            best, least = z.copy(), value
        return value, np.concatenate([by_x, by_u])

    bounds = [*zip(x - room, x + room, strict=True), *[(None, None)] * size]
    minimize(downhill, best, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": steps})
    return best[:size], best[size:] / np.linalg.norm(best[size:]), least


def _is_clear(bend: Bend, x: Array, u: Array, rng: np.random.Generator) -> bool:
    """Whether a second derivative is negative beyond rounding."""
    near = [bend(x * (1 + NUDGE * rng.uniform(-1, 1, x.size)), u)[0] for _ in range(16)]
    return bool(np.isfinite(near).all() and max(near) < -CLEAR * float(np.ptp(near)))


def _along_one(bend: Bend, x: Array, u: Array, least: float) -> tuple[Array, Array, float]:
    """The direction of one unit, where the second derivative along it is about as negative."""
    for k in np.argsort(-np.abs(u), kind="stable")[:MOST_UNITS]:
        one = np.zeros_like(u)
        one[k] = 1.0
        value = bend(x, one)[0]
        if value < least / 2:
            return x, one, value
    return x, u, least


def _bend(facts: Facts, layer: Layer) -> Bend:
    """The second derivative of a Lagrangian along a direction, u'Hu/u'u; infinite where it has no value itself."""
    system, state = facts.system, layer.state.name
    structure, layout, way = system.structure, system.layout, WAY.format(state)
    at, by, to = (tuple(fresh(x) for x in structure.letters(state)) for _ in range(3))
    slope = derivative(whole(structure, layer.activation, at), quantity(state, by))
    turned = sum_over(slope * quantity(way, by), by)
    bend = sum_over(turned * quantity(way, at), at)
    outputs = [
        Output("value", (), whole(structure, f"L_{state}", ())),
        Output("turned", at, turned),
        Output("slope", to, derivative(bend, quantity(state, to))),
    ]
    bound, shape, t = (
        system.bind(("bend", state), outputs, False),
        layout.shapes[layout.names.index(state)],
        first_time(system),
    )
    rest = {**layout.unpack(system.start()), **inputs_at(system, t)}

    def at_state(x: Array, u: Array) -> tuple[float, Array, Array]:
        found = bound(t, {**rest, **{n: v.reshape(shape) if shape else v[0] for n, v in ((state, x), (way, u))}})
        turned, slope = (np.broadcast_to(found[n], shape).reshape(-1) for n in ("turned", "slope"))
        square = float(u @ u)
        value = float(turned @ u) / square if np.isfinite(found["value"]) else np.inf
        return value, slope / square, 2 * (turned - value * u) / square

    return at_state

"""What a step of a flow with white noise needs beside the flow: the noise times its factors, and their derivatives.

In the sense of Ito, an increment of x is f*dt + G*dW, plus half of (the derivative of G*dW along G*dW, less its mean)
for methods of strong order 1. A noise that is read after Stratonovich equals the same noise read after Ito with the
flow corrected by half of the sum over dW of the derivative of G along G.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sympy import Add, Expr, Rational, S

from neurodyn.calculus.contract import sum_over
from neurodyn.calculus.letters import fresh, quantity
from neurodyn.calculus.normal import equal
from neurodyn.calculus.rewrite import Definition, inline
from neurodyn.calculus.through import Through
from neurodyn.program.lower import Output
from neurodyn.program.products import IN_NUMPY, Products
from neurodyn.system.diffusion import Factor
from neurodyn.system.structure import Structure

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]
Parts = Callable[[float, Array, Mapping[str, Any]], tuple[Array, ...]]
DRIFT, NOISE, BEND = "drift", "noise", "bend"


@dataclass(frozen=True)
class Terms:
    """One term for each state, and the hidden definitions that they speak of."""

    by_state: Mapping[str, Expr]
    hidden: Mapping[str, Definition]

    @property
    def is_zero(self) -> bool:
        return not any(expr != 0 for expr in self.by_state.values())


def noise_terms(structure: Structure) -> Terms:
    """G*dW: the factors times their noise; the names of noises stand for increments."""
    return Terms({n: Add(*(f.term for f in _factors(structure) if f.state == n)) for n in structure.flows}, {})


def correction(structure: Structure, noises: Collection[str]) -> Terms:
    """What reading noises after Stratonovich adds to the flow: half the derivatives of factors along themselves."""
    made = _Slopes(structure)
    found = dict.fromkeys(structure.flows, S.Zero)
    for factor in _factors(structure):
        if factor.noise in noises:
            found[factor.state] += sum_over(made.slope(factor, factor.noise, factor.at), factor.at) * Rational(1, 2)
    return Terms(found, made.hidden)


def bend(structure: Structure) -> Terms:
    """Half the derivative of G*dW along G*dW."""
    made, terms = _Slopes(structure), noise_terms(structure).by_state
    found = {}
    for state, own in terms.items():
        full = made.full(own)
        slopes = []
        for other, along in terms.items():
            if along != 0:
                at = tuple(fresh(x) for x in structure.letters(other))
                slope = made.through.derivative(full, quantity(other, at))
                slopes.append(sum_over(slope * Definition(structure.letters(other), along).at(at), at))
        found[state] = Add(*slopes) * Rational(1, 2)
    return Terms(found, made.hidden)


def commutes(structure: Structure) -> bool:
    """Whether the noise is shown to commute: it does not matter which of two jolts comes first.

    So it is where noise is additive or diagonal, or comes from one source.
    """
    made, noises = _Slopes(structure), list(structure.model.noise)
    for number, first in enumerate(noises):
        for second in noises[number:]:
            a = tuple(fresh(x) for x in structure.letters(first))
            b = tuple(fresh(x) for x in structure.letters(second))
            for state in structure.flows:
                one = made.order(state, (first, a), (second, b))
                if not equal(one, made.order(state, (second, b), (first, a))):
                    return False
    return True


class _Slopes:
    """Derivatives of factors along factors."""

    def __init__(self, structure: Structure) -> None:
        self._structure = structure
        varying = structure.varying
        self._varying, self.through = varying, Through(varying)

    @property
    def hidden(self) -> Mapping[str, Definition]:
        return self.through.hidden

    def full(self, expr: Expr) -> Expr:
        """With every definition put in that may hold a state."""
        return inline(expr, self._varying, self.through.stop)

    def slope(self, factor: Factor, noise: str, at: Iterable[Any]) -> Expr:
        """The derivative of a factor by all states, along the factors of a noise at some position."""
        full, terms = self.full(factor.expr), []
        for other in _factors(self._structure):
            if other.noise == noise:
                place = tuple(fresh(x) for x in other.letters)
                along = Definition((*other.letters, *other.at), other.expr).at((*place, *at))
                derivative = self.through.derivative(full, quantity(other.state, place))
                terms.append(sum_over(derivative * along, place))
        return Add(*terms)

    def order(self, state: str, first: tuple[str, Any], second: tuple[str, Any]) -> Expr:
        """How a jolt of the second noise changes the factor of the first in the flow of a state."""
        found = []
        for factor in _factors(self._structure):
            if (factor.state, factor.noise) == (state, first[0]):
                moved = Definition(factor.at, factor.expr).at(first[1])
                found.append(self.slope(Factor(state, first[0], factor.letters, first[1], moved), *second))
        return self.full(Add(*found))


def _factors(structure: Structure) -> tuple[Factor, ...]:
    return structure.diffusion.factors if structure.diffusion else ()


def parts_function(system: System, terms: Mapping[str, Terms], trials: bool, products: Products = IN_NUMPY) -> Parts:
    """f(t, y, given): the flow, and each of some terms, as flat vectors; `given` holds inputs and increments.

    Args:
        terms: by words that tell them apart.
        products: as in `System.flow`.
    """
    structure, layout = system.structure, system.layout
    letters = {n: structure.placed(n, d.letters) for n, d in structure.flows.items()}
    every = {DRIFT: Terms({n: d.expr for n, d in structure.flows.items()}, {}), **terms}
    outputs = [
        Output(f"{name} {word}", letters[name], expr) for word, t in every.items() for name, expr in t.by_state.items()
    ]
    hidden = {name: d for t in every.values() for name, d in t.hidden.items()}
    bound = system.bind(("parts", *every, trials), outputs, trials, {**structure.definitions, **hidden}, products)

    def parts(t: float, y: Array, given: Mapping[str, Any]) -> tuple[Array, ...]:
        found = bound(t, {**layout.unpack(y), **given})
        return tuple(layout.pack({n: found[f"{n} {word}"] for n in layout.names}, trials) for word in every)

    return parts

"""Signals from data: samples along an index, one after the other in time."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from neurodyn.calculus.letters import fresh, names_in
from neurodyn.language.guard import show_keywords
from neurodyn.language.indexing import Frame
from neurodyn.system.signals import Piece, inside

if TYPE_CHECKING:
    from neurodyn.language.reader import Reader
    from neurodyn.system.values import Values

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Samples:
    """Sample k stands from k*every on, until the next one; the first one before that, the last one for ever.

    Attributes:
        samples: along the first axis; each a number, or an array for an input with letters.
    """

    first_edge: ClassVar[int] = 1

    samples: Floats
    every: float

    def edges(self, t0: float, t1: float) -> Floats:
        low = max(self.first_edge, int(np.floor(t0 / self.every)))
        high = min(len(self.samples), int(np.ceil(t1 / self.every)) + 1)
        return inside(np.arange(low, max(low, high), dtype=float) * self.every, t0, t1)

    def places(self, t: Floats) -> NDArray[np.intp]:
        """The number of the sample that stands at each of several times."""
        return np.clip(np.floor(t / self.every), 0, len(self.samples) - 1).astype(np.intp)

    def on(self, a: float, b: float) -> Piece:
        value = self.samples[self.places(np.asarray(0.5 * (a + b)))]
        return lambda t: value


@dataclass(frozen=True, eq=False)
class Lines(Samples):
    """Straight lines from sample k, at k*every, to the next one; constant before the first and after the last."""

    first_edge: ClassVar[int] = 0

    def on(self, a: float, b: float) -> Piece:
        k = int(self.places(np.asarray(0.5 * (a + b))))
        value, start, every = self.samples[k], k * self.every, self.every
        if 0.5 * (a + b) < 0 or k == len(self.samples) - 1:
            return lambda t: value
        rise = self.samples[k + 1] - value
        return lambda t: value + rise * ((t - start) / every)


def read_samples(
    reader: Reader, make: type[Samples], given: Mapping[str, ast.expr], needs: set[str]
) -> Callable[[Values], Samples]:
    """`steps(token[n,a], n, every=1)`: what it makes of the values of the parameters that it needs.

    Args:
        reader: of the text; the letters of the input are in its scope.
        given: the arguments by name.
        needs: gathers the names that the signal follows from.
    """
    along = given["along"]
    word = show_keywords(along.id) if isinstance(along, ast.Name) else ""
    if word not in reader.names.letters or word in reader.scope:
        reader.fail(along, "samples", "Samples run along a letter that is not one of the input's own.", _FORM)
    letter = fresh(reader.names.letter(word))
    scope = reader.inner({word: letter}, Frame(frozenset([letter])))
    expr, step = scope.value(given["samples"]), reader.value(given["every"])
    needs.update(names_in(expr), names_in(step))
    letters = (letter, *reader.scope.values())

    def signal(values: Values) -> Samples:
        every = float(values.evaluate(step, (), (), reader.source))
        if not every > 0:
            reader.fail(given["every"], "samples", "The time from sample to sample must be positive.", _FORM)
        return make(values.evaluate(expr, letters, (), reader.source), every)

    return signal


_FORM = "Write steps(data[n], n, every=1)."

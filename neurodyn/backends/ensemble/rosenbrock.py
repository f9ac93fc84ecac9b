"""The step of a Rosenbrock method as LLVM text: each lane has a Jacobian of its own, and its factors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from neurodyn.backends.ensemble.body import Place
from neurodyn.backends.ensemble.frame import Frame
from neurodyn.backends.ensemble.linear import Entry, Factors
from neurodyn.backends.ensemble.methods import Rosenbrock
from neurodyn.backends.ensemble.paths import Path
from neurodyn.backends.ensemble.vector_math.values import Real

# The part of a step after which a rate is read again, to see how it changes with time alone.
APART = 2.0**-20


@dataclass(frozen=True)
class Implicit:
    """Writes a step.

    Attributes:
        entries: the row and the column of each number that `@jacobian` gives; all others are 0.
        timed: whether rates change with time by themselves.
    """

    entries: tuple[Entry, ...]
    timed: bool

    def __call__(self, frame: Frame, t: Real, h: Real, after: Real) -> tuple[Real, Path]:
        method, body = frame.method, frame.body
        assert isinstance(method, Rosenbrock)
        factors = Factors.of(frame.shape.states, self.entries)
        self._room(frame, method, factors)
        inverse = 1.0 / h
        self._matrix(frame, factors, t, inverse * (1.0 / method.gamma))
        if self.timed:
            near = h * APART
            frame.flow(t + near, "y", "v")
            per = 1.0 / near
            frame.each(lambda c: body.store((body.load("%v", c) - body.load("%k0", c)) * per, "%w", c))
        for i in range(len(method.b)):
            self._stage(frame, method, i, t, h, inverse)
            factors.solve(body, "%matrix", f"%g{i}")
        frame.each(lambda c: body.store(moved(frame, method.b, c), "%u", c))
        frame.flow(after, "u", "k1")
        return _error(frame, method), RosenbrockPath(frame, method)

    def _room(self, frame: Frame, method: Rosenbrock, factors: Factors) -> None:
        """Room on the stack, which is made where the function begins."""
        names = {"w": frame.shape.states, "entries": len(self.entries), "matrix": len(factors.places)}
        names |= {f"g{i}": frame.shape.states for i in range(len(method.b))}
        frame.make_more_room(names)

    def _matrix(self, frame: Frame, factors: Factors, t: Real, diagonal: Real) -> None:
        """The factors of the diagonal less the Jacobian."""
        body = frame.body
        frame.jacobian(t, "y", "entries")
        numbers = {entry: k for k, entry in enumerate(self.entries)}
        for (i, j), place in factors.places.items():
            value = diagonal if i == j else body.number(0.0)
            if (i, j) in numbers:
                found = body.load("%entries", numbers[i, j])
                value = value - found if frame.shape.forward else value + found
            body.store(value, "%matrix", place)
        factors.write(body, "%matrix")

    def _stage(self, frame: Frame, method: Rosenbrock, i: int, t: Real, h: Real, inverse: Real) -> None:
        """The right-hand side of a stage."""
        body, rates = frame.body, "k0"
        if i:
            frame.each(lambda c: body.store(moved(frame, method.a[i], c), "%u", c))
            rates = "v"
            frame.flow(h.fma(method.alpha[i], t), "u", rates)

        def one(c: Place) -> None:
            value = body.load(f"%{rates}", c)
            earlier = combined(frame, method.c[i], c)
            if earlier is not None:
                value = earlier.fma(inverse, value)
            if self.timed and method.d[i]:
                value = body.load("%w", c).fma(h * method.d[i], value)
            body.store(value, f"%g{i}", c)

        frame.each(one)


def combined(frame: Frame, weights: Sequence[float], c: Place) -> Real | None:
    """An element of a sum of the stages."""
    found: Real | None = None
    for i, weight in enumerate(weights):
        if weight:
            stage = frame.body.load(f"%g{i}", c)
            found = stage * weight if found is None else stage.fma(weight, found)
    return found


def moved(frame: Frame, weights: Sequence[float], c: Place) -> Real:
    """An element of the state that stages lead to."""
    change, value = combined(frame, weights, c), frame.body.load("%y", c)
    return value if change is None else value + change


def _error(frame: Frame, method: Rosenbrock) -> Real:
    body, n = frame.body, frame.shape.states

    def one(c: Place, sums: Sequence[Real]) -> Sequence[Real]:
        # The rates at the end count in any case: where they are no numbers, the step has led too far.
        off = body.load("%k1", c) * 0.0
        change = combined(frame, method.error[0], c)
        off = off if change is None else off + change
        off = off * frame.weight(c)
        return [off.fma(off, sums[0])]

    return body.added(n, [body.number(0.0)], one)[0] * (1.0 / n)


@dataclass(frozen=True)
class RosenbrockPath:
    """The path along a step, of order 3."""

    frame: Frame
    method: Rosenbrock

    def prepare(self) -> None:
        """Nothing more is needed."""

    def at(self, part: Real) -> Callable[[Place], Real]:
        body, rest = self.frame.body, 1.0 - part

        def state(c: Place) -> Real:
            first, second = (combined(self.frame, row, c) for row in self.method.path)
            assert first is not None and second is not None
            bent = rest.fma(part.fma(second, first), body.load("%u", c))
            return part.fma(bent, rest * body.load("%y", c))

        return state

"""The flow of a plan as one flat ODE, every state in units of its scale."""

from __future__ import annotations

import copy
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.compiled_choice import first_compiled
from neurodyn.backends.past import Past
from neurodyn.backends.plan import Floats, Piece, Plan
from neurodyn.backends.products.choice import flow_of

if TYPE_CHECKING:
    from neurodyn.backends.compiled_flow import CompiledFlow
    from neurodyn.backends.noisy import Jolts
    from neurodyn.system.stochastic import Parts


class NoJacobian(Exception):
    """No finite Jacobian has been found; `rows` holds the sum of each of its rows."""

    def __init__(self, t: float, rows: Floats) -> None:
        super().__init__(t)
        self.t, self.rows = t, rows


class Problem:
    """What a solver of flat ODEs reads: z' = rate(t, z) with z = y/scale, all trials in one row.

    In these units one tolerance fits every state: a current of picoamperes is integrated as carefully as a number
    near one, and the linear systems of implicit methods are balanced.

    Attributes:
        trials: the numbers of the trials that are in it; a run without trials is number 0.
        scale: the scale of each element of z.
        bad: the time and value of the last rate that was not finite; whoever accepts a step clears it.
        past: what is kept of the states before, where the system has delays.
        products: what multiplies large matrices.
        jolts: the noise, once a method for noise has been chosen.
        compiled: machine code for it, from the evaluation on that `compiled_choice` says.
        held: the elements that stand still, if there are any.
        bounds: the least and largest value of each element, if there are any: a state stands still there, rather than
            leave.
        counts: how often the rate (`rhs`) and the Jacobian were evaluated; selections of trials count together.
    """

    def __init__(self, plan: Plan) -> None:
        self.trials = list(range(plan.trials or 1))
        self.size = plan.system.layout.size
        self.scale: Floats = np.tile(plan.system.layout.scales, len(self.trials))
        self.bad: tuple[float, Floats] | None = None
        self.held: NDArray[np.bool_] | None = None
        self.bounds: tuple[Floats, Floats] | None = None
        self.counts: Counter[str] = Counter()
        self.past = Past(plan) if plan.remembers else None
        self._plan = plan
        self._own = plan.own_signals
        self._shape: tuple[int, ...] = plan.start.shape
        self.products, self._flow = flow_of(plan)
        self._derive = plan.system.jacobian
        self._jacobian: Callable[..., Floats] | None = None
        self._first_compiled = first_compiled(plan)
        self.compiled: CompiledFlow | None = None
        self.jolts: Jolts | None = None
        self._piece: Piece
        self._last: Any = None

    def select(self, rows: Sequence[int]) -> Problem:
        """The problem of some of the trials, given by their places among those that are in it."""
        chosen = copy.copy(self)
        chosen.trials = [self.trials[k] for k in rows]
        chosen.scale = self.scale[: len(rows) * self.size]
        chosen.bad = chosen._last = None
        chosen.past = self.past and self.past.select(rows)
        chosen._shape = (len(rows), self.size) if len(self._shape) > 1 else self._shape
        return chosen

    def enter(self, piece: Piece) -> None:
        """Read inputs on this piece from now on."""
        self._piece, self._last = piece, None
        if self.past is not None:
            self.past.open(piece.begin, piece.end)
        if self.compiled is not None:
            self.compiled.enter(piece)

    def each(self, z: Floats) -> Floats:
        """One row per trial."""
        return z.reshape(len(self.trials), self.size)

    def state(self, z: Floats) -> Floats:
        """The state as the system knows it; rows of z become rows of states."""
        state: Floats = (z * self.scale).reshape(*z.shape[:-1], *self._shape)
        if self.bounds is not None:
            state = np.minimum(np.maximum(state, self.bounds[0]), self.bounds[1])
        return state

    def _still(self, z: Floats, rate: Floats) -> NDArray[np.bool_]:
        """The elements that are held, or would leave their bounds."""
        still = np.zeros(z.shape, bool) if self.held is None else self.held
        if self.bounds is not None:
            low, high = (bound / self.scale for bound in self.bounds)
            still = still | ((z <= low) & (rate < 0)) | ((z >= high) & (rate > 0))
        return still

    def inputs(self, t: float) -> dict[str, Any]:
        """What is read beside the states, for the trials that are in it."""
        found = self._piece.inputs(t)
        return {**found, **{name: found[name][self.trials] for name in self._own}}

    def rate(self, t: float, z: Floats) -> Floats:
        self.counts["rhs"] += 1
        if self.counts["rhs"] >= self._first_compiled:
            self._compile()
        if self.compiled is not None:
            rate, is_finite = self.compiled.rate(t, z)
        else:
            rate = self._as_arrays(t, z)
            is_finite = bool(np.isfinite(rate).all())
        if self.held is not None or self.bounds is not None:
            rate[self._still(z, rate)] = 0.0
            is_finite = bool(np.isfinite(rate).all())
        if not is_finite:
            self.bad = t, rate
        return rate

    def _as_arrays(self, t: float, z: Floats) -> Floats:
        y = self.state(z)
        given = self.inputs(t)
        if self.past is not None:
            given.update(self.past.read(t))
        rate: Floats = self._flow(t, y, given).ravel() / self.scale
        return rate

    def _compile(self) -> None:
        """Call compiled code from now on, where there is such."""
        # Imported where there is something to compile: it loads LLVM.
        from neurodyn.backends.compiled_flow import compiled_flow

        self._first_compiled = math.inf
        self.compiled = compiled_flow(self._plan)
        if self.compiled is not None:
            self.compiled.enter(self._piece)

    def parts(self, read: Parts, t: float, z: Floats, increments: Mapping[str, Any]) -> tuple[Floats, ...]:
        """Flat vectors as `rate`, each a part of what a step with noise adds up."""
        self.counts["rhs"] += 1
        y = (z * self.scale).reshape(self._shape)
        given = {**self.inputs(t), **increments}
        if self.past is not None:
            given.update(self.past.read(t))
        return tuple(part.ravel() / self.scale for part in read(t, y, given))

    def jacobian(self, t: float, z: Floats) -> Any:
        """The derivative of the rate: sparse where the system's is, and block-diagonal for trials; else dense.

        Newton's method needs it only nearly: where a solver tries a state at which it is not finite, the last finite
        one of this piece serves, and the solver rejects the step if that does not lead to a solution.
        """
        self.counts["jacobian"] += 1
        compiled = None if self.compiled is None else self.compiled.jacobian(t, z)
        blocks = self._jacobians(t, z) if compiled is None else [compiled]
        if self.held is not None:
            blocks = [_without(block, self.held) for block in blocks]
        found = blocks[0] if len(blocks) == 1 else _block_diagonal(blocks)
        rows = np.asarray(found.sum(axis=1)).ravel()
        if np.isfinite(rows).all():
            self._last = found
        elif self._last is None:
            raise NoJacobian(t, rows)
        return self._last

    def scheme(self) -> dict[str, object]:
        """What the recipe tells of how rates are computed."""
        return {**self.products.scheme(), **({} if self.compiled is None else self.compiled.scheme)}

    def _jacobians(self, t: float, z: Floats) -> list[Any]:
        """That of each trial, as arrays."""
        if self._jacobian is None:
            self._jacobian = self._derive()
        inputs = self.inputs(t)
        states, scale = self.state(z).reshape(-1, self.size), self.scale[: self.size]
        own = [{**inputs, **{name: inputs[name][k] for name in self._own}} for k in range(len(states))]
        return [_scaled(self._jacobian(t, y, now), scale) for y, now in zip(states, own, strict=True)]

    def dense_jacobian(self, t: float, z: Floats) -> Floats:
        """The derivative of the rate as an array, for a method that takes no other."""
        found = self.jacobian(t, z)
        dense: Floats = found if isinstance(found, np.ndarray) else found.toarray()
        return dense


def _scaled(matrix: Any, scale: Floats) -> Any:
    """A Jacobian, dense or by columns, in units of the scales."""
    if isinstance(matrix, np.ndarray):
        return matrix * (scale / scale[:, None])
    matrix.data *= np.repeat(scale, np.diff(matrix.indptr)) / scale[matrix.indices]
    return matrix


def _without(matrix: Any, held: NDArray[np.bool_]) -> Any:
    """A Jacobian whose rows of held elements are 0."""
    if isinstance(matrix, np.ndarray):
        return np.where(held[:, None], 0.0, matrix)
    matrix.data[held[matrix.indices]] = 0.0
    return matrix


def _block_diagonal(found: Sequence[Any]) -> Any:
    """A sparse matrix with the blocks of the trials on its diagonal."""
    from scipy.sparse import block_diag, csc_matrix

    if not isinstance(found[0], np.ndarray):
        return block_diag(found, format="csc")
    blocks = np.stack(found)
    trials, n, _ = blocks.shape
    rows = np.arange(n) + n * np.arange(trials)[:, None]
    indices = np.repeat(rows, n, axis=0).ravel()
    pointers = np.arange(0, blocks.size + 1, n)
    return csc_matrix((blocks.transpose(0, 2, 1).ravel(), indices, pointers), shape=(trials * n, trials * n))

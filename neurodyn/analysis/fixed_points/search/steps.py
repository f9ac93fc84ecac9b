"""Newton steps for many states at once: J(z) s = -F(z).

Up to some thousand states J is an array and LAPACK solves a stack of them, in single precision where they are large and
far from a root: half the time, and the step is corrected by the next one anyway. Beyond, J is sparse and factored where
the system has it so, and else only its products with vectors are used.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.sparse import issparse
from scipy.sparse.linalg import LinearOperator, gmres, splu

from neurodyn.analysis.fixed_points.search.scaled import Scaled

Array = NDArray[np.float64]
Steps = Callable[[Array, Array], Array]
# Beyond this many states no dense matrix is made; from SINGLE on, matrices are solved in single precision.
MOST_DENSE, SINGLE = 3000, 150
# Numbers in one stack of matrices.
STACK = 8_000_000
# Of the iteration without a matrix: how much the residual is lessened, vectors kept, restarts.
FORCING, KEPT, RESTARTS = 1e-3, 60, 4


def steps_of(of: Scaled) -> tuple[Steps, int]:
    """What solves for steps, and for how many states at once."""
    if of.size <= MOST_DENSE:
        return _Dense(of), max(1, min(256, STACK // of.size**2))
    return (_sparse if issparse(of.matrix(np.zeros(of.size))) else _products)(of), 1


class _Dense:
    """A stack of dense matrices."""

    def __init__(self, of: Scaled) -> None:
        self._of = of
        self._type: type[np.floating] = np.float32 if of.size >= SINGLE else np.float64

    def __call__(self, z: Array, f: Array) -> Array:
        matrices, right = self._of.jacobian(z).astype(self._type), -f.astype(self._type)
        if self._type is np.float32:
            return np.stack([_single(m, r) for m, r in zip(matrices, right, strict=True)])
        try:
            return np.asarray(np.linalg.solve(matrices, right[..., None])[..., 0])
        except np.linalg.LinAlgError:  # one of them at least has no inverse
            return np.stack([_least(m, r) for m, r in zip(matrices, right, strict=True)])


def _single(matrix: NDArray[np.float32], right: NDArray[np.float32]) -> Array:
    """The step in single precision, the matrix factored where it lies: its rows are the columns that LAPACK reads."""
    factors, pivots, info = lapack.sgetrf(matrix.T, overwrite_a=True)
    if info:
        return np.full(len(right), np.nan)
    return np.asarray(lapack.sgetrs(factors, pivots, right, trans=1)[0], dtype=np.float64)


def _least(matrix: Array, right: Array) -> Array:
    """The shortest step that comes nearest."""
    if not (np.isfinite(matrix).all() and np.isfinite(right).all()):
        return np.full(len(right), np.nan)
    return np.asarray(np.linalg.lstsq(matrix, right, rcond=1e-10)[0])


def _sparse(of: Scaled) -> Steps:
    def steps(z: Array, f: Array) -> Array:
        found = []
        for state, off in zip(z, f, strict=True):
            try:
                found.append(splu(of.matrix(state).tocsc()).solve(-off))
            except RuntimeError:  # exactly singular
                found.append(np.full(len(off), np.nan))
        return np.stack(found)

    return steps


def _products(of: Scaled) -> Steps:
    def step(state: Array, off: Array) -> Array:
        operator = LinearOperator((of.size, of.size), matvec=lambda v: of.along(state, v.ravel()), dtype=float)
        return np.asarray(gmres(operator, -off, rtol=FORCING, restart=KEPT, maxiter=RESTARTS)[0])

    return lambda z, f: np.stack([step(state, off) for state, off in zip(z, f, strict=True)])

"""`Attractor`: a set that starts around it come to and do not leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.exponents.report import SIGMAS, as_precise
from neurodyn.analysis.verdict import Verdict

Array = NDArray[np.float64]
Kind = Literal["point", "cycle", "set", "chaotic"]
# The share of the slope below which an eigenvalue tells no side.
MARGIN = 1e-8


@dataclass(frozen=True, eq=False)
class Attractor:
    """What runs end in.

    Attributes:
        kind: `point`; `cycle`, which comes back to each of its states after a period; `chaotic`, where neighbours come
            apart; or `set`, which is none of these as far as was seen: a torus, or a cycle of many turns.
        cloud: states on it, (states, size), in the order of time.
        period: the time (steps of a map) after which it is where it was; 0 of a point, NaN of what is no cycle.
        eigenvalues: of the Jacobian at a point, those with the largest real part (of a map: size) first; else empty.
        stability: verdict on whether a point draws its neighbourhood in: proved (a box around it is contracted, by
            intervals), verified (all eigenvalues are clearly on the stable side), or undecided (one is on the border).
        reach: a start closer to the point than this, in every coordinate in units of its scale, surely comes to it,
            where that is proved; else how close runs come to it before they count as having arrived.
        exponent: the largest of Lyapunov on it with its standard error; None where it was not asked for.
    """

    kind: Kind
    cloud: Array
    period: float
    eigenvalues: NDArray[np.complex128]
    stability: Verdict
    reach: float
    exponent: tuple[float, float] | None = None

    @property
    def state(self) -> Array:
        """The point itself, or the mean of the states on the set."""
        found: Array = self.cloud.mean(axis=0)
        return found

    def features(self, scales: Array) -> Array:
        """What it is recognised by in another system: mean and spread of each coordinate, in units of scales."""
        return np.concatenate([self.cloud.mean(axis=0) / scales, self.cloud.std(axis=0) / scales])

    def told(self, names: Sequence[str]) -> str:
        """One line."""
        where = ", ".join(f"{n} = {v:.6g}" for n, v in zip(names[:4], self.state[:4], strict=False))
        where += f", ... ({len(names)} numbers)" if len(names) > 4 else ""
        match self.kind:
            case "point":
                return f"point {where}; stable: {self.stability}"
            case "cycle":
                return f"cycle of period {self.period:.6g} around {where}"
            case "chaotic":
                return f"chaotic set around {where}; {self._exponent()}"
        return f"recurrent set around {where}; {self._exponent()}"

    def _exponent(self) -> str:
        if self.exponent is None:
            return "not tested for chaos"
        value, error = self.exponent
        said = f"largest exponent {as_precise(value, error)} ± {error:.1g}"
        if self.kind == "chaotic":
            return said
        torus = "" if value < -SIGMAS * error else "a torus, or "
        return f"{said}: not chaotic as far as that tells, {torus}a cycle of many turns"

    def to_json(self, names: Sequence[str]) -> dict[str, Any]:
        """As plain data."""
        return {
            "kind": self.kind,
            "state": dict(zip(names, map(float, self.state), strict=True)),
            "period": None if np.isnan(self.period) else self.period,
            "eigenvalues": [[float(v.real), float(v.imag)] for v in self.eigenvalues],
            "stability": str(self.stability),
            "reach": self.reach,
            "exponent": None if self.exponent is None else dict(zip(("value", "error"), self.exponent, strict=True)),
        }


def margins(eigenvalues: NDArray[np.complex128], is_map: bool) -> Array:
    """How far eigenvalues are on the unstable side: real parts, or sizes less 1."""
    found: Array = np.abs(eigenvalues) - 1 if is_map else eigenvalues.real
    return found

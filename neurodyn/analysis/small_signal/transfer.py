"""`transfer_function`: how a small signal passes from an input of a system to a quantity, at its operating point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.analysis.as_text import AsText
from neurodyn.analysis.small_signal.modes import Complexes, States, poles_and_zeros, states_of
from neurodyn.analysis.small_signal.resting import Rest, resting
from neurodyn.analysis.small_signal.slopes import Array, Element, Slopes, element_of, slopes
from neurodyn.analysis.small_signal.symbols import Fraction, symbolic
from neurodyn.errors import InputError
from neurodyn.results.display import drawn

if TYPE_CHECKING:
    from neurodyn.model.model import Model
    from neurodyn.system.system import System

POINTS = 401  # of a grid of frequencies
BESIDE = 100.0  # how far it goes beyond the slowest and the fastest corner


@dataclass(frozen=True, eq=False, repr=False)
class TransferFunction(AsText):
    """A system near a state, as a filter from one input to one quantity; made by `transfer_function`.

    Attributes:
        rest: the system and its operating point.
        input, output: the two numbers.
        slopes: the system to first order, with its constraints, in SI units.
        states: the same without them, as dz/dt = a*z + b*u and c*z + d*u; None where its index is above 1.
        symbolic: numerator and denominator in the names of the parameters, where they are few and do not depend on the
            operating point; else None.
    """

    rest: Rest
    input: Element
    output: Element
    slopes: Slopes
    states: States | None
    symbolic: Fraction | None

    @property
    def system(self) -> System:
        """The system."""
        return self.rest.system

    @cached_property
    def _modes(self) -> tuple[Complexes, Complexes, float]:
        if self.states is None:
            raise InputError(
                f"{self.system.name} has no poles here: an input fixes what is stored (its index is above 1).",
                code="high-index",
                remedy="Its frequency response can be computed: response(frequencies).",
            )
        return poles_and_zeros(self.states)

    @property
    def poles(self) -> Complexes:
        """The poles in 1/s, the slowest first; modes that the input or the output does not see are no poles."""
        return self._modes[0]

    @property
    def zeros(self) -> Complexes:
        """The zeros in 1/s."""
        return self._modes[1]

    @property
    def gain(self) -> float:
        """What a constant input passes, in units of the output per unit of the input; infinite with a pole at 0."""
        found = self.response([0.0])[0]
        return float(found.real) if np.isfinite(found) else np.inf

    @property
    def numerator(self) -> Array:
        """Coefficients of the numerator in s, the highest power first; the denominator's first is 1."""
        return np.atleast_1d(np.real(np.poly(self.zeros)) * self._modes[2])

    @property
    def denominator(self) -> Array:
        """Coefficients of the denominator."""
        return np.atleast_1d(np.real(np.poly(self.poles)))

    @property
    def corners(self) -> Array:
        """The frequencies of poles and zeros in Hz, where the magnitude bends."""
        found = np.abs(np.concatenate([self.poles, self.zeros])) / (2 * np.pi)
        return np.unique(found[found > 0])

    @property
    def stable(self) -> bool:
        """Whether all its poles lie in the left half plane."""
        return bool((self.poles.real < 0).all())

    def response(self, frequencies: ArrayLike) -> NDArray[np.complex128]:
        """The ratio of output to input for sines of these frequencies in Hz, with its phase."""
        return self.slopes.response(2j * np.pi * np.atleast_1d(np.asarray(frequencies, dtype=float)))

    def grid(self, points: int = POINTS) -> Array:
        """Frequencies from well below the slowest corner to well above the fastest one."""
        corners = self.corners if self.states is not None else np.empty(0)
        low, high = (corners[0], corners[-1]) if corners.size else (1.0, 1.0)
        return np.geomspace(low / BESIDE, high * BESIDE, points)

    def plot(self, kind: str = "bode", frequencies: ArrayLike | None = None) -> Any:
        """The Bode plot; or `nyquist`, the response in the complex plane."""
        return drawn("bode", self, kind=kind, frequencies=frequencies)

    @property
    def is_ratio(self) -> bool:
        """Whether output and input have the same dimension, so that decibels need no unit."""
        units = self.system.units
        return units.of(self.output.name).fits(units.of(self.input.name))

    def __str__(self) -> str:
        head = f"{self.system.name}: from {self.input} to {self.output}"
        lines = [head, *(f"  {note}" for note in self.rest.notes)]
        if self.symbolic is not None:
            lines += [f"  numerator    {self.symbolic.numerator}", f"  denominator  {self.symbolic.denominator}"]
        if self.states is None:
            return "\n".join([*lines, "  no poles are told: an input fixes what is stored (its index is above 1)"])
        lines += [f"  gain at 0    {self.gain:.6g}{'' if self.is_ratio else ' in SI units'}"]
        lines += [f"  pole         {_told(s)}" for s in self.poles]
        lines += [f"  zero         {_told(s)}" for s in self.zeros]
        return "\n".join([*lines, f"  {'stable' if self.stable else 'not stable'}"])

    def to_json(self) -> dict[str, Any]:
        """The report as plain data, with the response on its own grid."""
        grid = self.grid()
        response = self.response(grid)
        found: dict[str, Any] = {"model": self.system.name, "input": str(self.input), "output": str(self.output)}
        if self.states is not None:
            found |= {"gain": self.gain, "stable": self.stable, "numerator": self.numerator.tolist()}
            found |= {"denominator": self.denominator.tolist()}
            found |= {name: [[s.real, s.imag] for s in getattr(self, name)] for name in ("poles", "zeros")}
        if self.symbolic is not None:
            found["symbolic"] = {"numerator": self.symbolic.numerator, "denominator": self.symbolic.denominator}
        return {
            **found,
            "frequency": grid.tolist(),
            "magnitude": np.abs(response).tolist(),
            "phase": np.unwrap(np.angle(response)).tolist(),
            "notes": list(self.rest.notes),
        }


def _told(s: complex) -> str:
    size = abs(s) / (2 * np.pi)
    value = f"{s.real:.6g}" + (f" {'-' if s.imag < 0 else '+'} {abs(s.imag):.6g}i" if s.imag else "")
    return f"{value} 1/s" + (f"   ({size:.6g} Hz)" if size else "")


def transfer_function(
    system: System | Model | str,
    *,
    input: str,
    output: str,
    at: Any = None,
    state: Mapping[str, Any] | None = None,
) -> TransferFunction:
    """A system near its operating point, as a filter from an input to a quantity.

    Args:
        system: a flow or a circuit; of neurons the flow between spikes.
        input: the name of an input, `u`, `I[3]`, or of a source, `V1`.
        output: the name of a state, unknown or observable.
        at: the time at which inputs are held; by default that of the begin of a run.
        state: where the operating point is looked for: values by name, the others at their start.

    Raises:
        InputError: for maps and delays, names that there are not, and where no operating point is found.
    """
    from neurodyn.system.build import built

    rest = resting(built(system), at, state)
    own = rest.system
    source = element_of(own, input, "input", [*own.signals])
    found = element_of(own, output, "output", [*own.model.variables, *own.observables])
    linear = slopes(rest, source, found)
    return TransferFunction(
        rest, source, found, linear, states_of(linear, own.layout.scales), symbolic(own, source, found)
    )

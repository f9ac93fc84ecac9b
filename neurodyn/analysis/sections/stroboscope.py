"""Stroboscopic maps: a system that is driven with a period, looked at once in each."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.exponents.augmented import augmented
from neurodyn.analysis.exponents.carrier import Accuracy, Carrier
from neurodyn.analysis.exponents.given import positive, time_of, with_inputs
from neurodyn.analysis.exponents.report import plain
from neurodyn.analysis.sections.closing import CLOSED, Closed, Flowing, multipliers, solved
from neurodyn.analysis.sections.cycle_report import LEAST, SHOWN, Stability, shown, stability
from neurodyn.analysis.sections.periodic import check_period
from neurodyn.analysis.sections.poincare import bench_of
from neurodyn.analysis.sections.refused import check_flow
from neurodyn.analysis.sections.section import Floats
from neurodyn.errors import InputError, RunFailed
from neurodyn.results.recipe import plain_values, recipe
from neurodyn.system.build import built
from neurodyn.system.system import System

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from neurodyn.model.model import Model


@dataclass(frozen=True, eq=False, repr=False)
class Stroboscope:
    """A fixed point of a stroboscopic map.

    Attributes:
        period, at: of the drive, and the time of the first look.
        returns: after how many periods the state is the same again.
        point: the state then.
        multipliers: the eigenvalues of the derivative of the map over all these periods, the largest first.
        lost: how many of the last are rounding: all that is known is that they are small.
        residual: the gap that is left, in scales of the states.
        iterates: the states in the looks from the start on, (looks, size).
    """

    system: System
    period: float
    at: float
    returns: int
    point: Floats
    multipliers: NDArray[np.complex128]
    lost: int
    residual: float
    iterates: Floats
    recipe: Mapping[str, Any]

    @property
    def stability(self) -> Stability:
        """Whether neighbours come to it."""
        return stability(self.multipliers, LEAST)

    def __str__(self) -> str:
        layout = self.system.layout
        over = f"every {self.period:.10g} from t = {self.at:.10g} on"
        again = "" if self.returns == 1 else f" after {self.returns} periods"
        lines = [f"{self.system.name} looked at {over}: a fixed point{again}, {self.stability}"]
        lines += [f"  {layout.element(k):8s} {self.point[k]:.12g}" for k in range(min(layout.size, SHOWN))]
        told = ", ".join(shown(value) for value in self.multipliers[: len(self.multipliers) - self.lost][:SHOWN])
        told += f" and {self.lost} that are rounding" if self.lost else ""
        lines += [f"  multipliers {told}", f"  closed to {self.residual:.1g} of the states' scales"]
        return "\n".join(lines)

    __repr__ = __str__

    def summary(self) -> str:
        """The report as text."""
        return str(self)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        names = [self.system.layout.element(k) for k in range(self.system.layout.size)]
        found: dict[str, Any] = {
            n: getattr(self, n) for n in ("period", "at", "returns", "residual", "lost", "stability")
        }
        found |= {"model": self.system.name, "point": dict(zip(names, plain(self.point), strict=True))}
        found |= {"multipliers": [[float(z.real), float(z.imag)] for z in self.multipliers]}
        found |= {"iterates": dict(zip(names, plain(self.iterates.T), strict=True))}
        return {**found, "recipe": dict(self.recipe)}


def stroboscope(
    system: System | Model | str,
    period: float | str,
    *,
    at: float | str | None = None,
    returns: int = 1,
    looks: int = 100,
    start: Mapping[str, ArrayLike] | None = None,
    inputs: Mapping[str, Any] | None = None,
    rtol: float = 1e-13,
    atol: float = 1e-13,
    seed: int | None = None,
) -> Stroboscope:
    """The fixed point of a periodically driven system seen once in each period, and its multipliers.

    The start is followed over some periods. From where that leads Newton's method solves for the state that is the same
    after a period, with the derivative of the flow by the state, which is integrated along.

    Args:
        system: a flow whose inputs repeat, or the name of a model.
        period: of the inputs. That they repeat is looked at.
        at: the time of the first look, by default the beginning of the bench: what is fixed depends on the phase.
        returns: after how many periods the state is to be the same: 2 for what alternates.
        looks: how many periods the start is followed.
        start: states by name, the others as the model says.
        inputs: in place of those of the model, such as `{"u": "pulses(5, period=1, duty=0.2, phase=0.8)"}`.
        rtol, atol: the error allowed in a step, in units of each state's scale.
        seed: of draws in the start.

    Raises:
        InputError: for systems that are no smooth flows, and inputs that do not repeat.
        RunFailed: where the orbit comes near no fixed point.
    """
    system = built(system)
    system = with_inputs(system, inputs) if inputs else system
    check_flow(system)
    time = time_of(system, "period", period)
    if time is None:
        raise InputError("period is None.", code="bad-span", remedy="Give the period of the inputs.")
    begin = bench_of(system)[1] if at is None else float(system.time("at", at))
    check_period(system, begin, time)
    _whole("returns", returns, 1)
    _whole("looks", looks, 0)
    given, seed = dict(start or {}), system.seed if seed is None else seed
    how = Accuracy(None, float(positive("rtol", rtol) or 0), float(positive("atol", atol) or 0))
    whole = augmented(system, system.layout.size)
    alone = Carrier(whole.alone, system.signals, how)
    iterates = [system.start(given, seed=seed)]
    for _ in range(looks):
        iterates.append(alone.to(begin, begin + time, iterates[-1][None])[0])
    closed = _closed(Flowing(whole, Carrier(whole.system, system.signals, how), begin), iterates[-1], time, returns)
    asked = {"analysis": "stroboscope", "period": time, "at": begin, "returns": returns, "looks": looks, **vars(how)}
    asked |= {"seed": seed, "start": plain_values(system, given), "inputs": plain_values(system, inputs or {})}
    (found, lost), path = multipliers(closed.arc), np.array(iterates)
    return Stroboscope(
        system, time, begin, returns, closed.unknowns, found, lost, closed.residual, path, recipe(system, asked)
    )


def _whole(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise InputError(f"{name} is {value!r}.", code="bad-count", remedy=f"Give a whole number from {least} on.")


def _closed(flowing: Flowing, state: Floats, period: float, returns: int) -> Closed:
    """The state that is the same again."""
    scales = flowing.scales

    def equations(unknowns: Floats) -> Any:
        arc = flowing.times(returns, period, unknowns * scales)
        return arc.end / scales - unknowns, arc.matrix - np.eye(unknowns.size), arc

    found = solved(equations, state / scales)
    if not found.residual < CLOSED:
        raise RunFailed(
            f"No state of {flowing.whole.base.name} was found that is the same after {returns} periods: the best "
            f"leaves a gap of {found.residual:.2g}, in scales of the states.",
            code="no-cycle",
            remedy="Follow the start over more periods (looks), or look for another number of returns.",
        )
    return Closed(found.unknowns * scales, found.arc, found.residual)

"""Lyapunov exponents: how fast neighbours of an orbit come apart or together, direction by direction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.analysis.exponents.augmented import augmented
from neurodyn.analysis.exponents.carrier import Accuracy, Carrier
from neurodyn.analysis.exponents.counting import Wanted, counted
from neurodyn.analysis.exponents.given import positive, time_of, whole_number, with_inputs
from neurodyn.analysis.exponents.march import March
from neurodyn.analysis.exponents.refused import acting_events, check_kind, jumps
from neurodyn.analysis.exponents.report import Spectrum, reported
from neurodyn.analysis.field.frozen import moves_with_time
from neurodyn.errors import InputError
from neurodyn.results.recipe import plain_values, recipe
from neurodyn.system.build import built
from neurodyn.system.system import System

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from neurodyn.model.model import Model

# What a direction loses in a step is lost in every exponent.
LOOSEST = 1e-7
# All exponents of systems with so few states, and so many of others.
FEW, MANY = 12, 10
# How many pieces by the numbers in states and directions, and at most where events take time.
WITH_EVENTS = 64
PIECES = ((200, 1024), (600, 256), (6000, 16), (np.inf, 4))


def lyapunov_exponents(
    system: System | Model | str,
    count: int | None = None,
    *,
    start: Mapping[str, ArrayLike] | None = None,
    inputs: Mapping[str, Any] | None = None,
    span: float | str | None = None,
    transient: float | str | None = None,
    precision: float | None = None,
    pieces: int | None = None,
    method: str | None = None,
    rtol: float = 1e-9,
    atol: float = 1e-9,
    seed: int | None = None,
    progress: bool | None = None,
) -> Spectrum:
    """The Lyapunov exponents of the orbit that a start leads to, the largest first.

    Directions are carried along by the linearised equations, derived in index notation, within the error that
    is allowed in a step, and made orthonormal again and again. Along inputs that vary the exponents are those of the
    system as it is driven, from the beginning of its bench.

    Args:
        system: a flow or a synchronous map, or the name of a model.
        count: how many exponents; by default all of up to 12 states, and 10 of more.
        start: states by name, the others as the model says.
        inputs: in place of those of the model, as in `simulate`.
        span: the time that is averaged over, all pieces together; a number of steps of a map.
        transient: how long the orbit is left to itself first, and each piece until its directions have turned.
        precision: a standard error: it is gone on until all are below it, up to 50 times the span.
        pieces: of the orbit that are followed side by side; one where inputs vary, and where events are not compiled.
        method: of the backend `ensemble`, such as `Rodas4` for small stiff systems.
        rtol, atol: the error allowed in a step, in units of each state's scale; a direction has length 1.
        seed: of the directions, and of draws in the start.
        progress: False shows no bar.

    Returns:
        The spectrum. Ctrl-C ends it early, with what was averaged until then.

    Raises:
        InputError: for systems with constraints, delays, events, noise or supports, and updates one by one.
        RunFailed: for an orbit that does not stay finite.
    """
    system = built(system)
    system = with_inputs(system, inputs) if inputs else system
    check_kind(system)
    how = _accuracy(system, method, rtol, atol)
    whole = augmented(system, _count(system, count))
    driven = bool(moves_with_time(system))
    clocked = driven or bool(acting_events(system))
    given, seed = dict(start or {}), system.seed if seed is None else seed
    count = _pieces(whole.system.layout.size, pieces, driven, clocked)
    times = {"span": time_of(system, "span", span), "transient": time_of(system, "transient", transient)}
    wanted = Wanted(**times, precision=positive("precision", precision), pieces=count, seed=seed, free=pieces is None)
    begin = float(system.time("from", system.model.bench.get("from", 0.0)))
    march = March(whole, Carrier(whole.system, system.signals, how), begin, clocked)
    march.begin(system.start(given, seed=seed)[None], np.random.default_rng(seed))
    found = counted(march, Carrier(whole.alone, system.signals, how), wanted, progress is not False)
    asked = {"analysis": "lyapunov_exponents", "count": whole.count, **vars(how), "method": march.carrier.method}
    asked |= {**vars(wanted), "inputs": plain_values(system, inputs or {}), "start": plain_values(system, given)}
    return reported(whole, found, recipe(system, asked), march.carrier.error, jumps(system))


def _accuracy(system: System, method: str | None, rtol: float, atol: float) -> Accuracy:
    if not system.model.discrete and not 0 < rtol <= LOOSEST:
        raise InputError(
            f"rtol is {rtol:g}: what a direction loses in a step is lost in the exponents.",
            code="bad-tolerance",
            remedy=f"Give at most {LOOSEST:g}.",
        )
    if system.model.discrete and method is not None:
        raise InputError(f"{system.name} is a map, which has no method.", code="not-a-flow", remedy="Leave it out.")
    return Accuracy(method, rtol, atol)


def _count(system: System, count: int | None) -> int:
    size = system.layout.size
    if count is None:
        return size if size <= FEW else MANY
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or not 1 <= count <= size:
        raise InputError(
            f"count is {count!r}, and {system.name} has {size} states.",
            code="bad-count",
            remedy=f"Give a whole number from 1 to {size}.",
        )
    return int(count)


def _pieces(numbers: int, pieces: int | None, driven: bool, clocked: bool) -> int:
    """How many pieces: enough to fill the lanes of vectors; few of large systems, whose products fill the machine."""
    if pieces is None:
        many = next(k for most, k in PIECES if numbers <= most)
        return 1 if driven else min(many, WITH_EVENTS) if clocked else many
    whole_number("pieces", pieces, 1)
    if driven and pieces > 1:
        raise InputError(
            f"{pieces} pieces of one orbit cannot go side by side: inputs make the time matter.",
            code="bad-count",
            remedy="Leave pieces out.",
        )
    return int(pieces)

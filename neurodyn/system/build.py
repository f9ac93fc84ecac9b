"""`build`: from a model to a checked system."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from neurodyn.errors import InputError
from neurodyn.model.library import load
from neurodyn.model.model import Model
from neurodyn.model.varied import with_inputs
from neurodyn.system.bind import check_names, reasons, rules_on_values, signal_of
from neurodyn.system.checks import MODEL_CHECKS, VARIED_CHECKS
from neurodyn.system.checks.regular import check_regular
from neurodyn.system.checks.supports import check_supports
from neurodyn.system.edges import plain_edges
from neurodyn.system.explicit.explicit import explicit
from neurodyn.system.layout import Layout
from neurodyn.system.quantities import si_values
from neurodyn.system.ranks import bind_ranks
from neurodyn.system.resolve import resolve
from neurodyn.system.scales import scale_of
from neurodyn.system.sizes import bind_sizes
from neurodyn.system.start import Starts
from neurodyn.system.system import System
from neurodyn.system.units import Units
from neurodyn.system.values import Values
from neurodyn.system.varying import varying_names


def built(system: System | Model | str | Path) -> System:
    """A system as it is; one that is built from a model, or from the name or path of one, with its defaults."""
    return system if isinstance(system, System) else build(system)


def build(
    model: Model | str | Path,
    *,
    sizes: Mapping[str, int] | None = None,
    values: Mapping[str, Any] | None = None,
    seed: int | None = None,
    **more_values: Any,
) -> System:
    """Bind sizes and values, resolve derivatives, compute derived parameters, check every rule.

    Args:
        model: a model, or the name or path of one.
        sizes: sizes of index sets; without one, the shape of a given array or the file decides.
        values, more_values: parameters and inputs by name: a number, an array (for `W[i,j]` of shape (N, N)), or an
            expression in text, a quantity ("20 ms", or one of Brian2 or pint). Bare numbers are SI. Parameters that
            equations define cannot be given. A parameter that is given a signal (`step(20, 0.5)`) becomes an input.
        seed: of random draws in values; default from the bench, else 0.

    Raises:
        InputError: naming the rule that is broken, the place and the remedy.
    """
    model = model if isinstance(model, Model) else load(model)
    given = {**(values or {}), **more_values}
    check_names(model, given)
    for check in MODEL_CHECKS:
        check(model)
    varying = varying_names(model, given)
    model = with_inputs(model, varying)
    for check in VARIED_CHECKS if varying else ():
        check(model)
    structure, units = resolve(model), Units.of_model(model)
    check_regular(structure)
    structure = explicit(structure)
    model = structure.model
    given = si_values(units, given)
    chosen = _seed(model.bench.get("seed", 0) if seed is None else seed)
    known = bind_sizes(model, sizes or {}, given)
    bound = Values(structure, known, given, chosen)
    bind_ranks(bound, known)
    check_supports(structure, bound.sizes)
    shapes = {n: bound.shape(structure.letters(n), d.source) for n, d in model.variables.items()}
    with reasons(bound, rules_on_values(bound)):
        computed = bound.all()
    given = plain_edges(bound, given)
    for rule in rules_on_values(bound):
        rule.check(bound)
    signals = {name: signal_of(bound, name) for name in model.inputs}
    starts = Starts(bound)
    layout = Layout.of(shapes, {n: scale_of(d, units, partial(starts.of, n)) for n, d in model.variables.items()})
    return System(structure, bound.sizes, computed, given, signals, layout, chosen, {}, bound.formulas, bound.notes)


def _seed(seed: Any) -> int:
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise InputError(f"The seed is {seed!r}.", code="seed", remedy="Give a whole number from 0 on.")
    return int(seed)

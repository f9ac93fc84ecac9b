"""`build`: from a model to a checked system."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from neurodyn.errors import InputError
from neurodyn.model.library import load
from neurodyn.model.model import Model
from neurodyn.system.bind import check_names, rules_on_values, signal_of
from neurodyn.system.checks import MODEL_CHECKS
from neurodyn.system.layout import Layout
from neurodyn.system.sizes import bind_sizes
from neurodyn.system.structure import resolve
from neurodyn.system.system import System
from neurodyn.system.values import Values


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
            expression in text. Parameters that equations define cannot be given.
        seed: of random draws in values; default from the bench, else 0.

    Raises:
        InputError: naming the rule that is broken, the place and the remedy.
    """
    model = model if isinstance(model, Model) else load(model)
    given = {**(values or {}), **more_values}
    check_names(model, given)
    for check in MODEL_CHECKS:
        check(model)
    structure = resolve(model)
    chosen = _seed(model.bench.get("seed", 0) if seed is None else seed)
    bound = Values(structure, bind_sizes(model, sizes or {}, given), given, chosen)
    shapes = {n: bound.shape(structure.letters(n), d.source) for n, d in model.states.items()}
    computed = bound.all()
    for rule in rules_on_values(bound):
        rule.check(bound)
    signals = {name: signal_of(bound, name) for name in model.inputs}
    layout = Layout.of(shapes, {n: d.scale for n, d in model.states.items() if d.scale is not None})
    return System(structure, bound.sizes, computed, given, signals, layout, chosen, {}, bound.formulas)


def _seed(seed: Any) -> int:
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise InputError(f"The seed is {seed!r}.", code="seed", remedy="Give a whole number from 0 on.")
    return int(seed)

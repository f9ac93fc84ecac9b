"""`build`: from a model to a checked system."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.language.source import Source
from neurodyn.model.library import load
from neurodyn.model.model import Model
from neurodyn.system.checks import MODEL_CHECKS, VALUE_CHECKS
from neurodyn.system.layout import Layout
from neurodyn.system.signal_reader import read_signal
from neurodyn.system.signals import Signal
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
    _check_given(model, given)
    for check in MODEL_CHECKS:
        check(model)
    structure = resolve(model)
    chosen = _seed(model.bench.get("seed", 0) if seed is None else seed)
    bound = Values(structure, bind_sizes(model, sizes or {}, given), given, chosen)
    shapes = {n: bound.shape(structure.letters(n), d.source) for n, d in model.states.items()}
    computed, signals = bind_values(bound)
    layout = Layout.of(shapes, {n: d.scale for n, d in model.states.items() if d.scale is not None})
    return System(structure, bound.sizes, computed, given, signals, layout, chosen, {})


def bind_values(bound: Values) -> tuple[dict[str, NDArray[np.float64]], dict[str, Signal]]:
    """Every parameter and signal, with the rules on values checked."""
    computed = bound.all()
    for check in VALUE_CHECKS:
        check(bound)
    signals = {}
    for name, declared in bound.structure.model.inputs.items():
        value = bound.given.get(name, declared.value)
        source = declared.source if name not in bound.given else Source(f"{name} = {value}")
        if value is None:
            raise InputError(
                f"The input {name} has no value.",
                code="missing-value",
                remedy=f"Give it: --set {name}=..., or inputs={{'{name}': ...}}.",
                place=source.place(0),
            )
        signals[name] = read_signal(name, value, source, bound)
    return computed, signals


def _seed(seed: Any) -> int:
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise InputError(f"The seed is {seed!r}.", code="seed", remedy="Give a whole number from 0 on.")
    return int(seed)


def _check_given(model: Model, given: Mapping[str, Any]) -> None:
    allowed = [*model.parameters, *model.inputs]
    for name in given:
        if name in allowed:
            continue
        if name in model.definitions:
            raise InputError(
                f"{name} is defined by an equation, so it cannot be given.",
                code="defined",
                remedy="Make it a parameter with a value instead.",
                place=model.source_of(name).place(0),
            )
        if name in model.states:
            raise InputError(
                f"{name} is a state, so it has no value at build.",
                code="state-value",
                remedy=f"Give its start to simulate: start={{'{name}': ...}}.",
                place=model.source_of(name).place(0),
            )
        raise InputError(
            f"{model.name} has no parameter or input {name}.",
            code="unknown-parameter",
            remedy=near(name, allowed) or f"It has: {', '.join(allowed) or 'none'}.",
        )

"""Which parameters are bound to signals, in the file or by what is given."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from neurodyn.errors import InputError
from neurodyn.language.guard import parse, show_keywords
from neurodyn.language.source import Source
from neurodyn.model.model import Model
from neurodyn.system.signal_reader import SIGNALS
from neurodyn.system.signals import is_signal

if TYPE_CHECKING:
    from neurodyn.system.system import System


def varying_names(model: Model, given: Mapping[str, Any]) -> tuple[str, ...]:
    """The parameters whose value, given or declared, is a signal or an expression of time."""
    told = {name: given.get(name, declared.value) for name, declared in model.parameters.items()}
    return tuple(name for name, value in told.items() if varies(model, value))


def varies(model: Model, value: Any) -> bool:
    """Whether a value is one that inputs alone can have."""
    if not isinstance(value, str):
        return is_signal(value)
    try:
        tree = parse(Source(value))
    except InputError:
        return False  # whoever reads it says what is wrong
    words = {show_keywords(n.id) for n in ast.walk(tree) if isinstance(n, ast.Name)}
    calls = {
        show_keywords(n.func.id) for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    }
    return "t" in words or not calls.isdisjoint(SIGNALS.keys() - model.names.functions.keys())


def with_bound(system: System, inputs: Mapping[str, Any]) -> tuple[System, dict[str, Any]]:
    """The system with parameters bound to those of the inputs that are signals for them, and the other inputs."""
    bound = {n: value for n, value in inputs.items() if n in system.model.parameters and varies(system.model, value)}
    rest = {name: value for name, value in inputs.items() if name not in bound}
    return (system.with_values(bound) if bound else system), rest

"""The conditions of events as numbers that change sign: one for each comparison and unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sympy import And, Expr, Ge, Gt, Lt, Not, Or, Symbol
from sympy.logic.boolalg import Boolean

from neurodyn.calculus.letters import Reference, name_of
from neurodyn.calculus.rewrite import Definition, substitute
from neurodyn.program.lower import Output, lower
from neurodyn.program.numpy_printer import Compiled, numpy_function
from neurodyn.system.structure import TIME

if TYPE_CHECKING:
    from neurodyn.system.system import System

Array = NDArray[np.float64]
Truth = Callable[[NDArray[np.bool_]], NDArray[np.bool_]]
# Several instants are looked at in one call: time is then a variable like the states.
CLOCK = "time of this sample"


@dataclass(frozen=True, eq=False)
class Watched:
    """One event with a condition: the columns of its comparisons, and its units among all watched ones."""

    event: str
    columns: tuple[slice, ...]
    units: slice
    truth: Truth


class Conditions:
    """All conditions of a system.

    A level is above 0 (or not below, for <= and >=) where its comparison holds. Levels stand in columns: comparison
    by comparison, unit by unit.

    Attributes:
        watched: the events, in the order of the model.
        units: how many units all of them have.
        strict: of each column, whether its comparison fails at a level of 0.
    """

    def __init__(self, system: System, shapes: Mapping[str, tuple[int, ...]]) -> None:
        outputs: list[Output] = []
        found, strict = [], []
        column = unit = 0
        for name, rule in system.model.rules.items():
            if rule.condition is None:
                continue
            size, atoms = int(np.prod(shapes[name])), comparisons(rule.condition)
            places = {atom: slice(column + k * size, column + (k + 1) * size) for k, atom in enumerate(atoms)}
            outputs += [Output(f"{name}:{k}", rule.letters, _level(atom)) for k, atom in enumerate(atoms)]
            strict += [np.full(size, isinstance(atom, (Gt, Lt))) for atom in atoms]
            truth = _truth(rule.condition, places)
            found.append(Watched(name, tuple(places.values()), slice(unit, unit + size), truth))
            column, unit = column + size * len(atoms), unit + size
        self.watched, self.units = tuple(found), unit
        self.strict = np.concatenate([np.empty(0, bool), *strict])
        self._layout, self._outputs = system.layout, [o.name for o in outputs]
        compiled = _compiled(system, outputs)
        self._inputs = [n for n in compiled.program.variables if n in system.signals]
        self._levels = compiled.bind({**system.values, **system.formulas.edges})

    def levels(self, t: Array, y: Array, inputs: Callable[[float], Mapping[str, Any]]) -> Array:
        """The levels at several instants: y of shape (instants, size); a row for each."""
        variables = {CLOCK: t, **self._layout.unpack(y)}
        if self._inputs:
            read = [inputs(float(one)) for one in t]
            variables |= {n: np.stack([np.asarray(values[n], float) for values in read]) for n in self._inputs}
        found = self._levels(0.0, variables)
        return np.concatenate([found[name].reshape(len(t), -1) for name in self._outputs], axis=1)

    def signs(self, levels: Array) -> NDArray[np.bool_]:
        """Where each comparison holds."""
        return np.where(self.strict, levels > 0, levels >= 0)

    def truth(self, levels: Array) -> NDArray[np.bool_]:
        """Where each condition holds: a column for each unit."""
        signs = self.signs(levels)
        return np.concatenate([w.truth(signs) for w in self.watched], axis=-1)


def comparisons(condition: Boolean) -> list[Boolean]:
    """The comparisons of a condition, each once."""
    if isinstance(condition, (And, Or, Not)):
        return list(dict.fromkeys(atom for part in condition.args for atom in comparisons(part)))
    return [condition]


def _level(atom: Boolean) -> Expr:
    a, b = atom.args
    return _clocked(a - b if isinstance(atom, (Gt, Ge)) else b - a)


def _truth(condition: Boolean, places: Mapping[Boolean, slice]) -> Truth:
    if isinstance(condition, Not):
        inner = _truth(condition.args[0], places)
        return lambda signs: ~inner(signs)
    if isinstance(condition, (And, Or)):
        parts = [_truth(part, places) for part in condition.args]
        joined = np.logical_and if isinstance(condition, And) else np.logical_or
        return lambda signs: joined.reduce([part(signs) for part in parts])
    place = places[condition]
    return lambda signs: signs[..., place]


def _clocked(expr: Expr) -> Expr:
    """The expression with the time of the sample in place of the time."""

    def put(reference: Reference) -> Expr | None:
        return Symbol(CLOCK, real=True) if name_of(reference) == TIME else None

    return substitute(expr, put)


def _compiled(system: System, outputs: list[Output]) -> Compiled:
    key = ("conditions",)
    if key not in system.compiled:
        structure = system.structure
        program = lower(
            outputs,
            definitions={n: Definition(d.letters, _clocked(d.expr)) for n, d in structure.varying.items()},
            sizes=system.formulas.sizes(system.sizes),
            constant=[*system.values, *system.formulas.edges],
            on=structure.on,
            states=(*system.layout.names, *system.signals, CLOCK),
            trials=True,
        )
        system.compiled[key] = numpy_function(program)
    return system.compiled[key]

"""A section: where an expression of the states is 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy import Expr, S

from neurodyn.analysis.exponents.saltation import Crossing
from neurodyn.analysis.exponents.spelling import Derived, Spelling, own_equations
from neurodyn.calculus.letters import free_letters, names_in
from neurodyn.calculus.rewrite import Definition, names_reached
from neurodyn.errors import InputError
from neurodyn.language.reader import Reader
from neurodyn.language.source import Source
from neurodyn.system.structure import TIME
from neurodyn.system.system import System

Floats = NDArray[np.float64]
Direction = Literal["up", "down", "both"]
LEVEL = "level"


@dataclass(frozen=True, eq=False)
class Section:
    """An expression of the states, and in which direction it goes through 0.

    Attributes:
        watched: the system with the expression as an observable, an event at each crossing and a count of these as a
            last state.
        name: of the observable.
    """

    system: System
    text: str
    direction: Direction
    watched: System
    name: str

    def levels(self, states: Floats) -> Floats:
        """The expression at states (states, size)."""
        read = self.watched.observe((self.name,), trials=True)
        found: Floats = np.asarray(read(0.0, self.counted(states), {})[self.name], dtype=float)
        return found

    def gradient(self, state: Floats) -> Floats:
        """The derivatives of the expression by the states, in their scales."""
        layout = self.system.layout
        y = self.counted(state[None])[0]
        parts = [np.ravel(self.watched.derivative(self.name, n)(0.0, y, {})) for n in layout.names]
        found: Floats = np.concatenate(parts) * layout.scales
        return found

    @staticmethod
    def counted(states: Floats) -> Floats:
        """States of the watched system: no crossings so far."""
        return np.concatenate([states, np.zeros((*states.shape[:-1], 1))], axis=-1)


def section_of(system: System, text: str, direction: str) -> Section:
    """Read a section.

    Raises:
        InputError: for what is no number that states alone decide.
    """
    if direction not in get_args(Direction):
        raise InputError(f"direction is {direction!r}.", code="unknown-option", remedy="Give 'up', 'down' or 'both'.")
    expr, structure, spelling = _read(system, text), system.structure, Spelling(system)
    level, count = spelling.free(LEVEL), spelling.free("crossings")
    own = own_equations(system)
    more = {count: Definition((), sp.Symbol(count, real=True) + 1)}
    conditions = {"up": sp.Gt(expr, 0), "down": sp.Lt(expr, 0)}
    wanted = {n: condition for n, condition in conditions.items() if direction in (n, "both")}
    events = [Crossing(spelling.free(f"{n}ward"), (), condition, more, None, {}) for n, condition in wanted.items()]
    definitions = {**structure.varying, level: Definition((), expr)}
    derived = Derived({**own, count: Definition((), S.Zero)}, definitions, events, (level,))
    watched = spelling.system_of(derived, [system.layout.scales, [1.0]])
    return Section(system, text, direction, watched, level)  # type: ignore[arg-type]


def _read(system: System, text: str) -> Expr:
    """The expression, derivatives resolved."""
    if not isinstance(text, str):
        raise InputError(f"The section {text!r} is no text.", code="section", remedy="Write, say, section='x - 1'.")
    structure = system.structure
    expr = structure.chain.resolve(Reader(system.model.names, Source(text)).read())
    reached = frozenset[str]().union(*(names_reached(n, structure.definitions) for n in names_in(expr)))
    also = sorted(reached & {TIME, *system.model.inputs})
    reasons: Mapping[str, Any] = {
        f"speaks of {', '.join(also)}, which moves by itself": also,
        "has a value for each position of its letters": free_letters(expr),
        "speaks of no state": not reached & {*system.layout.names},
    }
    reason = next((words for words, holds in reasons.items() if holds), None)
    if reason is not None:
        raise InputError(
            f"The section {text} {reason}.",
            code="section",
            remedy="Write a number that states decide, which is 0 on the section: 'z - 27', 'x[0]'.",
        )
    return expr

"""A system to first order in its states, their rates and one input, in index notation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Idx

from neurodyn.analysis.small_signal.resting import Rest
from neurodyn.calculus.letters import quantity, size_of
from neurodyn.calculus.rewrite import Definition
from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.system.jacobian import Jacobian, derived
from neurodyn.system.residual import rates
from neurodyn.system.structure import Structure, rate_name
from neurodyn.system.system import System

Array = NDArray[np.float64]
_ELEMENT = re.compile(r"([^\[\]]+?)\s*(?:\[([\d\s,]+)\])?")


@dataclass(frozen=True)
class Element:
    """A number of the system: a quantity, and a place in it."""

    name: str
    place: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name}[{','.join(map(str, self.place))}]" if self.place else self.name


@dataclass(frozen=True, eq=False)
class Slopes:
    """mass*dy/dt = slope*y + drive*u, and the output is read*y + moved*dy/dt + through*u; all in SI units."""

    mass: Array
    slope: Array
    drive: Array
    read: Array
    moved: Array
    through: float

    def response(self, s: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """The transfer function at complex frequencies."""
        pencil = s[:, None, None] * self.mass - self.slope
        right = np.broadcast_to(self.drive.astype(complex)[:, None], (len(s), len(self.drive), 1))
        weight = np.abs(pencil).max(axis=2, keepdims=True)
        with np.errstate(all="ignore"):
            y = np.linalg.solve(pencil / weight, right / weight)[..., 0]
        found: NDArray[np.complex128] = y @ self.read + s * (y @ self.moved) + self.through
        return found


def slopes(rest: Rest, source: Element, output: Element) -> Slopes:
    """The system to first order there."""
    system, size = rest.system, rest.system.layout.size
    given = {**system.layout.unpack(rest.flat), **rest.inputs}
    if system.structure.residuals:
        given |= rates(system, np.zeros(size))
    read = Reader(system, rest.t, given)
    by_state = [*system.layout.names]
    by_rate = [*map(rate_name, by_state)]
    rows = dict(system.structure.residuals or system.structure.flows)
    place = [_position(system, source)]
    slope, drive = read.matrix(rows, by_state), read.matrix(rows, [source.name])[:, place]
    if system.structure.residuals:
        mass, slope, drive = read.matrix(rows, by_rate), -slope, -drive
    else:
        mass = np.eye(size)
    out = {f"{output.name} out": itself(system.structure, output.name)}
    at = _position(system, output)
    return Slopes(
        mass,
        slope,
        drive[:, 0],
        read.matrix(out, by_state)[at],
        read.matrix(out, by_rate)[at] if system.structure.residuals else np.zeros(size),
        float(read.matrix(out, [source.name])[at, place[0]]),
    )


@dataclass(frozen=True, eq=False)
class Reader:
    """Evaluates derivatives at a state."""

    system: System
    t: float
    given: Mapping[str, Any]

    def matrix(self, rows: Mapping[str, Definition], columns: list[str]) -> Array:
        """The derivative of the rows by the columns, each flat in its own order."""
        found = derivatives(self.system.structure, rows, columns)
        key = ("small signal", tuple(rows), tuple(columns))
        bound = self.system.bind(key, list(found.outputs.values()), False, found.definitions)
        values = bound(self.t, self.given) if found.outputs else {}
        row_spans, height = _spans({name: self._size(d.letters) for name, d in rows.items()})
        column_spans, width = _spans({name: int(np.prod(_shape(self.system, name))) for name in columns})
        full = np.zeros((height, width))
        for row, column in found.outputs:
            down, along = row_spans[row], column_spans[column]
            block = np.asarray(values[f"d{row}/d{column}"])
            full[down, along] = np.reshape(block, (down.stop - down.start, -1))
        return full

    def _size(self, letters: Sequence[Idx]) -> int:
        return int(np.prod([self.system.sizes[str(size_of(x))] for x in letters]))


def derivatives(structure: Structure, rows: Mapping[str, Definition], columns: list[str]) -> Jacobian:
    """The derivatives of rows by states, rates and inputs, in index notation; made once for rows of these names."""
    key = ("small signal", tuple(rows), tuple(columns))
    if key not in structure.compiled:
        letters = {name: structure.letters(_plain(structure, name)) for name in columns}
        structure.compiled[key] = derived(structure, rows, letters)
    found: Jacobian = structure.compiled[key]
    return found


def _plain(structure: Structure, name: str) -> str:
    """The state whose rate a name is; else the name."""
    return next((n for n in structure.model.variables if rate_name(n) == name), name)


def itself(structure: Structure, name: str) -> Definition:
    """A name as a definition of its own, with its letters."""
    letters = structure.letters(name)
    return Definition(letters, quantity(name, letters))


def _shape(system: System, name: str) -> tuple[int, ...]:
    known = system.model.names.quantities.get(_plain(system.structure, name))
    return tuple(system.sizes[s] for s in known.sets) if known else ()


def _spans(sizes: Mapping[str, int]) -> tuple[dict[str, slice], int]:
    """Where each row, or column, stands; and how many numbers there are."""
    found, at = {}, 0
    for name, size in sizes.items():
        found[name] = slice(at, at + size)
        at += size
    return found, at


def _position(system: System, element: Element) -> int:
    shape = _shape(system, element.name)
    return int(np.ravel_multi_index(element.place, shape)) if shape else 0


def element_of(system: System, text: str, what: str, known: list[str]) -> Element:
    """A number by its name, `v`, `v[3]`, or that of a source for its value, `V1`.

    Raises:
        InputError: for a name that is not among those known, and a place that it has not.
    """
    match = _ELEMENT.fullmatch(text.strip())
    name = match[1] if match else text
    owned = [n for n in known if n.startswith(f"{name}.")]
    if name not in known and len(owned) == 1 and what == "input":
        name = owned[0]
    if name not in known:
        raise InputError(
            f"{system.name} has no {what} {name}.",
            code="unknown-quantity",
            remedy=near(name, known) or f"There are: {', '.join(known) or 'none'}.",
        )
    place = tuple(int(k) for k in match[2].split(",")) if match and match[2] else ()
    shape = _shape(system, name)
    if not place and np.prod(shape) == 1:
        place = (0,) * len(shape)
    if len(place) != len(shape) or any(k >= n for k, n in zip(place, shape, strict=False)):
        raise InputError(
            f"{text} is no single number: {name} has the shape {' x '.join(map(str, shape)) or 'of one'}.",
            code="wrong-shape",
            remedy=f"Write {name}[{','.join('0' * len(shape))}], say." if shape else f"Write {name}.",
        )
    return Element(name, place)

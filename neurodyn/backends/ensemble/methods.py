"""Runge-Kutta methods as data: one file for each in `tableaus`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

Row = tuple[float, ...]


@dataclass(frozen=True)
class Tableau:
    """An explicit method.

    Attributes:
        order: of its error over a given time.
        error_order: of the estimate, by which the step is chosen; 0 for a method of fixed steps.
        c, a: the time of each stage in parts of the step, and the weights of the stages before it. The last stage
            stands at the end of the step, and begins the next one.
        error: the weights of the error estimates, of which there may be two.
        more_c, more_a: further stages that the path over a step needs.
        path: for each stage the coefficients of its weight along the step, which `alternating` says how to nest.
        path_order: of the error of the path.
    """

    name: str
    order: int
    error_order: int
    c: Row
    a: tuple[Row, ...]
    error: tuple[Row, ...]
    more_c: Row
    more_a: tuple[Row, ...]
    path: tuple[Row, ...]
    path_order: int
    alternating: bool

    @property
    def stages(self) -> int:
        """How many rates are read in a step, the one at its end included."""
        return len(self.a)


@dataclass(frozen=True)
class Rosenbrock:
    """An implicit method that solves linear systems with the Jacobian; how its numbers are meant stands in its file.

    Attributes:
        order, error_order, path_order: of the errors at the end, of the estimate, and along the step.
    """

    name: str
    order: int
    error_order: int
    path_order: int
    gamma: float
    alpha: Row
    d: Row
    a: tuple[Row, ...]
    c: tuple[Row, ...]
    b: Row
    error: tuple[Row, ...]
    path: tuple[Row, ...]
    # Of rates that are kept there are two, at both ends of a step.
    stages: int = 2
    more_c: Row = ()


def names() -> tuple[str, ...]:
    """The explicit methods that there are."""
    return _listed("tableaus")


def implicit_names() -> tuple[str, ...]:
    """The implicit ones."""
    return _listed("implicit")


@cache
def _listed(folder: str) -> tuple[str, ...]:
    found = (entry.name for entry in files(__package__).joinpath(folder).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


@cache
def tableau(name: str) -> Tableau:
    """The method of a file."""
    told = _told("tableaus", name)
    dense = told["dense"]
    return Tableau(
        name=told["name"],
        order=told["order"],
        error_order=told["error_order"],
        c=tuple(told["c"]),
        a=_rows(told["a"]),
        error=_rows(told["error"]),
        more_c=tuple(dense["c"]),
        more_a=_rows(dense["a"]),
        path=_rows(dense["b"]),
        path_order=dense["order"],
        alternating=dense["form"] == "alternating",
    )


@cache
def rosenbrock(name: str) -> Rosenbrock:
    """The implicit method of a file."""
    told = _told("implicit", name)
    return Rosenbrock(
        name=told["name"],
        order=told["order"],
        error_order=told["error_order"],
        path_order=told["path_order"],
        gamma=told["gamma"],
        alpha=tuple(told["alpha"]),
        d=tuple(told["d"]),
        a=_rows(told["a"]),
        c=_rows(told["c"]),
        b=tuple(told["b"]),
        error=_rows([told["error"]]),
        path=_rows(told["path"]),
    )


def _told(folder: str, name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(folder, f"{name}.toml").read_text(encoding="utf-8"))


def _rows(rows: list[list[float]]) -> tuple[Row, ...]:
    return tuple(tuple(row) for row in rows)

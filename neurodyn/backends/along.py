"""What inputs are `given` to fulfil, checked along a run."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from neurodyn.backends.plan import Plan, edges
from neurodyn.program.lower import Output
from neurodyn.system.checks.given import along_the_run, given_statements, refuse_violation
from neurodyn.system.claims import Claim

# Each piece is looked at at its ends, on both sides of an edge, and at so many times between them.
BETWEEN = 3
SIDES = ("left", "right")


def check_along(plan: Plan) -> None:
    """Refuse inputs that break a `given` statement at an edge of some input, or between two."""
    structure = plan.system.structure
    key = ("given", "along the run")
    if key not in structure.compiled:
        found = [(s, source) for s, source in given_statements(structure.model) if along_the_run(structure, s)]
        structure.compiled[key] = found
    statements = structure.compiled[key]
    if not statements:
        return
    outputs = [
        Output(f"{k} {side}", s.letters, getattr(s, side)) for k, (s, _) in enumerate(statements) for side in SIDES
    ]
    read = plan.system.bind(key, outputs, False)
    for t, inputs in _looks(plan):
        sides = read(t, inputs)
        for k, (statement, source) in enumerate(statements):
            left, right = (sides[f"{k} {side}"] for side in SIDES)
            refuse_violation(statement, left, right, source, partial(_where, statement, t))


def _where(statement: Claim, t: float, at: tuple[int, ...]) -> str:
    letters = [f"{x.label} = {k}" for x, k in zip(statement.letters, at, strict=True)]
    return f"at {', '.join([*letters, f't = {t:g}'])}"


def _looks(plan: Plan) -> Iterator[tuple[float, dict[str, Any]]]:
    """Times of a run, with the inputs there."""
    if plan.discrete:
        inner = [
            step for edge in edges(plan.signals, plan.t0, plan.until) for step in (math.floor(edge), math.ceil(edge))
        ]
        for step in sorted({int(plan.t0), *inner, int(plan.until)}):
            yield float(step), {name: signal.on(step, step)(step) for name, signal in plan.signals.items()}
        return
    for piece in plan.pieces():
        for t in np.linspace(piece.begin, piece.end, BETWEEN + 2).tolist():
            yield t, piece.inputs(t)

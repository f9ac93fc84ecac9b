"""Equations of a system as a program that runs on intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from neurodyn.calculus.matrices import MatrixFunction
from neurodyn.calculus.rewrite import Definition
from neurodyn.program.interval_function import Intervals
from neurodyn.program.lower import Output, lower
from neurodyn.system.system import System


def enclosed(system: System, outputs: Sequence[Output], definitions: Mapping[str, Definition]) -> Intervals:
    """A program in which derived parameters are computed too, as far as they are no functions of whole matrices."""
    known = {n: d for n, d in definitions.items() if not d.expr.has(MatrixFunction)}
    program = lower(
        outputs, definitions=known, sizes=system.all_sizes, constant=[n for n in system.values if n not in known],
        on=system.structure.on, states=system.layout.names, trials=True,
    )  # fmt: skip
    return Intervals(program, {n: system.values[n] for n in program.constants})

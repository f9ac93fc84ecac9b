"""Where a flow or map jumps: there, slopes say nothing of how it changes across a box."""

from __future__ import annotations

from sympy import Add

from neurodyn.calculus.continuity import is_continuous
from neurodyn.calculus.nodes import Stop
from neurodyn.calculus.rewrite import inline
from neurodyn.language.spell import spell
from neurodyn.system.system import System


def breaks(system: System) -> str:
    """The term through which a flow or map is not shown to be continuous, or slopes do not pass; empty if none."""
    structure = system.structure
    states = frozenset(structure.model.states)
    for name, row in {**structure.flows, **structure.maps}.items():
        full = inline(row.expr, structure.varying)
        for term in Add.make_args(full):
            if term.has(Stop):
                return f"no slope passes stop in the equation of {name}, `{spell(term)}`."
            if not is_continuous(term, states):
                return f"the equation of {name} is not shown to be without jumps, for its term `{spell(term)}`."
    return ""

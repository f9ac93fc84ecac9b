"""States of all pairs of units that impulses of single units move, such as dense plastic weights.

They are written as states of edges, which read the units at both of their ends, and are read in sums over either.
"""

from __future__ import annotations

from sympy import Expr

from neurodyn.backends.brian2.sites import Context
from neurodyn.calculus.letters import free_letters, names_in
from neurodyn.calculus.reductions import Reduction


def learning_pairs(context: Context) -> frozenset[tuple[str, ...]]:
    """The pairs of index sets of such states.

    Where anything else needs a unit for each pair (an event or an input of pairs, a set state, a sum of a pair's own)
    they stay units.
    """
    structure, model = context.system.structure, context.system.model
    sets = {name: quantity.sets for name, quantity in model.names.quantities.items()}
    trains = structure.impulses.trains if structure.impulses else {}
    single = {name for name, train in trains.items() if len(sets[train.event]) == 1}
    jumps = structure.impulses.jumps if structure.impulses else {}
    moved = {sets[s] for s, jump in jumps.items() if s not in structure.on and names_in(jump.expr) & single}
    barred = {sets[name] for name in (*model.events, *model.inputs)}
    barred |= {sets[name] for rule in model.rules.values() for name in (*(s.name for s in rule.sets), *dict(rule.hold))}
    barred |= {sets[s] for s, flow in structure.flows.items() if _sums_by_pair(context.whole(flow.expr))}
    return frozenset(pair for pair in moved - barred if len(pair) == 2)


def _sums_by_pair(expr: Expr) -> bool:
    return any(len(free_letters(part)) > 1 for part in expr.atoms(Reduction))

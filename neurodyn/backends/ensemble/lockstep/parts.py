"""What a step of fixed length computes of a state: the flow, and what noise adds to it; or the next state of a map."""

from __future__ import annotations

from dataclasses import dataclass

from neurodyn.backends.ensemble.curves import Curves
from neurodyn.backends.ensemble.unrolling import Flow, flow_of, lowered
from neurodyn.backends.noisy import EULER_MARUYAMA, HEUN, MILSTEIN, terms_of
from neurodyn.backends.plan import Plan
from neurodyn.program.lower import Output
from neurodyn.system.stochastic import BEND, DRIFT, NOISE, Terms

# The tableau by which a method combines changes that are read along a step.
TABLEAUS = {EULER_MARUYAMA: "euler", MILSTEIN: "euler", HEUN: "heun"}
# What a part is multiplied by: the length of the step with the sign of time, or without, or nothing.
ALONG, LONG, ONCE = "along", "long", "once"


@dataclass(frozen=True, eq=False)
class Parts:
    """Terms that add up to the change of a state in a step; or the next state of a map.

    Attributes:
        flow: computes them, one after the other, for all states.
        factors: of each; none for a map.
    """

    flow: Flow
    factors: tuple[str, ...]


def parts_of(plan: Plan, method: str, curved: Curves) -> Parts:
    """What a method reads."""
    if plan.discrete:
        return Parts(_map_of(plan), ())
    if not plan.noisy:
        return Parts(flow_of(plan.system, curved), (ALONG,))
    system, structure = plan.system, plan.system.structure
    terms = terms_of(plan, method)
    every = {DRIFT: Terms({n: d.expr for n, d in structure.flows.items()}, {}), **terms}

    def made() -> Flow:
        placed = {n: structure.placed(n, d.letters) for n, d in structure.flows.items()}
        outputs = [Output(f"{n} {w}", placed[n], t.by_state[n]) for w, t in every.items() for n in system.layout.names]
        hidden = {name: d for t in terms.values() for name, d in t.hidden.items()}
        return lowered(system, outputs, {**structure.definitions, **hidden, **curved.definitions})

    flow: Flow = system.formulas.get(("ensemble parts", tuple(every), system.by_trial, curved.key), made)
    factors = {DRIFT: ALONG, NOISE: ONCE, BEND: ONCE}
    return Parts(flow, tuple(factors.get(word, LONG) for word in every))


def _map_of(plan: Plan) -> Flow:
    """The states after a step of a map."""
    system, structure = plan.system, plan.system.structure

    def made() -> Flow:
        placed = {n: structure.placed(n, d.letters) for n, d in structure.maps.items()}
        outputs = [Output(n, placed[n], structure.maps[n].expr) for n in system.layout.names]
        return lowered(system, outputs, structure.definitions)

    found: Flow = system.formulas.get(("ensemble map", system.by_trial), made)
    return found

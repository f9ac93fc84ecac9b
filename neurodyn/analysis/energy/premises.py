"""What must be so before a rate of an energy says how the energy goes."""

from __future__ import annotations

from collections.abc import Collection

from neurodyn.calculus.continuity import is_continuous
from neurodyn.calculus.letters import name_of
from neurodyn.calculus.nodes import Absolute, Heaviside, Larger, Rate, Relu, Sign, Smaller, Stop, Where
from neurodyn.calculus.reductions import KthLargest, Largest, Norm, Smallest
from neurodyn.calculus.rewrite import names_reached
from neurodyn.calculus.roots import Root
from neurodyn.system.claims import Claim
from neurodyn.system.structure import TIME, Structure

# Functions with kinks or jumps.
KINKS = (Absolute, Heaviside, KthLargest, Larger, Largest, Norm, Relu, Sign, Smaller, Smallest, Where)


def outside(structure: Structure, energy: str) -> str:
    """Of what else than states and held inputs an energy is a function; empty if of nothing."""
    reached = names_reached(energy, structure.definitions)
    if TIME in reached:
        return f"{energy} depends on time itself"
    if structure.residuals:
        return "the model has constraints, and no flow is solved for"
    earlier = sorted(reached & structure.delayed.keys())
    return f"{energy} depends on earlier values: {', '.join(earlier)}" if earlier else ""


def rateless(structure: Structure, said: Claim) -> str:
    """Why what a claim takes the rate of has none; empty if it has."""
    rates = [r for side in (said.left, said.right) for r in side.atoms(Rate)]
    written = structure.model.definitions  # those of the structure are without noise
    for name in sorted({name_of(r.args[0]) for r in rates}):
        noise = sorted(names_reached(name, written) & {*structure.model.noise})
        if noise:
            return f"{name} depends on white noise itself ({', '.join(noise)}), so it has no rate"
    return ""


def jump(structure: Structure, energy: str) -> str:
    """Why an energy may change by other ways than its rate; empty if it does not."""
    own = structure.definitions.keys() - {*structure.derived}
    moving = frozenset(own | structure.model.states.keys())
    for name in sorted(names_reached(energy, structure.definitions) & own):
        expr = structure.definitions[name].expr
        if expr.has(Stop):
            return f"no derivative passes stop in {name}, on which {energy} depends"
        if expr.has(Root):
            return f"{name}, on which {energy} depends, is the root of a law"
        if not is_continuous(expr, moving):
            return f"{name}, on which {energy} depends, is not shown to be without jumps"
    return ""


def notes(structure: Structure, names: Collection[str]) -> tuple[str, ...]:
    """In which sense a claim is meant that speaks of these quantities."""
    found = []
    inputs = sorted({*names} & {*structure.model.inputs})
    if inputs:
        found.append(f"inputs are held still: {', '.join(inputs)}")
    kinked = [n for n in names if n in structure.definitions and structure.definitions[n].expr.has(*KINKS)]
    if kinked and not structure.model.discrete:
        own = sorted({*kinked} & {*structure.model.definitions})
        found.append(f"at kinks{' of ' if own else ''}{', '.join(own)} the derivatives are one-sided ones")
    if structure.noisy:
        found.append("white noise is left out")
    if structure.model.events:
        found.append("it is meant between events")
    if any(d.clip for d in structure.model.states.values()):
        found.append("bounds at which states are clipped are left out")
    return tuple(found)

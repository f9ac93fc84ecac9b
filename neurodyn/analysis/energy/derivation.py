"""What an energy stands for, written out: activations, flows, Hessians and the balance, as text of the language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Expr, Idx

from neurodyn.analysis.energy.balance import Balance, Descent
from neurodyn.analysis.energy.facts import Facts
from neurodyn.analysis.energy.premises import outside
from neurodyn.analysis.energy.symmetry import Symmetry
from neurodyn.analysis.energy.told import identity
from neurodyn.calculus.derivative import derivative
from neurodyn.calculus.letters import letter, quantity, size_of
from neurodyn.calculus.normal import normal
from neurodyn.calculus.rewrite import inline
from neurodyn.calculus.terms import TooLarge
from neurodyn.language.spell import spell
from neurodyn.system.system import System

# Letters are made for what needs more of them than a model declares.
MORE = range(1, 9)


@dataclass(frozen=True)
class Derivation:
    """Equations as text.

    Attributes:
        activations: the gradient of each layer's Lagrangian, `g[i] = tanh(v[i])`.
        flows: the rate of each state, derivatives of the energy written out.
        hessians: the derivative of each layer's activation by its state, `dg[i]/dv[j] = ...`.
        balance: `dE/dt = ...`, where it is found that the energy falls; else empty.
    """

    activations: tuple[str, ...]
    flows: tuple[str, ...]
    hessians: tuple[str, ...]
    balance: str


def derivation(system: System) -> Derivation:
    """The equations of a system that follow from its energy."""
    structure, model = system.structure, system.model
    hidden = {n: d for n, d in structure.definitions.items() if n not in model.definitions}
    activations, hessians, flows = [], [], []
    for layer in model.layers.values():
        own = structure.letters(layer.activation)
        g, x = quantity(layer.activation, own), layer.state.name
        written = inline(structure.definitions[layer.activation].at(own), hidden)
        activations.append(f"{_text(system, g, own)} = {_shorter(system, written, own)}")
        other = _others(system, own)
        bent = derivative(inline(written, structure.varying), quantity(x, other))
        left = f"d{_text(system, g, own)}/d{_text(system, quantity(x, other), other)}"
        hessians.append(f"{left} = {_shorter(system, bent, (*own, *other))}")
    for state, flow in structure.flows.items():
        own = structure.letters(state)
        right = _shorter(system, inline(flow.at(own), hidden), own)
        flows.append(f"d{_text(system, quantity(state, own), own)}/dt = {right}")
    return Derivation(tuple(activations), tuple(flows), tuple(hessians), _balance(system))


def _balance(system: System) -> str:
    name = system.model.energy
    if name is None or system.model.discrete or outside(system.structure, name):
        return ""
    facts = Facts(Symmetry(system))
    balance = Balance(facts, name)
    found = [balance.of(state) for state in system.model.states]
    descents = [d for d in found if isinstance(d, Descent)]
    return identity(facts, name, descents) if len(descents) == len(found) else ""


def _others(system: System, own: Sequence[Idx]) -> tuple[Idx, ...]:
    """Letters of the same ranges that are not in use: declared ones, or others where these do not suffice."""
    used, found = {str(x.label) for x in own}, []
    for x in own:
        declared = system.model.indices[system.model.names.letters[str(x.label)]].letters
        name = next((a for a in declared if a not in used), f"{declared[0]}_0")
        used.add(name)
        found.append(letter(name, size_of(x)))
    return tuple(found)


def _shorter(system: System, expr: Expr, scope: Sequence[Idx]) -> str:
    """The shorter text of an expression and its normal form."""
    try:
        texts = [_text(system, e, scope) for e in (expr, normal(expr))]
    except TooLarge:
        texts = [_text(system, expr, scope)]
    return min(texts, key=len)


def _text(system: System, expr: Expr, scope: Sequence[Idx]) -> str:
    letters = {n: (*s.letters, *(f"{s.letters[0]}_{k}" for k in MORE)) for n, s in system.model.indices.items()}
    return spell(expr, letters, [str(x.label) for x in scope])

"""Lowering: indexed expressions become the steps of an array program."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import sympy as sp
from sympy import Idx, Indexed, Symbol
from sympy.logic.boolalg import BooleanAtom

from neurodyn.calculus import nodes, reductions
from neurodyn.calculus.contract import contract
from neurodyn.calculus.positions import Inside, Position
from neurodyn.calculus.rewrite import Definition
from neurodyn.calculus.roots import Root
from neurodyn.calculus.scans import find_scans
from neurodyn.calculus.supports import Pair, Supports, edge_letter
from neurodyn.calculus.times import OnEdge
from neurodyn.errors import InputError
from neurodyn.program import branches, elementary, positions, reducing, roots, scanning, sums, terms
from neurodyn.program.builder import Builder
from neurodyn.program.context import Context, Recursions, Rule
from neurodyn.program.order import in_order
from neurodyn.program.program import SETUP, TRIAL, Output, Program, Result, Step
from neurodyn.program.spellings import FUNCTIONS

RULES: Mapping[type, Rule] = {
    **dict.fromkeys(FUNCTIONS, elementary.function),
    **dict.fromkeys((sp.Eq, sp.Ne, sp.Lt, sp.Le, sp.Gt, sp.Ge), elementary.relation),
    **dict.fromkeys((sp.And, sp.Or), elementary.connective),
    **dict.fromkeys(reducing.OPS, reducing.simple),
    **dict.fromkeys((sp.Number, sp.NumberSymbol), elementary.number),
    **dict.fromkeys((Symbol, Indexed), positions.reference),
    Idx: elementary.letter,
    Position: positions.number,
    Inside: positions.inside,
    BooleanAtom: elementary.truth,
    sp.Add: terms.add,
    sp.Mul: terms.multiply,
    sp.Pow: elementary.power,
    sp.log: elementary.logarithm,
    nodes.Delta: elementary.delta,
    nodes.Where: branches.where,
    nodes.Sign: elementary.sign,
    nodes.Stop: elementary.stop,
    OnEdge: elementary.stop,
    Root: roots.root,
    reductions.Sum: sums.plain_sum,
    reductions.Norm: sums.norm,
    reductions.Count: reducing.count,
    reductions.LogSumExp: reducing.logsumexp,
    reductions.Softmax: reducing.softmax,
    reductions.KthLargest: reducing.kth,
}


def lower(
    outputs: Sequence[Output],
    *,
    definitions: Mapping[str, Definition],
    sizes: Mapping[str, int],
    constant: Collection[str],
    states: Collection[str],
    trials: bool = False,
    on: Mapping[str, str] | None = None,
) -> Program:
    """The program that computes the outputs.

    Args:
        outputs: the wanted values.
        definitions: what names stand for; each is computed at most once.
        sizes: the size of each index set, by the name of its symbol.
        constant: names whose arrays are known before the run; what follows from them alone is computed once.
        states: names that vary by trial. All other names (inputs) are the same for all trials.
        trials: whether the states, and every output, have a leading axis of trials.
        on: the support of each name that lives on one. The edges of a support `C` are among the constants (or the
            variables) as `wiring_name("C")`, how many there are among the sizes as `edges_size("C")`; the values on it
            have one axis, of edges, for both letters, and so has an output whose letters are a `Pair`.

    Raises:
        InputError: `not-lowered`, for an expression that has no array form.
    """
    definitions = {name: Definition(d.letters, _contracted(d.expr)) for name, d in definitions.items()}
    recursions = Recursions(find_scans(definitions), scanning.lowered, sizes, lower)
    supports = Supports(on or {}, definitions)
    context = Context(Builder(sizes), definitions, constant, states if trials else (), RULES, recursions, supports)
    results = [_result(context, o, trials) for o in outputs]
    return _program(context, results, states)


def _contracted(expr: sp.Expr) -> sp.Expr:
    return contract(expr) if expr.has(nodes.Delta) else expr


def _result(ctx: Context, output: Output, trials: bool) -> Result:
    letters: tuple[Idx, ...] = output.letters
    if isinstance(letters, Pair):
        ctx = ctx.on_edges(letters.support, {x: side for side, x in enumerate(letters[:2])})
        letters = (edge_letter(letters.support), *letters[2:])
    ref = elementary.as_number(ctx, ctx.lower(_contracted(output.expr)))
    wanted = (*([TRIAL] if trials else []), *letters)
    strangers = [str(a) for a in ref.axes if a not in wanted]
    if strangers:
        raise InputError(
            f"`{output.name}` depends on the letter {', '.join(strangers)}, which it does not have.", code="not-lowered"
        )
    axes = tuple(ref.axes.index(a) if a in ref.axes else None for a in wanted)
    return Result(output.name, ref.value, axes, tuple(ctx.builder.size(a) for a in wanted))


def _program(ctx: Context, results: Sequence[Result], states: Collection[str]) -> Program:
    """Without the steps that no output needs."""
    steps = ctx.builder.steps
    live = _live(steps, (r.value for r in results))
    loads = [(str(s.data), s) for k, s in steps.items() if k in live and s.op in ("load", "wiring")]
    return Program(
        steps=in_order({k: s for k, s in steps.items() if k in live}),
        results=tuple(results),
        constants=tuple(name for name, s in loads if s.level == SETUP),
        variables=tuple(name for name, s in loads if s.level != SETUP),
        states=frozenset(states),
    )


def _live(steps: Mapping[int, Step], values: Iterable[int]) -> frozenset[int]:
    live: set[int] = set()
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if value not in live:
            live.add(value)
            waiting.extend(o.value for o in steps[value].operands)
    return frozenset(live)


__all__ = ["Output", "Program", "lower"]

"""Values at positions: letters renamed, diagonals, fixed and computed positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp
from sympy import Expr, Idx, Indexed, Symbol

from neurodyn.calculus.letters import indices_of, name_of
from neurodyn.errors import InputError
from neurodyn.program.builder import Letter, Ref
from neurodyn.program.context import Context
from neurodyn.program.program import BODY, TRIAL


def reference(ctx: Context, expr: sp.Basic) -> Ref:
    """`name` or `name[i, j]`: a definition, a constant, a state or an input; a bare size is its number."""
    assert isinstance(expr, (Symbol, Indexed))
    name, indices = name_of(expr), indices_of(expr)
    if isinstance(expr, Symbol) and expr.is_integer:
        return ctx.builder.literal(float(ctx.builder.number_of(expr)))
    if name in ctx.definitions:
        return place(ctx, ctx.defined(name), dict(zip(ctx.definitions[name].letters, indices, strict=True)))
    if name == "t" and not indices:
        return ctx.builder.emit("time", (), (), level=BODY)
    slots = tuple(str(k) for k in range(len(indices)))
    return place(ctx, ctx.load(name, slots), dict(zip(slots, indices, strict=True)))


def place(ctx: Context, ref: Ref, positions: Mapping[Letter, Expr]) -> Ref:
    """The value with its letters put at positions: other letters, numbers, or whole-numbered values."""
    wanted = {letter: positions[letter] for letter in ref.axes if letter in positions}
    ref = diagonal(ctx, ref.renamed({a: p for a, p in wanted.items() if isinstance(p, Idx)}))
    fixed = {a: _whole(p) for a, p in wanted.items() if p.is_Integer}
    if fixed:
        at = tuple(fixed.get(a) for a in ref.axes)
        ref = ctx.builder.emit("at", (ref,), tuple(a for a in ref.axes if a not in fixed), data=at)
    computed = {a: p for a, p in wanted.items() if not isinstance(p, Idx) and not p.is_Integer}
    return _taken(ctx, ref, computed) if computed else ref


def diagonal(ctx: Context, ref: Ref) -> Ref:
    """The value along each letter that stands twice."""
    axes = tuple(dict.fromkeys(ref.axes))
    return ref if axes == ref.axes else ctx.builder.emit("diagonal", (ref,), axes)


def _whole(position: Expr) -> int:
    if position < 0:
        raise InputError(
            f"Position {position} is below 0.", code="not-lowered", remedy="Positions count from 0 and never wrap."
        )
    return int(position)


def _taken(ctx: Context, ref: Ref, computed: Mapping[Letter, Expr]) -> Ref:
    """Elements at computed positions: each position is a value of its own, with its own letters."""
    slots: Sequence[Letter] = [a for a in ref.axes if a in computed]
    # A letter of the definition can be free in a position too: the slot must not be taken for it.
    private: dict[Letter, Letter] = {a: f"at {a}" for a in slots}
    refs = [ref.renamed(private), *(ctx.lower(computed[a]) for a in slots)]
    axes = dict.fromkeys(a for a in refs[0].axes if a not in private.values())
    axes.update(dict.fromkeys(a for r in refs[1:] for a in r.axes))
    ordered = sorted(axes, key=lambda a: a != TRIAL)
    return ctx.builder.emit("take", refs, ordered, over=[private[a] for a in slots])

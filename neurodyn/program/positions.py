"""Values at positions: letters renamed, diagonals, fixed, sliding and computed positions."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy import Expr, Idx, Indexed, Symbol

from neurodyn.calculus.letters import free_letters, indices_of, name_of
from neurodyn.calculus.positions import Clamped, Cyclic, Inside, Open, Padded, Position
from neurodyn.calculus.supports import edge_letter
from neurodyn.errors import InputError
from neurodyn.program.arithmetic import binary
from neurodyn.program.builder import Letter, Ref
from neurodyn.program.context import Context, NotAtEdges
from neurodyn.program.program import BODY, TRIAL
from neurodyn.program.sliding import MOST_TURNS, mix, slid

Places = Mapping[Letter, Expr]


def reference(ctx: Context, expr: sp.Basic) -> Ref:
    """`name` or `name[i, j]`: a definition, a constant, a state or an input; a bare size is its number."""
    assert isinstance(expr, (Symbol, Indexed))
    if isinstance(expr, Symbol) and expr.is_integer:
        return ctx.builder.literal(float(ctx.builder.number_of(expr)))
    if expr.is_Symbol and name_of(expr) == "t" and "t" not in ctx.definitions and "t" not in ctx.trial_names:
        return ctx.builder.emit("time", (), (), level=BODY)
    if name_of(expr) in ctx.supports.on:
        return _of_edges(ctx, name_of(expr), indices_of(expr))
    return place(ctx, *_stored(ctx, expr))


def _of_edges(ctx: Context, name: str, indices: tuple[Expr, ...]) -> Ref:
    """A quantity on a support at places along one letter, `w[i,i]` or `w[i,0]`: 0 where there is no edge."""
    support = ctx.supports.on[name]
    if len(frozenset[Letter]().union(*(ctx.axes_of(x) for x in indices))) > 1:
        raise NotAtEdges(
            name,
            f"{name} lives on the edges of {support}, but is read here where there is none.",
            f"Read it in a sum with a factor that is 0 where {support} is, or in an equation on {support}.",
        )
    places = [_safe(ctx, x) for x in indices]
    found = ctx.builder.emit("edges_at", (ctx.wiring(support), *places), ctx.builder.joint_axes(places))
    flat, edge = ctx.on_support(name), edge_letter(support)
    axes = [x for a in flat.axes for x in (found.axes if a == edge else (a,))]
    return ctx.builder.emit("edges_taken", (flat, found), axes, data=flat.axes.index(edge))


def _stored(ctx: Context, expr: Symbol | Indexed) -> tuple[Ref, Places]:
    """The whole array that a reference reads from, and where each of its letters is put."""
    name, indices = name_of(expr), indices_of(expr)
    if name in ctx.definitions:
        return ctx.defined(name), dict(zip(ctx.definitions[name].letters, indices, strict=True))
    slots = tuple(str(k) for k in range(len(indices)))
    return ctx.load(name, slots), dict(zip(slots, indices, strict=True))


def zero_beyond(ctx: Context, condition: sp.Basic, expr: sp.Basic) -> Ref | None:
    """A reference that is 0 where a condition does not hold, if it has zeros there by itself: `x[i + 1]` at the end."""
    if not isinstance(expr, Indexed):
        return None
    ref, places = _stored(ctx, expr)
    padded = {a: p for a, p in places.items() if isinstance(p, Padded)}
    if sp.And(*(Inside(p.raw, p.size) for p in padded.values())) != condition:
        return None
    slides = bool(padded) and all(a in ref.axes and _is_sliding(ctx, ref, places, a) for a in padded)
    return place(ctx, ref, places) if slides else None


def place(ctx: Context, ref: Ref, positions: Places) -> Ref:
    """The value with its letters put at positions: other letters, numbers, mixes of them, or whole-numbered values."""
    # A letter of the definition can be free in a position too: what is placed must not be taken for it.
    slots = {letter: f"slot {k}" for k, letter in enumerate(ref.axes) if letter in positions}
    ref, wanted = ref.renamed(slots), {slot: positions[letter] for letter, slot in slots.items()}
    fixed = {a: at for a, p in wanted.items() if (at := _fixed(ctx, p)) is not None}
    sliding = [a for a in wanted if a not in fixed and _is_sliding(ctx, ref, wanted, a)]
    for a in sliding:
        ref = slid(ctx, ref, a, wanted[a])
    ref = diagonal(ctx, ref.renamed({a: p for a, p in wanted.items() if isinstance(p, Idx)}))
    if fixed:
        marks = tuple(fixed.get(a) for a in ref.axes)
        ref = ctx.builder.emit("at", (ref,), tuple(a for a in ref.axes if a not in fixed), data=marks)
    computed = {a: p for a, p in wanted.items() if not isinstance(p, Idx) and a not in fixed and a not in sliding}
    return taken(ctx, ref, computed) if computed else ref


def diagonal(ctx: Context, ref: Ref) -> Ref:
    """The value along each letter that stands twice."""
    axes = tuple(dict.fromkeys(ref.axes))
    return ref if axes == ref.axes else ctx.builder.emit("diagonal", (ref,), axes)


def _fixed(ctx: Context, position: Expr) -> int | None:
    """The number of a position without letters that is known before the run."""
    is_promised = isinstance(position, (Padded, Open))
    found = None if isinstance(position, Idx) else mix(ctx, position.raw if is_promised else position)
    if found is None or found[1]:
        return None
    if isinstance(position, (Padded, Open)):  # where the promise is broken, nobody looks
        return min(max(found[0], 0), ctx.builder.number_of(position.size) - 1)
    if found[0] < 0:
        raise InputError(
            f"Position {found[0]} is below 0.", code="not-lowered", remedy="Positions count from 0 and never wrap."
        )
    return found[0]


def _is_sliding(ctx: Context, ref: Ref, places: Places, slot: Letter) -> bool:
    """Whether a position runs through its index set as its own letters do, which no other axis has."""
    position = places[slot]
    found = mix(ctx, position.raw) if isinstance(position, Position) else None
    if found is None or not 1 <= len(found[1]) <= 2 or any(abs(c) != 1 for c in found[1].values()):
        return False
    length = 1 + sum((ctx.builder.size(x) or 1) - 1 for x in found[1])
    if length > MOST_TURNS * ctx.builder.number_of(position.size):
        return False
    others = [places.get(a, a) for a in ref.axes if a != slot]
    used = frozenset[Idx]().union(*(free_letters(p) for p in others if isinstance(p, Expr)))
    return used.isdisjoint(found[1])


def taken(ctx: Context, ref: Ref, computed: Places) -> Ref:
    """Elements at computed positions: each position is a value of its own, with its own letters."""
    slots = [a for a in ref.axes if a in computed]
    refs = [ref, *(_safe(ctx, computed[a]) for a in slots)]
    axes = dict.fromkeys(a for r in refs for a in r.axes if a not in computed)
    ordered = sorted(axes, key=lambda a: a != TRIAL)
    return ctx.builder.emit("take", refs, ordered, over=slots)


def _safe(ctx: Context, position: Expr) -> Ref:
    """A position as a value; one that is promised to be inside is so also where its promise does not count."""
    return number(ctx, Clamped(position.raw, position.size) if isinstance(position, (Padded, Open)) else position)


def number(ctx: Context, expr: sp.Basic) -> Ref:
    """A position as a number."""
    if not isinstance(expr, (Cyclic, Clamped)):
        return ctx.lower(expr.raw if isinstance(expr, Position) else expr)
    raw, size = ctx.lower(expr.raw), ctx.builder.number_of(expr.size)
    if isinstance(expr, Cyclic):
        return binary(ctx.builder, "modulo", raw, ctx.builder.literal(float(size)))
    above = binary(ctx.builder, "larger", raw, ctx.builder.literal(0.0))
    return binary(ctx.builder, "smaller", above, ctx.builder.literal(float(size - 1)))


def inside(ctx: Context, expr: sp.Basic) -> Ref:
    """Whether a position is inside: nothing is computed where that is the same for all letters."""
    raw, size = expr.args[0], ctx.builder.number_of(expr.args[1])
    found = mix(ctx, raw)
    if found is None:
        low, high = -1, size
    else:
        low = high = found[0]
        for letter, factor in found[1].items():
            last = factor * ((ctx.builder.size(letter) or 1) - 1)
            low, high = low + min(last, 0), high + max(last, 0)
    if high < 0 or low >= size or (low >= 0 and high < size):
        return ctx.builder.literal(low >= 0 and high < size)
    conditions = [("greater_equal", 0.0)] * (low < 0) + [("less", float(size))] * (high >= size)
    value = ctx.lower(raw)
    parts = [binary(ctx.builder, op, value, ctx.builder.literal(end)) for op, end in conditions]
    return parts[0] if len(parts) == 1 else binary(ctx.builder, "and", *parts)

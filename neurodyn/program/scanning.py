"""Recursions along a letter, lowered position by position: written out where there are few, else as a loop.

A short recursion is straight-line code like all else. A long one is a program of its own for one position, which the
printed code runs again and again; what it reads of earlier positions, and the position itself, are its inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from sympy import Expr, Idx, Integer, S

from neurodyn.calculus.letters import Reference, indices_of, name_of, quantity, references, reindex
from neurodyn.calculus.rewrite import Definition, substitute
from neurodyn.calculus.scans import Scan, step_of
from neurodyn.program.builder import Letter, Ref
from neurodyn.program.context import Context
from neurodyn.program.loops import HERE, Loop, Member
from neurodyn.program.program import BODY, SETUP, TRIAL, Output

WRITTEN_OUT = 64  # positions up to which no loop is made


def lowered(ctx: Context, scan: Scan) -> dict[str, Ref]:
    """The whole array of each member of a recursion."""
    name = scan.order[0]
    size = ctx.builder.size(_letter(ctx, scan, name)) or 1
    return _written_out(ctx, scan, size) if size <= WRITTEN_OUT else _looped(ctx, scan, size)


def _letter(ctx: Context, scan: Scan, name: str) -> Idx:
    return ctx.definitions[name].letters[scan.slots[name]]


def _others(ctx: Context, scan: Scan, name: str) -> tuple[Idx, ...]:
    own = scan.slots[name]
    return tuple(x for k, x in enumerate(ctx.definitions[name].letters) if k != own)


def _body(ctx: Context, scan: Scan, name: str, named: Callable[[str, int], str | None]) -> Expr:
    """What a member stands for, with the members that it reads by other names; no name counts as 0."""
    letter = _letter(ctx, scan, name)

    def put(reference: Reference) -> Expr | None:
        other, indices = name_of(reference), indices_of(reference)
        if other not in scan.slots:
            return None
        slot = scan.slots[other]
        step = step_of(indices[slot], letter)
        assert step is not None
        new = named(other, step)
        return S.Zero if new is None else quantity(new, (*indices[:slot], *indices[slot + 1 :]))

    return substitute(ctx.definitions[name].expr, put)


def _written_out(ctx: Context, scan: Scan, size: int) -> dict[str, Ref]:
    parts: dict[str, list[Ref]] = {name: [] for name in scan.order}
    positions = range(size) if scan.forward else range(size - 1, -1, -1)
    for here in positions:
        for name in scan.order:
            # Before the first and after the last there is nothing that a condition would not leave out.
            expr = _body(ctx, scan, name, partial(_neighbour, here, size))
            expr = reindex(expr, {_letter(ctx, scan, name): Integer(here)})
            ctx.define(f"{name}@{here}", Definition(_others(ctx, scan, name), expr))
            parts[name].append(ctx.defined(f"{name}@{here}"))
    return {name: _stacked(ctx, scan, name, refs if scan.forward else refs[::-1]) for name, refs in parts.items()}


def _neighbour(here: int, size: int, name: str, step: int) -> str | None:
    return f"{name}@{here + step}" if 0 <= here + step < size else None


def _stacked(ctx: Context, scan: Scan, name: str, refs: list[Ref]) -> Ref:
    present = frozenset[Letter]().union(*(r.axes for r in refs))
    axes = [a for a in (TRIAL, *ctx.definitions[name].letters) if a in present or a == _letter(ctx, scan, name)]
    return ctx.builder.emit("stack", refs, axes, data=axes.index(_letter(ctx, scan, name)))


def _looped(ctx: Context, scan: Scan, size: int) -> dict[str, Ref]:
    outer = _outer(ctx, scan)
    definitions = {name: d for name, (_, d) in outer.items() if d is not None}
    read = {(name if d is None else f"{name}&"): ref for name, (ref, d) in outer.items()}
    has_trials = any(TRIAL in ref.axes for ref in read.values())
    outputs = []
    for name in scan.order:
        expr = _body(ctx, scan, name, lambda n, step: f"{n}@{step}")
        expr = reindex(expr, {_letter(ctx, scan, name): quantity(HERE)})
        definitions[f"{name}@0"] = Definition(_others(ctx, scan, name), expr)
        outputs.append(Output(name, _others(ctx, scan, name), quantity(f"{name}@0", _others(ctx, scan, name))))
    constants = tuple(name for name, ref in read.items() if ctx.builder.is_constant(ref))
    earlier = [f"{name}@{step}" for name in scan.order for step in scan.steps[name]]
    with_trials = [*(name for name, ref in read.items() if TRIAL in ref.axes), *(earlier if has_trials else [])]
    program = ctx.subprogram(
        outputs,
        definitions=definitions,
        sizes=ctx.sizes,
        constant=constants,
        states=with_trials,
        trials=has_trials,
    )
    variables = tuple(name for name in read if name not in constants)
    loop = Loop(program, size, scan.forward, _members(ctx, scan, has_trials), constants, variables, has_trials)
    return _emitted(ctx, scan, loop, read)


def _outer(ctx: Context, scan: Scan) -> dict[str, tuple[Ref, Definition | None]]:
    """What the members read from outside: each whole array, and for definitions what stands for it in the loop."""
    slots = {}
    for name in scan.order:
        for reference in references(ctx.definitions[name].expr):
            slots[name_of(reference)] = tuple(str(k) for k in range(len(indices_of(reference))))
    found: dict[str, tuple[Ref, Definition | None]] = {}
    for name in sorted(slots.keys() - scan.slots.keys()):
        if name in ctx.definitions:
            ref = ctx.defined(name)
            present = [a for a in ref.axes if isinstance(a, Idx)]
            found[name] = ref, Definition(ctx.definitions[name].letters, quantity(f"{name}&", present))
        elif name != "t":
            found[name] = ctx.load(name, slots[name]), None
    return found


def _members(ctx: Context, scan: Scan, has_trials: bool) -> tuple[Member, ...]:
    return tuple(
        Member(
            name,
            scan.steps[name],
            scan.slots[name] + has_trials,
            tuple(ctx.builder.size(x) or 1 for x in _others(ctx, scan, name)),
        )
        for name in scan.order
    )


def _emitted(ctx: Context, scan: Scan, loop: Loop, read: Mapping[str, Ref]) -> dict[str, Ref]:
    build = ctx.builder
    ready = build.emit("loop", [read[name] for name in loop.constants], (), data=loop)
    uses_time = any(step.op == "time" for step in loop.program.steps.values())
    level = BODY if uses_time or loop.has_trials else SETUP
    results = build.emit("scan", [ready, *(read[name] for name in loop.variables)], (), data=loop, level=level)
    found = {}
    for k, name in enumerate(scan.order):
        axes = (*([TRIAL] if loop.has_trials else []), *ctx.definitions[name].letters)
        found[name] = build.emit("member", (results,), axes, data=k)
    return found

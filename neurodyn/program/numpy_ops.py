"""How each step is spelled in NumPy, given the source of its operands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from neurodyn.program.loops import Loop
from neurodyn.program.numpy_contract import TRIAL_COUNT, aligned, contract, transposed
from neurodyn.program.numpy_names import Names
from neurodyn.program.program import BODY, Step
from neurodyn.program.sliding import Pieces
from neurodyn.program.spellings import BY_OP, COMMUTATIVE, WEIGHT

REDUCE = {"sum": "np.add", "product": "np.multiply", "largest": "np.maximum", "smallest": "np.minimum"}
ARG = {"arg_largest": "argmax", "arg_smallest": "argmin"}
IN_PLACE = ("add", "subtract", "multiply", "divide")


def elementwise(names: Names, step: Step, target: int | None) -> str:
    """Lines for a step of the table. With a target, that operand's array is overwritten."""
    spelled = BY_OP[step.op]
    sources = [names.view(o.value, aligned(o.letters, step.axes)) for o in step.operands]
    if target is None:
        return _expression(names, step, sources)
    into = sources[target]
    if step.op in IN_PLACE and target == 0:
        return f"{into} {spelled.infix}= {sources[1]}"
    if step.op in COMMUTATIVE and spelled.infix:
        return f"{into} {spelled.infix}= {sources[0]}"
    return f"{_function(step)}({', '.join([*sources, *spelled.after])}, out={into})"


def _expression(names: Names, step: Step, sources: Sequence[str]) -> str:
    spelled = BY_OP[step.op]
    if all(names.is_literal(o.value) for o in step.operands):
        # Python's own numbers would raise, or become complex, where NumPy's give infinity or nan.
        sources = [f"np.float64({s})" for s in sources]
    if spelled.infix:
        return f"{sources[0]} {spelled.infix} {sources[1]}"
    if step.op == "negative":
        return f"-{sources[0]}"
    return f"{_function(step)}({', '.join([*sources, *spelled.after])})"


def _function(step: Step) -> str:
    """The function that computes a step of the table."""
    return "runtime.weights" if step.op == "exp" and step.data == WEIGHT else BY_OP[step.op].numpy


def select(names: Names, step: Step, target: int | None) -> str:
    """One value or another. With a target, only the elements that are not its own are written into it."""
    condition, a, b = (names.view(o.value, aligned(o.letters, step.axes)) for o in step.operands)
    if not step.axes:
        chosen = f"{a} if {condition} else {b}"
        return f"np.float64({chosen})" if any(names.is_literal(o.value) for o in step.operands[1:]) else chosen
    if target == 2:
        return f"np.copyto({b}, {a}, where={condition})"
    if target == 1:
        opposite = names.view(step.operands[0].value, f"np.logical_not({aligned(step.operands[0].letters, step.axes)})")
        return f"np.copyto({a}, {b}, where={opposite})"
    return f"np.where({condition}, {a}, {b})"


def whole_power(names: Names, step: Step, target: int | None) -> str:
    """A whole power."""
    x = names.view(step.operands[0].value)
    if target is not None:
        return f"{x} *= {x}"
    return f"{x} * {x}" if step.data == 2 else f"runtime.whole_power({x}, {step.data})"


def as_number(names: Names, step: Step, target: int | None) -> str:
    """0.0 or 1.0 for a condition."""
    x = names.view(step.operands[0].value)
    return f"{x}.astype(float)" if step.axes else f"np.float64({x})"


def reduction(names: Names, step: Step, target: int | None) -> str:
    """A reduction over some axes of one value."""
    (operand,) = step.operands
    x = names.view(operand.value)
    places = tuple(operand.letters.index(a) for a in step.over)
    axis = "None" if len(places) == len(operand.letters) else str(places[0] if len(places) == 1 else places)
    if step.op in ARG:
        return f"{x}.{ARG[step.op]}(axis={axis}).astype(float)"
    if step.op == "count":
        return f"np.add.reduce({x}, axis={axis}, dtype=float)"
    return f"{REDUCE[step.op]}.reduce({x}, axis={axis})"


def kth(names: Names, step: Step, target: int | None) -> str:
    """The k-th largest along an axis."""
    body, rank = step.operands
    x = names.view(body.value, aligned(body.letters, (*step.axes, *step.over)))
    return f"runtime.kth({x}, {names.view(rank.value, aligned(rank.letters, step.axes))})"


def positions(names: Names, step: Step, target: int | None) -> str:
    """The positions of a letter, as numbers."""
    return f"np.arange({step.data}.0)"


def at(names: Names, step: Step, target: int | None) -> str:
    """A view at fixed positions."""
    assert isinstance(step.data, tuple)
    marks = [":" if place is None else str(place) for place in step.data]
    while marks[-1] == ":":
        marks.pop()
    return f"{names.view(step.operands[0].value)}[{', '.join(marks)}]"


def slide(names: Names, step: Step, target: int | None) -> str:
    """Elements at positions that run along an axis: a slice, or several joined, and what stands beyond the ends."""
    axis, pieces, flipped = cast("tuple[int, Pieces, bool]", step.data)
    x, before = names.view(step.operands[0].value), ":, " * axis
    cuts = [f"{x}[{before}{a}:{b}]" for a, b in pieces.slices]
    if len(cuts) == 1 and not pieces.before and not pieces.after:
        code = cuts[0]
    elif cuts and not pieces.before and not pieces.after:
        code = f"np.concatenate(({', '.join(cuts)}), axis={axis})"
    else:
        span = pieces.slices[0] if pieces.slices else (0, 0)
        ends = f"{pieces.before}, {pieces.after}, {pieces.repeats}"
        code = f"runtime.extended({x}, {axis}, {span[0]}, {span[1]}, {ends})"
    return f"{code}[{before}::-1]" if flipped else code


def windows(names: Names, step: Step, target: int | None) -> str:
    """A view whose last axis runs on from each place of another."""
    axis, counts, flips = cast("tuple[int, tuple[int, int], tuple[bool, bool]]", step.data)
    marks = [":"] * len(step.axes)
    for k, flipped in zip((axis, -1), flips, strict=True):
        marks[k] = "::-1" if flipped else ":"
    flip = f"[{', '.join(marks)}]" if any(flips) else ""
    return f"runtime.windows({names.view(step.operands[0].value)}, {axis}, {counts[0]}, {counts[1]}){flip}"


def stack(names: Names, step: Step, target: int | None) -> str:
    """Values for each position of a letter side by side."""
    inner = [a for k, a in enumerate(step.axes) if k != step.data]
    parts = [names.view(o.value, aligned(o.letters, inner)) for o in step.operands]
    return f"runtime.stacked(({', '.join(parts)},), {step.data})"


def loop(names: Names, step: Step, target: int | None) -> str:
    """A recursion made ready for the values of its constants."""
    return f"{names.loop(step.data)}.bind({', '.join(names.view(o.value) for o in step.operands)})"


def scan(names: Names, step: Step, target: int | None) -> str:
    """A recursion run through all positions."""
    ready, *variables = (names.view(o.value) for o in step.operands)
    time = "t" if step.level == BODY else "0.0"
    count = TRIAL_COUNT if cast("Loop", step.data).has_trials else "1"
    return f"{names.loop(step.data)}.run({', '.join([ready, time, count, *variables])})"


def member(names: Names, step: Step, target: int | None) -> str:
    """One result of a recursion."""
    return f"{names.view(step.operands[0].value)}[{step.data}]"


def take(names: Names, step: Step, target: int | None) -> str:
    """Elements at computed positions."""
    base, *places = step.operands
    others = [a for a in base.letters if a not in step.over]
    if len(places) == 1 and not set(others) & set(places[0].letters):
        k = base.letters.index(step.over[0])
        made = (*base.letters[:k], *places[0].letters, *base.letters[k + 1 :])
        index = names.view(places[0].value, "runtime.positions({})")
        return transposed(made, step.axes).format(f"np.take({names.view(base.value)}, {index}, axis={k})")
    indices = []
    by_slot = dict(zip(step.over, places, strict=True))
    for k, letter in enumerate(base.letters):
        if letter in by_slot:
            code = aligned(by_slot[letter].letters, step.axes)
            indices.append(names.view(by_slot[letter].value, code.format("runtime.positions({})")))
        else:
            along = aligned((letter,), step.axes).format(f"np.arange({{}}.shape[{k}])")
            indices.append(names.view(base.value, along))
    return f"{names.view(base.value)}[{', '.join(indices)}]"


def diagonal(names: Names, step: Step, target: int | None) -> str:
    """A view of the elements whose positions are equal."""
    (operand,) = step.operands
    return f"np.einsum({''.join(operand.letters) + '->' + ''.join(step.axes)!r}, {names.view(operand.value)})"


def add_diagonal(names: Names, step: Step, target: int | None) -> str:
    """A dense value with something added where positions are equal."""
    dense, value = step.operands
    kept = tuple(dict.fromkeys(step.over))
    into = names.view(dense.value) + ("" if target is not None else ".copy()")
    subscripts = f"{''.join(step.over)}->{''.join(kept)}"
    return f"runtime.add_diagonal({into}, {subscripts!r}, {names.view(value.value, aligned(value.letters, kept))})"


def broadcast(names: Names, step: Step, target: int | None) -> str:
    """A value repeated along axes that it lacks, as an array of its own."""
    (operand,) = step.operands
    shape = shape_source(step.shape)
    if names.view(operand.value) == "0.0":
        return f"np.zeros({shape})"
    return f"runtime.full({names.view(operand.value, aligned(operand.letters, step.axes))}, {shape})"


def refined_squares(names: Names, step: Step, target: int | None) -> str:
    """Squared distances, the small ones computed again."""
    raw, a, b, a_square, b_square = step.operands
    arguments = [names.view(raw.value) + ("" if target is not None else ".copy()")]
    for points in (a, b):
        lead = [x for x in step.axes if x in points.letters]
        arguments.append(names.view(points.value, transposed(points.letters, [*lead, *step.over])))
        arguments.append(str(tuple(step.axes.index(x) for x in lead)))
    for square in (a_square, b_square):
        arguments.append(names.view(square.value, aligned(square.letters, step.axes, lead=True)))
    return f"runtime.refined_squares({', '.join(arguments)})"


def shape_source(shape: Sequence[int | None]) -> str:
    """The source of a shape."""
    return f"({', '.join(TRIAL_COUNT if n is None else str(n) for n in shape)}{',' if len(shape) == 1 else ''})"


SPELL: dict[str, Callable[[Names, Step, int | None], str]] = {
    **dict.fromkeys(BY_OP, elementwise),
    **dict.fromkeys((*REDUCE, *ARG, "count"), reduction),
    "kth": kth,
    "select": select,
    "whole_power": whole_power,
    "as_number": as_number,
    "contract": contract,
    "positions": positions,
    "at": at,
    "slide": slide,
    "stack": stack,
    "loop": loop,
    "scan": scan,
    "member": member,
    "windows": windows,
    "take": take,
    "diagonal": diagonal,
    "add_diagonal": add_diagonal,
    "broadcast": broadcast,
    "refined_squares": refined_squares,
}

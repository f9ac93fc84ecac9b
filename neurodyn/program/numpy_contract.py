"""How a contraction of two values is spelled in NumPy: a matrix product wherever there is one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from neurodyn.program.numpy_names import Names
from neurodyn.program.program import BODY, TRIAL, Step

TRIAL_COUNT = "trial_count"  # the name of the number of trials in the source
LARGE = 1 << 15  # numbers of a matrix whose product with a vector takes long beside a call
Arrange = Callable[[int, str], str]  # operand and code with `{}` for its name -> source; in the setup if constant


@dataclass(frozen=True)
class Roles:
    """The letters of a contraction by their role."""

    batch: tuple[str, ...]
    left: tuple[str, ...]
    right: tuple[str, ...]
    summed: tuple[str, ...]


def roles(step: Step) -> Roles:
    """Batch letters are in both operands and the result, summed ones in both operands alone."""
    a, b = (o.letters for o in step.operands)
    return Roles(
        batch=tuple(x for x in a if x in b and x in step.axes),
        left=tuple(x for x in a if x not in b),
        right=tuple(x for x in b if x not in a),
        summed=tuple(x for x in a if x in b and x not in step.axes),
    )


def contract(names: Names, step: Step, target: int | None) -> str:
    """The source of a contraction; what is made of a constant operand first, is made in the setup."""
    role, sizes = roles(step), dict(step.sizes)

    def arrange(k: int, code: str) -> str:
        return names.view(step.operands[k].value, code)

    constant = [names.is_constant(o.value) for o in step.operands]
    if step.level == BODY and any(constant) and _is_simple(role) and _size(step, constant.index(True)) >= LARGE:
        k = constant.index(True)
        matrix = transposed(step.operands[k].letters, (role.right if k else role.left) + role.summed)
        if k == 0 and not role.right:
            return f"{arrange(0, f'products({matrix})')}({arrange(1, '{}')})"
        if k == 1 and step.operands[0].letters == (TRIAL, *role.summed):
            return f"{arrange(1, f'products.rows({matrix})')}({arrange(0, '{}')})"
    return _product(step, role, sizes, arrange)


def _is_simple(role: Roles) -> bool:
    """Whether a matrix meets a vector, or several."""
    return not role.batch and len(role.left) == len(role.summed) == 1 and len(role.right) <= 1


def _size(step: Step, k: int) -> int:
    """How many numbers an operand has."""
    sizes = dict(step.sizes)
    return math.prod(sizes[x] or 0 for x in step.operands[k].letters)


def _product(step: Step, role: Roles, sizes: dict[str, int | None], arrange: Arrange) -> str:
    a, b = (o.letters for o in step.operands)
    if not role.left and not role.right and (role.batch or len(role.summed) > 1):
        subscripts = f"{''.join(a)},{''.join(b)}->{''.join(step.axes)}"
        return f"np.einsum({subscripts!r}, {arrange(0, '{}')}, {arrange(1, '{}')})"
    if not role.batch and len(role.summed) == 1 and len(role.left) < 2 and len(role.right) < 2:
        first = arrange(0, transposed(a, role.left + role.summed))
        return f"{first} @ {arrange(1, transposed(b, role.summed + role.right))}"
    return _general(step, role, sizes, arrange)


def _general(step: Step, role: Roles, sizes: dict[str, int | None], arrange: Arrange) -> str:
    """Batched product of matrices, whose rows and columns may be several letters each."""
    a, b = (o.letters for o in step.operands)
    batch = [(x,) for x in role.batch]
    first = _grouped(a, [*batch, role.left, role.summed], sizes)
    second = _grouped(b, [*batch, role.summed, role.right], sizes)
    result = f"{arrange(0, first)} @ {arrange(1, second)}"
    if len(role.left) == len(role.right) == 1:
        return result
    return f"({result}){_reshaped([[x] for x in step.axes], sizes)}"


def _grouped(letters: Sequence[str], groups: Sequence[Sequence[str]], sizes: dict[str, int | None]) -> str:
    """Code that makes each group of letters one axis of `{}`: a view of a whole array, where its axes allow."""
    if all(len(g) == 1 for g in groups):
        return transposed(letters, [x for g in groups for x in g])
    here = sorted((g for g in groups if g), key=lambda g: letters.index(g[0]))
    if [x for g in here for x in g] != list(letters):
        return transposed(letters, [x for g in groups for x in g]) + _reshaped(groups, sizes)
    code = _reshaped(here, sizes)
    code = transposed([g[0] for g in here], [g[0] for g in groups if g]).format(f"{{}}{code}")
    return code if len(here) == len(groups) else code + _reshaped(groups, sizes)


def _reshaped(groups: Sequence[Sequence[str]], sizes: dict[str, int | None]) -> str:
    """`.reshape(...)` with one axis for each group of letters."""
    return f".reshape({', '.join(_volume(g, sizes) for g in groups)})"


def _volume(letters: Sequence[str], sizes: dict[str, int | None]) -> str:
    number = 1
    for letter in letters:
        number *= sizes[letter] or 1
    if TRIAL not in letters:
        return str(number)
    return TRIAL_COUNT if number == 1 else f"{number} * {TRIAL_COUNT}"


def transposed(letters: Sequence[str], wanted: Sequence[str]) -> str:
    """Code that orders the axes of `{}`, which has the same letters."""
    order = tuple(letters.index(x) for x in wanted)
    if order == tuple(range(len(order))):
        return "{}"
    return "{}.T" if order == (1, 0) else f"{{}}.transpose({', '.join(map(str, order))})"


def aligned(letters: Sequence[str], axes: Sequence[str], lead: bool = False) -> str:
    """Code that gives `{}` the axes `axes`, of length 1 where it lacks the letter; a view.

    Axes that it lacks at the front are left to broadcasting, unless `lead`.
    """
    present = [x for x in axes if x in letters]
    code = transposed(letters, present)
    marks = [":" if x in letters else "None" for x in axes]
    while not lead and marks and marks[0] == "None":
        marks.pop(0)
    return code + (f"[{', '.join(marks)}]" if "None" in marks else "")

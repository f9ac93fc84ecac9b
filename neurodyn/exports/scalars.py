"""The equations of a system written out for single numbers, as other tools want them."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurodyn.calculus.rewrite import Definition
from neurodyn.errors import InputError
from neurodyn.program.lower import Output, lower
from neurodyn.program.scalar_graph import STANDING, Graph, Node, TooLarge
from neurodyn.program.scalar_setup import Setup
from neurodyn.program.scalars import Leaf, NotUnrolled, unrolled
from neurodyn.system.system import System

MOST_NODES = 20_000


@dataclass(frozen=True, eq=False)
class Variables:
    """What equations read, one number after the other.

    Attributes:
        shapes: of each name, in order.
    """

    shapes: Mapping[str, tuple[int, ...]]

    @property
    def firsts(self) -> dict[str, int]:
        """The place of the first number of each name."""
        sizes = [math.prod(shape) for shape in self.shapes.values()]
        return dict(zip(self.shapes, np.cumsum([0, *sizes]).tolist(), strict=False))

    @property
    def elements(self) -> list[tuple[str, int]]:
        """The name of each number, and which of that name it is."""
        return [(name, k) for name, shape in self.shapes.items() for k in range(math.prod(shape))]


@dataclass(frozen=True, eq=False)
class Scalars:
    """A graph of single numbers: outputs by name, and the values of what stands still."""

    graph: Graph
    outputs: Mapping[str, NDArray[np.intp]]
    values: NDArray[np.float64]

    def number(self, node: Node) -> float | None:
        """The number that a node is, if it stands still."""
        if node.op == "number":
            return float.fromhex(str(node.data))
        if node.op in STANDING and isinstance(node.data, tuple):
            place, turned = node.data
            value = float(self.values[place])
            return 1.0 / value if turned else value
        return None


def scalars(
    system: System,
    outputs: Sequence[Output],
    definitions: Mapping[str, Definition],
    variables: Variables,
    target: str,
    constant: Collection[str] | None = None,
) -> Scalars:
    """Outputs of a system as a graph of single numbers.

    Args:
        definitions: what names that vary stand for.
        variables: what is read; nothing else varies but the time.
        target: what errors call the tool.
        constant: the values that are written as numbers; by default all.

    Raises:
        InputError: for a system that is too large, or that has an operation without a form for single numbers.
    """
    edges = system.formulas.edges
    values = {n: v for n, v in system.values.items() if constant is None or n in constant}
    program = lower(
        outputs,
        definitions=definitions,
        sizes=system.all_sizes,
        constant=[*values, *edges],
        on=system.structure.on,
        states=tuple(variables.shapes),
    )
    setup = Setup.of(program)
    numbers = setup({**values, **edges})
    leaves = {n: Leaf("input", at, variables.shapes[n]) for n, at in variables.firsts.items()}
    try:
        made = unrolled(program, numbers, leaves, edges, MOST_NODES)
    except TooLarge:
        raise InputError(
            f"{system.name} is too large for {target}: written out, it takes more than {MOST_NODES:,} operations.",
            code="too-large",
            remedy="Take smaller sizes.",
        ) from None
    except NotUnrolled as step:
        raise InputError(
            f"{system.name} cannot be written for {target}: {step} has no form for single numbers.",
            code="not-unrolled",
            remedy="Say it by functions of single numbers.",
        ) from None
    return Scalars(made.graph, made.outputs, made.parameters(numbers))

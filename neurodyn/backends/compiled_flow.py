"""The flow of a small system, and its Jacobian, as machine code that a solver calls for one state at a time.

A call of array code takes some microseconds for each operation, however small the arrays are; compiled code computes a
small flow in a tenth of one.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neurodyn.backends.compiled_choice import COMPILED, MOST_OPERATIONS, first_compiled
from neurodyn.backends.ensemble.body import Body, Place, function
from neurodyn.backends.ensemble.choice import NOT_IN_LANES
from neurodyn.backends.ensemble.compiler import Code, compiled
from neurodyn.backends.ensemble.curves import curves
from neurodyn.backends.ensemble.flow_text import FlowText, flow_text
from neurodyn.backends.ensemble.lanes import columns
from neurodyn.backends.ensemble.loops import places
from neurodyn.backends.ensemble.machine import host
from neurodyn.backends.ensemble.segments import rows, segments
from neurodyn.backends.ensemble.unrolling import flow_of, numbers_of, too_large, unrolling_of
from neurodyn.backends.ensemble.vector_math import NAMES, functions
from neurodyn.backends.ensemble.vector_math.values import Real
from neurodyn.backends.plan import Floats, Piece, Plan
from neurodyn.errors import InputError
from neurodyn.system.jacobian import jacobian_of

if TYPE_CHECKING:
    from neurodyn.program.scalar_graph import Graph
    from neurodyn.system.jacobian import Jacobian
    from neurodyn.system.system import System

# A function of the time, and of a list of where all else lies. It gives 0, or no number where a result is none.
FORM = ctypes.PYFUNCTYPE(ctypes.c_double, ctypes.c_double, ctypes.c_void_p)
# So many Jacobians are computed as arrays before they are compiled.
JACOBIANS_FIRST = 300
IN_A_FUNCTION = 30  # operations that an elementary function takes
LISTED = ("z", "scale", "y", "values", "lane", "input", "by", "out")


def compiled_flow(plan: Plan) -> CompiledFlow | None:
    """That of a plan; None where there is none, and it was not asked for by name."""
    try:
        return CompiledFlow(plan)
    except InputError as error:
        if error.code not in NOT_IN_LANES:
            raise
        if plan.target == COMPILED:
            raise InputError(
                f"The target is {COMPILED}, and the flow of {plan.system.name} takes more than {MOST_OPERATIONS:,} "
                f"operations, or one that has no compiled form.",
                code="not-compiled",
                remedy="Leave the target out.",
            ) from error
        return None


class CompiledFlow:
    """Rates in units of the scales, as `Problem` gives them, on one piece of a run at a time.

    Attributes:
        rate: gives the rate at a time and a state, and whether it is finite.

    Raises:
        InputError: for a flow that has no compiled form, or takes too many operations.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.rate = _Function(plan, None)
        self._derivatives: _Function | None = None
        self._waits = 0.0 if plan.target == COMPILED else JACOBIANS_FIRST
        if plan.system.wirings:  # which make it sparse, and that is for others to compute
            self._waits = math.inf
        self._piece: Piece

    @property
    def scheme(self) -> dict[str, object]:
        """What the recipe tells."""
        what = "flow" if self._derivatives is None else "flow and Jacobian"
        return {"compiled": what, "from_evaluation": int(first_compiled(self._plan)), "processor": host().cpu}

    def enter(self, piece: Piece) -> None:
        """Read inputs on this piece from now on."""
        self._piece = piece
        for one in (self.rate, self._derivatives):
            if one is not None:
                one.enter(piece)

    def jacobian(self, t: float, z: Floats) -> Floats | None:
        """The derivatives of the rate by the state, as a full matrix; None where they have no compiled form."""
        if self._waits == 0:
            self._derive()
        self._waits -= 1
        if self._derivatives is None:
            return None
        found = np.zeros((z.size, z.size))
        found[self._derivatives.places] = self._derivatives(t, z)[0]
        return found

    def _derive(self) -> None:
        """Compile the derivatives, if that can be."""
        try:
            self._derivatives = _Function(self._plan, jacobian_of(self._plan.system.structure))
        except InputError as error:
            if error.code not in NOT_IN_LANES:
                raise
        self.enter(self._piece)


class _Function:
    """A function of time and state: what it computes, and whether that is finite; it reads inputs of one piece.

    Attributes:
        places: the row and the column of each derivative.

    Args:
        derived: the derivatives that it computes, if it is not the flow.
    """

    def __init__(self, plan: Plan, derived: Jacobian | None) -> None:
        system, given = plan.system, curves(plan)
        flow, scales = flow_of(system, given, derived), system.layout.scales
        inputs, numbers = segments(plan, flow.inputs, given.signals), numbers_of(system, flow)
        unrolling = unrolling_of(system, flow, numbers, inputs, rows(plan, ()), most=MOST_OPERATIONS)
        self.places = _places(system, derived)
        nodes, by = unrolling.rates[: scales.size], scales
        if derived is not None:
            nodes, by = unrolling.rates[scales.size :], scales[self.places[0]] / scales[self.places[1]]
        if _work(unrolling.graph, nodes) > MOST_OPERATIONS:
            raise too_large(system, MOST_OPERATIONS)
        made: tuple[FlowText, Code] = system.formulas.get(
            ("one state", unrolling, derived is None, inputs.ramps),
            lambda: _made(unrolling.graph, nodes, scales.size, inputs.ramps),
        )
        text, self._code = made
        self._lines = {piece.begin: line for piece, line in zip(plan.pieces(), inputs.lines, strict=True)}
        self._input, self._out = np.zeros(2 * inputs.count + 1), np.zeros(len(nodes))
        values = columns(unrolling.unrolled.parameters(numbers)[None], text.parameters)[0]
        self._z = np.zeros(scales.size)
        self._held = (self._z, scales, np.zeros(scales.size), values, np.zeros(1), self._input, by, self._out)
        self._list = np.array([array.ctypes.data for array in self._held], dtype=np.uintp)
        self._run, self._where = self._code.run, int(self._list.ctypes.data)

    def enter(self, piece: Piece) -> None:
        self._input[:-1] = self._lines[piece.begin]
        self._input[-1] = piece.begin

    def __call__(self, t: float, z: Floats) -> tuple[Floats, bool]:
        self._z[:] = z
        is_finite = self._run(t, self._where) == 0.0
        return self._out.copy(), is_finite


def _places(system: System, derived: Jacobian | None) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    entries = np.array([] if derived is None else places(system, derived), dtype=np.intp).reshape(-1, 2)
    return entries[:, 0], entries[:, 1]


def _work(graph: Graph, nodes: Sequence[int]) -> int:
    """How many operations nodes take, nearly."""
    ops = [graph.nodes[k].op for k in graph.live(nodes)]
    return len(ops) + IN_A_FUNCTION * sum(op in NAMES for op in ops)


def _made(graph: Graph, nodes: Sequence[int], states: int, ramps: Sequence[int]) -> tuple[FlowText, Code]:
    text = flow_text(graph, {"flow": nodes}, 1, ramps)
    whole = "\n".join([functions(text.functions, 1), text.text, entry_text(states, len(nodes))])
    return text, compiled(whole, host().narrowed(1), FORM)


def entry_text(states: int, outputs: int) -> str:
    """The function that is called: what `@flow` gives at the state z*scale, each number divided by its `by`."""
    body = Body(1)
    for k, name in enumerate(LISTED):
        body.act(f"%at.{name} = getelementptr ptr, ptr %list, i64 {k}")
        body.act(f"%{name} = load ptr, ptr %at.{name}")
    body.each(states, lambda c: body.store(body.load("%z", c) * body.load("%scale", c), "%y", c))
    pointers = ", ".join(f"ptr %{name}" for name in ("y", "values", "lane", "input", "out"))
    body.act(f"call void @flow({body.reals} {body.given('%t').name}, {pointers})")

    def one(c: Place, sums: Sequence[Real]) -> Sequence[Real]:
        value = body.load("%out", c) / body.load("%by", c)
        body.store(value, "%out", c)
        return [value.fma(0.0, sums[0])]

    found = body.added(outputs, [body.number(0.0)], one)[0]
    body.act(f"%found = extractelement {body.reals} {found.name}, i64 0")
    body.act("ret double %found")
    return function("double @run(double %t, ptr readonly %list)", body, "nounwind ")

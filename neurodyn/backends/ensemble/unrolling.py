"""The flow of a system as a scalar graph, made once for all systems of its sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from neurodyn.backends.ensemble.curves import Curves
from neurodyn.backends.ensemble.segments import Rows, Segments
from neurodyn.calculus.letters import quantity
from neurodyn.calculus.rewrite import Definition
from neurodyn.errors import InputError
from neurodyn.program.lower import Output, lower
from neurodyn.program.program import Program
from neurodyn.program.scalar_graph import Graph, TooLarge
from neurodyn.program.scalar_setup import Setup
from neurodyn.program.scalars import Leaf, NotUnrolled, Unrolled, unrolled

if TYPE_CHECKING:
    from neurodyn.system.jacobian import Jacobian
    from neurodyn.system.system import System

# A graph of so many nodes is compiled in some seconds; larger ones run faster as arrays.
MOST_NODES = 6_000


@dataclass(frozen=True, eq=False)
class Flow:
    """Functions of the state, lowered: the flow of a system, or its derivatives.

    Attributes:
        wanted: the names of the outputs, in the order in which they lie.
        inputs: the names of the inputs that it reads and that are the same for all trials.
        varied: the names of what differs between trials.
        draws: the names of the noise that it reads.
    """

    program: Program
    setup: Setup
    wanted: tuple[str, ...]
    inputs: tuple[str, ...]
    varied: tuple[str, ...]
    draws: tuple[str, ...] = ()


def flow_of(system: System, curved: Curves, derived: Jacobian | None = None, observed: Sequence[str] = ()) -> Flow:
    """The lowered flow, with derivatives behind it if they are given, and observables; shared by systems of other
    values."""
    structure = system.structure

    def made() -> Flow:
        outputs = [Output(n, structure.placed(n, structure.flows[n].letters), structure.flows[n].expr) for n in names]
        definitions = {**structure.definitions, **(derived.definitions if derived else {}), **curved.definitions}
        outputs += derived.outputs.values() if derived else ()
        for name in observed:
            letters = structure.letters(name)
            outputs.append(Output(name, letters, quantity(name, letters)))
        return lowered(system, outputs, definitions)

    names = system.layout.names
    key = ("ensemble flow", system.by_trial, curved.key, derived is None, tuple(observed))
    found: Flow = system.formulas.get(key, made)
    return found


def lowered(system: System, outputs: Sequence[Output], definitions: Mapping[str, Definition]) -> Flow:
    """Outputs of states, inputs and parameters; see `lower`."""
    program = lower(
        outputs,
        definitions={n: d for n, d in definitions.items() if n not in system.structure.derived},
        sizes=system.all_sizes,
        constant=[name for name in (*system.values, *system.formulas.edges) if name not in system.by_trial],
        on=system.structure.on,
        states=system.layout.names,
    )
    others = sorted(set(program.variables) - set(system.layout.names))
    varied = tuple(name for name in others if name in system.by_trial)
    draws = tuple(name for name in others if name in system.model.noise)
    inputs = tuple(name for name in others if name not in (*varied, *draws))
    return Flow(program, Setup.of(program), tuple(output.name for output in outputs), inputs, varied, draws)


def numbers_of(system: System, flow: Flow) -> dict[int, NDArray[Any]]:
    """What the flow computes once from the values of the system."""
    found: dict[int, NDArray[Any]] = system.computed.get(
        ("ensemble numbers", flow), lambda: flow.setup({**system.values, **system.formulas.edges})
    )
    return found


@dataclass(frozen=True, eq=False)
class Unrolling:
    """A flow element by element.

    Attributes:
        rates: the nodes of the outputs: of the flow, the rate of each element of the state.
    """

    unrolled: Unrolled
    rates: tuple[int, ...]

    @property
    def graph(self) -> Graph:
        return self.unrolled.graph


def unrolling_of(
    system: System,
    flow: Flow,
    numbers: Mapping[int, NDArray[Any]],
    inputs: Segments,
    varied: Rows,
    draws: Mapping[str, Leaf] = MappingProxyType({}),
    most: int = MOST_NODES,
) -> Unrolling:
    """The graph of a flow; what it follows from beside the equations is looked at again.

    Args:
        draws: where each noise is read.
        most: how many nodes there may be.

    Raises:
        InputError: for a system that is too large, or that has an operation without a scalar form.
    """
    known: list[Unrolling] = system.formulas.get(("ensemble graphs", flow, most), list)
    for found in known:
        if found.unrolled.fits(numbers):
            return found
    layout = system.layout
    leaves = {n: Leaf("state", at, s) for n, s, at in zip(layout.names, layout.shapes, layout.offsets, strict=True)}
    leaves |= {name: Leaf("input", first, shape) for name, (first, shape) in inputs.places.items()}
    leaves |= {name: Leaf("lane", first, shape) for name, (first, shape) in varied.places.items()}
    leaves |= draws
    try:
        made = unrolled(flow.program, numbers, leaves, system.formulas.edges, most)
    except TooLarge:
        raise too_large(system, most) from None
    except NotUnrolled as step:
        raise InputError(
            f"The backend ensemble cannot run {system.name}: {step} has no form for single numbers.",
            code="not-unrolled",
            remedy=f"Take the backend {'map' if system.model.discrete else 'scipy'}.",
        ) from None
    known.append(Unrolling(made, tuple(k for n in flow.wanted for k in made.outputs[n].ravel().tolist())))
    return known[-1]


def too_large(system: System, most: int = MOST_NODES) -> InputError:
    """The refusal of a system that has too many operations."""
    return InputError(
        f"The backend ensemble cannot run {system.name}: written out, its {system.layout.size} states take more than "
        f"{most:,} operations.",
        code="too-large",
        remedy=f"Take the backend {'map' if system.model.discrete else 'scipy'}, which computes with whole arrays, or "
        f"smaller sizes.",
    )

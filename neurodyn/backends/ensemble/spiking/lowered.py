"""What a system with events is made of, lowered to programs, and the spaces of its quantities."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray
from sympy import S

from neurodyn.backends.ensemble.spiking.elements import Source
from neurodyn.backends.ensemble.spiking.reads import Space
from neurodyn.calculus.nodes import Where
from neurodyn.program.lower import Output, lower
from neurodyn.program.program import Program
from neurodyn.program.scalar_setup import Setup
from neurodyn.system.affine import own_slope

if TYPE_CHECKING:
    from neurodyn.system.system import System


@dataclass(frozen=True, eq=False)
class Lowered:
    """A program, and the values of its setup."""

    program: Program
    setup: Mapping[int, NDArray[Any]]


def flows(system: System) -> Lowered:
    """The rate of each state."""
    structure = system.structure
    return _lowered(system, "flow", lambda: [_at(system, n, d.letters, d.expr) for n, d in structure.flows.items()])


def slopes(system: System) -> Lowered:
    """How the rate of each state changes with itself."""
    structure = system.structure
    return _lowered(
        system,
        "slopes",
        lambda: [_at(system, n, d.letters, own_slope(structure, n) or S.Zero) for n, d in structure.flows.items()],
    )


def conditions(system: System) -> Lowered:
    """1 where the condition of an event holds."""
    rules = system.model.rules.items()
    return _lowered(
        system,
        "conditions",
        lambda: [Output(n, r.letters, Where(r.condition, S.One, S.Zero)) for n, r in rules if r.condition is not None],
    )


def sets(system: System) -> Lowered:
    """The values that events set."""
    return _lowered(
        system,
        "sets",
        lambda: [
            _at(system, s.name, s.letters, s.expr, f"{name}:{k}")
            for name, rule in system.model.rules.items()
            for k, s in enumerate(rule.sets)
        ],
    )


def jumps(system: System) -> Lowered:
    """How far states jump."""
    impulses = system.structure.impulses
    assert impulses is not None
    return _lowered(system, "jumps", lambda: [_at(system, n, d.letters, d.expr) for n, d in impulses.jumps.items()])


def _at(system: System, name: str, letters: Any, expr: Any, called: str = "") -> Output:
    return Output(called or name, system.structure.placed(name, letters), expr)


def _lowered(system: System, word: str, outputs: Callable[[], Sequence[Output]]) -> Lowered:
    def made() -> Setup:
        structure = system.structure
        program = lower(
            outputs(),
            definitions={n: d for n, d in structure.definitions.items() if n not in structure.derived},
            sizes=system.all_sizes,
            constant=[*system.values, *system.formulas.edges],
            on=structure.on,
            states=system.layout.names,
        )
        return Setup.of(program)

    found: Setup = system.formulas.get(("spiking", word), made)
    return Lowered(found.program, found({**system.values, **system.formulas.edges}))


def spaces_of(system: System, trains: Mapping[str, tuple[int, ...]]) -> dict[str, Source]:
    """What programs read that varies: states, inputs and trains, with their spaces."""
    structure, values = system.structure, system.bound()
    wirings = system.wirings

    def space(name: str, shape: tuple[int, ...]) -> Space:
        support = structure.on.get(name, "")
        return Space((len(wirings[support]),), support) if support else Space(shape)

    layout = system.layout
    found = {n: Source("state", space(n, shape)) for n, shape in zip(layout.names, layout.shapes, strict=True)}
    for name in system.signals:
        found[name] = Source("input", space(name, values.shape(structure.letters(name), None)))
    for name, shape in trains.items():
        found[name] = Source("train", space(name, shape))
    return found

"""The sections of a model put together: what is declared, and the equations that are written or stood for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neurodyn.errors import InputError
from neurodyn.language.names import Names
from neurodyn.language.statements import split_statements
from neurodyn.model.circuits import check_laws, check_taken, own_pins, read_pins
from neurodyn.model.declarations import Declaration, Locate, read_declarations
from neurodyn.model.equations import Equation, read_equations
from neurodyn.model.event_rules import read_rules
from neurodyn.model.events import read_events
from neurodyn.model.flatten import SECTIONS, Flat, flatten
from neurodyn.model.index_sets import IndexSet
from neurodyn.model.layer_equations import expand
from neurodyn.model.layers import Layer, read_layers, read_synapses
from neurodyn.model.measures import speaks_of_units
from neurodyn.model.parts import read_parts


def assemble(
    text: str, sets: dict[str, IndexSet], sections: Mapping[str, Mapping[str, Any]], locate: Locate
) -> tuple[dict[str, Any], Names, tuple[Equation, ...]]:
    """Every declaration by section, the names, and the equations.

    Args:
        text: the equations as written.
        sets: the index sets; those of parts join them.
        sections: entries by section, events, layers, synapses, parts and pins among them.
        locate: finds entries in the file.
    """
    letters = {x: s.name for s in sets.values() for x in s.letters}
    declared: dict[str, Any] = {s: read_declarations(s, sections[s], letters, locate) for s in SECTIONS}
    declared["events"] = read_events(sections["events"], letters, locate)
    layers = read_layers(sections["layers"], letters, locate)
    synapses = read_synapses(sections["synapses"], layers, locate)
    parts = read_parts(sections["parts"], letters, locate)
    pins = read_pins(sections["pins"], letters, locate)
    check_taken(pins, (*sets, *parts, *(name for section in declared.values() for name in section)))
    for layer in layers.values():
        _join(declared["states"], layer)
    own = split_statements(text, file=locate.file, line=locate.block_line("equations"))
    flat = flatten(parts, sets, declared, pins, (*own, *expand(layers, synapses, sets, locate)))
    sets.update(flat.sets)
    potentials, currents = own_pins(pins, _has_units(flat))
    flat.sections["observables"].update(currents)
    names, equations = read_equations(flat.statements, sets, {**flat.sections, "potentials": potentials})
    check_laws(pins, names, equations)
    all_of_it = {**flat.sections, "layers": layers, "synapses": synapses, "parts": parts, "wires": flat.wires}
    all_of_it |= {"pins": pins, "potentials": potentials, "rules": read_rules(names, flat.sections["events"])}
    return all_of_it, names, equations


def _has_units(flat: Flat) -> bool:
    """Whether a device is written with units."""
    declared = [d for name in SECTIONS for d in flat.sections[name].values()]
    return speaks_of_units((s.text for s in flat.statements), declared)


def _join(states: dict[str, Declaration], layer: Layer) -> None:
    """The state of a layer is a state."""
    state = layer.state
    if state.name in states:
        raise InputError(
            f"{state.name} is declared in [states] and in [layers].",
            code="declared-twice",
            remedy="Keep the layer: it says start, scale and about as well.",
            place=state.source.place(0),
        )
    states[state.name] = state

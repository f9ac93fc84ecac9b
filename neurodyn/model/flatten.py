"""From a circuit to one model: the names of a part `m` become `m.x`, wires become definitions.

All that comes later (checks, derivatives, programs, results) sees an ordinary model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from neurodyn.errors import InputError
from neurodyn.language.heads import Head, read_head
from neurodyn.language.names import near
from neurodyn.language.source import Source
from neurodyn.language.statements import split_equation
from neurodyn.model.circuits import node_laws, node_potentials, nodes_of, pin_wires, potential
from neurodyn.model.declarations import Declaration
from neurodyn.model.event_rules import set_statements
from neurodyn.model.events import Event
from neurodyn.model.index_sets import IndexSet
from neurodyn.model.parts import VALUED, Part
from neurodyn.model.renaming import Renaming, renaming_of
from neurodyn.model.spreads import checked_spread

SECTIONS = (*VALUED, "noise", "observables")
MOST_EQUATIONS = 20_000


@dataclass(frozen=True)
class Flat:
    """Index sets, declarations and statements of a circuit with those of its parts among them."""

    sets: dict[str, IndexSet]
    sections: dict[str, dict[str, Any]]  # declarations, and events
    wires: dict[str, Declaration]  # inputs and pins of parts that equations define
    statements: tuple[Source, ...]


def flatten(
    parts: Mapping[str, Part],
    sets: Mapping[str, IndexSet],
    sections: Mapping[str, Mapping[str, Any]],
    pins: Mapping[str, Declaration],
    statements: Sequence[Source],
) -> Flat:
    """The circuit as one model; without parts, what was given."""
    flat = Flat(dict(sets), {name: dict(entries) for name, entries in sections.items()}, {}, tuple(statements))
    if parts:
        _check_own(parts, sets, sections)
        _check_size(parts)
        joined = _join(parts, flat)
        flat.sections["unknowns"].update(node_potentials(parts, pins, sections["unknowns"]))
        flat = replace(flat, statements=(*joined, *node_laws(parts, pins), *statements))
    letters = {x: s.name for s in flat.sets.values() for x in s.letters}
    for source in statements:
        _wire(source, parts, flat, letters)
    return flat


def _join(parts: Mapping[str, Part], flat: Flat) -> list[Source]:
    """Add what the parts declare, under its new names; the statements of the parts."""
    statements: list[Source] = []
    for part in parts.values():
        renaming = renaming_of(part, flat.sets)
        flat.sets.update(renaming.added)
        for name in SECTIONS:
            for declared in getattr(part.model, name).values():
                new = _declaration(part, name, declared, renaming)
                flat.sections[name][new.name] = new
        for event in part.model.events.values():
            flat.sections["events"][renaming.name(event.name)] = _event(part, event, renaming)
        for declared in part.model.wires.values():
            new = _declaration(part, "wires", declared, renaming)
            flat.wires[new.name] = new
        potentials, ties = pin_wires(part)
        flat.wires.update({d.name: d for d in potentials})
        statements += ties
        statements += (renaming.statement(e) for e in part.model.equations)
    return statements


def _declaration(part: Part, section: str, declared: Declaration, renaming: Renaming) -> Declaration:
    """The declaration of a part's name in the circuit, with the value that the part's line sets, if it does."""
    said = section in VALUED and declared.name in part.fields
    if not said and part.letters and isinstance(declared.value, list):
        raise InputError(
            f"{declared.name} of {part.model.name} is a list, which the members of the row {part.key} cannot share.",
            code="row-list",
            remedy=f"Set {declared.name} in the part's line.",
            place=part.source.place(0),
        )
    source = declared.source
    own, spread = checked_spread(part.fields[declared.name], part.source) if said else (None, declared.spread)
    return replace(
        declared,
        name=renaming.name(declared.name),
        letters=(*part.letters, *(renaming.letters[x] for x in declared.letters)),
        value=own if said else renaming.value(declared.value),
        spread=spread,
        before=renaming.value(declared.before),
        on=renaming.text(declared.on) if declared.on else "",
        clip=tuple(renaming.value(bound) for bound in declared.clip),
        given=tuple(renaming.text(g) for g in declared.given),
        source=part.source if said else Source(source.text, line=source.line, file=source.file or part.model.file),
    )


def _event(part: Part, event: Event, renaming: Renaming) -> Event:
    """The event of a part under the names of the circuit."""

    def spelt(text: str) -> str:
        left, right = (side.strip() for side in text.split("=", 1))
        return f"{renaming.value(left)} = {renaming.value(right)}"

    statements = [spelt(source.text) for source in set_statements(event)]
    return replace(
        event,
        name=renaming.name(event.name),
        letters=(*part.letters, *(renaming.letters[x] for x in event.letters)),
        **{word: renaming.value(getattr(event, word)) for word in ("when", "every", "phase", "rate", "refractory")},
        set="\n".join(statements),
        hold=tuple(renaming.value(held) for held in event.hold),
        source=Source(event.source.text, line=event.source.line, file=event.source.file or part.model.file),
        fields={},
        set_line=None,
    )


def _wire(source: Source, parts: Mapping[str, Part], flat: Flat, letters: Mapping[str, str]) -> None:
    """If the statement defines an input of a part, the input is one no longer."""
    head = read_head(source, len(split_equation(source)[0]))
    owner, dot, _ = head.name.partition(".")
    if head.kind in ("flow", "map") or not (owner in parts or (dot and head.name in flat.sections["inputs"])):
        return
    declared = flat.sections["inputs"].pop(head.name, None)
    if declared is None:
        raise _no_input(head, parts[owner], source)
    if owner in parts and head.name.removeprefix(owner + dot) in parts[owner].fields:
        raise InputError(
            f"{head.name} is set in the part's line, and by a wire.",
            code="wire",
            remedy="Keep one of the two.",
            place=source.place(0),
        )
    if [letters.get(x) for x in head.letters] != [letters[x] for x in declared.letters]:
        raise InputError(
            f"The wire to {head.name} does not have the shape of the input.",
            code="wire-shape",
            remedy=f"It is {declared.key}.",
            place=source.place(0),
        )
    flat.wires[head.name] = replace(declared, value=None)


def _no_input(head: Head, part: Part, source: Source) -> InputError:
    """The error for a wire that ends at what is no input of the part, or at one that has a wire already."""
    name = head.name.removeprefix(part.name + ".")
    model = part.model
    if "." not in head.name:
        return InputError(f"{name} is a part already.", code="name-taken", remedy="Rename one.", place=source.place(0))
    if name in model.inputs:
        sentence, remedy = f"{head.name} has two wires.", "Add the sources up in one line."
    elif name in model.parameters or name in model.states:
        word = "parameter" if name in model.parameters else "state"
        sentence, remedy = f"{name} is a {word} of {model.name}, not an input.", "Set it in the part's line."
    elif name in model.definitions:
        sentence, remedy = f"{name} is defined by an equation of {model.name} already.", "Take another name."
    else:
        sentence = f"{model.name} has no input {name}."
        remedy = near(name, list(model.inputs)) or f"It has: {', '.join(model.inputs) or 'none'}."
    return InputError(sentence, code="wire", remedy=remedy, place=source.place(0))


def _check_own(
    parts: Mapping[str, Part], sets: Mapping[str, IndexSet], sections: Mapping[str, Mapping[str, Declaration]]
) -> None:
    """Dotted names belong to parts, and parts have names of their own."""
    nodes = {potential(node) for node in nodes_of(parts)}
    own: Iterable[Any] = (*sets.values(), *(d for entries in sections.values() for d in entries.values()))
    for declared in own:
        if "." in declared.name and declared.name not in nodes:
            raise InputError(
                f"{declared.name} has a dot: such names belong to parts.",
                code="dotted-name",
                remedy="Set it in the part's line, or rename it.",
                place=declared.source.place(0),
            )
        if declared.name in parts:
            raise InputError(
                f"{declared.name} is a part already.",
                code="name-taken",
                remedy="Rename one.",
                place=declared.source.place(0),
            )


def _check_size(parts: Mapping[str, Part]) -> None:
    count = sum(len(part.model.equations) for part in parts.values())
    if count > MOST_EQUATIONS:
        raise InputError(
            f"The parts have {count:,} equations together; at most {MOST_EQUATIONS:,} are read.",
            code="too-long",
            remedy='Write equal parts as a row: "cell[k]" = { ... }.',
        )

"""The equations that layers and synapses stand for."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from neurodyn.errors import InputError
from neurodyn.language.free import free_letters
from neurodyn.language.guard import parse
from neurodyn.language.source import Source
from neurodyn.language.unit_text import bracketed
from neurodyn.model.declarations import Locate, value_source
from neurodyn.model.index_sets import IndexSet
from neurodyn.model.lagrangians import LAGRANGIANS, PARAMETERS
from neurodyn.model.layers import ENERGY, Layer, Synapse


def expand(
    layers: Mapping[str, Layer], synapses: Mapping[str, Synapse], sets: Mapping[str, IndexSet], locate: Locate
) -> tuple[Source, ...]:
    """The statements that layers and synapses stand for; empty without layers."""
    if not layers:
        return ()
    found: list[Source] = []
    for layer in layers.values():
        found += _layer(layer, sets)
    for s in synapses.values():
        found.append(_written(f"E_{s.name} = ", s.energy, "", s.source, s.about or f"energy of the synapse {s.name}"))
    names = [n for n, layer in layers.items() if layer.fields.get("leak", True)] + list(synapses)
    section = locate("", "layers")
    if not names:
        raise InputError(
            "No layer has a leak and there is no synapse, so there is no energy.",
            code="no-energy",
            remedy="Declare [synapses], or let a layer leak.",
            place=section.place(0),
        )
    text = f"{ENERGY} = " + " + ".join(f"E_{n}" for n in names)
    return (*found, Source(text, "energy", line=section.line, file=section.file))


def _layer(layer: Layer, sets: Mapping[str, IndexSet]) -> list[Source]:
    state, fields = layer.state, layer.fields
    x, name, letters = state.key, state.name, state.letters
    g = f"{layer.activation}[{','.join(letters)}]" if letters else layer.activation
    drive = f"({x} - {_factor(fields['input'])})" if "input" in fields else x
    held = f"(1 - {_factor(fields['clamp'])})*" if "clamp" in fields else ""
    tau = f"{_factor(fields['tau'])}*" if "tau" in fields else ""

    def statement(text: str, comment: str) -> Source:
        return Source(text, comment, line=state.source.line, file=state.source.file)

    return [
        _lagrangian(layer, sets),
        statement(f"{g} = dL_{name}/d{x}", f"activation of {name}"),
        statement(f"E_{name} = {_summed(f'{drive}*{g}', letters)} - L_{name}", f"energy of the layer {name}"),
        statement(f"{tau}d{x}/dt = -{held}d{ENERGY}/d{g}", state.about),
    ]


def _lagrangian(layer: Layer, sets: Mapping[str, IndexSet]) -> Source:
    state, text = layer.state, layer.fields["lagrangian"]
    left, comment = f"L_{state.name} = ", f"Lagrangian of {state.name}"
    row = LAGRANGIANS.get(text)
    if row is None:
        free = _left_over(layer, sets)
        before, after = ("sum(", f", {', '.join(free)})") if free else ("", "")
        return _written(left + before, text, after, state.source, comment)
    over = _over(layer) if row.mixes else state.letters
    under, size = _others(layer, over, sets) if "{under}" in row.text else ((), "")
    other = dict(zip(over, under, strict=False))
    y = f"{state.name}[{','.join(other.get(a, a) for a in state.letters)}]"
    given = {p: _factor(layer.fields[p]) for p in PARAMETERS if p in layer.fields}
    body = row.spell(state.key, y, over, under, size, given)
    rest = tuple(a for a in state.letters if a not in over) if row.mixes else state.letters
    return Source(left + _summed(body, rest), comment, line=state.source.line, file=state.source.file)


def _left_over(layer: Layer, sets: Mapping[str, IndexSet]) -> list[str]:
    """The letters of the state that a Lagrangian written as an expression leaves free: it is summed over them."""
    source = value_source(layer.state.source, layer.fields["lagrangian"])
    free = free_letters(parse(source), {a for s in sets.values() for a in s.letters})
    return [a for a in layer.state.letters if a in free]


def _over(layer: Layer) -> tuple[str, ...]:
    """The letters of the units that a Lagrangian couples."""
    letters, text = layer.state.letters, layer.fields["lagrangian"]
    over = tuple(str(layer.fields.get("over", "")).split())
    if not over and len(letters) == 1:
        return letters
    if not over or len(set(over)) < len(over) or not set(over) <= set(letters):
        raise InputError(
            f"The Lagrangian {text} couples units, and it is not said which ones of {layer.state.key}.",
            code="over",
            remedy=f'Name letters: over = "{letters[-1]}".' if letters else "Give the state a letter.",
            place=layer.state.source.place(0),
        )
    return over


def _others(layer: Layer, over: Sequence[str], sets: Mapping[str, IndexSet]) -> tuple[tuple[str, ...], str]:
    """For each letter another one of its index set; and the number of units, as a product of sizes."""
    found: list[str] = []
    sizes = []
    for a in over:
        index_set = next(s for s in sets.values() if a in s.letters)
        spare = [b for b in index_set.letters if b not in layer.state.letters and b not in found]
        if not spare:
            raise InputError(
                f"The Lagrangian {layer.fields['lagrangian']} needs one more letter of {index_set.name}.",
                code="spare-letter",
                remedy=f'Declare {index_set.name} = {{ letters = "{" ".join(index_set.letters)} ..." }}.',
                place=layer.state.source.place(0),
            )
        found.append(spare[0])
        sizes.append(index_set.name)
    return tuple(found), "*".join(sizes)


def _summed(text: str, letters: Sequence[str]) -> str:
    return f"sum({text}, {', '.join(letters)})" if letters else text


def _factor(value: Any) -> str:
    """A number or an expression as it stands in a product."""
    text = bracketed(str(value))
    node = parse(Source(text))
    return text if isinstance(node, (ast.Name, ast.Subscript, ast.Constant)) else f"({text})"


def _written(before: str, text: str, after: str, source: Source, comment: str) -> Source:
    """A statement around a text of the file, placed so that columns of the text stay true."""
    found = value_source(source, text)
    whole = before + text + after
    if not found.lines:
        return Source(whole, comment, line=source.line, file=source.file)
    return Source(whole, comment, found.lines, found.line, found.indent - len(before), found.file)

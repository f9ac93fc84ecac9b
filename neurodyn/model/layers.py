"""Layers and synapses: shorthand for a Lagrangian, an activation, an energy and a flow each.

A layer `x[i]` with the activation `g[i]` stands for

    L_x           = its Lagrangian
    g[i]          = dL_x/dx[i]
    E_x           = sum((x[i] - input[i])*g[i], i) - L_x
    tau*dx[i]/dt  = -(1 - clamp[i])*dE/dg[i]

and a synapse `s` for `E_s`; `E` is the sum of all of them. In `dE/dg` the state x counts as independent of g, so that
the Legendre term E_x contributes x and nothing else. Without a leak E_x is no part of E.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from neurodyn.errors import InputError
from neurodyn.language.guard import parse
from neurodyn.language.heads import read_key
from neurodyn.language.names import near
from neurodyn.language.source import Source
from neurodyn.model.declarations import (
    Declaration,
    Locate,
    entry_fields,
    plain,
    read_declarations,
    value_source,
)
from neurodyn.model.lagrangians import LAGRANGIANS, LAYER, PARAMETERS

ENERGY = "E"
_TEXTS = ("activation", "lagrangian", "over")
_NUMBERS = ("tau", "input", "clamp", *PARAMETERS)


@dataclass(frozen=True)
class Layer:
    """A layer as declared: its state, the name of its activation, and all that its entry says."""

    state: Declaration
    activation: str
    fields: Mapping[str, Any]

    @property
    def said(self) -> dict[str, Any]:
        """What its entry says beyond what is said of the state."""
        return {word: value for word, value in self.fields.items() if word in LAYER}


@dataclass(frozen=True)
class Synapse:
    """An energy that couples activations."""

    name: str
    energy: str
    about: str = ""
    source: Source = field(default=Source(""), compare=False, repr=False)


def read_layers(entries: Mapping[str, Any], letters: Mapping[str, str], locate: Locate) -> dict[str, Layer]:
    """The section [layers]."""
    states = read_declarations("layers", entries, letters, locate)
    found = {}
    for state, (key, entry) in zip(states.values(), entries.items(), strict=True):
        fields = {k: plain(v) for k, v in entry_fields("layers", key, entry, state.source).items()}
        _check_types(key, fields, state.source)
        if state.value is None:
            state = replace(state, value=0)
        found[state.name] = Layer(state, _activation(state, fields), fields)
    return found


def read_synapses(entries: Mapping[str, Any], layers: Mapping[str, Layer], locate: Locate) -> dict[str, Synapse]:
    """The section [synapses]."""
    found = {}
    for name, entry in entries.items():
        source = locate("synapses", name)
        fields = entry_fields("synapses", name, entry, source)
        energy = fields.get("energy")
        if not layers:
            raise InputError(
                "[synapses] joins layers, and there is no section [layers].",
                code="synapse",
                remedy="Declare the layers, or write energy and flow as equations.",
                place=source.place(0),
            )
        if not isinstance(energy, str) or not name.isidentifier():
            raise InputError(
                f"The synapse {name} needs a name and an energy in quotes.",
                code="synapse",
                remedy='Write, say, memory = "-sum(W[m,i]*f[m]*g[i], m, i)".',
                place=source.place(0),
            )
        parse(value_source(source, energy))
        found[name] = Synapse(name, energy, str(fields.get("about", "")), source)
    return found


def _check_types(key: str, fields: Mapping[str, Any], source: Source) -> None:
    """Every entry is of its type, and every expression can be read."""
    place = source.place(0)
    for word in ("activation", "lagrangian"):
        if word not in fields:
            raise InputError(
                f"The layer {key} has no {word}.",
                code="layer",
                remedy=f'Write "{key}" = {{ activation = "g[...]", lagrangian = "tanh" }}.',
                place=place,
            )
    for word, value in fields.items():
        wanted = _wanted(word, value)
        if wanted:
            raise InputError(f"{word} of the layer {key} must be {wanted}.", code="layer-type", place=place)
        if word in _NUMBERS and isinstance(value, str):
            parse(value_source(source, value))
    _check_lagrangian(key, fields, source)
    if "input" in fields and not fields.get("leak", True):
        raise InputError(
            f"The layer {key} has no leak, so that its own energy, and with it its input, is left out.",
            code="layer-input",
            remedy="Write the input as a synapse: -sum(I[i]*g[i], i).",
            place=place,
        )


def _wanted(word: str, value: Any) -> str:
    """What a field must be, if the value is not that."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if word in _TEXTS and not isinstance(value, str):
        return "text in quotes"
    if word == "leak" and not isinstance(value, bool):
        return "true or false"
    if word in _NUMBERS and not (number or isinstance(value, str)):
        return "a number or an expression in quotes"
    return ""


def _check_lagrangian(key: str, fields: Mapping[str, Any], source: Source) -> None:
    text = fields["lagrangian"]
    row = LAGRANGIANS.get(text)
    if row is None and text.isidentifier():
        raise InputError(
            f"There is no Lagrangian {text}.",
            code="lagrangian",
            remedy=near(text, list(LAGRANGIANS)) or f"Known: {', '.join(LAGRANGIANS)}; or write an expression.",
            place=source.place(0),
        )
    accepts = row.accepts if row else ()
    for word in PARAMETERS:
        if word in fields and word not in accepts:
            takes = f"It takes: {', '.join(accepts)}." if accepts else "It takes no parameters."
            raise InputError(
                f"The Lagrangian {text} has no parameter {word}.",
                code="lagrangian-parameter",
                remedy=takes,
                place=source.place(0),
            )
    if row is None:
        parse(value_source(source, text))
    if "over" in fields and row is None:
        raise InputError(
            "A Lagrangian that is an expression binds its letters itself.",
            code="over",
            remedy=f"Leave over out: the letters of {key} that the expression leaves free are summed over.",
            place=source.place(0),
        )


def _activation(state: Declaration, fields: Mapping[str, Any]) -> str:
    source = value_source(state.source, fields["activation"])
    name, letters = read_key(source)
    if letters != state.letters:
        raise InputError(
            f"The activation {fields['activation']} has not the letters of {state.key}.",
            code="activation",
            remedy=f"Write {name}[{','.join(state.letters)}]." if state.letters else f"Write {name}.",
            place=source.place(0),
        )
    return name

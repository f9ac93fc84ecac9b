"""A layer's Lagrangian and input speak of no other state, and synapses speak of activations, not of the states."""

from __future__ import annotations

from neurodyn.calculus.letters import names_in
from neurodyn.calculus.nodes import Rate
from neurodyn.calculus.times import Lag
from neurodyn.errors import InputError
from neurodyn.model.model import Model


def check_layers(model: Model) -> None:
    """Refuse layers and synapses for which E, as it is written, would not fall."""
    for part in model.parts.values():
        check_layers(part.model)
    for name, layer in model.layers.items():
        strange = _reached(model, f"L_{name}", frozenset()) | _reached(model, f"E_{name}", {layer.activation})
        for other in sorted(strange & model.states.keys() - {name}):
            raise InputError(
                f"The layer {layer.state.key} speaks of the state {other}; it may speak of its own alone.",
                code="layer-coupled",
                remedy="Couple layers by synapses.",
                place=layer.state.source.place(0),
            )
    activations = {layer.activation for layer in model.layers.values()}
    for synapse in model.synapses.values():
        if model.definitions[f"E_{synapse.name}"].expr.has(Rate, Lag):
            raise InputError(
                f"The synapse {synapse.name} speaks of a rate or of the past; an energy is one of the present state.",
                code="synapse-rate",
                remedy="Write it in terms of activations.",
                place=synapse.source.place(0),
            )
        for other in sorted(_reached(model, f"E_{synapse.name}", activations) & model.layers.keys()):
            raise InputError(
                f"The synapse {synapse.name} speaks of the state {other}; it may speak of activations.",
                code="synapse-state",
                remedy=f"Write {model.layers[other].activation} in its place.",
                place=synapse.source.place(0),
            )


def _reached(model: Model, start: str, stop: set[str] | frozenset[str]) -> set[str]:
    """All names that a definition depends on, through definitions, without looking into those in `stop`."""
    definitions, seen, waiting = model.definitions, {start}, [start]
    while waiting:
        name = waiting.pop()
        if name in definitions and name not in stop:
            new = names_in(definitions[name].expr) - seen
            seen |= new
            waiting += new
    return seen

"""A model as plain data, for `neurodyn show NAME --json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurodyn.model.declarations import Declaration
    from neurodyn.model.model import Model
    from neurodyn.system.units import Units


def as_plain(model: Model) -> dict[str, Any]:
    """The model as plain data."""
    from neurodyn.system.units import Units

    units = Units.of_model(model)
    return {
        "name": model.name,
        "summary": model.summary,
        "references": list(model.references),
        "equations": [{"name": e.name, "kind": e.kind, "text": e.text, "comment": e.comment} for e in model.equations],
        "layers": {layer.state.key: dict(layer.fields) for layer in model.layers.values()},
        "synapses": {synapse.name: synapse.energy for synapse in model.synapses.values()},
        "parts": {part.key: dict(part.fields) for part in model.parts.values()},
        "update": model.update,
        "energy": model.energy,
        "claims": list(model.claims),
        "indices": {
            name: {"letters": list(index.letters), "size": index.size, "ends": index.ends, "about": index.about}
            for name, index in model.indices.items()
        },
        "states": {d.name: _plain(model, units, d, "start") for d in model.states.values()},
        "unknowns": {d.name: _plain(model, units, d, "guess") for d in model.unknowns.values()},
        "pins": {d.name: d.about for d in model.pins.values()},
        "parameters": {
            d.name: _plain(model, units, d, "value") | {"given": d.given, "source": d.cited}
            for d in model.parameters.values()
        },
        "inputs": {d.name: _plain(model, units, d, "value") for d in model.inputs.values()},
        "observables": {
            d.name: {"shape": sets(model, d), "unit": str(units.of(d.name)), "about": d.about}
            for d in model.observables.values()
        },
        "noise": {d.name: _plain(model, units, d, "kind") for d in model.noise.values()},
        "events": {e.name: {"key": e.key, **e.said()} for e in model.events.values()},
        "bench": dict(model.bench),
        "file": model.file,
    }


def _plain(model: Model, units: Units, declared: Declaration, value: str) -> dict[str, Any]:
    return {
        "key": declared.key,
        "shape": sets(model, declared),
        value: declared.value,
        "unit": str(units.of(declared.name)),
        "about": declared.about,
    }


def sets(model: Model, declared: Declaration) -> list[str]:
    """The index sets that a quantity runs over."""
    return [model.names.letters[letter] for letter in declared.letters]

"""`Model` to TOML text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from neurodyn.model.circuits import current, nodes_of, potential
from neurodyn.model.declarations import FIELDS, Declaration
from neurodyn.model.events import Event
from neurodyn.model.layers import ENERGY
from neurodyn.model.model import FORMAT, Model


def write_text(model: Model, expand: bool = False) -> str:
    """TOML text that reads back as an equal model; with `expand` as one without layers and parts."""
    import tomlkit

    document = tomlkit.document()
    document["format"] = FORMAT
    document["name"] = model.name
    for key in ("summary", "references", "theme"):
        value = getattr(model, key)
        if value:
            document[key] = list(value) if isinstance(value, tuple) else value
    text = _equations(model) if expand else model.text
    if text:
        document["equations"] = tomlkit.string(text + "\n", multiline=True)
    if model.update is not None:
        document["update"] = model.update
    if model.energy is not None and (expand or not (model.layers and model.energy == ENERGY)):
        document["energy"] = model.energy
    if model.claims:
        document["claims"] = _lines(model.claims)
    sections = _expanded(model) if expand else _sections(model)
    bench = sections.pop("bench")
    _add_sections(document, sections)
    _add_events(document, [e for e in model.events.values() if expand or not (model.parts and "." in e.name)])
    _add_sections(document, {"bench": bench})
    return tomlkit.dumps(document)


def _add_sections(document: Any, sections: Mapping[str, Mapping[str, Any]]) -> None:
    import tomlkit

    for section, entries in sections.items():
        if entries:
            table = tomlkit.table()
            for key, entry in entries.items():
                table[key] = _inline(entry) if isinstance(entry, Mapping) else entry
            document[section] = table


def _add_events(document: Any, events: Sequence[Event]) -> None:
    """Each event under a header of its own."""
    import tomlkit

    if events:
        section = tomlkit.table(is_super_table=True)
        for event in events:
            table = tomlkit.table()
            for word, value in event.said().items():
                long = word == "set" and "\n" in value
                table[word] = tomlkit.string("\n" + value + "\n", multiline=True) if long else value
            section[event.key] = table
        document["events"] = section


def _lines(texts: Sequence[str]) -> Any:
    """A list with one text on each line."""
    import tomlkit

    array = tomlkit.array()
    array.extend(texts)
    return array.multiline(len(texts) > 1)


def _inline(entry: Mapping[str, Any]) -> Any:
    import tomlkit

    table = tomlkit.inline_table()
    table.update(entry)
    return table


def _equations(model: Model) -> str:
    """Every equation on a line, its remark behind it."""
    return "\n".join(e.text + (f"  # {e.comment}" if e.comment else "") for e in model.equations)


def _expanded(model: Model) -> dict[str, dict[str, Any]]:
    """Every declaration, those of layers and parts among them; the currents of pins come with the pins."""
    observables = {n: d for n, d in model.observables.items() if n not in map(current, model.pins)}
    return {
        "indices": {
            s.name: _entry({"letters": " ".join(s.letters), "size": s.size, "ends": s.ends, "about": s.about})
            for s in model.indices.values()
        },
        "states": _declared("states", model.states),
        "unknowns": _declared("unknowns", model.unknowns),
        "parameters": _declared("parameters", model.parameters),
        "inputs": _declared("inputs", {**model.inputs, **model.wires}),
        "noise": _declared("noise", model.noise),
        "observables": _declared("observables", observables),
        "pins": _declared("pins", model.pins),
        "bench": dict(model.bench),
    }


def _sections(model: Model) -> dict[str, dict[str, Any]]:
    """What the model itself declares: not the states of layers, nor what belongs to parts."""
    found = _expanded(model)
    bench = found.pop("bench")
    shorthand = {layer.state.key for layer in model.layers.values()}
    nodes = (model.unknowns.get(potential(node)) for node in nodes_of(model.parts))
    said = {d.name for d in nodes if d is not None and (d.value is not None or d.scale or d.about)}
    for section in found:
        found[section] = {
            key: entry
            for key, entry in found[section].items()
            if key not in shorthand and (key in said or not (model.parts and "." in key))
        }
    for entry in found["indices"].values():
        entry["letters"] = " ".join(x for x in entry["letters"].split() if not (model.parts and "." in x))
    synapses = model.synapses.values()
    return {
        **found,
        "layers": {layer.state.key: dict(layer.fields) for layer in model.layers.values()},
        "synapses": {s.name: {"energy": s.energy, "about": s.about} if s.about else s.energy for s in synapses},
        "parts": {part.key: dict(part.fields) for part in model.parts.values()},
        "bench": bench,
    }


def _declared(section: str, entries: Mapping[str, Declaration]) -> dict[str, Any]:
    main = FIELDS[section][0]
    found: dict[str, Any] = {}
    for d in entries.values():
        given: Any = d.given[0] if len(d.given) == 1 else list(d.given)
        told = {name: getattr(d, name) for name in ("on", "before", "reading", "scale", "period", "unit", "about")}
        entry = _entry(
            {
                main: f"{d.value} {d.spread}" if d.spread else d.value,
                "given": given,
                **told,
                "clip": list(d.clip),
                "source": d.cited,
            }
        )
        found[d.key] = entry[main] if list(entry) == [main] else entry
    return found


def _entry(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in fields.items() if v is not None and v != "" and v != []}

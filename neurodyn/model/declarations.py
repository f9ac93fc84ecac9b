"""The sections of a model file as typed declarations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from neurodyn.errors import InputError
from neurodyn.language.guard import parse
from neurodyn.language.heads import read_key
from neurodyn.language.names import near
from neurodyn.language.source import Source
from neurodyn.model.lagrangians import LAYER
from neurodyn.model.locate import Locate as Locate
from neurodyn.model.locate import key_source as key_source
from neurodyn.model.locate import value_source as value_source
from neurodyn.model.measures import checked_scale, checked_unit
from neurodyn.model.spreads import checked_spread


@dataclass(frozen=True)
class Declaration:
    """A state, unknown, parameter, input, noise, observable or pin: its letters and what was said of it.

    `value` is what the file gives: a number, a nested list, an expression, or None; for a state it is the start, for
    an unknown the guess, for noise its kind. `before` is what a state was before the start, `clip` holds its least and
    its largest value, `on` is the support that it lives on, with its letters, `cited` where the value comes from,
    `reading` how white noise is read, `spread` how far the value of a component may be off. Numbers and lists in
    `value` and `scale` are in `unit`, if there is one.
    """

    name: str
    letters: tuple[str, ...]
    value: Any = None
    before: Any = None
    clip: tuple[Any, ...] = ()
    given: tuple[str, ...] = ()
    scale: float | str | None = None
    on: str = ""
    unit: str = ""
    about: str = ""
    cited: str = ""
    reading: str = ""
    spread: str = ""
    period: float | str | None = None
    source: Source = field(default=Source(""), compare=False, repr=False)

    @property
    def key(self) -> str:
        """The name with its letters, as a file writes it."""
        return f"{self.name}[{','.join(self.letters)}]" if self.letters else self.name


# What an entry of each section may say; the first field is meant by a bare value.
FIELDS: dict[str, tuple[str, ...]] = {
    "indices": ("size", "letters", "ends", "about"),
    "states": ("start", "on", "before", "clip", "scale", "period", "unit", "about"),
    "unknowns": ("guess", "scale", "unit", "about"),
    "parameters": ("value", "on", "given", "unit", "about", "source"),
    "inputs": ("value", "given", "unit", "about", "source"),
    "noise": ("kind", "on", "reading", "about"),
    "observables": ("about", "unit"),
    "pins": ("about",),
    "layers": ("start", "scale", "unit", "about", *LAYER),
    "synapses": ("energy", "about"),
}


def read_declarations(
    section: str, entries: Mapping[str, Any], letters: Mapping[str, str], locate: Locate
) -> dict[str, Declaration]:
    """One of the sections states, unknowns, parameters, inputs, noise, observables, pins."""
    found: dict[str, Declaration] = {}
    for key, entry in entries.items():
        source = locate(section, key)
        name, indices = read_key(key_source(source, key))
        check_letters(key, indices, letters, source)
        if name in found:
            raise InputError(
                f"{name} is declared twice in [{section}].",
                code="declared-twice",
                remedy="Keep one of the two lines.",
                place=source.place(0),
            )
        fields = entry_fields(section, key, entry, source)
        main = plain(fields.get(FIELDS[section][0])) if FIELDS[section][0] != "about" else None
        value, spread = checked_spread(main, source) if section == "parameters" else (main, "")
        found[name] = Declaration(
            name,
            indices,
            value=value,
            before=plain(fields.get("before")),
            clip=_bounds(fields.get("clip"), key, source),
            given=_statements(fields.get("given", ()), key, source),
            scale=checked_scale(fields.get("scale"), key, source),
            on=_support(fields.get("on", ""), key, source),
            unit=checked_unit(fields.get("unit", ""), key, source),
            about=str(fields.get("about", "")),
            cited=str(fields.get("source", "")),
            reading=str(fields.get("reading", "")),
            period=fields.get("period"),
            spread=spread,
            source=source,
        )
    return found


def check_letters(key: str, indices: tuple[str, ...], letters: Mapping[str, str], source: Source) -> None:
    """Refuse a key with a letter that no index set has."""
    for x in indices:
        if x not in letters:
            raise InputError(
                f"{x} in {key} is no letter of an index set.",
                code="unknown-letter",
                remedy=near(x, list(letters)) or "Declare it in [indices].",
                place=source.place(0),
            )


def entry_fields(section: str, key: str, entry: Any, source: Source) -> dict[str, Any]:
    """What an entry says, a bare value as its first field; unknown fields are refused."""
    allowed = FIELDS[section]
    if not isinstance(entry, Mapping):
        return {allowed[0]: entry}
    for word in entry:
        if word not in allowed:
            raise InputError(
                f"{key} in [{section}] has a field {word}, which is not read.",
                code="unknown-field",
                remedy=near(word, list(allowed)) or f"It may say: {', '.join(allowed)}.",
                place=source.place(0),
            )
    return dict(entry)


def plain(value: Any) -> Any:
    """Arrays and NumPy numbers as plain nested lists and numbers."""
    return value.tolist() if hasattr(value, "tolist") else value


def _support(value: Any, key: str, source: Source) -> str:
    if not isinstance(value, str):
        raise InputError(
            f"on of {key} must be text in quotes.", code="support", remedy='Write on = "C[i,j]".', place=source.place(0)
        )
    return value


def _bounds(value: Any, key: str, source: Source) -> tuple[Any, ...]:
    """The two ends of an interval."""
    if value is None:
        return ()
    good = isinstance(value, (list, tuple)) and len(value) == 2
    if not good or any(isinstance(one, bool) or not isinstance(one, (int, float, str)) for one in value):
        raise InputError(
            f"clip of {key} must be a list of two values.",
            code="clip",
            remedy='Write clip = [0, 1], or clip = [0, "w_max"].',
            place=source.place(0),
        )
    return tuple(value)


def _statements(value: Any, key: str, source: Source) -> tuple[str, ...]:
    items = (value,) if isinstance(value, str) else tuple(value)
    for item in items:
        if not isinstance(item, str):
            raise InputError(f"given of {key} must be a statement in quotes.", code="given", place=source.place(0))
        parse(value_source(source, item))
    return items

"""Parts of a circuit: models under a name of their own, with values set in the circuit's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurodyn.errors import InputError
from neurodyn.language.heads import read_key
from neurodyn.language.names import near
from neurodyn.language.source import Source
from neurodyn.model.circuits import GROUND, check_pins
from neurodyn.model.declarations import Locate, key_source, plain

if TYPE_CHECKING:
    from neurodyn.model.model import Model

VALUED = ("parameters", "states", "unknowns", "inputs")  # sections whose entries a part's line may set


@dataclass(frozen=True)
class Part:
    """A part as declared: its name, the letters of a row, what its line says, and the model that it names."""

    name: str
    letters: tuple[str, ...]
    fields: Mapping[str, Any]
    model: Model = field(compare=False, repr=False)
    source: Source = field(compare=False, repr=False)

    @property
    def key(self) -> str:
        """The name with its letters, as a file writes it."""
        return f"{self.name}[{','.join(self.letters)}]" if self.letters else self.name


def read_parts(entries: Mapping[str, Any], letters: Mapping[str, str], locate: Locate) -> dict[str, Part]:
    """The section [parts]."""
    found: dict[str, Part] = {}
    for key, entry in entries.items():
        source = locate("parts", key)
        name, row = read_key(key_source(source, key))
        _check_key(name, row, letters, source)
        if name in found:
            raise InputError(
                f"{name} is declared twice in [parts].",
                code="declared-twice",
                remedy="Keep one of the two lines.",
                place=source.place(0),
            )
        if not isinstance(entry, Mapping) or not isinstance(entry.get("model"), str):
            raise InputError(
                f"The part {key} names no model.",
                code="part",
                remedy=f'Write {name} = {{ model = "habituation" }}.',
                place=source.place(0),
            )
        fields = {word: plain(value) for word, value in entry.items()}
        part = Part(name, row, fields, _load(fields["model"], locate, source), source)
        _check_update(part)
        _check_fields(part)
        check_pins(part)
        found[name] = part
    return found


def _load(reference: str, locate: Locate, source: Source) -> Model:
    """The model that a part names: one of the library, or a file beside the circuit's own."""
    from neurodyn.model.library import load

    path: str | Path = reference
    if Path(reference).suffix == ".toml" or len(Path(reference).parts) > 1:
        path = Path(locate.file).parent / reference if locate.file else Path(reference)
    try:
        return load(path, within=locate.within)
    except InputError as error:
        raise error.with_place(source.place(0)) from None


def _check_key(name: str, row: tuple[str, ...], letters: Mapping[str, str], source: Source) -> None:
    for x in row:
        if x not in letters:
            raise InputError(
                f"{x} is no letter of an index set.",
                code="unknown-letter",
                remedy=near(x, list(letters)) or "Declare it in [indices].",
                place=source.place(0),
            )
    if name == GROUND:
        raise InputError(
            f"{GROUND} is the node at 0 V, so no part can have that name.",
            code="name-taken",
            remedy="Rename the part.",
            place=source.place(0),
        )
    if "." in name:
        raise InputError(
            f"The name of a part has no dot, as {name} does.",
            code="dotted-name",
            remedy="Parts of a part are set in its own file.",
            place=source.place(0),
        )


def _check_update(part: Part) -> None:
    if part.model.update == "asynchronous":
        raise InputError(
            f"{part.model.name} updates its units in turn, and a circuit updates all its parts at once.",
            code="part-update",
            remedy="Name a synchronous map.",
            place=part.source.place(0),
        )


def _check_fields(part: Part) -> None:
    model = part.model
    known = [*model.pins, *model.indices, *(name for section in VALUED for name in getattr(model, section))]
    for word, value in part.fields.items():
        if word == "model" or word in model.pins:
            continue
        if word not in known:
            defined = word in model.definitions
            raise InputError(
                f"{word} is defined by an equation of {model.name}, so it cannot be set."
                if defined
                else f"{model.name} has no {word} that could be set.",
                code="part-field",
                remedy="" if defined else near(word, known) or f"It has: {', '.join(known)}.",
                place=part.source.place(0),
            )
        wanted = _wanted(word, value, model)
        if wanted:
            raise InputError(
                f"{word} of the part {part.name} must be {wanted}.", code="part-type", place=part.source.place(0)
            )


def _wanted(word: str, value: Any, model: Model) -> str:
    """What a field must be, if the value is not that."""
    number = isinstance(value, int) and not isinstance(value, bool)
    if word in model.indices:
        return "" if number or isinstance(value, str) else "an index set or a size"
    if isinstance(value, (str, list, float)) or number:
        return ""
    return "a number, a list, or an expression in quotes"

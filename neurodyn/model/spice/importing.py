"""A netlist put together to a `Model`. Its text is data: formulas are computed by a reader of ours, nothing is run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neurodyn.errors import InputError, Place
from neurodyn.model.circuits import potential
from neurodyn.model.files import reading
from neurodyn.model.model import Model
from neurodyn.model.spice.blocks import Block, read_blocks
from neurodyn.model.spice.cards import MOST_CHARACTERS, read_deck
from neurodyn.model.spice.commands import read_commands
from neurodyn.model.spice.elements import Circuit
from neurodyn.model.spice.expand import expand
from neurodyn.model.spice.parameters import Scope
from neurodyn.model.spice.starts import starts

ENDINGS = (".cir", ".ckt", ".net", ".sp", ".spice")
MOST_RECORDED = 12  # nodes that the bench records where nothing is said
LONGEST_SUMMARY = 100
THEME = "analog"


def read_netlist(text: str, *, file: str | None = None, **described: Any) -> Model:
    """The circuit of a netlist; `file` is named in errors.

    Args:
        described: name, summary, references and so on of the model.
    """
    try:
        return _read(text, file, described)
    except RecursionError:
        raise InputError(
            "Formulas and parameters of the netlist are nested too deeply.",
            code="spice-formula",
            remedy="Write parameters in the order in which they follow.",
            place=Place(file),
        ) from None


def _read(text: str, file: str | None, described: Mapping[str, Any]) -> Model:
    deck = read_deck(text, file)
    whole, circuit = read_blocks(deck.cards), Circuit()
    scope = Scope(whole.said)
    for name in whole.said:
        scope.value(name)  # in the order of the file, so that none waits for many
    run = read_commands(whole, circuit, scope)
    expand(whole, circuit, scope)
    if not circuit.parts:
        raise InputError(
            "The netlist has no elements.", code="spice-empty", remedy="Its first line is the title: elements follow."
        )
    guesses, begun = starts(run, circuit)
    bench = {**run.bench, "record": _recorded(circuit, whole), **begun}
    told = {"summary": deck.title[:LONGEST_SUMMARY], "theme": THEME, **described}
    return Model(_remarks(circuit), parts=circuit.parts, unknowns=guesses, bench=bench, **told)


def read_netlist_file(path: Path, **described: Any) -> Model:
    """The circuit in a file.

    Raises:
        InputError: when it cannot be read, or is not a netlist.
    """
    with reading(str(path)):
        if path.stat().st_size > 4 * MOST_CHARACTERS:
            raise InputError(f"{path} is too long for a netlist.", code="spice-long")
        text = path.read_bytes().decode("utf-8")
    return read_netlist(text, file=str(path), **{"name": path.stem, **described})


def is_netlist(path: Path) -> bool:
    """Whether a file's name is that of a netlist."""
    return path.suffix.lower() in ENDINGS


def notes_of(model: Model) -> list[str]:
    """What was left out of a netlist, or named otherwise, as the model keeps it."""
    return [line.removeprefix("# ") for line in model.text.splitlines() if line.startswith("# ")]


def _remarks(circuit: Circuit) -> str:
    """Notes, as remarks that go with the model."""
    renamed = [f"names: {', '.join(circuit.names.renamed)}"] if circuit.names.renamed else []
    return "\n".join(f"# {note}" for note in [*sorted(circuit.notes, key=circuit.notes.__getitem__), *renamed])


def _recorded(circuit: Circuit, whole: Block) -> list[str]:
    """The potentials of the nodes of the netlist itself."""
    nodes: Mapping[str, str] = circuit.names.nodes
    outer = [name for word, name in nodes.items() if not any(word.startswith(f"{x}_") for x in _calls(whole))]
    return [potential(name) for name in outer[:MOST_RECORDED]]


def _calls(whole: Block) -> list[str]:
    return [card.tokens[0].low for card in whole.elements if card.tokens[0].low.startswith("x")]

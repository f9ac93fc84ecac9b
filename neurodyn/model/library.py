"""The library: models and circuits by name."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from neurodyn.errors import InputError
from neurodyn.language.names import near
from neurodyn.model.model import Model
from neurodyn.model.read import read_file
from neurodyn.model.spice.importing import is_netlist, read_netlist_file

GROUPS = ("models", "circuits")


@dataclass(frozen=True)
class Entry:
    """One file of the library; a device has pins, and runs as a part of circuits alone."""

    name: str
    group: str
    theme: str
    summary: str
    path: Path
    device: bool


def folder(group: str) -> Path:
    """Where a group's files lie: inside an installed package, else beside it (a checkout)."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "_data" / group
    return inside if inside.is_dir() else package.parent / group


def library() -> tuple[Entry, ...]:
    """Every model and circuit that ships, by group and name."""
    found = []
    for group in GROUPS:
        for path in sorted(folder(group).glob("*.toml")):
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
            told = (str(raw.get("theme", "")), str(raw.get("summary", "")))
            found.append(Entry(path.stem, group, *told, path, "pins" in raw))
    return tuple(found)


def load(name: str | Path, *, within: tuple[Path, ...] = ()) -> Model:
    """A model or circuit, by its name in the library or by the path of a file.

    Args:
        name: a name that `neurodyn list` prints, or the path of a .toml file or of a netlist of SPICE.
        within: the files being read of which it is a part.

    Raises:
        InputError: when there is none, or when it breaks a rule of the language.
    """
    path = Path(name)
    if is_netlist(path):
        return read_netlist_file(path)
    if path.suffix == ".toml" or len(path.parts) > 1:
        return read_file(path, within)
    shipped = {p.stem: p for group in GROUPS for p in folder(group).glob("*.toml")}
    if str(name) not in shipped:
        hint = near(str(name), list(shipped))
        raise InputError(
            f"There is no model or circuit called {name}.",
            code="unknown-model",
            remedy=hint or "See neurodyn list, or give the path of a .toml file.",
        )
    return read_file(shipped[str(name)], within)

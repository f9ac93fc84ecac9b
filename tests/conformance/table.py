"""The table in docs/backends.md: which shipped model runs on which backend, and why not on the others.

`python -m tests.conformance.table` writes it anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from neurodyn import InputError
from neurodyn.backends import TABLE
from tests.conformance.cases import LANES, NAMES, kind_of, run, system_of

DOC = Path(__file__).parents[2] / "docs" / "backends.md"
HEAD = """# Which model runs on which backend

Every model and circuit that ships, and what a backend says that cannot run it. Maps run on `map`, some of them on
`ensemble` too; the other backends have no word for them. `dae` is for models with constraints, and runs alone those
that symbols do not solve to a flow. With spikes, `ensemble` takes fixed steps, and `lanes` (its target of that name)
chooses its steps and locates events. `tests/conformance` runs the whole table, and compares what the backends find:
flows to the order of the method, spikes one by one. `python -m tests.conformance.table` writes this file.

| Model | Kind | Backends | Why not the others |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Row:
    """What the table says of a model: its kind, the backends that can run it, and what the others say."""

    kind: str
    able: tuple[str, ...]
    why: str = ""


def row_of(name: str) -> Row:
    """What is true of a model: the backends carry out its first steps, or refuse it."""
    kind = kind_of(system_of(name).model)
    told: dict[str, str] = {}
    able = []
    for backend in (*TABLE, LANES) if kind == "spikes" else TABLE:
        try:
            result = run(name, backend, steps=2)
        except InputError as error:
            told[backend] = reason(error)
        else:
            assert result.status == "done", result.message
            able.append(backend)
    if able == ["dae"]:
        return Row(kind, tuple(able))
    silent = [backend for backend in TABLE if backend != "ensemble"] if kind == "map" else ["map", "dae"]
    refusals = [f"{backend}: {why}" for backend, why in told.items() if backend not in silent]
    return Row(kind, tuple(able), "; ".join(refusals))


def reason(error: InputError) -> str:
    """The sentence of a refusal after its beginning, which names backend and model."""
    return re.sub(r"^The (?:backend \w+|\w+ backend) (?:cannot run \w+(?: in lanes)?: )?", "", error.sentence).rstrip(
        "."
    )


def line(name: str, row: Row) -> str:
    return f"| `{name}` | {row.kind} | {' '.join(row.able)} | {row.why} |\n"


def read() -> dict[str, Row]:
    """The rows of the table."""
    form = r"^\| `(\w+)` \| (\w+) \| ([\w ]*) \| (.*) \|$"
    rows = re.findall(form, DOC.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: Row(kind, tuple(able.split()), why) for name, kind, able, why in rows}


def names(kind: str, *backends: str) -> list[str]:
    """The models of a kind that run on all these backends, by the table."""
    return [name for name, row in read().items() if row.kind == kind and set(backends) <= set(row.able)]


if __name__ == "__main__":
    DOC.write_text(HEAD + "".join(line(name, row_of(name)) for name in NAMES), encoding="utf-8")

"""The table of measured differences in docs/spice.md: `python -m tests.exports.spice.table [NAME ...]` writes it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from neurodyn import build, load
from neurodyn.exports.spice import compare_with_ngspice
from neurodyn.exports.spice.cards import RULES
from neurodyn.model.library import library
from neurodyn.model.model import Model

DOCS = Path(__file__).resolve().parents[3] / "docs" / "spice.md"
BEGIN, END = "<!-- differences: begin -->", "<!-- differences: end -->"
OTHER = {name for name, rule in RULES.items() if not rule.same}


def parts_of(name: str) -> list[Model]:
    """The devices of a circuit."""
    return [part.model for part in load(name).parts.values() if part.model.pins]


CIRCUITS = [entry.name for entry in library() if entry.group == "circuits" and parts_of(entry.name)]
WITH_THEIRS = [name for name in CIRCUITS if any(model.name in OTHER for model in parts_of(name))]


# Of circuits that spike, times of spikes may differ by so much of the run: steep flanks would tell nothing else.
SPIKING, SLACK = {"axon_hillock", "lif_analog"}, 1e-4


def asked_of(name: str) -> dict[str, Any]:
    """How a circuit is compared: with spikes, more accurately, and with slack."""
    if name not in SPIKING:
        return {}
    system = build(load(name))
    slack = SLACK * system.time("until", system.model.bench["until"])
    return {"slack": slack, "spice_rtol": 1e-8, "method": "LSODA"}


def row(name: str) -> str:
    """One circuit over its whole bench."""
    asked = asked_of(name)
    same = compare_with_ngspice(name, own_equations=True, **asked)
    worst = max(same.waveforms.values(), key=lambda w: w.difference)
    theirs = f"{compare_with_ngspice(name, **asked).difference:.1e}" if name in WITH_THEIRS else ""
    return f"| `{name}` | {same.difference:.1e} | `{worst.name}` | {theirs} |"


def main(names: list[str]) -> None:
    """Write the rows of these circuits anew, by default of all; the others stay."""
    head = ["| Circuit | Same equations | Worst quantity | Their diodes, transistors |", "|---|---|---|---|"]
    for name in names or CIRCUITS:
        before, _, rest = DOCS.read_text(encoding="utf-8").partition(BEGIN)
        old, _, after = rest.partition(END)
        rows = {line.split("`")[1]: line for line in old.splitlines() if line.startswith("| `")} | {name: row(name)}
        text = "\n".join([*head, *(rows[known] for known in CIRCUITS if known in rows)])
        DOCS.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

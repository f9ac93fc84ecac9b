"""Seconds to derive a shipped model: equations with all gradients, the program of the flow, the energy's balance."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import energy_transformer as block

import neurodyn
from neurodyn.analysis.energy.judge import Judge
from neurodyn.analysis.energy.search import Hunt
from neurodyn.system.resolve import resolve
from neurodyn.system.system import System

COLUMNS = ("equations", "flow", "rate", "balance")
VERDICTS = re.compile(r"^\| (\w+) \| `(.+)` \| proved \|$", re.MULTILINE)


def derived(model: neurodyn.Model, proved: list[str], sizes: dict[str, int] | None = None) -> dict[str, float]:
    """CPU seconds: equations resolved, the flow (or step) lowered, the energy's rate, and its proved claims."""
    system = neurodyn.build(model, sizes=sizes)
    flow: Callable[[], object] = system.step if model.discrete else system.flow
    if model.names.implicit:
        flow = system.residual
    found = {"equations": _seconds(lambda: resolve(model)), "flow": _seconds(flow)}
    if model.energy and not model.discrete:
        rate = f"d{model.energy}/dt <= 0"
        found["rate"] = _seconds(lambda: system.structure.claim(rate))
    if proved:
        found["balance"] = max(_seconds(lambda text=text: _proof(system, text)) for text in proved)  # type: ignore[misc]
    return found


def _proof(system: System, text: str) -> None:
    assert Judge(system, Hunt()).of(text).verdict == "proved"


def _seconds(call: Callable[[], object]) -> float:
    """CPU time of this process: other programs on the machine count only as far as they slow it."""
    start = time.process_time()
    call()
    return time.process_time() - start


def report(names: list[str], shown: int = 20) -> None:
    """Print the slowest models; SymPy is loaded and warm by the first."""
    found = VERDICTS.findall((Path(__file__).parent.parent / "docs" / "energy.md").read_text())
    claims = {n: [claim for model, claim in found if model == n] for n in names}
    derived(neurodyn.load("hopfield"), claims["hopfield"])
    rows = {n: derived(neurodyn.load(n), claims[n]) for n in names}
    name = "energy_transformer"
    rows[f"{name} ({block.PAPER['T']} x {block.PAPER['D']})"] = derived(neurodyn.load(name), claims[name], block.PAPER)
    print(f"\nderivation (CPU seconds; the slowest of {len(rows)})")
    print(f"  {'model':34}" + "".join(f"{c:>11}" for c in (*COLUMNS, "all")))
    for n, row in sorted(rows.items(), key=lambda item: -sum(item[1].values()))[:shown]:
        cells = "".join(f"{row[c]:11.3f}" if c in row else f"{'':11}" for c in COLUMNS)
        print(f"  {n:34}{cells}{sum(row.values()):11.3f}")

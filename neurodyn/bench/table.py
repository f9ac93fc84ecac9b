"""The workloads, found by name and loaded on use."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module

from neurodyn.bench.workload import Case
from neurodyn.errors import InputError

WORKLOADS = {
    "one_run": "W1: one run of a small system",
    "ensemble": "W2: thousands of starts of a small system",
    "dense": "W3: one network of thousands of units, all connected",
    "retrieval": "W4: hundreds of noisy cues to ten thousand memories",
    "sequence": "W5: a memory of sequences",
    "spiking": "W6: four thousand spiking neurons",
    "diffusion": "W7: sampling by the flow of a diffusion",
    "growth": "Growth: how time grows with units, trials and duration",
}


def check(names: tuple[str, ...]) -> tuple[str, ...]:
    """These workloads, or all.

    Raises:
        InputError: for a name that is none.
    """
    for name in names:
        if name not in WORKLOADS:
            near = get_close_matches(name, WORKLOADS, 1)
            raise InputError(
                f"There is no workload called {name}.",
                code="unknown-workload",
                remedy=f"Did you mean {near[0]}?" if near else f"There are: {', '.join(WORKLOADS)}.",
            )
    return tuple(dict.fromkeys(names)) or tuple(WORKLOADS)


def cases(workload: str, scale: str) -> list[Case]:
    """The cases of a workload; making them is cheap."""
    found: list[Case] = import_module(f"neurodyn.bench.workloads.{workload}").cases(scale)
    return found


def case_of(workload: str, name: str, scale: str) -> Case:
    """A case by its name."""
    return next(case for case in cases(workload, scale) if case.name == name)

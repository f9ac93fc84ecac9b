"""In discrete time: dwell times of a MixedNet cell by cell, tempos, gates, branches, and two layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.sequences.dwell import dwell_doubt, dwell_steps, mixed_course
from neurodyn.studies.framework.work import Work, run
from neurodyn.studies.sequence_timing.course import Array, factorial_patterns, random_patterns
from neurodyn.system.build import build
from neurodyn.system.system import System

COUNT = 5  # patterns of a MixedNet
STRENGTHS = (0.9, 1.1, 1.3, 1.7, 2.5, 3.7, 6.1)
DEGREES = (1, 2, 3, 4, 5, 10)
# Of each combination of signs in orthogonal patterns. Units leave out themselves: that shifts the two sides of the
# formula by up to (1 + strength)*(COUNT - 1)/(N - 1), here 0.007, and the closest differ by 0.017.
COPIES = 128
WINDOW, STEPS = 8, 60  # of the runs with tempos that differ or change, and with gates
DIFFERENT = (1.3, 2.5, 3.3, 1.7, 2.1)  # no two of them make a tie
OPEN, GATED, SHUT = 2.5, 1, 20  # tempo, the hidden unit that is silenced, and for how many steps
FROZEN, OTHER = 0, -1  # in place of a dwell time: nothing moves; something else happens


def dwell_cells(window: int, exact: Array, drawn: Array) -> dict[str, NDArray[Any]]:
    """Dwell times of all strengths and degrees in one window: shape (strengths, degrees)."""
    systems = [build("sequence_mixed", sizes={"tau": window}, xi=xi) for xi in (exact, drawn)]
    shape = (len(STRENGTHS), len(DEGREES))
    found = {name: np.zeros(shape, dtype=int) for name in ("formula", "exact", "drawn")}
    doubt = np.zeros(shape)
    for at in np.ndindex(shape):
        strength, degree = STRENGTHS[at[0]], DEGREES[at[1]]
        known = dwell_steps(window, strength, degree)
        found["formula"][at] = FROZEN if known is None else known
        doubt[at] = dwell_doubt(window, strength, degree, drawn.shape[1], len(drawn))
        for name, system in zip(("exact", "drawn"), systems, strict=True):
            cell = system.with_values({"lambda": strength, "d": degree})
            found[name][at] = _held(run(cell, steps=3 * window + 3, record=["overlap"])["overlap"].values)
    return {**found, "doubt": doubt}


def _held(overlap: Array) -> int:
    """The dwell time of the first three patterns if it is one, and they are whole."""
    best, whole = overlap.argmax(axis=1), bool((overlap.max(axis=1) > 0.9).all())
    changes = np.flatnonzero(np.diff(best))
    if whole and not changes.size:
        return FROZEN
    lengths = set(np.diff(changes[:3], prepend=-1).tolist())
    ordered = best[changes[:3] + 1].tolist() == [1, 2, 3]
    return lengths.pop() if whole and ordered and len(lengths) == 1 else OTHER


def tempos() -> dict[str, NDArray[Any]]:
    """Tempos that differ, a tempo that changes, a gate; each beside the calculation with overlaps alone."""
    system = build("sequence_mixed", sizes={"tau": WINDOW}, xi=factorial_patterns(COUNT, 16))
    changing = "1.1 + ramp(10, 40, 0, 5)"
    ramped = np.tile(1.1 + 5 * np.clip((np.arange(STEPS) - 10) / 30, 0, 1)[:, None], (1, COUNT))
    gated = np.full((STEPS, COUNT), OPEN)
    gated[:SHUT, GATED] = 0.0
    asked: Mapping[str, tuple[Any, Array]] = {
        "different": (list(DIFFERENT), np.tile(DIFFERENT, (STEPS, 1))),
        "changing": (changing, ramped),
        "gated": (f"{OPEN} - {OPEN}*(m == {GATED})*window(0, {SHUT})", gated),
    }
    found: dict[str, NDArray[Any]] = {}
    for name, (signal, strengths) in asked.items():
        overlap = run(system, steps=STEPS, inputs={"lambda": signal}, record=["overlap"])["overlap"].values
        predicted = mixed_course(WINDOW, strengths, 1, STEPS)
        found |= {name: overlap, f"{name} predicted": predicted, f"{name} strengths": strengths}
    return found


def branch(rng: np.random.Generator, size: int) -> dict[str, NDArray[Any]]:
    """a b c | a d e: two hidden units know a, and gates say which of them is heard; then both are."""
    song = random_patterns(rng, 5, size)
    ring = song[[0, 1, 2, 0, 3, 4]]
    system = build("sequence_two_layer", xi=ring)
    gates = "1 - (m == 3)*(window(0, 6) + window(9, 12)) - (m == 0)*(window(6, 9) + window(12, 15))"
    states = run(system, steps=15, inputs={"gain": gates}, record=["v"])["v"].values
    both = run(system, steps=1, record=["v"])["v"].values[-1]
    agreed = song[1] == song[3]
    predicted = np.where(agreed, song[1], song[0])
    return {"overlap": states @ song.T / size, "both": both @ song.T / size, "off": np.sum(both != predicted)}


def two_layers(rng: np.random.Generator) -> dict[str, NDArray[Any]]:
    """Bits in which the two-layer form differs from the network, and what the term of a unit with itself changes."""
    crowded = random_patterns(rng, 60, 50)
    found: dict[str, Any] = {}
    for degree in (1, 2, 3):
        flat = _bits(build("sequence_memory", xi=crowded, d=degree, own=1), "S")
        layered = _bits(build("sequence_two_layer", xi=crowded, d=degree), "v")
        recalled = flat == np.roll(crowded, -1, axis=0)[np.arange(len(flat)) % 60]
        found |= {
            f"d={degree}": np.sum(flat != layered),
            f"d={degree} of": flat.size,
            f"d={degree} ok": recalled.mean(),
        }
    quadratic, many = random_patterns(rng, 100, 100), random_patterns(rng, 2000, 100)
    found["own d=2"] = _differ(build("sequence_memory", xi=quadratic, d=2, own=0), quadratic, "sequence_two_layer", "v")
    plain = build("sequence_memory_exponential", xi=many, own=0)
    found["own exp"] = np.sum(_bits(plain, "S") != _bits(plain.with_values(own=1), "S"))
    return found


def _differ(system: System, patterns: Array, other: str, state: str) -> Any:
    return np.sum(_bits(system, "S") != _bits(build(other, xi=patterns, d=2), state))


def _bits(system: System, state: str) -> Array:
    """The states of 40 steps, shape (40, units)."""
    return np.asarray(run(system, steps=40, record=[state])[state].values[1:])


def cells(work: Work, units: int, windows: tuple[float, ...]) -> dict[str, NDArray[Any]]:
    """The dwell times of all windows: shape (windows, strengths, degrees)."""
    exact = factorial_patterns(COUNT, COPIES)
    jobs = {
        f"cells of window {w:g}": lambda w=w: dwell_cells(
            int(w), exact, random_patterns(work.rng("mixed"), COUNT, units)
        )
        for w in windows
    }
    outcomes = list(work.parts(jobs, costs={f"cells of window {w:g}": 2 + w for w in windows}).values())
    return {name: np.stack([outcome[name] for outcome in outcomes]) for name in outcomes[0]}

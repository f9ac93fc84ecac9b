"""`memories`: what a network remembers of its stored patterns, from how far, and what it remembers beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.field.field import Field
from neurodyn.analysis.memories.given import (
    backend_of,
    check_numbers,
    check_rests,
    end_of,
    levels_of,
    rows_of,
    stored_in,
)
from neurodyn.analysis.memories.likeness import Patterns
from neurodyn.analysis.memories.report import End, Memories, Memory
from neurodyn.analysis.memories.resting import Rest, at_rest, has_slopes, solved, stability_at
from neurodyn.backends.progress import Bar
from neurodyn.model.model import Model
from neurodyn.system.system import System

Array = NDArray[np.float64]
# So many runs go together; Ctrl-C keeps those before.
TOGETHER = 1024


def memories(
    system: System | Model | str,
    *,
    rows: Sequence[int] | None = None,
    corruptions: Sequence[float] | None = None,
    trials: int = 40,
    starts: int = 200,
    overlap: float = 0.95,
    until: Any = None,
    backend: str | None = None,
    seed: int = 0,
    progress: bool | None = None,
) -> Memories:
    """Which stored patterns are fixed points, how much corruption each survives, and the other states of rest.

    The patterns are the rows of a parameter that is a matrix of patterns by units; the state with these units starts
    at them, and all other states as they do. Patterns of +a and -a are corrupted by flips, others by normal noise.

    Args:
        system: a system, a model, or the name of one.
        rows: numbers of the patterns; by default all.
        corruptions: how many entries are flipped, or the noise in root mean squares of a pattern; 0 is always there.
        trials: how many corruptions of each pattern at each level.
        starts: how many random starts, whose ends are listed.
        overlap: from which overlap a state is the pattern.
        until: the end of the runs, for maps the number of steps; by default four times that of the bench.
        backend: as in `simulate`; by default `ensemble` for flows where it can.
        seed: of corruptions and starts.
        progress: False shows no bar; otherwise one appears on a terminal when it takes long.

    Returns:
        The report; after Ctrl-C of the patterns and starts that were run until then.

    Raises:
        InputError: for systems without patterns, that depend on time, or that come to no rest by their nature.
    """
    from neurodyn.system.build import built

    system = built(system)
    patterns = stored_in(system)
    field = Field.of(system)
    check_rests(system)
    check_numbers(trials, starts, overlap)
    numbers = rows_of(patterns, rows)
    levels = levels_of(patterns, corruptions)
    runs = _Runs(field, patterns, end_of(system, until), backend_of(system, backend), seed)
    rng = np.random.default_rng(seed)
    cues = np.concatenate([c for row in numbers for c in patterns.corrupted(row, levels, trials, rng)])
    states = np.concatenate([cues, patterns.random(starts, rng)])
    with Bar(system.name, len(states), progress) as bar:
        found = runs.ends(states, bar.to)
    looked = numbers[: len(found.states) // (len(levels) * trials)]
    own, others = found.states[: len(looked) * len(levels) * trials], found.states[len(cues) :]
    recipe = {
        "rows": list(numbers), "corruptions": list(levels), "trials": trials, "starts": starts, "overlap": overlap,
        "until": runs.until, "backend": found.backend, "seed": seed,
    }  # fmt: skip
    return Memories(
        system, patterns.name, patterns.state, patterns.binary, levels, trials, len(others),
        _memories(runs, at_rest(field, own), looked, (len(looked), len(levels), trials), overlap),
        _spurious(runs, at_rest(field, others), overlap), _notes(field), recipe, found.interrupted,
    )  # fmt: skip


class _Ends(NamedTuple):
    """The last whole states of runs, of the first ones where the user ended them, and the backend that ran them."""

    states: Array
    backend: str | None
    interrupted: bool


@dataclass(frozen=True, eq=False)
class _Runs:
    """How runs from states of the units are made."""

    field: Field
    patterns: Patterns
    until: float
    backend: str | None
    seed: int

    def ends(self, states: Array, told: Callable[[int], None]) -> _Ends:
        """Where runs from these states end.

        Args:
            told: called with how many are done.
        """
        found, engine, interrupted = [np.empty((0, self.field.size))], self.backend, False
        try:
            for k in range(0, len(states), TOGETHER):
                ends, engine = self._run(states[k : k + TOGETHER])
                found.append(ends)
                told(k + len(ends))
        except KeyboardInterrupt:
            interrupted = True
        return _Ends(np.concatenate(found), engine, interrupted)

    def _run(self, states: Array) -> tuple[Array, str]:
        from neurodyn.simulation import simulate

        system = self.field.system
        length: dict[str, Any] = {"steps": int(self.until)} if system.model.discrete else {"until": self.until}
        run = simulate(
            system, start={self.patterns.state: states}, trials=len(states), save_at="end", backend=self.backend,
            record=[*system.layout.names], seed=self.seed, on_failure="return", progress=False, **length,
        )  # fmt: skip
        if run.status == "interrupted":
            raise KeyboardInterrupt
        last = {name: run[name].values[-1] for name in system.layout.names}
        return system.layout.pack(last, trials=True), str(run.recipe["backend"])

    def units(self, points: Array) -> Array:
        """The units that hold patterns, of whole states."""
        found: Array = self.field.system.layout.unpack(points)[self.patterns.state]
        return found


def _notes(field: Field) -> tuple[str, ...]:
    if has_slopes(field):
        return field.notes
    return ("Units are updated one after the other: there are no eigenvalues, see what comes back from a few flips.",)


def _memories(
    runs: _Runs, rest: Rest, rows: Sequence[int], shape: tuple[int, int, int], least: float
) -> tuple[Memory, ...]:
    """What became of each pattern, from the ends of all its corruptions."""
    kinds = [stability_at(runs.field, p) for p in rest.points]
    held = np.array([kind is None or kind.is_stable is not False for kind in kinds], dtype=bool)
    overlaps = runs.patterns.overlaps(runs.units(rest.points))
    found = []
    for row, own in zip(rows, rest.labels.reshape(shape), strict=True):
        good = np.append(held & (overlaps[:, row] >= least), False)  # the last is what -1 picks
        recovered = good[own].sum(axis=1)
        itself = int(own[0, 0])
        if itself >= 0 and overlaps[itself, row] >= least:
            point, near, kind = rest.points[itself], float(overlaps[itself, row]), kinds[itself]
        else:
            point, near, kind = _beside(runs, row, least)
        exact = runs.field.system.model.discrete and _is_fixed(runs, row)
        found.append(Memory(row, point, near, kind, exact, recovered))
    return tuple(found)


def _beside(runs: _Runs, row: int, least: float) -> tuple[Array | None, float, Any]:
    """A fixed point near a pattern that the run from it leaves, by Newton's method."""
    at = _at(runs, row)
    points, good = solved(runs.field, at)
    near = float(runs.patterns.overlaps(runs.units(points))[0, row])
    if good[0] and near >= least:
        return points[0], near, stability_at(runs.field, points[0])
    return None, np.nan, None


def _at(runs: _Runs, row: int) -> Array:
    """The state that is at a pattern: (1, size)."""
    found: Array = runs.field.system.start({runs.patterns.state: runs.patterns.rows[row]})[None]
    return found


def _is_fixed(runs: _Runs, row: int) -> bool:
    """Whether a step leaves the pattern as it is, to the last bit."""
    at = _at(runs, row)
    return bool((runs.field.values(at) == at).all())


def _spurious(runs: _Runs, rest: Rest, least: float) -> tuple[End, ...]:
    """The states of rest that random starts come to, the most frequent first."""
    counts = np.bincount(rest.labels[rest.labels >= 0], minlength=len(rest.points))
    units = runs.units(rest.points)
    return tuple(
        End(point, int(count), runs.patterns.called(state, least), stability_at(runs.field, point))
        for point, count, state in zip(rest.points, counts, units, strict=True)
    )

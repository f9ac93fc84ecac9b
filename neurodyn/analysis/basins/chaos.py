"""Whether recurrent sets are chaotic: the largest exponent of Lyapunov of an orbit on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from neurodyn.analysis.basins.attractor import Attractor
from neurodyn.analysis.exponents.report import SIGMAS
from neurodyn.analysis.exponents.spectrum import lyapunov_exponents
from neurodyn.analysis.field.field import Field
from neurodyn.errors import InputError, RunFailed

# So many sets are tested, those that draw most starts.
TESTED = 12
# Pieces of the orbit that are followed side by side: of systems with up to so many states, and of larger ones.
PIECES = ((300, 16), (float("inf"), 4))
# Neighbours come apart by more than exp(GROWN) along each piece; on a torus they come apart in proportion to time.
GROWN = 20.0


@dataclass(frozen=True)
class Tested:
    """Attractors of which recurrent sets were tested; why some could not be; and whether the user ended it."""

    attractors: tuple[Attractor, ...]
    notes: tuple[str, ...] = ()
    interrupted: bool = False


def tested(field: Field, found: Sequence[Attractor], seed: int, progress: bool | None) -> Tested:
    """The attractors with the largest exponents of those that are recurrent sets."""
    attractors, notes = list(found), list[str]()
    sets = [k for k, a in enumerate(found) if a.kind == "set"]
    for k in sets[:TESTED]:
        try:
            attractors[k] = _tested(field, found[k], seed, progress)
        except KeyboardInterrupt:
            return Tested(tuple(attractors), (*notes, "The test for chaos was interrupted."), True)
        except (InputError, RunFailed) as error:
            notes.append(f"Attractor {k} is not tested for chaos: {error.sentence}")
    if len(sets) > TESTED:
        notes.append(f"Of {len(sets)} recurrent sets {TESTED} are tested for chaos.")
    return Tested(tuple(attractors), tuple(notes))


def _tested(field: Field, found: Attractor, seed: int, progress: bool | None) -> Attractor:
    pieces = None if field.moving else next(n for most, n in PIECES if field.size <= most)
    start = field.system.layout.unpack(found.cloud[-1])
    spectrum = lyapunov_exponents(field.system, 1, start=start, pieces=pieces, seed=seed, progress=progress)
    if spectrum.status == "interrupted":
        raise KeyboardInterrupt
    value, error = float(spectrum.exponents[0]), float(spectrum.errors[0])
    grown = value * spectrum.span / spectrum.pieces
    chaotic = value > SIGMAS * error and grown > GROWN
    return replace(found, kind="chaotic" if chaotic else "set", exponent=(value, error))

"""Where in a step a comparison changes: the step ends there.

Levels are read at nodes along the path. Where one turns back between two of them, close to 0, its extremum is looked
at; then the first change is shut in from both sides, all levels watched together, until the bracket is some roundings
wide. Lanes without a change have no part in it, so that a run has the same bits in any lane.
"""

from __future__ import annotations

from collections.abc import Sequence

from neurodyn.backends.ensemble.body import Place
from neurodyn.backends.ensemble.frame import Frame
from neurodyn.backends.ensemble.hybrid.extrema import turns, write_extrema
from neurodyn.backends.ensemble.hybrid.narrowing import write_narrowing
from neurodyn.backends.ensemble.hybrid.probe import LAST, Probe
from neurodyn.backends.ensemble.paths import Path
from neurodyn.backends.ensemble.vector_math.values import Flag, Real

NOWHERE = 2.0


def write_search(frame: Frame, good: Flag, t: Real, h: Real, after: Real, path: Path) -> tuple[Real, Flag]:
    """Look for a change in the step of each good lane, and end the step there; goes on in the block `searched`.

    Returns:
        Where steps end, and which were cut.
    """
    body, probe = frame.body, Probe(frame, t, h, after, path)
    body.store(after, "%after")
    body.store_flag(body.none(), "%cut")
    path.prepare()
    probe.read_nodes()
    body.fork(body.any(good & _seen(probe)), "search", "searched")
    body.block("search")
    _bracket(probe, good)
    write_extrema(probe, good)
    write_narrowing(probe, good)
    body.block("searched")
    cut = body.load_flag("%cut")
    _go_on(probe, good & ~cut)
    return body.load("%after"), cut


def _go_on(probe: Probe, whole: Flag) -> None:
    """The next step begins with the levels at the end of this one; after a cut they are read anew."""
    body = probe.body

    def one(c: Place) -> None:
        body.store(whole.choose(probe.node(LAST, c), body.load("%level", c)), "%level", c)

    body.each(probe.count, one)


def _seen(probe: Probe) -> Flag:
    """Whether some level changes its sign between nodes, or turns back close to 0."""

    def one(c: Place, sums: Sequence[Real]) -> Sequence[Real]:
        up, seen = probe.node(0, c) > 0.0, sums[0].differs(0.0)
        for k in range(1, LAST + 1):
            seen = seen | (up ^ (probe.node(k, c) > 0.0))
        for k in range(1, LAST):
            seen = seen | turns(probe, k, c)
        return [seen.choose(1.0, 0.0)]

    return probe.body.added(probe.count, [probe.body.number(0.0)], one)[0].differs(0.0)


def _bracket(probe: Probe, good: Flag) -> None:
    """Between which nodes the first change is; it ends `NOWHERE` for none."""
    body = probe.body

    def one(c: Place, sums: Sequence[Real]) -> Sequence[Real]:
        first, up = sums[0], probe.node(0, c) > 0.0
        for k in range(LAST, 0, -1):
            first = (((probe.node(k, c) > 0.0) ^ up) & (first > float(k))).choose(float(k), first)
        return [first]

    first = good.choose(body.added(probe.count, [body.number(LAST + 1.0)], one)[0], LAST + 1.0)
    body.store(first, "%width")
    body.store(probe.part(first - 1.0), "%from")
    body.store((first > float(LAST)).choose(NOWHERE, probe.part(first)), "%to")
    body.store(-1.0, "%pair")
    body.jump("turn")

"""Levels that turn back close to 0 between nodes: their extrema are looked at, one after the other, in each lane."""

from __future__ import annotations

import math
from collections.abc import Sequence

from neurodyn.backends.ensemble.body import Place
from neurodyn.backends.ensemble.hybrid.probe import LAST, Probe
from neurodyn.backends.ensemble.vector_math.values import Flag, Real

# Steps towards an extremum, by the golden section; what remains changes a level by its rounding.
CLOSER, GOLDEN = 42, 0.5 * (3 - math.sqrt(5))


def turns(probe: Probe, k: int, c: Place) -> Flag:
    """Whether a level that has one sign at three nodes turns back at the middle one, and may have reached 0."""
    before, here, behind = (probe.node(j, c) for j in (k - 1, k, k + 1))
    up = here > 0.0
    side = up.choose(-1.0, 1.0)
    rise, fall = (here - before) * side, (behind - here) * side
    same = ~((before > 0.0) ^ up) & ~((behind > 0.0) ^ up)
    reach = (rise.size() > fall.size()).choose(rise.size(), fall.size())
    return same & (rise >= 0.0) & (fall <= 0.0) & rise.differs(fall) & (side.fma(here, reach) >= 0.0)


def write_extrema(probe: Probe, good: Flag) -> None:
    """Those before the first change, until one crosses 0, which then ends the bracket; goes on at `narrow`.

    A pair of a node and a level has a number, by which it is known which comes next.
    """
    body, far = probe.body, math.inf
    body.block("turn")
    first, last = body.load("%width"), body.load("%pair")

    def one(c: Place, sums: Sequence[Real]) -> Sequence[Real]:
        least, column = sums
        for k in range(1, LAST):
            pair = column + float(k * probe.count)
            there = turns(probe, k, c) & (first > k + 1.0) & (pair > last) & (pair < least)
            least = there.choose(pair, least)
        return [least, column + 1.0]

    pair = good.choose(body.added(probe.count, [body.number(far), body.number(0.0)], one)[0], far)
    body.store(pair, "%pair")
    body.fork(body.any(pair < far), "extremum", "narrow")
    body.block("extremum")
    _begin(probe, pair, pair < far)
    body.jump("closer")
    _write_closer(probe)


def _begin(probe: Probe, pair: Real, there: Flag) -> None:
    body, count = probe.body, float(probe.count)
    node = (pair * (1.0 / count)).whole_part()
    node = (node * count > pair).choose(node - 1.0, node)  # the product may be rounded up
    for name, shift in (("low", -1.0), ("mid", 0.0), ("high", 1.0)):
        body.store(probe.part(node + shift), f"%{name}")
    height = probe.own("nodes", pair, there)
    side = (height > 0.0).choose(-1.0, 1.0)
    body.store(side, "%side")
    body.store(height * side, "%height")
    body.store(pair - node * count, "%place")
    body.store_flag(there, "%looking")
    body.act("store i64 0, ptr %tries")


def _write_closer(probe: Probe) -> None:
    """One step of the golden section; what crosses 0 is found."""
    body = probe.body
    body.block("closer")
    low, mid, high = (body.load(f"%{name}") for name in ("low", "mid", "high"))
    looking = body.load_flag("%looking")
    right = (high - mid) > (mid - low)
    x = mid + right.choose(high - mid, low - mid) * GOLDEN
    probe.levels(x, "middle")
    crossed = looking & probe.differ("middle", "nodes")
    before = (body.load("%pair") - body.load("%place")) / float(probe.count) - 1.0
    body.store(crossed.choose(probe.part(before), body.load("%from")), "%from")
    body.store(crossed.choose(x, body.load("%to")), "%to")
    body.store(crossed.choose(math.inf, body.load("%pair")), "%pair")
    height = probe.own("middle", body.load("%place"), looking) * body.load("%side")
    better = height >= body.load("%height")
    body.store((better ^ right).choose(low, better.choose(mid, x)), "%low")
    body.store((better ^ right).choose(better.choose(mid, x), high), "%high")
    body.store(better.choose(x, mid), "%mid")
    body.store(better.choose(height, body.load("%height")), "%height")
    looking = looking & ~crossed
    body.store_flag(looking, "%looking")
    few = body.put(f"icmp ult i64 {probe.counted()}, {CLOSER}")
    body.fork(body.put(f"and i1 {body.any(looking)}, {few}"), "closer", "turn")

"""Fixed points of x' = -x + g W tanh(x) with 1,000 units: a search beside `scipy.optimize.root` in a loop.

Both have the same symbolic Jacobian, the same starts and no more than is needed to find a root: `root` proves nothing,
so proofs and eigenvalues are timed apart, on a few roots. Ours begins at all starts, in blocks; after each block SciPy
searches from one start of it, so that both meet the machine in the same mood. The time of its loop over all starts is
that of this sample, scaled up. Seconds are of the processor, on as many threads as the libraries of matrices take.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import root

import neurodyn
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.search.distinct import distinct
from neurodyn.analysis.fixed_points.search.newton import newton
from neurodyn.analysis.fixed_points.search.scaled import Scaled
from neurodyn.analysis.fixed_points.search.searched import MOST_STEPS
from neurodyn.analysis.fixed_points.search.shown import Judge


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=1000)
    parser.add_argument("--gain", type=float, default=1.5)
    parser.add_argument("--starts", type=int, default=1000)
    parser.add_argument("--beside", type=int, default=10, help="starts that SciPy searches from")
    parser.add_argument("--skip", type=int, default=0, help="blocks that an earlier run has done")
    parser.add_argument("--shown", type=int, default=4, help="roots that are proved and get eigenvalues")
    asked = parser.parse_args()
    weights = asked.gain * np.random.default_rng(0).standard_normal((asked.units, asked.units)) / asked.units**0.5
    model = neurodyn.Model(
        "dx[i]/dt = -x[i] + sum(W[i,j]*tanh(x[j]), j)", states={"x[i]": 1.0}, parameters={"W[i,j]": weights},
        indices={"N": {"letters": "i j", "size": asked.units}},
    )  # fmt: skip
    field = Field.of(neurodyn.build(model))
    of = Scaled(field)
    starts = np.random.default_rng(1).uniform(-asked.gain, asked.gain, (asked.starts, asked.units))
    ours, theirs, ends, solved = 0.0, 0.0, [], 0
    blocks = np.array_split(starts, asked.beside)[asked.skip :]
    for block in blocks:
        ended, took = timed(lambda block=block: newton(of, block, MOST_STEPS))
        ours += took
        ends.append(ended.states[ended.found])
        found, took = timed(lambda block=block: root(field.values, block[0], jac=field.jacobian))
        theirs += took
        solved += bool(found.success)
        print(f"{len(block)} starts, {ended.found.sum()} led to a root: {ours:.0f} s in all, SciPy {theirs:.0f} s "
              f"for {len(ends)} starts", flush=True)  # fmt: skip
    roots, starts = np.concatenate(ends), np.concatenate(blocks)
    every, beside = len(starts), len(blocks)
    print(f"search  {ours:8.1f} s for {every} starts, of which {len(roots)} led to {len(distinct(roots).first)} roots; "
          f"{ours / every:.3f} s per start")  # fmt: skip
    print(f"root    {theirs / beside * every:8.1f} s, scaled up from {beside} starts, of which {solved} led to a root; "
          f"{theirs / beside:.3f} s per start")  # fmt: skip
    print(f"ratio   {theirs / beside / (ours / every):8.1f} (at least 5 is wanted)")
    some = roots[: asked.shown]
    judge = Judge(of)
    told, took = timed(lambda: [str(judge.judged(z).sure) for z in some])
    print(f"proofs  {took / max(len(some), 1):8.3f} s per root: {', '.join(told)}")
    _, took = timed(lambda: [np.linalg.eigvals(field.jacobian(z)) for z in some])
    print(f"eigenvalues {took / max(len(some), 1):.3f} s per root")


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and seconds of the processor."""
    begin = time.process_time()
    found = work()
    return found, time.process_time() - begin


if __name__ == "__main__":
    main()

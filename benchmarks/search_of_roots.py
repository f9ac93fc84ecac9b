"""Fixed points of x' = -x + g W tanh(x) with 1,000 units: a search beside `scipy.optimize.root` in a loop.

Both have the same symbolic Jacobian and the same starts. Times are of one process, in seconds of processor per start;
SciPy's is measured on a few starts alone.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from scipy.optimize import root

import neurodyn
from neurodyn.analysis.field.field import Field
from neurodyn.analysis.fixed_points.search.newton import newton
from neurodyn.analysis.fixed_points.search.scaled import Scaled
from neurodyn.analysis.fixed_points.search.searched import MOST_STEPS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=1000)
    parser.add_argument("--gain", type=float, default=1.5)
    parser.add_argument("--starts", type=int, default=1000)
    parser.add_argument("--beside", type=int, default=4, help="starts that SciPy searches from")
    asked = parser.parse_args()
    weights = asked.gain * np.random.default_rng(0).standard_normal((asked.units, asked.units)) / asked.units**0.5
    model = neurodyn.Model(
        "dx[i]/dt = -x[i] + sum(W[i,j]*tanh(x[j]), j)", states={"x[i]": 1.0}, parameters={"W[i,j]": weights},
        indices={"N": {"letters": "i j", "size": asked.units}},
    )  # fmt: skip
    field = Field.of(neurodyn.build(model))
    starts = np.random.default_rng(1).uniform(-asked.gain, asked.gain, (asked.starts, asked.units))
    begin = time.process_time()
    ended = newton(Scaled(field), starts, MOST_STEPS)
    ours = (time.process_time() - begin) / asked.starts
    begin = time.process_time()
    theirs = [root(field.values, start, jac=field.jacobian).success for start in starts[: asked.beside]]
    scipy = (time.process_time() - begin) / len(theirs)
    print(f"search  {ours:8.3f} s per start, {ended.found.sum()} of {asked.starts} ended at a root")
    print(f"root    {scipy:8.3f} s per start, {sum(theirs)} of {len(theirs)} ended at a root")
    print(f"ratio   {scipy / ours:8.1f}")


if __name__ == "__main__":
    main()

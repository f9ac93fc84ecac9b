"""Results made by hand."""

import numpy as np
import xarray as xr

from neurodyn.results import Result

TIME = np.array([0.0, 1.0, 1.0, 2.0])


def sample(**changes):
    """Two trials of a vector, an input with an edge at 1, an energy and its terms."""
    rng = np.random.default_rng(5)
    parts = rng.normal(size=(4, 2, 3))
    dataset = xr.Dataset(
        {
            "x": (("time", "trial", "N"), rng.normal(size=(4, 2, 5)), {"role": "state", "about": "potential"}),
            "u": (("time",), [0.0, 0.0, 2.0, 2.0], {"role": "input", "about": ""}),
            "fires": (("time", "trial"), rng.normal(size=(4, 2)) > 0, {"role": "observable", "about": ""}),
            "best": (("time", "trial"), rng.integers(0, 9, size=(4, 2)), {"role": "observable", "about": ""}),
            "E": (("time", "trial"), parts.sum(axis=-1), {"role": "energy", "about": "höhe"}),
            "E_parts": (("time", "trial", "part"), parts, {"role": "energy part", "about": "terms of E"}),
        },
        coords={"time": TIME, "trial": np.arange(2), "N": np.arange(5), "part": ["-x**2/2", "sum(ξ[i], i)", "u*x"]},
        attrs={"title": "A sample"},
    )
    recipe = {
        "format": 1,
        "model": {"name": "sample", "text": "# μ\n" * 40_000, "sha256": "0"},
        "sizes": {"N": 5},
        **{
            "backend": "scipy",
            "method": "BDF",
            "rtol": 1e-6,
            "atol": 1e-9,
            "t0": 0.0,
            "until": 2.0,
            "trials": 2,
            "seed": 7,
        },
    }
    arrays = {
        "values": {"W": rng.normal(size=(5, 5)), "cell.g[1]/2": np.arange(3)},
        "start": {"x": rng.normal(size=(2, 5))},
        "inputs": {},
        "end": {"t": np.array(2.0), "x": dataset["x"].values[-1]},
    }
    counts = {"steps": 12, "rhs": 99, "jacobian": 3, "restarts": 1}
    return Result(**{"dataset": dataset, "recipe": recipe, "counts": counts, "arrays": arrays} | changes)

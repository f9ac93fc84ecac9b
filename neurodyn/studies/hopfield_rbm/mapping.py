"""Is the machine the network, and the network the machine? Distributions, weights, and the way back to patterns."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.optimize import brentq

from neurodyn import analysis
from neurodyn.analysis.hopfield_rbm.signs import independent
from neurodyn.studies.framework.claims import Claim, at_most, seen
from neurodyn.studies.framework.keeping import Outcome
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Work
from neurodyn.studies.hopfield_rbm.images import Array, Images
from neurodyn.studies.hopfield_rbm.settings import Settings
from neurodyn.system.build import build

ROUNDING = 1e-12
FEW, UNITS = 3, 16  # patterns, and units of them, whose states are all visited
EACH = (1, 2, 3)  # patterns of each class


def measured(work: Work, settings: Settings, images: Images) -> dict[str, Outcome]:
    """Outcomes by part."""
    jobs = {
        "equal distributions": partial(_equality, work, settings, images),
        "fixed points": partial(_rest, settings, images),
    }
    return work.parts(jobs | {f"{k} patterns of each class": partial(_mapped, images, k) for k in EACH})


def _equality(work: Work, settings: Settings, images: Images) -> dict[str, float]:
    """All states, of the shipped model as it is and of some units of the first classes."""
    units = np.unique(np.linspace(0, images.train.shape[1] - 1, UNITS).astype(int))
    some = images.patterns()[units][:, :FEW]
    model = build("hopfield_rbm", seed=work.seed).values
    pairs = {"model": (model["Q"], model["xi"]), "images": (analysis.rbm_of_patterns(some).weights, some)}
    found: dict[str, float] = {}
    for name, (weights, xi) in pairs.items():
        same = analysis.same_distribution(weights, beta=settings.beta, couplings=xi @ np.linalg.pinv(xi))
        found |= {f"{name}_difference": same.difference, f"{name}_offset": abs(same.offset)}
    return found


def _rest(settings: Settings, images: Images) -> dict[str, float]:
    """h = a Q'xi with a = tanh(beta*a): the speed there, and how far the curvature is from 1 - beta*(1 - a**2)."""
    xi = images.patterns()
    xi = xi[:, independent(xi)]
    system, beta = build("hopfield_rbm", xi=xi, beta=settings.beta), settings.beta
    a = brentq(lambda x: x - np.tanh(beta * x), 1e-3, 1, xtol=1e-15) if beta > 1 else 0.0
    speed, bend = 0.0, 0.0
    for h in a * (system.values["Q"].T @ xi).T:
        speed = max(speed, float(np.abs(system.flow()(0, h, {})).max()))
        off = -system.jacobian()(0, h, {}) - (1 - beta * (1 - a**2)) * np.eye(len(h))
        bend = max(bend, float(np.abs(off).max()))
    return {"speed": speed, "bend": bend}


def _mapped(images: Images, each: int) -> dict[str, float]:
    """Forward and back, for so many patterns of each class."""
    xi = images.patterns(each)
    found = analysis.rbm_of_patterns(xi)
    back = analysis.patterns_of_rbm(found.weights)
    helped = back if back.exists else analysis.patterns_of_rbm(found.weights, near=xi)
    overlaps = (xi.T @ xi / len(xi))[np.triu_indices(xi.shape[1], 1)]
    met = np.column_stack([helped.patterns, helped.others])
    again = float((np.abs(met.T @ xi).max(axis=0) == len(xi)).mean())
    rank = found.known.rank
    return {
        "patterns": xi.shape[1], "rank": rank, "condition": found.condition,
        "least": overlaps.min(), "overlap": overlaps.mean(), "most": overlaps.max(),
        "error": _projector_error(found.couplings, xi, rank),
        "exists": back.exists, "complete": back.complete, "helped": helped.exists, "again": again,
        "count": helped.count,
    }  # fmt: skip


def _projector_error(j: Array, xi: Array, rank: int) -> float:
    """Of J J = J, J xi = xi, and the trace of J being the rank."""
    return float(max(np.abs(j @ j - j).max(), np.abs(j @ xi - xi).max(), abs(np.trace(j) - rank)))


def claims(found: dict[str, Outcome]) -> list[Claim]:
    """Identities, and that patterns come back."""
    same, rest = found["equal distributions"], found["fixed points"]
    offset = max(float(same["model_offset"]), float(same["images_offset"]))
    mapped = [found[f"{k} patterns of each class"] for k in EACH]
    back = ", ".join(f"{round(float(m['again'] * m['patterns']))} of {int(m['patterns'])}" for m in mapped)
    return [
        at_most("largest difference of p(s), shipped model", float(same["model_difference"]), ROUNDING),
        at_most(f"largest difference of p(s), images at {UNITS} units", float(same["images_difference"]), ROUNDING),
        at_most("difference of ln Z beyond free hidden units", offset, 1e-11),
        at_most("error of J J = J, J xi = xi, tr J = rank", max(float(m["error"]) for m in mapped), ROUNDING),
        at_most("speed at h = a Q'xi, every pattern", float(rest["speed"]), 1e-10),
        at_most("curvature there, off 1 - beta (1 - a^2)", float(rest["bend"]), 1e-10),
        seen(
            "patterns found again from weights alone, or from weights and descents near them",
            all(float(m["again"]) == 1 for m in mapped),
            "all",
            back,
        ),
    ]  # fmt: skip


def table(found: dict[str, Outcome]) -> Table:
    """Rank, condition and the way back, a row for each number of patterns."""
    head = ("patterns", "rank", "condition", "overlaps", "found from weights", "found near", "signs in the span")
    rows = []
    for m in (found[f"{k} patterns of each class"] for k in EACH):
        how = "verified" if m["complete"] else "searched"
        rows.append(
            (
                f"{int(m['patterns'])}",
                f"{int(m['rank'])}",
                f"{float(m['condition']):.3g}",
                f"{float(m['least']):.2f} to {float(m['most']):.2f}, mean {float(m['overlap']):.2f}",
                f"{'all' if m['exists'] else 'not all'}, {how}",
                "all" if m["helped"] else "not all",
                f"{int(m['count'])}",
            )
        )
    return Table("From patterns to weights and back", head, rows)

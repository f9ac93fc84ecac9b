"""Digit recall: handwritten digits in a dense associative memory, and how much damage a cue may have.

The inverse temperature is chosen on one set of images with one set of random cues; the success rates and the figure
come from other images and other cues.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.basins.fractions import wilson
from neurodyn.results.result import Result
from neurodyn.studies.framework.claims import Claim, at_least, at_most
from neurodyn.studies.framework.keeping import Outcome
from neurodyn.studies.framework.report import Picture, Report
from neurodyn.studies.framework.settings import setting
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Study, Work, run
from neurodyn.system.build import build
from neurodyn.system.generators import digit_images, stream
from neurodyn.system.system import System

Array = NDArray[np.float64]

STORED = 30
TUNING, REPORTED = 0, 600  # number of the first stored image; the two sets are disjoint
BETAS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
COVERED, NOISE = 0.5, 0.3  # of the example cues and of the tuning cues
DAMAGE = np.linspace(0.0, 0.9, 10)
EXAMPLES = (3, 15, 26, 8)  # numbers of stored images in the figure
RIGHT = 0.1  # root mean square error per pixel (pixels run from -1 to 1) below which a recall counts as right
UNTIL = 25.0  # time constants: every cue has settled by then
SHOWN = 8.0  # of them in the figure

TITLE = "Handwritten digits recalled by a dense associative memory"
CAPTION = (
    "Left: cues of which the lower half is blank and every pixel is noisy, on their way to a stored image. Right: the "
    "energy falls; and how often the right image is recalled, on images and cues that did not choose the temperature."
)


@dataclass(frozen=True)
class Settings:
    """What can be changed."""

    repeats: int = setting(10, "cues for each stored image and level of damage")
    right: float = setting(RIGHT, "root mean square error per pixel (from -1 to 1) below which a recall is right")


def _measured(work: Work, settings: Settings) -> Report:
    tuning = _tuning(work, settings)
    beta = max(tuning, key=lambda b: tuning[b])
    system = _memory(REPORTED, beta)
    curves = {
        f"covered from below, noise {NOISE:g}": _curve(work, settings, system, _covered),
        "pixels replaced at random": _curve(work, settings, system, _scrambled),
    }
    count = settings.repeats * STORED
    data = work.result(_with_curves(_examples(work, system), curves, count))
    notes = (
        f"{STORED} images, inverse temperature {beta:g}, chosen on other images and cues than these",
        f"right: within {settings.right:g} (root mean square) of the image that was shown; 95 % interval in brackets",
    )
    tables = tuple(_table(name, rates, count) for name, rates in curves.items())
    facts = {"stored": STORED, "beta": beta, "tuning": {f"{b:g}": rate for b, rate in tuning.items()}}
    picture = Picture(CAPTION, partial(_drawn, data, curves, count))
    return Report(
        work.name, TITLE, _claims(curves, data), {"overview": picture}, data, notes=notes, tables=tables, facts=facts
    )


def _claims(curves: Mapping[str, Array], data: Result) -> tuple[Claim, ...]:
    """What an associative memory promises; chance is 1 in 30."""
    energy = data.dataset["E"].values
    whole = min(float(rates[0]) for rates in curves.values())
    ruined = max(float(rates[-1]) for rates in curves.values())
    half = float(next(iter(curves.values()))[int(np.abs(DAMAGE - COVERED).argmin())])
    return (
        at_least("part of the undamaged images that is recalled", whole, 0.99),
        at_least("part that is recalled of images half covered and noisy", half, 0.5),
        at_most("part that is recalled where 90 % is lost", ruined, 0.4, reason="chance is 1 in 30"),
        at_most("largest rise of the energy on the way", float(np.diff(energy, axis=0).max()), 1e-9),
    )


def _memory(first: int, beta: float) -> System:
    return build("digit_recall", sizes={"K": STORED}, beta=beta, xi=f"digits({first})")


def _tuning(work: Work, settings: Settings) -> dict[float, float]:
    """The success rate at each candidate, all with the same cues."""
    shown = np.tile(np.arange(STORED), settings.repeats)

    def rate(beta: float) -> dict[str, float]:
        system = _memory(TUNING, beta)
        cues = _covered(system, shown, COVERED, stream(work.seed, "tuning cues", 0))
        return {"rate": float(_recalled(system, cues, shown, settings.right).mean())}

    found = work.parts({f"temperature {beta:g}": partial(rate, beta) for beta in BETAS})
    return {beta: float(found[f"temperature {beta:g}"]["rate"]) for beta in BETAS}


def _covered(system: System, shown: NDArray[np.int64], damage: float, rng: np.random.Generator) -> Array:
    """Images whose lower part is blank, with noise on every pixel: shape (cues, pixels)."""
    images = system.values["xi"][shown]
    visible = np.arange(images.shape[1]) < (1 - damage) * images.shape[1]
    cues: Array = np.where(visible, images, 0.0) + NOISE * rng.standard_normal(images.shape)
    return cues


def _scrambled(system: System, shown: NDArray[np.int64], damage: float, rng: np.random.Generator) -> Array:
    """Images with a part of their pixels replaced by random ones: shape (cues, pixels)."""
    images = system.values["xi"][shown]
    count = round(damage * images.shape[1])
    ranks = rng.random(images.shape).argsort(axis=1).argsort(axis=1)
    cues: Array = np.where(ranks < count, rng.uniform(-1, 1, images.shape), images)
    return cues


def _recalled(system: System, cues: Array, shown: NDArray[np.int64], right: float = RIGHT) -> NDArray[np.bool_]:
    """For each cue, whether the memory ends on the image that was shown."""
    result = run(system, start={"v": cues}, trials=len(cues), until=UNTIL, save_at=[UNTIL], record=["v"])
    error = result["v"].values[-1] - system.values["xi"][shown]
    found: NDArray[np.bool_] = np.sqrt((error**2).mean(axis=1)) < right
    return found


def _curve(work: Work, settings: Settings, system: System, damaged: Callable[..., Array]) -> Array:
    """The success rate at each level of damage."""
    shown = np.tile(np.arange(STORED), settings.repeats)

    def rate(level: int) -> dict[str, float]:
        cues = damaged(system, shown, float(DAMAGE[level]), stream(work.seed, damaged.__name__, level))
        return {"rate": float(_recalled(system, cues, shown, settings.right).mean())}

    beta = float(system.values["beta"])
    names = [f"{damaged.__name__.lstrip('_')} {damage:.0%}, temperature {beta:g}" for damage in DAMAGE]
    found: Mapping[str, Outcome] = work.parts({name: partial(rate, level) for level, name in enumerate(names)})
    return np.array([float(found[name]["rate"]) for name in names])


def _examples(work: Work, system: System) -> Result:
    cues = _covered(system, np.array(EXAMPLES), COVERED, stream(work.seed, "example cues", 0))
    return run(system, start={"v": cues}, trials=len(EXAMPLES), until=SHOWN, record=["v", "p", "E"])


def _interval(rates: Array, count: int) -> dict[str, Array]:
    low, high = wilson(rates * count, count)
    return {"damage": DAMAGE, "rate": rates, "low": low, "high": high}


def _with_curves(examples: Result, curves: Mapping[str, Array], count: int) -> Result:
    """The run of the example cues with the success rates among its variables."""
    dims, found = ("cue", "damage"), [_interval(rates, count) for rates in curves.values()]
    rates = {f"success_{key}": (dims, np.stack([one[key] for one in found])) for key in ("rate", "low", "high")}
    dataset = examples.dataset.assign(rates).assign_coords(cue=list(curves), damage=DAMAGE)
    return replace(examples, dataset=dataset.assign_attrs(title=TITLE))


def _table(name: str, rates: Array, count: int) -> Table:
    found = _interval(rates, count)
    rows = [
        (f"{d:.0%}", f"{r:.1%}", f"[{a:.1%}, {b:.1%}]")
        for d, r, a, b in zip(DAMAGE, rates, found["low"], found["high"], strict=True)
    ]
    return Table(f"Recalled, {name} ({count} cues at each level)", ("damage", "recalled", "95 % interval"), rows)


def _drawn(data: Result, curves: Mapping[str, Array], count: int) -> Any:
    """Cues, their paths, what was recalled, the falling energy, and the success rates."""
    _, classes = digit_images()
    return data.plot(
        "recall",
        patterns="xi",
        of="v",
        truth=EXAMPLES,
        names=[str(int(c)) for c in classes[REPORTED : REPORTED + STORED]],
        curve={name: _interval(rates, count) for name, rates in curves.items()},
    )


STUDY = Study(_measured, Settings, quick={"repeats": 1}, seed=1)

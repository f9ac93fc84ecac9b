"""Digit recall: handwritten digits in a dense associative memory, and how much damage a cue may have.

The inverse temperature is chosen on one set of images with one set of random cues; the success rates and the figure
come from other images and other cues.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurodyn.analysis.basins.fractions import wilson
from neurodyn.backends.progress import Bar
from neurodyn.results.result import Result
from neurodyn.simulation import simulate
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


@dataclass(frozen=True, eq=False)
class Curve:
    """Success rate against damage, with Wilson's 95 % interval; all of shape (levels,)."""

    damage: Array
    rate: Array
    low: Array
    high: Array
    cues: int


@dataclass(frozen=True, eq=False)
class DigitRecall:
    """The report of the study.

    Attributes:
        examples: the run of the example cues, one trial each, with the success rates among its variables.
        meant: for each example the number of the stored image that was shown.
        classes: the digit (0 to 9) of each stored image.
        beta: the inverse temperature that was chosen; `tuning` holds the success rate at each candidate.
        curves: success rates on images and cues that the choice never saw.
    """

    examples: Result
    meant: tuple[int, ...]
    classes: tuple[int, ...]
    beta: float
    tuning: Mapping[float, float]
    curves: Mapping[str, Curve]

    def summary(self) -> str:
        """One screen of text."""
        lines = [
            f"digit_recall: {STORED} handwritten digits in a dense associative memory",
            f"  inverse temperature {self.beta:g}, chosen on other images and cues than these",
            f"  right: within {RIGHT:g} (root mean square) of the image that was shown; 95 % interval in brackets",
        ]
        for name, curve in self.curves.items():
            lines += ["", f"  {name} ({curve.cues} cues at each level)", "    damage    recalled"]
            lines += [
                f"    {d:5.0%}     {r:6.1%}  [{a:.1%}, {b:.1%}]"
                for d, r, a, b in zip(curve.damage, curve.rate, curve.low, curve.high, strict=True)
            ]
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """The same as plain data."""
        curves = {n: {"cues": c.cues, **{k: v.tolist() for k, v in _arrays(c).items()}} for n, c in self.curves.items()}
        tuning = {f"{b:g}": rate for b, rate in self.tuning.items()}
        return {"study": "digit_recall", "stored": STORED, "beta": self.beta, "tuning": tuning, "curves": curves}

    def plot(self) -> Any:
        """Cues, their paths, what was recalled, the falling energy, and the success rates."""
        return self.examples.plot(
            "recall",
            patterns="xi",
            of="v",
            truth=self.meant,
            names=[str(c) for c in self.classes],
            curve={name: _arrays(curve) for name, curve in self.curves.items()},
        )

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the example run and the success rates as NetCDF."""
        return self.examples.save(path)


def digit_recall(*, seed: int = 1, repeats: int = 10) -> DigitRecall:
    """Choose the inverse temperature, then measure recall on images and cues not used for it.

    Args:
        seed: of the reported cues; the tuning cues have streams of their own.
        repeats: cues for each stored image and level of damage.
    """
    with Bar("digit_recall", len(BETAS) + 2 * len(DAMAGE)) as bar:
        return _measured(seed, repeats, bar)


def _measured(seed: int, repeats: int, bar: Bar) -> DigitRecall:
    tuning: dict[float, float] = {}
    for beta in BETAS:
        tuning[beta] = _tuning_rate(beta, seed, repeats)
        bar.to(len(tuning))
    covered, scrambled = len(tuning), len(tuning) + len(DAMAGE)
    beta = max(tuning, key=lambda b: tuning[b])
    system = _memory(REPORTED, beta)
    curves = {
        f"covered from below, noise {NOISE:g}": _curve(system, _covered, seed, repeats, lambda n: bar.to(covered + n)),
        "pixels replaced at random": _curve(system, _scrambled, seed, repeats, lambda n: bar.to(scrambled + n)),
    }
    cues = _covered(system, np.array(EXAMPLES), COVERED, stream(seed, "example cues", 0))
    run = simulate(system, start={"v": cues}, trials=len(EXAMPLES), until=SHOWN, record=["v", "p", "E"])
    _, classes = digit_images()
    stored = tuple(int(c) for c in classes[REPORTED : REPORTED + STORED])
    return DigitRecall(_with_curves(run, curves), EXAMPLES, stored, beta, tuning, curves)


def _memory(first: int, beta: float) -> System:
    return build("digit_recall", sizes={"K": STORED}, beta=beta, xi=f"digits({first})")


def _tuning_rate(beta: float, seed: int, repeats: int) -> float:
    system = _memory(TUNING, beta)
    shown = np.tile(np.arange(STORED), repeats)
    return float(_recalled(system, _covered(system, shown, COVERED, stream(seed, "tuning cues", 0)), shown).mean())


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


def _recalled(system: System, cues: Array, shown: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each cue, whether the memory ends on the image that was shown."""
    result = simulate(system, start={"v": cues}, trials=len(cues), until=UNTIL, save_at=[UNTIL], record=["v"])
    error = result["v"].values[-1] - system.values["xi"][shown]
    right: NDArray[np.bool_] = np.sqrt((error**2).mean(axis=1)) < RIGHT
    return right


def _curve(system: System, damaged: Any, seed: int, repeats: int, told: Callable[[int], None]) -> Curve:
    shown = np.tile(np.arange(STORED), repeats)
    counts = []
    for level, damage in enumerate(DAMAGE):
        cues = damaged(system, shown, float(damage), stream(seed, damaged.__name__, level))
        counts.append(int(_recalled(system, cues, shown).sum()))
        told(level + 1)
    low, high = wilson(counts, len(shown))
    return Curve(DAMAGE, np.array(counts) / len(shown), low, high, len(shown))


def _arrays(curve: Curve) -> dict[str, Array]:
    return {"damage": curve.damage, "rate": curve.rate, "low": curve.low, "high": curve.high}


def _with_curves(run: Result, curves: Mapping[str, Curve]) -> Result:
    """The run with the success rates among its variables."""
    dims = ("cue", "damage")

    def stacked(key: str) -> tuple[Sequence[str], Array]:
        return dims, np.stack([getattr(c, key) for c in curves.values()])

    title = "Handwritten digits recalled by a dense associative memory"
    rates = {f"success_{key}": stacked(key) for key in ("rate", "low", "high")}
    return replace(
        run, dataset=run.dataset.assign(rates).assign_coords(cue=list(curves), damage=DAMAGE).assign_attrs(title=title)
    )

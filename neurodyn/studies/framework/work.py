"""A study at work: parts that are computed once, kept, and shown in a bar with the time that is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurodyn.backends.progress import Bar
from neurodyn.results.recipe import place
from neurodyn.results.result import Result
from neurodyn.simulation import simulate
from neurodyn.studies.framework.keeping import Outcome, Store, as_outcome
from neurodyn.studies.framework.report import Report
from neurodyn.system.generators import stream

if TYPE_CHECKING:
    from xarray import Dataset

Job = Callable[[], Mapping[str, ArrayLike]]


class Interrupted(KeyboardInterrupt):
    """Ctrl-C in a study; the text says what was kept."""


@dataclass(frozen=True)
class Study:
    """What a file of a study declares.

    Attributes:
        run: measures and judges.
        settings: a frozen dataclass of what can be changed; see `settings`.
        quick: settings that `--quick` takes in place of the defaults.
        seed: the default; None where nothing is drawn at random.
        data: what an array of the user's own is, in words; empty where the study takes none.
    """

    run: Callable[[Work, Any], Report]
    settings: type[Any]
    quick: Mapping[str, Any]
    seed: int | None = None
    data: str = ""


class Work:
    """What a study works with: its seed, the user's data, and the parts that it consists of.

    Args:
        name: of the study.
        recipe: plain data of all that its outcomes depend on.
        seed: of all random draws.
        data: the user's own array, if there is one.
        folder: where outcomes are kept; None keeps none.
        progress: False shows no bar, None one on a terminal.
    """

    def __init__(
        self,
        name: str,
        recipe: Mapping[str, Any],
        *,
        seed: int = 0,
        data: NDArray[np.float64] | None = None,
        folder: Path | None = None,
        progress: bool | None = None,
    ) -> None:
        self.name, self.recipe, self.seed, self.data = name, recipe, seed, data
        self._store = Store(folder, recipe)
        self._done, self._spent = 0, 0.0
        self._bar = Bar(name, 0.0, progress)

    def __enter__(self) -> Self:
        self._bar.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.__exit__()

    def rng(self, name: str, ordinal: int = 0) -> np.random.Generator:
        """A random generator of its own for each name and number, whatever was drawn before."""
        return stream(self.seed, f"{self.name}: {name}", ordinal)

    def parts(self, jobs: Mapping[str, Job], costs: Mapping[str, float] | None = None) -> dict[str, Outcome]:
        """The outcomes of some parts by their names: those that were kept, and the others computed in order.

        Args:
            jobs: by name a function without arguments that returns numbers, arrays or texts by name. The name says
                all that the part depends on beside the recipe.
            costs: how long each takes, compared with the others; by default all are alike.

        Raises:
            Interrupted: on Ctrl-C; what was finished is kept.
        """
        weights = dict.fromkeys(jobs, 1.0) | dict(costs or {})
        found = {name: self._store.find(name) for name in jobs}
        self._bar.more(sum(weights[name] for name, outcome in found.items() if outcome is None))
        outcomes: dict[str, Outcome] = {}
        for name, job in jobs.items():
            kept = found[name]
            outcomes[name] = self._computed(name, job, weights[name]) if kept is None else kept
            self._done += 1
        return outcomes

    def part(self, name: str, job: Job) -> Outcome:
        """The outcome of a single part."""
        return self.parts({name: job})[name]

    def result(self, data: Dataset | Result) -> Result:
        """What was measured, with the recipe of the study."""
        if isinstance(data, Result):
            return replace(data, recipe={**data.recipe, "study": dict(self.recipe)})
        return Result(data, {"format": 1, "study": dict(self.recipe), **place()})

    def _computed(self, name: str, job: Job, cost: float) -> Outcome:
        self._bar.doing(name)
        try:
            outcome = as_outcome(name, job())
            self._store.keep(name, outcome)
        except KeyboardInterrupt as stop:
            raise Interrupted(self._told()) from stop
        self._spent += cost
        self._bar.to(self._spent)
        return outcome

    def _told(self) -> str:
        """What is left after an interruption."""
        if self._store.folder is None:
            return f"{self.name} was interrupted. Nothing of it is kept: with --out DIR its parts would be."
        there = f"{self._done} of its parts are kept in {self._store.folder}"
        return f"{self.name} was interrupted; {there}, and the same command goes on from there."


def run(*arguments: Any, **options: Any) -> Result:
    """`simulate` for studies: without a bar of its own, and Ctrl-C ends the study rather than cut the run short."""
    result = simulate(*arguments, **{"progress": False, **options})
    if result.status == "interrupted":
        raise KeyboardInterrupt
    return result

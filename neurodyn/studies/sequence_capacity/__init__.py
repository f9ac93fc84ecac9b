"""Sequence capacity: how many patterns in a row dense sequence memories recall, and what limits them.

Source: Chaudhry, Zavatone-Veth, Krotov and Pehlevan 2023, arXiv:2306.04532. Capacities have three meanings, which are
kept apart; `capacity` says which.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from neurodyn.errors import InputError
from neurodyn.studies.framework.report import Picture, Report
from neurodyn.studies.framework.settings import setting
from neurodyn.studies.framework.work import Study, Work
from neurodyn.studies.sequence_capacity import capacity, flips, heavy, inverse, noise, paths, protocol
from neurodyn.studies.sequence_capacity.tables import Found, capacity_table, dataset, slope_table

TITLE = "How many patterns in a row a sequence memory recalls"


@dataclass(frozen=True)
class Settings:
    """What can be changed."""

    failure: float = setting(0.1, "chance of an error at which a network counts as full, by the definition")
    trials: int = setting(
        100, "sequences tried at each number of patterns; single transitions are tried 20 times as often"
    )
    largest: float = setting(3000.0, "capacities by definition are measured where the formula is not above that")
    bits: int = setting(200_000, "units seen for each error rate")
    searches: int = setting(20, "searches by the protocol of the source's programs")
    draws: int = setting(100, "draws of patterns for the moments of the crosstalk, and a tenth of them elsewhere")
    cues: int = setting(200, "damaged cues at each overlap")

    def __post_init__(self) -> None:
        if not 0 < self.failure < 1:
            raise _refused("failure", self.failure, "Give a chance between 0 and 1.")
        for name, least in {"trials": 2, "largest": 30, "bits": 100, "searches": 2, "draws": 10, "cues": 1}.items():
            value = getattr(self, name)
            if not least <= value < 10**8:
                raise _refused(name, value, f"Give a number from {least} on, below 100,000,000.")


def _refused(name: str, value: float, remedy: str) -> InputError:
    return InputError(f"{name} is {value:g}.", code="bad-setting", remedy=remedy)


def _measured(work: Work, settings: Settings) -> Report:
    few = max(2, settings.draws // 10)
    found = Found(
        failure=settings.failure,
        cues=settings.cues,
        paths=paths.paths(work, settings.draws // 2),
        rates=flips.rates(work, settings.bits),
        bias=flips.biased(work, settings.bits),
        moments=heavy.moments(work, settings.draws),
        inverses=inverse.inverses(work, few),
        basins=noise.basins(work, settings.cues),
        defined=capacity.measured(work, settings.failure, settings.trials, settings.largest),
        searched=protocol.searched(work, settings.searches),
    )
    grown = capacity.slopes(found.defined, settings.failure)
    claims = (
        *paths.claims(found.paths),
        *flips.claims(found.rates, flips.known_rates(work, settings.bits), found.bias),
        *capacity.claims(found.defined, grown, settings.failure),
        *protocol.claims(found.searched, {cell: t.load for cell, t in found.defined.items()}),
        *heavy.claims(found.moments),
        *inverse.claims(found.inverses),
        *noise.claims(found.basins, settings.cues),
    )
    pictures = {name: Picture(caption, partial(_drawn, name, found)) for name, caption in _CAPTIONS.items()}
    tables = (slope_table(grown), inverse.table(found.inverses))
    data, details = work.result(dataset(found)), (capacity_table(found),)
    return Report(work.name, TITLE, claims, pictures, data, notes=_NOTES, tables=tables, details=details)


def _drawn(name: str, found: Found) -> Any:
    from neurodyn.studies.sequence_capacity.figures import DRAWN

    return DRAWN[name](found)


_NOTES = (
    "capacity by formula: leading terms for many units, and a chance of an error that goes to 0",
    "capacity by definition: where the chance of an error is `failure`; intervals are of 95 %",
    "capacity by protocol: the search of the source's programs, which ends at the first draw without an error",
)
_CAPTIONS = {
    "overview": "Overlap with the pattern whose turn it is; capacities by definition, with 95 % intervals, beside what "
    "a normal crosstalk makes of the same definition; errors of units against the tail of a normal distribution.",
    "limits": "What limits recall and what helps: the exponential crosstalk's kurtosis, biased patterns, the "
    "generalised pseudoinverse, and cues with noise.",
}

STUDY = Study(
    _measured,
    Settings,
    quick={"trials": 8, "largest": 100.0, "bits": 6_000, "searches": 2, "draws": 14, "cues": 40},
    seed=1,
)

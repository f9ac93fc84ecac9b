"""Yield of hallmarks: which of them a circuit still shows when each of its parts is off by its tolerance.

All samples meet the same stimuli, those of the circuit as its file says it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from neurodyn.analysis.basins.fractions import wilson
from neurodyn.analysis.tolerance.sensitivity import Regression, regression
from neurodyn.analysis.tolerance.variations import Variations, variations
from neurodyn.errors import InputError
from neurodyn.studies.framework.claims import HOLDS, NOT_APPLICABLE, Claim, seen
from neurodyn.studies.framework.report import Picture, Report
from neurodyn.studies.framework.settings import setting
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Study, Work
from neurodyn.studies.scorecard.card import Card, measured
from neurodyn.studies.scorecard.finding import HALLMARKS, MARKS, Finding
from neurodyn.studies.scorecard.protocol import Settings as Protocol
from neurodyn.system.system import System

Array = NDArray[np.float64]

CIRCUIT = "habituation_analog"
USUAL = "; ".join([*(f"R{k}.R 5 %" for k in (1, 2, 3, 4)), "C1.C 20 %", "D1.a 10 %", "D1.b 10 %"])


@dataclass(frozen=True)
class Settings:
    """What can be changed."""

    model: str = setting(CIRCUIT, "a shipped circuit or model, or the path of a file")
    spreads: str = setting("", f"tolerances beside those in the file, as in R1.R 5 %; C1.C 20 %; of {CIRCUIT} {USUAL}")
    input: str = setting("", "the stimulus, as u or S[0]")
    response: str = setting("", "a state, an observable, or an event whose units are counted")
    hallmarks: str = setting("", "of these, those in this list, with commas between them")
    samples: int = setting(40, "how many circuits are drawn")
    least: float = setting(0.9, "the yield that is asked of each hallmark")


@dataclass(frozen=True, eq=False)
class Yield:
    """One hallmark in all samples.

    Attributes:
        nominal: what was found on the circuit as its file says it.
        shown: in how many samples it is shown, of how many, and the 95 % interval of that share.
        effects: its size in each sample; what it is stands in the words of `nominal`.
        slopes: of the effect over the draws.
    """

    nominal: Finding
    shown: int
    of: int
    effects: Array
    slopes: Regression

    @property
    def share(self) -> float:
        """The part of the samples that show it."""
        return self.shown / self.of

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of that part."""
        low, high = wilson(self.shown, self.of)
        return float(low), float(high)


def _measured(work: Work, settings: Settings) -> Report:
    if settings.samples < 2:
        raise InputError(f"samples is {settings.samples}.", code="not-a-number", remedy="Give a number from 2 on.")
    asked = _asked(settings)
    own = Protocol(model=settings.model, input=settings.input, response=settings.response)
    card = Card.of(settings.model, own, work.seed)
    system = card.lab.subject.system
    varied = variations(system, _spreads(settings))
    offsets = varied.offsets(settings.samples, "philox", work.seed)
    nominal = card.findings(work.parts(card.jobs(asked)), asked)
    judged = [h for h in asked if nominal[h].verdict != NOT_APPLICABLE]
    same, key = replace(card, settings=_same(card)), card.key
    rows = enumerate(_rows(varied, offsets))
    jobs = {f"sample {k} of {key}": partial(_sample, same, system.with_values(values), judged) for k, values in rows}
    found = list(work.parts(jobs).values())
    yields = {h: _yield(nominal[h], k, found, offsets) for k, h in enumerate(judged)}
    title = f"Yield of the hallmarks of habituation in {settings.samples} samples of {card.model.name}"
    notes = tuple(f"{v.name}: {v.middle:.5g} ± {v.half:.3g}, {v.shape}" for axis in varied.axes.values() for v in axis)
    data = work.result(_dataset(varied, offsets, yields))
    picture = Picture(
        "Left: shares of samples that show a hallmark, with 95 % intervals; hollow where the circuit of the file does "
        "not show it. Right: how the size of each hallmark follows the parts, in standard deviations.",
        partial(_drawn, yields, [*varied.axes], title),
    )
    tables = (_table(yields, [*varied.axes]),)
    return Report(work.name, title, _claims(yields, settings), {"overview": picture}, data, notes=notes, tables=tables)


def _asked(settings: Settings) -> list[str]:
    """The hallmarks that are looked at."""
    asked = [name.strip() for name in settings.hallmarks.split(",")] if settings.hallmarks else [*HALLMARKS]
    for name in asked:
        if name not in HALLMARKS:
            raise InputError(
                f"There is no hallmark {name}.", code="bad-setting", remedy=f"There are: {', '.join(HALLMARKS)}."
            )
    return asked


def _spreads(settings: Settings) -> dict[str, str]:
    """Tolerances by parameter, from `R1.R 5 %; C1.C 20 %`."""
    text = settings.spreads or (USUAL if settings.model == CIRCUIT else "")
    pairs = (part.strip().partition(" ") for part in text.split(";") if part.strip())
    return {name: spread.strip() for name, _, spread in pairs}


def _same(card: Card) -> Protocol:
    """Settings with the stimuli that the circuit itself is given, so that no sample chooses its own."""
    lab = card.lab
    told = {key: getattr(lab.train, key) for key in ("amplitude", "period", "width", "phase", "count")}
    return replace(
        card.settings, input=str(lab.port), response=lab.subject.response, longest=lab.protocol.longest, **told
    )


def _rows(varied: Variations, offsets: Array) -> list[dict[str, float]]:
    columns = varied.values(offsets)
    return [{name: float(column[k]) for name, column in columns.items()} for k in range(len(offsets))]


def _sample(card: Card, system: System, hallmarks: Sequence[str]) -> Mapping[str, Any]:
    """Verdict and effect of each hallmark in one sample."""
    lab = replace(card, system=system).lab
    found = [measured(lab, h) for h in hallmarks]
    return {"verdict": [one.verdict for one in found], "effect": [one.effect for one in found]}


def _yield(nominal: Finding, place: int, found: Sequence[Mapping[str, Any]], offsets: Array) -> Yield:
    shown = sum(str(one["verdict"][place]) == HOLDS for one in found)
    effects = np.array([float(one["effect"][place]) for one in found])
    return Yield(nominal, shown, len(found), effects, regression(offsets, effects))


def _claims(yields: Mapping[str, Yield], settings: Settings) -> tuple[Claim, ...]:
    """Hallmarks that the circuit shows are to be shown by the samples; of others nothing is asked."""
    rows = []
    for hallmark, one in yields.items():
        low, high = one.interval
        told = f"{one.share:.0%} (95 % interval {low:.0%} to {high:.0%})"
        if one.nominal.verdict == HOLDS:
            about = f"{hallmark} {HALLMARKS[hallmark]}"
            rows.append(seen(about, one.share >= settings.least, f"{settings.least:.0%} of samples at least", told))
    return tuple(rows)


def _table(yields: Mapping[str, Yield], parts: Sequence[str]) -> Table:
    """What matters most for each hallmark."""
    rows = []
    for hallmark, one in yields.items():
        slopes = one.slopes.standardised
        known = np.isfinite(one.slopes.explained)
        order = np.argsort(-np.abs(slopes))[:3]
        why = "it does not vary" if np.isfinite(slopes).all() else "too few samples to tell"
        ranked = ", ".join(f"{parts[k]} {slopes[k]:+.2f}" for k in order) if known else why
        explained = f"{one.slopes.explained:.2f}" if known else ""
        rows.append((hallmark, MARKS[one.nominal.verdict], f"{one.shown} of {one.of}", ranked, explained))
    head = ("hallmark", "as the file says", "shown", "its size follows (standardised slopes)", "R^2")
    return Table("What matters", head, rows)


def _dataset(varied: Variations, offsets: Array, yields: Mapping[str, Yield]) -> xr.Dataset:
    dims = ("hallmark", "sample")
    columns = {
        "offset": (("sample", "part"), offsets),
        "effect": (dims, np.array([one.effects for one in yields.values()])),
        "slope": (("hallmark", "part"), np.array([one.slopes.standardised for one in yields.values()])),
        "share": ("hallmark", np.array([one.share for one in yields.values()])),
    }
    return xr.Dataset(columns, {"hallmark": [*yields], "part": [*varied.axes]})


def _drawn(yields: Mapping[str, Yield], parts: Sequence[str], title: str) -> Any:
    from neurodyn.plots.yields import draw_yields

    shown = [one.nominal.verdict == HOLDS for one in yields.values()]
    shares = np.array([(one.share, *one.interval) for one in yields.values()])
    slopes = np.array([one.slopes.standardised for one in yields.values()])
    return draw_yields([*yields], shares, shown, slopes, parts, title)


STUDY = Study(_measured, Settings, quick={"samples": 6}, seed=1)

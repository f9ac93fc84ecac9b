"""Habituation: the ten hallmarks, measured on one model, or on all that are shipped.

With `model` the report is a scorecard: a row, a curve and a figure for each hallmark. Without it the models of the
library are put side by side, with a linear filter as a control: no linear system can habituate (H1), for with an
impulse response that is not negative its peaks rise from stimulus to stimulus.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from neurodyn.model.library import library
from neurodyn.model.model import Model
from neurodyn.studies.framework.claims import HOLDS, Claim, seen
from neurodyn.studies.framework.panels import as_dataset
from neurodyn.studies.framework.report import Picture, Report
from neurodyn.studies.framework.tables import Table
from neurodyn.studies.framework.work import Study, Work
from neurodyn.studies.scorecard.card import Card
from neurodyn.studies.scorecard.finding import HALLMARKS, MARKS, Finding
from neurodyn.studies.scorecard.protocol import Settings

if TYPE_CHECKING:
    from xarray import Dataset

Findings = Mapping[str, Finding]

# Where a model alone does not say what to do with it, or its bench holds no series of stimuli.
STEPS_OF_1 = {"amplitude": 100.0, "width": 0.01, "period": 1.0}  # figure 2 of Smart et al. 2024
SHIPPED: Mapping[str, Mapping[str, Any]] = {
    "sniffer": STEPS_OF_1,
    "antithetic": STEPS_OF_1,
    "negative_feedback": STEPS_OF_1,
    "habituation_chain_analog": {"response": "y2"},
    "habituation_spiking": {"input": "S[0]", "response": "motor.spike", "dt": 0.005, "longest": 60.0},
}
NOTES = (
    "Stimuli are those of each model's bench; rests and time constants follow from the model (docs/studies.md).",
    "Comparators, whose benches have steps alone: 100 for 0.01 every 1. Spiking: sense 0, spikes of a motor neuron.",
    "One model alone, with its protocol and a figure for each hallmark: neurodyn study habituation --model NAME.",
)
CONTROL = Model(
    "dx/dt = u - x\ny = x",
    name="linear filter (control)",
    states={"x": 0},
    inputs={"u": "pulses(1, period=0.5, duty=0.2, count=30)"},
    bench={"until": 20},
)
QUICK = ",".join(["habituation", *(f"habituation_{n}" for n in ("pair", "inverter", "relu", "channels", "wang"))])
QUICK += ",habituation_second_order"
# What the sources say of the models: model, hallmark, and whether it shows it.
STATED = (
    ("habituation", "H4 (iii)", False),
    ("habituation_pair", "H4 (iii)", True),
    ("habituation", "H5", False),
    ("habituation_inverter", "H5", True),
    ("habituation", "H6", False),
    ("habituation_relu", "H6", True),
    ("habituation_channels", "H7", True),
    ("habituation_second_order", "H8", True),
    ("habituation_second_order", "H9", True),
    ("habituation", "H10", False),
    ("habituation_wang", "H10", True),
    (CONTROL.name, "H1", False),
)


def _measured(work: Work, settings: Settings) -> Report:
    return _scorecard(work, settings) if settings.model else _table(work, settings)


def _scorecard(work: Work, settings: Settings) -> Report:
    """One model: a row and a figure for each hallmark."""
    shipped = _own(settings, settings.model)
    card = Card.of(settings.model, shipped, work.seed)
    lab = card.lab
    found = card.findings(work.parts(card.jobs()))
    name, title = card.model.name, f"The ten hallmarks of habituation, measured on {card.model.name}"
    pictures = {"overview": Picture(f"{title}.", partial(_overview, found, title))}
    for hallmark, one in found.items():
        caption = f"{one.panel.title}. {MARKS[one.verdict]}: {one.measured or one.reason}."
        if one.panel.lines:
            pictures[_file_name(hallmark)] = Picture(caption, partial(_single, one))
    notes = (*lab.subject.notes, *lab.protocol.notes)
    claims = tuple(one.claim() for one in found.values())
    facts = {"model": name, "hallmarks": {h: one.to_json() for h, one in found.items()}}
    return Report(work.name, title, claims, pictures, work.result(_dataset({name: found})), notes=notes, facts=facts)


def _table(work: Work, settings: Settings) -> Report:
    """All models side by side."""
    cards = [Card.of(name, _own(settings, name), work.seed) for name in _names(settings)] + [Card(CONTROL, settings)]
    jobs = {part: job for card in cards for part, job in card.jobs().items()}
    outcomes = work.parts(jobs)
    found = {card.model.name: card.findings(outcomes) for card in cards}
    marks = {name: [MARKS[one.verdict] for one in findings.values()] for name, findings in found.items()}
    title = "The ten hallmarks of habituation in the shipped models"
    table = Table("Models and hallmarks", ("model", *HALLMARKS), [(name, *row) for name, row in marks.items()])
    legend = Table("Hallmarks", ("hallmark", "is"), list(HALLMARKS.items()))
    reasons = Table(
        "What was measured",
        ("model", "hallmark", "verdict", "measured"),
        [
            (name, h, MARKS[one.verdict], one.measured or one.reason)
            for name, findings in found.items()
            for h, one in findings.items()
            if one.measured
        ],
    )
    caption = "Which model shows which hallmark, by one protocol; n/a: the model has no such input, or no decline."
    pictures = {"overview": Picture(caption, partial(_matrix, marks, title))}
    facts = {"models": {name: {h: one.to_json() for h, one in f.items()} for name, f in found.items()}}
    return Report(
        work.name, title, _claims(found), pictures, work.result(_dataset(found)),
        notes=NOTES, tables=(table,), details=(legend, reasons), facts=facts,
    )  # fmt: skip


def _names(settings: Settings) -> list[str]:
    """The models of the table: those that were asked for, or all of the theme and the circuits that are named so."""
    known = [e.name for e in library() if "habituation" in (e.theme, e.name.partition("_")[0]) and not e.device]
    return [name.strip() for name in settings.models.split(",")] if settings.models else known


def _own(settings: Settings, name: str) -> Settings:
    """The settings of a model: what is not said comes from the table above."""
    told = {key: value for key, value in SHIPPED.get(name, {}).items() if getattr(settings, key) in (None, "")}
    return replace(settings, **told)


def _claims(found: Mapping[str, Findings]) -> tuple[Claim, ...]:
    """Each hallmark is shown by some model, and what the sources say of some."""
    claims = []
    for hallmark in HALLMARKS:
        shown = [name for name, findings in found.items() if findings[hallmark].verdict == HOLDS]
        told = f"{len(shown)} of {len(found)}" + (f", such as {shown[0]}" if shown else "")
        claims.append(seen(f"{hallmark} is shown", bool(shown), "by a model at least", told))
    for name, hallmark, shows in STATED:
        if name in found:
            one = found[name][hallmark]
            expected = "shown" if shows else "not shown"
            about = f"{hallmark} in {name}"
            claims.append(seen(about, (one.verdict == HOLDS) == shows, expected, one.measured, reason=one.reason))
    return tuple(claims)


def _dataset(found: Mapping[str, Findings]) -> Dataset:
    """All curves, point by point, with verdict and effect of each hallmark."""
    first = next(iter(found.values()))
    panels = [replace(one.panel, title=f"{name}, {h}") for name, f in found.items() for h, one in f.items()]
    verdicts = [[MARKS[one.verdict] for one in f.values()] for f in found.values()]
    effects = [[one.effect for one in f.values()] for f in found.values()]
    dims = ("model", "hallmark")
    columns = {"verdict": (dims, np.array(verdicts, dtype=str)), "effect": (dims, np.array(effects))}
    points = as_dataset([p for p in panels if p.lines]).assign(columns)
    return points.assign_coords(model=list(found), hallmark=list(first))


def _file_name(hallmark: str) -> str:
    """`H4_iii`."""
    return hallmark.replace(" (", "_").rstrip(")")


def _overview(found: Findings, title: str) -> Any:
    from neurodyn.plots.panels import draw_panels

    panels = [one.panel for one in found.values()]
    return draw_panels(panels, title, verdicts=[MARKS[one.verdict] for one in found.values()])


def _single(one: Finding) -> Any:
    from neurodyn.plots.panels import draw_panels

    return draw_panels([one.panel], "", columns=1, verdicts=[MARKS[one.verdict]])


def _matrix(marks: Mapping[str, Sequence[str]], title: str) -> Any:
    from neurodyn.plots.verdicts import draw_verdicts

    return draw_verdicts(marks, list(HALLMARKS), title)


STUDY = Study(_measured, Settings, quick={"models": QUICK}, seed=0)

"""The scorecard of a subject: all hallmarks, each a part of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from neurodyn.errors import InputError
from neurodyn.model.library import load
from neurodyn.model.model import Model
from neurodyn.studies.framework.claims import HOLDS, NOT_APPLICABLE
from neurodyn.studies.framework.keeping import Outcome
from neurodyn.studies.scorecard import others, series
from neurodyn.studies.scorecard.finding import HALLMARKS, Finding, absent
from neurodyn.studies.scorecard.lab import Lab
from neurodyn.studies.scorecard.protocol import Settings, protocol
from neurodyn.studies.scorecard.runs import runs_of
from neurodyn.studies.scorecard.subject import Subject, subject
from neurodyn.system.system import System

NO_DECLINE = "the response does not decline to an asymptote (H1)"
_MEASURES: Mapping[str, Callable[[Lab], Finding]] = {
    "H2": series.h2,
    "H3": series.h3,
    "H4": series.h4,
    "H4 (iii)": series.h4_recovery,
    "H5": series.h5,
    "H6": series.h6,
    "H7": others.h7,
    "H8": others.h8,
    "H9": lambda lab: others.h9(lab, others.h8(lab)),
    "H10": others.h10,
}


@dataclass(frozen=True, eq=False)
class Card:
    """A subject whose hallmarks are measured when they are asked for; what they share is measured once."""

    model: Model
    settings: Settings
    seed: int = 0
    system: System | None = None  # of the model, with other values than its own

    @classmethod
    def of(cls, name: str, settings: Settings, seed: int = 0) -> Card:
        """The card of a shipped model, or of a file."""
        return cls(load(name), settings, seed)

    @property
    def key(self) -> str:
        """The model, by name and content: what its parts depend on beside the settings."""
        text = self.model.to_toml(expand=bool(self.model.parts))
        return f"{self.model.name} {hashlib.sha256(text.encode()).hexdigest()[:16]}"

    def jobs(self, hallmarks: Iterable[str] = HALLMARKS) -> dict[str, Callable[[], Mapping[str, Any]]]:
        """The parts of a study."""
        return {f"{h} of {self.key}": partial(self._outcome, h) for h in hallmarks}

    def findings(self, outcomes: Mapping[str, Outcome], hallmarks: Iterable[str] = HALLMARKS) -> dict[str, Finding]:
        """What the parts have found."""
        return {h: Finding.kept(outcomes[f"{h} of {self.key}"]) for h in hallmarks}

    @cached_property
    def lab(self) -> Lab:
        """The subject under its protocol."""
        return _lab(self.system or self.model, self.settings, self.seed)

    def _outcome(self, hallmark: str) -> Mapping[str, Any]:
        return measured(self.lab, hallmark).outcome()


def measured(lab: Lab, hallmark: str) -> Finding:
    """One hallmark of a subject."""
    first = series.h1(lab)
    if hallmark == "H1":
        return first
    if first.verdict != HOLDS:
        return absent(hallmark, NOT_APPLICABLE, "", NO_DECLINE)
    return _MEASURES[hallmark](lab)


def _lab(model: System | Model, settings: Settings, seed: int) -> Lab:
    """The lab of a model; where nothing says which input is the stimulus, the one that evokes a response."""
    found = subject(model, settings.input, settings.response)
    names = {p.name for p in found.ports}
    if settings.input or len(names) == 1:
        plan = protocol(found, settings)
        return Lab(found, plan, runs_of(found, plan.train.width, seed, settings.dt))
    return _evoking(found, settings, seed)


def _evoking(found: Subject, settings: Settings, seed: int) -> Lab:
    """The lab with the one input that evokes a response by itself as the stimulus."""
    labs = []
    for name in dict.fromkeys(p.name for p in found.ports):
        first = next(p for p in found.ports if p.name == name)
        turned = replace(found, ports=(first, *(p for p in found.ports if p != first)))
        plan = protocol(turned, settings)
        lab = Lab(turned, plan, runs_of(turned, plan.train.width, seed, settings.dt))
        if lab.naive > lab.quiet:
            labs.append(lab)
    if len(labs) == 1:
        note = f"stimulus {labs[0].port}: the only input that evokes a response by itself"
        return replace(labs[0], subject=replace(labs[0].subject, notes=(*found.notes, note)))
    known = ", ".join(str(lab.port) for lab in labs) or ", ".join(dict.fromkeys(p.name for p in found.ports))
    what = "several inputs evoke" if labs else "no input evokes"
    raise InputError(
        f"In {found.system.name} {what} a response of {found.response}.",
        code="which-input",
        remedy=f"Say which is the stimulus: --input, one of {known}.",
    )

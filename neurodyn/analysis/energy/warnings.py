"""All warnings of one system: its Lagrangians, the bottom of its energy, and its value at the start."""

from __future__ import annotations

import numpy as np

from neurodyn.analysis.energy.bending import bent_down
from neurodyn.analysis.energy.bottom import bottomless
from neurodyn.analysis.energy.facts import Facts
from neurodyn.analysis.energy.leaps import leap
from neurodyn.analysis.energy.search import Hunt
from neurodyn.analysis.energy.symmetry import Symmetry
from neurodyn.analysis.energy.warned import Warned, first_time, shown
from neurodyn.analysis.field.frozen import inputs_at
from neurodyn.system.system import System


def warnings(system: System, hunt: Hunt) -> tuple[Warned, ...]:
    """What is to be told of a system's energy beside the verdicts on its claims."""
    facts, found = Facts(Symmetry(system)), []
    for layer in system.model.layers.values():
        found += [leap(facts, layer, hunt), bent_down(facts, layer, hunt)]
    value = _without_value(system, hunt.seed)
    found.append(value or bottomless(system, hunt.seed))
    return tuple(w for w in found if w is not None)


def _without_value(system: System, seed: int) -> Warned | None:
    """The energy at the start, if it is no number there, and by which of its terms."""
    name = system.model.energy
    if name is None or system.structure.residuals or system.structure.delayed:
        return None
    t, start = first_time(system), system.start(seed=seed)
    terms = {name: name, **{f"{name}:{k}": text for k, text in enumerate(system.energy_terms)}}
    with np.errstate(all="ignore"):
        values = system.observe([*terms])(t, start, inputs_at(system, t))
    if np.isfinite(values[name]):
        return None
    word = next((n for n in reversed(terms) if not np.isfinite(values[n])), name)
    what = {np.inf: "infinite", -np.inf: "minus infinite"}.get(float(values[word]), "no number")
    whose = f"its term {terms[word]} is {what}" if word != name else f"it is {what}"
    text = f"{name} has no value at the start, {shown(system, start)}: {whose}."
    return Warned("not finite", text, system.model.source_of(name).place(0), {"state": start})

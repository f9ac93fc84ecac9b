"""Every Lagrangian of the table lets the energy of a network of layers fall, shown by symbols at any size."""

from __future__ import annotations

import pytest

import neurodyn
from neurodyn.analysis.energy.report import EnergyReport, energy
from neurodyn.analysis.verdict import Verdict
from neurodyn.model.lagrangians import LAGRANGIANS

TEXT = """
[indices]
N = {{ letters = "i j", size = 4 }}
K = {{ letters = "m n", size = 3 }}
[layers]
"x[i]" = {{ activation = "g[i]", lagrangian = "{name}", tau = 0.7{more} }}
"h[m]" = {{ activation = "f[m]", lagrangian = "softmax", beta = 2.0, tau = 0.3 }}
[synapses]
memory = "-sum(xi[m,i]*f[m]*g[i], m, i) - sum(b[i]*g[i], i)"
[parameters]
"b[i]" = "normal(0, 1)"
"xi[m,i]" = "normal(0, 1)"
"held[i]" = [1, 0, 0, 1]
held_all = 0
"""
MIXING = [name for name, row in LAGRANGIANS.items() if row.mixes]


def judged(name: str, more: str = "") -> EnergyReport:
    given = ", n = 3" if name == "repu" else ""
    return energy(neurodyn.build(neurodyn.Model.from_text(TEXT.format(name=name, more=given + more))), starts=2)


@pytest.mark.parametrize("more", ["", ", leak = false", ', clamp = "held_all"'], ids=["leak", "no leak", "clamp"])
@pytest.mark.parametrize("name", LAGRANGIANS)
def test_proved(name: str, more: str) -> None:
    report = judged(name, more)
    assert report.verdict is Verdict.PROVED
    (claim,) = report.claims
    assert claim.claim == "dE/dt <= 0" and claim.identity.startswith("dE/dt = -7*sum(")
    assert bool([x for x in claim.lemmas if x.startswith("L_x is convex")]) == (name in MIXING)


@pytest.mark.parametrize("name", [n for n in LAGRANGIANS if n not in MIXING])
def test_units_may_be_clamped_one_by_one_where_they_do_not_mix(name: str) -> None:
    (claim,) = judged(name, ', clamp = "held[i]"').claims
    assert claim.verdict is Verdict.PROVED and "0 <= held <= 1" in claim.assumptions


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow if n != "softmax" else ()) for n in MIXING])
def test_units_that_mix_are_clamped_together_or_it_is_not_proved(name: str) -> None:
    (claim,) = judged(name, ', clamp = "held[i]"').claims
    assert claim.verdict in (Verdict.REFUTED, Verdict.SEARCHED)
    assert "differs between units that g mixes" in claim.reason
